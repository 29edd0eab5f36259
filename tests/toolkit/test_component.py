"""A component's page: definition, where to start, practices, strategies, sources."""

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
    small_documents,
)
from tests.toolkit.small import strategy as document
from toolkit.importing import load
from toolkit.models import Component, Question, Resource

pytestmark = pytest.mark.django_db
ADDRESS = "/components/pay/"


def test_the_preserved_collection_carries_its_standing_caution_in_every_place(
    client: Client,
) -> None:
    load_and_publish()
    Resource.objects.update(is_preserved=True, caution="Old news.")
    page = client.get(ADDRESS)
    # Beside what the toolkit says, and in the card of the case to read first.
    assertContains(page, "pages it links to may be gone.", count=2)
    assertContains(page, "<p><b>Caution.</b> Old news.</p>", html=True, count=2)


def test_it_tells_the_toolkit_s_word_from_ours(client: Client) -> None:
    load_and_publish()
    Resource.objects.filter(slug=GUIDE).update(
        verification_note="Its end could not be read.", caution="Old news."
    )
    page = client.get(ADDRESS)
    assertInHTML("<h1>Pay</h1>", page.content.decode())
    assertContains(page, "Component 1 of 2")
    assertContains(page, "<p>The toolkit speaks of pay.</p>", html=True)
    assertContains(page, "This is the toolkit in our words")
    assertContains(page, "Its end could not be read.")
    assertContains(page, "<p><b>Caution.</b> Old news.</p>", html=True)
    assertContains(page, "The questions, their levels and the strategies are ours")
    assertNotContains(page, "short name")


def test_practices_strategies_and_sources_lead_on(client: Client) -> None:
    load_and_publish()
    page = client.get(ADDRESS).content.decode()
    assertInHTML("<h3>What about wage?</h3>", page)
    assertInHTML("<p><b>In place means:</b> wage at 3.</p>", page)
    # Under its practice and in the list of strategies; one of them also to start with.
    assertInHTML('<a href="/strategies/set-a-wage/">Set a wage</a>', page, count=2)
    assertInHTML('<a href="/strategies/plan-raises/">Plan raises</a>', page, count=3)
    assertInHTML(
        '<li><a href="/archive/corner-bakery-case/">Corner bakery case</a> <span class="small '
        'muted">Institute of Work · year not known · backs 2 strategies</span></li>',
        page,
    )
    # On a phone the heads of the columns are not shown: each cell says what it tells.
    assertInHTML('<td data-label="First result">In about 30 days</td>', page, count=2)
    assertInHTML('<td data-label="Origin">Ours</td>', page, count=2)
    assertInHTML('<p class="muted">No guide yet, except the toolkit’s own page.</p>', page)
    assertInHTML('<p class="muted">No research on this component yet.</p>', page)
    assertInHTML('<a href="/components/benefits/">Benefits</a>', page)


def test_a_source_gone_from_the_tables_leaves_no_hole(client: Client) -> None:
    load_and_publish()
    Resource.objects.filter(slug=CASE).update(slug="renamed-by-hand")
    page = client.get(ADDRESS)
    assert page.status_code == 200
    assertNotContains(page, "Corner bakery case")


def test_only_the_live_edition_is_shown(client: Client) -> None:
    load_and_publish()
    Component.objects.filter(slug="pay").update(summary="Draft.", toolkit_says="Draft.")
    assertContains(client.get(ADDRESS), "All about pay.")


def test_denials(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 404, "nothing is published yet"
    load_and_publish()
    assert client.get("/components/no-such/").status_code == 404
    assert client.post(ADDRESS).status_code == 405
    assert client.head(ADDRESS).status_code == 200


@pytest.mark.usefixtures("any_wording")
def test_hostile_text_is_text(client: Client) -> None:
    load_small()
    Question.objects.filter(slug="wage").update(text='"><script>alert(1)</script>')
    Component.objects.filter(slug="pay").update(summary='"><script>alert(1)</script>')
    publish()
    assertNotContains(client.get(ADDRESS), "<script>alert")


def test_as_many_queries_at_one_strategy_as_at_three(client: Client) -> None:
    load_and_publish()
    counts = []
    for more in ([], ["one", "two"]):
        documents = small_documents()
        documents["strategy"] += [document(slug, "wage") for slug in more]
        load(content(documents), overwrite=True)
        if more:
            publish()
        client.get(ADDRESS)  # parses the edition, once per process
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(ADDRESS)
        counts.append(len(queries))
    assert counts == [2, 2]
