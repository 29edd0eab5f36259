"""Rows for tests: a published edition, an assessment with answers, a plan."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from django.utils import timezone

from assessment.models import Action, Answer, Assessment
from tests.catalogues import (
    SOURCE,
    make_catalogue,
    make_component,
    make_question,
    make_strategy,
)
from toolkit import catalogue as cat
from toolkit.catalogue import Catalogue, Question
from toolkit.content_files import Content
from toolkit.importing import read_content
from toolkit.models import Edition, Resource
from toolkit.resource_document import LIST_FIELDS, PLAIN_FIELDS

JOB_SECURITY = "job-security"


def bakery_catalogue() -> Catalogue:
    """Pay (wage, ranges, tips) and Job security (notice, rest), fit to be published.

    ``wage`` is a basic need and, like ``notice``, of the quick check; ``notice`` is asked only
    where people work shifts; ``tips`` and ``rest`` may not apply.
    """
    pay = make_component(
        "pay",
        [
            make_question("wage", weight=3, weight_reason="Basic need: rent.", is_quick=True),
            make_question("ranges", weight=2),
            make_question("tips", weight=1, na_when="Choose this if nobody is tipped."),
        ],
    )
    security = make_component(
        JOB_SECURITY,
        [
            make_question("notice", weight=3, applies_if="shifts", is_quick=True),
            make_question("rest", weight=1, na_when="Choose this if nobody works long days."),
        ],
        position=2,
        title="Job security and working conditions",
        label="Job security",
    )
    return make_catalogue(
        pay,
        security,
        strategies=[
            make_strategy("raise-wage", ["wage"], effort="high", days=180),
            make_strategy("post-ranges", ["ranges", "tips"], effort="low", days=30),
            make_strategy("post-hours", ["notice", "rest"], component=JOB_SECURITY),
        ],
    )


@cache
def real_content() -> Content:
    """The content files, read once: that takes a second."""
    return read_content()


@cache
def real_catalogue() -> Catalogue:
    """The eight components and 48 questions as publishing would freeze them."""
    content = real_content()
    named = {use.resource for s in content.strategies for use in s.resources}
    facets = tuple(
        cat.ResourceFacet(r.slug, r.kind, r.employer, r.sectors, r.employer_sizes)
        for r in content.resources
        if r.slug in named
    )
    return Catalogue(content.components, content.strategies, facets)


def with_question(catalogue: Catalogue, slug: str, /, **changes: Any) -> Catalogue:
    """The catalogue with one question changed."""

    def changed(question: Question) -> Question:
        return replace(question, **changes) if question.slug == slug else question

    return replace(
        catalogue,
        components=tuple(
            replace(c, questions=tuple(map(changed, c.questions))) for c in catalogue.components
        ),
    )


def make_edition(catalogue: Catalogue, *, number: int = 1, revision: int = 0) -> Edition:
    """An edition holding ``catalogue``, as publishing leaves it."""
    document = cat.text_of(catalogue)
    return Edition.objects.create(
        number=number,
        revision=revision,
        fingerprint=cat.fingerprint(document),
        document=document,
    )


def publish_bakery_edition() -> Edition:
    """The small edition with the one archive item it names."""
    Resource.objects.create(
        slug=SOURCE,
        number=1,
        title="The toolkit",
        kind="toolkit",
        organization="Commerce",
        summary="A toolkit.",
        verification="verified",
        description_source="Written for a test.",
    )
    return make_edition(bakery_catalogue())


def publish_real_edition() -> Edition:
    """The real edition with all archive items; without the tables that staff edit."""
    Resource.objects.bulk_create(
        Resource(
            slug=item.slug,
            **{name: getattr(item, name) for name in PLAIN_FIELDS},
            **{name: list(getattr(item, name)) for name in LIST_FIELDS},
        )
        for item in real_content().resources
    )
    return make_edition(real_catalogue())


def make_assessment(**fields: Any) -> Assessment:
    """An assessment of a bakery that reads edition 1."""
    values: dict[str, Any] = {"edition_number": 1, "name": "Maria’s Bakery", "size": "10-49"}
    return Assessment.objects.create(**(values | fields))


def make_answer(assessment: Assessment, question: str, level: int | None = None, **fields: Any):
    """A stored answer, saved by the owner just now."""
    values: dict[str, Any] = {"level": level, "saved_at": timezone.now(), "saved_by": "The owner"}
    return Answer.objects.create(assessment=assessment, question=question, **(values | fields))


def answer_all(assessment: Assessment, catalogue: Catalogue, *, most: int = 48) -> None:
    """Answer the first ``most`` questions, with levels 0, 1, 2, 3, 0, 1 …"""
    now = timezone.now()
    Answer.objects.bulk_create(
        Answer(
            assessment=assessment,
            question=slug,
            level=n % 4,
            saved_at=now,
            saved_by="The owner",
        )
        for n, slug in enumerate(list(catalogue.questions)[:most])
    )


def make_action(assessment: Assessment, title: str = "Post the hours", **fields: Any) -> Action:
    """An action of the plan."""
    return Action.objects.create(assessment=assessment, title=title, **fields)
