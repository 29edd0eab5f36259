"""Choosing with eyes open: ticking works the set out at once, and the network may fail."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from assessment.models import Action

from .conftest import Employer

pytestmark = [pytest.mark.browser]


@pytest.fixture
def bakery(make_employer: Callable[..., Employer], page: Page) -> Employer:
    """A bakery that has answered everything, in the browser that holds its link."""
    employer = make_employer(mode="full", levels="012" * 16)
    employer.enter(page)
    return employer


def test_from_a_target_to_a_plan_by_ticking(page: Page, bakery: Employer) -> None:
    page.goto(bakery.address("targets"))
    page.get_by_label("What comes first: Pay").select_option(label="First")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")

    page.goto(bakery.address("results"))
    page.get_by_role("link", name=re.compile("^What if")).first.click()
    expect(page.get_by_role("button", name="Calculate")).to_be_hidden()
    boxes = page.locator("input[name=step]")
    for n in range(3):
        boxes.nth(n).focus()
        page.keyboard.press("Space")
    result = page.locator("#result")
    expect(result).to_contain_text("With these 3 steps")
    expect(boxes.nth(2)).to_be_focused()
    said = re.compile(r"^With these 3 steps: overall from \d+ to \d+\.$")
    expect(page.locator("[data-live]")).to_have_text(said)
    assert page.url.count("step=") == 3

    result.get_by_text("The steps").click()
    boxes.nth(2).uncheck()
    expect(result).to_contain_text("With these 2 steps")
    expect(result.locator("details")).to_have_attribute("open", "")
    shown = result.inner_text()
    page.reload()
    result.get_by_text("The steps").click()
    assert result.inner_text() == shown

    result.get_by_role("button", name="Add these steps to my plan").click()
    expect(page.get_by_role("status").first).to_contain_text("2 steps were added to your plan.")
    assert Action.objects.count() == 2


def test_a_proposal_ticks_and_a_tick_of_ones_own_takes_its_word_away(
    page: Page, bakery: Employer
) -> None:
    page.goto(bakery.address("what_if"))
    page.get_by_label("Low effort only").check()
    page.get_by_role("button", name="Propose").click()
    expect(page.locator("[data-proposed]")).to_contain_text("of low effort")
    expect(page.locator("input[name=step]:checked")).to_have_count(3)
    expect(page.locator("#result")).to_contain_text("3 low")
    page.locator("input[name=step]:not(:checked)").first.check()
    expect(page.locator("#result")).to_contain_text("With these 4 steps")
    expect(page.locator("[data-proposed]")).to_have_count(0)


def test_without_a_network_it_says_so_and_keeps_the_ticks(
    page: Page, bakery: Employer, watch: Any
) -> None:
    watch.expect("ERR_FAILED")
    page.goto(bakery.address("what_if"))
    first, second = (page.locator("input[name=step]").nth(n) for n in (0, 1))
    first.check()
    expect(page.locator("#result")).to_contain_text("With this one step")

    def refuse(route: Route) -> None:
        route.abort()

    page.route("**/what-if/**", refuse)
    second.check()
    expect(page.get_by_role("alert")).to_contain_text("Not calculated: the server did not answer.")
    adopt = page.locator("[data-adopt]")
    expect(adopt).to_be_disabled()
    page.unroute("**/what-if/**", refuse)
    page.get_by_role("button", name="Calculate").click()
    expect(page.locator("#result")).to_contain_text("With these 2 steps")
    expect(adopt).to_be_enabled()


def test_of_many_quick_ticks_the_last_set_is_shown(page: Page, bakery: Employer) -> None:
    page.goto(bakery.address("what_if"))
    boxes = page.locator("input[name=step]")
    count = boxes.count()
    page.evaluate("""() => {
        let wait = 0;
        for (const box of document.querySelectorAll("input[name=step]"))
            setTimeout(() => box.click(), wait += 35);
    }""")
    expect(page.locator("#result")).to_contain_text(f"With these {count} steps")
    expect(page.locator("#result")).not_to_have_attribute("aria-busy", "true")


def test_on_a_phone_the_running_result_stays_in_sight(page: Page, bakery: Employer) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(bakery.address("what_if"))
    page.locator("input[name=step]").nth(8).check()
    running = page.locator("#running")
    expect(running).to_contain_text("With this one step: overall")
    expect(running).to_be_in_viewport()
    running.get_by_role("link", name="See the details").click()
    expect(page.locator("#result h2")).to_be_in_viewport()
