"""The recommended steps by impact and effort: where each numbered dot stands, and its line.

Pure: imports only the standard library and assessment.recommendation. The drawing is whole numbers
and words, so that page and PDF print the same. Dots that share a cell stand side by side and then
one row below the other; a cell grows with them, so that no two ever overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from assessment.recommendation import Recommendation
from assessment.scoring import round_half_up
from toolkit.catalogue import EFFORTS

# In units of the drawing, which is scaled as a whole: narrow enough to be read on a phone.
LABELS, COLUMN, HEAD, FOOT = 78, 92, 22, 24
STEP, MARGIN = 28, 4
RADIUS = 12
ACROSS = (COLUMN - 2 * MARGIN) // STEP
# Where each row begins; the first takes all below the second.
LIFT_ROWS = (
    (Decimal(0), "under 2 points"),
    (Decimal(2), "2 to 4"),
    (Decimal(4), "4 to 6"),
    (Decimal(6), "6 to 10"),
    (Decimal(10), "10 or more"),
)
WEIGHT_ROWS = (
    (Decimal(0), "1 or 2"),
    (Decimal(3), "3 or 4"),
    (Decimal(5), "6"),
    (Decimal(7), "8 or 9"),
    (Decimal(10), "12"),
)
NO_SCORE_ROW = "no score yet"
LIFT_TITLE = "Rise in the component’s score"
WEIGHT_TITLE = "Weight × levels below target"
LIFT_NOTE = (
    "Up: how many points of 100 this one step adds to the component’s score. "
    "To the right: effort. Steps at the top left gain the most for the least effort."
)
WEIGHT_NOTE = (
    "Up: the question’s weight × the levels below your target, {}. To the right: effort. "
    "Steps at the top left gain the most for the least effort."
)
QUICK_REASON = "because a quick check has no score per component that could rise"
UNSCORED_REASON = "because their components do not have enough answers for a score yet"

type Axis = Literal["lift", "weight"]


@dataclass(frozen=True, slots=True)
class Dot:
    """A step of the picture: its number (its place among all steps), its line, its centre.

    ``impact`` is what the vertical axis says of it, in words.
    """

    number: int
    next_step: str
    component: str
    effort: str
    is_effort_assumed: bool
    days: int | None
    impact: str
    row: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A row of cells from ``top`` to ``bottom``; its label's middle is ``middle``."""

    label: str
    top: int
    bottom: int
    middle: int


@dataclass(frozen=True, slots=True)
class PictureColumn:
    """A column of cells from ``left`` to ``right``; its label's middle is ``middle``."""

    label: str
    left: int
    right: int
    middle: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing, ``width`` × ``height`` units, and what its axes mean."""

    axis: Axis
    axis_title: str
    note: str
    description: str
    width: int
    height: int
    radius: int
    rows: tuple[PictureRow, ...]
    columns: tuple[PictureColumn, ...]
    dots: tuple[Dot, ...]


def picture(steps: Iterable[Recommendation], *, is_quick: bool) -> Picture | None:
    """The picture of these steps, in rank order; None without a step.

    The vertical axis is the lift of the component's score. Where no step has one, as in a quick
    check, it is weight × levels below target instead, and says so; where only some have none, they
    stand in a row of their own.
    """
    ranked = sorted(steps, key=lambda s: s.rank)
    if not ranked:
        return None
    axis: Axis = "lift" if any(s.lift for s in ranked) else "weight"
    cells = [(_row_of(axis, s), EFFORTS.index(s.effort), s) for s in ranked]
    rows, places = _laid_out(axis, cells)
    reason = QUICK_REASON if is_quick else UNSCORED_REASON
    return Picture(
        axis=axis,
        axis_title=LIFT_TITLE if axis == "lift" else WEIGHT_TITLE,
        note=LIFT_NOTE if axis == "lift" else WEIGHT_NOTE.format(reason),
        description=_described(axis, cells),
        width=LABELS + COLUMN * len(EFFORTS),
        height=rows[-1].bottom + FOOT,
        radius=RADIUS,
        rows=rows,
        columns=tuple(_column(n, effort) for n, effort in enumerate(EFFORTS)),
        dots=tuple(_dot(axis, s, row, places[s.rank]) for row, _, s in cells),
    )


def _row_of(axis: Axis, step: Recommendation) -> str:
    """The label of the row a step stands in, by the value its line shows."""
    if axis == "weight":
        value = Decimal(step.gap.weight * step.gap.size)
    elif step.lift is None:
        return NO_SCORE_ROW
    else:
        value = round_half_up(step.lift.change, 1)
    return next(label for least, label in reversed(_scale(axis)) if value >= least)


def _scale(axis: Axis) -> Sequence[tuple[Decimal, str]]:
    return LIFT_ROWS if axis == "lift" else WEIGHT_ROWS


def _shown_rows(axis: Axis, used: set[str]) -> list[str]:
    """The rows from the highest in use down, and the one without a score where it is in use."""
    labels = [label for _, label in reversed(_scale(axis))]
    while labels and labels[0] not in used:
        del labels[0]
    return labels + [NO_SCORE_ROW] * (NO_SCORE_ROW in used)


def _laid_out(
    axis: Axis, cells: Sequence[tuple[str, int, Recommendation]]
) -> tuple[tuple[PictureRow, ...], dict[int, tuple[int, int]]]:
    """The rows from the top, each as high as its fullest cell, and the centre of each dot."""
    rows: list[PictureRow] = []
    places: dict[int, tuple[int, int]] = {}
    top = HEAD
    for label in _shown_rows(axis, {row for row, _, _ in cells}):
        shared = [
            [s.rank for row, at, s in cells if (row, at) == (label, column)]
            for column in range(len(EFFORTS))
        ]
        lines = max(1, *(-(-len(ranks) // ACROSS) for ranks in shared))
        bottom = top + 2 * MARGIN + lines * STEP
        middle = (top + bottom) // 2
        for column, ranks in enumerate(shared):
            places |= _in_cell(ranks, column, middle)
        rows.append(PictureRow(label, top, bottom, middle))
        top = bottom
    return tuple(rows), places


def _in_cell(ranks: Sequence[int], column: int, middle: int) -> dict[int, tuple[int, int]]:
    """The centres of the dots of one cell, line by line around its middle."""
    lines = -(-len(ranks) // ACROSS)
    places = {}
    for n, rank in enumerate(ranks):
        line, across = divmod(n, ACROSS)
        in_line = min(ACROSS, len(ranks) - line * ACROSS)
        x = LABELS + column * COLUMN + COLUMN // 2 + (2 * across - in_line + 1) * STEP // 2
        places[rank] = (x, middle + (2 * line - lines + 1) * STEP // 2)
    return places


def _column(number: int, effort: str) -> PictureColumn:
    left = LABELS + number * COLUMN
    return PictureColumn(effort, left, left + COLUMN, left + COLUMN // 2)


def _dot(axis: Axis, step: Recommendation, row: str, place: tuple[int, int]) -> Dot:
    return Dot(
        number=step.rank,
        next_step=step.next_step,
        component=step.component.label,
        effort=step.effort,
        is_effort_assumed=step.is_effort_assumed,
        days=step.days,
        impact=_impact(axis, step),
        row=row,
        x=place[0],
        y=place[1],
    )


def _impact(axis: Axis, step: Recommendation) -> str:
    if axis == "weight":
        return f"{step.gap.weight} × {step.gap.size} = {step.gap.weight * step.gap.size}"
    return f"{step.lift.text} ({step.lift.change_text})" if step.lift else "not yet"


def _described(axis: Axis, cells: Sequence[tuple[str, int, Recommendation]]) -> str:
    """The picture in words, cell by cell from the top left, for those who cannot see it."""
    parts = []
    for label in _shown_rows(axis, {row for row, _, _ in cells}):
        for column, effort in enumerate(EFFORTS):
            ranks = [str(s.rank) for row, at, s in cells if (row, at) == (label, column)]
            if ranks:
                parts.append(f"{label}, {effort} effort: {', '.join(ranks)}")
    return f"{LIFT_TITLE if axis == 'lift' else WEIGHT_TITLE}. {'. '.join(parts)}."
