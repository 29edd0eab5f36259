"""Working the plan: changing, removing, putting back and ordering actions, each with its history.

Keyword-only and atomic. Each locks the assessment's row first, so that of two presses one waits for
the other; whoever changes something says which state of it they had seen (Action.sequence).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.utils import timezone

from assessment.models import Action, ActionChange, Assessment
from assessment.models.action import KEPT_DAYS, MOST_ACTIONS, MOST_REMOVED, STATUSES
from assessment.models.action_change import WORDS_LENGTH
from assessment.sentences import FIELD_TEXTS, dollars
from assessment.workflow import PLAN_IS_FULL, TooMany, touch
from toolkit.dates import day_text

MOST_CHANGES = 200
# What an employer changes of an action. "status" stands for the reason of dropping it as well.
WORKED = (*FIELD_TEXTS, "drop_reason")

type Direction = Literal["up", "down"]


class ActionMoved(Exception):
    """The action was changed or removed since it was seen; ``current`` is what it says now."""

    def __init__(self, current: Action) -> None:
        super().__init__("The action has changed since.")
        self.current = current


class CannotPutBack(Exception):
    """A removed action cannot come back; the message says why, in plain words."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an action stands among those of its horizon, from 1."""

    number: int
    of: int


# -- changing ----------------------------------------------------------------------------------


@transaction.atomic
def change_action(*, action: Action, seen: int, by: str) -> Action:
    """Store what ``action`` says now, in memory, over what was seen at sequence ``seen``.

    ``by``: who changes it, in words. Returns the action as stored. What is stored already counts
    as saved, whoever did it: a press sent twice is no collision. A removed action that was seen
    as removed is put back first. Raises ActionMoved, with nothing changed, when it was changed or
    removed since; CannotPutBack and TooMany as :func:`put_back`; Action.DoesNotExist when it is
    gone for good.
    """
    stored = _locked(action)
    if stored.removed_at and stored.sequence == seen:
        stored = put_back(action=stored, by=by)
        seen = stored.sequence
    action.follow_status()
    changes = _changes(stored, action, by)
    if stored.removed_at or (changes and stored.sequence != seen):
        raise ActionMoved(stored)
    if changes:
        for name in (*WORKED, "done_on"):
            setattr(stored, name, getattr(action, name))
        _store(stored, changes)
    return stored


def differences(now: Action, wanted: Action) -> list[tuple[str, str, str]]:
    """The fields in which two versions differ: what they are called, and both values in words."""
    said = [
        (label, field_words(now, name), field_words(wanted, name))
        for name, label in FIELD_TEXTS.items()
    ]
    return [(label, one, other) for label, one, other in said if one != other]


def field_words(action: Action, name: str) -> str:
    """The value of a field in words, "" where there is none."""
    value = getattr(action, name)
    if name == "status":
        return f"{dict(STATUSES)[value]}{f': {action.drop_reason}' if action.drop_reason else ''}"
    if value is None or value == "":
        return ""
    if name == "due_on":
        return day_text(value)
    if name in {"estimate", "budget"}:
        return dollars(value)
    return str(value)


def _beginning(text: str) -> str:
    """As much of a text as the history keeps."""
    return text if len(text) <= WORDS_LENGTH else f"{text[: WORDS_LENGTH - 1]}…"


def _changes(before: Action, after: Action, by: str) -> list[ActionChange]:
    return [
        ActionChange(
            action=before,
            field=name,
            before="" if name == "notes" else _beginning(field_words(before, name)),
            after="" if name == "notes" else _beginning(field_words(after, name)),
            by=by,
        )
        for name in FIELD_TEXTS
        if field_words(before, name) != field_words(after, name)
    ]


# -- removing and putting back -----------------------------------------------------------------


@transaction.atomic
def remove_action(*, action: Action, by: str) -> None:
    """Take an action out of the plan; it can be put back for a while. Twice is once."""
    stored = _locked(action)
    if stored.removed_at:
        return
    stored.removed_at = timezone.now()
    _store(stored, [ActionChange(action=stored, field="removed", by=by)])
    removed = Action.objects.filter(assessment=stored.assessment_id).exclude(removed_at=None)
    kept = removed.order_by("-removed_at", "-pk").values_list("pk", flat=True)[:MOST_REMOVED]
    removed.exclude(pk__in=list(kept)).delete()


@transaction.atomic
def put_back(*, action: Action, by: str) -> Action:
    """Put a removed action back where it stood; return it as stored. Twice is once.

    Raises TooMany when the plan is full, CannotPutBack when its question has another action by
    now or it was removed too long ago.
    """
    stored = _locked(action)
    if not stored.removed_at:
        return stored
    in_plan = Action.objects.in_plan().filter(assessment=stored.assessment_id)
    if not Action.objects.removed_lately().filter(pk=stored.pk).exists():
        raise CannotPutBack(f"That action was removed more than {KEPT_DAYS} days ago.")
    if in_plan.count() >= MOST_ACTIONS:
        raise TooMany(PLAN_IS_FULL)
    stored.removed_at = None
    try:
        with transaction.atomic():
            _store(stored, [ActionChange(action=stored, field="put back", by=by)])
    except IntegrityError:
        raise CannotPutBack(
            "That action was not put back: your plan now has another for the same question. "
            "Remove that one first."
        ) from None
    return stored


# -- order -------------------------------------------------------------------------------------


@transaction.atomic
def order_action(
    *, action: Action, to: Direction | None = None, before: str | None = None
) -> Place:
    """Move an action within its horizon; return where it stands now.

    ``to``: one place up or down; at the end nothing moves. Otherwise ``before``: the key of the
    action it is put in front of, "" for the last place. Raises Action.DoesNotExist when either is
    not in the plan, or not in that horizon, any more. The order is no change of an action: neither
    its history nor a calendar knows of it.
    """
    Assessment.objects.hold(action.assessment_id)
    actions = list(Action.objects.in_plan().filter(assessment=action.assessment_id))
    horizon = action.value().horizon
    alike = [a for a in actions if a.value().horizon == horizon]
    if action not in alike:
        raise Action.DoesNotExist
    here = alike.index(action)
    moved = alike.pop(here)
    place = _place(alike, here, to, before)
    alike.insert(place, moved)
    # The others of the plan keep the places they have; those of this horizon share theirs anew.
    in_order = iter(alike)
    _number([next(in_order) if a.value().horizon == horizon else a for a in actions])
    touch(action.assessment)
    return Place(number=place + 1, of=len(alike))


def _place(others: list[Action], here: int, to: Direction | None, before: str | None) -> int:
    """The index at which to put the action that stood at ``here``, among the ``others``."""
    if to:
        return max(0, here - 1) if to == "up" else min(len(others), here + 1)
    if before == "":
        return len(others)
    found = [index for index, other in enumerate(others) if other.key == before]
    if not found:
        raise Action.DoesNotExist
    return found[0]


def _number(actions: Iterable[Action]) -> None:
    changed = []
    for position, action in enumerate(actions, 1):
        if action.position != position:
            action.position = position
            changed.append(action)
    Action.objects.bulk_update(changed, ["position"])


# -- storing -----------------------------------------------------------------------------------


def _locked(action: Action) -> Action:
    """The action as it is stored, with its assessment held until the transaction ends."""
    Assessment.objects.hold(action.assessment_id)
    return Action.objects.select_related("assessment").get(pk=action.pk)


def _store(action: Action, changes: list[ActionChange]) -> None:
    """Save an action at its next sequence, with its history; forget what was removed long ago."""
    action.sequence += 1
    action.save()
    ActionChange.objects.bulk_create(changes)
    history: Any = ActionChange.objects.filter(action=action)
    oldest = list(history.values_list("pk", flat=True)[MOST_CHANGES : MOST_CHANGES + 1])
    if oldest:
        history.filter(pk__lte=oldest[0]).delete()
    ActionChange.objects.all().forget_oldest(action.assessment_id)
    Action.objects.filter(assessment=action.assessment_id).removed_long_ago().delete()
    touch(action.assessment)
