"""Editions: what was published, frozen."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q

from .record import Record

# How the canonical document names a row: by its own slug, or a resource where it is used.
NAMED = {
    "component": ['{{"slug":"{}","position":'],
    "question": ['{{"slug":"{}","code":'],
    "strategy": ['{{"slug":"{}","component":'],
    "resource": ['"resource":"{}"', '"source":"{}"'],
}


class EditionQuerySet(models.QuerySet["Edition"]):
    """Published editions."""

    def newest_first(self) -> EditionQuerySet:
        """The live edition first."""
        return self.order_by("-number", "-revision")

    def naming(self, noun: str, slug: str) -> EditionQuerySet:
        """Editions whose document names this row; ``noun`` is one of NAMED."""
        # Within a JSON text a quotation mark is escaped, so these can only be keys and values.
        patterns = [pattern.format(slug) for pattern in NAMED[noun]]
        return self.filter(
            reduce(or_, (Q(document__contains=pattern) for pattern in patterns), Q(pk__in=[]))
        )


class Edition(Record):
    """One publishing. Inserted once, never updated (decisions.md 9)."""

    instead = "publish a new one"

    number = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=64)
    document = models.TextField()
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-number", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["number", "revision"], name="edition_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="edition_number_positive"),
        ]
        permissions = [("publish_edition", "Can publish the toolkit")]

    def __str__(self) -> str:
        return f"Edition {self.label}"

    @property
    def label(self) -> str:
        """Number and revision, as documents name it: “1.2”."""
        return f"{self.number}.{self.revision}"
