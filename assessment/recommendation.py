"""From gaps to recommendations in one order, each with its reason as data.

Pure: imports only the standard library, toolkit.catalogue, assessment.scoring and
assessment.sentences. The rules: decisions.md 11, 16, 17, 36, 37, 38.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Literal

from assessment import sentences
from assessment.scoring import (
    ComponentScore,
    Gap,
    Profile,
    Reply,
    Row,
    Score,
    gaps,
    mean,
    raised_by_one,
    round_half_up,
    score_component,
    whole,
)
from toolkit.catalogue import (
    SIZES,
    Catalogue,
    Component,
    Question,
    ResourceFacet,
    ResourceUse,
    Strategy,
    did_it,
    is_employer_case,
)

EFFORT_DIVISORS = {"low": 2, "medium": 3, "high": 4}
ASSUMED_EFFORT = "medium"
SHOWN_IN_SMALL_FIRMS = 3
SHOWN_IN_LARGER_FIRMS = 5
LARGER_SIZES = SIZES[SIZES.index("50-249") :]

type FindOutReason = Literal["unanswered", "not-sure", "to-confirm"]


# -- the parts of a recommendation -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a recommendation stands where it does: every factor of its priority."""

    weight: int
    gap: int
    importance: int
    effort: str
    is_effort_assumed: bool

    @property
    def divisor(self) -> int:
        """What the effort divides by: low 2, medium 3, high 4."""
        return EFFORT_DIVISORS[self.effort]

    @property
    def priority(self) -> Fraction:
        """Weight × gap × importance ÷ effort."""
        return Fraction(self.weight * self.gap * self.importance, self.divisor)

    @property
    def text(self) -> str:
        """The reason in one sentence, the same on the page, in the PDF and in the CSV."""
        return sentences.reason(**asdict(self))


@dataclass(frozen=True, slots=True)
class LiftPair:
    """A score now and after a change, both exact (0 to 100)."""

    before: Fraction
    after: Fraction

    @property
    def change(self) -> Fraction:
        """The difference, exact."""
        return self.after - self.before

    @property
    def change_text(self) -> str:
        """The difference as shown: "+4.2", one decimal below 10 and none above."""
        rounded = round_half_up(self.change, 1)
        if abs(rounded) >= 10:
            rounded = round_half_up(self.change)
        return f"{rounded:+}"

    @property
    def text(self) -> str:
        """Both scores as shown: "48 → 52"."""
        return f"{whole(self.before)} → {whole(self.after)}"


@dataclass(frozen=True, slots=True)
class Backing:
    """What backs a strategy, by the part each resource plays, best fit for the employer first.

    ``cases`` are case studies of named employers; one without a named employer is evidence.
    """

    guides: tuple[ResourceUse, ...] = ()
    evidence: tuple[ResourceUse, ...] = ()
    cases: tuple[ResourceUse, ...] = ()

    @property
    def has_case(self) -> bool:
        """Whether an employer did just this; a loose fit does not say so."""
        return any(use.fit == "good" for use in self.cases)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A gap with its next step. ``rank`` counts over all recommendations, from 1.

    ``strategy`` is the first one offered, ``others`` are the rest; effort, days and ``backing``
    are those of the first. Without a strategy the effort is taken as medium, ``days`` is None.
    ``lift`` is that of the component, ``overall_lift`` belongs to the arithmetic only; both are
    None while the component has no score of its own. They take longer than all the rest, so a step
    of the list "Not now" has none until it is given them (``with_lifts``).
    """

    rank: int
    gap: Gap
    component: Component
    today: str
    next_step: str
    strategy: Strategy | None
    others: tuple[Strategy, ...]
    backing: Backing
    reason: Reason
    lift: LiftPair | None = None
    overall_lift: LiftPair | None = None

    @property
    def question(self) -> Question:
        """The question whose practice is below target."""
        return self.gap.question

    @property
    def effort(self) -> str:
        """low, medium or high."""
        return self.reason.effort

    @property
    def is_effort_assumed(self) -> bool:
        """Whether no strategy says what it takes."""
        return self.reason.is_effort_assumed

    @property
    def days(self) -> int | None:
        """Days to a first result, or None without a strategy."""
        return self.strategy.days if self.strategy else None

    @property
    def reason_text(self) -> str:
        """The reason in one plain sentence."""
        return self.reason.text


@dataclass(frozen=True, slots=True)
class FindOut:
    """A question to find out about before it can be a gap or not."""

    question: Question
    component: Component
    reason: FindOutReason


@dataclass(frozen=True, slots=True)
class Recommendations:
    """Every gap in one of three lists, each in rank order, and what is to be found out."""

    start_this_month: tuple[Recommendation, ...]
    worth_planning: tuple[Recommendation, ...]
    not_now: tuple[Recommendation, ...]
    find_out: tuple[FindOut, ...]

    @property
    def shown(self) -> tuple[Recommendation, ...]:
        """The two lists shown, one after the other."""
        return self.start_this_month + self.worth_planning

    @property
    def ranked(self) -> tuple[Recommendation, ...]:
        """Every recommendation of the three lists, in rank order."""
        return tuple(sorted(self.shown + self.not_now, key=lambda r: r.rank))


# -- recommending ----------------------------------------------------------------------------


def recommend(
    catalogue: Catalogue, profile: Profile, replies: Mapping[str, Reply], score: Score
) -> Recommendations:
    """Rank the gaps of ``score``, which must be that of these very ``replies``.

    "Start this month" takes the low-effort ones, "Worth planning for" the rest. The limit (three
    under 50 people or where the size is unknown, five from 50 up) holds for each of the two lists
    separately; a weight-3 gap at level 0 is shown beyond it. All others are "Not now".
    """
    ranked = _ranked(catalogue, profile, score)
    limit = SHOWN_IN_LARGER_FIRMS if profile.size in LARGER_SIZES else SHOWN_IN_SMALL_FIRMS
    start = _shown([r for r in ranked if r.effort == "low"], limit)
    planning = _shown([r for r in ranked if r.effort != "low"], limit)
    shown = {r.rank for r in start + planning}
    return Recommendations(
        start_this_month=with_lifts(start, profile, replies, score),
        worth_planning=with_lifts(planning, profile, replies, score),
        not_now=tuple(r for r in ranked if r.rank not in shown),
        find_out=_find_out(score),
    )


def _shown(ranked: list[Recommendation], limit: int) -> tuple[Recommendation, ...]:
    return tuple(r for n, r in enumerate(ranked) if n < limit or r.gap.is_always_shown)


def _ranked(catalogue: Catalogue, profile: Profile, score: Score) -> list[Recommendation]:
    weighed = []
    for gap in gaps(profile, score):
        offered = catalogue.strategies_for(gap.question.slug, gap.level, profile.size)
        weighed.append((_reason(gap, profile, offered), gap, offered))
    # gaps() keeps the order of components and questions, and sorting keeps it between equals.
    weighed.sort(key=lambda item: -item[0].priority)
    return [
        _recommendation(
            rank=rank,
            gap=gap,
            reason=reason,
            component=catalogue.by_slug[gap.question.component],
            offered=offered,
            backing=backing_of(catalogue, profile, offered[0] if offered else None),
        )
        for rank, (reason, gap, offered) in enumerate(weighed, 1)
    ]


def _reason(gap: Gap, profile: Profile, offered: list[Strategy]) -> Reason:
    return Reason(
        weight=gap.weight,
        gap=gap.size,
        importance=profile.importance_of(gap.question.component),
        effort=offered[0].effort if offered else ASSUMED_EFFORT,
        is_effort_assumed=not offered,
    )


def _recommendation(
    *,
    rank: int,
    gap: Gap,
    reason: Reason,
    component: Component,
    offered: list[Strategy],
    backing: Backing,
) -> Recommendation:
    return Recommendation(
        rank=rank,
        gap=gap,
        component=component,
        today=gap.question.in_full(gap.level),
        next_step=gap.question.next_steps[gap.level],
        strategy=offered[0] if offered else None,
        others=tuple(offered[1:]),
        backing=backing,
        reason=reason,
    )


def with_lifts(
    steps: Iterable[Recommendation], profile: Profile, replies: Mapping[str, Reply], score: Score
) -> tuple[Recommendation, ...]:
    """The steps, each with its lifts worked out from these very ``replies``."""
    found = []
    for step in steps:
        lift, overall = lifts(profile=profile, replies=replies, score=score, question=step.question)
        found.append(replace(step, lift=lift, overall_lift=overall))
    return tuple(found)


def lifts(
    *, profile: Profile, replies: Mapping[str, Reply], score: Score, question: Question
) -> tuple[LiftPair | None, LiftPair | None]:
    """The lift of the component and of the overall figure if this answer rose by one level.

    By the real scorer on the changed answers. None while the component has no score of its own.
    """
    now = score.by_slug[question.component]
    if now.exact is None:
        return None, None
    then = score_component(
        component=now.component, profile=profile, replies=raised_by_one(replies, [question.slug])
    )
    return pair(now.exact, then.exact), pair(score.exact, mean(_with(score, then)))


def pair(before: Fraction | None, after: Fraction | None) -> LiftPair | None:
    """Both scores as a lift; None where one of them is missing."""
    return None if before is None or after is None else LiftPair(before, after)


def _with(score: Score, changed: ComponentScore) -> list[ComponentScore]:
    slug = changed.component.slug
    return [changed if c.component.slug == slug else c for c in score.components]


# -- what backs a strategy -------------------------------------------------------------------


def backing_of(catalogue: Catalogue, profile: Profile, strategy: Strategy | None) -> Backing:
    """The resources of a strategy by the part they play; none without a strategy.

    Guides and evidence keep the editors' order. Case studies: a good fit before a loose one, then
    those of the same sector, then of the same size, then the editors' order.
    """
    uses = strategy.resources if strategy else ()
    cases = [use for use in uses if is_employer_case(use, catalogue.facets.get(use.resource))]
    return Backing(
        guides=tuple(use for use in uses if use.role == "guide"),
        evidence=tuple(use for use in uses if use.role != "guide" and use not in cases),
        cases=tuple(
            sorted(cases, key=lambda u: _distance(u, catalogue.facets[u.resource], profile))
        ),
    )


def role_label(use: ResourceUse, facet: ResourceFacet | None) -> str:
    """What to call the part a resource plays: "They did it", "Guide" or "Evidence".

    "They did it" is said only of a case study of a named employer that fits well.
    """
    if use.role == "guide":
        return "Guide"
    return "They did it" if did_it(use, facet) else "Evidence"


def _distance(use: ResourceUse, facet: ResourceFacet, profile: Profile) -> tuple[bool, bool, bool]:
    return (
        use.fit != "good",
        profile.sector not in facet.sectors,
        profile.size not in facet.employer_sizes,
    )


# -- what is to be found out -----------------------------------------------------------------


def _find_out(score: Score) -> tuple[FindOut, ...]:
    found = []
    for component in score.components:
        for row in component.rows:
            reason = _find_out_reason(row)
            if reason:
                found.append(FindOut(row.question, component.component, reason))
    return tuple(found)


def _find_out_reason(row: Row) -> FindOutReason | None:
    if row.state == "to-confirm":
        return "to-confirm"
    if row.is_not_sure:
        return "not-sure"
    return "unanswered" if row.state == "unanswered" else None
