"""What pages and documents of one assessment are made from: answers, actions, sources."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from assessment import plan
from assessment.access import Access
from assessment.models import Action, Answer, Assessment
from assessment.scoring import Reply
from toolkit.cards import card_values


def answers_of(assessment: Assessment) -> dict[str, Answer]:
    """The stored answers by question slug. One query."""
    return {a.question: a for a in Answer.objects.filter(assessment=assessment)}


def replies_of(answers: Mapping[str, Answer]) -> dict[str, Reply]:
    """The answers as the pure rules see them."""
    return {slug: answer.reply() for slug, answer in answers.items()}


def plan_for(
    access: Access, *, include_answers: bool = False, include_notes: bool = False
) -> plan.PlanDocument:
    """The plan document of an assessment as it stands. Three queries: answers, actions, sources."""
    assessment = access.assessment
    answers = answers_of(assessment)
    actions = list(Action.objects.filter(assessment=assessment))
    catalogue = access.catalogue
    return plan.plan_document(
        catalogue=catalogue,
        edition_label=access.edition_label,
        profile=assessment.profile(),
        cover=cover_of(assessment),
        replies=replies_of(answers),
        actions=[action.value() for action in actions],
        resources={
            slug: plan.ResourceCard(**values)
            for slug, values in card_values(plan.citable(catalogue)).items()
        },
        as_of=last_change(assessment, answers, actions),
        include_answers=include_answers,
        include_notes=include_notes,
    )


def cover_of(assessment: Assessment) -> plan.Cover:
    """What documents say of the employer."""
    return plan.Cover(
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
