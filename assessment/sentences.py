"""Every sentence the product makes about an employer, built from data in this one place.

Pure: imports only the standard library, assessment.scoring and assessment.turnover. A sentence
reads naturally for none, one, two and many; it never blames, never promises, and never compares
without saying with what. The rules: product.md "Results" and "Documents", decisions.md 17.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import Protocol

from assessment.scoring import Score, round_half_up
from assessment.turnover import (
    HIGH_PERCENT,
    LOW_PERCENT,
    MEDIAN_PERCENT,
    People,
    Span,
    Turnover,
    rounded,
)

STATE_TEXTS = {
    "scored": "",
    "quick": "Quick check: no score per component",
    "not-enough": "Not enough answers yet",
    "out": "Nothing in it applies",
}
ANSWER_TEXTS = {
    "answered": "",
    "not-applicable": "Does not apply",
    "unanswered": "Not answered yet",
    "to-confirm": "To be confirmed before it counts",
}
FIND_OUT_TEXTS = {
    "unanswered": "Not answered yet",
    "not-sure": "Marked “not sure”",
    "to-confirm": "To be confirmed before it counts",
}
NOT_A_GRADE = (
    "This is not a grade: 75 means every practice is in place.",
    "Compare only with your own earlier results.",
    "Reported by management; workers were not surveyed.",
)
LIMITS = (
    "Reported by management; workers were not surveyed.",
    "This is not a legal compliance check.",
    "It is not issued or endorsed by the U.S. Department of Commerce or NIST.",
    "It is not meant for job ads, bids or grant applications.",
)
NO_STRATEGY = "No strategy is offered for this yet."
RETIRED_STRATEGY = "The strategy chosen for this is no longer in this edition."
RETIRED_QUESTION = "The question this was chosen for is no longer in this edition."
NO_CASE = "No case study yet."
ANSWERS_LEFT_OUT = "The answer to each question is left out."
NOTES_LEFT_OUT = "Notes are left out."


def summary(result: Score) -> tuple[str, ...]:
    """What the answers come to, sentence by sentence, the headline first."""
    sentences = [_headline_sentence(result), _waiting(result), _contrast(result), *NOT_A_GRADE]
    return tuple(s for s in sentences if s)


def _headline_sentence(result: Score) -> str:
    if result.shown is None:
        return f"{result.headline}."
    provisional = ", provisional" if result.is_provisional else ""
    quick = f"{result.label}: " if result.is_quick else ""
    return f"{quick}{result.headline} (score {result.shown} of 100, {result.band}{provisional})."


def _waiting(result: Score) -> str:
    """How many answers are left out until they are confirmed."""
    count = len(result.to_confirm)
    if not count:
        return ""
    one = count == 1
    return (
        f"{count} {'answer waits' if one else 'answers wait'} to be confirmed and "
        f"{'is' if one else 'are'} not counted."
    )


def _contrast(result: Score) -> str:
    """Which component is furthest along and which has the most room, where one alone is."""
    scored = [(c.exact, c.component.label) for c in result.components if c.exact is not None]
    values = [value for value, _ in scored]
    if len(set(values)) < 2:
        return ""
    top = [label for value, label in scored if value == max(values)]
    low = [label for value, label in scored if value == min(values)]
    parts = [f"{top[0]} is furthest along"] if len(top) == 1 else []
    parts += [f"{low[0]} has the most room"] if len(low) == 1 else []
    return f"{'; '.join(parts)}." if parts else ""


# -- money -----------------------------------------------------------------------------------


class Costed(Protocol):
    """What has an expected cost and a budget in whole dollars, or None, and a status."""

    @property
    def estimate(self) -> int | None: ...  # noqa: D102
    @property
    def budget(self) -> int | None: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102


def dollars(amount: int) -> str:
    """Whole dollars: "$1,200"."""
    return f"${amount:,}"


def money(actions: Collection[Costed]) -> str:
    """What actions are expected to cost together and what is set aside; "" where nothing is said.

    Dropped actions cost nothing and are left out.
    """
    kept = [a for a in actions if a.status != "dropped"]
    estimates = [a.estimate for a in kept if a.estimate is not None]
    budgets = [a.budget for a in kept if a.budget is not None]
    told = []
    if estimates:
        told.append(f"Expected cost: {dollars(sum(estimates))}{_of(len(estimates), len(kept))}.")
    if budgets:
        told.append(f"Set aside: {dollars(sum(budgets))}{_of(len(budgets), len(kept))}.")
    return " ".join(told)


def _of(told: int, count: int) -> str:
    return "" if told == count else f", from {told} of {count} actions"


# -- turnover --------------------------------------------------------------------------------


def turnover_limits(told: Turnover) -> tuple[str, ...]:
    """What to keep in mind about the figures, and where the share of a year's pay comes from."""
    is_ours = (told.low_percent, told.high_percent) == (LOW_PERCENT, HIGH_PERCENT)
    return (
        "A rule of thumb to think with, not a promise, and no part of any score.",
        "Seasonal endings, retirements and dismissals are left out.",
        "Only what is prevented can be saved: some people leave whatever an employer does.",
        f"The study gives one middle figure, {MEDIAN_PERCENT}% of a year’s pay, over 27 cases from "
        "1992 to 2007, executives and physicians left out.",
        "The range around it is ours: half as much to one and a half times as much."
        if is_ours
        else "The range is the employer’s own.",
    )


def span(amounts: Span) -> str:
    """A range of dollars, rounded as estimates are: "$42,000 to $120,000"."""
    low, high = rounded(amounts.low), rounded(amounts.high)
    return f"about {dollars(low)}" if low == high else f"{dollars(low)} to {dollars(high)}"


def percent(value: Fraction) -> str:
    """A share in percent: whole numbers, one decimal below 10."""
    return f"{round_half_up(value, 0 if value >= 10 or value.denominator == 1 else 1)}%"


def turnover_cost(told: Turnover) -> str:
    """What a year's leavers may have cost."""
    if not told.leavers:
        return "Nobody left by their own choice in that year, so there is no cost to work out."
    who = "one person" if told.leavers == 1 else f"{told.leavers:,} people"
    return f"Replacing the {who} who left may have cost {span(told.yearly)} in that year."


def turnover_of_one(told: Turnover) -> str:
    """What one person less, leaving, may be worth."""
    return f"Each person who stays instead may save {span(told.per_leaver)}."


def break_even(told: Turnover, cost: int) -> str:
    """How many people a step of this cost, above 0, must keep to pay for itself."""
    people = told.break_even(cost)
    sentence = (
        f"It would pay for itself within a year if it kept {_people(people)} who would otherwise "
        "leave."
    )
    if people.fewest > told.leavers:
        return f"{sentence} Fewer left in that year, so this alone would not pay for it."
    return sentence


def _people(people: People) -> str:
    if people.fewest == people.most:
        return "1 person" if people.most == 1 else f"{people.most:,} people"
    return f"{people.fewest:,} to {people.most:,} people"
