"""Deleting an assessment with everything in it."""

import pytest

from assessment.access import GRANTS
from assessment.models import AccessLink, Action, Answer, Assessment
from tests import factories
from tests.pages import heading, words

pytestmark = pytest.mark.django_db


def test_it_says_what_goes_and_warns(bakery, maria) -> None:
    page = maria.see("delete")
    assert (page.status_code, heading(page)) == (200, "Delete everything?")
    assert "The answers, notes, plan, documents and links of “Maria’s Bakery” are deleted" in words(
        page
    )
    assert "talk to a lawyer before you delete anything" in words(page)


def test_without_the_tick_nothing_goes(bakery, maria) -> None:
    page = maria.send("delete")
    assert page.status_code == 422
    assert "Please tick the box to confirm." in words(page)
    assert Assessment.objects.count() == 1


def test_with_the_tick_everything_goes(bakery, maria, sam) -> None:
    other = factories.make_assessment(name="Other Firm")
    factories.make_answer(other, "wage", 1)
    factories.make_answer(bakery, "wage", 1)
    factories.make_action(bakery)
    response = maria.send("delete", data={"confirm": "yes"})
    assert response["Location"] == "/assessments/"
    page = words(maria.get("/assessments/"))
    assert "The assessment and everything in it is deleted." in page
    assert list(Assessment.objects.all()) == [other]
    assert [a.assessment for a in Answer.objects.all()] == [other]
    assert (Action.objects.count(), AccessLink.objects.count()) == (0, 0)
    assert maria.session[GRANTS] == {}
    assert (sam.see("hub").status_code, sam.open().status_code) == (404, 404)
