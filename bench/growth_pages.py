"""Asks one grown database for the pages that growth is measured by: a worker of bench.growth.

For each line it reads it asks for every page once and prints how long each took, in milliseconds,
as one line of JSON.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from urllib.parse import urlencode

import django

django.setup()

from django.core.management import call_command, get_commands  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db.models import Max  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402

from assessment.models import Answer, Assessment  # noqa: E402
from bench import grown, seed  # noqa: E402
from bench.asking import Page, ask  # noqa: E402
from bench.processor import autosave_of  # noqa: E402
from toolkit import editions  # noqa: E402
from toolkit.admin.bounded import BoundedAdmin  # noqa: E402

ASKED = 50  # assessments whose pages are asked for in turn, spread evenly over all

application = get_wsgi_application()


def main() -> None:
    """Measure as often as told to."""
    measured = {name: cycle(pages) for name, pages in _pages().items()}
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "whole":
            print(json.dumps({name: _timed(run) for name, run in _whole().items()}), flush=True)
        else:
            waited = {name: ask(application, next(page)).waited for name, page in measured.items()}
            print(json.dumps(waited), flush=True)


def _pages() -> dict[str, list[Page]]:
    last = Assessment.objects.filter(public_id__startswith="grown-").aggregate(last=Max("pk"))
    keys = [_key(n, last["last"]) for n in range(1, ASKED + 1)]
    component = editions.live_catalogue().components[4].slug

    def own(path: str) -> list[Page]:
        return [Page(f"/a/{grown.public_id_of(k)}/{path}", grown.cookie_of(k)) for k in keys]

    return {
        "component": own(f"questions/{component}/"),
        "autosave": list(_autosaves(keys)),
        "hub": own(""),
        "results": own("results/"),
        "plan": own("plan/"),
        "documents": own("documents/"),
        "links": own("links/"),
        "device": [Page("/assessments/", grown.cookie_of(k)) for k in keys],
        "open link": [Page(f"/open/{grown.secret_of(k)}/", status=302) for k in keys],
        "home": [Page("/")],
        "archive": [Page("/archive/")],
        "archive search": [Page("/archive/?q=training")],
        **{f"desk: {name}": pages for name, pages in _desk(keys).items()},
    }


def _key(number: int, last: int) -> int:
    """The keys asked for lie evenly among all, and as many of them have a plan, a document …"""
    alike = grown.DOCUMENT_EVERY * grown.ACTIONS_EVERY
    return max(0, last - alike) * number // ASKED // alike * alike + 2 * number


def _autosaves(keys: list[int]) -> Iterator[Page]:
    edition, catalogue = editions.live_edition(), editions.live_catalogue()
    assert edition is not None
    question = catalogue.components[0].questions[0]
    stored = dict(
        Answer.objects.filter(assessment__in=keys, question=question.slug).values_list(
            "assessment", "revision"
        )
    )
    for k in keys:
        yield autosave_of(
            grown.public_id_of(k),
            grown.cookie_of(k),
            question,
            edition=edition.number,
            revision=stored[k],
        )


def _desk(keys: list[int]) -> dict[str, list[Page]]:
    """The lists of the desk, as staff who signed in by the form see them."""
    cookie = _signed_in()
    lists = {
        "assessments": ("assessment_assessment", [""]),
        "assessments, last page": ("assessment_assessment", [f"?p={_last_page()}"]),
        "one by public id": (
            "assessment_assessment",
            [f"?q={grown.public_id_of(k)}" for k in keys],
        ),
        "one by name": (
            "assessment_assessment",
            [f"?{urlencode({'q': n})}" for n in _names(keys)],
        ),
        "audit log": ("toolkit_auditentry", [""]),
        "failed sign-ins": ("toolkit_failedsignin", [""]),
        "link checks": ("toolkit_linkcheck", [""]),
        "recent changes": ("toolkit_change", [""]),
        "archive": ("toolkit_resource", [""]),
    }
    pages = {}
    for name, (model, queries) in lists.items():
        try:
            address = reverse(f"admin:{model}_changelist")
        except NoReverseMatch:
            continue  # a list that this release does not have
        pages[name] = [Page(f"{address}{query}", cookie) for query in queries]
    view = "admin:assessment_assessment_change"
    return pages | {"one assessment": [Page(reverse(view, args=[k]), cookie) for k in keys]}


def _last_page() -> int:
    listed = min(Assessment.objects.count(), BoundedAdmin.paginator.most)
    return -(-listed // BoundedAdmin.list_per_page)


def _names(keys: list[int]) -> list[str]:
    return list(Assessment.objects.filter(pk__in=keys).values_list("name", flat=True))


def _signed_in() -> str:
    """The cookies of staff after signing in."""
    sent = urlencode({"username": grown.STAFF, "password": grown.PASSWORD, "next": "/admin/"})
    page = Page("/admin/login/", f"csrftoken={seed.TOKEN}", lambda: sent, 302)
    cookies = [v for name, v in ask(application, page).headers if name == "Set-Cookie"]
    kept = [found[0] for v in cookies if (found := re.match(r"(sessionid|csrftoken)=[^;]+", v))]
    return "; ".join(kept)


def _whole() -> dict[str, Callable[[], object]]:
    """What looks at all rows by its nature: told, and held to no ratio."""
    found: dict[str, Callable[[], object]] = {
        "who is running, in words": lambda: Assessment.objects.all().running_in_words()
    }
    for name in ("purge_assessments", "clearsessions"):
        if name in get_commands():
            found[name] = lambda name=name: call_command(name, verbosity=0, stdout=sys.stderr)
    return found


def _timed(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
