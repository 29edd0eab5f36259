"""Public pages that need no assessment."""

import pytest

from assessment.views.home import FEATURED
from tests import factories
from tests.catalogues import SOURCE
from tests.pages import heading, html, title, words
from toolkit.models import Resource

pytestmark = pytest.mark.django_db

PAGES = {
    "/": "How good are the jobs you offer?",
    "/how-scoring-works/": "How scoring works",
    "/about-the-toolkit/": "About the Job Quality Toolkit",
    "/for-coaches/": "For coaches",
    "/privacy/": "Privacy",
    "/accessibility/": "Accessibility",
}
each_page = pytest.mark.parametrize("address", PAGES)


@each_page
def test_it_stands_before_anything_is_published(client, address) -> None:
    page = client.get(address)
    assert (page.status_code, heading(page)) == (200, PAGES[address])


@each_page
def test_it_stands_with_an_edition(real_edition, client, address) -> None:
    page = client.get(address)
    assert (page.status_code, heading(page)) == (200, PAGES[address])
    assert page["Referrer-Policy"] == "same-origin"
    assert "default-src 'none'" in page["Content-Security-Policy"]


@each_page
def test_a_wrong_method_is_refused_on_a_page(client, address) -> None:
    response = client.post(address)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert heading(response) == "This page can’t be opened this way"


@each_page
def test_a_visitor_gets_no_cookie_for_looking(real_edition, client, address) -> None:
    assert not client.get(address).cookies


def test_home_leads_to_both_starts_and_the_archive(real_edition, client) -> None:
    page = client.get("/")
    for address in ("/start/?mode=quick", "/start/?mode=full", "/archive/"):
        assert f'href="{address}"' in html(page)
    shown = [r for r in Resource.objects.filter(slug__in=FEATURED) if r.shown_title in words(page)]
    assert len(shown) == len(FEATURED)


def test_home_shows_the_sample_only_where_there_is_one(edition, client) -> None:
    assert "See a sample plan" not in words(client.get("/"))
    sample = factories.make_assessment(name="Sample Bakery", is_sample=True)
    factories.make_answer(sample, "wage", 4)
    factories.make_answer(sample, "ranges", 2)
    page = words(client.get("/"))
    assert "See a sample plan (PDF)" in page
    # 3 * 4 + 2 * 2 of 20.
    assert "Sample Bakery 1 of 2 practices in place or better Pay 80" in page


def test_home_shows_nobody_else_s_answers(bakery, client) -> None:
    factories.make_answer(bakery, "wage", 4)
    assert "Maria" not in words(client.get("/"))


def test_how_scoring_works_tells_ours_from_the_toolkit_s(edition, client) -> None:
    page = words(client.get("/how-scoring-works/"))
    assert "It has no levels, weights or scores." in page
    assert "their five levels, the weights, the next steps and the score are ours" in page
    assert "100 × the sum of weight × level ÷ the sum of weight × 4" in page
    assert "Text of wage? Weight 3. Basic need: rent. quick check" in page


def test_about_names_the_toolkit_s_own_titles(edition, client) -> None:
    Resource.objects.filter(slug=SOURCE).update(slug="job-quality-toolkit")
    page = words(client.get("/about-the-toolkit/"))
    assert "Job security and working conditions" in page
    assert "The toolkit, in our words: What the toolkit says of pay." in page
    assert 'href="/components/pay/"' in html(client.get("/about-the-toolkit/"))


def test_about_says_what_is_not_known_and_what_is_ours(edition, client) -> None:
    page = words(client.get("/about-the-toolkit/"))
    assert "Only the page on pay could be read to the end" in page
    assert "neither the toolkit nor NIST made or checked them" in page
    assert "3 In place Everyone it concerns can count on it. An approach, fully deployed" in page
    assert "March 14, 2025 The 2024 executive order on good jobs (14126) was rescinded." in page
    assert "questions, their levels, weights and next steps, the scores" in page


def test_privacy_states_the_days_kept(client, settings) -> None:
    settings.RETENTION_DAYS = 123
    assert "123 days after its last change" in words(client.get("/privacy/"))


def test_coaches_get_an_address_to_hand_out(client) -> None:
    page = client.get("/for-coaches/")
    assert "http://testserver/start/?mode=quick" in words(page)
    assert title(page) == "For coaches – Job Quality Self-Assessment"


def test_the_menu_follows_what_this_browser_opens(bakery, maria, client) -> None:
    assert "Your assessments" not in words(client.get("/"))
    assert "Your assessments" in words(maria.get("/"))
    assert f'href="{maria.address("results")}"' in html(maria.see("hub"))
