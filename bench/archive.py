"""Fills the archive with 10,000 made-up items and writes the requests that are measured.

Each item is put together from parts of the real ones, so that words, lengths and how often a word
is met are those of a real archive; the same ones every time.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from toolkit.models import Component, Resource, ResourceComponent, ResourceFact  # noqa: E402
from toolkit.resource_document import Fact  # noqa: E402
from toolkit.search import component_slugs, part_ends, search_text  # noqa: E402

ITEMS = 10_000
BATCH = 500
LINK_STATES = ["not-checked"] * 2 + ["live"] * 6 + ["moved", "gone"]
# What is asked of the archive, by the name of its measurement.
REQUESTS = {
    "list": ["/archive/"],
    "one_word": [f"/archive/?q={word}" for word in ("childcare", "apprenticeship", "turnover")],
    "three_words": [
        f"/archive/?q={words}"
        for words in ("worker+voice+survey", "paid+leave+benefits", "skills+training+employer")
    ],
    "prefix": [f"/archive/?q={beginning}" for beginning in ("sched", "appr", "own")],
    # What nearly every item has: the most that a search can cost.
    "broad": [f"/archive/?q={beginning}" for beginning in ("wor", "work", "e")],
    "facet_search": [
        "/archive/?q=training&component=skills-career-advancement&kind=report",
        "/archive/?q=wage&verification=verified&federal=no",
        "/archive/?q=work&year=2022&sort=newest",
    ],
    "page_40": ["/archive/?page=40", "/archive/?page=40&sort=newest", "/archive/?q=work&page=40"],
    "feed": ["/archive/feed/"],
    "resource": [f"/archive/bench-{number}/" for number in range(1000, ITEMS, 1000)],
}


def seed(folder: Path) -> None:
    """Fill the archive of a database that holds the real items; write the requests' files."""
    with transaction.atomic():
        for items in _batches(list(_made_up(ITEMS - Resource.objects.count()))):
            _store(items)
    with connection.cursor() as cursor:
        # What PostgreSQL does by itself within minutes of so many new rows.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    for name, addresses in REQUESTS.items():
        lines = "".join(f"GET\t{address}\t\t\t\n" for address in addresses)
        (folder / f"{name}.requests").write_text(lines)


def _made_up(count: int) -> Iterator[tuple[Resource, list[ResourceFact], list[Component]]]:
    """New items with their facts and components, none of them stored."""
    chance = random.Random("an archive of 10,000")  # noqa: S311
    real = list(Resource.objects.prefetch_related("facts").order_by("number"))
    facts = [fact for item in real for fact in item.facts.all()]
    components = list(Component.objects.order_by("position"))
    sentences = [s for item in real for s in item.summary.split(". ")]
    organizations = sorted({item.organization for item in real})
    first = max(item.number for item in real) + 1
    for number in range(first, first + count):
        one, other = chance.sample(real, 2)
        words, more = one.title.split(), other.title.split()
        organization = chance.choice(organizations)
        if chance.random() < 0.1:
            organization = f"{organization} and {chance.choice(organizations)}"[:250]
        state = chance.choice(LINK_STATES)
        item = Resource(
            slug=f"bench-{number}",
            number=number,
            title=" ".join(words[: len(words) // 2 + 1] + more[len(more) // 2 :])[:250],
            kind=one.kind,
            organization=organization,
            published=one.published,
            date_precision=one.date_precision,
            summary=". ".join(chance.sample(sentences, 3))[:1000],
            original_url=other.original_url,
            verification=chance.choice(real).verification,
            is_federal=other.is_federal,
            rights=one.rights,
            description_source=one.description_source,
            link_state=state,
            link_checked_on=None if state == "not-checked" else date(2026, 11, 1),
        )
        chosen = [
            ResourceFact(resource=item, position=place, text=f.text, source=f.source, basis=f.basis)
            for place, f in enumerate(chance.sample(facts, chance.randint(1, 6)))
        ]
        words_of = [Fact(fact.text, fact.source, fact.basis) for fact in chosen]
        item.search_text = search_text(item.title, item.organization, item.summary, words_of)
        item.title_end, item.organization_end, item.summary_end = part_ends(item.search_text)
        named = chance.sample(components, chance.randint(1, 3))
        item.component_slugs = component_slugs(component.slug for component in named)
        yield item, chosen, named


def _batches[T](items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _store(items: list[tuple[Resource, list[ResourceFact], list[Component]]]) -> None:
    Resource.objects.bulk_create(item for item, _, _ in items)
    ResourceFact.objects.bulk_create(fact for _, facts, _ in items for fact in facts)
    ResourceComponent.objects.bulk_create(
        ResourceComponent(resource=item, component=component, position=place)
        for item, _, components in items
        for place, component in enumerate(components)
    )


if __name__ == "__main__":
    seed(Path(sys.argv[1]))
