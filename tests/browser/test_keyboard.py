"""By keys only: everything can be reached, is seen to be reached, and is not lost again."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .conftest import Employer, OnPage

pytestmark = [pytest.mark.browser]

SAVED = re.compile("✓ Saved")
MOST_KEYS = 60


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted`` has the focus, and see that it shows."""
    for _ in range(MOST_KEYS):
        page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {wanted}")


@pytest.fixture
def opened(page: Page, employer: Employer) -> OnPage:
    employer.enter(page)
    page.goto(employer.component_of(employer.questions[0]))
    return OnPage(page, employer.questions[0])


def test_the_first_key_leads_past_the_header(page: Page) -> None:
    page.goto("/how-scoring-works/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_question_is_answered_by_arrows_and_space(
    page: Page, employer: Employer, opened: OnPage
) -> None:
    question, other = employer.questions[:2]
    tab_to(page, opened.radio(0))
    page.keyboard.press("Space")
    expect(opened.status).to_have_text(SAVED)
    for level in (1, 2, 3):
        page.keyboard.press("ArrowDown")
        expect(opened.radio(level)).to_be_checked()
        expect(opened.radio(level)).to_be_focused()
    expect(opened.status).to_have_text(SAVED)
    expect(opened.radio(3)).to_be_focused()
    assert employer.level_of(question) == 3
    tab_to(page, opened.box.get_by_label("Not sure, come back later"))
    page.keyboard.press("Space")
    tab_to(page, opened.clear)
    tab_to(page, opened.box.locator("summary").nth(1))
    page.keyboard.press("Enter")
    tab_to(page, opened.note)
    page.keyboard.type("By the clock")
    expect(opened.status).to_have_text(SAVED)
    expect(opened.note).to_be_focused()
    answer = employer.answer_to(question)
    assert answer is not None
    assert (answer.level, answer.is_not_sure, answer.note) == (3, True, "By the clock")
    tab_to(page, OnPage(page, other).radio(0))


def test_clearing_keeps_the_focus_in_the_question(
    page: Page, employer: Employer, opened: OnPage
) -> None:
    employer.give(employer.questions[0], 2)
    page.reload()
    tab_to(page, opened.clear)
    page.keyboard.press("Enter")
    expect(opened.status).to_have_text(SAVED)
    expect(opened.radio(0)).to_be_focused()
    assert employer.level_of(employer.questions[0]) is None


@pytest.mark.parametrize("theirs", [1, None])
def test_a_collision_is_settled_by_keys(
    page: Page, employer: Employer, opened: OnPage, watch: Any, theirs: int | None
) -> None:
    watch.expect("Failed to load resource.*409")
    employer.give(employer.questions[0], theirs, note="Theirs")
    tab_to(page, opened.radio(0))
    page.keyboard.press("Space")
    expect(opened.dialog).to_be_visible()
    expect(opened.dialog).to_have_attribute("role", "alert")
    expect(opened.radio(0)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    other = opened.dialog.get_by_role("button", name="Use the other")
    expect(other).to_be_focused()
    page.keyboard.press("Enter")
    expect(opened.dialog).to_have_count(0)
    expect(opened.radio(theirs or 0)).to_be_focused()
    expect(opened.radio(0)).not_to_be_checked()


def test_the_enter_key_never_clears_an_answer(
    page: Page, employer: Employer, opened: OnPage
) -> None:
    first, second = employer.questions[:2]
    employer.give(first, 4)
    page.reload()
    OnPage(page, second).radio(2).focus()
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert (employer.level_of(first), employer.level_of(second)) == (4, 2)


def test_whatever_has_the_focus_shows_it(
    make_employer: Callable[..., Employer], new_context: Callable[..., BrowserContext]
) -> None:
    """Walk whole pages by Tab: each stop is on screen with an outline."""
    page = new_context(viewport={"width": 1280, "height": 720}).new_page()
    employer = make_employer(levels="1" * 16)
    employer.enter(page)
    for address in (
        "/",
        "/start/",
        "/archive/",
        employer.component_of(employer.questions[0]),
        employer.address("results"),
    ):
        page.goto(address)
        page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
        problems: list[str] = []
        for _ in range(30):
            page.keyboard.press("Tab")
            problems += page.evaluate(FOCUS_PROBLEMS)
        assert problems == [], address


# A stop shows itself by an outline of its own or, for a radio of the ladder, of its line.
FOCUS_PROBLEMS = """() => {
    const element = document.activeElement;
    if (element === document.body) return [];
    const box = element.getBoundingClientRect();
    const isOutlined = (e) => e && getComputedStyle(e).outlineStyle !== "none"
        && parseFloat(getComputedStyle(e).outlineWidth) >= 2;
    const problems = [];
    if (!isOutlined(element) && !isOutlined(element.closest("label"))) problems.push("no outline");
    if (box.bottom <= 0 || box.top >= innerHeight || box.width < 1) problems.push("off screen");
    return problems.map((problem) => `${problem}: ${element.outerHTML.slice(0, 120)}`);
}"""
