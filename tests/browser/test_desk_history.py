"""An editor who is no programmer: find, edit, look, save, see who did what, and undo it."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from toolkit.models import Question

pytestmark = [pytest.mark.browser]

PASSWORD = "a long staff password"
BEGUN, RULE = "We have begun to write it down.", "A written rule holds for everyone."
HINT = "Ads on paper count as well."


@pytest.fixture
def sign_in(new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Open a browser in which an editor of this name is signed in."""

    def sign_in(name: str, **options: Any) -> Page:
        call_command("setup_roles", stdout=StringIO())
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name="Editor"))
        page = new_context(**options).new_page()
        page.goto("/admin/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_text("What would you like to do?")).to_be_visible()
        return page

    return sign_in


def level(page: Page, number: int, field: str = "Statement") -> Any:
    """The box of a level's statement or next step."""
    return page.get_by_label(f"{field} of level {number}")


def keep(page: Page) -> None:
    page.get_by_role("button", name="Save and continue editing").first.click()


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_an_editor_finds_edits_looks_saves_and_undoes(
    sign_in: Callable[..., Page], axe: Any, *, java_script_enabled: bool
) -> None:
    page = sign_in("ana", java_script_enabled=java_script_enabled)
    page.get_by_role("link", name="Questions", exact=True).first.click()
    page.locator("#searchbar").fill("tell everyone who screens applicants gap")  # a next step
    page.get_by_role("button", name="Search").click()
    page.locator("#result_list tbody th a").click()
    expect(page.get_by_role("heading", name="Change question")).to_be_visible()
    row = Question.objects.get(pk=page.url.partition("/change/")[0].rpartition("/")[2])
    before = [*row.levels.values_list("statement", flat=True)]
    level(page, 1).fill(BEGUN)
    level(page, 3).fill(RULE)
    level(page, 2, "Next step").fill("Put it on paper.")

    with page.context.expect_page() as opened:
        page.get_by_role("button", name="See it as an employer would").first.click()
    preview = opened.value
    expect(preview.get_by_text("Nothing was saved")).to_be_visible()
    for words in (BEGUN, RULE, "Put it on paper."):
        expect(preview.get_by_text(words)).to_be_visible()
    if java_script_enabled:
        assert axe(preview) == []
    preview.close()
    assert [*row.levels.values_list("statement", flat=True)] == before
    expect(level(page, 1)).to_have_value(BEGUN)

    keep(page)
    expect(page.get_by_text("Employers see it after the next publication.")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="as it is now")).to_be_visible()
    expect(page.get_by_text("Edited by ana.")).to_be_visible()
    changed = page.get_by_role("row").filter(has_text="The level statements")
    expect(changed).to_contain_text(before[1])
    expect(changed).to_contain_text(BEGUN)
    if java_script_enabled:
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert axe(page, within="#content") == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_role("link", name="Bring this version back").click()
    expect(page.get_by_text("so this can be undone as well")).to_be_visible()
    if java_script_enabled:
        assert axe(page, within="#content") == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Bring this version back").click()
    expect(page.get_by_text("Brought back the version of")).to_be_visible()
    expect(page.get_by_text("Brought back by ana.")).to_be_visible()
    assert [*row.levels.values_list("statement", flat=True)] == before


def test_two_editors_at_once_lose_nothing(sign_in: Callable[..., Page]) -> None:
    ana, bob = sign_in("ana"), sign_in("bob")
    row = Question.objects.all()[0]
    address = reverse("admin:toolkit_question_change", args=[row.pk])
    ana.goto(address)
    bob.goto(address)
    level(ana, 1).fill(BEGUN)
    keep(ana)
    expect(ana.get_by_text("was changed successfully")).to_be_visible()
    bob.get_by_label("Hint").fill(HINT)
    keep(bob)
    expect(bob.get_by_text("Not saved: after you opened this page, ana saved it")).to_be_visible()
    expect(bob.get_by_label("Hint")).to_have_value(HINT)
    with bob.context.expect_page() as opened:
        bob.get_by_role("link", name="the history (opens in a new tab)").click()
    expect(opened.value.get_by_text("Edited by ana.")).to_be_visible()
    bob.get_by_label("Save mine over it").check()
    keep(bob)
    expect(bob.get_by_text("was changed successfully")).to_be_visible()
    expect(bob.get_by_label("Save mine over it")).to_have_count(0)
    row.refresh_from_db()
    assert row.hint == HINT


def test_a_ladder_fits_a_phone(sign_in: Callable[..., Page]) -> None:
    page = sign_in("ana", viewport={"width": 360, "height": 800})
    page.goto(reverse("admin:toolkit_question_change", args=[Question.objects.all()[0].pk]))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for field in ("Statement", "Next step"):
        box = level(page, 0, field).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
