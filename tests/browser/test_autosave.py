"""Answers save themselves, say so only once it is true, and are never lost or overwritten."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from assessment.models import Answer
from toolkit.models import Edition

from .conftest import Employer, OnPage

pytestmark = [pytest.mark.browser]

SAVED = re.compile(r"^✓ Saved \d{1,2}:\d\d")
OFFLINE = "Not saved yet: no connection. We will keep trying."
FAILED_REQUEST = r"Failed to load resource"


@pytest.fixture
def opened(page: Page, employer: Employer) -> OnPage:
    """The first question of the quick check, on its page."""
    employer.enter(page)
    page.goto(employer.component_of(employer.questions[0]))
    return OnPage(page, employer.questions[0])


def answer_with(page: Page, reply: Callable[[Route], None]) -> list[str]:
    """Let ``reply`` answer every save in the server's place; returns the addresses asked."""
    asked: list[str] = []

    def handle(route: Route) -> None:
        asked.append(route.request.url)
        reply(route)

    page.route("**/answers/**", handle)
    return asked


def first_of(page: Page, held: list[Route]) -> Route:
    """The first save held back, once the browser has sent it."""
    while not held:
        page.wait_for_timeout(20)
    return held[0]


# -- saving ------------------------------------------------------------------------------------


def test_a_choice_is_saved_and_only_then_called_saved(
    page: Page, employer: Employer, opened: OnPage
) -> None:
    question = employer.questions[0]
    held: list[Route] = []
    answer_with(page, held.append)
    opened.choose(2)
    expect(opened.status).to_have_text("Saving…")
    assert employer.answer_to(question) is None
    assert opened.queued()["answer"]["choice"] == "2"
    first_of(page, held).continue_()
    expect(opened.status).to_have_text(SAVED)
    assert employer.level_of(question) == 2
    assert opened.queued() is None
    expect(page.locator("[data-answered]")).to_have_text("1 of 16 answered")
    expect(opened.box.locator("[data-why]")).to_have_attribute("open", "")
    page.reload()
    expect(opened.radio(2)).to_be_checked()


def test_a_note_is_sent_once_the_typing_pauses(
    page: Page, employer: Employer, opened: OnPage
) -> None:
    asked = answer_with(page, lambda route: route.continue_())
    page.clock.install(time=datetime(2026, 11, 1, tzinfo=UTC))
    page.reload()
    page.clock.pause_at(datetime(2026, 11, 2, tzinfo=UTC))
    opened.open_note()
    for word in ("Posted ", "by the ", "clock"):
        opened.note.press_sequentially(word)
        page.clock.run_for(800)
    expect(opened.status).to_have_text("Not saved yet")
    page.wait_for_timeout(100)
    assert asked == []
    page.clock.run_for(100)
    expect(opened.status).to_have_text(SAVED)
    opened.note.blur()
    page.wait_for_timeout(200)
    assert len(asked) == 1
    answer = employer.answer_to(employer.questions[0])
    assert answer is not None
    assert (answer.note, answer.level, answer.revision) == ("Posted by the clock", None, 1)
    expect(page.locator("[data-answered]")).to_have_text("0 of 16 answered")


def test_leaving_a_note_sends_it_at_once(page: Page, employer: Employer, opened: OnPage) -> None:
    page.evaluate("window.setTimeout = () => 0")
    opened.open_note()
    opened.note.fill("In the handbook")
    opened.note.blur()
    expect(opened.status).to_have_text(SAVED)
    answer = employer.answer_to(employer.questions[0])
    assert answer is not None
    assert answer.note == "In the handbook"


def test_not_sure_is_saved_without_a_level(employer: Employer, opened: OnPage) -> None:
    opened.box.get_by_label("Not sure, come back later").check()
    expect(opened.status).to_have_text(SAVED)
    answer = employer.answer_to(employer.questions[0])
    assert answer is not None
    assert (answer.is_not_sure, answer.level) == (True, None)


def test_clearing_empties_the_level_and_keeps_the_note(
    page: Page, employer: Employer, opened: OnPage
) -> None:
    question = employer.questions[0]
    employer.give(question, 3, note="Kept")
    page.reload()
    opened.clear.click()
    expect(opened.status).to_have_text(SAVED)
    answer = employer.answer_to(question)
    assert answer is not None
    assert (answer.level, answer.note) == (None, "Kept")
    expect(opened.clear).to_be_hidden()
    expect(page.locator("[data-answered]")).to_have_text("0 of 16 answered")
    assert page.locator("input[type=radio]:checked").count() == 0


def test_does_not_apply_is_saved_as_such(
    page: Page, make_employer: Callable[..., Employer]
) -> None:
    employer = make_employer(mode="full")
    question = next(q for q in employer.questions if q.na_when)
    employer.enter(page)
    page.goto(employer.component_of(question))
    opened = OnPage(page, question)
    opened.choose("na")
    expect(opened.status).to_have_text(SAVED)
    answer = employer.answer_to(question)
    assert answer is not None
    assert (answer.is_not_applicable, answer.level) == (True, None)


def test_a_double_click_saves_one_answer_once(
    page: Page, employer: Employer, opened: OnPage
) -> None:
    asked = answer_with(page, lambda route: route.continue_())
    opened.line(4).dblclick()
    expect(opened.status).to_have_text(SAVED)
    page.wait_for_timeout(200)
    assert len(asked) == 1
    answer = employer.answer_to(employer.questions[0])
    assert answer is not None
    assert (answer.level, answer.revision) == (4, 1)


def test_a_slow_reply_never_undoes_a_later_choice(
    page: Page, employer: Employer, opened: OnPage
) -> None:
    held: list[Route] = []
    asked = answer_with(page, lambda route: held.append(route) if not held else route.continue_())
    for level in (0, 1, 4, 3):
        opened.choose(level)
    first_of(page, held)
    page.wait_for_timeout(100)
    assert len(asked) == 1
    held[0].continue_()
    expect(opened.status).to_have_text(SAVED)
    expect(opened.radio(3)).to_be_checked()
    answer = employer.answer_to(employer.questions[0])
    assert answer is not None
    # The first choice and the last; those between were never sent.
    assert (answer.level, answer.revision) == (3, 2)
    assert opened.queued() is None


def test_the_page_button_waits_for_what_is_on_its_way(
    page: Page, employer: Employer, opened: OnPage
) -> None:
    held: list[Route] = []
    answer_with(page, lambda route: held.append(route) if not held else route.continue_())
    opened.choose(0)
    opened.choose(4)
    page.get_by_role("button", name=re.compile("Save and continue")).click()
    first_of(page, held)
    page.wait_for_timeout(100)
    held[0].continue_()
    page.wait_for_url(f"**{employer.component_of(employer.questions[2])}")
    assert employer.level_of(employer.questions[0]) == 4


# -- the network comes and goes ----------------------------------------------------------------


def test_offline_answers_wait_and_are_sent_when_the_network_is_back(
    page: Page, context: BrowserContext, employer: Employer, opened: OnPage, watch: Any
) -> None:
    watch.expect(FAILED_REQUEST)
    context.set_offline(True)
    opened.choose(3)
    expect(opened.status).to_have_text(OFFLINE)
    assert employer.answer_to(employer.questions[0]) is None
    assert opened.queued()["answer"]["choice"] == "3"
    context.set_offline(False)
    expect(opened.status).to_have_text(SAVED)
    assert employer.level_of(employer.questions[0]) == 3
    assert opened.queued() is None


def test_answers_that_wait_survive_a_reload(
    page: Page, employer: Employer, opened: OnPage, watch: Any
) -> None:
    watch.expect(FAILED_REQUEST)
    answer_with(page, lambda route: route.abort())
    opened.choose(1)
    opened.open_note()
    opened.note.fill("A list by the phone")
    opened.note.blur()
    expect(opened.status).to_have_text(OFFLINE)
    page.unroute("**/answers/**")
    page.reload()
    expect(opened.status).to_have_text(SAVED)
    expect(opened.radio(1)).to_be_checked()
    expect(opened.note).to_have_value("A list by the phone")
    answer = employer.answer_to(employer.questions[0])
    assert answer is not None
    assert (answer.level, answer.note) == (1, "A list by the phone")
    assert opened.queued() is None


def test_a_lost_reply_sent_again_is_no_conflict(
    page: Page, employer: Employer, opened: OnPage, watch: Any
) -> None:
    watch.expect(FAILED_REQUEST)

    def lose_reply(route: Route) -> None:
        route.fetch()
        route.abort()

    answer_with(page, lose_reply)
    opened.choose(2)
    expect(opened.status).to_have_text(OFFLINE)
    assert employer.level_of(employer.questions[0]) == 2
    page.unroute("**/answers/**")
    expect(opened.status).to_have_text(SAVED)
    expect(opened.dialog).to_have_count(0)


@pytest.mark.parametrize("is_reloaded", [False, True])
def test_another_choice_after_a_lost_reply_is_no_conflict_with_oneself(
    page: Page, employer: Employer, opened: OnPage, watch: Any, is_reloaded: bool
) -> None:
    watch.expect(FAILED_REQUEST)

    def lose_reply(route: Route) -> None:
        route.fetch()
        route.abort()

    answer_with(page, lose_reply)
    opened.choose(2)
    expect(opened.status).to_have_text(OFFLINE)
    page.unroute("**/answers/**")
    answer_with(page, lambda route: route.abort())
    opened.choose(4)
    expect(opened.status).to_have_text(OFFLINE)
    assert employer.level_of(employer.questions[0]) == 2
    page.unroute("**/answers/**")
    if is_reloaded:
        page.reload()
    expect(opened.status).to_have_text(SAVED)
    expect(opened.dialog).to_have_count(0)
    answer = employer.answer_to(employer.questions[0])
    assert answer is not None
    assert (answer.level, answer.revision) == (4, 2)


def test_the_same_said_elsewhere_later_is_still_a_conflict(
    page: Page, employer: Employer, opened: OnPage, watch: Any
) -> None:
    """Ours was the first saving after what this page has seen; a later one is somebody else's."""
    watch.expect(FAILED_REQUEST)

    def lose_reply(route: Route) -> None:
        route.fetch()
        route.abort()

    answer_with(page, lose_reply)
    opened.choose(2)
    expect(opened.status).to_have_text(OFFLINE)
    employer.give(employer.questions[0], 1)
    employer.give(employer.questions[0], 2)
    page.unroute("**/answers/**")
    opened.choose(4)
    expect(opened.dialog).to_contain_text("saved on")
    assert employer.level_of(employer.questions[0]) == 2


def test_answers_that_wait_are_sent_from_another_page(
    page: Page, employer: Employer, opened: OnPage, watch: Any
) -> None:
    watch.expect(FAILED_REQUEST)
    answer_with(page, lambda route: route.abort())
    opened.choose(2)
    expect(opened.status).to_have_text(OFFLINE)
    page.goto(employer.address("hub"))
    waiting = page.locator("[data-waiting]")
    expect(waiting).to_be_visible()
    expect(waiting.get_by_role("link")).to_have_attribute(
        "href", f"{employer.component_of(employer.questions[0])}#{opened.slug}"
    )
    page.unroute("**/answers/**")
    page.reload()
    expect(page.get_by_text("1 of 16 answered.")).to_be_visible()
    assert employer.level_of(employer.questions[0]) == 2
    assert opened.queued() is None
    expect(waiting).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (500, "Not saved yet: the site has a problem. We will keep trying."),
        (429, "Not saved yet: too many requests at once. We will try again shortly."),
        (403, "Not saved: please reload the page. Your choice is kept on this device."),
        (404, "Not saved: this browser has lost access. Open your private link again."),
    ],
)
def test_a_refusal_keeps_the_answer_and_says_what_to_do(
    page: Page, employer: Employer, opened: OnPage, watch: Any, status: int, words: str
) -> None:
    watch.expect(f"{FAILED_REQUEST}.*{status}")
    answer_with(page, lambda route: route.fulfill(status=status, body="<h1>No</h1>"))
    opened.choose(3)
    expect(opened.status).to_have_text(words)
    assert opened.queued()["answer"]["choice"] == "3"
    assert employer.answer_to(employer.questions[0]) is None
    page.unroute("**/answers/**")
    if status in {403, 404}:
        page.reload()
    expect(opened.status).to_have_text(SAVED)
    assert employer.level_of(employer.questions[0]) == 3


def test_a_server_that_asks_to_be_left_alone_is_left_alone(
    page: Page, employer: Employer, opened: OnPage, watch: Any
) -> None:
    watch.expect(f"{FAILED_REQUEST}.*429")
    page.clock.install(time=datetime(2026, 11, 1, tzinfo=UTC))
    page.reload()
    page.clock.pause_at(datetime(2026, 11, 2, tzinfo=UTC))
    headers = {"Retry-After": "30"}
    asked = answer_with(page, lambda route: route.fulfill(status=429, headers=headers))
    opened.choose(3)
    expect(opened.status).to_have_text(
        "Not saved yet: too many requests at once. We will try again shortly."
    )
    page.clock.run_for(29_000)
    assert len(asked) == 1
    page.unroute("**/answers/**")
    page.clock.run_for(2_000)
    expect(opened.status).to_have_text(SAVED)
    assert employer.level_of(employer.questions[0]) == 3


def test_a_note_the_server_refuses_is_kept_with_its_reason(
    page: Page, employer: Employer, opened: OnPage, watch: Any
) -> None:
    watch.expect(f"{FAILED_REQUEST}.*422")
    opened.open_note()
    opened.note.evaluate("(note) => note.removeAttribute('maxlength')")
    opened.note.fill("x" * 2001)
    opened.note.blur()
    expect(opened.status).to_contain_text("Please keep the note under 2,000 characters.")
    assert employer.answer_to(employer.questions[0]) is None
    opened.note.fill("x" * 2000)
    opened.note.blur()
    expect(opened.status).to_have_text(SAVED)


# -- two places at once ------------------------------------------------------------------------


@pytest.fixture
def collided(
    page: Page, context: BrowserContext, employer: Employer, opened: OnPage, watch: Any
) -> OnPage:
    """The first question in a tab that chose 3 after another tab had saved 1."""
    watch.expect(f"{FAILED_REQUEST}.*409")
    other = OnPage(context.new_page(), employer.questions[0])
    other.page.goto(employer.component_of(employer.questions[0]))
    other.choose(1)
    expect(other.status).to_have_text(SAVED)
    opened.choose(3)
    expect(opened.dialog).to_be_visible()
    return opened


def test_two_tabs_never_overwrite_each_other_silently(employer: Employer, collided: OnPage) -> None:
    question = employer.questions[0]
    expect(collided.status).to_have_text("Not saved: changed elsewhere")
    expect(collided.dialog).to_contain_text("The owner saved on")
    expect(collided.dialog).to_contain_text(f"“{question.levels[1]}”")
    expect(collided.radio(3)).to_be_checked()
    assert employer.level_of(question) == 1
    assert collided.queued()["answer"]["choice"] == "3"


def test_keep_mine_saves_over_the_other(employer: Employer, collided: OnPage) -> None:
    collided.dialog.get_by_role("button", name="Keep mine").click()
    expect(collided.status).to_have_text(SAVED)
    expect(collided.dialog).to_have_count(0)
    expect(collided.radio(3)).to_be_focused()
    answer = employer.answer_to(employer.questions[0])
    assert answer is not None
    assert (answer.level, answer.revision) == (3, 2)
    assert collided.queued() is None


def test_take_the_other_leaves_it_as_it_stands(employer: Employer, collided: OnPage) -> None:
    collided.dialog.get_by_role("button", name="Use the other").click()
    expect(collided.status).to_have_text("The other answer was kept")
    expect(collided.radio(1)).to_be_checked()
    expect(collided.radio(1)).to_be_focused()
    assert collided.queued() is None
    collided.choose(2)
    expect(collided.status).to_have_text(SAVED)
    answer = employer.answer_to(employer.questions[0])
    assert answer is not None
    assert (answer.level, answer.revision) == (2, 2)


def test_a_collision_is_still_there_after_a_reload(
    page: Page, employer: Employer, collided: OnPage
) -> None:
    page.reload()
    expect(collided.dialog).to_be_visible()
    expect(collided.radio(3)).to_be_checked()
    assert employer.level_of(employer.questions[0]) == 1


def test_going_back_shows_what_is_stored_now(
    page: Page, employer: Employer, opened: OnPage
) -> None:
    opened.choose(3)
    expect(opened.status).to_have_text(SAVED)
    page.goto(employer.address("hub"))
    employer.give(employer.questions[0], 1)
    page.go_back()
    expect(opened.radio(1)).to_be_checked()
    opened.choose(2)
    expect(opened.status).to_have_text(SAVED)


def test_an_answer_to_another_wording_waits_for_a_look(
    page: Page, employer: Employer, opened: OnPage, watch: Any
) -> None:
    watch.expect(f"{FAILED_REQUEST}.*409")
    question = employer.questions[0]
    raise_meaning(question.slug)
    opened.choose(2)
    expect(opened.status).to_contain_text("The question has changed since you opened this page.")
    assert employer.answer_to(question) is None
    page.reload()
    expect(opened.dialog).to_contain_text("This question has changed since you answered it.")
    expect(opened.radio(2)).to_be_checked()
    assert employer.answer_to(question) is None
    opened.dialog.get_by_role("button", name="Keep my choice").click()
    expect(opened.status).to_have_text(SAVED)
    assert employer.level_of(question) == 2


def test_an_answer_to_another_wording_can_be_dropped(
    page: Page, employer: Employer, opened: OnPage, watch: Any
) -> None:
    watch.expect(f"{FAILED_REQUEST}.*409")
    question = employer.questions[0]
    raise_meaning(question.slug)
    opened.choose(2)
    expect(opened.status).to_contain_text("The question has changed since you opened this page.")
    page.reload()
    opened.dialog.get_by_role("button", name="Drop it").click()
    expect(opened.radio(2)).not_to_be_checked()
    expect(opened.radio(0)).to_be_focused()
    assert opened.queued() is None
    assert not Answer.objects.exists()


def raise_meaning(slug: str) -> None:
    """Publish a correction that says the question no longer means the same.

    Publishing never does that within one number; a page left open across a move to a newer
    edition meets the same.
    """
    live = Edition.objects.get()
    document = json.loads(live.document)
    questions = {q["slug"]: q for c in document["components"] for q in c["questions"]}
    questions[slug]["meaning"] = 2
    Edition.objects.create(
        number=live.number,
        revision=1,
        fingerprint="f" * 64,
        document=json.dumps(document),
        note="Reworded.",
    )


# -- leaving the device ------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["leave", "leave_all", "delete"])
def test_what_waits_goes_with_the_assessment(
    page: Page, employer: Employer, opened: OnPage, watch: Any, way: str
) -> None:
    watch.expect(FAILED_REQUEST)
    answer_with(page, lambda route: route.abort())
    opened.choose(3)
    expect(opened.status).to_have_text(OFFLINE)
    if way == "leave_all":
        page.goto("/assessments/")
        page.get_by_role("button", name="Remove all from this device").click()
    else:
        page.goto(employer.address(way))
        if way == "delete":
            page.get_by_label("Yes, delete everything for good").check()
        page.get_by_role("button", name="Remove" if way == "leave" else "Delete").click()
    page.wait_for_url("**/assessments/")
    assert page.evaluate("localStorage.length") == 0
