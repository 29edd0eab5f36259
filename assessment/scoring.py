"""From a catalogue and answers to scores, exactly: the only place where a score is worked out.

Pure: imports only the standard library and toolkit.catalogue. Values are ``Fraction`` and are
rounded once, half up, where they are shown. The rules: decisions.md 1, 7, 17, 34, 35.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

from toolkit.catalogue import IN_PLACE, LEVEL_NAMES, TOP_LEVEL, Catalogue, Component, Question

QUICK = "quick"
FULL = "full"
DEFAULT_TARGET = IN_PLACE
DEFAULT_IMPORTANCE = 2
BASIC_WEIGHT = 3
ENOUGH = Fraction(1, 2)
STRENGTHS_SHOWN = 3

type RowState = Literal["answered", "not-applicable", "unanswered", "to-confirm"]
type ComponentState = Literal["scored", "not-enough", "out", "quick"]


# -- what goes in ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """One stored answer, as the rules see it (decisions.md 1).

    ``level`` is 0 to 4 or None. Raises ValueError for another level, or for a level together with
    "does not apply": the database refuses both, so meeting one here is a mistake of the caller.
    """

    level: int | None = None
    is_not_applicable: bool = False
    is_not_sure: bool = False
    is_to_confirm: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if self.level is not None and not 0 <= self.level <= TOP_LEVEL:
            raise ValueError(f"There is no level {self.level}.")
        if self.level is not None and self.is_not_applicable:
            raise ValueError("An answer has a level or does not apply, not both.")

    @property
    def is_answer(self) -> bool:
        """Whether it says anything that could count: a level, or "does not apply"."""
        return self.level is not None or self.is_not_applicable


@dataclass(frozen=True, slots=True)
class Profile:
    """What an employer said of itself, as far as rules need it.

    ``mode``: "quick" or "full". ``size``: one of catalogue.SIZES, or "". ``sector``: a NAICS code
    as the archive writes it ("44-45"), or "". ``flags``: a key of catalogue.FLAGS to yes, no or
    not said (None or absent). ``importance``: component slug to 1 later, 2 normal, 3 first.
    ``targets``: component slug to level 1 to 4.
    """

    mode: str = FULL
    size: str = ""
    sector: str = ""
    flags: Mapping[str, bool | None] = field(default_factory=dict)
    importance: Mapping[str, int] = field(default_factory=dict)
    targets: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_quick(self) -> bool:
        """Whether only the questions of the quick check are asked."""
        return self.mode == QUICK

    def importance_of(self, component: str) -> int:
        """1 later, 2 normal (the default) or 3 first."""
        return self.importance.get(component, DEFAULT_IMPORTANCE)

    def target_of(self, component: str) -> int:
        """The level aimed at; "In place" unless the employer chose another."""
        return self.targets.get(component, DEFAULT_TARGET)

    def asks(self, question: Question) -> bool:
        """Whether the question is of the mode and applies; only "no" to its flag hides it."""
        is_hidden = bool(question.applies_if) and self.flags.get(question.applies_if) is False
        return not is_hidden and (question.is_quick or not self.is_quick)


def raised_by_one(replies: Mapping[str, Reply], slugs: Collection[str]) -> dict[str, Reply]:
    """The answers with each named one a level higher, as a set; answers with no level stay."""
    changed = dict(replies)
    for slug in slugs:
        reply = changed.get(slug)
        if reply is not None and reply.level is not None and reply.level < TOP_LEVEL:
            changed[slug] = replace(reply, level=reply.level + 1)
    return changed


# -- asked and progress ----------------------------------------------------------------------


def asked(catalogue: Catalogue, profile: Profile) -> tuple[Question, ...]:
    """The questions of the mode whose ``applies_if`` holds, in order (decisions.md 7)."""
    return tuple(q for q in catalogue.questions.values() if profile.asks(q))


def newly_hidden(
    catalogue: Catalogue, *, before: Profile, after: Profile, answered: Collection[str]
) -> tuple[Question, ...]:
    """The questions, among those ``answered``, that ``before`` asks and ``after`` does not."""
    return tuple(q for q in asked(catalogue, before) if q.slug in answered and not after.asks(q))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the questions asked have a level or "does not apply"."""

    answered: int
    asked: int

    @property
    def is_complete(self) -> bool:
        """Whether all are answered; where nothing is asked, nothing is complete."""
        return 0 < self.asked == self.answered


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress over all and per component slug (decisions.md 7)."""

    overall: Tally
    components: Mapping[str, Tally]


def progress(catalogue: Catalogue, profile: Profile, replies: Mapping[str, Reply]) -> Progress:
    """How far the answering is; answers to questions not asked or to be confirmed do not count."""
    tallies = {
        c.slug: _tally(_rows(component=c, profile=profile, replies=replies))
        for c in catalogue.components
    }
    overall = Tally(
        answered=sum(t.answered for t in tallies.values()),
        asked=sum(t.asked for t in tallies.values()),
    )
    return Progress(overall=overall, components=tallies)


def _tally(rows: tuple[Row, ...]) -> Tally:
    done = [r for r in rows if r.state in ("answered", "not-applicable")]
    return Tally(answered=len(done), asked=len(rows))


# -- scores and their trace ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the trace: a question asked and what its answer adds.

    ``level`` is set only in the state "answered": what else is stored counts nowhere.
    """

    question: Question
    state: RowState
    level: int | None = None
    is_not_sure: bool = False

    @property
    def points(self) -> int:
        """Weight × level, or 0 without a level."""
        return self.question.weight * (self.level or 0)

    @property
    def possible(self) -> int:
        """Weight × 4 where there is a level, otherwise 0."""
        return 0 if self.level is None else self.question.weight * TOP_LEVEL

    @property
    def is_in_place(self) -> bool:
        """Whether the practice is at "In place" or better."""
        return self.level is not None and self.level >= IN_PLACE

    @property
    def is_basic_need_missing(self) -> bool:
        """Whether it is a basic need (weight 3 for that reason) at level 0."""
        question = self.question
        is_basic = question.weight_reason.startswith("Basic need")
        return self.level == 0 and question.weight == BASIC_WEIGHT and is_basic


@dataclass(frozen=True, slots=True)
class ComponentScore:
    """The score of one component with everything it was worked out from.

    ``state``: "scored"; "quick" (answered well enough, but a quick check shows no component score);
    "not-enough" (below half of the weight answered); "out" (nothing in it applies).
    ``coverage``: weight answered ÷ weight applicable, None when out. ``points`` and ``possible``
    are the two sums of the formula, ``part`` is what the overall figure takes in: 100 × points ÷
    possible, also in a quick check; None without enough answers. ``answered``, ``applicable`` and
    ``in_place`` count questions.
    """

    component: Component
    state: ComponentState
    rows: tuple[Row, ...]
    answered: int
    applicable: int
    in_place: int
    points: int
    possible: int
    coverage: Fraction | None
    part: Fraction | None

    @property
    def exact(self) -> Fraction | None:
        """The component's score, 0 to 100; None unless the state is "scored"."""
        return self.part if self.state == "scored" else None

    @property
    def shown(self) -> int | None:
        """The score as shown: rounded once, half up."""
        return whole(self.exact)

    @property
    def not_applicable(self) -> tuple[Question, ...]:
        """Questions answered "does not apply"."""
        return tuple(r.question for r in self.rows if r.state == "not-applicable")

    @property
    def unanswered(self) -> tuple[Question, ...]:
        """Questions asked that have no answer which counts, those to be confirmed included."""
        return tuple(r.question for r in self.rows if r.state in ("unanswered", "to-confirm"))

    @property
    def not_sure(self) -> tuple[Question, ...]:
        """Questions marked "not sure", with or without an answer."""
        return tuple(r.question for r in self.rows if r.is_not_sure)


@dataclass(frozen=True)
class Score:
    """The scores of all components and what follows from them."""

    is_quick: bool
    components: tuple[ComponentScore, ...]

    @cached_property
    def by_slug(self) -> dict[str, ComponentScore]:
        """Component scores by component slug."""
        return {c.component.slug: c for c in self.components}

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The trace of every question asked, in order."""
        return tuple(row for c in self.components for row in c.rows)

    @cached_property
    def rows_by_slug(self) -> dict[str, Row]:
        """The trace by question slug."""
        return {row.question.slug: row for row in self.rows}

    @cached_property
    def exact(self) -> Fraction | None:
        """Mean of the components that have enough answers; None when none has."""
        return mean(self.components)

    @property
    def shown(self) -> int | None:
        """The overall figure as shown: rounded once, half up."""
        return whole(self.exact)

    @property
    def band(self) -> str:
        """The fifth the shown figure lies in, from Not yet to Leading; a label, never a rule."""
        if self.shown is None:
            return ""
        return LEVEL_NAMES[min(self.shown // 20, TOP_LEVEL)]

    @property
    def in_place(self) -> int:
        """Practices at "In place" or better."""
        return sum(c.in_place for c in self.components)

    @property
    def answered_applicable(self) -> int:
        """Questions with a level: what the headline counts over."""
        return sum(c.answered for c in self.components)

    @property
    def applicable(self) -> int:
        """Questions asked and not answered "does not apply"."""
        return sum(c.applicable for c in self.components)

    @property
    def is_provisional(self) -> bool:
        """Whether a component that applies still has not enough answers."""
        return any(c.state == "not-enough" for c in self.components)

    @property
    def out(self) -> tuple[Component, ...]:
        """Components in which nothing applies."""
        return tuple(c.component for c in self.components if c.state == "out")

    @property
    def not_enough(self) -> tuple[Component, ...]:
        """Components with not enough answers yet."""
        return tuple(c.component for c in self.components if c.state == "not-enough")

    @property
    def not_applicable(self) -> tuple[Question, ...]:
        """Every question answered "does not apply", in order."""
        return tuple(q for c in self.components for q in c.not_applicable)

    @property
    def unanswered(self) -> tuple[Question, ...]:
        """Every question asked that has no answer which counts, in order."""
        return tuple(q for c in self.components for q in c.unanswered)

    @property
    def to_confirm(self) -> tuple[Question, ...]:
        """Every question whose answer counts only once it is confirmed, in order."""
        return tuple(r.question for r in self.rows if r.state == "to-confirm")

    @property
    def not_sure(self) -> tuple[Question, ...]:
        """Every question marked "not sure", in order."""
        return tuple(q for c in self.components for q in c.not_sure)

    @property
    def basic_needs_missing(self) -> tuple[Question, ...]:
        """Basic needs at level 0, to be named before the average."""
        return tuple(r.question for r in self.rows if r.is_basic_need_missing)

    @cached_property
    def strengths(self) -> tuple[Row, ...]:
        """Up to three practices in place: highest level, then weight, then order."""
        ranked = sorted(
            (r for r in self.rows if r.is_in_place),
            key=lambda r: (-(r.level or 0), -r.question.weight),
        )
        return tuple(ranked[:STRENGTHS_SHOWN])


def score(catalogue: Catalogue, profile: Profile, replies: Mapping[str, Reply]) -> Score:
    """Score the answers. ``replies`` by question slug; those to questions not asked count nowhere.

    A question hidden by a flag, outside the mode, or no longer in the catalogue is not asked.
    """
    return Score(
        is_quick=profile.is_quick,
        components=tuple(
            score_component(component=c, profile=profile, replies=replies)
            for c in catalogue.components
        ),
    )


def score_component(
    *, component: Component, profile: Profile, replies: Mapping[str, Reply]
) -> ComponentScore:
    """Score one component: 100 × Σ(weight × level) ÷ Σ(weight × 4) over what has a level."""
    rows = _rows(component=component, profile=profile, replies=replies)
    answered = [r for r in rows if r.state == "answered"]
    applicable = [r for r in rows if r.state != "not-applicable"]
    coverage = _coverage(answered, applicable)
    state = _state(coverage, is_quick=profile.is_quick)
    points = sum(r.points for r in answered)
    possible = sum(r.possible for r in answered)
    has_enough = state in ("scored", "quick")
    return ComponentScore(
        component=component,
        state=state,
        rows=rows,
        answered=len(answered),
        applicable=len(applicable),
        in_place=sum(r.is_in_place for r in answered),
        points=points,
        possible=possible,
        coverage=coverage,
        part=Fraction(100 * points, possible) if has_enough else None,
    )


def mean(components: Iterable[ComponentScore]) -> Fraction | None:
    """The overall figure: every component with enough answers counts the same."""
    parts = [c.part for c in components if c.part is not None]
    return sum(parts, Fraction()) / len(parts) if parts else None


def _rows(
    *, component: Component, profile: Profile, replies: Mapping[str, Reply]
) -> tuple[Row, ...]:
    return tuple(_row(q, replies.get(q.slug)) for q in component.questions if profile.asks(q))


def _row(question: Question, reply: Reply | None) -> Row:
    if reply is None:
        return Row(question, "unanswered")
    # "Does not apply" stands only where the question offers it: after an edition dropped the offer,
    # the page shows no choice, so the score must not see one either.
    is_out = reply.is_not_applicable and bool(question.na_when)
    state: RowState = "unanswered"
    if reply.is_to_confirm and reply.is_answer:
        state = "to-confirm"
    elif is_out:
        state = "not-applicable"
    elif reply.level is not None:
        state = "answered"
    level = reply.level if state == "answered" else None
    return Row(question, state, level, is_not_sure=reply.is_not_sure)


def _coverage(answered: Iterable[Row], applicable: Iterable[Row]) -> Fraction | None:
    whole_weight = sum(r.question.weight for r in applicable)
    if not whole_weight:
        return None
    return Fraction(sum(r.question.weight for r in answered), whole_weight)


def _state(coverage: Fraction | None, *, is_quick: bool) -> ComponentState:
    if coverage is None:
        return "out"
    if coverage < ENOUGH:
        return "not-enough"
    return "quick" if is_quick else "scored"


# -- gaps ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """How far an answered practice is below the target of its component."""

    question: Question
    level: int
    target: int

    @property
    def size(self) -> int:
        """Levels between the answer and the target, at least 1."""
        return self.target - self.level

    @property
    def weight(self) -> int:
        """The weight of its question."""
        return self.question.weight

    @property
    def is_always_shown(self) -> bool:
        """Whether no limit may hide it: weight 3 at level 0."""
        return self.weight == BASIC_WEIGHT and self.level == 0


def gaps(profile: Profile, score: Score) -> tuple[Gap, ...]:
    """The gaps of a score, in the order of the questions.

    Unanswered and not-sure questions are no gaps, even where a not-sure one has a level: they are
    to be found out first.
    """
    return tuple(
        Gap(row.question, row.level, target)
        for component in score.components
        for target in (profile.target_of(component.component.slug),)
        for row in component.rows
        if row.level is not None and not row.is_not_sure and row.level < target
    )


# -- rounding --------------------------------------------------------------------------------


def round_half_up(value: Fraction, places: int = 0) -> Decimal:
    """The exact value rounded once to so many decimals; a half goes away from zero."""
    scaled = abs(value) * 10**places
    digits = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    is_negative = value < 0 < digits
    # Built digit by digit: Decimal's own arithmetic would round once more, to its context.
    return Decimal((int(is_negative), tuple(map(int, str(digits))), -places))


def whole(value: Fraction | None) -> int | None:
    """A score as a whole number, rounded half up; None stays None."""
    return None if value is None else int(round_half_up(value))
