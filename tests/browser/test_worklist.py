"""Working the plan: done and looked at again, dropped, put in order, removed and undone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from assessment.models import Action, Assessment
from toolkit.catalogue import Catalogue

from .conftest import Employer, OnPage
from .test_keyboard import tab_to

pytestmark = [pytest.mark.browser]

TITLES = ("Post the hours", "Call the union", "Fix the oven door")


@pytest.fixture
def planned(employer: Employer) -> Employer:
    """Three actions without a date; the first is for the first question, which stands at 1."""
    question = employer.questions[0]
    employer.give(question, 1)
    for number, title in enumerate(TITLES):
        Action.objects.create(
            assessment=employer.assessment,
            title=title,
            key=f"k{number}",
            position=number,
            question="" if number else question.slug,
            level=None if number else 1,
        )
    return employer


def card(page: Page, number: int) -> Locator:
    return page.locator(f"#action-k{number}")


def press(page: Page, number: int, name: str) -> None:
    with page.expect_navigation():
        card(page, number).get_by_role("button", name=re.compile(f"^{name}")).click()


def order(page: Page) -> list[str]:
    return page.locator("[data-action] h3").all_inner_texts()


def stored_order(assessment: Assessment) -> list[str]:
    return [action.title for action in assessment.actions.in_plan()]


def test_from_an_action_to_its_end(
    page: Page, planned: Employer, catalogue: Catalogue, axe: Any, watch: Any
) -> None:
    watch.expect("Failed to load resource.*422")
    question = planned.questions[0]
    planned.enter(page)
    page.goto(planned.address("new_action"))
    page.get_by_label("What will you do?").fill("Put a clock up")
    page.get_by_label("What will it cost, in dollars?").fill("$1,200")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-action]")).to_have_count(4)

    press(page, 0, "Mark as done")
    notice = page.locator("#done")
    expect(notice).to_be_focused()
    expect(notice).to_contain_text("Done: “Post the hours”")
    expect(notice).to_contain_text("the answer was “Starting”. It still is.")
    assert axe(page) == []
    notice.get_by_role("link", name="Look at that question again").click()
    shown = OnPage(page, question)
    expect(shown.box).to_be_in_viewport()
    expect(shown.radio(1)).to_be_checked()
    shown.line(3).click()
    expect(shown.status).to_have_text(re.compile("✓ Saved"))
    page.goto(planned.address("plan"))
    expect(card(page, 0)).not_to_contain_text("Look at the question again")

    card(page, 1).get_by_text("Drop it").click()
    reason = card(page, 1).get_by_label("Why are you dropping it?")
    reason.evaluate("field => field.required = false")
    press(page, 1, "Drop this action")
    expect(page.get_by_role("alert")).to_contain_text("Please say in a few words")
    expect(reason).to_be_visible()
    reason.fill("No union here")
    press(page, 1, "Drop this action")
    expect(card(page, 1)).to_contain_text("No union here")
    assert Action.objects.get(key="k1").drop_reason == "No union here"

    press(page, 2, "Remove")
    expect(page.locator("#undo")).to_be_focused()
    expect(card(page, 2)).to_have_count(0)
    assert axe(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(card(page, 2)).to_be_focused()
    assert Action.objects.get(key="k2").removed_at is None

    page.get_by_text("Filter the list").click()
    page.get_by_label("Status", exact=True).select_option("Dropped")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("[data-action]")).to_have_count(1)
    assert page.url.endswith("?status=dropped&owner=&component=")


def test_by_keys_the_order_changes_and_the_focus_stays(page: Page, planned: Employer) -> None:
    planned.enter(page)
    page.goto(planned.address("plan"))
    down = card(page, 0).get_by_role("button", name=re.compile("^Move down"))
    down.focus()
    page.keyboard.press("Enter")
    said = page.locator("[data-order-status]")
    expect(said).to_have_text("“Post the hours” is now number 2 of 3.")
    expect(down).to_be_focused()
    page.keyboard.press("Enter")
    expect(said).to_have_text("“Post the hours” is now number 3 of 3.")
    up = card(page, 0).get_by_role("button", name=re.compile("^Move up"))
    expect(up).to_be_focused()
    expect(down).to_be_disabled()
    tab_to(page, card(page, 0).get_by_role("link", name=re.compile("^Edit details")))
    expected = [TITLES[1], TITLES[2], TITLES[0]]
    assert order(page) == stored_order(planned.assessment) == expected
    page.reload()
    assert order(page) == expected


def test_an_order_that_was_not_saved_is_taken_back(
    page: Page, planned: Employer, watch: Any
) -> None:
    watch.expect("Failed to load resource")
    planned.enter(page)
    page.goto(planned.address("plan"))
    page.route("**/order/", lambda route: route.abort())
    card(page, 0).get_by_role("button", name=re.compile("^Move down")).click()
    expect(page.locator("[data-order-status]")).to_have_text(re.compile("The order was not saved"))
    assert order(page) == stored_order(planned.assessment) == list(TITLES)


def test_a_pointer_draws_an_action_to_another_place(page: Page, planned: Employer) -> None:
    page.set_viewport_size({"width": 1280, "height": 2400})
    planned.enter(page)
    page.goto(planned.address("plan"))
    grip = card(page, 0).locator("[data-grip]")
    box, goal = grip.bounding_box(), card(page, 2).bounding_box()
    assert box is not None
    assert goal is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, goal["y"] + goal["height"] - 5, steps=9)
    page.mouse.up()
    expect(page.locator("[data-order-status]")).to_have_text(re.compile("number 3 of 3"))
    assert order(page) == stored_order(planned.assessment) == [TITLES[1], TITLES[2], TITLES[0]]

    box = grip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, 5, steps=9)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert order(page) == [TITLES[1], TITLES[2], TITLES[0]]


def test_two_tabs_show_both(page: Page, planned: Employer, watch: Any) -> None:
    watch.expect("Failed to load resource.*409")
    planned.enter(page)
    page.goto(planned.address("plan"))
    other = page.context.new_page()
    other.goto(planned.address("plan"))
    press(page, 0, "Under way")
    press(other, 0, "Mark as done")
    expect(other.get_by_role("alert")).to_contain_text("changed after you opened it")
    expect(other.get_by_label("Status")).to_have_value("done")
    other.get_by_role("button", name="Save").click()
    expect(other.locator("#done")).to_contain_text("Post the hours")
    assert Action.objects.get(key="k0").status == "done"


def test_on_paper_the_folds_are_open_and_the_controls_gone(
    page: Page, planned: Employer, new_context: Callable[..., BrowserContext]
) -> None:
    planned.enter(page)
    page.goto(planned.address("plan"))
    page.emulate_media(media="print")
    for gone in ("form.work", ".folds", "details.sieve", "[data-print]"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("edition 1.0 of the questions")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details[data-more]:not([open])").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_many_long_names_fit_a_phone(page: Page, planned: Employer, axe: Any) -> None:
    Action.objects.bulk_create(
        Action(
            assessment=planned.assessment,
            title=("T" * 200, "مخبز الميناء " * 12, "Fix the door")[n % 3],
            owner=("O" * 100, "مخبز", "")[n % 3],
            status="under-way",
            position=9 + n,
        )
        for n in range(57)
    )
    page.set_viewport_size({"width": 360, "height": 900})
    planned.enter(page)
    for query in ("", "?by=owner", f"?owner={'O' * 100}"):
        page.goto(planned.address("plan") + query)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert axe(page) == []
