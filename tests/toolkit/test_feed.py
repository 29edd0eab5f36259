"""The feed of new archive items: valid Atom, newest first, sent again only when changed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains

from tests.toolkit.small import CASE, GUIDE, content, load_and_publish, small_documents
from tests.toolkit.small import resource as document
from toolkit.importing import load
from toolkit.models import Resource

pytestmark = pytest.mark.django_db
FEED = "/archive/feed/"
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = '"><script>alert(1)</script> & \x0b'


def load_with(numbers: range) -> None:
    """Load the small toolkit with an item of each number beside its own two."""
    documents = small_documents()
    documents["resource"] += [document(f"i-{n}", n) for n in numbers]
    load(content(documents))


def read(response: Any) -> ElementTree.Element:
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)  # noqa: S314


def entries(client: Client) -> list[ElementTree.Element]:
    return read(client.get(FEED)).findall(f"{ATOM}entry")


def text_of(element: ElementTree.Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}", "").strip()


def links(element: ElementTree.Element) -> dict[str, str]:
    return {link.get("rel", ""): link.get("href", "") for link in element.findall(f"{ATOM}link")}


def test_the_feed_says_what_it_is(client: Client) -> None:
    load_and_publish()
    feed = read(client.get(FEED))
    assert feed.tag == f"{ATOM}feed"
    assert text_of(feed, "title") == "New in the job quality archive"
    assert text_of(feed, "id") == "http://testserver/archive/"
    assert links(feed) == {
        "alternate": "http://testserver/archive/",
        "self": "http://testserver/archive/feed/",
    }
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Job Quality Self-Assessment"
    assert datetime.fromisoformat(text_of(feed, "updated")).tzinfo


def test_an_entry_says_who_what_and_when(client: Client) -> None:
    load_and_publish()
    day = datetime(2026, 11, 3, 12, tzinfo=UTC)
    changed = day + timedelta(days=1)
    Resource.objects.filter(slug=CASE).update(
        added_at=day + timedelta(days=900),
        changed_at=changed,
        is_title_ours=True,
        is_preserved=True,
        caution="Mind it.",
    )
    entry = entries(client)[0]
    address = f"http://testserver/archive/{CASE}/"
    assert text_of(entry, "title") == "[Corner bakery case]"
    assert (text_of(entry, "id"), links(entry)) == (address, {"alternate": address})
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Institute of Work"
    summary = entry.find(f"{ATOM}summary")
    assert summary is not None
    assert summary.get("type") == "html"
    assert summary.text is not None
    assert summary.text.startswith("<p>A short description.</p><p>From a preserved collection")
    assert summary.text.endswith("Mind it.</p>")
    assert text_of(entry, "published") == "2029-04-21T12:00:00+00:00"
    # Never before it was added.
    assert text_of(entry, "updated") == "2029-04-21T12:00:00+00:00"


@pytest.mark.db
def test_the_newest_fifty_newest_first(client: Client) -> None:
    load_with(range(100, 160))
    moment = datetime(2026, 11, 3, tzinfo=UTC)
    Resource.objects.update(added_at=moment)
    Resource.objects.filter(slug="i-105").update(added_at=moment + timedelta(hours=1))
    Resource.objects.filter(slug="i-159").update(is_retired=True)
    found = [text_of(entry, "title") for entry in entries(client)]
    assert found == ["I 105", *(f"I {n}" for n in range(158, 109, -1))]


def test_an_empty_archive_gives_an_empty_feed(client: Client) -> None:
    assert entries(client) == []


def test_what_editors_type_is_text(client: Client) -> None:
    load_and_publish()
    texts = ("title", "organization", "summary", "caution")
    Resource.objects.filter(slug=CASE).update(**dict.fromkeys(texts, HOSTILE))
    entry = next(e for e in entries(client) if CASE in text_of(e, "id"))
    assert text_of(entry, "title") == '"><script>alert(1)</script> &'
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == '"><script>alert(1)</script> &'
    assert "<script" not in text_of(entry, "summary")


def test_it_is_sent_again_only_when_changed(client: Client) -> None:
    load_and_publish()
    first = client.get(FEED)
    assert first["ETag"]
    assert not first.has_header("Last-Modified")
    again = client.get(FEED, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Resource.objects.filter(slug=GUIDE).update(is_retired=True)
    changed = client.get(FEED, headers={"if-none-match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(client: Client, method: str) -> None:
    assert getattr(client, method)(FEED).status_code == 405


@pytest.mark.parametrize("page", ["/archive/", f"/archive/{GUIDE}/"])
def test_the_archive_s_pages_lead_to_it(client: Client, page: str) -> None:
    load_and_publish()
    assertContains(
        client.get(page),
        '<link rel="alternate" type="application/atom+xml" title="New in the archive" '
        'href="/archive/feed/">',
    )


def test_a_visible_link_leads_to_it(client: Client) -> None:
    load_and_publish()
    assertContains(
        client.get("/archive/"), '<a href="/archive/feed/">Follow what is new (Atom feed)</a>'
    )


@pytest.mark.db
def test_one_query_however_many_items(client: Client) -> None:
    used = []
    for size in (1, 3):
        load_with(range(100 * size, 101 * size))
        with CaptureQueriesContext(connection) as captured:
            client.get(FEED)
        used.append(len(captured))
    assert used == [1, 1]
