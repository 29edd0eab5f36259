"""Before the results: what is open, and finishing with gaps."""

import pytest
from django.utils import timezone

from assessment.models import Assessment
from tests import factories
from tests.factories import JOB_SECURITY
from tests.pages import heading, html, sends, words

pytestmark = pytest.mark.django_db


def test_every_open_question_is_a_link(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2)
    factories.make_answer(bakery, "ranges", 1, is_not_sure=True)
    factories.make_answer(bakery, "tips", is_not_applicable=True)
    factories.make_answer(bakery, "notice", note="Only a note.")
    page = maria.see("review")
    assert (page.status_code, heading(page)) == (200, "Review your answers")
    assert "3 of 5 answered." in words(page)
    assert "Not answered yet (2) Text of notice? Text of rest?" in words(page)
    assert "Marked “not sure” (1) Text of ranges?" in words(page)
    assert "Does not apply (1) Text of tips?" in words(page)
    for component, slug in [(JOB_SECURITY, "notice"), ("pay", "ranges"), ("pay", "tips")]:
        assert f'href="{maria.address("component", component)}#{slug}"' in html(page)
    assert "#wage" not in html(page)


def test_with_gaps_it_says_what_that_means(maria) -> None:
    assert (
        "You can see your results before everything is answered: a component with less than half"
        in words(maria.see("review"))
    )


def test_without_gaps_it_says_so(bakery, maria) -> None:
    factories.answer_all(bakery, factories.bakery_catalogue())
    page = words(maria.see("review"))
    assert "Every question has an answer." in page
    assert "Not answered yet" not in page


def test_a_hidden_question_is_not_open(bakery, maria) -> None:
    Assessment.objects.update(has_shifts=False)
    assert "Text of notice?" not in words(maria.see("review"))


def test_finishing_notes_the_first_time_and_leads_to_the_results(bakery, maria) -> None:
    before = timezone.now()
    assert maria.send("finish")["Location"] == maria.address("results")
    first = Assessment.objects.get().finished_at
    assert first is not None
    assert before <= first <= timezone.now()
    maria.send("finish")
    assert Assessment.objects.get().finished_at == first


def test_finishing_locks_nothing(bakery, maria) -> None:
    maria.send("finish")
    data = sends(maria.see("component", "pay"), **{"wage-choice": "1"})
    assert maria.send("component", "pay", data=data).status_code == 302
    assert "1 of 5 answered." in words(maria.see("review"))
