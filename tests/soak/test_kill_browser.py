"""The server killed while somebody types: what the page calls saved is there, the rest arrives."""

import random
import threading
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from assessment.access import make_link
from assessment.models import Answer, Assessment
from tests import factories
from tests.soak.employers import QUESTIONS
from tests.soak.server import PATIENCE, Server

pytestmark = [pytest.mark.db, pytest.mark.soak]
KILLS = 5
COMPONENT = "pay"

# What the page shows of each question, and what waits on the device, at one moment.
SHOWN = """() => {
    const waiting = Object.keys(localStorage).filter((key) => key.startsWith("answers:"))
        .flatMap((key) => Object.entries(JSON.parse(localStorage.getItem(key))));
    const queue = Object.fromEntries(waiting);
    return [...document.querySelectorAll("[data-question]")].map((element) => {
        const slug = element.dataset.question;
        return {
            slug,
            choice: element.querySelector("input[type=radio]:checked")?.value ?? "",
            note: element.querySelector("textarea").value,
            status: element.querySelector("[data-status]").textContent,
            waiting: queue[slug]?.answer ?? null,
        };
    });
}"""

NOTHING_WAITS = "!Object.keys(localStorage).some((key) => key.startsWith('answers:'))"
NOTHING_ON_ITS_WAY = """![...document.querySelectorAll("[data-status]")]
    .some((status) => status.textContent === "Saving…")"""


def wait_for(page: Page, condition: str) -> None:
    """Wait until a condition of the page holds; its own way of waiting needs eval()."""
    end = time.monotonic() + 2 * PATIENCE  # the page tries again within a minute
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(50)


def stored(assessment: Assessment) -> dict[str, tuple[str, str]]:
    """Choice and note of each answer."""
    return {a.question: (a.choice, a.note) for a in Answer.objects.filter(assessment=assessment)}


def type_until(page: Page, is_over: threading.Event, chance: random.Random) -> None:
    """Choose lines and type notes, as fast as somebody in a hurry, until told to stop."""
    for number in range(100_000):
        if is_over.is_set():
            return
        box = page.locator(f"#{chance.choice(QUESTIONS[COMPONENT])}")
        if chance.random() < 0.5:
            box.locator(f"label:has(input[value='{chance.randint(0, 4)}'])").click()
        else:
            box.locator("textarea").press_sequentially(f"{number} words", delay=5)
            if chance.random() < 0.7:
                box.locator("textarea").blur()


def kill_while_typing(page: Page, server: Server, assessment: Assessment, seed: int) -> int:
    """Kill the server once while somebody types; returns how many answers were left waiting."""
    chance, is_over = random.Random(seed), threading.Event()

    def kill() -> None:
        server.kill()
        is_over.set()

    timer = threading.Timer(chance.uniform(0.5, 3), kill)
    timer.start()
    type_until(page, is_over, chance)
    timer.join()
    # With no server there a reply that is on its way is the last thing that can still change.
    wait_for(page, NOTHING_ON_ITS_WAY)
    shown: list[dict[str, Any]] = page.evaluate(SHOWN)
    there = stored(assessment)
    for question in shown:
        said = (question["choice"], question["note"].strip())
        if question["waiting"] is None:
            assert there.get(question["slug"], ("", "")) == said
            assert question["status"] == "" or question["status"].startswith("✓ Saved")
        else:
            waits = question["waiting"]
            assert (waits["choice"], waits["note"].strip()) == said
            assert not question["status"].startswith("✓")
    server.start()
    wait_for(page, NOTHING_WAITS)
    expect(page.locator(".dialog")).to_have_count(0)
    there = stored(assessment)
    for question in page.evaluate(SHOWN):
        said = (question["choice"], question["note"].strip())
        assert there.get(question["slug"], ("", "")) == said
    return sum(question["waiting"] is not None for question in shown)


def test_five_kills_under_typing(server: Server, browser: Browser, database: str, tell) -> None:
    seed = random.randrange(2**32)
    print(f"seed: {seed}")
    assessment = factories.make_assessment()
    _, secret = make_link(assessment, role="owner")
    context = browser.new_context(base_url=server.url)
    try:
        page = context.new_page()
        page.goto(f"/open/{secret}/")
        page.goto(f"/a/{assessment.public_id}/questions/{COMPONENT}/")
        page.locator("summary", has_text="What would you show?").evaluate_all(
            "all => all.forEach((summary) => { summary.parentElement.open = true; })"
        )
        waiting = [kill_while_typing(page, server, assessment, seed + n) for n in range(KILLS)]
    finally:
        context.close()
    tell(database=database, kills=KILLS, answers_left_waiting=sum(waiting), lost=0)
