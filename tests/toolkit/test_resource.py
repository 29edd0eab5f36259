"""An archive item's page: what it says, where it came from, what it supports."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from tests.toolkit.small import (
    CASE,
    GUIDE,
    content,
    load_and_publish,
    load_small,
    publish,
    question,
    small_documents,
    strategy,
)
from tests.toolkit.small import resource as document
from toolkit.importing import load
from toolkit.models import Resource, Strategy
from toolkit.models.resource import LINK_STATES
from toolkit.templatetags.toolkit import date_words, is_web_address, link_words, year_words

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script>'
HELD = "https://example.gov/care"
RICH: dict[str, object] = {
    "title": "Child care",
    "is_title_ours": True,
    "organization": "Commerce",
    "creators": "Ana and Bo",
    "collector": "Center of Excellence",
    "published": "2022",
    "date_precision": "year",
    "date_note": "Seen on the cover.",
    "summary": "Six ways.",
    "facts": [
        {"text": "Six forms.", "source": "the catalog", "basis": "direct"},
        {"text": "It costs.", "source": "news", "basis": "companion"},
        {"text": "It pays.", "source": "both", "basis": "inference"},
    ],
    "components": ["benefits", "pay"],
    "original_url": HELD,
    "other_urls": [{"url": "http://example.org/list", "note": "A list."}],
    "archived_url": "https://web.archive.org/web/2022/care",
    "verification": "unverified",
    "verification_note": "Catalog entry only.",
    "is_federal": True,
    "is_preserved": True,
    "caution": "Mind the figures.",
    "rights": "Public domain.",
    "description_source": "Written from the catalog.",
    "relations": [{"relation": "part-of", "resource": GUIDE}],
}


def load_item(slug: str, **values: object) -> str:
    """Publish the small toolkit with one more item; return the address of its page."""
    documents = small_documents()
    documents["resource"].append(document(slug, 3, **values))
    load(content(documents))
    publish()
    return f"/archive/{slug}/"


# -- provenance ------------------------------------------------------------------------------


def test_everything_known_is_told(client: Client) -> None:
    page = client.get(load_item("care", **RICH)).content.decode()
    assertInHTML("<h1>[Child care]</h1>", page)
    assertInHTML('<p class="lead">Six ways.</p>', page)
    assert "The title in brackets is ours; we did not see the printed one." in page
    for text, basis in [
        ("Six forms.", "<b>Stated in:</b> the catalog"),
        ("It costs.", "<b>Not from the item itself. A related source says it:</b> news"),
        ("It pays.", "<b>Not stated anywhere. We conclude it from:</b> both"),
    ]:
        assertInHTML(f'<li>{text} <span class="small muted">{basis}</span></li>', page)
    small = '<br><span class="small muted">{}</span>'
    link = '<a class="address" href="{0}" rel="noopener noreferrer">{0}</a>'
    for term, of in [
        ("Who made it", "Commerce" + small.format("Ana and Bo")),
        ("Date", "2022, month not known" + small.format("Seen on the cover.")),
        ("Original address", link.format("https://example.gov/care")),
        ("Archived address", link.format("https://web.archive.org/web/2022/care")),
        ("Link health", "Not checked yet"),
        ("Collector", "Center of Excellence"),
        (
            "How sure we are",
            "Not verified: we did not find the item itself." + small.format("Catalog entry only."),
        ),
        ("Rights", "Public domain."),
        ("This description", "Written from the catalog."),
    ]:
        assertInHTML(f"<dd>{of}</dd>", page)
        assertInHTML(f"<dt>{term}</dt>", page)
    assertInHTML(
        f"<li>{link.format('http://example.org/list')}{small.format('A list.')}</li>", page
    )
    assertInHTML(f'<li>Part of <a href="/archive/{GUIDE}/">Good jobs guide</a></li>', page)
    assertInHTML('<div class="caution"><p><b>Caution.</b> Mind the figures.</p></div>', page)


def test_what_is_unknown_is_said(client: Client) -> None:
    page = client.get(load_item("bare")).content.decode()
    for told in (
        "The original address is not known.",
        "No archived copy is known.",
        "There is no original address to check",
        "None known",
        "Not known",
        "Not assessed.",
        "No strategy or question in the current edition uses it. It is kept as background.",
    ):
        assert told in page
    for absent in ("What it says", "Other addresses", "Related items", "in brackets", "caution"):
        assert absent not in page


def test_the_preserved_collection_carries_its_standing_caution(client: Client) -> None:
    page = client.get(load_item("kept", is_preserved=True)).content.decode()
    assertInHTML(
        """<p><b>From a preserved collection of federal resources.</b> Facts about programs may be
        out of date, and pages it links to may be gone. It was public at one time; as far as is
        known, many items of the collection are no longer on government sites.</p>""",
        page,
    )
    assertInHTML('<span class="chip amber">Federal source</span>', page)


def test_a_federal_item_outside_the_collection_carries_the_chip_only(client: Client) -> None:
    response = client.get(load_item("federal", is_federal=True))
    assertContains(response, '<span class="chip amber">Federal source</span>', html=True)
    assertNotContains(response, "preserved collection")


def test_a_case_names_its_employer_and_size(client: Client) -> None:
    load_and_publish()
    page = client.get(f"/archive/{CASE}/").content.decode()
    assertInHTML('<dd>Corner Bakery <span class="muted">(10–49 people)</span></dd>', page)


def test_a_relation_is_told_from_both_ends_once(client: Client) -> None:
    load_item("care", relations=[{"relation": "part-of", "resource": GUIDE}])
    documents = small_documents()
    documents["resource"][0]["relations"] = [{"relation": "companion-of", "resource": CASE}]
    load(content(documents), overwrite=True)
    page = client.get(f"/archive/{GUIDE}/").content.decode()
    assertInHTML(f'<li>Companion of <a href="/archive/{CASE}/">Corner bakery case</a></li>', page)
    assertInHTML('<li>Includes <a href="/archive/care/">Care</a></li>', page)


def test_a_retired_item_is_no_relation(client: Client) -> None:
    address = load_item("care", relations=[{"relation": "part-of", "resource": GUIDE}])
    Resource.objects.filter(slug=GUIDE).update(is_retired=True)
    assertNotContains(client.get(address), "Related items")


# -- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "ftp://x.org/a", "//x.org", "httpx://x"]
)
def test_only_web_addresses_are_links(client: Client, address: str) -> None:
    page = load_item("care", other_urls=[{"url": "https://example.org/", "note": ""}])
    item = Resource.objects.get(slug="care")
    Resource.objects.filter(pk=item.pk).update(original_url=address, archived_url=address)
    item.other_urls.update(url=address)
    response = client.get(page)
    assertContains(response, f'<span class="address">{address}</span>', 3, html=True)
    assertNotContains(response, f'href="{address}')
    assert not is_web_address(address)


def test_every_link_out_tells_the_other_site_nothing(client: Client) -> None:
    page = client.get(load_item("care", **RICH)).content.decode()
    links = [line for line in page.split("<a ")[1:] if 'href="http' in line]
    assert [('rel="noopener noreferrer"' in link) for link in links] == [True] * 3


# -- long lists ------------------------------------------------------------------------------


def test_a_long_list_is_folded(client: Client) -> None:
    documents = small_documents()
    documents["component"][0]["questions"] = [
        question(f"q{n}", f"PAY-{n}", "pay") for n in range(9)
    ]
    documents["strategy"] = [strategy(f"do-{n}", f"q{n}") for n in range(9)]
    documents["strategy"].append(strategy("offer-leave", "leave", component="benefits"))
    load(content(documents))
    publish()
    page = client.get(f"/archive/{CASE}/").content.decode()
    assertInHTML('<summary>6 more <span class="sr">strategies</span></summary>', page)
    assertInHTML('<summary>4 more <span class="sr">questions</span></summary>', page)
    assert page.count("<h4>") == 10
    assert page.count("<li>What about ") == 10


# -- what it supports ------------------------------------------------------------------------


def test_strategies_and_questions_of_the_live_edition(client: Client) -> None:
    load_and_publish()
    page = client.get(f"/archive/{CASE}/").content.decode()
    assertInHTML(
        """<li class="card"><p class="chips"><span class="chip teal">They did it</span>
        <span class="small muted">Benefits</span></p>
        <h4><a href="/strategies/offer-leave/">Offer leave</a></h4></li>""",
        page,
    )
    assert page.count('<span class="chip teal">They did it</span>') == 3
    assertInHTML('<a class="chip" href="/archive/?component=pay">Pay</a>', page)
    guide = client.get(f"/archive/{GUIDE}/").content.decode()
    for slug in ("wage", "raises", "leave"):
        assert guide.count(f"<li>What about {slug}? ") == 1
    assertInHTML(
        """<li>What about leave? <span class="small muted">Benefits · “Why it matters” is based on
        this item</span></li>""",
        guide,
    )
    assertInHTML('<li>What about leave? <span class="small muted">Benefits</span></li>', page)
    assertInHTML(
        """<p class="narrow">What this site says the toolkit asks for under <b>Pay</b>,
        <b>Benefits</b> is taken from here.</p>""",
        guide,
    )


def test_a_loose_fit_says_why_and_a_case_without_employer_is_evidence(client: Client) -> None:
    documents = small_documents()
    documents["strategy"][0]["resources"] = [
        {"resource": GUIDE, "role": "guide"},
        {"resource": "study", "role": "case", "fit": "loose", "fit_note": "Another trade."},
    ]
    documents["resource"].append(document("study", 3, kind="case-study"))
    load(content(documents))
    publish()
    page = client.get("/archive/study/").content.decode()
    assertInHTML('<span class="chip teal">Evidence</span>', page)
    assertInHTML('<p class="small">A loose fit: Another trade.</p>', page)


def test_a_draft_supports_nothing_yet(client: Client) -> None:
    load_and_publish()
    Strategy.objects.filter(slug="offer-leave").update(title="Draft title")
    assertNotContains(client.get(f"/archive/{CASE}/"), "Draft title")
    assertContains(client.get(f"/archive/{CASE}/"), "Offer leave")


def test_before_the_first_publishing_an_item_supports_nothing(client: Client) -> None:
    load_small()
    assertContains(client.get(f"/archive/{CASE}/"), "It is kept as background.")


# -- who gets what ---------------------------------------------------------------------------


def test_an_unknown_item_is_not_found(client: Client) -> None:
    load_and_publish()
    assert client.get("/archive/nothing/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_an_item_is_only_read(client: Client, method: str) -> None:
    assert getattr(client, method)(f"/archive/{GUIDE}/").status_code == 405


@pytest.mark.db
def test_a_retired_item_stays_while_an_edition_names_it(client: Client) -> None:
    address = load_item("unnamed")
    Resource.objects.update(is_retired=True)
    assert client.get(address).status_code == 404
    response = client.get(f"/archive/{CASE}/")
    assertContains(response, "<b>This item is retired.</b>")
    assertContains(response, '<span class="chip">Retired</span>', html=True)


def test_an_item_in_use_is_not_marked_as_retired(client: Client) -> None:
    load_and_publish()
    assertNotContains(client.get(f"/archive/{CASE}/"), "etired")


def test_what_editors_type_is_text(client: Client) -> None:
    texts = ("title", "organization", "creators", "collector", "summary", "employer", "caution")
    values: dict[str, object] = dict.fromkeys(
        (*texts, "date_note", "rights", "description_source", "verification_note"), HOSTILE
    )
    values["facts"] = [{"text": HOSTILE, "source": HOSTILE, "basis": "direct"}]
    values["other_urls"] = [{"url": "https://example.org/?q=%22", "note": HOSTILE}]
    page = client.get(load_item("bad", **values)).content.decode()
    assert "<script>" not in page
    assert page.count("<script ") == 2  # The site's own file and the block of data.
    assert HOSTILE not in page


# -- cost ------------------------------------------------------------------------------------


@pytest.mark.db
def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    load_and_publish()
    client.get(f"/archive/{GUIDE}/")  # This process now holds the edition.
    used = []
    for size in (1, 3):
        numbers = range(size * 10, size * 11)
        related = [document(f"other-{n}", n) for n in numbers]
        several: dict[str, object] = {
            "facts": [{"text": f"{n}", "source": "p. 1", "basis": "direct"} for n in numbers],
            "other_urls": [{"url": f"https://example.org/{n}", "note": ""} for n in numbers],
            "relations": [{"relation": "part-of", "resource": f"other-{n}"} for n in numbers],
            "components": ["pay", "benefits"][:size],
        }
        item = document(f"item-{size}", 100 + size, **several)
        load(content({**small_documents(), "resource": [*related, item]}))
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/archive/item-{size}/")
        used.append(len(captured))
    assert used == [8, 8]


# -- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "precision", "words", "year"),
    [
        ("", "unknown", "Not known", "year not known"),
        ("2022", "year", "2022, month not known", "2022"),
        ("2022-09", "month", "September 2022, day not known", "2022"),
        ("2022-09-07", "day", "September 7, 2022", "2022"),
        ("2022", "circa", "About 2022; the exact date is not known", "about 2022"),
        ("2022-09", "circa", "About September 2022; the exact date is not known", "about 2022"),
        ("2022-09-07", "year", "2022, month not known", "2022"),
        ("2022-13", "month", "2022-13", "2022"),
        ("soon", "year", "soon", "soon"),
    ],
)
def test_a_date_is_as_exact_as_it_is_known(
    published: str, precision: str, words: str, year: str
) -> None:
    item = Resource(published=published, date_precision=precision)
    assert (date_words(item), year_words(item)) == (words, year)


@pytest.mark.parametrize(
    ("state", "checked_on", "words"),
    [
        ("not-checked", None, "Not checked yet"),
        ("live", date(2026, 11, 3), "Working, checked on November 3, 2026"),
        ("moved", date(2026, 11, 3), "Moved to another address, checked on November 3, 2026"),
        (
            "changed",
            date(2026, 1, 31),
            "The address works, but seems to show something else now; checked on January 31, 2026",
        ),
        (
            "refused",
            date(2026, 11, 3),
            "The site blocked our check on November 3, 2026; try it in a browser",
        ),
        (
            "unreachable",
            date(2026, 11, 3),
            "Could not be reached on November 3, 2026; the site may be down for a while",
        ),
        (
            "not-public",
            date(2026, 11, 3),
            "Not a public web address, so our check on November 3, 2026 did not follow it",
        ),
        ("gone", date(2026, 11, 3), "Gone, checked on November 3, 2026"),
    ],
)
def test_link_health_in_words(state: str, checked_on: date | None, words: str) -> None:
    item = Resource(original_url=HELD, link_state=state, link_checked_on=checked_on)
    assert link_words(item) == words


def test_every_state_of_a_link_has_words() -> None:
    day = date(2026, 11, 3)
    for state, _ in LINK_STATES[1:]:
        words = link_words(Resource(original_url=HELD, link_state=state, link_checked_on=day))
        assert words.count("November 3, 2026") == 1
