"""An owner comes back: starts again, confirms, and sees what moved."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from assessment.models import Answer, Assessment
from tests import factories

from .conftest import Employer, OnPage
from .test_move import press
from .test_pages import seen

pytestmark = [pytest.mark.browser]
SAVED = re.compile("^✓ Saved")


@pytest.fixture
def last_time(make_employer: Callable[..., Employer]) -> Employer:
    """A full assessment of last time, every answer at “Partial”, with one action open."""
    employer = make_employer(mode="full", levels="2" * 48)
    factories.make_action(employer.assessment, "Post the ranges")
    return employer


def start_again(page: Page, last_time: Employer) -> Employer:
    """From the results to the new assessment's questions; gives the new one."""
    last_time.enter(page)
    page.goto(last_time.address("results"))
    page.get_by_role("link", name="Start a new assessment from this one").click()
    page.get_by_label("Copy my 1 open action").check()
    press(page, "Start the new assessment")
    expect(page.locator("h1")).to_have_text("Keep this private link")
    new = Assessment.objects.get(earlier=last_time.assessment)
    secret = page.get_by_label("Your link").input_value().rstrip("/").rpartition("/")[2]
    page.get_by_role("link", name="Go to the questions").click()
    expect(page.locator(".lead")).to_contain_text("0 of 48 answered.")
    expect(page.locator(".notice").filter(has_text="48 answers to confirm.")).to_be_visible()
    return Employer(new, secret, last_time.questions)


def test_coming_back_to_see_what_moved(page: Page, last_time: Employer, axe: Any) -> None:
    new = start_again(page, last_time)
    first, second, third = (OnPage(page, q) for q in new.questions[:3])
    page.goto(new.component_of(new.questions[0]))
    first.choose(4)
    expect(first.status).to_have_text(SAVED)
    second.choose(1)
    expect(second.status).to_have_text(SAVED)
    third.box.get_by_role("button", name="Still true: confirm “Partial”").click()
    expect(third.status).to_have_text(SAVED)
    expect(page.locator("[data-answered]")).to_have_text("3 of 48 answered")
    assert new.assessment.answers.filter(is_to_confirm=True).count() == 45
    assert Answer.objects.filter(assessment=last_time.assessment, level=2).count() == 48

    page.get_by_role("link", name="Compare").click()
    expect(page.locator(".notice").first).to_contain_text("3 of 48 confirmed so far.")
    expect(page.locator(".card .lead")).to_contain_text(
        "of 3 questions that can be compared, 1 is higher, 1 is lower and 1 is the same."
    )
    expect(page.locator("svg.dumbbell")).to_have_count(2)
    expect(page.locator(".change")).to_have_count(2)
    expect(page.locator(".change").first).to_contain_text(new.questions[0].text)
    found = seen(page, "progress", axe)
    for name in ("reassess", "earlier", "take_earlier_away"):
        page.goto(new.address(name))
        found += seen(page, name, axe)
    assert found == []


def test_without_a_script(new_context: Callable[..., BrowserContext], last_time: Employer) -> None:
    page = new_context(java_script_enabled=False).new_page()
    new = start_again(page, last_time)
    question = new.questions[0]
    page.goto(new.component_of(question))
    with page.expect_navigation():
        OnPage(page, question).box.get_by_role("button", name="Still true").click()
    page.goto(new.address("progress"))
    expect(page.locator(".card .lead")).to_contain_text("The one question that can be compared")
    page.goto(new.address("take_earlier_away"))
    press(page, "Stop comparing")
    expect(page.get_by_role("link", name="Compare", exact=True)).to_have_count(0)
    page.goto(new.address("earlier"))
    page.get_by_role("radio").check()
    press(page, "Compare with this one")
    expect(page.locator("svg.dumbbell")).to_have_count(2)


def test_two_presses_make_one(page: Page, last_time: Employer) -> None:
    """A double press, as an impatient hand does it."""
    last_time.enter(page)
    page.goto(last_time.address("reassess"))
    page.get_by_role("button", name="Start the new assessment").dblclick()
    # Whichever answer the browser shows in the end, it leads to the one there is.
    either = re.compile("Keep this private link|You already started one from here")
    expect(page.locator("main")).to_contain_text(either)
    assert Assessment.objects.filter(earlier=last_time.assessment).count() == 1
    page.goto(last_time.address("reassess"))
    expect(page.locator(".notice").first).to_contain_text("You already started one from here")
    page.get_by_role("link", name="Continue with that one").click()
    expect(page.locator(".eyebrow")).to_be_visible()
    assert "Page not found" not in page.inner_text("h1")
