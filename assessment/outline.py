"""How far an assessment is, component by component, as hub and rail show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from assessment import sentences
from assessment.scoring import Profile, Reply, Tally, progress
from toolkit.catalogue import Catalogue, Component

# Measured by nobody yet: an allowance of about a minute a question, said as "about".
SECONDS_PER_QUESTION = 65


@dataclass(frozen=True, slots=True)
class Entry:
    """One component of the outline."""

    component: Component
    number: int
    tally: Tally

    @property
    def state(self) -> str:
        """“done”, “begun” or “open”."""
        if self.tally.is_complete:
            return "done"
        return "begun" if self.tally.answered else "open"

    @property
    def minutes_left(self) -> int:
        """Minutes left, rounded up."""
        return _minutes(self.tally)


@dataclass(frozen=True, slots=True)
class Outline:
    """All components with their progress. Components with nothing asked are left out."""

    entries: tuple[Entry, ...]
    overall: Tally

    @property
    def minutes_left(self) -> int:
        """Minutes left over all, rounded up."""
        return _minutes(self.overall)

    @property
    def words(self) -> str:
        """How far it is, in a sentence or two."""
        return sentences.progress(self.overall.answered, self.overall.asked, self.minutes_left)

    @property
    def percent(self) -> int:
        """Share answered in percent; 100 only when all are."""
        if not self.overall.asked:
            return 0
        return self.overall.answered * 100 // self.overall.asked

    def entry(self, slug: str) -> Entry | None:
        """The entry of a component, or None when nothing in it is asked."""
        return next((e for e in self.entries if e.component.slug == slug), None)

    def after(self, slug: str) -> Entry | None:
        """The next entry."""
        return self._beside(slug, 1)

    def before(self, slug: str) -> Entry | None:
        """The entry before."""
        return self._beside(slug, -1)

    def _beside(self, slug: str, step: int) -> Entry | None:
        slugs = [e.component.slug for e in self.entries]
        at = slugs.index(slug) + step if slug in slugs else -1
        return self.entries[at] if 0 <= at < len(self.entries) else None


def _minutes(tally: Tally) -> int:
    return ceil((tally.asked - tally.answered) * SECONDS_PER_QUESTION / 60)


def outline(catalogue: Catalogue, profile: Profile, replies: Mapping[str, Reply]) -> Outline:
    """The outline of an assessment."""
    done = progress(catalogue, profile, replies)
    asked = [c for c in catalogue.components if done.components[c.slug].asked]
    return Outline(
        entries=tuple(Entry(c, n, done.components[c.slug]) for n, c in enumerate(asked, 1)),
        overall=done.overall,
    )
