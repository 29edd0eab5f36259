"""A sample employer with answers and a plan: the same for everybody, clearly a sample."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from assessment import access, workflow
from assessment.models import Answer, Assessment
from assessment.recommendation import recommend
from assessment.scoring import Reply, score
from toolkit import editions
from toolkit.catalogue import Catalogue

LABEL = "for whoever runs the command"
NAME = "Harbor Street Bakery (sample)"
# Levels by component in the order of their questions; n is "does not apply", ? is not sure.
LEVELS = {
    "recruitment-hiring": "312123",
    "benefits": "112023",
    "diversity-equity-inclusion-accessibility": "232133",
    "empowerment-representation": "112013",
    "job-security-working-conditions": "221n30",
    "organizational-culture": "332123",
    "pay": "213122",
    "skills-career-advancement": "23132?",
}
OWNERS = ("Maria Lopez, owner", "Sam Lee, bakery manager", "Ana Ruiz, shop lead")
NOTE = "Sample note: the schedule hangs by the time clock."


class Command(BaseCommand):
    """Create the sample once."""

    help = "Create the sample employer with answers and a plan, if there is none."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create it if it is missing, and print a fresh link that opens it."""
        sample = Assessment.objects.filter(is_sample=True).first() or self.created()
        sample.links.filter(label=LABEL).delete()
        _, secret = access.make_link(sample, role="edit", label=LABEL)
        self.stdout.write(f"Sample employer: open it at /open/{secret}/")

    def created(self) -> Assessment:
        """The sample, made just now. Raises CommandError before the first publishing."""
        edition = editions.live_edition()
        if edition is None:
            raise CommandError(
                "Publish the toolkit first: manage.py load_content --publish-if-empty"
            )
        return create_sample(editions.catalogue_for(edition), edition.number)


@transaction.atomic
def create_sample(catalogue: Catalogue, edition_number: int) -> Assessment:
    """Store the sample with its answers and plan, and return it."""
    assessment = Assessment(
        edition_number=edition_number,
        name=NAME,
        headcount=40,
        respondent="owner",
        sector="31-33",
        size="10-49",
        has_shifts=True,
        has_part_time=True,
        is_sample=True,
    )
    workflow.start_assessment(assessment=assessment)
    replies = _answer(catalogue, assessment)
    _plan(catalogue, assessment, replies)
    return assessment


def _answer(catalogue: Catalogue, assessment: Assessment) -> dict[str, Reply]:
    replies = {}
    for component in catalogue.components:
        marks = LEVELS.get(component.slug, "")
        for question, mark in zip(component.questions, marks, strict=False):
            is_out = mark == "n" and bool(question.na_when)
            reply = Reply(
                level=int(mark) if mark.isdigit() else None,
                is_not_applicable=is_out,
                is_not_sure=mark == "?",
                note=NOTE if question.code == "JS-1" else "",
            )
            replies[question.slug] = reply
            Answer.objects.create(
                assessment=assessment,
                question=question.slug,
                level=reply.level,
                is_not_applicable=is_out,
                is_not_sure=reply.is_not_sure,
                note=reply.note,
                saved_at=timezone.now(),
                saved_by=access.ROLE_WORDS["owner"],
            )
    return replies


def _plan(catalogue: Catalogue, assessment: Assessment, replies: dict[str, Reply]) -> None:
    profile = assessment.profile()
    found = recommend(catalogue, profile, replies, score(catalogue, profile, replies))
    today = timezone.localdate()
    for number, recommendation in enumerate(found.shown[:5]):
        action = workflow.add_action(
            assessment=assessment,
            recommendation=recommendation,
            question=recommendation.question,
        )
        action.owner = OWNERS[number % len(OWNERS)]
        action.due_on = action.due_on or today + timedelta(days=90)
        action.status = "under-way" if number == 0 else "not-started"
        action.save()
