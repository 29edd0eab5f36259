"""Bringing an earlier version of a row back, through the same saving that loading uses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q

from . import catalogue as cat
from . import history, importing
from .catalogue import Fault, Place
from .models import Change, Component, Question
from .models.change import BROUGHT_BACK
from .models.question import RetirableModel
from .resource_document import read_resource

type Flags = dict[str, bool]

# A version stands in no file; only the key says what of it does not fit.
PLACE = Place("")


class DoesNotFitError(Exception):
    """A version that cannot be brought back; ``reasons`` says why, in plain words."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@transaction.atomic
def bring_back(
    change: Change, *, by: AbstractBaseUser | AnonymousUser | None, seen: str | None = None
) -> None:
    """Make a row, and what belongs to it, what it was in this version.

    Its slug stays, and so does a question's meaning: answers were given to it. ``seen``: the
    ``history.mark`` of the row as whoever asks was shown it. Raises DoesNotFitError, with
    nothing written, naming everything that stands in the way.
    """
    # One at a time, on PostgreSQL too: nobody saves between the checks and the writing.
    list(history.MODELS[change.noun]._default_manager.select_for_update().filter(slug=change.slug))
    if seen is not None and seen != history.mark(change.noun, change.slug):
        raise DoesNotFitError([f"The {change.noun} has changed since you opened it. Look again."])
    if reasons := obstacles(change):
        raise DoesNotFitError(reasons)
    history.before_saving(change.noun, [change.slug])
    problems: list[Fault] = []
    document, flags = _document(change)
    _SAVE[change.noun](document, problems, flags)
    if problems:
        raise DoesNotFitError([str(problem) for problem in problems])
    history.record(change.noun, [change.slug], how=BROUGHT_BACK, by=by)


def _document(change: Change) -> tuple[cat.Document, Flags]:
    """The document as files have it, under today's slug, and the flags only drafts have."""
    document = {**history.read(change), "slug": change.slug}
    flags = {"is_retired": bool(document.pop("is_retired", False))}
    is_held_back = bool(document.pop("is_held_back", False))
    return document, flags if change.noun == "resource" else {
        **flags,
        "is_held_back": is_held_back,
    }


# -- what stands in the way ------------------------------------------------------------------


def obstacles(change: Change) -> list[str]:
    """Every reason known beforehand why this version cannot be brought back."""
    document, flags = _document(change)
    row = history.MODELS[change.noun]._default_manager.filter(slug=change.slug).first()
    if row is None:
        return [f"The {change.noun} was deleted."]
    if problems := _unreadable(change.noun, document):
        return problems
    present = history.documents(change.noun, [change.slug])[change.slug]
    now = _named(change.noun, present)
    found = [
        reason
        for noun, slugs in _named(change.noun, document).items()
        for reason in _missing(noun, slugs, now[noun])
    ]
    return [*found, *_taken(change.noun, document, row, flags)]


def _unreadable(noun: str, document: cat.Document) -> list[str]:
    """What this release cannot read: an older one may have written other keys."""
    problems: list[Fault] = []
    _READ[noun](document, problems)
    return [f"This version can no longer be read ({problem})." for problem in problems]


def _named(noun: str, document: cat.Document) -> dict[str, set[str]]:
    """Slugs of the other rows a document names, by noun."""
    if noun == "component":
        return {"resource": {document["source"]}}
    if noun == "question":
        _, component, _ = _question_parts(document)
        return {"component": {component}, "resource": {document["why"]["source"]}}
    if noun == "strategy":
        return {
            "component": {document["component"]},
            "question": {serves["question"] for serves in document.get("serves", [])},
            "resource": {use["resource"] for use in document.get("resources", [])},
        }
    return {
        "component": {*document.get("components", [])},
        "resource": {relation["resource"] for relation in document.get("relations", [])},
    }


def _missing(noun: str, slugs: Collection[str], now: Collection[str]) -> Iterator[str]:
    """The rows named that are gone; also those retired, unless the row names them now too."""
    rows = history.MODELS[noun]._default_manager.in_bulk(list(slugs), field_name="slug")
    for slug in sorted(slugs):
        row = rows.get(slug)
        if row is None:
            yield f"It refers to the {noun} “{slug}”, which no longer exists."
        elif row.is_retired and slug not in now:
            yield (
                f"It refers to the {noun} “{row}”, which is retired. "
                f"Bring that {noun} back into use first."
            )


def _taken(noun: str, document: cat.Document, row: RetirableModel, flags: Flags) -> Iterator[str]:
    """Positions, codes and numbers that another row has by now."""
    rows = history.MODELS[noun]._default_manager.exclude(pk=row.pk)
    unique: dict[str, Q] = {}
    if noun == "question" and not flags["is_retired"]:
        _, component, position = _question_parts(document)
        place = Q(component__slug=component, position=position)
        unique = {
            "position": place & Q(is_retired=False),
            "code": Q(code=document["code"], is_retired=False),
        }
    elif noun in {"component", "resource"}:
        key = "code" if noun == "component" else "number"
        unique = {key: Q(**{key: document[key]})}
    for key, condition in unique.items():
        if other := rows.filter(condition).first():
            yield (
                f"Its {key} was {document[key]}, which “{other}” has now. "
                f"Give that {noun} another {key} first."
            )


# -- reading and saving ----------------------------------------------------------------------


def _question_parts(document: cat.Document) -> tuple[cat.Document, str, int]:
    """A question's own document, its component and its position, which files do not name."""
    own = {k: v for k, v in document.items() if k not in {"component", "position"}}
    return own, document.get("component", ""), document.get("position", 0)


def _read_component(document: cat.Document, problems: list[Fault]) -> cat.Component:
    return cat.read_component({**document, "questions": []}, PLACE, problems)


def _read_question(document: cat.Document, problems: list[Fault]) -> cat.Question:
    own, component, _ = _question_parts(document)
    return cat.read_question(own, PLACE, problems, component=component)


_READ: Mapping[str, Callable[[cat.Document, list[Fault]], Any]] = {
    "component": _read_component,
    "question": _read_question,
    "strategy": lambda document, problems: cat.read_strategy(document, PLACE, problems),
    "resource": lambda document, problems: read_resource(document, PLACE, problems),
}


def _save_component(document: cat.Document, problems: list[Fault], flags: Flags) -> None:
    value = _read_component(document, problems)
    importing.save_component(value, PLACE, problems, flags=flags)


def _save_question(document: cat.Document, problems: list[Fault], flags: Flags) -> None:
    value = _read_question(document, problems)
    _, component, position = _question_parts(document)
    row = Question.objects.get(slug=value.slug)
    importing.save_question(
        replace(value, meaning=row.meaning),
        Component.objects.get(slug=component),
        position,
        PLACE,
        problems,
        flags=flags,
    )


def _save_strategy(document: cat.Document, problems: list[Fault], flags: Flags) -> None:
    value = _READ["strategy"](document, problems)
    importing.save_strategy(value, PLACE, problems, flags=flags)


def _save_resource(document: cat.Document, problems: list[Fault], flags: Flags) -> None:
    value = _READ["resource"](document, problems)
    importing.save_resource(value, PLACE, problems, flags=flags)
    if not problems:
        importing.save_resource_links(value, PLACE, problems)


_SAVE: Mapping[str, Callable[[cat.Document, list[Fault], Flags], None]] = {
    "component": _save_component,
    "question": _save_question,
    "strategy": _save_strategy,
    "resource": _save_resource,
}
