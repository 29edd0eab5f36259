"""How much processor time each page takes: `python -m bench.processor`, on a busy machine too.

Requests go straight into the site's WSGI application, one after the other. Processor time hardly
depends on what else the machine does, so a page can be made faster while others use the machine.
The database server's own work is not in it; the number of queries is beside it. The table of
`make bench` says how long a reader waits.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest  # noqa: E402

from assessment import workflow  # noqa: E402
from assessment.access import access_for  # noqa: E402
from assessment.reading import standing_of  # noqa: E402
from bench import seed  # noqa: E402
from bench.asking import Page, ask, counted  # noqa: E402
from toolkit import editions  # noqa: E402
from toolkit.catalogue import Question  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "60"))
WARM_UP = 5


@dataclass(frozen=True)
class Cost:
    """What one request cost: processor milliseconds, queries, bytes sent."""

    ms: float
    queries: int
    sent: int


def measure(application: WSGIHandler, page: Page, *, rounds: int = ROUNDS) -> Cost:
    """The median cost of a page."""
    asked = [ask(application, page) for _ in range(rounds)]
    with counted() as queries:
        ask(application, page)
    return Cost(median(a.processor for a in asked), len(queries), len(asked[-1].body))


def pages_of(public_id: str, cookie: str, component: str, resource: str) -> dict[str, Page]:
    """Every page measured, by name; the floor first."""
    own = f"/a/{public_id}"
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


def autosave_of(
    public_id: str, cookie: str, question: Question, *, edition: int, revision: int
) -> Page:
    """The saving of one answer that stands at ``revision``, each time at the revision after."""
    seen = iter(range(revision, 10**9))

    def body() -> str:
        slug, number = question.slug, next(seen)
        return urlencode(
            {
                "edition": edition,
                f"{slug}-choice": str(number % 5),
                f"{slug}-note": "",
                f"{slug}-revision": number,
                f"{slug}-meaning": question.meaning,
            }
        )

    return Page(f"/a/{public_id}/answers/{question.slug}/", cookie, body)


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
    component, public_id = catalogue.components[4], assessment.public_id
    return pages_of(public_id, cookie, component.slug, catalogue.resources[0].slug) | {
        "autosave": autosave_of(
            public_id, cookie, component.questions[0], edition=edition.number, revision=1
        )
    }


def main() -> None:
    """Print a line for each page."""
    pages, application = prepare(), get_wsgi_application()
    for page in pages.values():
        measure(application, page, rounds=WARM_UP)
    print(f"{connection.vendor}, {ROUNDS} rounds, load {os.getloadavg()[0]:.1f}")
    print(f"{'what':16} {'processor ms':>12} {'queries':>8} {'bytes sent':>10}")
    for name, page in pages.items():
        cost = measure(application, page)
        print(f"{name:16} {cost.ms:12.2f} {cost.queries:8} {cost.sent:10}", flush=True)


if __name__ == "__main__":
    main()
