"""Makes an assessment anew from a document that was taken out: checked whole, then stored whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from assessment.access import make_link
from assessment.models import (
    AccessLink,
    Action,
    ActionChange,
    Answer,
    Assessment,
    Move,
    TurnoverEstimate,
)
from assessment.models.action import MOST_ACTIONS
from assessment.models.action_change import MOST_HISTORY
from assessment.takeout import ACTION, ANSWER, ASSESSMENT, CHANGE, MOVE, TURNOVER, Document
from assessment.takeout_file import Problem, Refused, place
from toolkit import editions
from toolkit.models import Edition

# Clocks of two sites differ; more than that is no clock's fault.
AHEAD = timedelta(days=1)
# The models' constraints over several fields, in words. What is said of one field the schema says
# too; the database itself would refuse all of these, but only one row at a time and not in words.
RULES: dict[type[models.Model], tuple[tuple[Callable[[Any], bool], str], ...]] = {
    Answer: (
        (
            lambda row: row.level is None or not row.is_not_applicable,
            "An answer has a level or does not apply, not both.",
        ),
    ),
    Action: (
        (
            lambda row: not row.drop_reason or row.status == "dropped",
            "Only an action that was dropped has a reason for it.",
        ),
        (
            lambda row: row.done_on is None or row.status == "done",
            "Only an action that is done has a completion date.",
        ),
    ),
    Move: ((lambda row: row.to_number > row.from_number, "A move leads to a newer edition."),),
    TurnoverEstimate: (
        (
            lambda row: row.low_percent <= row.high_percent,
            "The low percentage cannot be above the high one.",
        ),
    ),
}

type Path = tuple[str | int, ...]


@dataclass(frozen=True)
class _Rows:
    """The rows a document stands for, not stored yet, each with its place in the file."""

    assessment: Assessment
    answers: list[Answer]
    actions: list[Action]
    changes: list[ActionChange]
    moves: list[Move]
    turnover: list[TurnoverEstimate]

    def placed(self) -> Iterator[tuple[Path, models.Model]]:
        """Every row but the changes, which keep to the schema and have no further rule."""
        yield ("assessment",), self.assessment
        for name in ("answers", "actions", "moves"):
            yield from (((name, n), row) for n, row in enumerate(getattr(self, name)))
        yield from ((("turnover_estimate",), row) for row in self.turnover)


def restore(*, document: Document) -> tuple[AccessLink, str]:
    """Store what ``document`` holds as a new assessment; return its owner's link and secret.

    ``document`` as takeout_file.read() gives it. Raises Refused, with nothing stored, where it
    breaks a rule of the models, or its edition was never published here.
    """
    _refuse_if_any(_edition_problems(document), _time_problems(document, ()))
    rows = _rows(document)
    _refuse_if_any(_rule_problems(rows), _question_problems(document), _together_problems(document))
    try:
        return _stored(rows)
    except IntegrityError as error:
        raise Refused([Problem("Its values do not fit together.")]) from error


def _refuse_if_any(*problems: Iterable[Problem]) -> None:
    if reasons := list(chain(*problems)):
        raise Refused(reasons)


# -- checking --------------------------------------------------------------------------------


def _time_problems(value: Any, path: Path) -> Iterator[Problem]:
    """Days and times that no calendar has, or that are still to come where they cannot be."""
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, str) and name.endswith(("_at", "_on")):
                yield from _time_problem(name, item, (*path, name))
            else:
                yield from _time_problems(item, (*path, name))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from _time_problems(item, (*path, n))


def _time_problem(name: str, text: str, path: Path) -> Iterator[Problem]:
    try:
        moment = _moment(name, text)
    except ValueError:
        yield Problem("There is no such day or time.", place(path))
        return
    if isinstance(moment, datetime) and moment > timezone.now() + AHEAD:
        # How long an assessment is kept is counted from its last change.
        yield Problem("This time is in the future.", place(path))


def _moment(name: str, text: str) -> date:
    return datetime.fromisoformat(text) if name.endswith("_at") else date.fromisoformat(text)


def _edition_problems(document: Document) -> Iterator[Problem]:
    """Editions the file names and this site never published, told apart by their content."""
    here: dict[int, set[str]] = {}
    for number, fingerprint in Edition.objects.values_list("number", "fingerprint"):
        here.setdefault(number, set()).add(fingerprint)
    named = document["edition"]
    if named["fingerprint"] not in here.get(named["number"], ()):
        yield Problem(
            f"It uses edition {named['number']}.{named['revision']} of the questions as another "
            "site published it. This site does not have those questions, so the answers would "
            "not mean the same here. Restore the file on the site where it was saved."
        )
    for n, move in enumerate(document["moves"]):
        for key in ("from_number", "to_number"):
            if move[key] not in here:
                yield Problem("That edition was not published here.", place(("moves", n, key)))


def _rule_problems(rows: _Rows) -> Iterator[Problem]:
    """What the models' own fields refuse, and what their constraints would."""
    for path, row in rows.placed():
        try:
            row.clean_fields(exclude={"assessment"})
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                yield from (Problem(message, place((*path, name))) for message in messages)
        for holds, words in RULES.get(type(row), ()):
            if not holds(row):
                yield Problem(words, place(path))


def _question_problems(document: Document) -> Iterator[Problem]:
    """Answers to what no edition asks that it has answered, and moves that mark what has none."""
    moved = chain.from_iterable((m["from_number"], m["to_number"]) for m in document["moves"])
    numbers = {document["edition"]["number"], *moved}
    asked: set[str] = set()
    # Corrections of an edition ask the same questions.
    for edition in Edition.objects.filter(number__in=numbers, revision=0).defer("document"):
        asked.update(editions.catalogue_for(edition).questions)
    for n, answer in enumerate(document["answers"]):
        if answer["question"] not in asked:
            yield Problem("No edition that it answers has this question.", place(("answers", n)))
    answered = {answer["question"] for answer in document["answers"]}
    for n, move in enumerate(document["moves"]):
        if not answered.issuperset(move["marked"]):
            words = "This names a question that has no answer here."
            yield Problem(words, place(("moves", n, "marked")))


def _together_problems(document: Document) -> Iterator[Problem]:
    """What entries cannot be beside each other: the database's rules for several rows."""
    in_plan = [action for action in document["actions"] if action["removed_at"] is None]
    if len(in_plan) > MOST_ACTIONS:
        yield Problem(f"A plan can have up to {MOST_ACTIONS} actions.", "actions")
    history = sum(len(action["changes"]) for action in document["actions"])
    if history > MOST_HISTORY:
        yield Problem(f"The history of a plan can have up to {MOST_HISTORY} changes.", "actions")
    answered = (answer["question"] for answer in document["answers"])
    planned = (action["question"] for action in in_plan if action["question"])
    moved = (str(m["to_number"]) for m in document["moves"] if m["undone_at"] is None)
    for name, keys, words in (
        ("answers", answered, "There are two answers to the question “{}”."),
        ("actions", planned, "There are two actions for the question “{}” in the plan."),
        ("moves", moved, "There are two moves to edition {}."),
    ):
        yield from (Problem(words.format(key), name) for key in _twice(keys))


def _twice(keys: Iterable[str]) -> list[str]:
    return [key for key, count in Counter(keys).items() if count > 1]


# -- rows ------------------------------------------------------------------------------------


def _rows(document: Document) -> _Rows:
    assessment = Assessment(
        edition_number=document["edition"]["number"],
        # Its own times are those of the file, and how long it is kept counts from now.
        brought_back_at=timezone.now(),
        **_values(document["assessment"], ASSESSMENT),
    )
    actions = [Action(assessment=assessment, **_values(a, ACTION)) for a in document["actions"]]
    told = document["turnover_estimate"]
    return _Rows(
        assessment=assessment,
        answers=[Answer(assessment=assessment, **_values(a, ANSWER)) for a in document["answers"]],
        actions=actions,
        changes=[
            ActionChange(action=action, **_values(change, CHANGE))
            for action, held in zip(actions, document["actions"], strict=True)
            for change in held["changes"]
        ],
        moves=[Move(assessment=assessment, **_values(m, MOVE)) for m in document["moves"]],
        turnover=[TurnoverEstimate(assessment=assessment, **_values(told, TURNOVER))]
        if told
        else [],
    )


def _values(held: Document, names: tuple[str, ...]) -> Document:
    return {
        name: _moment(name, held[name])
        if name.endswith(("_at", "_on")) and held[name] is not None
        else held[name]
        for name in names
    }


# -- storing ---------------------------------------------------------------------------------


@transaction.atomic
def _stored(rows: _Rows) -> tuple[AccessLink, str]:
    _store([rows.assessment], "started_at", "changed_at")
    _store(rows.answers)
    _store(rows.actions, "changed_at")
    _store(rows.changes, "changed_at")
    _store(rows.moves, "moved_at")
    _store(rows.turnover, "changed_at")
    return make_link(rows.assessment, role="owner")


def _store[Row: models.Model](rows: list[Row], *times: str) -> None:
    """Store rows in this order, with ``times`` as they are and not as they are stored."""
    kept = [{name: getattr(row, name) for name in times} for row in rows]
    if not rows:
        return
    manager = type(rows[0])._default_manager
    manager.bulk_create(rows)
    # Django writes the present time into such a field whenever a row is created or saved.
    for row, moments in zip(rows, kept, strict=True):
        for name, moment in moments.items():
            setattr(row, name, moment)
    if times:
        manager.bulk_update(rows, times)
