"""Figures are found however they are written, and compared by what they say."""

from fractions import Fraction

import pytest

from toolkit.figures import figures, missing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("72 percent of workers", [(72, "%")]),
        ("72% of workers", [(72, "%")]),
        ("10.4 times", [(Fraction(52, 5), "")]),
        ("about .42", [(Fraction(21, 50), "")]),
        ("$1,900", [(1900, "$")]),
        ("1,900 dollars", [(1900, "$")]),
        ("$2.9 million", [(2_900_000, "$")]),
        ("34 million profiles", [(34_000_000, "")]),
        ("half of them", [(50, "%")]),
        ("over a third", [(Fraction(100, 3), "%")]),
        ("two-thirds", [(Fraction(200, 3), "%")]),
        ("one in five", [(20, "%")]),
        ("9 in 10 shifts", [(90, "%")]),
        ("two out of three", [(Fraction(200, 3), "%")]),
        ("five employers", [(5, "")]),
        ("twenty-one firms", [(21, "")]),
        ("three hundred people", [(300, "")]),
        ("(2012 data) 263 studies, up 5 in 2016", [(2012, ""), (263, ""), (5, ""), (2016, "")]),
        ("a dozen", [(12, "")]),
        ("90 to 425 percent", [(90, ""), (425, "%")]),
        ("1992-2007", [(1992, ""), (2007, "")]),
        ("one firm, at one time, for each $1", []),
        ("half a page, a half hour, a half-page note", []),
        ("the third quarter, the first and the second", []),
        ("401(k), COVID-19, A4, Q12", []),
        ("", []),
    ],
)
def test_figures_are_found(text: str, expected: list[tuple[int | Fraction, str]]) -> None:
    assert [(figure.value, figure.unit) for figure in figures(text)] == expected


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("It fell 9.4 percent.", "Injuries fell by 9.4%."),
        ("It cost 1,900 dollars.", "A hire costs $1,900."),
        ("Half agreed.", "50% said yes."),
        ("One in five left.", "20 percent left."),
        ("From 90 to 425 percent.", "Returns ran from 90% to 425%."),
        ("Twenty-seven estimates.", "Across 27 estimates."),
    ],
)
def test_the_same_figure_in_other_words_agrees(text: str, source: str) -> None:
    assert missing(text, [source]) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It fell 9.5 percent.", ["9.5 percent"]),
        ("It cost $9.40.", ["$9.40"]),
        ("Half of 12 agreed.", ["Half", "12"]),
        ("Over 21,000 people.", ["21,000"]),
    ],
)
def test_a_figure_of_no_source_is_told_as_written(text: str, found: list[str]) -> None:
    assert missing(text, ["Injuries fell by 9.4%.", "In 2024."]) == found


def test_amounts_of_advice_need_no_source_but_shares_and_sums_do() -> None:
    advice = "Ask three questions within 30 days, for 20 minutes, of 12 people, 14 days ahead."
    reported = "Pay 5 percent, or $40, to 38,000 people: 3.5 points."
    assert missing(advice, [], reported_only=True) == []
    assert missing(reported, [], reported_only=True) == ["5 percent", "$40", "38,000", "3.5"]
