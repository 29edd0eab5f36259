"""A coach's helper types a stack of sheets with the number pad: digits and Enter only."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assessment.models import Assessment
from assessment.sheet_code import SheetCode

from .conftest import Employer

pytestmark = [pytest.mark.browser]


def key(page: Page, *keys: str) -> None:
    """Press digits, each followed by Enter; nothing else is ever pressed."""
    for digits in keys:
        assert digits == "" or digits.isdigit()
        page.keyboard.type(digits)
        page.keyboard.press("Enter")


@pytest.fixture
def full(make_employer: Callable[..., Employer], page: Page) -> Employer:
    """An employer who answers all 48 questions, and whose type-back page is open."""
    employer = make_employer(mode="full")
    employer.enter(page)
    page.goto(employer.address("type_back"))
    # The page puts the cursor there a moment after it is loaded.
    expect(page.get_by_label("Sheet code")).to_be_focused()
    return employer


def test_two_sheets_with_digits_and_enter_only(page: Page, full: Employer) -> None:
    key(page, str(SheetCode(1, 1)).replace("-", ""))
    expect(page.get_by_role("heading", level=1)).to_have_text("Recruitment & Hiring")
    expect(page.get_by_text("Enter moves to the next box")).to_be_visible()
    expect(page.get_by_label("RH-1")).to_be_focused()
    key(page, "0", "1", "", "3", "8", "4")
    expect(page.get_by_role("status")).to_have_text(
        "Recruitment & Hiring: 5 answers saved, 1 still unanswered."
    )
    assert [full.level_of(q) for q in full.questions[:6]] == [0, 1, None, 3, None, 4]
    # The box for the next code waits already.
    expect(page.get_by_label("Sheet code")).to_be_focused()
    key(page, str(SheetCode(1, 2)).replace("-", ""))
    expect(page.get_by_role("heading", level=1)).to_have_text("Benefits")
    expect(page.get_by_label("BN-1")).to_be_focused()
    key(page, "2", "2", "2", "2", "2", "2")
    expect(page.get_by_role("status")).to_have_text(
        "Benefits: 6 answers saved, none still unanswered."
    )
    assert full.assessment.answers.count() == 11


def test_a_wrong_digit_is_said_at_once_and_holds_the_place(page: Page, full: Employer) -> None:
    key(page, "10186")
    first = page.get_by_label("RH-1")
    expect(first).to_be_focused()
    page.keyboard.type("7")
    error = page.get_by_role("alert").filter(has_text="Type 0 to 4, 8 for “not sure”")
    expect(error).to_be_visible()
    expect(first).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Enter")
    expect(first).to_be_focused()
    # It is marked, so that the right digit takes its place.
    key(page, "3")
    expect(error).to_have_count(0)
    expect(page.get_by_label("RH-2")).to_be_focused()
    page.keyboard.type("9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("RH-2")).to_be_focused()
    assert not full.assessment.answers.exists()
    key(page, "1", "", "", "", "")
    expect(page.get_by_role("status")).to_contain_text("2 answers saved, 4 still unanswered.")


def test_a_sheet_of_another_edition_is_refused(page: Page, full: Employer, watch: Any) -> None:
    watch.expect("Failed to load resource.*422")
    key(page, str(SheetCode(2, 1)).replace("-", ""))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("This sheet is for edition 2; this assessment uses edition 1.")
    expect(page.get_by_label("Sheet code")).to_be_focused()


def test_what_is_stored_is_shown_and_asked_about(
    page: Page, full: Employer, watch: Any, axe: Any
) -> None:
    watch.expect("Failed to load resource.*409")
    full.give(full.questions[0], 2, note="By the clock.")
    full.give(full.questions[1], 1)
    key(page, "10186")
    expect(page.get_by_text("now: 2, Partial")).to_be_visible()
    expect(page.get_by_label("RH-1")).to_be_focused()
    key(page, "3", "1", "0", "", "", "")
    expect(page.get_by_role("alert")).to_contain_text("1 answer still needs your attention.")
    expect(page.get_by_role("group")).to_have_count(1)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe(page) == []
    assert full.level_of(full.questions[0]) == 2
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Use the sheet: 3, In place")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 answer saved, 3 still unanswered.")
    answer = full.answer_to(full.questions[0])
    assert answer is not None
    assert (answer.level, answer.note, answer.revision) == (3, "By the clock.", 2)


def test_a_sheet_can_be_fetched(page: Page, full: Employer) -> None:
    Assessment.objects.update(has_shifts=False)
    with page.expect_download(timeout=30_000) as download:
        page.get_by_role("link", name="the same in large print").click()
    assert download.value.suggested_filename == "job-quality-worksheets-edition-1.0-large-print.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF")
