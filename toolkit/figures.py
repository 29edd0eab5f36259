"""Figures in a text: percents, sums of money, counts, written in digits or in words.

Two texts agree when each figure of the one is in the other: “72 percent” and “72%”, “$1,900” and
“1,900 dollars”, “half” and “50%”, “one in five” and “20 percent” are the same figure. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

_UNDER_TWENTY = """zero one two three four five six seven eight nine ten eleven twelve thirteen
    fourteen fifteen sixteen seventeen eighteen nineteen"""
_BY_TEN = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS, _TENS = _UNDER_TWENTY.split(), _BY_TEN.split()
_SMALL = {word: n for n, word in enumerate(_UNITS)} | {
    word: 10 * n for n, word in enumerate(_TENS, 2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}

_SMALL_WORDS = "|".join(_SMALL)
_COUNT = rf"(?:{'|'.join(_TENS)})-(?:{'|'.join(_UNITS[1:10])})|{_SMALL_WORDS}|a|dozen"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
# Digits that belong to a name are no figures: 401(k), Q12, COVID-19, A4. Half of a thing ("half a
# page", "a half-hour talk") is no share.
_FIGURE = re.compile(
    rf"""(?xi)
      (?<![\w.,])(?P<n>{_NUMBER}|one|two|three|four|five|six|seven|eight|nine|ten)
        \ (?:in|out\ of)\ (?:every\ )?(?P<m>\d{{1,3}}|{_SMALL_WORDS}|hundred)\b(?!-|,\d|\ percent)
    | \b(?:(?P<top>a|an|one|two|three|four)[ -])?(?P<part>half|third|quarter|fifth|tenth)s?\b
        (?!-[a-z]|\ (?:an?|hour)\b)
    | (?P<money>\$\ ?)?(?<![\w.,])(?<![A-Za-z]-)(?P<digits>(?>{_NUMBER}))(?!\(|[A-Za-z]|\.\d)
        (?:\ (?P<scale>hundred|thousand|million|billion))?
        (?P<unit>%|\ percent\b|\ dollars?\b)?
    | \b(?P<words>{_COUNT})(?:[ -](?P<wscale>hundred|thousand|million|billion))?\b
        (?P<wunit>\ percent\b|\ dollars?\b)?
    """
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit (“%”, “$” or none) and the words it stands in."""

    value: Fraction
    unit: str
    text: str

    def agrees_with(self, other: Figure) -> bool:
        """Whether both give the same number; a range gives its unit only once, so none fits any."""
        same_unit = not self.unit or not other.unit or self.unit == other.unit
        return self.value == other.value and same_unit

    @property
    def is_reported(self) -> bool:
        """Whether even advice can give it only from somewhere: a share, a sum, a decimal, a crowd.

        Days, hours, and how many questions to ask are amounts of advice and need no source.
        """
        return bool(self.unit) or self.value.denominator > 1 or self.value >= 100


@lru_cache(maxsize=16_384)
def figures(text: str) -> tuple[Figure, ...]:
    """Every figure of a text, in order.

    1 is none: “one” is mostly a word, and “for each $1” only says what the figure is set beside.
    """
    return tuple(figure for figure in _figures(text) if figure.value != 1)


def _figures(text: str) -> Iterator[Figure]:
    for match in _FIGURE.finditer(text):
        found = match.groupdict()
        shown = match.group().strip()
        if found["m"]:
            share = Fraction(_whole(found["n"]), _whole(found["m"])) * 100
            yield Figure(share, "%", shown)
        elif found["part"]:
            yield from _part(found["top"], found["part"].lower(), shown)
        elif found["digits"]:
            value = Fraction(Decimal(found["digits"].replace(",", "")))
            unit = found["unit"] or ""
            money = found["money"] or "dollar" in unit
            yield Figure(
                value * _SCALES.get((found["scale"] or "").lower(), 1),
                "$" if money else "%" if unit else "",
                shown,
            )
        else:
            yield from _in_words(found, shown)


def _part(top: str | None, part: str, shown: str) -> Iterator[Figure]:
    # "Third" and "quarter" alone are a place in a row and three months; "half" is always a share.
    if top or part == "half":
        count = _SMALL.get((top or "one").lower(), 1)
        yield Figure(Fraction(count, _PARTS[part]) * 100, "%", shown)


def _in_words(found: dict[str, str | None], shown: str) -> Iterator[Figure]:
    word, scale, unit = ((found[k] or "").lower().strip() for k in ("words", "wscale", "wunit"))
    if word == "a" and not (scale or unit):
        return
    count = 12 if word == "dozen" else sum(_SMALL.get(part, 1) for part in word.split("-"))
    sign = "%" if unit == "percent" else "$" if unit else ""
    yield Figure(Fraction(count * _SCALES.get(scale, 1)), sign, shown)


def _whole(number: str) -> Fraction:
    if number.lower() in _SMALL:
        return Fraction(_SMALL[number.lower()])
    return Fraction(_SCALES.get(number.lower()) or Decimal(number.replace(",", "")))


def missing(text: str, sources: Iterable[str], *, reported_only: bool = False) -> list[str]:
    """The figures of ``text``, as written there, that are in none of the sources.

    ``reported_only`` leaves out amounts of advice (:attr:`Figure.is_reported`).
    """
    wanted = [f for f in figures(text) if f.is_reported or not reported_only]
    if not wanted:
        return []
    known = [figure for source in sources for figure in figures(source)]
    return [f.text for f in wanted if not any(f.agrees_with(other) for other in known)]
