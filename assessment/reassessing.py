"""Starting again from an assessment, and placing an earlier one before it.

Keyword-only, atomic. Nothing here changes the assessment that is started from: its answers, plan
and documents stay as they are (decisions.md 10, 12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from assessment import moving
from assessment.access import make_link
from assessment.chain import LONGEST
from assessment.models import AccessLink, Action, ActionChange, Answer, Assessment, OwnerEmail
from assessment.plan_document import CLOSED
from toolkit.catalogue import Catalogue

# Not copied: what tells one assessment from another, and what it will come to by itself.
OWN = {
    "id",
    "public_id",
    "edition_number",
    "declined_edition",
    "mode",
    "earlier",
    "earlier_gone_on",
    "brought_back_at",
    "is_sample",
    "started_at",
    "finished_at",
    "changed_at",
}
# Of an action the same; its history begins anew.
OWN_OF_ACTION = {"id", "assessment", "key", "position", "changed_at", "sequence", "removed_at"}


class AlreadyStarted(Exception):
    """A new assessment was started from this one before, and no answer in it is confirmed yet."""


class CannotPlace(Exception):
    """An assessment cannot be placed before another; the message says why, in plain words."""


# -- starting again --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An answer that stays with the old assessment: its question is not in the new edition."""

    text: str
    words: str


def not_taken(
    *, old: Catalogue, new: Catalogue, answers: Mapping[str, Answer]
) -> tuple[NotTaken, ...]:
    """The answers, in the order of the old edition, that a new assessment does not take over."""
    return tuple(
        NotTaken(q.text, moving.answer_words(q, answers[slug].reply()))
        for slug, q in old.questions.items()
        if slug not in new.questions and slug in answers and answers[slug].choice
    )


def open_actions(assessment: Assessment) -> list[Action]:
    """The actions that may be carried over: in the plan, neither done nor dropped. One query."""
    return list(assessment.actions.in_plan().exclude(status__in=CLOSED))


def unconfirmed_later(assessment: Assessment) -> list[Assessment]:
    """Those started from this one in which no answer counts yet, newest first. One query."""
    counts = Answer.objects.filter(
        Q(level__isnull=False) | Q(is_not_applicable=True), is_to_confirm=False
    )
    started = assessment.later.exclude(pk__in=counts.values("assessment"))
    return list(started.order_by("-started_at"))


@transaction.atomic
def start_again(
    *,
    earlier: Assessment,
    catalogue: Catalogue,
    edition_number: int,
    mode: str,
    carry_actions: bool,
    another: bool,
    by: str,
) -> tuple[AccessLink, str]:
    """Start a new assessment from ``earlier``; return its owner's link and the secret.

    It answers the edition ``edition_number``, whose questions are ``catalogue``, and takes over
    profile, targets, importance, and every answer to a question of that edition, each marked as to
    confirm: none counts until it is confirmed. ``carry_actions`` copies the open actions too. The
    owner's address, if there is one, stands for both.

    Raises AlreadyStarted, with nothing stored, where one was started before and nothing in it is
    confirmed yet, unless ``another`` says that a second one is meant: pressing twice makes one.
    """
    Assessment.objects.hold(earlier.pk)
    if not another and unconfirmed_later(earlier):
        raise AlreadyStarted
    assessment = _copied(earlier, catalogue, edition_number, mode)
    assessment.save()
    _copy_answers(earlier, assessment, catalogue)
    if carry_actions:
        _copy_actions(earlier, assessment, by)
    if known := OwnerEmail.objects.filter(assessment=earlier).first():
        OwnerEmail.objects.create(assessment=assessment, email=known.email)
    return make_link(assessment, role="owner")


def _copied(
    earlier: Assessment, catalogue: Catalogue, edition_number: int, mode: str
) -> Assessment:
    known = catalogue.by_slug
    values = {
        f.name: getattr(earlier, f.name)
        for f in Assessment._meta.concrete_fields
        if f.name not in OWN
    }
    for name in ("importance", "targets"):
        values[name] = {slug: v for slug, v in values[name].items() if slug in known}
    return Assessment(earlier=earlier, edition_number=edition_number, mode=mode, **values)


def _copy_answers(earlier: Assessment, assessment: Assessment, catalogue: Catalogue) -> None:
    now = timezone.now()
    Answer.objects.bulk_create(
        Answer(
            assessment=assessment,
            question=answer.question,
            level=answer.level,
            is_not_applicable=answer.is_not_applicable,
            is_not_sure=answer.is_not_sure,
            # Only a note, or only "not sure", is no answer that could be confirmed.
            is_to_confirm=bool(answer.choice),
            note=answer.note,
            saved_at=now,
            saved_by=answer.saved_by,
        )
        for answer in earlier.answers.filter(question__in=catalogue.questions)
    )


def _copy_actions(earlier: Assessment, assessment: Assessment, by: str) -> None:
    names = [f.name for f in Action._meta.concrete_fields if f.name not in OWN_OF_ACTION]
    copies = Action.objects.bulk_create(
        Action(
            assessment=assessment,
            position=position,
            **{name: getattr(action, name) for name in names},
        )
        for position, action in enumerate(open_actions(earlier), 1)
    )
    ActionChange.objects.bulk_create(
        ActionChange(action=copy, field="carried over", by=by) for copy in copies
    )


# -- an earlier one of this device -----------------------------------------------------------


def placeable(assessment: Assessment, owned: list[Assessment]) -> list[Assessment]:
    """Of the assessments this browser owns, those that can stand before ``assessment``.

    Left out are itself, the one that stands there, and those it stands before. One query.
    """
    later = _ids(_LATER, assessment)
    return [o for o in owned if o.pk != assessment.earlier_id and o.pk not in later]


@transaction.atomic
def place_earlier(*, assessment: Assessment, earlier: Assessment) -> Assessment:
    """Place ``earlier`` before ``assessment``, in place of another that may stand there.

    That one browser owns both is the caller's to check. Raises CannotPlace, with nothing changed,
    where the line would lead back to its beginning or grow too long.
    """
    Assessment.objects.hold(assessment.pk, earlier.pk)
    line = _ids(_EARLIER, earlier)
    if assessment.pk in line:
        raise CannotPlace("That one already comes after this one. Choose another.")
    if len(line) >= LONGEST:
        raise CannotPlace(
            f"Up to {LONGEST} assessments can be compared in a row. With the ones before it, that "
            "one would be too many. Choose another."
        )
    return _place(assessment, earlier)


@transaction.atomic
def take_earlier_away(*, assessment: Assessment) -> Assessment:
    """Let no assessment stand before this one; both stay as they are."""
    return _place(assessment, None)


def _place(assessment: Assessment, earlier: Assessment | None) -> Assessment:
    Assessment.objects.filter(pk=assessment.pk).update(
        earlier=earlier, earlier_gone_on=None, changed_at=timezone.now()
    )
    assessment.refresh_from_db(fields=["earlier", "earlier_gone_on", "changed_at"])
    return assessment


def end_comparisons(later: models.QuerySet[Assessment]) -> int:
    """Let nothing stand before these any more, not by their owners' doing; returns how many.

    Their pages say so. It is no change of theirs: neither their documents' date nor how long they
    are kept moves.
    """
    return later.update(earlier=None, earlier_gone_on=timezone.localdate())


# An assessment and all before it, or all after it. UNION drops what was found before, so that even
# a circle would come to an end.
_EARLIER = """
    WITH RECURSIVE line(id, earlier_id) AS (
        SELECT id, earlier_id FROM assessment_assessment WHERE id = %s
        UNION
        SELECT a.id, a.earlier_id FROM assessment_assessment a JOIN line ON a.id = line.earlier_id
    ) SELECT id FROM line
"""
_LATER = """
    WITH RECURSIVE line(id) AS (
        SELECT id FROM assessment_assessment WHERE id = %s
        UNION
        SELECT a.id FROM assessment_assessment a JOIN line ON a.earlier_id = line.id
    ) SELECT id FROM line
"""


def _ids(line: str, assessment: Assessment) -> set[int]:
    return {row.pk for row in Assessment.objects.raw(line, [assessment.pk])}
