"""An owner makes the board summary on the plan page and finds it in the list of documents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from .conftest import Employer

pytestmark = [pytest.mark.browser]


def test_a_board_summary_is_made_and_kept(
    page: Page, make_employer: Callable[..., Employer], tmp_path: Path
) -> None:
    employer = make_employer(mode="full", levels="2" * 48)
    employer.enter(page)
    page.goto(employer.address("documents"))

    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Make the board summary").click()

    assert download.value.suggested_filename.startswith("Job quality board summary ")
    download.value.save_as(tmp_path / "board.pdf")
    pages = PdfReader(tmp_path / "board.pdf").pages
    assert len(pages) == 1
    assert "Decision we ask for" in pages[0].extract_text()
    page.reload()
    expect(page.get_by_role("link", name="Board summary (PDF) of")).to_be_visible()
