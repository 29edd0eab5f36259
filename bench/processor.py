"""How much processor time each page takes: `python -m bench.processor`, on any machine, busy or not.

Requests go straight into the site's WSGI application, as its server hands them over, one after the
other in this process. Processor time hardly depends on what else the machine does, so a page can be
made faster while others use the machine. The database server's own work is not in it; the number of
queries is beside it. The table of `make bench` says how long a reader waits.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest  # noqa: E402

from assessment import workflow  # noqa: E402
from assessment.access import access_for  # noqa: E402
from assessment.models import Assessment  # noqa: E402
from assessment.reading import standing_of  # noqa: E402
from bench import seed  # noqa: E402
from toolkit import editions  # noqa: E402
from toolkit.catalogue import Question  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "60"))
WARM_UP = 5


@dataclass(frozen=True)
class Page:
    """An address to ask for, and the cookies of who asks. ``body`` makes it a form that is sent."""

    path: str
    cookie: str = ""
    body: Callable[[], str] | None = None


def environ(page: Page, *, accepts: str) -> dict[str, Any]:
    """A request as gunicorn hands it to the application."""
    path, _, query = page.path.partition("?")
    values: dict[str, Any] = {
        "REQUEST_METHOD": "POST" if page.body else "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": page.cookie,
        "HTTP_ACCEPT_ENCODING": accepts,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if page.body:
        sent = page.body().encode()
        values |= {
            "wsgi.input": io.BytesIO(sent),
            "CONTENT_LENGTH": str(len(sent)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "HTTP_X_CSRFTOKEN": seed.TOKEN,
        }
    return values


@dataclass(frozen=True)
class Cost:
    """What one request cost: processor milliseconds, queries, bytes sent."""

    ms: float
    queries: int
    sent: int


class Site:
    """The application under measurement."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self.application = application
        self.status = ""

    def ask(self, page: Page, *, accepts: str = "gzip") -> tuple[float, bytes]:
        """Ask for a page; return processor milliseconds and what was sent.

        Raises RuntimeError where the page is not there: its cost would mean nothing.
        """
        values = environ(page, accepts=accepts)
        begun = time.process_time()
        response = self.application(values, self._started)
        body = b"".join(response)
        response.close()
        spent = (time.process_time() - begun) * 1000
        if not self.status.startswith("200"):
            raise RuntimeError(f"{page.path}: {self.status}")
        return spent, body

    def _started(self, status: str, headers: list[tuple[str, str]], _info: Any = None) -> None:
        self.status = status


def measure(site: Site, page: Page, *, rounds: int = ROUNDS) -> Cost:
    """The median cost of a page."""
    spent, body = [], b""
    for _ in range(rounds):
        ms, body = site.ask(page)
        spent.append(ms)
    with counted() as queries:
        site.ask(page)
    return Cost(median(spent), len(queries), len(body))


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements run inside, transaction statements left out."""
    found: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.upper().startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def pages_of(assessment: Assessment, cookie: str, component: str, resource: str) -> dict[str, Page]:
    """Every page measured, by name; the floor first."""
    own = f"/a/{assessment.public_id}"
    return {
        "floor_page": Page("/floor/page/", cookie),
        "home": Page("/"),
        "start": Page("/start/"),
        "hub": Page(f"{own}/", cookie),
        "component": Page(f"{own}/questions/{component}/", cookie),
        "review": Page(f"{own}/review/", cookie),
        "results": Page(f"{own}/results/", cookie),
        "arithmetic": Page(f"{own}/results/arithmetic/", cookie),
        "what_if": Page(f"{own}/what-if/", cookie),
        "plan": Page(f"{own}/plan/", cookie),
        "documents": Page(f"{own}/documents/", cookie),
        "device": Page("/assessments/", cookie),
        "archive": Page("/archive/"),
        "archive_search": Page("/archive/?q=training"),
        "resource": Page(f"/archive/{resource}/"),
    }


def autosave_of(assessment: Assessment, cookie: str, question: Question, revision: int) -> Page:
    """The saving of one answer, each time at the revision after."""
    seen = iter(range(revision, 10**9))

    def body() -> str:
        slug = question.slug
        number = next(seen)
        return urlencode(
            {
                "edition": assessment.edition_number,
                f"{slug}-choice": str(number % 5),
                f"{slug}-note": "",
                f"{slug}-revision": number,
                f"{slug}-meaning": question.meaning,
            }
        )

    return Page(f"/a/{assessment.public_id}/answers/{question.slug}/", cookie, body)


def prepare() -> dict[str, Page]:
    """Load and publish the content; one assessment answered in full, with a plan of five actions.

    Returns what is measured, by name; the floor first.
    """
    seed.load_site()
    edition, catalogue = editions.live_edition(), editions.live_catalogue()
    assert edition is not None
    assessment, cookie = seed.make_assessment(edition.number)
    seed.answer_all(catalogue, assessment)
    request = HttpRequest()
    request.session = SessionStore(cookie.partition("=")[2].partition(";")[0])
    steps = standing_of(access_for(request, assessment.public_id)).found.ranked[:5]
    workflow.adopt_steps(assessment=assessment, steps=steps)
    component = catalogue.components[4]
    pages = pages_of(assessment, cookie, component.slug, catalogue.resources[0].slug)
    return pages | {"autosave": autosave_of(assessment, cookie, component.questions[0], 1)}


def main() -> None:
    """Print a line for each page."""
    pages, site = prepare(), Site(get_wsgi_application())
    for page in pages.values():
        measure(site, page, rounds=WARM_UP)
    print(f"{connection.vendor}, {ROUNDS} rounds, load {os.getloadavg()[0]:.1f}")
    print(f"{'what':16} {'processor ms':>12} {'queries':>8} {'bytes sent':>10}")
    for name, page in pages.items():
        cost = measure(site, page)
        print(f"{name:16} {cost.ms:12.2f} {cost.queries:8} {cost.sent:10}", flush=True)


if __name__ == "__main__":
    main()
