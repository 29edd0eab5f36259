"""What turnover costs: worked examples, what must hold for any figures, and the words for it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import sentences
from assessment.turnover import People, Span, Turnover, rounded

BAKERY = Turnover(headcount=40, leavers=12, pay=32_000)
figures = st.builds(
    Turnover,
    headcount=st.integers(1, 5_000_000),
    leavers=st.integers(0, 5_000_000),
    pay=st.integers(1, 10_000_000),
    low_percent=st.integers(1, 100),
    high_percent=st.integers(100, 500),
)


def test_the_bakery_by_hand() -> None:
    # 12 people, $32,000 each: 11% is $42,240, 32% is $122,880. One: $3,520 and $10,240.
    assert BAKERY.yearly == Span(Fraction(42_240), Fraction(122_880))
    assert BAKERY.per_leaver == Span(Fraction(3_520), Fraction(10_240))
    assert BAKERY.rate == 30
    # $5,000 ÷ $10,240 is below one person; ÷ $3,520 is 1.4 people.
    assert BAKERY.break_even(5_000) == People(1, 2)
    assert BAKERY.break_even(3_520) == People(1, 1)
    assert BAKERY.break_even(3_521) == People(1, 2)


def test_a_step_that_costs_nothing_earns_nothing_back() -> None:
    with pytest.raises(ValueError, match="costs nothing"):
        BAKERY.break_even(0)


@given(figures, st.integers(1, 100_000_000))
def test_so_many_people_pay_for_it_and_one_fewer_would_not(told, cost) -> None:
    people = told.break_even(cost)
    assert 1 <= people.fewest <= people.most
    assert told.cost_of(people.most).low >= cost > told.cost_of(people.most - 1).low
    assert told.cost_of(people.fewest).high >= cost > told.cost_of(people.fewest - 1).high


@given(figures)
def test_a_year_is_its_leavers_one_by_one(told) -> None:
    assert told.yearly.low == told.per_leaver.low * told.leavers
    assert told.yearly.low <= told.yearly.high


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0, 0), (7, 7), (99, 99), (104, 100), (105, 110), (42_240, 42_000), (995, 1000), (999, 1000)],
)
def test_two_figures_are_shown_rounded_half_up(amount, shown) -> None:
    assert rounded(Fraction(amount)) == shown


@given(st.fractions(min_value=0, max_value=10**13))
def test_rounding_moves_by_half_a_step_at_most(amount) -> None:
    assert abs(rounded(amount) - amount) <= max(Fraction(1, 2), Fraction(amount, 10))


# -- in words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leavers", "said"),
    [
        (0, "No one left by their own choice that year, so there is no cost to calculate."),
        (1, "Replacing the one person who left may have cost $3,500 to $10,000 that year."),
        (2, "Replacing the 2 people who left may have cost $7,000 to $20,000 that year."),
        (
            1200,
            "Replacing the 1,200 people who left may have cost $4,200,000 to $12,000,000 "
            "that year.",
        ),
    ],
)
def test_the_cost_of_a_year_reads_well_for_none_one_and_many(leavers, said) -> None:
    told = Turnover(headcount=40, leavers=leavers, pay=32_000)
    assert sentences.turnover_cost(told) == said


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (
            3_000,
            "It would pay for itself within a year if it kept 1 person who would otherwise leave.",
        ),
        (
            5_000,
            "It would pay for itself within a year if it kept 1 to 2 people who would otherwise "
            "leave.",
        ),
        (
            200_000,
            "It would pay for itself within a year if it kept 20 to 57 people who would otherwise "
            "leave. Fewer people left that year, so this alone would not pay for it.",
        ),
    ],
)
def test_when_a_step_pays_for_itself_reads_well(cost, said) -> None:
    assert sentences.break_even(BAKERY, cost) == said


def test_a_range_of_one_value_is_said_once() -> None:
    same = Turnover(headcount=1, leavers=1, pay=10_000, low_percent=20, high_percent=20)
    assert sentences.turnover_cost(same) == (
        "Replacing the one person who left may have cost about $2,000 that year."
    )


def test_the_limits_say_whose_range_it_is() -> None:
    own = Turnover(headcount=40, leavers=12, pay=32_000, low_percent=15, high_percent=20)
    assert "The range around it is ours: half as much to one and a half times as much." in (
        sentences.turnover_limits(BAKERY)
    )
    assert "The range is the employer’s own." in sentences.turnover_limits(own)
