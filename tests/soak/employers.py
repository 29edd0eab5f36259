"""Employers at work: they answer without a pause, keep what is not confirmed, and send it again.

As answers.js does: an item leaves the queue when the server has confirmed it, and no sooner.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import httpx2

from assessment.access import make_link
from assessment.models import Answer, Assessment
from tests import factories
from tests.soak.server import wait_until

PAUSE = 0.05  # seconds before something is sent again
QUESTIONS = {"pay": ("wage", "ranges", "tips"), "job-security": ("notice", "rest")}


@dataclass(frozen=True, slots=True)
class Item:
    """An answer: the revision it was given over or, once confirmed, that it was saved as."""

    revision: int
    level: int
    note: str


class Employer(threading.Thread):
    """One browser that answers the questions of one component, over and over.

    ``confirmed``: what the server said is saved. ``queue``: what was sent and not confirmed.
    ``refused``: replies that must never come, whatever happens to the server.
    """

    def __init__(
        self, url: str, assessment: Assessment, component: str, seed: int, note: str = ""
    ) -> None:
        super().__init__(daemon=True)
        self.assessment, self.component = assessment, component
        self.confirmed: dict[str, Item] = {}
        self.queue: dict[str, Item] = {}
        self.refused: list[str] = []
        self.statuses: dict[int, int] = {}
        self.count = self.resent = 0
        self._note = note
        self._random = random.Random(seed)
        self._is_stopping = threading.Event()
        # A proxy of the machine's has no part in this.
        self._client = httpx2.Client(base_url=url, timeout=30, trust_env=False)
        _, secret = make_link(assessment, role="owner")
        assert self._client.get(f"/open/{secret}/").status_code == 302
        self._token = self._asked(self.page())

    @property
    def _questions(self) -> Sequence[str]:
        return QUESTIONS[self.component]

    def page(self) -> str:
        """The page of its component."""
        response = self.see()
        assert response.status_code == 200, response.text
        return response.text

    def see(self) -> httpx2.Response:
        """What comes back when it asks for the page of its component."""
        return self._client.get(f"/a/{self.assessment.public_id}/questions/{self.component}/")

    def make_document(self) -> httpx2.Response:
        """What comes back when it asks for its plan as a PDF."""
        path = f"/a/{self.assessment.public_id}/documents/make/"
        return self._client.post(path, data={"csrfmiddlewaretoken": self._token})

    @staticmethod
    def _asked(page: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found
        return found[1]

    def run(self) -> None:
        """Answer until told to stop, then send what waits."""
        while not self._is_stopping.is_set() or self.queue:
            if not self.queue:
                self._answer()
            for question in list(self.queue):
                self._send(question)

    def _answer(self) -> None:
        """Change the answer to one question, or to two at once."""
        for question in self._random.sample(self._questions, self._random.randint(1, 2)):
            before = self.confirmed.get(question)
            level = self._random.randint(0, 4)
            note = f"Answer {self.count} {self._random.random()}{self._note}"
            self.queue[question] = Item(before.revision if before else 0, level, note)

    def _send(self, question: str) -> None:
        item = self.queue[question]
        try:
            response = self._client.post(
                f"/a/{self.assessment.public_id}/answers/{question}/",
                data={
                    "csrfmiddlewaretoken": self._token,
                    "edition": "1",
                    f"{question}-revision": item.revision,
                    f"{question}-meaning": 1,
                    f"{question}-choice": item.level,
                    f"{question}-note": item.note,
                },
                headers={"Accept": "application/json"},
            )
        except httpx2.HTTPError:
            self.resent += 1
            self._is_stopping.wait(PAUSE)
            return
        self.statuses[response.status_code] = self.statuses.get(response.status_code, 0) + 1
        if response.status_code == 200:
            self._confirm(question, item, response.json()["revision"])
        elif response.status_code in (503, 507) and "problem" in response.json():
            self.resent += 1
            self._is_stopping.wait(PAUSE)
        else:
            self.refused.append(f"{question} {item}: {response.status_code} {response.text[:500]}")
            del self.queue[question]

    def _confirm(self, question: str, item: Item, revision: int) -> None:
        if revision != item.revision + 1:
            self.refused.append(f"{question} {item} was saved as revision {revision}")
        del self.queue[question]
        self.confirmed[question] = Item(revision, item.level, item.note)
        self.count += 1

    def stop(self) -> None:
        """Let it send what waits, and end."""
        self._is_stopping.set()
        self.join(60)
        assert not self.is_alive(), f"still waiting to send {self.queue}"

    def close(self) -> None:
        """Leave the browser."""
        self._is_stopping.set()
        self.queue.clear()
        self.join(60)
        self._client.close()


def employers(url: str, seed: int, *, note: str = "") -> list[Employer]:
    """Four browsers on two assessments of a published bakery edition, at work."""
    bakeries = [factories.make_assessment(name=name) for name in ("Harbor Street", "Old Mill")]
    found = [
        Employer(url, bakery, component, seed + n, note)
        for n, (bakery, component) in enumerate((b, c) for b in bakeries for c in QUESTIONS)
    ]
    for one in found:
        one.start()
    return found


def wait_for_more(people: Collection[Employer], count: int) -> None:
    """Wait until so many more answers are confirmed, and one more of each employer."""
    before = {one: one.count for one in people}
    wait_until(
        lambda: (
            sum(one.count for one in people) >= sum(before.values()) + count
            and all(one.count > before[one] for one in people)
        ),
        f"{count} more answers to be confirmed",
    )


def wait_for_status(people: Collection[Employer], *statuses: int) -> None:
    """Wait until somebody's answer was met with one of these statuses."""
    before = [sum(one.statuses.get(s, 0) for s in statuses) for one in people]
    wait_until(
        lambda: [sum(one.statuses.get(s, 0) for s in statuses) for one in people] != before,
        f"a reply with status {statuses}",
    )


def nothing_is_lost(one: Employer) -> int:
    """Compare what was confirmed to one that waits for a server that is gone with what is stored.

    Returns how many answers were stored whose confirmation was lost.
    """
    stored = {a.question: a for a in Answer.objects.filter(assessment=one.assessment)}
    unconfirmed = 0
    for question in QUESTIONS[one.component]:
        # The queue first: a reply that came just before the end may be on its way out of it.
        sent = one.queue.get(question)
        expected = [one.confirmed.get(question)]
        if sent:
            expected.append(Item(sent.revision + 1, sent.level, sent.note))
        answer = stored.get(question)
        found = answer and Item(answer.revision, answer.level or 0, answer.note)
        assert found in expected, f"{question} is stored as {found}, confirmed was {expected}"
        unconfirmed += found != expected[0]
    return unconfirmed


def all_is_as_confirmed(one: Employer) -> None:
    """Compare everything confirmed to one who sent all that waited with what is stored and shown.

    The page is asked of the site, so that not only the tables have it.
    """
    assert one.refused == []
    assert one.queue == {}
    rows = Answer.objects.filter(assessment=one.assessment, question__in=QUESTIONS[one.component])
    stored = {a.question: Item(a.revision, a.level or 0, a.note) for a in rows}
    assert stored == one.confirmed
    page = one.page()
    for question, item in one.confirmed.items():
        assert f'name="{question}-revision" value="{item.revision}"' in page
        assert item.note in page
