"""An owner saves everything, deletes it, brings it back, and lets a lender see a part of it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from assessment.models import Action, Assessment

from .conftest import Employer

pytestmark = [pytest.mark.browser]


@pytest.fixture
def planned(make_employer: Callable[..., Employer]) -> Employer:
    """A full assessment with a plan."""
    employer = make_employer(mode="full", levels="0123" * 12)
    Action.objects.create(
        assessment=employer.assessment,
        title="Post the hours",
        owner="Sam Lee",
        notes="Ask the union first",
    )
    return employer


def results(page: Page, assessment: Assessment) -> str:
    """The words of the results page."""
    page.goto(f"/a/{assessment.public_id}/results/")
    return page.locator("main").inner_text()


def test_what_was_deleted_comes_back(page: Page, planned: Employer) -> None:
    planned.enter(page)
    before = results(page, planned.assessment)
    page.goto(planned.address("delete"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Save everything as a file").click()
    assert download.value.suggested_filename.endswith(".json")
    saved = download.value.path().read_bytes()
    page.get_by_label("Yes, delete everything for good").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("is deleted")
    assert not Assessment.objects.exists()

    page.goto("/start/")
    page.get_by_role("link", name="Restore it from the file").click()
    page.get_by_label("Your file").set_input_files(
        {"name": "saved.json", "mimeType": "application/json", "buffer": saved}
    )
    page.get_by_role("button", name="Restore it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Keep this private link")
    link = page.get_by_label("Your link").input_value()
    assessment = Assessment.objects.get()
    assert results(page, assessment) == before

    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbor Street Bakery")


def test_a_lender_sees_what_the_owner_chose(
    page: Page, planned: Employer, new_context: Callable[..., BrowserContext], watch: Any
) -> None:
    watch.expect("Failed to load resource.*(403|404)")
    planned.enter(page)
    lender = new_context().new_page()
    for label, sees_plan in (("Scores only", False), ("Scores and plan", True)):
        page.goto(planned.address("links"))
        page.get_by_label("See the shared page, and nothing else").check()
        page.get_by_label(label, exact=True).check()
        page.get_by_role("button", name="Make the link").click()
        lender.goto(page.get_by_label("Your link").input_value())
        assert lender.url.endswith(planned.address("shared"))
        expect(lender.get_by_role("heading", level=1)).to_have_text("Harbor Street Bakery")
        expect(lender.locator(".headline")).to_contain_text("12 of 48")
        expect(lender.get_by_text("Sam Lee")).to_have_count(int(sees_plan))
        expect(lender.get_by_text("Ask the union first")).to_have_count(0)
        nav = lender.get_by_role("navigation").get_by_role("link")
        expect(nav).to_have_text(["Archive", "How scoring works"])
        for name in ("hub", "results", "plan", "links", "export_json"):
            refused = lender.goto(planned.address(name))
            assert refused is not None
            assert refused.status == 403

    page.goto(planned.address("links"))
    page.get_by_role("button", name="Stop this link").last.click()
    gone = lender.goto(planned.address("shared"))
    assert gone is not None
    assert gone.status == 404
