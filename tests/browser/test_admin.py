"""The editor's desk in a browser: nothing it loads is refused, and a correction arrives."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from toolkit.models import Edition, LinkCheck, Question, Resource, Strategy

from .conftest import Employer, OnPage

pytestmark = [pytest.mark.browser]

PASSWORD = "a long staff password"
HINT = "Ads on paper count as well."


@pytest.fixture
def desk(page: Page) -> Page:
    """The admin's first page, reached by signing in."""
    User.objects.create_superuser("editor", password=PASSWORD)
    page.goto("/admin/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(
        page.get_by_role("link", name="Log out").or_(page.get_by_role("button", name="Log out"))
    ).to_be_visible()
    return page


def test_a_corrected_hint_reaches_an_assessment_under_way(desk: Page, employer: Employer) -> None:
    question = employer.questions[0]
    row = Question.objects.get(slug=question.slug)
    employer.enter(desk)
    desk.goto(reverse("admin:toolkit_question_change", args=[row.pk]))
    desk.get_by_label("Hint").fill(HINT)
    desk.get_by_role("button", name="Save", exact=True).first.click()
    expect(desk.get_by_text("Employers see it after the next publication.")).to_be_visible()
    desk.goto(employer.component_of(question))
    expect(OnPage(desk, question).box).not_to_contain_text(HINT)

    desk.goto(reverse("toolkit:preview", args=[question.slug]))
    expect(desk.get_by_text(HINT)).to_be_visible()

    desk.goto(reverse("admin:toolkit_edition_publish"))
    expect(desk.get_by_role("heading", name="This will be a correction, 1.1")).to_be_visible()
    expect(desk.get_by_role("row").filter(has_text=HINT)).to_contain_text(question.hint)
    desk.get_by_label("What changed, in a sentence or two").fill("A clearer hint.")
    desk.get_by_role("button", name="Publish as 1.1").click()
    expect(desk.get_by_text("Published as Edition 1.1.")).to_be_visible()

    assert [*Edition.objects.order_by("pk").values_list("number", "revision")] == [(1, 0), (1, 1)]
    desk.goto(employer.component_of(question))
    expect(OnPage(desk, question).box).to_contain_text(HINT)


def test_the_preview_looks_like_the_page(desk: Page, axe: Any) -> None:
    question = Question.objects.exclude(na_when="").first()
    assert question is not None
    desk.goto(reverse("toolkit:preview", args=[question.slug]))
    for width in (1280, 360):
        desk.set_viewport_size({"width": width, "height": 900})
        assert axe(desk) == []
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_lists_and_forms_of_the_desk_load_all_they_need(desk: Page) -> None:
    """The fixture ``watch`` fails on anything the content policy refuses or the console reports."""
    desk.goto("/admin/")
    lists = desk.locator("#content-main th a").evaluate_all("(links) => links.map((a) => a.href)")
    assert len(lists) >= 6
    for address in lists:
        desk.goto(address)
        expect(desk.get_by_role("heading", level=1)).to_be_visible()
        first = desk.locator("#result_list tbody th a").first
        if first.count():
            first.click()
            expect(desk.get_by_role("heading", level=1)).to_have_text(re.compile("^(Change|View)"))


def choose(desk: Page, box: Locator, typed: str, offered: str) -> None:
    """Pick an entry of a field that searches while one types."""
    box.locator(".select2-selection").click()
    desk.locator(".select2-search__field").fill(typed)
    desk.locator(".select2-results__option").filter(has_text=offered).first.click()


def test_an_editor_adds_a_case_study_and_a_strategy_that_rests_on_it(desk: Page) -> None:
    question = Question.objects.select_related("component").get(code="OC-3")
    desk.goto(reverse("admin:toolkit_resource_add"))
    desk.get_by_label("Title:").fill("A mill that listens")
    desk.get_by_label("Title:").press("Tab")
    # Filled in while the title is typed.
    expect(desk.get_by_label("Slug:")).to_have_value("a-mill-that-listens")
    desk.get_by_label("Kind:").select_option(label="Case study")
    desk.get_by_label("Organization:").fill("Institute of Work")
    desk.get_by_label("Summary:").fill("How a small mill asked its staff about workload.")
    desk.get_by_label("Employer:", exact=True).fill("Example Mill")
    desk.get_by_label("Verification:").select_option(label="Partly verified")
    desk.get_by_label("Description source:").fill("Written from a catalog entry.")
    desk.get_by_role("button", name="Save", exact=True).first.click()
    expect(desk.locator(".messagelist")).to_contain_text("A mill that listens")
    desk.goto("/archive/?q=mill+listens")
    expect(desk.get_by_role("link", name="A mill that listens")).to_be_visible()

    desk.goto(reverse("admin:toolkit_strategy_add"))
    desk.get_by_label("Title:").fill("Ask about workload each spring")
    desk.get_by_label("Title:").press("Tab")
    choose(desk, desk.locator(".field-component"), "Organiz", question.component.title)
    desk.get_by_label("Summary:").fill("One short talk with each person, once a year.")
    desk.get_by_label("Steps:").fill("Set a week.\nTalk with each person.\nWrite down one change.")
    desk.get_by_label("Effort:").select_option(label="Low")
    desk.get_by_label("Days to a first result:").fill("30")
    desk.get_by_label("10-49").check()
    serves = desk.locator("#serves-group")
    serves.get_by_text("Add another").click()
    row = serves.locator("tr.form-row.dynamic-serves").first
    choose(desk, row.locator(".field-question"), "workload", question.code)
    row.get_by_label("Partial").check()
    uses = desk.locator("#uses-group")
    for typed, name, role in (
        ("organizational culture", "Job Quality Toolkit: Organizational Culture", "Guide"),
        ("mill", "A mill that listens", "Case"),
    ):
        uses.get_by_text("Add another").click()
        row = uses.locator("tr.form-row.dynamic-uses").last
        choose(desk, row.locator(".field-resource"), typed, name)
        row.locator(".field-role select").select_option(label=role)
    desk.get_by_role("button", name="Save", exact=True).first.click()
    expect(desk.locator(".messagelist")).to_contain_text("Ask about workload each spring")
    strategy = Strategy.objects.get(slug="ask-about-workload-each-spring")
    assert [u.resource.slug for u in strategy.uses.all()] == [
        "toolkit-organizational-culture",
        "a-mill-that-listens",
    ]
    assert [s.question.slug for s in strategy.serves.all()] == [question.slug]

    desk.goto(reverse("admin:toolkit_edition_publish"))
    expect(desk.get_by_role("heading", name="This will be a new edition, 2.0")).to_be_visible()
    expect(desk.get_by_text("The strategy is added.")).to_be_visible()


def test_a_page_that_moved_is_taken_over(desk: Page, axe: Any) -> None:
    resource = Resource.objects.exclude(original_url="").order_by("number")[0]
    old, new = resource.original_url, "https://example.org/library/" + "a-long-name-" * 20
    LinkCheck.objects.create(
        resource=resource, which="original", url=old, outcome="moved", status=200, new_url=new
    )
    desk.set_viewport_size({"width": 360, "height": 900})
    desk.goto(reverse("admin:toolkit_resource_change", args=[resource.pk]))
    desk.get_by_role("link", name="Use the new address…").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Use the new address")
    assert axe(desk, within="#content") == []
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.get_by_role("button", name="Use the new address").click()
    expect(desk.get_by_text("The new address is now the original address")).to_be_visible()
    expect(desk.get_by_label("Original address")).to_have_value(new)
    resource.refresh_from_db()
    assert [address.url for address in resource.other_urls.filter(url=old)] == [old]
