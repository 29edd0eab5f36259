"""Actions and answers of the plan in columns: a workbook (XLSX) and two plain lists (CSV).

Nothing that somebody typed is ever a formula: in the workbook each text is marked as text, in CSV
a text that a program could take for a formula begins with an apostrophe. Dates are dates, dollars
whole numbers. The rules: decisions.md 41.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from assessment.documents.packing import repacked
from assessment.documents.printable import on_one_line, printable
from assessment.models.action import STATUSES
from assessment.plan_document import ActionLine, AnswerLine, Horizon, PlanDocument
from assessment.sentences import ANSWERS_LEFT_OUT, NOTES_LEFT_OUT

PRODUCT = "Job Quality Self-Assessment"
# Excel takes no more of one cell, counted as it counts: in units of UTF-16.
CELL_LENGTH = 32_767
# By what Excel, LibreOffice and others know a formula; the last four are their wide forms.
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
DATE_FORMAT, DOLLAR_FORMAT = "mmm d, yyyy", '"$"#,##0'
# Points; the second is the highest row that Excel allows.
LINE_HEIGHT, HIGHEST_ROW = 15, 405
# As many letters across are readable on a page.
PRINTED_WIDTH = 240
# Tells Excel that a CSV file is UTF-8.
BYTE_ORDER_MARK = "\ufeff"
HEADING_FONT = Font(name="Calibri", size=11, bold=True)
HEADING_FILL = PatternFill("solid", fgColor="E3F0EE")

type Value = str | int | date | None


@dataclass(frozen=True, slots=True)
class Column[Line]:
    """A column: its heading, what stands in it, its width in letters, how numbers are shown."""

    heading: str
    value: Callable[[Line], Value]
    width: int = 14
    number_format: str = "General"


# -- what stands in the columns --------------------------------------------------------------


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _steps(action: ActionLine) -> str:
    return "\n".join(f"{n}. {step}" for n, step in enumerate(action.support.steps, 1))


def _sources(action: ActionLine) -> str:
    cited = (*action.support.guides, *action.support.evidence, *action.support.cases)
    titles = (f"{item.label}: {item.card.shown_title}" for item in cited)
    return "\n".join(dict.fromkeys(titles))


type Placed = tuple[Horizon, ActionLine]

ACTIONS: tuple[Column[Placed], ...] = (
    Column("Action", lambda p: p[1].title, 40),
    Column("Next step", lambda p: p[1].next_step, 40),
    Column("Component", lambda p: p[1].practice.component if p[1].practice else "", 22),
    Column("Question", lambda p: p[1].practice.text if p[1].practice else "", 34),
    Column("Owner", lambda p: p[1].owner, 22),
    Column("Due", lambda p: _day(p[1].due_on), 14, DATE_FORMAT),
    Column("When", lambda p: p[0].title, 18),
    Column("Status", lambda p: dict(STATUSES).get(p[1].status, ""), 13),
    Column("Done on", lambda p: _day(p[1].done_on), 14, DATE_FORMAT),
    Column("Why it was dropped", lambda p: p[1].drop_reason, 22),
    Column("Effort", lambda p: p[1].effort, 10),
    Column("Cost", lambda p: p[1].cost, 18),
    Column("Estimate (dollars)", lambda p: p[1].estimate, 12, DOLLAR_FORMAT),
    Column("Budget (dollars)", lambda p: p[1].budget, 12, DOLLAR_FORMAT),
    Column("Component score with this step", lambda p: p[1].lift, 16),
    Column("Why", lambda p: p[1].support.why, 50),
    Column("Steps", lambda p: _steps(p[1]), 70),
    Column("Sources", lambda p: _sources(p[1]), 60),
)
ACTION_NOTES: Column[Placed] = Column("Notes", lambda p: p[1].notes, 40)
ANSWERS: tuple[Column[AnswerLine], ...] = (
    Column("Code", lambda a: a.practice.code, 8),
    Column("Component", lambda a: a.practice.component, 22),
    Column("Question", lambda a: a.practice.text, 50),
    Column("Level", lambda a: a.practice.level, 8),
    Column("Answer", lambda a: a.practice.standing, 18),
    Column("What it says", lambda a: a.practice.statement, 50),
    Column("Marked “not sure”", lambda a: "yes" if a.is_not_sure else "", 12),
    Column("Weight", lambda a: a.weight, 8),
    Column("Points", lambda a: a.points if a.possible else None, 8),
    Column("Points possible", lambda a: a.possible or None, 10),
)
ANSWER_NOTES: Column[AnswerLine] = Column("Note", lambda a: a.note, 40)


def _action_columns(document: PlanDocument) -> tuple[Column[Placed], ...]:
    return ACTIONS if NOTES_LEFT_OUT in document.left_out else (*ACTIONS, ACTION_NOTES)


def _answer_columns(document: PlanDocument) -> tuple[Column[AnswerLine], ...]:
    return ANSWERS if NOTES_LEFT_OUT in document.left_out else (*ANSWERS, ANSWER_NOTES)


def _actions(document: PlanDocument) -> list[Placed]:
    return [(horizon, action) for horizon in document.horizons for action in horizon.actions]


def _answers(document: PlanDocument) -> list[AnswerLine]:
    return [row for component in document.components for row in component.rows]


def _about(document: PlanDocument) -> list[tuple[str, Value]]:
    """What the file is, and what it is not: the facts of the plan's cover."""
    cover, figures = document.cover, document.figures
    facts: list[tuple[str, Value]] = [
        ("Organization", cover.organization or "Organization not named"),
        ("Covers", cover.covers or "Not given"),
        ("Answered by", cover.answered_by or "Not given"),
        ("Questions answered that apply", figures.answered),
        ("Questions that apply", figures.applicable),
        ("Questions that do not apply", len(document.not_applicable)),
        ("As of", date.fromisoformat(document.as_of)),
        ("Content", f"Edition {document.edition}, built on the Job Quality Toolkit (2022)"),
    ]
    facts += [("Summary", sentence) for sentence in document.summary]
    facts += [("Limits", limit) for limit in document.limits]
    return facts + [("Left out", text) for text in document.left_out]


# -- the workbook ----------------------------------------------------------------------------


def render_workbook(document: PlanDocument) -> bytes:
    """The workbook (.xlsx): actions, answers where the plan holds them, and what it is about."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _fill(book.create_sheet("Actions"), _action_columns(document), _actions(document))
    if ANSWERS_LEFT_OUT not in document.left_out:
        _fill(book.create_sheet("Answers"), _answer_columns(document), _answers(document))
    about: tuple[Column[tuple[str, Value]], ...] = (
        Column("About this file", lambda fact: fact[0], 30),
        Column("What it says", lambda fact: fact[1], 90),
    )
    _fill(book.create_sheet("About"), about, _about(document))
    day = datetime.fromisoformat(document.as_of)
    properties = book.properties
    properties.title = on_one_line(document.title)[:255]
    properties.creator = properties.lastModifiedBy = PRODUCT
    properties.language = "en-US"
    properties.created = day
    saved = BytesIO()
    book.save(saved)
    # Saving writes the clock's time into the file, so that part is written once more.
    properties.modified = day
    core = tostring(properties.to_tree())
    return repacked(saved.getvalue(), {"docProps/core.xml": core})


def _fill[Line](sheet: Worksheet, columns: Sequence[Column[Line]], lines: Iterable[Line]) -> None:
    """A sheet with its heading in sight however far one scrolls, and a filter on it."""
    for number, column in enumerate(columns, 1):
        heading = sheet.cell(1, number)
        _write(heading, column.heading)
        heading.font, heading.fill = HEADING_FONT, HEADING_FILL
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    # Bold is wider: as if a third were added.
    headings = [(f"{c.heading}{c.heading[::3]}", c.width) for c in columns]
    sheet.row_dimensions[1].height = _height(headings)
    for row, line in enumerate(lines, 2):
        for number, column in enumerate(columns, 1):
            _write(sheet.cell(row, number), column.value(line), column.number_format)
        sheet.row_dimensions[row].height = _height([(c.value(line), c.width) for c in columns])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = math.ceil(sum(c.width for c in columns) / PRINTED_WIDTH)
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _height(cells: Iterable[tuple[Value, int]]) -> float:
    """The height of a row in points: not every program works it out when it opens a file."""
    lines = max(
        sum(math.ceil((len(part) or 1) / width) for part in str(value).split("\n"))
        for value, width in cells
    )
    return min(lines * LINE_HEIGHT, HIGHEST_ROW)


def _write(cell: Cell | MergedCell, value: Value, number_format: str = "General") -> None:
    assert isinstance(cell, Cell)  # no cell of ours is merged
    if value is None or (isinstance(value, str) and not printable(value)):
        return
    cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
    if isinstance(value, str):
        cell.value = _cell_text(value)
        # Whatever it looks like, it is text: no formula and no error value. The second says the
        # same to whoever edits the cell.
        cell.data_type = "s"
        cell.quotePrefix = value.lstrip().startswith(FORMULA_SIGNS)
        return
    cell.value = value
    cell.number_format = DATE_FORMAT if isinstance(value, date) else number_format


def _cell_text(text: str) -> str:
    """``text`` as a cell may hold it."""
    # In a workbook _x0041_ would stand for A.
    text = re.sub(r"_(x[0-9A-Fa-f]{4}_)", r"_x005F_\1", printable(text))
    units = text.encode("utf-16-le")
    if len(units) // 2 <= CELL_LENGTH:
        return text
    return units[: 2 * (CELL_LENGTH - 1)].decode("utf-16-le", "ignore") + "…"


# -- plain lists -----------------------------------------------------------------------------


def render_actions(document: PlanDocument) -> bytes:
    """The actions as CSV: one heading row, ISO dates, UTF-8 as Excel recognizes it."""
    return _csv(_action_columns(document), _actions(document))


def render_answers(document: PlanDocument) -> bytes:
    """The answers that the plan holds, as CSV like that of the actions."""
    return _csv(_answer_columns(document), _answers(document))


def _csv[Line](columns: Sequence[Column[Line]], lines: Iterable[Line]) -> bytes:
    written = StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(column.heading for column in columns)
    for line in lines:
        rows.writerow(_field(column.value(line)) for column in columns)
    return (BYTE_ORDER_MARK + written.getvalue()).encode()


def _field(value: Value) -> str:
    """A value as CSV holds it; an apostrophe before what a program could take for a formula."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = printable(value)
    is_formula = text.lstrip().startswith(FORMULA_SIGNS) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if is_formula else text
