"""An editor takes the content home as files, changes a hint, and brings it back; and tidies up."""

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from playwright.sync_api import FilePayload, Page, expect

from toolkit.models import Edition, Question

from .test_admin import PASSWORD

pytestmark = [pytest.mark.browser]

HINT = "Count only what is paid for every hour, in every job."
FILE = "components/pay.yaml"
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def desk(page: Page) -> Page:
    """The desk, with an editor signed in who may edit the toolkit and nothing else."""
    editor = User.objects.create_user("editor", password=PASSWORD, is_staff=True)
    edits = Permission.objects.filter(
        content_type__app_label="toolkit", codename__regex="^(add|change|delete|view)_"
    )
    editor.user_permissions.set(edits)
    page.goto("/admin/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return page


def export(desk: Page) -> dict[str, str]:
    """The files of the export, as an editor unpacks them."""
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Export", exact=True).click()
    assert re.fullmatch(
        r"jobquality-content-\d{4}-\d\d-\d\d\.zip", download.value.suggested_filename
    )
    with zipfile.ZipFile(Path(download.value.path())) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def zipped(files: dict[str, str]) -> FilePayload:
    """Files as an editor zips them: in a folder."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"my changes/{name}", data)
    return {"name": "my changes.zip", "mimeType": "application/zip", "buffer": made.getvalue()}


def check(desk: Page, files: dict[str, str]) -> None:
    desk.goto("/admin/")
    desk.get_by_role("link", name="Import", exact=True).click()
    desk.get_by_label("Zip or .yaml file").set_input_files(zipped(files))
    desk.get_by_role("button", name="Check the file").click()


def seen_at_both_widths(desk: Page, axe: Any) -> None:
    for width in (1280, 360):
        desk.set_viewport_size({"width": width, "height": 900})
        assert axe(desk, within="#content") == []
        assert not desk.evaluate(TOO_WIDE)
    desk.set_viewport_size({"width": 1280, "height": 900})


def test_a_hint_is_changed_in_a_file_and_brought_back(desk: Page, axe: Any) -> None:
    row = Question.objects.filter(component__slug="pay").exclude(hint="").first()
    assert row is not None
    files = export(desk)
    old = re.search(
        rf"slug: {row.slug}\n(?:.*\n)*?    hint: (?P<hint>.*\n(?:      .*\n)*)", files[FILE]
    )
    assert old is not None
    files[FILE] = files[FILE].replace(old["hint"], f"{HINT}\n")
    files["strategies/open-the-books.yaml"] += "# A remark changes nothing.\n"
    check(desk, files)

    expect(desk.get_by_role("heading", name="Check the import")).to_be_visible()
    expect(desk.get_by_text("1 row changed.")).to_be_visible()
    expect(desk.get_by_text("Importing does not publish anything.")).to_be_visible()
    line = desk.get_by_role("row").filter(has_text="The hint changed.")
    expect(line).to_contain_text(row.hint)
    expect(line).to_contain_text(HINT)
    seen_at_both_widths(desk, axe)

    desk.get_by_role("button", name="Import this").click()
    expect(desk.get_by_text("0 added, 1 changed, 0 kept as staff left them.")).to_be_visible()
    row.refresh_from_db()
    assert row.hint == HINT
    assert Edition.objects.count() == 1


def test_a_broken_file_shows_its_line(desk: Page, axe: Any) -> None:
    files = export(desk)
    lines = files[FILE].split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("    weight: "))
    lines[at] = "    wieght: 2"
    check(desk, {FILE: "\n".join(lines), "strategies/open-the-books.yaml": "title: [x"})

    expect(
        desk.get_by_role("heading", name="my changes.zip was refused: 3 problems")
    ).to_be_visible()
    expect(desk.get_by_text(f"Line {at + 1}, questions[1].wieght: unknown key")).to_be_visible()
    expect(desk.get_by_text("Line 1: a list in square brackets is not closed")).to_be_visible()
    seen_at_both_widths(desk, axe)
    assert not Question.objects.filter(hint=HINT).exists()


def test_what_needs_attention_leads_to_the_row(desk: Page, axe: Any) -> None:
    Question.objects.filter(code="PAY-1").update(is_held_back=True)
    desk.goto("/admin/")
    desk.get_by_role("link", name="What needs attention").click()
    held = desk.get_by_role("region", name="Rows held back (1)")
    expect(held).to_contain_text("Finish the work and uncheck “Held back”.")
    folded = desk.get_by_role("region", name=re.compile("^No archived address and no copy"))
    folded.get_by_text("Show ").click()
    expect(folded.get_by_role("link").first).to_be_visible()
    seen_at_both_widths(desk, axe)

    held.get_by_role("link").click()
    expect(desk).to_have_url(re.compile(r"/question/\d+/change/"))
    desk.get_by_label("Held back").uncheck()
    desk.get_by_role("button", name="Save", exact=True).first.click()
    desk.goto(reverse("admin:toolkit_attention"))
    nothing = desk.get_by_role("region", name="Rows held back (0)")
    expect(nothing).to_contain_text("Nothing here. Every row is published as it is now.")
