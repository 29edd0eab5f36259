"""Archive items as lists and documents show them: live, not frozen (decisions.md 11)."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django.urls import reverse

from toolkit.dates import short_date
from toolkit.models import Resource
from toolkit.models.resource import KINDS, VERIFICATIONS
from toolkit.provenance import PRESERVED

FIELDS = (
    "slug",
    "title",
    "is_title_ours",
    "organization",
    "published",
    "date_precision",
    "kind",
    "verification",
    "caution",
    "is_federal",
    "is_preserved",
    "original_url",
    "archived_url",
)


@lru_cache(maxsize=1024)
def resource_path(slug: str) -> str:
    """The address of an item's page; kept, as a page of results asks for a hundred of them."""
    return reverse("toolkit:resource", args=[slug])


def cautions(values: dict[str, Any]) -> str:
    """The standing caution of the preserved collection and the item's own, as one text."""
    parts = [PRESERVED if values["is_preserved"] else "", values["caution"]]
    return " ".join(part for part in parts if part)


def card_values(slugs: Collection[str]) -> dict[str, dict[str, Any]]:
    """What is shown of each archive item, by slug, retired ones included. One query."""
    kinds, verifications = dict(KINDS), dict(VERIFICATIONS)
    return {
        values["slug"]: {
            "slug": values["slug"],
            "title": values["title"],
            "is_title_ours": values["is_title_ours"],
            "organization": values["organization"],
            "date_text": short_date(values["published"], values["date_precision"]),
            "kind_label": kinds[values["kind"]],
            "verification": verifications[values["verification"]],
            "caution": cautions(values),
            "address": values["original_url"],
            "archived_address": values["archived_url"],
            "path": resource_path(values["slug"]),
        }
        for values in Resource.objects.filter(slug__in=slugs).values(*FIELDS)
    }
