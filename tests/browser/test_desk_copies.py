"""An editor adds a captured copy, a reader downloads it; what is wrong is said."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.toolkit.captures import HTML, PDF, sha
from toolkit.models import Resource

from .test_pages import fit

pytestmark = [pytest.mark.browser]

PASSWORD = "a long staff password"
SLUG = "job-quality-toolkit"
WIDTHS = (1280, 360)


@pytest.fixture
def desk(page: Page) -> Page:
    """The admin as an editor sees it, who may add copies and remove none."""
    user = User.objects.create_user("editor", password=PASSWORD, is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(
            content_type__app_label="toolkit", codename__regex="^(add|change|view)_"
        )
    )
    page.goto("/admin/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return page


def test_an_editor_adds_a_copy_and_a_reader_downloads_it(
    desk: Page, axe: Any, tmp_path: Path
) -> None:
    item = Resource.objects.get(slug=SLUG)
    (tmp_path / "guide.pdf").write_bytes(PDF)
    (tmp_path / "wrong.pdf").write_bytes(HTML)
    desk.goto(reverse("admin:toolkit_resource_change", args=[item.pk]))
    desk.get_by_role("link", name="Add a captured copy").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Add a captured copy")
    look(desk, axe)

    desk.get_by_label("File").set_input_files(tmp_path / "wrong.pdf")
    desk.get_by_label("Day of capture").fill("2025-03-07")
    desk.get_by_label("Method of capture").fill("Downloaded by hand")
    desk.get_by_label("Note").fill("All pages.")
    desk.get_by_role("button", name="Keep this copy").click()
    expect(desk.get_by_text("inside it is a different kind of file: Web page")).to_be_visible()
    look(desk, axe)

    expect(desk.get_by_label("Note")).to_have_value("All pages.")
    desk.get_by_label("File").set_input_files(tmp_path / "guide.pdf")
    desk.get_by_role("button", name="Keep this copy").click()
    expect(desk.get_by_text("The archive shows it now.")).to_be_visible()
    desk.get_by_role("link", name="PDF document, captured March 7, 2025").click()
    expect(desk.get_by_text(sha(PDF))).to_be_visible()
    expect(desk.get_by_role("button", name="Delete")).to_have_count(0)

    desk.goto(item.get_absolute_url())
    copies = desk.get_by_role("region", name="Where it came from")
    expect(copies.get_by_text(sha(PDF))).to_be_visible()
    look(desk, axe)
    with desk.expect_download() as downloading:
        copies.get_by_role("link", name="Download PDF document").click()
    assert downloading.value.suggested_filename == f"{SLUG}-{sha(PDF)[:8]}.pdf"
    assert Path(downloading.value.path()).read_bytes() == PDF


def look(page: Page, axe: Any) -> None:
    """The page is accessible and fits, wide and narrow."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert axe(page, within="main, #content") == []
        assert fit(page) == []
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
