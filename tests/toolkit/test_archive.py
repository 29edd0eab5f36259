"""The archive: what a search finds, in which order, and what is counted beside it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from tests.toolkit.small import CASE, GUIDE, content, load_and_publish, publish, small_documents
from tests.toolkit.small import resource as document
from toolkit.importing import load
from toolkit.models import Resource

pytestmark = pytest.mark.django_db
ARCHIVE = "/archive/"


def load_archive(*resources: dict[str, object]) -> None:
    """Publish the small toolkit with these items beside its own guide (1) and case (2)."""
    documents = small_documents()
    documents["resource"] += resources
    load(content(documents))
    publish()


def found(client: Client, **query: str) -> list[str]:
    return [item.slug for item in client.get(ARCHIVE, query).context["page"]]


def counts(client: Client, facet: str, **query: str) -> dict[str, int]:
    values = client.get(ARCHIVE, query).context["archive"].values(facet)
    return {value.label: value.count for value in values}


# -- the list --------------------------------------------------------------------------------


def test_an_item_is_shown_with_where_it_came_from(client: Client) -> None:
    load_archive(
        document(
            "care",
            3,
            title="Child care",
            is_title_ours=True,
            organization="Commerce",
            published="2022-09",
            date_precision="month",
            verification="partly-verified",
            is_federal=True,
        )
    )
    page = client.get(ARCHIVE).content.decode()
    assertInHTML(
        """<li class="card item">
        <p class="chips"><span class="chip teal">Guide</span>
        <span class="chip amber">Federal source</span></p>
        <h3><a href="/archive/care/">[Child care]</a></h3>
        <p class="muted small">Commerce · 2022</p>
        <p class="small muted">The title in brackets is ours; we did not see the printed one.</p>
        <p>A short description.</p>
        <p class="small muted">
        Partly verified: we saw a catalog entry or part of the title.</p></li>""",
        page,
    )
    assertInHTML("<h2>3 items</h2>", page)


def test_the_preserved_collection_is_marked_and_others_are_not(client: Client) -> None:
    load_archive(document("kept", 3, is_preserved=True, title="Kept"))
    assertContains(client.get(ARCHIVE), "Federal source</span>", 2)  # chip and facet
    assertNotContains(client.get(ARCHIVE, {"federal": "no"}), 'class="chip amber"')


def test_retired_items_are_not_listed(client: Client) -> None:
    load_and_publish()
    Resource.objects.filter(slug=CASE).update(is_retired=True)
    assert found(client) == [GUIDE]
    assert counts(client, "kind") == {"Guide": 1}


def test_an_archive_without_items_says_so(client: Client) -> None:
    response = client.get(ARCHIVE)
    assertContains(response, "The archive is empty so far.")
    assertInHTML("<h2>0 items</h2>", response.content.decode())


def test_the_navigation_marks_the_archive(client: Client) -> None:
    load_and_publish()
    assertContains(client.get(ARCHIVE), '<a href="/archive/" aria-current="page">Archive</a>')


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_archive_is_only_read(client: Client, method: str) -> None:
    assert getattr(client, method)(ARCHIVE).status_code == 405


# -- search ----------------------------------------------------------------------------------


@pytest.mark.db
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("creme", ["creme"]),
        ("CRÈME", ["creme"]),
        ("cre\u0300me", ["creme"]),
        ("crè", ["creme"]),
        ("reme", []),  # Only the beginning of a word.
        ("brûlée shop", ["creme"]),  # Every term, in whatever part.
        ("brûlée absent", []),
        ("strasse", ["road"]),
        ("100", ["percent"]),
        ("100%", ["percent"]),
        ("10_0", []),  # A wildcard is no letter: "10" and "0" must both begin a word.
        ("_00", []),
        ("snake_case", ["percent"]),
        ("1%9", []),
        ("back\\slash", ["percent"]),
        ("o'brien", ["road"]),
        ("øre", ["abroad"]),
        ("日本", ["abroad"]),
        ("本", []),
        ("creme road", []),
        ("sub title", ["sub"]),
        ("titleinstitute", []),  # Parts do not run together.
    ],
)
def test_every_term_begins_a_word(client: Client, query: str, expected: list[str]) -> None:
    load_archive(
        document("creme", 3, title="Crème brûlée", summary="A shop."),
        document("road", 4, title="Straße of O’Brien", organization="Ölmühle"),
        document("percent", 5, title="100 % of snake_case", summary="back\\slash 199"),
        document("sub", 6, title="Sub title", organization="Institute"),
        document("abroad", 7, title="Øresund", summary="日本語"),
    )
    assert found(client, q=query) == expected


@pytest.mark.db
@pytest.mark.parametrize("query", ["%", "_", "\\", "…!", "' --"])
def test_a_search_without_a_letter_finds_nothing_and_says_why(client: Client, query: str) -> None:
    load_and_publish()
    response = client.get(ARCHIVE, {"q": query})
    assertContains(response, "There is nothing to search for.")
    assert (list(response.context["page"]), response.context["archive"].facets) == ([], [])


@pytest.mark.db
def test_where_a_term_is_met_decides_the_order(client: Client) -> None:
    fact = {"text": "Of wages.", "source": "p. 1", "basis": "direct"}
    load_archive(
        document("fact", 3, title="A", facts=[fact]),
        document("summary", 4, title="B", summary="Of wages."),
        document("organization", 5, title="C", organization="Wages board"),
        document("title", 6, title="Of wages"),
        document("both", 7, title="Wages", summary="In a shop.", facts=[fact]),
    )
    assert found(client, q="wage") == ["title", "both", "organization", "summary", "fact"]
    assert found(client, q="wage shop") == ["both"]
    assert found(client, q="wage", sort="number") == [
        "fact",
        "summary",
        "organization",
        "title",
        "both",
    ]


@pytest.mark.db
def test_several_terms_rank_by_all_of_them(client: Client) -> None:
    load_archive(
        document("apart", 3, title="Wages", summary="Of bakers."),
        document("far", 4, title="Shops", summary="Of wages and bakers."),
        document("near", 5, title="Wages of bakers"),
    )
    assert found(client, q="baker wage") == ["near", "apart", "far"]


@pytest.mark.db
def test_the_orders(client: Client) -> None:
    load_archive(
        document("f", 3, title="flour", published="2021", date_precision="year"),
        document("e", 4, title="Éclair", published="2022-09", date_precision="month"),
        document("d", 5, title="“Dough”", published="2022-11-29", date_precision="day"),
    )
    assert found(client, sort="number") == [GUIDE, CASE, "f", "e", "d"]
    assert found(client, sort="newest") == ["d", "e", "f", GUIDE, CASE]
    assert found(client, sort="title") == [CASE, "d", "e", "f", GUIDE]


def test_a_new_search_is_ranked_unless_another_order_is_asked_for(client: Client) -> None:
    load_and_publish()
    without, with_query = client.get(ARCHIVE), client.get(ARCHIVE, {"q": "guide", "sort": "title"})
    assertContains(
        without,
        """<select id="sort" name="sort"><option value="" selected>Archive order</option>
        <option value="newest">Newest first</option>
        <option value="title">Title, A to Z</option></select>""",
        html=True,
    )
    assertContains(
        with_query,
        """<select id="sort" name="sort"><option value="">Best match first</option>
        <option value="number">Archive order</option>
        <option value="newest">Newest first</option>
        <option value="title" selected>Title, A to Z</option></select>""",
        html=True,
    )


@pytest.mark.db
def test_a_query_of_any_length_and_with_a_nul_is_answered(client: Client) -> None:
    load_and_publish()
    assert client.get(ARCHIVE, {"q": "guide " * 5000}).context["search"].q == ("guide " * 34)[:200]
    assert found(client, q="gu\x00ide") == [GUIDE]


# -- facets ----------------------------------------------------------------------------------


@pytest.fixture
def shelf() -> None:
    load_archive(
        document("a", 3, kind="report", components=["pay", "benefits"], is_federal=True),
        document("b", 4, kind="report", components=["benefits"], published="2022-09")
        | {"date_precision": "month", "verification": "unverified"}
        | {"organization": "Bakers’ Guild"},
        document("c", 5, kind="report", published="2022", date_precision="circa"),
    )
    Resource.objects.filter(slug="c").update(link_state="gone", link_checked_on="2026-11-01")


@pytest.mark.db
@pytest.mark.usefixtures("shelf")
def test_every_value_is_counted(client: Client) -> None:
    assert counts(client, "component") == {"Pay": 4, "Benefits": 2}
    assert counts(client, "kind") == {"Guide": 1, "Report": 3, "Case study": 1}
    assert counts(client, "role") == {"Guide": 1, "Case study": 1}
    assert counts(client, "year") == {"2022": 2, "Year not known": 3}
    assert counts(client, "federal") == {"Federal source": 1, "Other source": 4}
    assert counts(client, "verification") == {"Verified": 4, "Not verified": 1}
    assert counts(client, "organization") == {"Institute of Work": 4, "Bakers’ Guild": 1}
    assert counts(client, "link") == {"Not checked": 4, "Gone": 1}


@pytest.mark.db
@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("facet", "value", "expected"),
    [
        ("component", "benefits", ["a", "b"]),
        ("kind", "report", ["a", "b", "c"]),
        ("role", "guide", [GUIDE]),
        ("role", "case", [CASE]),
        ("role", "evidence", []),
        ("year", "2022", ["b", "c"]),
        ("year", "unknown", [GUIDE, CASE, "a"]),
        ("federal", "yes", ["a"]),
        ("federal", "no", [GUIDE, CASE, "b", "c"]),
        ("verification", "unverified", ["b"]),
        ("organization", "Bakers’ Guild", ["b"]),
        ("link", "gone", ["c"]),
        ("link", "not-checked", [GUIDE, CASE, "a", "b"]),
    ],
)
def test_a_value_narrows_to_what_was_counted(
    client: Client, facet: str, value: str, expected: list[str]
) -> None:
    response = client.get(ARCHIVE, {facet: value})
    assert [item.slug for item in response.context["page"]] == expected
    assert response.context["archive"].total == len(expected)
    (chosen,) = response.context["archive"].chosen
    assert (chosen.count, chosen.address) == (len(expected), "?")


@pytest.mark.db
@pytest.mark.usefixtures("shelf")
def test_a_count_keeps_to_the_search_and_the_other_facets(client: Client) -> None:
    chosen = {"kind": "report", "component": "benefits"}
    assert counts(client, "kind", **chosen) == {"Report": 2}
    assert counts(client, "component", **chosen) == {"Pay": 2, "Benefits": 2}
    assert counts(client, "year", **chosen) == {"2022": 1, "Year not known": 1}
    assert counts(client, "kind", q="corner") == {"Case study": 1}
    # A chosen value stays, even where it now shows nothing.
    assert counts(client, "kind", q="corner", kind="report") == {"Report": 0, "Case study": 1}


@pytest.mark.db
@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"kind": "report", "federal": "no"},
        {"q": "description", "verification": "verified"},
        {"q": "description", "component": "pay", "kind": "report", "link": "not-checked"},
        {"role": "guide", "year": "unknown"},
        {"organization": "Institute of Work", "federal": "yes", "kind": "guide"},
    ],
)
def test_following_a_value_shows_as_many_items_as_it_said(
    client: Client, query: dict[str, str]
) -> None:
    facets = client.get(ARCHIVE, query).context["archive"].facets
    offered = [v for facet in facets for v in facet.values if not v.is_chosen]
    assert offered
    for value in offered:
        assert len(client.get(ARCHIVE + value.address).context["page"]) == value.count


@pytest.mark.db
@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("q", ["", "description"])
def test_a_change_shows_at_once(client: Client, q: str) -> None:
    assert counts(client, "kind", q=q)["Report"] == 3
    Resource.objects.filter(slug="a").update(kind="brief")
    assert counts(client, "kind", q=q)["Report"] == 2
    Resource.objects.filter(slug="b").delete()
    assert counts(client, "kind", q=q)["Report"] == 1
    assert found(client, q=q, kind="report") == ["c"]


@pytest.mark.usefixtures("shelf")
def test_addresses_hold_everything_asked(client: Client) -> None:
    query = {"q": "a b", "kind": "report", "sort": "title"}
    facets = {f.name: f for f in client.get(ARCHIVE, query).context["archive"].facets}
    assert [(v.label, v.is_chosen, v.address) for v in facets["kind"].values] == [
        ("Report", True, "?q=a+b&sort=title"),
        ("Case study", False, "?q=a+b&kind=case-study&sort=title"),
    ]
    page = client.get(ARCHIVE, {"kind": "report"}).content.decode()
    assertInHTML('<input type="hidden" name="kind" value="report">', page)
    assert 'href="?component=benefits&amp;kind=report"' in page


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    "query",
    [
        {"kind": "<script>"},
        {"component": "nowhere"},
        {"role": "x"},
        {"year": "20222"},
        {"year": "२०२२"},
        {"federal": "maybe"},
        {"verification": "x"},
        {"link": "x"},
        {"organization": "Nobody"},
        {"organization": "institute of work"},
        {"organization": "I" * 5000},
        {"organization": "\x00"},
        {"sort": "-pk"},
        {"page": "x"},
        {"page": "-1"},
        {"page": "99"},
        {"page": "9" * 30},
        {"page": "0"},
        {"unknown": "1"},
    ],
)
def test_what_cannot_be_a_value_counts_as_not_asked(client: Client, query: dict[str, str]) -> None:
    assert len(found(client, **query)) == 5


def test_what_narrows_nothing_is_not_offered(client: Client) -> None:
    load_and_publish()
    names = [facet.name for facet in client.get(ARCHIVE).context["archive"].facets]
    assert names == ["kind", "role"]
    chosen = client.get(ARCHIVE, {"kind": "guide"}).context["archive"].facets
    assert [facet.name for facet in chosen] == ["kind"]


@pytest.mark.db
def test_organizations_stand_by_their_items_then_by_name(client: Client) -> None:
    names = [f"{letter}. Bakery" for letter in "zyxwvutsrqponm"]
    items = [
        document(f"{place}-{n}", 100 + place * 20 + n, organization=name)
        for place, name in enumerate(names)
        for n in range(2 if place < 9 else 1)
    ]
    load_archive(*items, document("last", 900, organization="Éclair & Söhne"))
    response = client.get(ARCHIVE, {"organization": "Éclair & Söhne"})
    (facet,) = [f for f in response.context["archive"].facets if f.name == "organization"]
    assert [(v.label, v.count) for v in facet.first] == [
        ("Institute of Work", 2),
        *((f"{letter}. Bakery", 2) for letter in "rstuvwx"),
        ("Éclair & Söhne", 1),
    ]
    assert [v.label for v in facet.more] == [f"{letter}. Bakery" for letter in "mnopqyz"]
    assert [item.slug for item in response.context["page"]] == ["last"]
    assertContains(response, 'name="organization" value="Éclair &amp; Söhne"')
    assertNotContains(response, "Only those with the most items are listed.")


def test_an_organization_beyond_the_most_is_found_by_its_name(client: Client) -> None:
    load_archive(*(document(f"i-{n}", n, organization=f"Bakery {n}") for n in range(100, 160)))
    response = client.get(ARCHIVE)
    assertContains(
        response, "Only those with the most items are listed. To find another, search for its name."
    )
    assert counts(client, "organization", organization="Bakery 159")["Bakery 159"] == 1
    assert found(client, organization="Bakery 159") == ["i-159"]


def test_a_retired_item_s_organization_is_none(client: Client) -> None:
    load_archive(document("old", 3, organization="Gone Inc."))
    Resource.objects.filter(slug="old").update(is_retired=True)
    assert found(client, organization="Gone Inc.") == [GUIDE, CASE]


def test_components_are_counted_as_they_are_after_an_edit(client: Client) -> None:
    load_archive(document("a", 3, components=["pay", "benefits"]))
    item = Resource.objects.get(slug="a")
    item.resourcecomponent_set.filter(component__slug="pay").delete()
    item.save()
    assert counts(client, "component") == {"Pay": 2, "Benefits": 1}
    assert found(client, component="benefits") == ["a"]


def test_a_component_goes_by_its_short_label(client: Client) -> None:
    documents = small_documents()
    documents["component"][0]["label"] = "Fair pay"
    load(content(documents))
    publish()
    assert counts(client, "component") == {"Fair pay": 2}


def test_roles_are_those_of_the_live_edition_not_of_the_draft(client: Client) -> None:
    load_and_publish()
    documents = small_documents()
    for strategy in documents["strategy"]:
        strategy["resources"] = [{"resource": GUIDE, "role": "guide"}]
    load(content(documents), overwrite=True)
    assert counts(client, "role") == {"Guide": 1, "Case study": 1}
    publish()
    assert counts(client, "role") == {"Guide": 1}


def test_a_long_facet_keeps_the_chosen_value_in_sight(client: Client) -> None:
    years = [
        document(f"y{year}", year, published=str(year), date_precision="year")
        for year in range(2010, 2020)
    ]
    load_archive(*years)
    response = client.get(ARCHIVE, {"year": "2010"})
    (facet,) = [f for f in response.context["archive"].facets if f.name == "year"]
    assert [v.label for v in facet.first] == [*map(str, range(2019, 2011, -1)), "2010"]
    assert [v.label for v in facet.more] == ["2011", "Year not known"]


# -- pages and the way out -------------------------------------------------------------------


def test_twenty_to_a_page(client: Client) -> None:
    load_archive(*(document(f"item-{n}", n, kind="report") for n in range(3, 48)))
    query = {"kind": "report", "q": "item", "sort": "number"}
    first, last = client.get(ARCHIVE, query), client.get(ARCHIVE, {**query, "page": "3"})
    assert [item.number for item in first.context["page"]] == [*range(3, 23)]
    assert [item.number for item in last.context["page"]] == [*range(43, 48)]
    base = "?q=item&amp;kind=report&amp;sort=number"
    assertContains(first, f'<a href="{base}&amp;page=2" rel="next">Next page</a>', html=True)
    assertContains(last, f'<a href="{base}&amp;page=2" rel="prev">Previous page</a>', html=True)
    assertNotContains(first, 'rel="prev"')
    assertNotContains(last, 'rel="next"')
    assertContains(last, "Page 3 of 3")
    assert found(client, **query, page="99") == [item.slug for item in last.context["page"]]


def test_a_page_of_results_that_fit_has_no_pager(client: Client) -> None:
    load_and_publish()
    assertNotContains(client.get(ARCHIVE), 'class="pager"')


def test_finding_nothing_offers_ways_out(client: Client) -> None:
    load_and_publish()
    page = client.get(ARCHIVE, {"q": "zebra & co", "kind": "guide"})
    assertContains(page, "No items match all of this.")
    assertContains(
        page,
        '<a href="?q=zebra+%26+co">Search for “zebra &amp; co” without the filters</a>',
        html=True,
    )
    assertContains(page, '<a href="/archive/">see the whole archive</a>', html=True)
    assertContains(page, '<a href="/archive/">Clear search and filters</a>', html=True)


def test_what_people_and_editors_type_is_text(client: Client) -> None:
    hostile = '"><script>alert(1)</script>'
    load_archive(document("bad", 3, title=hostile, organization=hostile, summary=hostile))
    page = client.get(ARCHIVE, {"q": hostile}).content.decode()
    assert found(client, q=hostile) == ["bad"]
    assert "<script" not in page
    assert page.count("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;") == 6


# -- cost ------------------------------------------------------------------------------------


@pytest.mark.db
def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    load_and_publish()
    client.get(ARCHIVE)  # This process now holds the edition.
    query = {"q": "work", "kind": "guide", "component": "pay", "role": "guide"}
    used: list[int] = []
    for size in (1, 3, 60):
        numbers = range(100 + len(used) * 100, 100 + len(used) * 100 + size)
        load(content({**small_documents(), "resource": [document(f"i-{n}", n) for n in numbers]}))
        for asked in ({}, query):
            with CaptureQueriesContext(connection) as captured:
                client.get(ARCHIVE, asked)
            used.append(len(captured))
    assert used == [3] * 6
    with CaptureQueriesContext(connection) as captured:
        client.get(ARCHIVE, {**query, "organization": "Institute of Work"})
    assert len(captured) == 4  # Whether there is such an organization.


def test_the_address_is_the_archives() -> None:
    assert reverse("toolkit:archive") == ARCHIVE
