"""A toolkit of seven questions that staff keep changing, published by the real publishing."""

from __future__ import annotations

from django.db.models import F

from tests.toolkit import small
from toolkit import editions
from toolkit.catalogue import Catalogue
from toolkit.importing import load
from toolkit.models import Edition, Question, Strategy

NA = "Choose this if nobody is employed that way."
COMPONENTS = ("pay", "benefits")
# Retired and asked again while the test runs; the others stay, so that no component is ever empty.
PASSING = ("tips", "health")
QUESTIONS = ("wage", "raises", "tips", "leave", "hours", "health", "sick")


def load_and_publish() -> Edition:
    """Pay (wage, raises, tips) and Benefits (leave, hours, health, sick), as edition 1.0.

    ``wage`` and ``leave`` are of the quick check, ``tips`` and ``hours`` hang on a flag, and
    ``tips`` and ``leave`` may not apply.
    """
    documents = small.small_documents()
    documents["component"] = [
        small.component(
            "pay",
            1,
            "PAY",
            [
                small.question(
                    "wage", "PAY-1", "pay", weight=3, weight_reason="Basic need: rent.", quick=True
                ),
                small.question("raises", "PAY-2", "pay"),
                small.question("tips", "PAY-3", "pay", weight=1, applies_if="tipped", na_when=NA),
            ],
        ),
        small.component(
            "benefits",
            2,
            "BN",
            [
                small.question("leave", "BN-1", "benefits", quick=True, na_when=NA),
                small.question("hours", "BN-2", "benefits", weight=3, applies_if="part_time"),
                small.question("health", "BN-3", "benefits", weight=1),
                small.question("sick", "BN-4", "benefits"),
            ],
        ),
    ]
    documents["strategy"] = [
        small.strategy(f"raise-{slug}", slug, component="pay", effort=effort)
        for slug, effort in zip(QUESTIONS, ("low", "medium", "high") * 3, strict=False)
    ]
    load(small.content(documents))
    return small.publish()


def live() -> Catalogue:
    """What is published now."""
    return editions.live_catalogue()


def of_edition(number: int) -> Catalogue:
    """What the newest revision of an edition asks."""
    newest = Edition.objects.filter(number=number).defer("document").latest("revision")
    return editions.catalogue_for(newest)


def correct(slug: str, mark: int) -> Edition:
    """Publish a better hint: a correction, which running assessments follow."""
    Question.objects.filter(slug=slug).update(hint=f"Hint {mark}.")
    return small.publish()


def reword(slug: str, mark: int, *, means_the_same: bool) -> Edition:
    """Publish another wording: a correction if it means the same, else a new edition."""
    Question.objects.filter(slug=slug).update(text=f"What about {slug}, {mark}?")
    return small.publish(same_meaning=(slug,) if means_the_same else ())


def reweigh(slug: str) -> Edition:
    """Publish another weight of a question that is no basic need: a new edition."""
    Question.objects.filter(slug=slug).update(
        weight=3 - F("weight"), weight_reason="Evidence: one."
    )
    return small.publish()


def come_or_go(slug: str) -> Edition:
    """Publish without a question, or with it once more: a new edition."""
    is_retired = not Question.objects.get(slug=slug).is_retired
    Question.objects.filter(slug=slug).update(is_retired=is_retired)
    Strategy.objects.filter(slug=f"raise-{slug}").update(is_retired=is_retired)
    return small.publish()
