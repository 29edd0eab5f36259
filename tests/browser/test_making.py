"""The journey of a PDF by a real worker: pressed, waited for, downloaded; and what may go wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from assessment.documents import board_summary, pdf, printed_plan
from assessment.models import DocumentOrder, IssuedDocument
from tests.queue import QUEUED, start_worker, work

from .conftest import Employer
from .test_pages import fit

pytestmark = [pytest.mark.browser]

WIDTHS = (1280, 360)


@pytest.fixture(autouse=True)
def queued(settings: Any) -> None:
    settings.TASKS = QUEUED


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let printing take no time."""
    for press in (printed_plan, board_summary):
        monkeypatch.setattr(press, "render", lambda _: pdf.RenderedPdf(b"%PDF", 12))


@pytest.fixture
def worker() -> Iterator[None]:
    """A worker process."""
    process = start_worker()
    yield
    process.terminate()
    assert process.wait(60) == 0


@pytest.fixture
def bakery(make_employer: Callable[..., Employer], page: Page) -> Employer:
    employer = make_employer(mode="full", levels="012" * 16)
    employer.enter(page)
    return employer


def press(page: Page, employer: Employer, name: str = "Make the PDF plan") -> None:
    page.goto(employer.address("documents"))
    page.get_by_role("button", name=name).click()


def test_pressed_waited_for_and_downloaded(
    page: Page, bakery: Employer, worker: None, tmp_path: Path
) -> None:
    with page.expect_download(timeout=60_000) as download:
        press(page, bakery)
        expect(page.get_by_role("status")).to_contain_text("Your plan is being made.")
    download.value.save_as(tmp_path / "plan.pdf")
    assert len(PdfReader(tmp_path / "plan.pdf").pages) > 5
    # Waited for at the same address, and told there.
    expect(page).to_have_url(re.compile("/documents/making/"))
    expect(page.get_by_role("status")).to_contain_text("Your plan is ready.")
    with page.expect_download() as again:
        page.get_by_role("link", name="Download the PDF").click()
    assert again.value.path().read_bytes() == (tmp_path / "plan.pdf").read_bytes()
    assert IssuedDocument.objects.count() == DBTaskResult.objects.count() == 1


def test_without_scripts_looking_again_finds_it(
    new_context: Callable[..., BrowserContext], bakery: Employer, at_once: None
) -> None:
    plain = new_context(java_script_enabled=False).new_page()
    bakery.enter(plain)
    press(plain, bakery, "Make the board summary")
    expect(plain.get_by_role("progressbar")).to_be_hidden()
    plain.get_by_role("link", name="Check again").click()
    expect(plain.get_by_role("status")).to_contain_text("Your board summary is being made.")
    work()
    plain.get_by_role("link", name="Check again").click()
    with plain.expect_download() as download:
        plain.get_by_role("link", name="Download the PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")


def look_at(page: Page, axe: Callable[..., list[str]], state: str) -> list[str]:
    """What is wrong with the page in this state, wide and narrow."""
    expect(page.locator("#making")).to_have_attribute("data-state", state)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{state} at {width}: {line}" for line in (*fit(page), *axe(page))]
    return found


def test_every_state_is_accessible(
    page: Page, bakery: Employer, axe: Callable[..., list[str]], at_once: None
) -> None:
    """The script shows each as it comes; loaded anew the page shows the same."""
    press(page, bakery)
    assert look_at(page, axe, "waiting") == []
    expect(page.get_by_role("progressbar")).to_be_visible()

    ago = timezone.now() - timedelta(seconds=40)
    DBTaskResult.objects.update(enqueued_at=ago)
    DocumentOrder.objects.update(ordered_at=ago)
    assert look_at(page, axe, "long") == []
    expect(page.get_by_role("progressbar")).to_be_hidden()
    expect(page.get_by_role("link", name="Check again")).to_be_visible()

    DBTaskResult.objects.update(status="FAILED")
    page.reload()
    assert look_at(page, axe, "failed") == []
    page.get_by_role("button", name="Try again").click()
    assert look_at(page, axe, "waiting") == []

    with page.expect_download(timeout=60_000):
        work()
    assert look_at(page, axe, "ready") == []
    IssuedDocument.objects.all().delete()
    page.reload()
    assert look_at(page, axe, "gone") == []


def test_a_link_that_was_revoked_meanwhile_ends_the_looking(
    page: Page, bakery: Employer, watch: Any
) -> None:
    watch.expect("Failed to load resource.*404")
    press(page, bakery)
    bakery.assessment.links.update(revoked_at=timezone.now())
    expect(page.get_by_role("alert")).to_have_text(
        "This page can no longer be opened here. Reload it to see why."
    )
    expect(page.get_by_role("progressbar")).to_be_hidden()


def test_a_server_that_does_not_answer_is_said_and_asked_again(
    page: Page, bakery: Employer, watch: Any
) -> None:
    watch.expect("Failed to load resource")
    press(page, bakery)
    expect(page.get_by_role("progressbar")).to_be_visible()  # the script is there, and looks
    page.context.set_offline(True)
    expect(page.get_by_role("alert")).to_contain_text("the server did not answer")
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_be_hidden()
