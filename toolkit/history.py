"""History: each version of a row as one document, who made it, and what differs.

A question counts with its levels, a strategy with what it serves and its resources, an archive
item with its facts, addresses, components and relations, a component without its questions
(decisions.md 13).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from . import catalogue as cat
from .differences import Difference, compare
from .exporting import component_value, question_value, resource_document, strategy_value
from .models import Change, Component, Question, Resource, Strategy
from .models.change import DELETED, FOUND
from .models.question import PublishedModel, RetirableModel
from .resource_document import write_resource

PER_PAGE = 20
MODELS: Mapping[str, type[RetirableModel]] = {
    "component": Component,
    "question": Question,
    "strategy": Strategy,
    "resource": Resource,
}


# -- documents -------------------------------------------------------------------------------


def documents(noun: str, slugs: Iterable[str]) -> dict[str, cat.Document]:
    """The present document of each of these rows, by slug; in few queries, however many."""
    rows = _ROWS[noun]().filter(slug__in=list(slugs))
    return {row.slug: {**_WRITE[noun](row), **_flags(row)} for row in rows}


def _flags(row: RetirableModel) -> cat.Document:
    """What only drafts have."""
    held_back = isinstance(row, PublishedModel) and row.is_held_back
    flags = [("is_retired", row.is_retired), ("is_held_back", held_back)]
    return cat.without_empty(flags)


def _components() -> QuerySet[Component]:
    return Component.objects.select_related("source")


def _questions() -> QuerySet[Question]:
    return Question.objects.select_related("component", "why_source").prefetch_related("levels")


def _strategies() -> QuerySet[Strategy]:
    return Strategy.objects.select_related("component").prefetch_related(
        "serves__question", "uses__resource"
    )


def _resources() -> QuerySet[Resource]:
    return Resource.objects.prefetch_related(
        "facts", "other_urls", "relations__other", "resourcecomponent_set__component"
    )


def _component_document(row: Component) -> cat.Document:
    document = cat.write_component(component_value(row))
    del document["questions"]
    return document


def _question_document(row: Question) -> cat.Document:
    document = cat.write_question(question_value(row, row.component.slug))
    # Publishing raises it, editors never do, and it never goes back.
    document.pop("meaning", None)
    return {**document, "component": row.component.slug, "position": row.position}


def _strategy_document(row: Strategy) -> cat.Document:
    # With the retired questions it serves: they come back when those do.
    return cat.write_strategy(strategy_value(row, row.serves.all()))


def _resource_document(row: Resource) -> cat.Document:
    return write_resource(resource_document(row))


_ROWS: Mapping[str, Callable[[], QuerySet[RetirableModel]]] = {
    "component": _components,
    "question": _questions,
    "strategy": _strategies,
    "resource": _resources,
}
_WRITE: Mapping[str, Callable[..., cat.Document]] = {
    "component": _component_document,
    "question": _question_document,
    "strategy": _strategy_document,
    "resource": _resource_document,
}


def mark(noun: str, slug: str) -> str:
    """What tells whether a row was changed since a page showed it; empty if it is gone."""
    found = documents(noun, [slug])
    return cat.fingerprint(cat.canonical(found[slug])) if found else ""


# -- recording -------------------------------------------------------------------------------


def record(
    noun: str,
    slugs: Iterable[str],
    *,
    how: str,
    by: AbstractBaseUser | AnonymousUser | None = None,
) -> None:
    """Keep the present version of these rows, where it differs from the newest one kept.

    ``how``: one of ``models.change.HOWS``; ``by``: who saved, None for a command.
    """
    present = documents(noun, slugs)
    kept = {c.slug: c for c in Change.objects.newest_of_each(noun, list(present))}
    Change.objects.bulk_create(
        _change(noun, slug, text, how=how, by=by)
        for slug, text in ((s, cat.canonical(d)) for s, d in present.items())
        if how == DELETED
        or slug not in kept
        or kept[slug].how == DELETED
        or kept[slug].document != text
    )


def before_saving(noun: str, slugs: Iterable[str]) -> None:
    """Keep the rows as they stand, so that the saving about to come can be undone.

    Writes nothing for a row whose last change was made here. A row from before there was a
    history, or changed past it, gets the version it was found in.
    """
    record(noun, slugs, how=FOUND)


def rename(noun: str, old: str, new: str) -> None:
    """Let the history of a row follow it to a new slug, which it may have before publishing."""
    Change.objects.filter(noun=noun, slug=old).update(slug=new)


def _change(
    noun: str, slug: str, text: str, *, how: str, by: AbstractBaseUser | AnonymousUser | None
) -> Change:
    user = by if by is not None and by.is_authenticated else None
    return Change(
        noun=noun,
        slug=slug,
        document=text,
        how=how,
        made_by=user,  # type: ignore[misc]  # the stubs know one user model only
        made_by_name=user.get_username() if user else "",
    )


# -- reading ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a row, with what it changed in the version before."""

    change: Change
    is_first: bool
    is_present: bool
    differences: list[Difference]


def versions(noun: str, slug: str, page: str | int = 1) -> tuple[Page[Change], list[Version]]:
    """One page of a row's versions, the newest first, each with its differences."""
    changes = Change.objects.of(noun, slug)
    shown = Paginator(changes, PER_PAGE).get_page(page)
    # One more than the page shows: what its last version is compared with.
    start = max(shown.start_index() - 1, 0)
    rows = list(changes[start : start + PER_PAGE + 1])
    present = _present_text(noun, slug)
    found = [
        Version(
            change=change,
            is_first=before is None,
            is_present=start + place == 0 and change.document == present,
            differences=differences(before, change) if before else [],
        )
        for place, (change, before) in enumerate(zip_longest(rows, rows[1:]))
    ]
    return shown, found[:PER_PAGE]


def _present_text(noun: str, slug: str) -> str:
    found = documents(noun, [slug])
    return cat.canonical(found[slug]) if found else ""


def differences(before: Change, after: Change) -> list[Difference]:
    """What changed from one version to another, in plain words."""
    return compared(after, read(before), read(after))


def differences_to_present(noun: str, slug: str) -> list[Difference]:
    """What was changed past the history since its newest version; nothing without a history."""
    newest = Change.objects.of(noun, slug).first()
    if newest is None:
        return []
    return compared(newest, read(newest), documents(noun, [slug]).get(slug, {}))


def differences_from_present(change: Change) -> list[Difference]:
    """What bringing ``change`` back would change, from the row as it is now."""
    present = documents(change.noun, [change.slug]).get(change.slug, {})
    # A slug never goes back.
    return compared(change, present, {**read(change), "slug": change.slug})


def compared(change: Change, before: cat.Document, after: cat.Document) -> list[Difference]:
    """What differs between two documents of the row of ``change``, in plain words."""
    return list(compare((change.noun, change.slug), change.slug, before, after))


def read(change: Change) -> cat.Document:
    """The document of a version."""
    document: cat.Document = json.loads(change.document)
    return document


def contents(change: Change) -> list[tuple[str, str]]:
    """Every value of a version in words, each with what it is called."""
    return [(d.subject, d.after) for d in compared(change, {}, read(change))]


def name(change: Change) -> str:
    """What the row of a version was called then."""
    document = read(change)
    title = document.get("title") or f"{document.get('code', '')} {document.get('text', '')}"
    return title.strip() or change.slug
