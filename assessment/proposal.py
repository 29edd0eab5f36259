"""Which few steps would lift the overall figure most, within what an employer allows.

Pure: imports only the standard library, assessment.scoring and assessment.recommendation. Raising
an answer by one level adds its weight to its component's points and leaves all else as it is, so a
step adds the same whatever else is in the set. The best set of so many steps is therefore exactly
the steps that add most by themselves; a test holds that against every set, scored by the scorer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from assessment.recommendation import Recommendation, Recommendations
from assessment.scoring import Score

USUAL_COUNT = 3
MOST_COUNT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an employer allows. ``within``: days to a first result of each step, None for any."""

    count: int = USUAL_COUNT
    within: int | None = None
    is_low_effort_only: bool = False

    def allow(self, step: Recommendation) -> bool:
        """Whether the step fits; one of which nobody knows how long it takes fits no limit."""
        if self.is_low_effort_only and step.effort != "low":
            return False
        return self.within is None or (step.days is not None and step.days <= self.within)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The steps proposed, in rank order; fewer than asked for where fewer fit.

    ``fitting`` counts the steps they were chosen from: open, not in the plan, within the limits and
    in a component with enough answers. ``is_scored``: whether any component has enough answers.
    """

    limits: Limits
    steps: tuple[Recommendation, ...]
    fitting: int
    is_scored: bool


def propose(
    *, found: Recommendations, score: Score, planned: Collection[str], limits: Limits
) -> Proposal:
    """The set of up to ``limits.count`` steps that lifts the overall figure of ``score`` most.

    ``planned``: slugs of the questions whose step is in the plan already; they are left out. Where
    two sets lift the same, the one whose steps stand higher in the order is taken.
    """
    fitting = [
        (gain, step)
        for step in found.ranked
        for gain in (_gain(score, step),)
        if gain is not None and limits.allow(step) and step.question.slug not in planned
    ]
    # Sorting keeps the rank order between equals.
    best = sorted(fitting, key=lambda item: -item[0])[: limits.count]
    return Proposal(
        limits=limits,
        steps=tuple(sorted((step for _, step in best), key=lambda s: s.rank)),
        fitting=len(fitting),
        is_scored=score.exact is not None,
    )


def _gain(score: Score, step: Recommendation) -> Fraction | None:
    """What the step adds to its component, as a share of it; None without enough answers.

    The components that count all count the same, so this orders steps as the overall lift does.
    """
    component = score.by_slug[step.component.slug]
    if component.part is None:
        return None
    return Fraction(step.question.weight, component.possible)
