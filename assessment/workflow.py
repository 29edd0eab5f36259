"""What an employer does that touches more than one row: keyword-only, atomic."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from assessment import mailing, moving, reassessing
from assessment.access import NoAccess, make_link, stop
from assessment.aim import Aim, merged
from assessment.models import (
    AccessLink,
    Action,
    ActionChange,
    Answer,
    Assessment,
    Move,
    OwnerEmail,
    TurnoverEstimate,
)
from assessment.models.action import MOST_ACTIONS
from assessment.models.answer import AnswerQuerySet, Given
from assessment.recommendation import Recommendation
from assessment.scoring import DEFAULT_IMPORTANCE, DEFAULT_TARGET, FULL
from toolkit import editions
from toolkit.catalogue import Question
from toolkit.models import Edition

PLAN_IS_FULL = f"A plan can have up to {MOST_ACTIONS} actions. Remove one first."


class TooMany(Exception):
    """A limit on how much one assessment may hold was reached."""


class EditionMoved(Exception):
    """The assessment answers another edition by now than the request was made for."""


class CannotUndo(Exception):
    """A move cannot be undone; the message says why, in plain words."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The outcome of saving one answer: the answer as it is stored now, ours or another's."""

    answer: Answer
    is_conflict: bool = False

    @property
    def revision(self) -> int:
        """The revision that is stored now."""
        return self.answer.revision

    @property
    def conflict(self) -> Answer | None:
        """The answer that somebody else saved in the meantime, if one stands in the way."""
        return self.answer if self.is_conflict else None


@transaction.atomic
def start_assessment(*, assessment: Assessment, email: str = "") -> tuple[AccessLink, str]:
    """Store a new assessment with its owner's link; return the link and its secret.

    ``email``: the owner's address, if given.
    """
    assessment.save()
    if email:
        keep_email(assessment=assessment, email=email)
    return make_link(assessment, role="owner")


def save_answer(
    *, assessment: Assessment, question: str, given: Given, seen: int, by: str
) -> Saved:
    """Save one answer seen at revision ``seen``; a collision is returned, never overwritten.

    ``assessment`` as it was read: its edition is the one answered. A reply that was lost and is
    sent again finds its own answer and counts as saved. Raises EditionMoved, with nothing saved,
    when the assessment has moved to another edition since (or is no longer there).
    """
    answer = Answer.objects.all().save_given(
        assessment_id=assessment.pk,
        edition=assessment.edition_number,
        question=question,
        given=given,
        seen=seen,
        by=by,
    )
    if answer is not None:
        return Saved(answer)
    stored = (
        Answer.objects.filter(assessment=assessment, question=question)
        .select_related("assessment")
        .first()
    )
    # A row is never deleted, so without one only the edition can have stood in the way.
    if stored is None or stored.assessment.edition_number != assessment.edition_number:
        raise EditionMoved
    return Saved(stored, is_conflict=not stored.says(given))


def touch(assessment: Assessment) -> None:
    """Note that the assessment's answers or plan changed just now."""
    Assessment.objects.filter(pk=assessment.pk).update(changed_at=timezone.now())


@transaction.atomic
def save_profile(*, assessment: Assessment, fields: Collection[str]) -> None:
    """Store what an employer says of itself: these fields of ``assessment``, and no others.

    Raises NoAccess where the assessment was deleted in the meantime.
    """
    try:
        assessment.save(update_fields=[*fields, "changed_at"])
    except Assessment.NotUpdated as error:
        raise NoAccess("Deleted in the meantime") from error


def continue_full(*, assessment: Assessment) -> None:
    """From the quick check to all questions; answers are kept."""
    Assessment.objects.filter(pk=assessment.pk).update(mode=FULL, changed_at=timezone.now())


def finish(*, assessment: Assessment) -> None:
    """Note the day, the first time; nothing is locked (decisions.md 8)."""
    Assessment.objects.filter(pk=assessment.pk, finished_at=None).update(finished_at=timezone.now())


@transaction.atomic
def add_action(
    *, assessment: Assessment, recommendation: Recommendation, question: Question, by: str = ""
) -> Action:
    """Put a recommended step into the plan; the same step twice is one action.

    ``by``: who adds it, in words, "" where it was the product itself. Raises TooMany when the plan
    is full.
    """
    existing = assessment.actions.in_plan().filter(question=question.slug).first()
    if existing:
        return existing
    return append_action(_recommended(assessment, recommendation), by=by)


def _recommended(assessment: Assessment, recommendation: Recommendation) -> Action:
    """A recommended step as an action, not stored yet; what it says is copied (decisions.md 18)."""
    today = timezone.localdate()
    strategy = recommendation.strategy
    return Action(
        assessment=assessment,
        title=strategy.title if strategy else recommendation.next_step,
        next_step=recommendation.next_step,
        question=recommendation.question.slug,
        level=recommendation.gap.level,
        strategy=strategy.slug if strategy else "",
        effort=recommendation.effort,
        due_on=today + timedelta(days=recommendation.days) if recommendation.days else None,
        added_on=today,
    )


@dataclass(frozen=True, slots=True)
class Adopted:
    """The actions a set of steps became, and those that were in the plan before."""

    added: list[Action]
    known: list[Action]


@transaction.atomic
def adopt_steps(
    *, assessment: Assessment, steps: Sequence[Recommendation], by: str = ""
) -> Adopted:
    """Put a set of recommended steps into the plan, all or none; each becomes one action.

    A step that is in the plan stays as it is. Raises TooMany, saying how many fit, when the plan
    has no room for all the others.
    """
    Assessment.objects.hold(assessment.pk)
    in_plan = {a.question: a for a in assessment.actions.in_plan()}
    new = [step for step in steps if step.question.slug not in in_plan]
    room = MOST_ACTIONS - assessment.actions.in_plan().count()
    if len(new) > room:
        fits = f"{room} more {'fits' if room == 1 else 'fit'}" if room > 0 else "it is full"
        raise TooMany(
            f"Nothing was added. A plan can have up to {MOST_ACTIONS} actions; {fits}, and you "
            f"chose {len(new)}. Uncheck some, or remove actions from your plan first."
        )
    known = [in_plan[step.question.slug] for step in steps if step.question.slug in in_plan]
    added: list[Action] = []
    for step in new:
        action = _recommended(assessment, step)
        stored = append_action(action, by=by)
        (added if stored is action else known).append(stored)
    return Adopted(added=added, known=known)


@transaction.atomic
def set_aims(
    *, assessment: Assessment, wanted: Mapping[str, tuple[Aim | None, Aim]]
) -> dict[str, Aim]:
    """Store what is aimed for in each component, by slug; return what stands in the way.

    ``wanted``: the aim its sender had seen, None where that is not known, and the one chosen. Only
    what was changed is stored, so that of two pages open at once neither undoes the other. Where
    both changed the same thing, nothing at all is stored and the stored aims are returned.
    """
    row = Assessment.objects.select_for_update().get(pk=assessment.pk)
    profile = row.profile()
    collisions: dict[str, Aim] = {}
    for slug, (seen, aim) in wanted.items():
        stored = Aim.in_profile(profile, slug)
        result = merged(stored=stored, seen=seen or stored, wanted=aim)
        if result is None:
            collisions[slug] = stored
            continue
        _keep(row.targets, slug, result.target, DEFAULT_TARGET)
        _keep(row.importance, slug, result.importance, DEFAULT_IMPORTANCE)
    if not collisions:
        row.save(update_fields=["targets", "importance", "changed_at"])
    return collisions


def _keep(values: dict[str, int], slug: str, value: int, default: int) -> None:
    """Note ``value``, or nothing where it is the default."""
    values.pop(slug, None)
    if value != default:
        values[slug] = value


@transaction.atomic
def append_action(action: Action, by: str = "") -> Action:
    """Store ``action`` at the end of its plan, with the first line of its history.

    Raises TooMany when the plan is full.
    """
    Assessment.objects.hold(action.assessment_id)
    actions = Action.objects.in_plan().filter(assessment=action.assessment)
    if actions.count() >= MOST_ACTIONS:
        raise TooMany(PLAN_IS_FULL)
    action.position = (actions.aggregate(last=Max("position"))["last"] or 0) + 1
    action.follow_status()
    try:
        with transaction.atomic():
            action.save()
            ActionChange.objects.create(action=action, field="added", by=by)
    except IntegrityError:
        return actions.get(question=action.question)
    ActionChange.objects.all().forget_oldest(action.assessment_id)
    Action.objects.filter(assessment=action.assessment).removed_long_ago().delete()
    touch(action.assessment)
    return action


TOLD = ("headcount", "leavers", "pay", "low_percent", "high_percent", "is_in_documents")


@transaction.atomic
def tell_turnover(*, estimate: TurnoverEstimate) -> TurnoverEstimate:
    """Store what was told of turnover; return it as stored. Of two presses both count as one."""
    Assessment.objects.hold(estimate.assessment_id)
    stored, _ = TurnoverEstimate.objects.update_or_create(
        assessment=estimate.assessment, defaults={name: getattr(estimate, name) for name in TOLD}
    )
    touch(estimate.assessment)
    return stored


@transaction.atomic
def forget_turnover(*, assessment: Assessment) -> None:
    """Forget what was told of turnover. Twice is once."""
    TurnoverEstimate.objects.filter(assessment=assessment).delete()
    touch(assessment)


@transaction.atomic
def delete_assessment(*, assessment: Assessment) -> None:
    """Delete an assessment with everything in it.

    Its own row is locked first, as by whoever saves an answer: the other way around the two would
    wait for each other.
    """
    Assessment.objects.hold(assessment.pk)
    reassessing.end_comparisons(assessment.later.all())
    assessment.delete()


@transaction.atomic
def keep_email(*, assessment: Assessment, email: str) -> None:
    """Keep an owner's address; "" forgets it. Links mailed to another one and not opened stop."""
    Assessment.objects.hold(assessment.pk)
    known = OwnerEmail.objects.filter(assessment=assessment)
    if known.exclude(email=mailing.normal(email)).delete()[0]:
        stop(AccessLink.objects.waiting().filter(assessment=assessment))
    if email:
        OwnerEmail.objects.get_or_create(
            assessment=assessment, defaults={"email": mailing.normal(email)}
        )


# -- moving to a newer edition ---------------------------------------------------------------


@transaction.atomic
def move_to_edition(*, assessment: Assessment, edition: Edition, by: str) -> Move:
    """Move an assessment to a newer edition; answers that are not like for like become to confirm.

    ``assessment`` as it was read: of two presses one moves it. Marking raises the revision of an
    answer, so that a page drawn before cannot save over it. Raises EditionMoved, with nothing
    changed, when the assessment answers another edition by now or ``edition`` is not newer.
    """
    seen = assessment.edition_number
    # First of all, because it makes whoever saves an answer wait (models/answer.py).
    moved = Assessment.objects.filter(
        pk=assessment.pk, edition_number=seen, edition_number__lt=edition.number
    ).update(edition_number=edition.number, changed_at=timezone.now())
    if not moved:
        raise EditionMoved
    answers = Answer.objects.filter(assessment=assessment)
    marked = moving.to_be_confirmed(
        editions.catalogue_for(Edition.objects.filter(number=seen).latest("revision")),
        editions.catalogue_for(edition),
        {answer.question: answer.reply() for answer in answers},
    )
    _mark(answers.filter(question__in=marked), is_to_confirm=True)
    move = Move.objects.create(
        assessment=assessment,
        from_number=seen,
        to_number=edition.number,
        marked=list(marked),
        revisions=answers.revisions(),
        by=by,
    )
    Move.objects.all().forget_undone(assessment.pk)
    return move


@transaction.atomic
def undo_move(*, assessment: Assessment) -> Move:
    """Take the last move of an assessment back, with the marks it set and no others; return it.

    Raises CannotUndo, with nothing changed, when there is none to undo or an answer was saved or
    confirmed since: it was given to the newer edition.
    """
    # First of all, because it makes another press, or whoever saves an answer, wait.
    locked = Assessment.objects.select_for_update().filter(pk=assessment.pk)
    move = Move.objects.filter(assessment__in=list(locked)).first()
    if move is None or move.undone_at:
        raise CannotUndo("There is no move to undo; it may already have been undone.")
    answers = Answer.objects.filter(assessment=assessment)
    if answers.revisions() != move.revisions:
        raise CannotUndo(
            f"An answer was saved after the move to edition {move.to_number}, so the move can no "
            "longer be undone. Nothing was changed."
        )
    _mark(answers.filter(question__in=move.marked), is_to_confirm=False)
    locked.update(edition_number=move.from_number, changed_at=timezone.now())
    move.undone_at = timezone.now()
    move.save(update_fields=["undone_at"])
    return move


def _mark(answers: AnswerQuerySet, *, is_to_confirm: bool) -> None:
    answers.update(is_to_confirm=is_to_confirm, revision=F("revision") + 1)


def decline_edition(*, assessment: Assessment, number: int) -> Assessment:
    """Note that the owner stays rather than move to this edition; it is not offered again.

    It can still be moved to. Declining an older one than was declined before changes nothing.
    """
    Assessment.objects.filter(
        Q(declined_edition=None) | Q(declined_edition__lt=number), pk=assessment.pk
    ).update(declined_edition=number, changed_at=timezone.now())
    assessment.refresh_from_db(fields=["declined_edition"])
    return assessment
