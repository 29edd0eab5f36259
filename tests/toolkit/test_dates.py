"""Days and times in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from toolkit.dates import moment


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
