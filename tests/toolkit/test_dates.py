"""Dates in words."""

from datetime import date

import pytest

from toolkit.dates import MONTHS, day_text, read_date


@pytest.mark.parametrize(
    ("day", "text"),
    [(date(2026, 1, 5), "January 5, 2026"), (date(2026, 11, 22), "November 22, 2026")],
)
def test_a_day_in_words(day: date, text: str) -> None:
    assert day_text(day) == text


@pytest.mark.parametrize("month", range(1, 13))
def test_the_months_are_those_of_the_calendar(month: int) -> None:
    assert MONTHS[month - 1] == f"{date(2026, month, 1):%B}"


@pytest.mark.parametrize(
    ("published", "precision", "read"),
    [
        ("2022-09-07", "day", ("September 7, 2022", 3)),
        ("2022-09-07", "month", ("September 2022", 2)),
        ("2022-09", "day", ("September 2022", 2)),
        ("2022-09", "year", ("2022", 1)),
        ("2022-13-07", "day", ("2022-13-07", 3)),
    ],
)
def test_a_stored_date_says_no_more_than_is_known(published, precision, read) -> None:
    assert read_date(published, precision) == read
