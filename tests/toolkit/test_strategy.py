"""A strategy's page: the move as the live edition has it, and what backs it."""

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
from tests.toolkit.small import resource as document
from toolkit.importing import load
from toolkit.models import Resource, Strategy
from toolkit.templatetags.toolkit import level_names, size_words

pytestmark = pytest.mark.django_db
ADDRESS = "/strategies/set-a-wage/"
HOSTILE = '"><script>alert(1)</script>'


def publish_strategy(**changes: object) -> None:
    """Publish the small toolkit, its first strategy changed."""
    documents = small_documents()
    documents["strategy"][0] |= changes
    load(content(documents), overwrite=True)
    publish()


def test_the_move_is_told_in_full(client: Client) -> None:
    publish_strategy(
        serves=[
            {"question": "wage", "levels": [0, 1, 2, 3]},
            {"question": "leave", "levels": [1]},
        ],
        effort="medium",
        days=1,
        legal_notes=[
            {"text": "States differ.", "source": "General information."},
            {"text": "May have to be bargained.", "source": "General information."},
        ],
    )
    page = client.get(ADDRESS).content.decode()
    assertInHTML("<h1>Set a wage</h1>", page)
    assertInHTML('<p class="eyebrow">Strategy · <a href="/components/pay/">Pay</a></p>', page)
    assertInHTML('<p class="lead">It helps.</p>', page)
    assertInHTML(
        """<dl class="facts"><dt>Effort</dt><dd>Medium</dd>
        <dt>First result</dt><dd>In about 1 day</dd>
        <dt>Suits</dt><dd>1–9 or 10–49 people</dd>
        <dt>Origin</dt><dd>This strategy is ours;
        the parts of the toolkit we could read do not name it.</dd></dl>""",
        page,
    )
    assertInHTML('<ol class="steps"><li>Begin.</li><li>Go on.</li><li>Finish.</li></ol>', page)
    assertInHTML(
        """<div class="notice"><p>States differ.</p><p>May have to be bargained.
        <span class="small muted">General information.</span></p></div>""",
        page,
    )
    assertInHTML(
        """<ul class="says">
        <li>What about wage? <span class="small muted">When your answer is
        Not yet, Starting, Partial or In place</span></li>
        <li>What about leave? <span class="small muted">When your answer is Starting</span></li>
        </ul>""",
        page,
    )


def test_the_toolkits_own_actions_are_told_apart(client: Client) -> None:
    publish_strategy(toolkit_ref=["PA-1.2"])
    response = client.get(ADDRESS)
    assertContains(response, "<dd>The toolkit names this action. The steps are ours.</dd>")
    assertNotContains(response, "PA-1.2")  # A code of our own research.


def test_resources_stand_in_their_order_with_the_part_they_play(client: Client) -> None:
    load_and_publish()
    page = client.get(ADDRESS).content.decode()
    assertInHTML(
        f"""<ul class="plain pairs">
        <li class="card"><p class="chips"><b>Guide</b></p>
        <h3><a href="/archive/{GUIDE}/">Good jobs guide</a></h3>
        <p class="muted small">Institute of Work · year not known ·
        Verified: we saw the item or its catalog entry.</p></li>
        <li class="card"><p class="chips"><b>They did it</b>
        <span class="chip teal">Case study</span></p>
        <h3><a href="/archive/{CASE}/">Corner bakery case</a></h3>
        <p class="muted small">Institute of Work · year not known ·
        Verified: we saw the item or its catalog entry.</p></li></ul>""",
        page,
    )
    assert "No case study of a named employer" not in page


def test_a_resource_carries_its_cautions_and_its_loose_fit(client: Client) -> None:
    documents = small_documents()
    documents["strategy"][0]["resources"] = [
        {"resource": GUIDE, "role": "guide"},
        {"resource": "kept", "role": "case", "fit": "loose", "fit_note": "Another trade."},
    ]
    documents["resource"].append(
        document("kept", 3, is_preserved=True, is_title_ours=True, caution="Mind the figures.")
    )
    load(content(documents))
    publish()
    response = client.get(ADDRESS)
    assertContains(response, '<span class="chip amber">Federal source</span>', html=True)
    assertContains(
        response, "Facts about programs may be out of date, and pages it links to may be gone."
    )
    assertContains(response, "<p><b>Caution.</b> Mind the figures.</p>", html=True)
    assertContains(response, '<p class="small">A loose fit: Another trade.</p>', html=True)
    assertContains(response, '<a href="/archive/kept/">[Kept]</a>', html=True)
    assertContains(response, "<b>Evidence</b>", html=True)
    assertContains(response, "No case study of a named employer is known for this strategy.")


def test_a_loose_case_of_a_named_employer_is_evidence(client: Client) -> None:
    documents = small_documents()
    documents["strategy"][0]["resources"] = [
        {"resource": GUIDE, "role": "guide"},
        {"resource": CASE, "role": "case", "fit": "loose", "fit_note": "Another practice."},
    ]
    load(content(documents))
    publish()
    response = client.get(ADDRESS)
    assertContains(response, "<b>Evidence</b>", html=True)
    assertNotContains(response, "They did it")
    assertContains(response, "No case study of a named employer is known for this strategy.")


def test_what_is_shown_of_a_resource_is_live(client: Client) -> None:
    load_and_publish()
    Resource.objects.filter(slug=GUIDE).update(title="Repaired title")
    assertContains(client.get(ADDRESS), "Repaired title")


def test_the_draft_is_not_shown(client: Client) -> None:
    load_and_publish()
    Strategy.objects.update(title="Draft title")
    response = client.get(ADDRESS)
    assertContains(response, "<h1>Set a wage</h1>", html=True)
    assertNotContains(response, "Draft title")


@pytest.mark.db
def test_a_strategy_gone_from_the_live_edition_stays_for_older_plans(client: Client) -> None:
    publish_strategy()
    assertNotContains(client.get(ADDRESS), "This strategy is retired.")
    Strategy.objects.filter(slug="set-a-wage").update(is_retired=True)
    documents = small_documents()
    documents["strategy"] = [
        {**documents["strategy"][1], "slug": "pay-fairly", "title": "Pay fairly"}
        | {"serves": [{"question": "wage", "levels": [0, 1, 2, 3]}]}
    ]
    load(content(documents))
    publish()
    response = client.get(ADDRESS)
    assertContains(response, "<h1>Set a wage</h1>", html=True)
    assertContains(response, "<b>This strategy is retired.</b>")
    assertContains(client.get("/strategies/pay-fairly/"), "<h1>Pay fairly</h1>", html=True)


@pytest.mark.parametrize("slug", ["nothing", "wage", "pay", GUIDE])
def test_what_is_no_strategy_is_not_found(client: Client, slug: str) -> None:
    load_and_publish()
    assert client.get(f"/strategies/{slug}/").status_code == 404


def test_nothing_is_found_before_the_first_publishing(client: Client) -> None:
    load_small()
    assert client.get(ADDRESS).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_strategy_is_only_read(client: Client, method: str) -> None:
    assert getattr(client, method)(ADDRESS).status_code == 405


@pytest.mark.usefixtures("any_wording")
def test_what_editors_type_is_text(client: Client) -> None:
    publish_strategy(
        title=HOSTILE,
        summary=HOSTILE,
        steps=[HOSTILE, "Go on.", "Finish."],
        legal_notes=[{"text": HOSTILE, "source": HOSTILE}],
    )
    page = client.get(ADDRESS).content.decode()
    assert "<script" not in page
    # The title twice, the summary twice, a step, a note and its source.
    assert page.count("&lt;script&gt;alert(1)") == 7


@pytest.mark.db
def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    used = []
    for size in (1, 3):
        documents = small_documents()
        extra = [document(f"more-{n}", n) for n in range(10, 10 + size)]
        documents["resource"] += extra
        documents["strategy"][0]["resources"] = [
            {"resource": item["slug"], "role": "guide"} for item in extra
        ]
        load(content(documents), overwrite=True)
        publish()
        client.get(ADDRESS)  # This process now holds the edition.
        with CaptureQueriesContext(connection) as captured:
            client.get(ADDRESS)
        used.append(len(captured))
    assert used == [2, 2]


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        (["1-9"], "1–9 people"),
        (["1-9", "1000+"], "1–9 or 1,000+ people"),
        (["1-9", "10-49", "50-249", "250-999", "1000+"], "any size"),
    ],
)
def test_sizes_in_words(sizes: list[str], words: str) -> None:
    assert size_words(sizes) == words


def test_levels_in_words() -> None:
    assert level_names([0]) == "Not yet"
    assert level_names((0, 1, 3)) == "Not yet, Starting or In place"
