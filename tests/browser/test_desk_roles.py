"""What each role of the desk sees on its first page, and that no link there refuses it."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from toolkit.models import Edition, Question, Resource, Strategy

from .conftest import Employer
from .test_admin import PASSWORD

pytestmark = [pytest.mark.browser]

TABLES = [
    "Questions",
    "Strategies",
    "Resources",
    "Components",
    "Captured copies",
    "Link checks",
    "Recent changes",
    "Editions",
]
TOOLS = {
    "Editor": ["What needs attention", "Export", "Import"],
    "Publisher": ["What needs attention", "Check and publish", "Export", "Import"],
    "Auditor": ["What needs attention", "Export"],
}
each_role = pytest.mark.parametrize("role", TOOLS)
LINKS = "links => links.map(link => link.href.split('#')[0])"


@pytest.fixture
def sign_in(page: Page) -> Callable[[str], Page]:
    """Sign somebody in who holds one role and nothing else."""

    def sign_in(role: str) -> Page:
        call_command("setup_roles", stdout=StringIO())
        user = User.objects.create_user(role.lower(), password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        page.goto("/admin/")
        page.get_by_label("Username").fill(role.lower())
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What would you like to do?")
        return page

    return sign_in


@each_role
def test_the_first_page_offers_what_a_role_may_do(sign_in: Any, axe: Any, role: str) -> None:
    desk = sign_in(role)
    for width in (1280, 360):
        desk.set_viewport_size({"width": width, "height": 900})
        assert axe(desk) == []
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert desk.locator(".desk-tools th a").all_inner_texts() == TOOLS[role]
    log = ["Audit log entries", "Failed sign-ins"] if role == "Auditor" else []
    assert desk.locator(".app-toolkit th a").all_inner_texts() == TABLES + log
    assert desk.locator(".app-toolkit .addlink").count() == (0 if role == "Auditor" else 4)
    may_look = desk.get_by_text("You can look at everything here but change nothing.")
    expect(may_look).to_have_count(1 if role == "Auditor" else 0)


@each_role
def test_no_link_of_the_desk_refuses_whoever_is_shown_it(sign_in: Any, role: str) -> None:
    desk = sign_in(role)
    Edition.objects.update(published_by=User.objects.get())
    rows = [model.objects.order_by("pk")[0] for model in (Question, Strategy, Resource, Edition)]
    pages = [reverse(f"admin:toolkit_{r._meta.model_name}_change", args=[r.pk]) for r in rows]
    shown: set[str] = set()
    for address in ["/admin/", *pages]:
        desk.goto(address)
        shown |= {*desk.locator("a[href*='/admin/']").evaluate_all(LINKS)}
    refused = {link for link in shown if desk.request.get(link).status != 200}
    assert len(shown) > len(TABLES)
    assert refused == set()


@each_role
def test_employers_answers_are_nobodys_at_the_desk(
    sign_in: Any, watch: Any, employer: Employer, role: str
) -> None:
    watch.expect("403")
    desk = sign_in(role)
    expect(desk.get_by_text("Assessment", exact=True)).to_have_count(0)
    assert employer.assessment.name not in desk.content()
    for address in (
        reverse("admin:assessment_assessment_changelist"),
        reverse("admin:assessment_assessment_change", args=[employer.assessment.pk]),
    ):
        desk.goto(address)
        expect(desk.get_by_role("heading", level=1)).to_have_text(
            "Your staff account does not allow that"
        )
        assert employer.assessment.name not in desk.content()
    desk.get_by_role("link", name="Back to the desk").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("What would you like to do?")


def test_an_auditor_sees_a_row_and_cannot_change_it(sign_in: Any) -> None:
    desk = sign_in("Auditor")
    row = Question.objects.order_by("pk")[0]
    desk.goto(reverse("admin:toolkit_question_change", args=[row.pk]))
    expect(desk.get_by_role("heading", name="View question")).to_be_visible()
    expect(desk.locator("#content textarea, #content input[type=text]")).to_have_count(0)
    expect(desk.get_by_role("button", name="Save")).to_have_count(0)
    expect(desk.get_by_role("button", name="See it as an employer would")).to_have_count(0)
    desk.get_by_role("link", name="History").click()
    expect(desk.get_by_role("link", name="Bring this version back")).to_have_count(0)
