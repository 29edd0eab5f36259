"""Starting without an account: one choice, everything else may be skipped."""

import pytest
from django.test import Client
from django.urls import reverse

from assessment.access import GRANTS
from assessment.models import AccessLink, Assessment
from assessment.models.access_link import hash_secret
from tests import factories
from tests.pages import heading, html, sends, shown_secret, title, words
from toolkit import editions

pytestmark = pytest.mark.django_db
START = "/start/"


def test_nothing_is_chosen_for_the_visitor(edition, client) -> None:
    page = client.get(START)
    assert (page.status_code, heading(page)) == (200, "Start your assessment")
    data = sends(page)
    assert "mode" not in data
    assert {k: v for k, v in data.items() if v} == {
        "covers": "organization",
        "importance-pay": "2",
        "importance-job-security": "2",
    }


def test_it_says_that_private_is_not_privileged(edition, client) -> None:
    page = words(client.get(START))
    assert "This is not a legal compliance check." in page
    assert "Private does not mean legally privileged." in page
    assert "talk to a lawyer first, and before you delete anything" in page


@pytest.mark.parametrize(
    ("query", "mode"), [("?mode=quick", "quick"), ("?mode=full", "full"), ("?mode=x", None)]
)
def test_a_coach_s_address_presets_the_mode(edition, client, query, mode) -> None:
    assert sends(client.get(START + query)).get("mode") == mode


@pytest.mark.parametrize("mode", ["quick", "full"])
def test_the_mode_alone_is_enough(edition, client, mode) -> None:
    response = client.post(START, {"mode": mode})
    assessment = Assessment.objects.get()
    assert response["Location"] == reverse("assessment:links", args=[assessment.public_id])
    assert (assessment.mode, assessment.edition_number) == (mode, 1)
    assert (assessment.name, assessment.covers, assessment.importance) == ("", "organization", {})
    assert assessment.profile().flags == dict.fromkeys(
        ["shifts", "tipped", "seasonal", "temps", "part_time"]
    )


def test_everything_said_is_kept(edition, client) -> None:
    client.post(
        START,
        {
            "mode": "full",
            "name": "Maria’s Bakery",
            "covers": "site",
            "covers_name": "Elm Street",
            "headcount": "40",
            "respondent": "owner",
            "sector": "31-33",
            "size": "10-49",
            "has_shifts": "true",
            "has_temps": "false",
            "has_tipped": "",
            "union_contract": "yes",
            "importance-pay": "3",
            "importance-job-security": "2",
        },
    )
    a = Assessment.objects.get()
    assert (a.name, a.covers, a.covers_name, a.headcount) == (
        "Maria’s Bakery",
        "site",
        "Elm Street",
        40,
    )
    assert (a.respondent, a.sector, a.size) == ("owner", "31-33", "10-49")
    assert (a.has_shifts, a.has_temps, a.has_tipped) == (True, False, None)
    assert (a.union_contract, a.organizing) == ("yes", "")
    assert a.importance == {"pay": 3}


def test_the_link_is_shown_once_and_stored_as_a_hash(edition, client) -> None:
    response = client.post(START, {"mode": "quick"})
    page = client.get(response["Location"])
    assert heading(page) == "Keep this private link"
    secret = shown_secret(page)
    link = AccessLink.objects.get()
    assert (link.role, link.secret_hash) == ("owner", hash_secret(secret))
    assert secret not in response["Location"]
    assert secret not in title(page)

    again = client.get(response["Location"])
    assert heading(again) == "Private links"
    assert secret not in html(again)
    assert list(client.session.keys()) == [GRANTS]

    other = Client()
    assert other.get(f"/open/{secret}/").status_code == 302


def test_a_missing_mode_keeps_what_was_typed(edition, client) -> None:
    typed = {"name": "Maria’s <Bakery>", "headcount": "40", "size": "10-49", "has_shifts": "false"}
    page = client.post(START, typed)
    assert page.status_code == 422
    assert "Please choose the quick check or all questions." in words(page)
    assert title(page).startswith("Please check: ")
    assert sends(page).items() >= typed.items()
    assert not Assessment.objects.exists()
    assert not AccessLink.objects.exists()


@pytest.mark.db
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("mode", "slow", "Please choose the quick check or all questions."),
        ("headcount", "0", "Please give a number of people, from 1 up."),
        ("headcount", "5000001", "Please give a number of people, from 1 up."),
        ("headcount", "9" * 30, "Please give a number of people, from 1 up."),
        ("headcount", "forty", "Enter a whole number."),
        ("name", "x" * 200, "Ensure this value has at most 120 characters (it has 200)."),
        ("name", "a\x00b", "Null characters are not allowed."),
        ("sector", "99", "Select a valid choice. 99 is not one of the available choices."),
        ("size", "40", "Select a valid choice. 40 is not one of the available choices."),
        ("covers", "x", "Select a valid choice. x is not one of the available choices."),
        ("importance-pay", "9", "Select a valid choice. 9 is not one of the available choices."),
        ("has_shifts", "x", "Select a valid choice. x is not one of the available choices."),
    ],
)
def test_what_cannot_be_is_refused_and_kept(edition, client, field, value, message) -> None:
    page = client.post(START, {"mode": "quick", "name": "Kept", field: value})
    assert page.status_code == 422
    assert message in words(page)
    assert not Assessment.objects.exists()
    if field != "name":
        assert sends(page)["name"] == "Kept"


def test_it_reads_the_edition_that_is_live(edition, client) -> None:
    factories.make_edition(factories.bakery_catalogue(), number=2)
    factories.make_edition(factories.bakery_catalogue(), number=1, revision=1)
    client.post(START, {"mode": "quick"})
    assert Assessment.objects.get().edition_number == 2


@pytest.mark.parametrize("method", ["get", "post"])
def test_before_the_first_publishing_it_says_so(db, client, method) -> None:
    assert editions.live_edition() is None
    page = getattr(client, method)(START, {"mode": "quick"})
    assert page.status_code == 503
    assert heading(page) == "The questions are not published yet"
    assert not Assessment.objects.exists()


def test_two_assessments_start_in_one_browser(edition, client) -> None:
    for name in ("First", "Second"):
        client.post(START, {"mode": "quick", "name": name})
    assert len(client.session[GRANTS]) == 2
    for assessment in Assessment.objects.all():
        assert heading(client.get(assessment.get_absolute_url())) == assessment.name
