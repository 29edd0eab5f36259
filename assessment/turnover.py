"""What turnover may cost a year, as a range, and when a step pays for itself.

Pure: imports only the standard library. A rule of thumb to think with, never a promise and never
part of a score. The rule: leavers × average yearly pay × the share of a year's pay that replacing
one person costs (decisions.md 40). Leavers are those who left by their own choice; only
the part of their cost that is prevented can be saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

# Boushey and Glynn (2012): the median of 27 case estimates, executives and physicians left out.
MEDIAN_PERCENT = 21
SOURCE_SLUG = "costs-of-replacing-employees"
SOURCE = (
    "Boushey and Glynn, There Are Significant Business Costs to Replacing Employees, "
    "Center for American Progress, November 16, 2012"
)
# Half of the median to one and a half times it, rounded half up. The study gives no range that
# fits every line of work; this one is ours, and the page says so.
LOW_PERCENT = 11
HIGH_PERCENT = 32
SHOWN_FIGURES = 2


@dataclass(frozen=True, slots=True)
class Span:
    """From ``low`` to ``high``, in dollars, exact."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class People:
    """From ``fewest`` to ``most`` people."""

    fewest: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """What the employer told of its turnover.

    ``leavers``: how many left by their own choice within a year. ``pay``: average yearly pay of
    those jobs, in dollars. ``low_percent`` and ``high_percent``: what replacing one person costs,
    in percent of a year's pay.
    """

    headcount: int
    leavers: int
    pay: int
    low_percent: int = LOW_PERCENT
    high_percent: int = HIGH_PERCENT

    @property
    def rate(self) -> Fraction:
        """Leavers in percent of the people employed."""
        return Fraction(100 * self.leavers, self.headcount)

    @property
    def per_leaver(self) -> Span:
        """What replacing one person may cost."""
        return self.cost_of(1)

    @property
    def yearly(self) -> Span:
        """What a year's leavers may cost."""
        return self.cost_of(self.leavers)

    def cost_of(self, people: int) -> Span:
        """What replacing so many people may cost."""
        whole = Fraction(people * self.pay, 100)
        return Span(whole * self.low_percent, whole * self.high_percent)

    def break_even(self, cost: int) -> People:
        """How many people a step of this cost must keep within a year to pay for itself.

        The fewest where replacing one costs most, the most where it costs least. Raises ValueError
        for a cost that is not positive: what costs nothing has nothing to earn back.
        """
        if cost <= 0:
            raise ValueError("A step that costs nothing has nothing to earn back.")
        one = self.per_leaver
        return People(ceil(cost / one.high), ceil(cost / one.low))


def rounded(dollars: Fraction) -> int:
    """Dollars rounded half up to two figures: an estimate that claims no more than it knows."""
    whole = int(dollars + Fraction(1, 2))
    step: int = 10 ** max(0, len(str(whole)) - SHOWN_FIGURES)
    return int(Fraction(whole, step) + Fraction(1, 2)) * step
