"""Dates as the archive stores them: as precise as known, and never more."""

from __future__ import annotations

from datetime import date

# How many places of a stored date count: the year, the month too, the day too.
YEAR, MONTH, DAY = 1, 2, 3
PLACES = {"year": YEAR, "month": MONTH, "day": DAY, "circa": DAY, "unknown": DAY}


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
    words = day.strftime("%B %Y") if len(parts) == MONTH else f"{day:%B} {day.day}, {day.year}"
    return words, len(parts)


def short_date(published: str, precision: str) -> str:
    """A date where space is short: “September 7, 2022”, “about 2019”, “no date seen”."""
    if not published:
        return "no date seen"
    if precision == "circa":
        return f"about {published[:4]}"
    return read_date(published, precision)[0]
