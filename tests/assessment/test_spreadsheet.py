"""Workbook and plain lists, read back by their libraries."""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from assessment.documents import spreadsheet
from assessment.documents.printable import printable
from assessment.plan_document import Cover, PlanAction, PlanDocument
from tests import plans
from tests.plans import AS_OF, actions_in, make_plan, plan_in

SIGNS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "=cmd|' /C calc'!A0", "#N/A"]


def sheets(document: PlanDocument) -> dict[str, list[list[Any]]]:
    """The values of each sheet of the workbook."""
    book = load_workbook(BytesIO(spreadsheet.render_workbook(document)))
    return {s.title: [[c.value for c in row] for row in s.iter_rows()] for s in book.worksheets}


def column(rows: list[list[Any]], heading: str) -> list[Any]:
    """What stands below a heading."""
    number = rows[0].index(heading)
    return [row[number] for row in rows[1:]]


def listed(content: bytes) -> list[dict[str, str]]:
    """The lines of a CSV file by heading."""
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def typed(text: str) -> PlanDocument:
    """A plan in which somebody typed ``text`` wherever one can."""
    action = PlanAction(key="k", title=text, next_step=text, owner=text, cost=text, notes=text)
    cover = Cover(organization=text, covers=text, answered_by=text)
    replies = {slug: replace(r, note=text) for slug, r in plans.replies_of(plans.TYPICAL).items()}
    return make_plan(
        actions=[action], cover=cover, replies=replies, include_answers=True, include_notes=True
    )


def cells(document: PlanDocument) -> list[Any]:
    book = load_workbook(BytesIO(spreadsheet.render_workbook(document)))
    return [c for s in book.worksheets for row in s.iter_rows() for c in row if c.value is not None]


# -- the workbook ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", plans.STATES)
def test_every_action_has_its_row_in_every_state(state):
    document = plan_in(state)
    rows = sheets(document)["Actions"]
    actions = actions_in(document)

    assert column(rows, "Action") == [printable(a.title) for a in actions]
    assert column(rows, "Owner") == [printable(a.owner) or None for a in actions]
    assert column(rows, "Due") == [
        datetime.fromisoformat(a.due_on) if a.due_on else None for a in actions
    ]
    assert column(rows, "Why") == [a.support.why or None for a in actions]
    assert column(rows, "Estimate (dollars)") == [a.estimate for a in actions]
    assert column(rows, "Budget (dollars)") == [a.budget for a in actions]
    for steps, action in zip(column(rows, "Steps"), actions, strict=True):
        assert [step for step in action.support.steps if step not in (steps or "")] == []


@pytest.mark.parametrize("state", plans.STATES)
def test_the_file_says_what_it_covers_and_what_it_is_not(state):
    document = plan_in(state)
    facts = [(row[0], row[1]) for row in sheets(document)["About"][1:]]

    assert [text for name, text in facts if name == "Limits"] == list(document.limits)
    assert [text for name, text in facts if name == "Summary"] == list(document.summary)
    assert [text for name, text in facts if name == "Left out"] == list(document.left_out)
    known = dict(facts)
    assert known["As of"] == datetime.fromisoformat(document.as_of)
    assert document.edition in known["Content"]
    assert known["Organization"] == (
        printable(document.cover.organization) or "Organization not named"
    )


@pytest.mark.parametrize("answers", [False, True])
@pytest.mark.parametrize("notes", [False, True])
def test_answers_and_notes_are_there_only_if_ticked(answers, notes):
    document = make_plan(include_answers=answers, include_notes=notes)
    found = sheets(document)

    assert list(found) == ["Actions", *(["Answers"] if answers else []), "About"]
    assert ("Notes" in found["Actions"][0]) == notes
    if answers:
        assert ("Note" in found["Answers"][0]) == notes
    everything = str(found)
    assert ("Note on action 0." in everything) == notes
    assert ("Note on " in everything) == notes


def test_answers_stand_with_level_and_points():
    rows = sheets(make_plan(include_answers=True, include_notes=True))["Answers"]

    assert len(rows) == 49
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["Code"], first["Level"], first["Answer"]) == ("RH-1", 3, "In place")
    assert first["Note"].startswith("Note on ")
    assert column(rows, "Level").count(None) == 2
    assert column(rows, "Answer").count("Does not apply") == 1
    assert column(rows, "Marked “not sure”").count("yes") == 1


def test_a_done_and_a_dropped_action_say_so():
    rows = sheets(plan_in("sixty-actions"))["Actions"]
    by_title = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}

    done = by_title["Action 2: post the schedule earlier"]
    dropped = by_title["Action 3: post the schedule earlier"]
    assert (done["Status"], done["Done on"]) == ("Done", datetime(2026, 11, 20))
    assert (dropped["Status"], dropped["Why it was dropped"]) == ("Dropped", "Reason 3")


def test_dates_and_dollars_are_shown_as_such():
    book = load_workbook(BytesIO(spreadsheet.render_workbook(plan_in("sixty-actions"))))
    sheet: Any = book["Actions"]
    headings = {cell.value: cell.column for cell in sheet[1]}

    due, estimate = (sheet.cell(3, headings[h]) for h in ("Due", "Estimate (dollars)"))
    assert (due.is_date, due.number_format) == (True, "mmm d, yyyy")
    assert (estimate.data_type, estimate.number_format) == ("n", '"$"#,##0')


def test_the_heading_stays_in_sight_and_filters():
    book = load_workbook(BytesIO(spreadsheet.render_workbook(plan_in("sixty-actions"))))

    sheets: list[Any] = book.worksheets
    for sheet in sheets:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(cell.font.b for cell in sheet[1])
        assert all(sheet.column_dimensions[c.column_letter].width >= 8 for c in sheet[1])
        assert all(cell.alignment.wrap_text for cell in sheet[2] if cell.value is not None)


@pytest.mark.parametrize("text", SIGNS)
def test_nothing_typed_becomes_a_formula(text):
    found = [cell for cell in cells(typed(text)) if cell.value == printable(text)]

    assert len(found) >= 7
    assert {cell.data_type for cell in found} == {"s"}
    marked = text.lstrip()[0] in "=+-@＝"
    assert {cell.quotePrefix for cell in found} == {marked}


@settings(max_examples=15)
@given(st.lists(st.text(max_size=40), max_size=40))
def test_whatever_is_typed_comes_back_as_text(texts):
    actions = [PlanAction(key="k", title=f"x{text}", next_step=text) for text in texts]
    document = make_plan("", actions=actions)
    rows = sheets(document)["Actions"]

    assert column(rows, "Action") == [f"x{printable(text)}" for text in texts]
    assert column(rows, "Next step") == [printable(text) or None for text in texts]
    assert "f" not in {cell.data_type for cell in cells(document)}
    lines = listed(spreadsheet.render_actions(document))
    assert [line["Next step"].removeprefix("'") for line in lines] == [
        printable(text).removeprefix("'") for text in texts
    ]
    assert [x for x in lines if x["Next step"].lstrip().startswith(("=", "+", "-", "@"))] == []


def test_a_text_that_looks_like_an_escape_stays_what_it_is():
    content = spreadsheet.render_workbook(typed("_x0041_ and _x003D_1"))

    sheet = zipfile.ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "_x005F_x0041_ and _x005F_x003D_1" in sheet


@pytest.mark.parametrize("letter", ["w", "😀"])
def test_a_cell_holds_no_more_than_excel_takes(letter):
    value = spreadsheet._cell_text(letter * 40_000)

    assert len(value.encode("utf-16-le")) // 2 <= 32_767
    assert value.endswith(f"{letter}…")


def test_the_same_plan_gives_the_same_bytes_and_no_clock():
    content = spreadsheet.render_workbook(plan_in("typical"))
    archive = zipfile.ZipFile(BytesIO(content))
    properties = archive.read("docProps/core.xml").decode()

    assert content == spreadsheet.render_workbook(plan_in("typical"))
    assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert re.findall(r"20\d\d-\d\d-\d\dT[\d:]+Z", properties) == ["2026-11-22T00:00:00Z"] * 2
    book = load_workbook(BytesIO(content))
    assert book.properties.title == "Job quality action plan: Harbor Street Bakery"
    assert book.properties.creator == "Job Quality Self-Assessment"


# -- plain lists -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", plans.STATES)
def test_the_list_of_actions_holds_the_same_in_every_state(state):
    document = plan_in(state)
    content = spreadsheet.render_actions(document)
    actions = actions_in(document)

    assert content.startswith(b'\xef\xbb\xbf"Action","Next step"')
    assert b"\r\n" in content
    lines = listed(content)
    assert [line["Action"] for line in lines] == [printable(a.title) for a in actions]
    assert [line["Due"] for line in lines] == [a.due_on for a in actions]
    assert [line["Done on"] for line in lines] == [a.done_on for a in actions]
    assert [line["Estimate (dollars)"] for line in lines] == [
        "" if a.estimate is None else str(a.estimate) for a in actions
    ]
    has_notes = "Notes are left out." not in document.left_out
    assert all(("Notes" in line) == has_notes for line in lines)


def test_the_list_of_answers_holds_those_of_the_plan():
    document = make_plan(include_answers=True)
    lines = listed(spreadsheet.render_answers(document))

    assert len(lines) == 48
    assert lines[0] | {"Question": ""} == {
        "Code": "RH-1",
        "Component": "Recruitment & Hiring",
        "Question": "",
        "Level": "3",
        "Answer": "In place",
        "What it says": document.components[0].rows[0].practice.statement,
        "Marked “not sure”": "",
        "Weight": str(document.components[0].rows[0].weight),
        "Points": str(document.components[0].rows[0].points),
        "Points possible": str(document.components[0].rows[0].possible),
    }


def test_without_answers_the_list_has_its_heading_only():
    assert spreadsheet.render_answers(make_plan()).count(b"\r\n") == 1


@pytest.mark.parametrize("text", SIGNS)
def test_a_formula_gets_an_apostrophe(text):
    (line,) = listed(spreadsheet.render_actions(typed(text)))

    wanted = text if text == "#N/A" else f"'{printable(text)}"
    assert (line["Action"], line["Owner"], line["Notes"]) == (wanted, wanted, wanted)


@pytest.mark.parametrize("text", ["\r=1", "\n=1", '"=1', "a\r\nb", "a;=1", "a,b", "Café"])
def test_other_text_stays_in_its_field(text):
    (line,) = listed(spreadsheet.render_actions(typed(text)))

    found = line["Action"]
    assert found.removeprefix("'") == printable(text)
    assert not found.lstrip().startswith(("=", "+", "-", "@"))


def test_the_date_of_the_plan_is_a_date():
    day = datetime(AS_OF.year, AS_OF.month, AS_OF.day)
    assert sheets(make_plan())["About"][7] == ["As of", day]
