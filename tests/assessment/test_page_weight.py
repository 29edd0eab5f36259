"""What a component page weighs on its way: bytes, compressed, as production sends them."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from django.core.management import call_command

from assessment.models import Answer
from tests.factories import answer_all, make_assessment, publish_real_edition, real_catalogue
from tests.pages import Response
from tests.people import Person, person

pytestmark = pytest.mark.django_db
FIRST_VISIT, NEXT_VISIT = 60_000, 15_000
A_YEAR = 365 * 24 * 3600
IN_PAGE = re.compile(r'(?:href|src)="(/static/[^"]+)"')
IN_STYLES = re.compile(r"url\(['\"]?([^'\")]+)")
LARGEST = max(real_catalogue().components, key=lambda c: len(c.questions)).slug


@pytest.fixture
def maria(settings: Any, tmp_path: Path) -> Person:
    """The owner of an assessment answered in full, at a site whose files are collected."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = False
    call_command("collectstatic", ignore_patterns=["admin"], interactive=False, verbosity=0)
    publish_real_edition()
    assessment = make_assessment()
    answer_all(assessment, real_catalogue())
    note = "The handbook says so, and each new colleague goes through it in the first week."
    Answer.objects.update(note=note)
    return person("maria", assessment)


def sent(client: Person, address: str) -> tuple[Response, bytes]:
    """A file or page as it goes over the line to a browser that takes gzip."""
    response = client.get(address, headers={"accept-encoding": "gzip, deflate"})
    assert response.status_code == 200, address
    return response, response.getvalue()


def files_of(client: Person, page: str) -> dict[str, bytes]:
    """What the page names, and what its style sheet names, by address."""
    found: dict[str, bytes] = {}
    for address in IN_PAGE.findall(page):
        found[address] = sent(client, address)[1]
        if address.endswith(".css"):
            styles = gzip.decompress(found[address]).decode()
            for name in IN_STYLES.findall(styles):
                full = urljoin(address, name)
                found[full] = sent(client, full)[1]
    return found


def test_the_page_alone_is_what_the_next_visit_costs(maria: Person) -> None:
    for component in real_catalogue().components:
        response, page = sent(maria, maria.address("component", component.slug))

        assert response["Content-Encoding"] == "gzip"
        assert len(page) <= NEXT_VISIT


def test_the_first_visit_costs_the_page_and_every_file_it_names(maria: Person) -> None:
    address = maria.address("component", LARGEST)
    files = files_of(maria, maria.get(address).content.decode())

    assert sorted(Path(name).name.split(".")[0] for name in files) == [
        "answers",
        "mark",
        "public-sans-400",
        "public-sans-650",
        "site",
        "source-serif-4-650",
    ]
    pages = [
        sent(maria, maria.address("component", component.slug))[1]
        for component in real_catalogue().components
    ]
    assert sum(map(len, files.values())) + max(map(len, pages)) <= FIRST_VISIT


def test_a_file_whose_name_holds_its_hash_is_kept_for_good(maria: Person) -> None:
    page = maria.see("component", LARGEST).content.decode()

    for address in files_of(maria, page):
        kept = sent(maria, address)[0]["Cache-Control"]
        (seconds,) = re.findall(r"max-age=(\d+)", kept)
        assert int(seconds) >= A_YEAR
        assert "immutable" in kept


def test_a_file_that_may_change_under_its_name_is_asked_for_again_soon(maria: Person) -> None:
    assert sent(maria, "/static/site.css")[0]["Cache-Control"] == "max-age=60, public"
