"""Days and times in words: of the archive as precise as known, of the site to the minute.

Pure: imports only the standard library.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

# How many places of a stored date count: the year, the month too, the day too.
YEAR, MONTH, DAY = 1, 2, 3
PLACES = {"year": YEAR, "month": MONTH, "day": DAY, "circa": DAY, "unknown": DAY}

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day_text(day: date) -> str:
    """A day in words, “November 22, 2026”, whatever the locale."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def read_date(published: str, precision: str) -> tuple[str, int]:
    """A stored date in words, and how many of its places are known.

    ``published``: "2022", "2022-09" or "2022-09-07"; ``precision``: of models.resource.PRECISIONS.
    """
    parts = published.split("-")[: PLACES[precision]]
    try:
        day = date(*(int(part) for part in [*parts, "1", "1"][:DAY]))
    except ValueError:
        # An editor's slip is shown as it stands rather than breaking the page.
        return published, DAY
    if len(parts) == YEAR:
        return parts[0], YEAR
    if len(parts) == MONTH:
        return f"{MONTHS[day.month - 1]} {day.year}", MONTH
    return day_text(day), DAY


def short_date(published: str, precision: str) -> str:
    """A date where space is short: “September 7, 2022”, “about 2019”, “no date seen”."""
    if not published:
        return "no date seen"
    if precision == "circa":
        return f"about {published[:4]}"
    return read_date(published, precision)[0]


def time_of_day(at: time) -> str:
    """A time of day in UTC as Americans write it: “2:05 p.m. UTC”."""
    return f"{at.hour % 12 or 12}:{at:%M} {'a.m.' if at.hour < 12 else 'p.m.'} UTC"


def moment(at: datetime) -> str:
    """A day and a time, however its zone: “November 3, 2026, 2:05 p.m. UTC”."""
    at = at.astimezone(UTC)
    return f"{day_text(at)}, {time_of_day(at.time())}"
