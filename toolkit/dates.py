"""Dates in words: a day, and what the archive stores, as precise as known and never more.

Pure: imports only the standard library.
"""

from __future__ import annotations

from datetime import date

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
