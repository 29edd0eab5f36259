"""Fills an empty database for the bench and writes the requests that wrk sends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from assessment import access, workflow  # noqa: E402
from assessment.models import Answer, Assessment  # noqa: E402
from toolkit import editions  # noqa: E402
from toolkit.catalogue import Catalogue  # noqa: E402

TOKEN = "b" * 32
FULL = 20  # assessments fully answered, whose pages are read
EMPTY = 500  # assessments to answer: 48 fresh answers each


def seed(folder: Path) -> None:
    """Load the content, make the assessments, write one file of requests per measurement."""
    load_site()
    edition = editions.live_edition()
    assert edition is not None
    catalogue = editions.catalogue_for(edition)
    full = [make_assessment(edition.number) for _ in range(FULL)]
    for assessment, _ in full:
        answer_all(catalogue, assessment)
    empty = [make_assessment(edition.number) for _ in range(EMPTY)]
    slug = catalogue.components[4].slug
    pages = {
        "floor_page": [("GET", "/floor/page/", cookie, "") for _, cookie in full],
        "floor_save": [("POST", "/floor/save/", cookie, "note=x") for _, cookie in empty],
        "component": [("GET", f"/a/{a.public_id}/questions/{slug}/", c, "") for a, c in full],
        "results": [("GET", f"/a/{a.public_id}/results/", c, "") for a, c in full],
        "autosave": list(saves(catalogue, empty)),
        "cached_pdf": [("GET", _document(a, c), c, "") for a, c in full[:3]],
    }
    for name, requests in pages.items():
        lines = "".join(f"{m}\t{p}\t{c}\t{TOKEN}\t{b}\n" for m, p, c, b in requests)
        (folder / f"{name}.requests").write_text(lines)


def load_site() -> None:
    """Make the tables, the floor's among them; load and publish the content."""
    call_command("migrate", verbosity=0)
    call_command("load_content", publish_if_empty=True, verbosity=0, stdout=sys.stderr)
    auto = "SERIAL PRIMARY KEY" if connection.vendor == "postgresql" else "INTEGER PRIMARY KEY"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_floor (id {auto}, note TEXT NOT NULL)")


def make_assessment(edition_number: int) -> tuple[Assessment, str]:
    """A new assessment and the cookies of a browser that holds its owner's link."""
    assessment = Assessment(edition_number=edition_number, name="Bench", mode="full")
    link, _ = workflow.start_assessment(assessment=assessment)
    session = SessionStore()
    session[access.GRANTS] = {assessment.public_id: link.pk}
    session.create()
    return assessment, f"sessionid={session.session_key}; csrftoken={TOKEN}"


def answer_all(catalogue: Catalogue, assessment: Assessment) -> None:
    """Answer every question, with levels 0 to 4 in turn."""
    Answer.objects.bulk_create(
        Answer(
            assessment=assessment,
            question=slug,
            level=number % 5,
            saved_at=timezone.now() - timedelta(days=1),
            saved_by="The owner",
        )
        for number, slug in enumerate(catalogue.questions)
    )


def saves(
    catalogue: Catalogue, empty: list[tuple[Assessment, str]]
) -> Iterator[tuple[str, str, str, str]]:
    """Requests that save each question of each of these once."""
    for slug, question in catalogue.questions.items():
        for assessment, cookie in empty:
            body = {
                "edition": assessment.edition_number,
                f"{slug}-choice": "2",
                f"{slug}-note": "",
                f"{slug}-revision": "0",
                f"{slug}-meaning": question.meaning,
            }
            path = f"/a/{assessment.public_id}/answers/{slug}/"
            yield "POST", path, cookie, urlencode(body)


def _document(assessment: Assessment, cookie: str) -> str:
    client = Client(headers={"cookie": cookie})
    reply = client.post(f"/a/{assessment.public_id}/documents/make/", secure=True)
    return reply["Location"]


if __name__ == "__main__":
    seed(Path(sys.argv[1]))
