"""Without JavaScript every form of an employer is a plain form that works."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Request, expect

from assessment.models import AccessLink, Action, Assessment, TurnoverEstimate
from assessment.sheet_code import SheetCode
from assessment.views.home import live_catalogue
from tests.factories import make_edition

from .addresses import FORMS, POSTED
from .conftest import Employer, Mails, OnPage

pytestmark = [pytest.mark.browser]

NAME = "Harbor Street Bakery"


@pytest.fixture
def plain(new_context: Callable[..., BrowserContext]) -> Page:
    """A page of a browser that runs no scripts."""
    return new_context(java_script_enabled=False).new_page()


def press(page: Page, name: str) -> None:
    """Press the one button of that name, and wait for the page that follows."""
    button = page.get_by_role("button", name=name, exact=True)
    with page.expect_navigation():
        button.click()


def test_every_form_of_an_employer_is_taken(plain: Page, watch: Any, mails: Mails) -> None:
    watch.expect("Failed to load resource.*(404|422)")
    posts: list[Request] = []
    plain.on("request", lambda request: posts.append(request) if request.method == "POST" else None)

    plain.goto("/start/")
    plain.get_by_label("Quick check: 16 questions").check()
    plain.get_by_label("Organization name").fill(NAME)
    press(plain, "Create my private assessment")
    assessment = Assessment.objects.get()
    here = f"/a/{assessment.public_id}/"
    expect(plain.get_by_label("Your link")).to_have_value(re.compile(r"/open/[\w-]{22,}/$"))

    answer_first_page(plain, assessment)
    type_back(plain, assessment)
    change_profile(plain, assessment)

    plain.goto(f"{here}review/")
    press(plain, "See my results")
    assessment.refresh_from_db()
    assert assessment.finished_at is not None

    decide(plain, assessment)
    plan(plain, assessment)
    links(plain, assessment)
    mail(plain, assessment, mails)

    plain.goto(f"{here}results/")
    press(plain, "Continue with the other 32")
    assessment.refresh_from_db()
    assert assessment.mode == "full"

    again(plain, assessment)
    move(plain, assessment)
    leave_and_delete(plain, assessment)

    taken = {resolve(urlsplit(request.url).path).view_name for request in posts}
    # An answer saves itself only where scripts run.
    assert taken == (FORMS | POSTED) - {"assessment:save_answer"}
    for request in posts:
        headers = request.all_headers()
        site = "/".join(request.url.split("/", 3)[:3])
        assert headers["origin"] == site, request.url
        response = request.response()
        assert response is not None
        # An address that is a secret does not travel on (decisions.md 25).
        policy = "no-referrer" if "/open/mailed/" in request.url else "same-origin"
        assert response.headers["referrer-policy"] == policy


def answer_first_page(page: Page, assessment: Assessment) -> None:
    """Answer two questions with a note, then clear one again."""
    page.goto(f"/a/{assessment.public_id}/")
    page.locator(".hub a").first.click()
    boxes = page.locator("[data-question]")
    boxes.nth(0).locator("input[type=radio][value='1']").check()
    boxes.nth(1).locator("input[type=radio][value='0']").check()
    boxes.nth(0).get_by_text("What would you show?").click()
    boxes.nth(0).locator("textarea").fill("Posted by the clock")
    address = page.url
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Save and continue to")).click()
    first, second = assessment.answers.order_by("pk")
    assert (first.level, first.note, second.level) == (1, "Posted by the clock", 0)
    page.goto(address)
    with page.expect_navigation():
        page.get_by_role("button", name="Clear answer").nth(1).click()
    assert page.url == f"{address}#{second.question}"
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.level, second.revision, first.revision) == (None, 2, 1)


def type_back(page: Page, assessment: Assessment) -> None:
    """Type one sheet by its code: a wrong digit is shown again, then taken."""
    page.goto(f"/a/{assessment.public_id}/type-back/")
    page.get_by_label("Sheet code").fill("20100")
    press(page, "Go to the questions")
    expect(page.get_by_role("alert")).to_contain_text("not a sheet code")
    page.get_by_label("Sheet code").fill(str(SheetCode(1, 2)))
    press(page, "Go to the questions")
    box = page.locator("[data-allowed]").first
    box.fill("5")
    press(page, "Save")
    expect(page.get_by_role("alert").first).to_contain_text("1 answer still needs your attention.")
    expect(box).to_have_value("5")
    box.fill("3")
    press(page, "Save")
    expect(page.get_by_role("status")).to_contain_text("1 answer saved, 1 still unanswered.")
    assert assessment.answers.order_by("pk")[2].level == 3


def change_profile(page: Page, assessment: Assessment) -> None:
    page.goto(f"/a/{assessment.public_id}/profile/")
    page.get_by_label("How many people work there?").fill("40")
    press(page, "Save")
    assessment.refresh_from_db()
    assert assessment.headcount == 40


def decide(page: Page, assessment: Assessment) -> None:
    """Aim higher, work out a set of steps, make it the plan, and take it out again."""
    here = f"/a/{assessment.public_id}/"
    page.goto(f"{here}targets/")
    page.locator("select").first.select_option(label="Leading")
    press(page, "Save")
    assessment.refresh_from_db()
    assert list(assessment.targets.values()) == [4]
    page.goto(f"{here}what-if/")
    box = page.locator("input[name=step]").first
    box.check()
    press(page, "Calculate")
    expect(page.locator("#result")).to_contain_text("With this one step")
    expect(box).to_be_checked()
    press(page, "Add this step to my plan")
    expect(page.get_by_role("status").first).to_contain_text("1 step was added to your plan.")
    Action.objects.all().delete()


def plan(page: Page, assessment: Assessment) -> None:
    """Add a recommended step and one of one's own, change it, make the PDF, remove it."""
    here = f"/a/{assessment.public_id}/"
    page.goto(f"{here}results/")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Add to plan")).first.click()
    page.get_by_role("link", name="Add your own action").click()
    page.get_by_label("What will you do?").fill("Put a clock up")
    press(page, "Save")
    action = Action.objects.get(title="Put a clock up")
    page.goto(f"{here}plan/actions/{action.key}/")
    due_on = timezone.localdate() + timedelta(days=30)
    page.get_by_label("By when?").fill(due_on.isoformat())
    page.get_by_label("Who leads it?").fill("Shift lead")
    press(page, "Save")
    action.refresh_from_db()
    assert (action.owner, action.due_on) == ("Shift lead", due_on)
    page.goto(f"{here}documents/")
    with page.expect_download(timeout=20_000) as download:
        page.get_by_role("button", name="Make the PDF plan").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Make the board summary").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    with page.expect_download(timeout=20_000) as download:
        page.get_by_role("button", name="Make the Word file").click()
    assert download.value.path().read_bytes().startswith(b"PK")
    turnover(page, assessment)
    page.goto(f"{here}plan/")
    work(page, action)
    assert [a.pk for a in Action.objects.in_plan()] != [action.pk]
    assert Action.objects.in_plan().count() == 1


def turnover(page: Page, assessment: Assessment) -> None:
    """Tell of turnover, see what it may cost, and take the figures back."""
    page.goto(f"/a/{assessment.public_id}/turnover/")
    for name, value in {"headcount": "40", "leavers": "12", "pay": "32000"}.items():
        page.locator(f"[name={name}]").fill(value)
    press(page, "Save and calculate")
    expect(page.get_by_text("may have cost $42,000 to $120,000")).to_be_visible()
    page.get_by_text("Remove these figures").click()
    press(page, "Remove the figures")
    assert not TurnoverEstimate.objects.exists()


def work(page: Page, action: Action) -> None:
    """Start it, move it, remove it, undo that, and remove it again."""
    card = page.locator(f"#action-{action.key}")
    Action.objects.exclude(pk=action.pk).update(due_on=action.due_on, added_on=action.added_on)
    page.reload()
    for name in ("Under way", "Move up", "Remove"):
        with page.expect_navigation():
            card.get_by_role("button", name=re.compile(f"^{name}")).click()
    press(page, "Undo")
    action.refresh_from_db()
    assert (action.status, action.position, action.removed_at) == ("under-way", 1, None)
    with page.expect_navigation():
        card.get_by_role("button", name=re.compile("^Remove")).click()
    expect(card).to_have_count(0)


def links(page: Page, assessment: Assessment) -> None:
    """Make a link, stop it, and replace all by a new one."""
    page.goto(f"/a/{assessment.public_id}/links/")
    page.get_by_label("Read: results, plan and documents").check()
    press(page, "Make the link")
    expect(page.get_by_label("Your link")).to_have_value(re.compile("/open/"))
    made = AccessLink.objects.get(role="read")
    page.goto(f"/a/{assessment.public_id}/links/")
    expect(page.get_by_label("Your link")).to_have_count(0)
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Stop this link")).click()
    made.refresh_from_db()
    assert made.revoked_at is not None
    before = AccessLink.objects.working().get(role="owner").secret_hash
    press(page, "Make me a new link")
    expect(page.get_by_label("Your link")).to_have_value(re.compile("/open/"))
    press(page, "I saved it: stop all other links")
    assert AccessLink.objects.working().get().secret_hash != before


def mail(page: Page, assessment: Assessment, mails: Mails) -> None:
    """Leave an address, have a link mailed, lose the link, ask for one and open it."""
    page.goto(f"/a/{assessment.public_id}/links/")
    page.get_by_label("Your email address").fill("maria@example.org")
    press(page, "Save this address")
    press(page, "Email me a link")
    assert len(mails.sent) == 1
    mails.let_the_pause_pass()
    page.goto("/lost-link/")
    page.get_by_label("Your email address").fill("maria@example.org")
    press(page, "Email me a link")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    page.goto(mails.path())
    press(page, "Open it in this browser")
    expect(page.get_by_label("Your link")).to_have_value(re.compile("/open/"))
    page.get_by_label("Your email address").fill("")
    press(page, "Save this address")


def move(page: Page, assessment: Assessment) -> None:
    """Stay when a newer edition comes out, then move to it, and take that back."""
    catalogue = live_catalogue()
    assert catalogue is not None
    make_edition(catalogue, number=2)
    for name, expected in (("Stay on edition 1.0", 1), ("Move to edition 2.0", 2)):
        page.goto(f"/a/{assessment.public_id}/edition/")
        press(page, name)
        assessment.refresh_from_db()
        assert assessment.edition_number == expected
    press(page, "Undo the move")
    assessment.refresh_from_db()
    assert (assessment.edition_number, assessment.declined_edition) == (1, 2)


def again(page: Page, assessment: Assessment) -> None:
    """Start again from it, take it away from the new one, and place it there once more."""
    page.goto(f"/a/{assessment.public_id}/again/")
    press(page, "Start the new assessment")
    new = Assessment.objects.get(earlier=assessment)
    page.goto(f"/a/{new.public_id}/earlier/take-away/")
    press(page, "Stop comparing")
    page.goto(f"/a/{new.public_id}/earlier/")
    page.get_by_role("radio").check()
    press(page, "Compare with this one")
    new.refresh_from_db()
    assert new.earlier == assessment
    new.delete()


def leave_and_delete(page: Page, assessment: Assessment) -> None:
    """Leave one, come back by the link, leave all, come back, delete."""
    link = page_link(page, assessment)
    page.goto(f"/a/{assessment.public_id}/leave/")
    press(page, "Remove")
    assert gone(page, assessment)
    page.goto(link)
    page.goto("/assessments/")
    press(page, "Remove all from this device")
    assert gone(page, assessment)
    page.goto(link)
    page.goto(f"/a/{assessment.public_id}/delete/")
    press(page, "Delete")
    expect(page.get_by_role("alert")).to_have_text("Please check the box to confirm.")
    assert Assessment.objects.exists()
    page.get_by_label("Yes, delete everything for good").check()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save everything as a file").click()
    saved = download.value.path()
    press(page, "Delete")
    expect(page.get_by_role("status")).to_contain_text("is deleted")
    assert not Assessment.objects.exists()
    page.goto("/bring-back/")
    page.get_by_label("Your file").set_input_files(
        {
            "name": "saved.json",
            "mimeType": "application/json",
            "buffer": saved.read_bytes(),
        }
    )
    press(page, "Restore it")
    expect(page.get_by_role("status").first).to_contain_text("Your assessment is restored")
    assert Assessment.objects.count() == 1


def page_link(page: Page, assessment: Assessment) -> str:
    page.goto(f"/a/{assessment.public_id}/links/")
    press(page, "Make me a new link")
    return page.get_by_label("Your link").input_value()


def gone(page: Page, assessment: Assessment) -> bool:
    response = page.goto(f"/a/{assessment.public_id}/")
    return response is not None and response.status == 404


def test_a_page_changed_elsewhere_shows_both_answers(
    plain: Page, employer: Employer, watch: Any
) -> None:
    watch.expect("Failed to load resource.*409")
    question = employer.questions[0]
    employer.enter(plain)
    plain.goto(employer.component_of(question))
    shown = OnPage(plain, question)
    shown.radio(3).check()
    employer.give(question, 1)
    with plain.expect_navigation() as following:
        plain.get_by_role("button", name=re.compile("^Save and continue to")).click()
    assert following.value.status == 409
    expect(shown.dialog).to_contain_text(f"“{question.levels[1]}”")
    expect(shown.radio(3)).to_be_checked()
    assert employer.level_of(question) == 1
    with plain.expect_navigation():
        plain.get_by_role("button", name=re.compile("^Save and continue to")).click()
    assert employer.level_of(question) == 3


def test_a_flag_that_hides_answers_names_them_first(
    plain: Page, make_employer: Callable[..., Employer]
) -> None:
    employer = make_employer(mode="full", levels="2" * 48)
    hidden = next(q for q in employer.questions if q.applies_if == "shifts")
    employer.enter(plain)
    plain.goto(employer.address("profile"))
    plain.get_by_role("group", name="Do people work shifts?").get_by_label("No", exact=True).check()
    press(plain, "Save")
    alert = plain.get_by_role("alert")
    expect(alert).to_contain_text(hidden.text)
    employer.assessment.refresh_from_db()
    assert employer.assessment.has_shifts is None
    press(plain, "Leave them out and save")
    employer.assessment.refresh_from_db()
    assert employer.assessment.has_shifts is False
    assert employer.level_of(hidden) == 2


def test_the_enter_key_never_clears_an_answer(plain: Page, employer: Employer) -> None:
    first, second = employer.questions[:2]
    employer.give(first, 4)
    employer.enter(plain)
    plain.goto(employer.component_of(first))
    OnPage(plain, second).radio(2).check()
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    assert (employer.level_of(first), employer.level_of(second)) == (4, 2)
