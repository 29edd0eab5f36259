"""The page of one component: what it shows and where saving leads."""

import pytest

from assessment.models import Answer, Assessment
from tests import factories
from tests.factories import JOB_SECURITY
from tests.pages import heading, html, question, sends, title, words
from tests.people import person
from tests.toolkit import small
from toolkit.models import Question

pytestmark = pytest.mark.django_db
PAY = "pay"


def test_it_shows_every_question_with_its_ladder(maria) -> None:
    page = maria.see("component", PAY)
    assert (page.status_code, heading(page), title(page)) == (200, "Pay", "Pay – Maria’s Bakery")
    for slug in ("wage", "ranges", "tips"):
        shown = question(page, slug)
        assert f"Text of {slug}?" in shown
        assert [f"{slug} stands at {n}." in shown for n in range(5)] == [True] * 5
        assert f"Why {slug} matters." in shown
    assert "Question 3" in question(page, "tips")


def test_nothing_is_chosen_before_somebody_chooses(maria) -> None:
    page = maria.see("component", PAY)
    assert " checked" not in html(page)
    assert [k for k in sends(page) if k.endswith("-choice")] == []


def test_does_not_apply_is_offered_only_with_its_when(maria) -> None:
    page = maria.see("component", PAY)
    assert "Does not apply. Choose this if nobody is tipped." in words(page)
    assert html(page).count('value="na"') == 1


def test_the_page_sends_what_is_stored(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 3, note="Kept <here>.", is_not_sure=True, revision=4)
    factories.make_answer(bakery, "tips", is_not_applicable=True)
    data = sends(maria.see("component", PAY))
    assert data["edition"] == "1"
    assert {k: v for k, v in data.items() if k.startswith("wage-") and k != "wage-was"} == {
        "wage-choice": "3",
        "wage-is_not_sure": "on",
        "wage-note": "Kept <here>.",
        "wage-revision": "4",
        "wage-meaning": "1",
    }
    assert data["tips-choice"] == "na"
    assert data["ranges-revision"] == "0"


def test_the_rail_counts_what_is_answered(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 0)
    factories.make_answer(bakery, "tips", is_not_applicable=True)
    factories.make_answer(bakery, "ranges", is_not_sure=True)
    page = words(maria.see("component", PAY))
    assert "2 of 5 answered" in page
    assert "Pay 2/3" in page
    assert "Job security 0/2" in page
    assert "About 4 minutes left." in page


def test_saving_leads_from_one_component_to_the_next_and_then_to_the_review(maria) -> None:
    page = maria.see("component", PAY)
    assert "Save and continue to Job security →" in words(page)
    response = maria.send("component", PAY, data=sends(page))
    assert response["Location"] == maria.address("component", JOB_SECURITY)
    page = maria.see("component", JOB_SECURITY)
    assert "Save and review →" in words(page)
    response = maria.send("component", JOB_SECURITY, data=sends(page))
    assert response["Location"] == maria.address("review")


def test_a_contributor_stays_and_is_told(bakery, ana) -> None:
    page = ana.see("component", JOB_SECURITY)
    assert "You answer for your area; the owner sees your answers and can change them." in words(
        page
    )
    response = ana.send("component", JOB_SECURITY, data=sends(page, **{"rest-choice": "2"}))
    assert response["Location"] == ana.address("component", JOB_SECURITY) + "?saved=1"
    after = words(ana.get(response["Location"]))
    assert "Your answers are saved. You can close this page." in after
    assert Answer.objects.get().saved_by == "A contributor"


def test_a_contributor_s_page_says_nothing_of_other_components(bakery, ana) -> None:
    factories.make_answer(bakery, "wage", 0, note="Private to the owner.")
    page = ana.see("component", JOB_SECURITY)
    assert "Private to the owner." not in html(page)
    assert "of 5 answered" not in words(page)
    assert "Text of wage?" not in words(page)


def test_a_contributor_cannot_save_past_their_component(bakery, ana) -> None:
    page = person("maria", bakery).see("component", PAY)
    stray = sends(page, **{"wage-choice": "0"})
    assert ana.send("component", PAY, data=stray).status_code == 404
    ana.send("component", JOB_SECURITY, data=stray)
    assert not Answer.objects.exists()


def test_a_flag_of_no_leaves_its_question_out(bakery, maria) -> None:
    Assessment.objects.update(has_shifts=False)
    page = maria.see("component", JOB_SECURITY)
    assert "Text of notice?" not in words(page)
    assert "Job security 0/1" in words(page)


@pytest.mark.parametrize("flag", [True, None])
def test_yes_and_not_said_ask_it(flag, bakery, maria) -> None:
    Assessment.objects.update(has_shifts=flag)
    assert "Text of notice?" in words(maria.see("component", JOB_SECURITY))


def test_the_quick_check_asks_its_questions_only(bakery, maria) -> None:
    Assessment.objects.update(mode="quick")
    page = words(maria.see("component", PAY))
    assert "Text of wage?" in page
    assert "Text of ranges?" not in page
    assert "0 of 2 answered" in page


def test_a_component_with_nothing_to_ask_says_so(bakery, maria) -> None:
    Assessment.objects.update(mode="quick", has_shifts=False)
    page = maria.see("component", JOB_SECURITY)
    assert page.status_code == 200
    assert "You are not asked any questions in this component in the quick check." in words(page)
    assert maria.send("component", JOB_SECURITY).status_code == 302
    assert "Job security" not in words(maria.see("hub"))


@pytest.mark.db
@pytest.mark.parametrize("count", [0, 1, 3, 48])
def test_it_takes_four_queries_whatever_was_answered(count, real_edition, at_most) -> None:
    assessment = factories.make_assessment()
    factories.answer_all(assessment, factories.real_catalogue(), most=count)
    maria = person("maria", assessment)
    maria.see("component", "pay")
    with at_most(4):
        page = maria.see("component", "pay")
    assert f"{count} of 48 answered" in words(page)


def test_hostile_notes_and_names_are_text(bakery, maria) -> None:
    hostile = "</textarea><script>alert(1)</script>"
    Assessment.objects.update(name='"><img src=x onerror=alert(1)>')
    factories.make_answer(bakery, "wage", note=hostile)
    page = maria.see("component", PAY)
    assert "<script>alert" not in html(page)
    assert "<img src=x" not in html(page)
    assert sends(page)["wage-note"] == hostile
    assert title(page) == 'Pay – "><img src=x onerror=alert(1)>'


def test_a_correction_reaches_a_running_assessment_and_a_new_edition_does_not(db) -> None:
    small.load_small()
    assert small.publish().label == "1.0"
    assessment = factories.make_assessment()
    maria = person("maria", assessment)
    data = sends(maria.see("component", "pay"), **{"wage-choice": "2"})

    Question.objects.filter(slug="wage").update(hint="Count the lowest paid.")
    assert small.publish().label == "1.1"
    assert "Count the lowest paid." in words(maria.see("component", "pay"))
    # A page drawn before the correction still saves.
    assert maria.send("component", "pay", data=data).status_code == 302
    assert Answer.objects.get().level == 2

    Question.objects.filter(slug="wage").update(hint="For edition two.", weight=3)
    assert small.publish().label == "2.0"
    page = words(maria.see("component", "pay"))
    assert "Count the lowest paid." in page
    assert "For edition two." not in page


def test_another_component_s_slug_in_the_clear_button_leads_back_here(maria) -> None:
    data = sends(maria.see("component", PAY), clear="//evil.example")
    assert maria.send("component", PAY, data=data)["Location"] == maria.address("component", PAY)
