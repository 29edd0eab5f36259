"""Rows of the archive as citations and metadata take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .citations import Item
from .metadata import Described
from .models import Component, Resource
from .models.resource import RELATIONS

PART_OF = dict(RELATIONS)["part-of"]


def item_of(row: Resource, absolute: Callable[[str], str]) -> Item:
    """The item as it is cited. ``absolute``: makes a path of this site a whole address."""
    return Item(
        slug=row.slug,
        number=row.number,
        title=row.title,
        is_title_ours=row.is_title_ours,
        kind=row.kind,
        organization=row.organization,
        creators=row.creators,
        published=row.published,
        date_precision=row.date_precision,
        original_url=row.original_url,
        archived_url=row.archived_url,
        page=absolute(row.get_absolute_url()),
    )


def described(
    row: Resource,
    components: Iterable[Component],
    relations: Sequence[tuple[str, Resource]],
    absolute: Callable[[str], str],
) -> Described:
    """The item as machines read of it. ``relations``: what it is to others, in words."""
    others = [(words, o.shown_title, absolute(o.get_absolute_url())) for words, o in relations]
    return Described(
        item=item_of(row, absolute),
        kind_label=row.get_kind_display(),
        summary=row.summary,
        rights=row.rights,
        components=[component.title for component in components],
        is_part_of=[(title, page) for words, title, page in others if words == PART_OF],
        related=[(title, page) for _, title, page in others],
    )
