"""The manager of a bakery takes the plan along: into Word, Excel and a calendar."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import docx
import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext, Page, expect

from assessment.models import Action

from .conftest import Employer

pytestmark = [pytest.mark.browser]


@pytest.fixture
def planned(make_employer: Callable[..., Employer]) -> Employer:
    """Answers with a note, and two actions, one of which has no date yet."""
    employer = make_employer(levels="0123" * 4)
    employer.give(employer.questions[0], 0, note="Payroll sheet")
    for title, due_on in (("Post the schedule", date(2027, 1, 31)), ("Ask the crew", None)):
        Action.objects.create(
            assessment=employer.assessment, title=title, due_on=due_on, notes="Between us"
        )
    return employer


def fetched(page: Page, button: str) -> tuple[str, bytes]:
    """Press a button; the name and the content of the file that comes."""
    with page.expect_download(timeout=20_000) as download:
        page.get_by_role("button", name=button, exact=True).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_every_file_is_taken_along(
    new_context: Callable[..., BrowserContext], planned: Employer, has_scripts: bool, axe: Any
) -> None:
    page = new_context(java_script_enabled=has_scripts).new_page()
    planned.enter(page)
    page.goto(planned.address("plan"))
    page.get_by_role("link", name="Choose a document").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Documents")
    expect(page.get_by_role("main")).to_contain_text("1 of 2 actions has no date yet")
    assert not has_scripts or axe(page) == []

    name, content = fetched(page, "Download the due dates")
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert (name[-4:], event["SUMMARY"]) == (".ics", "Post the schedule")

    name, content = fetched(page, "Download the Excel file")
    assert name.startswith("Job quality plan Harbor Street Bakery")
    assert load_workbook(BytesIO(content)).sheetnames == ["Actions", "About"]
    form = page.get_by_role("form", name="Actions and answers, Excel")
    form.get_by_label("Add every answer").check()
    _, content = fetched(page, "Download the Excel file")
    assert load_workbook(BytesIO(content)).sheetnames == ["Actions", "Answers", "About"]

    form = page.get_by_role("form", name="Action plan, Word")
    form.get_by_label("Add every answer").check()
    form.get_by_label("Add the notes").check()
    _, content = fetched(page, "Make the Word file")
    said = "".join(docx.Document(BytesIO(content)).element.body.itertext())
    assert "Post the schedule" in said
    assert "Between us" in said
    assert "Payroll sheet" in said

    for button, count in (("Download the actions", 3), ("Download the answers", 17)):
        _, content = fetched(page, button)
        rows = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))
        assert len(rows) == count
        assert "Between us" not in str(rows)
        assert "Payroll sheet" not in str(rows)
