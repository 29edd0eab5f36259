"""A link is lost, asked for by mail, and opened on another device."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from assessment.models import AccessLink, Assessment, OwnerEmail

from .conftest import Employer, Mails
from .test_pages import seen

pytestmark = [pytest.mark.browser]

MARIA = "maria@example.org"
STOP = "I saved it: stop all other links"


def look(page: Page, name: str, axe: Any) -> list[str]:
    """What is wrong with the page as it stands, wide and narrow."""
    assert page.locator("h1").count() == 1
    return seen(page, name, axe)


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_the_owner_comes_back_by_mail(
    page: Page,
    new_context: Callable[..., BrowserContext],
    mails: Mails,
    axe: Callable[..., list[str]],
    watch: Any,
) -> None:
    watch.expect("Failed to load resource.*(404|422)")
    page.goto("/start/?mode=quick")
    page.get_by_label("Your email address").fill(MARIA)
    wrong = look(page, "start", axe)
    press(page, "Create my private assessment")
    assessment = Assessment.objects.get()
    wrong += look(page, "links with an address", axe)

    other = new_context().new_page()
    assert other.goto(f"/a/{assessment.public_id}/").status == 404  # type: ignore[union-attr]
    other.get_by_role("link", name="See what you can do").click()
    wrong += look(other, "lost link", axe)
    other.get_by_label("Your email address").fill("maria@")
    press(other, "Email me a link")
    wrong += look(other, "lost link, refused", axe)
    other.get_by_label("Your email address").fill(f" {MARIA.upper()}")
    press(other, "Email me a link")
    expect(other.get_by_role("heading", level=1)).to_have_text("Check your email")
    wrong += look(other, "asked", axe)

    other.goto(mails.path())
    wrong += look(other, "open mailed", axe)
    requests: list[str] = []
    other.on("request", lambda r: requests.append(r.headers.get("referer", "")))
    press(other, "Open it in this browser")
    expect(other.get_by_label("Your link")).to_be_visible()
    # Neither the page's own files nor the page that follows are told the secret.
    assert [referrer for referrer in requests if "mailed" in referrer] == []
    other.get_by_role("link", name="Go to the questions").click()
    expect(other.get_by_role("link", name="Delete everything")).to_be_visible()

    third = new_context().new_page()
    third.goto(mails.path())
    expect(third.get_by_role("heading", level=1)).to_have_text("This link does not work")
    assert wrong == []


def test_renewing_asks_about_the_address_and_later_assessments(
    page: Page,
    new_context: Callable[..., BrowserContext],
    make_employer: Callable[..., Employer],
    mails: Mails,
    axe: Any,
    watch: Any,
) -> None:
    watch.expect("Failed to load resource.*422")
    employer = make_employer(levels="22")
    later = make_employer(earlier=employer.assessment).assessment
    OwnerEmail.objects.create(assessment=employer.assessment, email=MARIA)
    employer.enter(page)
    page.goto(employer.address("links"))
    press(page, "Make me a new link")
    saved = page.get_by_label("Your link").input_value()
    wrong = look(page, "renew, first step", axe)
    press(page, STOP)
    expect(page.get_by_role("alert")).to_contain_text("No link was stopped yet.")
    wrong += look(page, "renew, refused", axe)
    page.get_by_label("Yes, keep it").check()
    press(page, STOP)
    expect(page.get_by_role("status").first).to_contain_text("All other links have stopped")
    assert wrong == []
    later.refresh_from_db()
    assert (later.earlier, OwnerEmail.objects.count()) == (None, 1)
    assert AccessLink.objects.working().filter(assessment=employer.assessment).count() == 1
    other = new_context().new_page()
    other.goto(saved)
    expect(other.get_by_role("link", name="Delete everything")).to_be_visible()
