"""What one employer does on the site, for locust; bench.crowd starts it in its own environment.

    python bench/employers.py ADDRESS once 500 1
    python bench/employers.py ADDRESS ramp 500 30

``once``: so many employers begin within a minute, each goes the whole way, think times divided by
the last number. ``ramp``: they begin again and again, and every so many seconds think times are
halved. Prints a line of JSON for each step. Knows nothing of the site but what a browser sees.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from html import unescape
from typing import Any

import gevent
import locust.stats
from locust import FastHttpUser, task
from locust.env import Environment
from locust.exception import StopUser

# Seconds that pass before an answer is given, and between pages; evenly between the two. Whoever
# takes the 45 minutes that the site speaks of thinks about three times as long.
BEFORE_ANSWER = (5, 25)
ON_PAGE = (5, 25)
SECOND_TAB = 0.2  # share that opens a page twice and answers in both
WANTS_PDF = 0.04
BEGIN_WITHIN = 60  # seconds
PDF_PATIENCE = 180
STEPS = 8
BOUNDARY = "----employers"
ZIPPED = {"Accept-Encoding": "gzip"}
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
QUESTION = re.compile(r'data-question="([^"]+)" data-save="([^"]+)"')
PROGRESS = re.compile(r'data-answered="(\d+)" data-asked="(\d+)"')

locust.stats.PERCENTILES_TO_CHART = [0.5, 0.95]


class Pace:
    """How many times as fast as stated everybody thinks, and whether they begin again."""

    factor = 1.0
    is_once = True


def think(seconds: tuple[float, float]) -> None:
    """Let time pass, as a person would."""
    gevent.sleep(random.uniform(*seconds) / Pace.factor)  # noqa: S311


class Employer(FastHttpUser):
    """Somebody with a browser who has never been here."""

    host = sys.argv[1]
    connection_timeout = 60.0
    network_timeout = 60.0

    @task
    def whole_way(self) -> None:
        """From the home page to the results, all questions answered."""
        self.client.cookiejar.clear()
        self.seen: set[str] = set()
        self.see("/", "home")
        start = self.see("/start/", "start")
        think(ON_PAGE)
        sent = {"csrfmiddlewaretoken": token(start), "mode": "full", "name": "Load & Sons"}
        links = self.send("/start/", sent, "start, sent")
        self.own = "/a/" + links.url.partition("/a/")[2].partition("/")[0]
        think(ON_PAGE)
        hub = self.see(f"{self.own}/", "hub")
        addresses = re.findall(rf'href="({self.own}/questions/[^"]+)"', hub.text)
        for address in dict.fromkeys(addresses):
            think(ON_PAGE)
            self.answer_component(address)
        self.finish(addresses[0])
        if Pace.is_once:
            raise StopUser

    def answer_component(self, address: str) -> None:
        """Answer each question of a component; some have the page open twice."""
        page = self.see(address, "component")
        questions = list(read_questions(page.text))
        for question in questions:
            think(BEFORE_ANSWER)
            self.save(question, token(page), level=random.randint(0, 4))  # noqa: S311
        if random.random() < SECOND_TAB:  # noqa: S311
            self.answer_in_two_tabs(address)

    def answer_in_two_tabs(self, address: str) -> None:
        """Change an answer in one tab and then in the other, which has not seen that."""
        first, second = self.see(address, "component"), self.see(address, "component")
        mine, theirs = next(read_questions(first.text)), next(read_questions(second.text))
        think(BEFORE_ANSWER)
        self.save(mine, token(first), level=1)
        think(BEFORE_ANSWER)
        told = self.save(theirs, token(second), level=2, expected=409)
        theirs["revision"] = told["revision"]
        self.save(theirs, token(second), level=2)

    def save(
        self, question: dict[str, str], csrf: str, *, level: int, expected: int = 200
    ) -> dict[str, Any]:
        """Save an answer as the page's script does; return what the site replied."""
        slug = question["slug"]
        fields = {
            "csrfmiddlewaretoken": csrf,
            "edition": question["edition"],
            f"{slug}-revision": question["revision"],
            f"{slug}-meaning": question["meaning"],
            f"{slug}-choice": str(level),
            f"{slug}-note": "Written down in the handbook." if level == 3 else "",
        }
        name = "autosave" if expected == 200 else "autosave, refused for another tab’s"
        reply = self.client.post(
            question["url"],
            data=multipart(fields),
            headers={
                "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
                "Accept": "application/json",
                "Referer": f"{self.host}{self.own}/",
            },
            name=name,
            catch_response=True,
        )
        with reply as response:
            if response.status_code != expected:
                response.failure(f"{response.status_code} instead of {expected}")
                raise gevent.GreenletExit
            response.success()
            told: dict[str, Any] = response.json()
        return told

    def finish(self, component: str) -> None:
        """Review, finish, read the results and the plan; a few print it."""
        found = PROGRESS.search(self.see(component, "component").text)
        if not found or found[1] != found[2]:
            self.wrong(f"{found and found[0]}: not every confirmed answer is there")
        think(ON_PAGE)
        review = self.see(f"{self.own}/review/", "review")
        sent = {"csrfmiddlewaretoken": token(review)}
        results = self.send(f"{self.own}/finish/", sent, "finish, results")
        think(ON_PAGE)
        self.see(f"{self.own}/plan/", "plan")
        if random.random() < WANTS_PDF:  # noqa: S311
            self.print_plan({"csrfmiddlewaretoken": token(results)})

    def print_plan(self, sent: dict[str, str]) -> None:
        """Have the plan made as a PDF; where it is made by a worker, look until it is there."""
        begun = time.monotonic()
        reply = self.send(f"{self.own}/documents/make/", sent, "PDF, asked for")
        while "/making/" in reply.url:
            if time.monotonic() > begun + PDF_PATIENCE:
                self.wrong("no PDF in time")
                return
            if found := re.search(r'data-download href="([^"]+)"', reply.text):
                reply = self.client.get(found[1], name="PDF, fetched")
                break
            gevent.sleep(2)
            reply = self.client.get(reply.url, name="PDF, looked for")
        if not (reply.content or b"").startswith(b"%PDF"):
            self.wrong("what came is no PDF")
        spent = (time.monotonic() - begun) * 1000
        self.environment.events.request.fire(
            request_type="", name="PDF in hand", response_time=spent, response_length=0,
            exception=None, context={},
        )  # fmt: skip

    def see(self, path: str, name: str) -> Any:
        """A page, and what of its files this browser has not fetched yet."""
        return self.with_files(
            self.client.get(path, name=name, headers={"Accept-Encoding": "gzip"})
        )

    def send(self, path: str, fields: dict[str, str], name: str) -> Any:
        """A plain form, and the page it leads to."""
        referer = {"Referer": f"{self.host}{path}", **ZIPPED}
        return self.with_files(self.client.post(path, data=fields, headers=referer, name=name))

    def with_files(self, page: Any) -> Any:
        """The same page; its style sheet, fonts and scripts are fetched once."""
        if page.status_code != 200:
            raise gevent.GreenletExit  # counted as a failure already
        is_page = page.headers.get("Content-Type", "").startswith("text/html")
        for address in STATIC.findall(page.text) if is_page else ():
            if address not in self.seen:
                self.seen.add(address)
                self.client.get(address, name="static file", headers=ZIPPED)
        return page

    def wrong(self, words: str) -> None:
        """Count a failure that no status tells."""
        self.environment.events.request.fire(
            request_type="", name="what was promised", response_time=0, response_length=0,
            exception=AssertionError(words), context={},
        )  # fmt: skip


def token(page: Any) -> str:
    """The form's token on a page."""
    found = TOKEN.search(page.text)
    assert found, page.url
    return found[1]


def read_questions(text: str) -> Any:
    """The questions on a component's page, as its script reads them."""
    edition = re.findall(r'name="edition" value="(\d+)"', text)[0]
    for slug, url in QUESTION.findall(text):

        def field(name: str, slug: str = slug) -> str:
            return unescape(re.findall(rf'name="{slug}-{name}" value="([^"]*)"', text)[0])

        yield {
            "slug": slug,
            "url": url,
            "edition": edition,
            "revision": field("revision"),
            "meaning": field("meaning"),
        }


def multipart(fields: dict[str, str]) -> bytes:
    """What a script's FormData becomes on its way."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


# -- running ----------------------------------------------------------------------------------


def tell(environment: Environment, seconds: float, users: int) -> None:
    """Print what was measured since the last time, as one line."""
    stats = environment.stats
    rows = {
        name: {
            "count": entry.num_requests,
            "failed": entry.num_failures,
            "p50": entry.get_response_time_percentile(0.5),
            "p95": entry.get_response_time_percentile(0.95),
            "p99": entry.get_response_time_percentile(0.99),
        }
        for (name, _), entry in sorted(stats.entries.items())
    }
    errors = [f"{e.name}: {e.error} ({e.occurrences})" for e in stats.errors.values()]
    step = {"pace": Pace.factor, "users": users, "seconds": seconds}
    print(json.dumps(step | {"rows": rows, "errors": errors[:10]}), flush=True)
    stats.clear_all()


def main() -> None:
    """Run as told on the command line."""
    _, _, mode, count, number = sys.argv
    environment = Environment(user_classes=[Employer])
    runner = environment.create_local_runner()
    users, begun = int(count), time.monotonic()
    Pace.is_once = mode == "once"
    if mode == "once":
        Pace.factor = float(number)
        runner.start(users, spawn_rate=max(1, users / BEGIN_WITHIN * Pace.factor))
        most = 0
        while runner.user_count or time.monotonic() < begun + 5:
            most = max(most, runner.user_count)
            gevent.sleep(0.5)
        tell(environment, time.monotonic() - begun, most)
    else:
        runner.start(users, spawn_rate=max(1, users / BEGIN_WITHIN))
        gevent.sleep(BEGIN_WITHIN)
        for step in range(STEPS):
            Pace.factor = 2.0**step
            environment.stats.clear_all()
            gevent.sleep(float(number))
            tell(environment, float(number), runner.user_count)
    runner.quit()


if __name__ == "__main__":
    main()
