"""Days and times in words."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from toolkit.dates import MONTHS, day_text, moment, read_date


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


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 0, "12:00 a.m."),
        (9, 5, "9:05 a.m."),
        (12, 0, "12:00 p.m."),
        (14, 5, "2:05 p.m."),
        (23, 59, "11:59 p.m."),
    ],
)
def test_a_moment_reads_as_americans_write_it(hour: int, minute: int, words: str) -> None:
    at = datetime(2026, 11, 3, hour, minute, tzinfo=UTC)
    assert moment(at) == f"November 3, 2026, {words} UTC"


def test_a_moment_of_another_zone_is_said_in_utc() -> None:
    at = datetime(2026, 11, 3, 22, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert moment(at) == "November 4, 2026, 3:30 a.m. UTC"
