"""The short number printed on a blank worksheet, by which its answers find their way back.

Pure: imports only the standard library. It says which edition and which component a sheet is of,
in digits only, so that a number pad is enough to type it. Its last two digits are a check (ISO 7064
MOD 97-10): no wrong digit and no two digits swapped give another sheet's code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CHECK = 97
MOST_COMPONENTS = 99
MOST_EDITIONS = 999_999
# How a code may be typed: its hyphens and spaces tell nothing.
IGNORED = re.compile(r"[\s\-–—]+")
SHAPE = re.compile(r"([1-9][0-9]{0,5})([0-9]{2})([0-9]{2})")
LONGEST_TYPED = 40


@dataclass(frozen=True, slots=True)
class SheetCode:
    """Which sheet it is: the number of its edition, and its component's place in it from 1 up.

    A correction of an edition keeps its number, so sheets printed before it stay good. Raises
    ValueError for a number that cannot be written in the digits there are.
    """

    edition: int
    component: int

    def __post_init__(self) -> None:
        if not 1 <= self.edition <= MOST_EDITIONS:
            raise ValueError(f"There is no sheet code for edition {self.edition}.")
        if not 1 <= self.component <= MOST_COMPONENTS:
            raise ValueError(f"There is no sheet code for component {self.component}.")

    def __str__(self) -> str:
        return f"{self.edition}-{self.component:02}-{self._check:02}"

    @property
    def _check(self) -> int:
        return CHECK + 1 - (self.edition * 100 + self.component) * 100 % CHECK


def read(typed: str) -> SheetCode | None:
    """The sheet whose code was typed, with or without hyphens and spaces; None if it is no code."""
    if len(typed) > LONGEST_TYPED:
        return None
    digits = IGNORED.sub("", typed)
    shape = SHAPE.fullmatch(digits)
    if shape is None or shape[2] == "00":
        return None
    code = SheetCode(int(shape[1]), int(shape[2]))
    return code if IGNORED.sub("", str(code)) == digits else None
