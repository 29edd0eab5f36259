"""What pages and documents of one assessment are made from: answers, actions, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Subquery, Window
from django.db.models.functions import RowNumber

from assessment import moving, plan
from assessment.access import Access
from assessment.chain import edition_before, since_last_of
from assessment.models import Action, ActionChange, Answer, Assessment, Move, TurnoverEstimate
from assessment.plan_document import Cover, PlanDocument, ResourceCard
from assessment.recommendation import Recommendations, recommend
from assessment.scoring import Profile, Reply, Score, score
from assessment.turnover import Turnover
from assessment.worklist import Change, Working
from toolkit import editions
from toolkit.cards import card_values
from toolkit.catalogue import Question
from toolkit.models import Edition


def answers_of(assessment: Assessment) -> dict[str, Answer]:
    """The stored answers by question slug. One query."""
    return {a.question: a for a in Answer.objects.filter(assessment=assessment)}


def replies_of(answers: Mapping[str, Answer]) -> dict[str, Reply]:
    """The answers as the pure rules see them."""
    return {slug: answer.reply() for slug, answer in answers.items()}


def newer_edition(assessment: Assessment) -> Edition | None:
    """The live edition if it is newer than the one the assessment answers. One query."""
    live = editions.live_edition()
    return live if live and live.number > assessment.edition_number else None


def preview_of(access: Access, edition: Edition) -> moving.MovePreview:
    """What moving to ``edition`` would change, as the answers stand. One query."""
    return moving.preview(
        access.catalogue,
        editions.catalogue_for(edition),
        access.assessment.profile(),
        replies_of(answers_of(access.assessment)),
    )


def undoable_move(assessment: Assessment, answers: Mapping[str, Answer]) -> Move | None:
    """The last move, if it can still be undone: no answer was saved since. One query."""
    move = Move.objects.filter(assessment=assessment).first()
    if move is None or move.undone_at:
        return None
    return move if sum(a.revision for a in answers.values()) == move.revisions else None


def earlier_questions(assessment: Assessment, answers: Mapping[str, Answer]) -> dict[str, Question]:
    """The questions of ``answers`` as they were when answered, where a move left them behind.

    For an answer that a move made to confirm, the edition moved from, or the last before it that
    knows the question; for any other, the last edition moved from that knows it. One query, and
    none without answers; one more where an answer was taken over from an earlier assessment, which
    no move marked: the edition that one answered then.
    """
    found: dict[str, Question] = {}
    if not answers:
        return found
    newest = Edition.objects.filter(number=OuterRef("from_number")).newest_first()
    moves: list[Any] = list(
        Move.objects.filter(assessment=assessment, undone_at=None).annotate(
            fingerprint=Subquery(newest.values("fingerprint")[:1]),
            edition=Subquery(newest.values("pk")[:1]),
        )
    )
    wanted = {slug for slug, answer in answers.items() if not answer.is_to_confirm}
    for move in moves:  # the last one first
        wanted |= answers.keys() & set(move.marked)
        known = editions.catalogue_by_key(move.fingerprint, move.edition).questions
        found |= {slug: known[slug] for slug in wanted - found.keys() if slug in known}
    left = {s for s, answer in answers.items() if answer.is_to_confirm} - found.keys()
    if left and assessment.earlier_id is not None:
        known = edition_before(assessment).questions
        found |= {slug: known[slug] for slug in left if slug in known}
    return found


@dataclass(frozen=True, slots=True)
class RetiredAnswer:
    """An answer kept although its question is no longer asked: the question, and what was said."""

    text: str
    words: str
    note: str


def retired_answers(access: Access, answers: Mapping[str, Answer]) -> list[RetiredAnswer]:
    """The answers to questions that the assessment's edition no longer knows. They count nowhere.

    One query, and none where there are none.
    """
    retired = {
        slug: answer
        for slug, answer in answers.items()
        if slug not in access.catalogue.questions and (answer.choice or answer.note)
    }
    known = earlier_questions(access.assessment, retired)
    return [
        RetiredAnswer(q.text, moving.answer_words(q, retired[slug].reply()), retired[slug].note)
        for slug, q in sorted(known.items(), key=lambda item: item[1].code)
    ]


def plan_for(
    access: Access,
    *,
    include_answers: bool = False,
    include_notes: bool = False,
    is_printed: bool = True,
) -> PlanDocument:
    """The plan document of an assessment as it stands. Queries: answers, actions, sources cited.

    ``is_printed`` adds what only documents hold: what turnover costs, if the employer ticked it (a
    query more), and what moved since an earlier assessment (three more; without one, none). A page
    that prints neither leaves them out; documents hold them always, so that those made of the same
    plan cannot differ.
    """
    assessment = access.assessment
    answers = answers_of(assessment)
    actions = list(Action.objects.in_plan().filter(assessment=assessment))
    catalogue = access.catalogue
    return plan.plan_document(
        catalogue=catalogue,
        edition_label=access.edition_label,
        profile=assessment.profile(),
        cover=cover_of(assessment),
        replies=replies_of(answers),
        actions=[action.value() for action in actions],
        resources=_cards,
        as_of=last_change(assessment, answers, actions),
        include_answers=include_answers,
        include_notes=include_notes,
        turnover=printed_turnover(assessment) if is_printed else None,
        since_last=since_last_of(access) if is_printed else None,
    )


def _cards(slugs: frozenset[str]) -> dict[str, ResourceCard]:
    return {slug: ResourceCard(**values) for slug, values in card_values(slugs).items()}


def printed_turnover(assessment: Assessment) -> Turnover | None:
    """What was told of turnover, if documents may hold it. One query."""
    told = TurnoverEstimate.objects.filter(assessment=assessment, is_in_documents=True).first()
    return told.value() if told else None


CHANGES_ON_CARD = 5


def workings_of(access: Access) -> dict[str, Working]:
    """What the page of the plan needs of each action beside the document, by key. Two queries."""
    changes: dict[int, list[Change]] = {}
    newest = Window(RowNumber(), partition_by=F("action"), order_by=F("pk").desc())
    for row in (
        ActionChange.objects.filter(
            action__assessment=access.assessment, action__removed_at__isnull=True
        )
        .annotate(newness=newest)
        .filter(newness__lte=CHANGES_ON_CARD)
    ):
        changes.setdefault(row.action_id, []).append(change_of(row))
    questions = access.catalogue.questions
    return {
        action.key: Working(
            sequence=action.sequence,
            component=questions[action.question].component if action.question in questions else "",
            level=action.level,
            changes=tuple(changes.get(action.pk, ())),
        )
        for action in Action.objects.in_plan().filter(assessment=access.assessment)
    }


def change_of(row: ActionChange) -> Change:
    """A stored line of history as pages show it."""
    return Change(row.field, row.before, row.after, row.by, row.changed_at)


def cover_of(assessment: Assessment) -> Cover:
    """What documents say of the employer."""
    return Cover(
        organization=assessment.name,
        covers=assessment.covers_words,
        headcount=f"About {assessment.headcount:,} people" if assessment.headcount else "",
        answered_by=assessment.get_respondent_display(),
        mode=assessment.mode,
    )


def last_change(
    assessment: Assessment, answers: Mapping[str, Answer], actions: list[Action]
) -> date:
    """The day of the last change of answers or actions; before any, the day of the start."""
    moments = [a.saved_at for a in answers.values()] + [a.changed_at for a in actions]
    return max(moments, default=assessment.started_at).date()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an assessment stands, and what the rules recommend from there."""

    profile: Profile
    replies: dict[str, Reply]
    score: Score
    found: Recommendations


def standing_of(access: Access) -> Standing:
    """The score of an assessment and its recommendations. One query."""
    profile = access.assessment.profile()
    replies = replies_of(answers_of(access.assessment))
    result = score(access.catalogue, profile, replies)
    found = recommend(access.catalogue, profile, replies, result)
    return Standing(profile=profile, replies=replies, score=result, found=found)
