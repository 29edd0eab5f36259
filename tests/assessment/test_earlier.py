"""Placing an assessment of this device before this one, and taking it away again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.urls import reverse

from assessment import reassessing
from assessment.access import Access, make_link
from assessment.chain import LONGEST, chain_of
from assessment.models import Assessment
from tests import factories
from tests.pages import heading, html, words
from tests.people import Person, person
from toolkit.models import Edition

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def access_of(assessment: Assessment) -> Access:
    """The owner's access as a view would get it."""
    assessment.refresh_from_db()
    edition = Edition.objects.get(number=assessment.edition_number)
    return Access(assessment, "owner", "", 0, edition.fingerprint, edition.revision)


def holds(who: Person, assessment: Assessment, role: str = "owner") -> None:
    """Let this browser open a link to a further assessment."""
    _, secret = make_link(assessment, role=role)
    assert who.get(reverse("assessment:open_link", args=[secret])).status_code == 302


def place(who: Person, earlier: Assessment):
    return who.send("earlier", data={"earlier": earlier.public_id})


@pytest.fixture
def before(bakery: Assessment) -> Assessment:
    """Another assessment of the bakery."""
    return factories.make_assessment(name="Maria’s Bakery, last year")


def earlier_of(assessment: Assessment) -> Assessment | None:
    assessment.refresh_from_db()
    return assessment.earlier


def test_without_another_it_says_how_to_get_one_here(maria) -> None:
    page = maria.see("earlier")
    assert heading(page) == "Compare with an earlier one on this device"
    assert "There is no other assessment on this device that could come before this one." in words(
        page
    )


def test_one_of_this_device_is_placed(before, bakery, maria) -> None:
    holds(maria, before)
    page = maria.see("earlier")
    assert "Maria’s Bakery, last year, all questions" in words(page)
    assert "Anyone who has a link to this assessment’s results" in words(page)
    assert place(maria, before)["Location"] == maria.address("progress")
    assert earlier_of(bakery) == before
    assert "Now compared with: Maria’s Bakery, last year" in words(maria.see("earlier"))


@pytest.mark.parametrize("role", ["edit", "read"])
def test_only_where_this_browser_owns_both(role, before, bakery, maria) -> None:
    holds(maria, before, role)
    assert "last year" not in words(maria.see("earlier"))
    page = place(maria, before)
    assert page.status_code == 422
    assert earlier_of(bakery) is None


def test_one_that_is_not_on_this_device_is_refused(before, bakery, maria) -> None:
    other = factories.make_assessment(name="Third")
    holds(maria, other)
    for wrong in (before.public_id, bakery.public_id, "", "x" * 500):
        page = maria.send("earlier", data={"earlier": wrong})
        assert page.status_code == 422
        assert "Please choose one" in words(page)
    assert earlier_of(bakery) is None


def test_no_line_leads_back_to_its_beginning(before, bakery, maria) -> None:
    oldest = factories.make_assessment(name="Oldest")
    for one in (before, oldest):
        holds(maria, one)
    reassessing.place_earlier(assessment=oldest, earlier=before)
    reassessing.place_earlier(assessment=before, earlier=bakery)
    # bakery, then before, then oldest: neither can stand before the bakery.
    assert "There is no other assessment on this device" in words(maria.see("earlier"))
    for one in (bakery, before, oldest):
        with pytest.raises(reassessing.CannotPlace, match="already comes after this one"):
            reassessing.place_earlier(assessment=bakery, earlier=one)
    assert earlier_of(bakery) is None


def test_a_line_has_an_end(bakery) -> None:
    line = [factories.make_assessment() for _ in range(LONGEST)]
    for one, next_one in pairwise(line):
        reassessing.place_earlier(assessment=next_one, earlier=one)
    with pytest.raises(
        reassessing.CannotPlace, match="Up to 20 assessments can be compared in a row"
    ):
        reassessing.place_earlier(assessment=bakery, earlier=line[-1])
    # However one came about, only the last twenty are read.
    Assessment.objects.filter(pk=bakery.pk).update(earlier=line[-1])
    assert len(chain_of(access_of(bakery))) == LONGEST


def test_a_circle_that_cannot_be_is_read_once_around(before, bakery, maria) -> None:
    holds(maria, before)
    Assessment.objects.filter(pk=bakery.pk).update(earlier=before)
    Assessment.objects.filter(pk=before.pk).update(earlier=bakery)
    assert len(chain_of(access_of(bakery))) == 2
    assert maria.see("progress").status_code == 200
    assert maria.see("earlier").status_code == 200


def test_it_is_taken_away_after_asking(before, bakery, maria) -> None:
    holds(maria, before)
    place(maria, before)
    page = maria.see("take_earlier_away")
    assert heading(page) == "Stop comparing with it?"
    assert "You can choose it again from this device." in words(page)
    assert earlier_of(bakery) == before
    assert maria.send("take_earlier_away")["Location"] == maria.address("results")
    assert earlier_of(bakery) is None
    assert Assessment.objects.filter(pk=before.pk).exists()
    assert heading(maria.see("take_earlier_away")) == "There is no comparison to end"


def test_where_it_is_not_at_hand_that_is_said(before, bakery) -> None:
    reassessing.place_earlier(assessment=bakery, earlier=before)
    page = person("maria", bakery).see("take_earlier_away")
    assert "open its owner link in this browser first" in words(page)


def test_deleting_the_earlier_one_ends_the_line(before, bakery, maria) -> None:
    reassessing.place_earlier(assessment=bakery, earlier=before)
    assert f'href="{maria.address("progress")}"' in html(maria.see("results"))
    assert "will have nothing to compare with" in words(person("maria", before).see("delete"))
    assert "will have nothing to compare with" not in words(maria.see("delete"))
    before.delete()
    assert earlier_of(bakery) is None
    assert "There is nothing to compare with yet" in words(maria.see("progress"))


@pytest.mark.parametrize("count", [1, 3])
def test_it_asks_the_same_however_many_there_are(count, bakery, maria, at_most) -> None:
    for n in range(count):
        one = factories.make_assessment(name=f"Shop {n}")
        holds(maria, one)
    with at_most(4):  # session, link, links of this browser, what comes after this one
        page = maria.see("earlier")
    assert words(page).count("all questions") == count


def test_a_hostile_name_is_text(before, bakery, maria) -> None:
    Assessment.objects.update(name="<script>alert(1)</script>")
    holds(maria, before)
    assert "<script>alert" not in html(maria.see("earlier"))
