"""What one component has to offer, read from a catalogue: practices, strategies, sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .catalogue import (
    EFFORTS,
    IN_PLACE,
    Catalogue,
    Component,
    Question,
    ResourceUse,
    Strategy,
    is_employer_case,
)


@dataclass(frozen=True, slots=True)
class Practice:
    """One question of the component: what “in place” means, and the strategies that get there."""

    question: Question
    strategies: tuple[Strategy, ...]

    @property
    def in_place(self) -> str:
        """The statement that counts as in place, in full."""
        return self.question.in_full(IN_PLACE)


@dataclass(frozen=True, slots=True)
class Source:
    """An archive item that strategies lean on, in how many of them, and in what part."""

    slug: str
    role: str
    strategies: int
    is_employer_case: bool
    is_loose: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """A component as its page shows it; sources are ordered by how many strategies use them."""

    component: Component
    practices: tuple[Practice, ...]
    strategies: tuple[Strategy, ...]
    sources: tuple[Source, ...]

    @property
    def guides(self) -> list[Source]:
        """Guides, the toolkit's own page left out: it stands above them."""
        return [s for s in self.sources if s.role == "guide" and s.slug != self.component.source]

    @property
    def cases(self) -> list[Source]:
        """Case studies of named employers."""
        return [s for s in self.sources if s.is_employer_case]

    @property
    def evidence(self) -> list[Source]:
        """Everything else that backs a strategy."""
        taken = {s.slug for s in (*self.guides, *self.cases)} | {self.component.source}
        return [s for s in self.sources if s.slug not in taken]

    @property
    def first_guide(self) -> Source | None:
        """The guide to begin with: the one most strategies lean on."""
        return next(iter(self.guides), None)

    @property
    def first_case(self) -> Source | None:
        """The case to begin with: one that shows the very practice, if there is any."""
        return next((s for s in self.cases if not s.is_loose), None)

    @property
    def first_strategy(self) -> Strategy | None:
        """The strategy to begin with: little effort, then the most questions served."""
        return min(
            self.strategies,
            key=lambda s: (EFFORTS.index(s.effort), -len(s.serves), s.days, s.slug),
            default=None,
        )


def overview(catalogue: Catalogue, slug: str) -> Overview:
    """The overview of a component of ``catalogue``. Raises KeyError where there is none."""
    component = catalogue.by_slug[slug]
    practices = tuple(
        Practice(question, tuple(_serving(catalogue, question.slug)))
        for question in component.questions
    )
    serving = dict.fromkeys(s for practice in practices for s in practice.strategies)
    return Overview(
        component=component,
        practices=practices,
        strategies=tuple(s for s in catalogue.strategies if s.component == slug),
        sources=tuple(_sources(catalogue, list(serving))),
    )


def _serving(catalogue: Catalogue, question: str) -> Iterator[Strategy]:
    for strategy in catalogue.strategies:
        if any(serves.question == question for serves in strategy.serves):
            yield strategy


def _sources(catalogue: Catalogue, strategies: list[Strategy]) -> list[Source]:
    found: dict[tuple[str, str], list[ResourceUse]] = {}
    for strategy in strategies:
        for use in strategy.resources:
            found.setdefault((use.resource, use.role), []).append(use)
    sources = [
        Source(
            slug=slug,
            role=role,
            strategies=len(uses),
            is_employer_case=is_employer_case(uses[0], catalogue.facets.get(slug)),
            is_loose=all(use.fit == "loose" for use in uses),
        )
        for (slug, role), uses in found.items()
    ]
    return sorted(sources, key=lambda s: (s.is_loose, -s.strategies, s.slug))
