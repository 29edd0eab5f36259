"""What a set of next steps would change, worked out as one set by the real scorer.

Pure: imports only the standard library, toolkit.catalogue, assessment.scoring and
assessment.recommendation. A set holds each question at most once, and each question rises by one
level: two steps of one question never add. The rules: decisions.md 17, 36.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from assessment.recommendation import LiftPair, Recommendation, Recommendations, pair
from assessment.scoring import ComponentScore, Profile, Reply, Score, raised_by_one, score
from toolkit.catalogue import EFFORTS, Catalogue, Strategy


@dataclass(frozen=True, slots=True)
class StrategySteps:
    """A strategy and every open step it is the first one offered for, in rank order."""

    strategy: Strategy
    steps: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class ComponentChange:
    """A component with steps of the set in it, now and after all of them."""

    before: ComponentScore
    after: ComponentScore

    @property
    def label(self) -> str:
        """The short label of the component."""
        return self.before.component.label

    @property
    def lift(self) -> LiftPair | None:
        """Its score now and then; None while it has none of its own, as in a quick check."""
        return pair(self.before.exact, self.after.exact)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a set of steps would change. ``steps`` stand in rank order.

    ``components`` holds those with a step in the set. ``efforts``: how many steps take low, medium
    and high effort, those with none left out. Days run to a first result: ``longest`` if the steps
    run side by side, ``total`` if each waits for the one before, None where no step has days;
    ``without_days`` counts the steps for which no strategy says how long they take.
    """

    before: Score
    after: Score
    steps: tuple[Recommendation, ...]
    components: tuple[ComponentChange, ...]
    efforts: tuple[tuple[str, int], ...]
    longest: int | None
    total: int | None
    without_days: int

    @property
    def lift(self) -> LiftPair | None:
        """The overall figure now and then; None while no component has enough answers."""
        return pair(self.before.exact, self.after.exact)

    @property
    def shares_a_strategy(self) -> bool:
        """Whether one strategy serves several of the steps, which may then take less together."""
        slugs = [step.strategy.slug for step in self.steps if step.strategy]
        return len(set(slugs)) < len(slugs)


def what_if(
    catalogue: Catalogue,
    profile: Profile,
    replies: Mapping[str, Reply],
    raised: Collection[str],
) -> Score:
    """The score if each named question stood one level higher, worked out as one set."""
    return score(catalogue, profile, raised_by_one(replies, raised))


def work_out(
    *,
    catalogue: Catalogue,
    profile: Profile,
    replies: Mapping[str, Reply],
    before: Score,
    steps: Iterable[Recommendation],
) -> WhatIf:
    """What ``steps`` would change together. ``before`` must be the score of these ``replies``."""
    chosen = {step.question.slug: step for step in sorted(steps, key=lambda s: s.rank)}
    after = what_if(catalogue, profile, replies, chosen)
    days = [step.days for step in chosen.values() if step.days is not None]
    return WhatIf(
        before=before,
        after=after,
        steps=tuple(chosen.values()),
        components=_changes(before, after, {s.component.slug for s in chosen.values()}),
        efforts=_efforts(chosen.values()),
        longest=max(days, default=None),
        total=sum(days) if days else None,
        without_days=len(chosen) - len(days),
    )


def chosen_steps(
    found: Recommendations, questions: Collection[str], strategies: Collection[str]
) -> tuple[Recommendation, ...]:
    """The open steps of these questions and of these strategies, each once, in rank order.

    Slugs that name nothing open choose nothing.
    """
    return tuple(
        step
        for step in found.ranked
        if step.question.slug in questions or (step.strategy and step.strategy.slug in strategies)
    )


def strategies_in(found: Recommendations) -> tuple[StrategySteps, ...]:
    """The strategies offered first for an open step, that of the highest step first."""
    steps: dict[str, list[Recommendation]] = {}
    for step in found.ranked:
        if step.strategy:
            steps.setdefault(step.strategy.slug, []).append(step)
    return tuple(
        StrategySteps(strategy=group[0].strategy, steps=tuple(group))
        for group in steps.values()
        if group[0].strategy
    )


def _changes(before: Score, after: Score, touched: set[str]) -> tuple[ComponentChange, ...]:
    return tuple(
        ComponentChange(now, after.by_slug[slug])
        for slug, now in before.by_slug.items()
        if slug in touched
    )


def _efforts(steps: Collection[Recommendation]) -> tuple[tuple[str, int], ...]:
    counts = ((effort, sum(s.effort == effort for s in steps)) for effort in EFFORTS)
    return tuple((effort, count) for effort, count in counts if count)
