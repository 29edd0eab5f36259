"""An owner moves to a newer edition: offered, looked at, done, confirmed, taken back."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from assessment.models import Answer, Move
from tests.factories import make_edition, with_question
from toolkit.catalogue import Catalogue, Question

from .conftest import Employer, OnPage
from .test_pages import seen

pytestmark = [pytest.mark.browser]

OTHER = "Asked in other words: do they?"
SAVED = re.compile("^✓ Saved")


@pytest.fixture
def moving(make_employer: Callable[..., Employer], catalogue: Catalogue) -> Employer:
    """A full assessment, all answered, and a second edition that changes its first two questions.

    The third is gone, and the fourth is reworded with the same meaning.
    """
    employer = make_employer(mode="full", levels="2" * 48)
    first, second, third, fourth = employer.questions[:4]
    lines = tuple(f"Now it is: {line}" for line in first.levels)
    new = with_question(catalogue, first.slug, text=OTHER, levels=lines, meaning=2)
    new = with_question(new, second.slug, levels=("None.", *second.levels[1:]), meaning=2)
    new = with_question(new, fourth.slug, hint="Look at last month.")
    components = tuple(
        replace(c, questions=tuple(q for q in c.questions if q.slug != third.slug))
        for c in new.components
    )
    make_edition(replace(new, components=components), number=2)
    return employer


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press the button of that name, and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def waiting(employer: Employer) -> set[str]:
    """The questions whose answers are to be confirmed."""
    rows = Answer.objects.filter(assessment=employer.assessment, is_to_confirm=True)
    return set(rows.values_list("question", flat=True))


def number(employer: Employer) -> int:
    employer.assessment.refresh_from_db()
    return employer.assessment.edition_number


def move(page: Page, employer: Employer) -> tuple[Question, Question]:
    """Follow the offer on the hub and move; gives the two questions to confirm."""
    employer.enter(page)
    page.get_by_role("link", name="See what would change").click()
    expect(page.locator("h1")).to_have_text("What edition 2.0 would change for you")
    press(page, "Move to edition 2.0")
    expect(page.locator(".notice.good")).to_contain_text("moved to edition 2")
    assert number(employer) == 2
    first, second = employer.questions[:2]
    assert waiting(employer) == {first.slug, second.slug}
    return first, second


def test_every_page_on_the_way_is_accessible_and_fits(
    page: Page, moving: Employer, axe: Any
) -> None:
    moving.enter(page)
    found = seen(page, "hub, offered", axe)
    page.goto(moving.address("edition"))
    for summary in page.locator("main summary").all():
        summary.click()
    found += seen(page, "preview", axe)
    press(page, "Move to edition 2.0")
    found += seen(page, "hub, moved", axe)
    pages = ("review", "results", "edition")
    addresses = {name: moving.address(name) for name in pages}
    addresses["component"] = moving.component_of(moving.questions[0])
    for name, address in addresses.items():
        page.goto(address)
        found += seen(page, f"{name}, moved", axe)
    assert found == []


def test_an_answer_is_confirmed_with_one_press(page: Page, moving: Employer) -> None:
    first, second = move(page, moving)
    page.goto(moving.component_of(first))
    shown, other = OnPage(page, first), OnPage(page, second)
    expect(shown.box).to_contain_text(OTHER)
    expect(shown.dialog).to_contain_text(first.text)
    expect(shown.dialog).to_contain_text(first.levels[2])
    expect(shown.box.locator("input[type=radio]:checked")).to_have_count(0)
    answered = page.locator("[data-answered]")
    expect(answered).to_have_text("45 of 47 answered")

    # A note is saved, and the answer still waits.
    shown.open_note()
    shown.note.fill("See the payroll sheet")
    shown.note.blur()
    expect(shown.status).to_have_text(SAVED)
    expect(shown.dialog).to_be_visible()
    assert waiting(moving) == {first.slug, second.slug}

    shown.box.get_by_role("button", name="Still true: confirm “Partial”").click()
    expect(shown.status).to_have_text(SAVED)
    expect(shown.dialog).to_have_count(0)
    expect(shown.radio(2)).to_be_checked()
    expect(shown.radio(2)).to_be_focused()
    expect(answered).to_have_text("46 of 47 answered")
    assert waiting(moving) == {second.slug}
    answer = moving.answer_to(first)
    assert answer is not None
    assert (answer.level, answer.note) == (2, "See the payroll sheet")

    other.choose(2)  # the same line, chosen again
    expect(other.status).to_have_text(SAVED)
    expect(other.dialog).to_have_count(0)
    assert waiting(moving) == set()
    page.reload()
    expect(shown.dialog).to_have_count(0)
    expect(answered).to_have_text("47 of 47 answered")
    page.goto(moving.address("hub"))
    expect(page.get_by_role("button", name="Undo the move")).to_have_count(0)


def test_without_a_script_the_button_confirms(
    new_context: Callable[..., BrowserContext], moving: Employer
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    first, second = move(page, moving)
    page.goto(moving.component_of(first))
    # Saving the page as it is confirms nothing.
    press(page, re.compile("^Save and continue to"))
    assert waiting(moving) == {first.slug, second.slug}
    page.goto(moving.component_of(first))
    shown = OnPage(page, first)
    with page.expect_navigation():
        shown.box.get_by_role("button", name="Still true: confirm “Partial”").click()
    assert page.url.endswith(f"#{first.slug}")
    expect(shown.dialog).to_have_count(0)
    expect(shown.radio(2)).to_be_checked()
    assert (waiting(moving), moving.level_of(first)) == ({second.slug}, 2)


def test_it_is_taken_back(page: Page, moving: Employer) -> None:
    before = list(Answer.objects.order_by("pk").values("question", "level", "is_to_confirm"))
    move(page, moving)
    press(page, "Undo the move")
    expect(page.get_by_role("status").first).to_contain_text("You are back on edition 1.")
    assert number(moving) == 1
    after = list(Answer.objects.order_by("pk").values("question", "level", "is_to_confirm"))
    assert after == before
    expect(page.get_by_role("link", name="See what would change")).to_be_visible()
    assert Move.objects.get().undone_at is not None


def test_it_is_declined_and_stays_within_reach(page: Page, moving: Employer) -> None:
    moving.enter(page)
    page.get_by_role("link", name="See what would change").click()
    press(page, "Stay on edition 1.0")
    expect(page.get_by_role("link", name="See what would change")).to_have_count(0)
    page.get_by_role("link", name="Edition 1.0 of the questions").click()
    press(page, "Move to edition 2.0")
    assert number(moving) == 2


def test_a_choice_made_on_a_page_from_before_the_move_is_kept(
    page: Page, new_context: Callable[..., BrowserContext], moving: Employer, watch: Any
) -> None:
    watch.expect("Failed to load resource.*409")
    first, second = moving.questions[:2]
    third = moving.questions[2]
    moving.enter(page)
    page.goto(moving.component_of(first))
    owner = new_context().new_page()
    move(owner, moving)

    shown, gone = OnPage(page, first), OnPage(page, third)
    shown.choose(4)
    expect(shown.status).to_contain_text("The question has changed since you opened this page.")
    gone.choose(4)
    expect(gone.status).to_contain_text("This question is no longer asked")
    assert (moving.level_of(first), moving.level_of(third)) == (2, 2)

    page.reload()
    expect(shown.radio(4)).to_be_checked()
    page.get_by_role("button", name="Keep my choice").click()
    expect(shown.status).to_have_text(SAVED)
    assert (moving.level_of(first), waiting(moving)) == (4, {second.slug})
    # What can be saved nowhere troubles nobody.
    page.goto(moving.address("hub"))
    page.wait_for_timeout(4000)
    expect(page.locator("[data-waiting]")).to_be_hidden()
