"""The hub: eight components in any order, how far each is."""

from datetime import UTC, datetime

import pytest

from assessment.models import Answer, Assessment
from tests import factories
from tests.factories import JOB_SECURITY
from tests.pages import heading, html, title, words

pytestmark = pytest.mark.django_db


def test_it_lists_each_component_with_its_progress(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2)
    factories.make_answer(bakery, "tips", is_not_applicable=True)
    page = maria.see("hub")
    assert (page.status_code, heading(page)) == (200, "Maria’s Bakery")
    assert title(page) == "Maria’s Bakery – Job Quality Self-Assessment"
    assert "2 of 5 answered. About 4 minutes left, in any order." in words(page)
    assert "Pay What pay is about. 2 of 3 answered · about 2 min left" in words(page)
    assert "The toolkit calls this Job security and working conditions." in words(page)
    assert "0 of 2 answered · about 3 min left" in words(page)
    for component in ("pay", JOB_SECURITY):
        assert f'href="{maria.address("component", component)}"' in html(page)


def test_with_everything_answered_no_minutes_are_left(bakery, maria) -> None:
    factories.answer_all(bakery, factories.bakery_catalogue())
    page = words(maria.see("hub"))
    assert "5 of 5 answered. Every question is answered." in page
    assert "min left" not in page


def test_an_assessment_without_a_name_has_one_to_call_it_by(bakery, maria) -> None:
    Assessment.objects.update(name="")
    assert heading(maria.see("hub")) == "Your organization"


def test_a_contributor_goes_straight_to_the_component(ana) -> None:
    assert ana.see("hub")["Location"] == ana.address("component", JOB_SECURITY)


def test_only_the_owner_is_shown_links_and_deletion(maria, sam) -> None:
    for name in ("links", "delete"):
        assert f'href="{maria.address(name)}"' in html(maria.see("hub"))
        assert f'href="{sam.address(name)}"' not in html(sam.see("hub"))


def test_it_says_until_when_it_is_kept(bakery, maria, settings) -> None:
    settings.RETENTION_DAYS = 10
    Assessment.objects.update(changed_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert "Kept until March 11, 2026, or longer" in words(maria.see("hub"))


def test_an_answer_counts_as_a_change(bakery, maria, settings) -> None:
    settings.RETENTION_DAYS = 10
    Assessment.objects.update(changed_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    factories.make_answer(bakery, "wage", 1)
    Answer.objects.update(saved_at=datetime(2026, 3, 21, 12, tzinfo=UTC))
    assert "Kept until March 31, 2026, or longer" in words(maria.see("hub"))


def test_a_hostile_name_is_text(bakery, maria) -> None:
    Assessment.objects.update(name="<script>alert(1)</script>")
    page = maria.see("hub")
    assert "<script>alert" not in html(page)
    assert heading(page) == "<script>alert(1)</script>"
