"""No two outputs of one plan disagree: the same actions, owners, dates and reasons in all."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import BytesIO, StringIO
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from icalendar import Calendar
from openpyxl import load_workbook
from pypdf import PdfReader

from assessment.documents import calendar, printed_plan, spreadsheet, word
from assessment.plan_document import PlanAction, PlanDocument
from tests.plans import AS_OF, actions_in, make_plan, plan_in

# What one output may hold of an action: its title, who, by when, and why.
type Facts = set[tuple[str, str, str, str]]


def facts(document: PlanDocument, *, dated: bool = False) -> Facts:
    """What the document itself says."""
    return {
        (a.title, a.owner, a.due_on, a.support.why)
        for a in actions_in(document)
        if a.due_on or not dated
    }


def in_workbook(document: PlanDocument) -> Facts:
    sheet = load_workbook(BytesIO(spreadsheet.render_workbook(document)))["Actions"]
    heads = [cell.value for cell in sheet[1]]
    rows = [
        dict(zip(heads, values, strict=True)) for values in sheet.iter_rows(2, values_only=True)
    ]
    return {
        (
            str(r["Action"]),
            str(r["Owner"] or ""),
            r["Due"].date().isoformat() if r["Due"] else "",  # type: ignore[union-attr]
            str(r["Why"] or ""),
        )
        for r in rows
    }


def in_list(document: PlanDocument) -> Facts:
    text = spreadsheet.render_actions(document).decode("utf-8-sig")
    rows = csv.DictReader(StringIO(text, newline=""))
    return {(r["Action"], r["Owner"], r["Due"], r["Why"]) for r in rows}


def in_calendar(document: PlanDocument) -> Facts:
    found = set()
    events: list[Any] = Calendar.from_ical(calendar.render_calendar(document)).walk("VEVENT")
    for event in events:
        said = dict(line.split(": ", 1) for line in event["DESCRIPTION"].split("\n"))
        owner = said["Owner"].replace("No one assigned yet", "")
        title = event["SUMMARY"].removeprefix("Done: ").removeprefix("Dropped: ")
        found.add((title, owner, event.decoded("DTSTART").isoformat(), said.get("Why", "")))
    return found


def squeezed(text: str) -> str:
    return "".join(text.split())


def in_pdf(document: PlanDocument) -> str:
    reader = PdfReader(BytesIO(printed_plan.render(document).content))
    return squeezed(" ".join(page.extract_text() for page in reader.pages))


def in_word(document: PlanDocument) -> str:
    body = docx.Document(BytesIO(word.render_plan(document))).element.body
    return squeezed("".join(t.text or "" for t in body.iter(qn("w:t"))))


@pytest.mark.parametrize("state", ["typical", "one-action", "sixty-actions", "empty", "quick"])
def test_files_in_columns_and_the_calendar_hold_the_same(state):
    document = plan_in(state)

    assert in_workbook(document) == in_list(document) == facts(document)
    assert in_calendar(document) == facts(document, dated=True)


@pytest.mark.parametrize("state", ["typical", "one-action", "quick"])
def test_print_and_word_hold_them_too(state):
    document = plan_in(state)
    printed, written = in_pdf(document), in_word(document)

    for action in actions_in(document):
        for text in (action.title, action.owner, action.due_text, action.support.why):
            assert squeezed(text) in printed
            assert squeezed(text) in written


def test_a_change_reaches_them_all():
    action = PlanAction(
        key="k", title="Before", owner="Ana", due_on=AS_OF, status="under-way", added_on=AS_OF
    )
    after = make_plan("", actions=[replace(action, title="After", owner="Sam Lee")])

    for held in (in_workbook(after), in_list(after), in_calendar(after)):
        assert held == {("After", "Sam Lee", AS_OF.isoformat(), "")}
    for text in (in_pdf(after), in_word(after)):
        assert "After" in text
        assert "SamLee" in text
        assert "Before" not in text


def test_the_sheet_about_says_what_the_cover_says():
    document = plan_in("typical")
    sheet = load_workbook(BytesIO(spreadsheet.render_workbook(document)))["About"]
    said = {row[0]: row[1] for row in sheet.iter_rows(2, values_only=True)}
    cover = in_word(document).partition("Contents")[0]

    for name in ("Organization", "Covers", "Answered by", "Content"):
        assert squeezed(str(said[name])) in cover
    assert (
        f"{said['Questions answered that apply']}of{said['Questions that apply']}questions" in cover
    )
