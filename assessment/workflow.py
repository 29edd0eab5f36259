"""What an employer does that touches more than one row: keyword-only, atomic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from assessment.access import make_link
from assessment.models import AccessLink, Action, Answer, Assessment
from assessment.models.action import MOST_ACTIONS
from assessment.models.answer import Given
from assessment.recommendation import Recommendation
from toolkit.catalogue import Question


class TooMany(Exception):
    """A limit on how much one assessment may hold was reached."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The outcome of saving one answer: its revision, or the answer it collides with."""

    revision: int
    conflict: Answer | None = None


@transaction.atomic
def start_assessment(*, assessment: Assessment) -> tuple[AccessLink, str]:
    """Store a new assessment with its owner's link; return the link and its secret."""
    assessment.save()
    return make_link(assessment, role="owner")


def save_answer(
    *, assessment: Assessment, question: str, given: Given, seen: int, by: str
) -> Saved:
    """Save one answer seen at revision ``seen``; a collision is returned, never overwritten.

    A reply that was lost and is sent again finds its own answer and counts as saved.
    """
    revision = Answer.objects.all().save_given(
        assessment_id=assessment.pk, question=question, given=given, seen=seen, by=by
    )
    if revision is not None:
        return Saved(revision)
    stored = Answer.objects.get(assessment=assessment, question=question)
    if stored.says(given):
        return Saved(stored.revision)
    return Saved(stored.revision, conflict=stored)


def touch(assessment: Assessment) -> None:
    """Note that the assessment's answers or plan changed just now."""
    Assessment.objects.filter(pk=assessment.pk).update(changed_at=timezone.now())


@transaction.atomic
def add_action(
    *, assessment: Assessment, recommendation: Recommendation, question: Question
) -> Action:
    """Put a recommended step into the plan; the same step twice is one action.

    Raises TooMany when the plan is full.
    """
    existing = assessment.actions.filter(question=question.slug).first()
    if existing:
        return existing
    today = timezone.localdate()
    strategy = recommendation.strategy
    return append_action(
        Action(
            assessment=assessment,
            title=strategy.title if strategy else recommendation.next_step,
            next_step=recommendation.next_step,
            question=question.slug,
            level=recommendation.gap.level,
            strategy=strategy.slug if strategy else "",
            effort=recommendation.effort,
            due_on=today + timedelta(days=recommendation.days) if recommendation.days else None,
            added_on=today,
        )
    )


def append_action(action: Action) -> Action:
    """Store ``action`` at the end of its plan. Raises TooMany when the plan is full."""
    actions = Action.objects.filter(assessment=action.assessment)
    if actions.count() >= MOST_ACTIONS:
        raise TooMany(f"A plan holds up to {MOST_ACTIONS} actions. Remove one first.")
    action.position = (actions.aggregate(last=Max("position"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            action.save()
    except IntegrityError:
        return actions.get(question=action.question)
    touch(action.assessment)
    return action
