"""The archive as a reader uses it: narrow the list, take a citation along, print an item."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = [pytest.mark.browser]

ITEM = "/archive/costs-of-replacing-employees/"
CITATION = "H. Boushey and S.J. Glynn. “There Are Significant Business Costs"


def test_an_organization_is_chosen_and_taken_back(page: Page) -> None:
    page.goto("/archive/")
    facets = page.get_by_role("navigation", name="Narrow the list")
    facets.get_by_text("more under Organization").click()
    facets.get_by_role("link", name="Project Equity").click()
    expect(page.get_by_role("heading", name="2 items")).to_be_visible()
    chosen = facets.get_by_role("link", name="Project Equity (selected; follow to remove)")
    expect(chosen).to_be_visible()
    page.get_by_label("Search titles").fill("thrive")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="1 item for “thrive”")).to_be_visible()
    page.get_by_role("link", name="Remove: Project Equity").click()
    expect(page).not_to_have_url("organization=")


def test_a_citation_is_copied(new_context: Callable[..., BrowserContext]) -> None:
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(ITEM)
    page.get_by_role("button", name="Copy the citation").click()
    expect(page.locator("[data-copy-status]")).to_have_text("Copied.")
    citation = page.locator("[data-copy]").inner_text()
    # Our pages may not read what else lies on the clipboard; a person may paste it.
    page.goto("/archive/")
    box = page.get_by_role("searchbox")
    box.evaluate("box => box.removeAttribute('maxlength')")
    box.focus()
    page.keyboard.press("Control+V")
    copied = box.input_value()
    assert copied.startswith(CITATION)
    assert copied == citation


def test_citation_files_need_no_script(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(ITEM)
    expect(page.get_by_text(CITATION)).to_be_visible()
    expect(page.get_by_role("button", name="Copy the citation")).to_be_hidden()
    for name, begins in [("BibTeX file", "@techreport{"), ("RIS file", "TY  - RPRT")]:
        with page.expect_download() as started:
            page.get_by_role("link", name=name).click()
        download = started.value
        assert download.suggested_filename.startswith("costs-of-replacing-employees.")
        assert Path(download.path()).read_text(encoding="utf-8").startswith(begins)


def test_paper_shows_what_a_fold_hides(page: Page) -> None:
    page.goto("/archive/us-workers-organizing-efforts/")
    page.evaluate(
        "document.querySelector('#supports').insertAdjacentHTML('afterend', "
        "'<details class=more><summary>1 more</summary><p id=folded>Folded</p></details>')"
    )
    expect(page.locator("#folded")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator("#folded")).to_be_visible()
    expect(page.get_by_role("link", name="BibTeX file")).to_be_hidden()
    expect(page.get_by_role("link", name="Cite this")).to_be_hidden()
