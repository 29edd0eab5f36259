"""Publishing: the draft in the tables becomes an immutable edition.

Correction or new edition is told apart here and nowhere else (decisions.md 9-16).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import F

from . import catalogue as cat
from .exporting import component_values, strategy_values
from .models import Edition, Question, Resource

# A correction may change only these; everything else that is read by scoring, by the choice of
# recommendations or by an employer as the question itself makes a new edition (decisions.md 10).
CORRECTABLE = {
    "component": {"title", "label", "summary", "toolkit_says", "source"},
    "question": {"hint", "why", "weight_reason", "next_steps", "pulse", "legal_notes"},
    "strategy": {"title", "summary", "steps", "toolkit_ref", "legal_notes"},
}
# Also correctable, but only where the publisher says that the meaning is the same.
WORDING = {"question": {"text", "levels", "na_when"}}

WORDS = {
    "text": "the question",
    "levels": "the level statements",
    "next_steps": "the next steps",
    "why": "why it matters",
    "weight": "the weight",
    "weight_reason": "the reason for the weight",
    "quick": "whether it is in the quick check",
    "applies_if": "whom it applies to",
    "na_when": "when it does not apply",
    "pulse": "the pulse statement",
    "legal_notes": "the legal notes",
    "meaning": "its meaning",
    "serves": "the questions and levels it serves",
    "resources": "its resources",
    "days": "the days to a first result",
    "toolkit_ref": "the toolkit actions it names",
    "toolkit_says": "what the toolkit says",
    "position": "its position",
}

# What a publishing would touch in apps that build on this one, in words; filled by their
# AppConfig.ready() (decisions.md 27).
touches: list[Callable[[], str]] = []


class PublishError(Exception):
    """Publishing was refused; ``reasons`` says why, in plain words."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Difference:
    """One change between the live edition and the draft, in plain words."""

    noun: str
    slug: str
    title: str
    what: str
    before: str = ""
    after: str = ""
    is_correction: bool = False
    needs_same_meaning: bool = False


def draft_catalogue() -> cat.Catalogue:
    """What publishing now would freeze."""
    strategies = tuple(strategy_values())
    named = {use.resource for s in strategies for use in s.resources}
    facets = tuple(
        cat.ResourceFacet(
            slug=r.slug,
            kind=r.kind,
            employer=r.employer,
            sectors=tuple(r.sectors),
            employer_sizes=tuple(r.employer_sizes),
        )
        for r in Resource.objects.filter(slug__in=named).order_by("slug")
    )
    return cat.Catalogue(tuple(component_values()), strategies, facets)


def draft_document() -> str:
    """The canonical text of the draft."""
    return cat.canonical(cat.to_document(draft_catalogue()))


def draft_problems(draft: cat.Catalogue) -> list[cat.Problem]:
    """Every reason against publishing the draft."""
    return cat.problems(
        draft, Resource.objects.filter(is_retired=False).values_list("slug", flat=True)
    )


def live_edition() -> Edition | None:
    """The newest edition, or None before the first publishing."""
    return Edition.objects.newest_first().first()


# Parsed editions by fingerprint; an edition never changes, so an entry never goes stale.
_catalogues: dict[str, cat.Catalogue] = {}
_MOST_CATALOGUES = 16


def catalogue_for(edition: Edition) -> cat.Catalogue:
    """The catalogue of an edition; parsed once per process and fingerprint."""
    return catalogue_by_fingerprint(edition.fingerprint, lambda: edition.document)


def catalogue_by_fingerprint(fingerprint: str, document: Callable[[], str]) -> cat.Catalogue:
    """The catalogue under ``fingerprint``; ``document`` is called only when it is not cached."""
    if fingerprint not in _catalogues:
        _catalogues[fingerprint] = cat.from_document(json.loads(document()))
        while len(_catalogues) > _MOST_CATALOGUES:
            _catalogues.pop(next(iter(_catalogues)))
    return _catalogues[fingerprint]


# -- differences -----------------------------------------------------------------------------


def _items(catalogue: cat.Catalogue) -> Iterator[tuple[str, str, str, cat.Document]]:
    for component in catalogue.components:
        document = cat.write_component(component)
        questions = document.pop("questions")
        yield "component", component.slug, component.title, document
        for position, (question, plain) in enumerate(
            zip(component.questions, questions, strict=True), 1
        ):
            own = {**plain, "component": component.slug, "position": position}
            yield "question", question.slug, f"{question.code} {question.text}", own
    for strategy in catalogue.strategies:
        yield "strategy", strategy.slug, strategy.title, cat.write_strategy(strategy)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " · ".join(_plain(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(_plain(v) for v in value.values())
    return "" if value is None else str(value)


def differences(live: cat.Catalogue | None, draft: cat.Catalogue) -> list[Difference]:
    """What publishing ``draft`` would change, item by item and key by key."""
    before = {(n, s): (t, d) for n, s, t, d in _items(live)} if live else {}
    after = {(n, s): (t, d) for n, s, t, d in _items(draft)}
    found = [
        Difference(noun, slug, title, f"The {noun} is added.")
        for (noun, slug), (title, _) in after.items()
        if (noun, slug) not in before
    ]
    found += [
        Difference(noun, slug, title, f"The {noun} is removed.")
        for (noun, slug), (title, _) in before.items()
        if (noun, slug) not in after
    ]
    for key, (title, document) in after.items():
        if key in before:
            found += _changes(key, title, before[key][1], document)
    if live and not found and live.resources != draft.resources:
        found.append(
            Difference("resource", "", "Archive", "What selects or orders resources has changed.")
        )
    return found


def _changes(
    item: tuple[str, str], title: str, before: cat.Document, after: cat.Document
) -> Iterator[Difference]:
    noun, slug = item
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) == after.get(key):
            continue
        wording = key in WORDING.get(noun, ())
        what = WORDS.get(key, f"the {key.replace('_', ' ')}")
        yield Difference(
            noun,
            slug,
            title,
            f"{what[0].upper()}{what[1:]} changed.",
            _plain(before.get(key)),
            _plain(after.get(key)),
            is_correction=wording or key in CORRECTABLE[noun],
            needs_same_meaning=wording,
        )


def is_correction(found: list[Difference], same_meaning: Collection[str]) -> bool:
    """Whether these differences make a correction: wording only, and meaning vouched for."""
    return all(
        d.is_correction and (not d.needs_same_meaning or d.slug in same_meaning) for d in found
    )


# -- publishing ------------------------------------------------------------------------------


@transaction.atomic
def publish(
    *,
    fingerprint: str,
    note: str,
    by: AbstractBaseUser | None = None,
    same_meaning: Collection[str] = (),
) -> Edition:
    """Freeze the draft as a new revision or a new edition and return it.

    ``fingerprint``: that of the draft the publisher confirmed; ``same_meaning``: slugs of
    reworded questions that mean what they meant. Raises PublishError, with nothing written, when
    the draft has moved on, has problems, or differs in nothing; also when another publishing won.
    """
    draft = draft_catalogue()
    if cat.fingerprint(cat.canonical(cat.to_document(draft))) != fingerprint:
        raise PublishError(["The draft has changed since you looked. Check the difference again."])
    if found := draft_problems(draft):
        raise PublishError([f"{p.noun} {p.slug}: {p.message}" for p in found])
    live = live_edition()
    changes = differences(catalogue_for(live) if live else None, draft)
    if live and not changes:
        raise PublishError(["Nothing has changed since the live edition."])
    correction = live is not None and is_correction(changes, same_meaning)
    if not correction and live:
        _raise_meanings(changes, same_meaning)
        draft = draft_catalogue()
    document = cat.canonical(cat.to_document(draft))
    number, revision = _next(live, correction)
    try:
        with transaction.atomic():
            return Edition.objects.create(
                number=number,
                revision=revision,
                fingerprint=cat.fingerprint(document),
                document=document,
                published_by=by,  # type: ignore[misc]
                note=note,
            )
    except IntegrityError as error:
        raise PublishError(["Somebody else has just published. Check the difference again."]) from (
            error
        )


def _next(live: Edition | None, correction: bool) -> tuple[int, int]:
    if live is None:
        return 1, 0
    return (live.number, live.revision + 1) if correction else (live.number + 1, 0)


def _raise_meanings(changes: list[Difference], same_meaning: Collection[str]) -> None:
    """A reworded question nobody vouched for means something else from now on."""
    slugs = {d.slug for d in changes if d.needs_same_meaning and d.slug not in same_meaning}
    Question.objects.filter(slug__in=slugs).update(meaning=F("meaning") + 1)
