"""What machines read of an archive item: every item of the content, and whatever is typed."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.toolkit.small import GUIDE, content, load_and_publish, publish, small_documents
from tests.toolkit.small import resource as document
from toolkit.describing import described
from toolkit.importing import load, read_content
from toolkit.metadata import Described, dublin_core, json_block, schema_org
from toolkit.models import Resource
from toolkit.resource_document import PLAIN_FIELDS, ResourceDocument

HOSTILE = '</script><script>alert("1")</script>\u2028 <!-- & ]]>'
ITEMS = read_content().resources
TYPES = {"CreativeWork", "Report", "Article", "Collection"}
NAMES = {
    *("DC.title", "DC.creator", "DC.publisher", "DC.date", "DC.type", "DC.description"),
    *("DC.subject", "DC.identifier", "DC.source", "DC.relation", "DC.rights"),
}
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def of(item: ResourceDocument | None = None, **changes: Any) -> Described:
    """What is said of an item of the content, by default the first."""
    item = item or ITEMS[0]
    row = Resource(slug=item.slug, **{name: getattr(item, name) for name in PLAIN_FIELDS})
    for name, value in changes.items():
        setattr(row, name, value)
    return described(row, [], [], "https://jobs.example{}".format)


def empties(value: Any) -> list[Any]:
    """The empty values anywhere within."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [v for v in inner if v in ("", None, [], {})] + [e for v in inner for e in empties(v)]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.slug)
def test_every_item_of_the_content(item: ResourceDocument) -> None:
    data = json.loads(json_block(schema_org(of(item))))
    assert (data["@context"], data["@type"] in TYPES) == ("https://schema.org", True)
    assert empties(data) == []
    assert data["name"] == (f"[{item.title}]" if item.is_title_ours else item.title)
    assert data["mainEntityOfPage"] == f"https://jobs.example/archive/{item.slug}/"
    assert data["identifier"]["value"] == str(item.number)
    assert data.get("url", "") == item.original_url
    assert data.get("archivedAt", "") == item.archived_url
    assert ("publisher" in data) == (not item.organization.startswith("Publisher not"))
    is_exact = item.date_precision in {"day", "month", "year"}
    assert data.get("datePublished", "") == (item.published if is_exact else "")
    assert ("copyrightNotice" in data) == (item.rights != "Not assessed.")
    pairs = dublin_core(of(item))
    assert {name for name, _ in pairs} <= NAMES
    assert all(value for _, value in pairs)
    assert not any(value.startswith("Publisher not") for _, value in pairs)
    dates = [value for name, value in pairs if name == "DC.date"]
    circa = [f"circa {item.published}"] if item.date_precision == "circa" else []
    assert dates == ([item.published] if is_exact else circa)


def test_authors_are_people_and_a_program_is_none() -> None:
    data = schema_org(of(creators="J. Fuller, M. Raman and others"))
    assert data["author"] == [
        {"@type": "Person", "name": "J. Fuller"},
        {"@type": "Person", "name": "M. Raman"},
    ]
    assert "author" not in schema_org(of(creators="Speakers from IDEO and MIT"))
    assert ("DC.creator", "M. Raman") in dublin_core(of(creators="J. Fuller and M. Raman"))


def test_only_web_addresses_are_told() -> None:
    item = of(original_url="javascript:alert(1)", archived_url="data:text/html,x")
    assert "javascript:" not in json_block(schema_org(item)) + str(dublin_core(item))
    assert "data:" not in json_block(schema_org(item)) + str(dublin_core(item))


@given(st.text())
def test_no_text_ends_the_block(typed: str) -> None:
    block = json_block({"name": typed})
    assert not set(block) & set("<>&\u2028\u2029")
    assert json.loads(block) == {"name": typed}


# -- in the page -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_carries_it(client: Client) -> None:
    documents = small_documents()
    documents["resource"].append(
        document(
            "care",
            3,
            title=HOSTILE,
            organization=HOSTILE,
            summary=HOSTILE,
            components=["pay", "benefits"],
            relations=[
                {"relation": "part-of", "resource": GUIDE},
                {"relation": "companion-of", "resource": "corner-bakery-case"},
            ],
        )
    )
    load(content(documents))
    publish()
    page = client.get("/archive/care/").content.decode()
    (block,) = BLOCK.findall(page)
    data = json.loads(block)
    assert data["name"] == " ".join(HOSTILE.split())
    assert data["about"] == [{"@type": "Thing", "name": n} for n in ("Pay", "Benefits")]
    assert data["isPartOf"] == [
        {
            "@type": "CreativeWork",
            "name": "Good jobs guide",
            "url": f"http://testserver/archive/{GUIDE}/",
        }
    ]
    assert page.count("<script") == 2
    assert "<script>" not in page
    pairs = re.findall(r'<meta name="(DC\.[a-z]+)" content="([^"]*)">', page)
    assert ("DC.title", " ".join(HOSTILE.split())) in [(n, unescape(v)) for n, v in pairs]
    assert ("DC.relation", f"http://testserver/archive/{GUIDE}/") in pairs
    assert '<link rel="schema.DC" href="http://purl.org/dc/elements/1.1/">' in page
    assert '<link rel="canonical" href="http://testserver/archive/care/">' in page


@pytest.mark.django_db
def test_the_citation_stands_in_the_page(client: Client) -> None:
    load_and_publish()
    page = client.get(f"/archive/{GUIDE}/").content.decode()
    assert "Institute of Work. “Good jobs guide.” n.d. Job Quality Archive, item 1, " in page
    assert f'href="/archive/{GUIDE}/cite.bib"' in page
    assert f'href="/archive/{GUIDE}/cite.ris"' in page
    assert "“n.d.”: no date is known." in page
