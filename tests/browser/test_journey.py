"""The owner of a bakery, on a phone on Sunday evening."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from assessment.models import AccessLink, Action, Assessment
from toolkit.catalogue import Catalogue

from .conftest import OnPage

pytestmark = [pytest.mark.browser]

PHONE = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
SAVED = re.compile("✓ Saved")


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(**PHONE).new_page()


def test_from_the_home_page_to_a_plan(phone: Page, catalogue: Catalogue, tmp_path: Path) -> None:
    phone.goto("/")
    phone.get_by_role("link", name="Start with 16 questions").tap()

    expect(phone.get_by_label("Quick check: 16 questions")).to_be_checked()
    phone.get_by_label("Organization name").fill("Harbor Street Bakery")
    phone.get_by_label("Size of the organization").select_option("10-49")
    phone.get_by_role("button", name="Create my private assessment").tap()

    link = phone.get_by_label("Your link").input_value()
    assert AccessLink.objects.count() == 1
    assert re.fullmatch(r"http://[^/]+/open/[\w-]{22,}/", link)
    phone.reload()
    expect(phone.get_by_label("Your link")).to_have_count(0)
    phone.goto(link)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Harbor Street Bakery")
    assert "/open/" not in phone.url

    answer_everything(phone, catalogue)
    expect(phone.get_by_text("Every question has an answer.")).to_be_visible()
    phone.get_by_role("button", name="See my results").tap()

    expect(phone.locator(".headline")).to_have_text(re.compile(r"^4 of 16\s*practices in place"))
    assessment = Assessment.objects.get()
    assert assessment.finished_at is not None
    step = phone.locator(".gap").first
    title = step.locator("h3").inner_text()
    step.get_by_role("button", name=re.compile("^Add to plan")).tap()

    expect(phone.get_by_role("status").filter(has_text="is in your plan")).to_be_visible()
    action = Action.objects.get()
    assert action.title == title
    phone.get_by_role("link", name=re.compile("^Edit details")).tap()
    phone.get_by_label("Who leads it?").fill("Shift lead")
    phone.get_by_label("By when?").fill(f"{action.added_on.year + 1}-03-31")
    phone.get_by_role("button", name="Save").tap()
    expect(phone.locator(f"#action-{action.key}")).to_contain_text("Shift lead")
    action.refresh_from_db()
    assert (action.owner, str(action.due_on)) == (
        "Shift lead",
        f"{action.added_on.year + 1}-03-31",
    )

    phone.get_by_role("link", name="Choose a document").tap()
    with phone.expect_download(timeout=20_000) as download:
        phone.get_by_role("button", name="Make the PDF plan").tap()
    assert download.value.suggested_filename.endswith(".pdf")
    download.value.save_as(tmp_path / "plan.pdf")
    assert (tmp_path / "plan.pdf").read_bytes().startswith(b"%PDF")
    words = " ".join(page.extract_text() for page in PdfReader(tmp_path / "plan.pdf").pages)
    assert "Harbor Street Bakery" in words
    assert "Shift lead" in words

    phone.goto(f"/a/{assessment.public_id}/results/")
    phone.get_by_role("button", name="Continue with the other 32").tap()
    expect(phone.get_by_text("16 of 48 answered.")).to_be_visible()
    assessment.refresh_from_db()
    assert (assessment.mode, assessment.answers.count()) == ("full", 16)


def answer_everything(phone: Page, catalogue: Catalogue) -> None:
    """Answer the quick check by touch, two to a page; every fourth question is in place."""
    phone.get_by_role("link", name=catalogue.components[0].label).tap()
    number = 0
    for component in catalogue.components:
        expect(phone.get_by_role("heading", level=1)).to_have_text(component.label)
        for question in (q for q in component.questions if q.is_quick):
            number += 1
            shown = OnPage(phone, question)
            shown.line(3 if number % 4 == 0 else 1).tap()
            expect(shown.status).to_have_text(SAVED)
            expect(phone.locator("[data-answered]")).to_have_text(f"{number} of 16 answered")
        phone.get_by_role("button", name=re.compile("^Save and (continue|review)")).tap()
    assert number == 16
