"""The results: practices in place first, then what to do."""

import re

import pytest

from assessment.models import Answer, Assessment
from tests import factories
from tests.pages import heading, html, title, words
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(bakery: Assessment) -> Assessment:
    """Wage 0, ranges 1, tips not applicable, notice 3, rest 4."""
    for slug, level in [("wage", 0), ("ranges", 1), ("notice", 3), ("rest", 4)]:
        factories.make_answer(bakery, slug, level)
    factories.make_answer(bakery, "tips", is_not_applicable=True)
    return bakery


def test_before_any_answer_it_helps_on(maria) -> None:
    page = maria.see("results")
    assert (page.status_code, heading(page)) == (200, "Maria’s Bakery")
    assert "Nothing is answered yet" in words(page)
    assert "of 100" not in words(page)


def test_the_headline_counts_practices_in_place(answered, maria) -> None:
    page = maria.see("results")
    assert title(page) == "Results – Maria’s Bakery"
    # Pay: 3 * 0 + 2 * 1 of 20 = 10; Job security: 3 * 3 + 4 of 16 = 81.25; the mean is 45.625.
    assert "2 of 4 practices in place or better Partial · 46 of 100" in words(page)
    assert "This is not a grade: 75 means every practice is in place." in words(page)
    assert "Compare only with your own earlier results." in words(page)
    assert "Reported by management; workers were not surveyed." in words(page)
    assert "provisional" not in words(page)


def test_basic_needs_come_before_the_components(answered, maria) -> None:
    page = words(maria.see("results"))
    assert "Basic needs first" in page
    assert "Text of wage? wage stands at 0. (Pay)" in page
    assert page.index("Basic needs first") < page.index("Component Bar Score In place")


def test_each_component_has_its_score_and_count(answered, maria) -> None:
    page = words(maria.see("results"))
    assert "Pay 10 , target 75 0 of 2 in place" in page
    assert "Job security 81 , target 75 2 of 2 in place" in page


def test_what_does_not_apply_is_named(answered, maria) -> None:
    assert "Does not apply to you: Text of tips?" in words(maria.see("results"))


def test_strengths_and_open_questions_are_named(bakery, maria) -> None:
    factories.make_answer(bakery, "rest", 4)
    factories.make_answer(bakery, "ranges", 1, is_not_sure=True)
    page = words(maria.see("results"))
    assert "What you can build on Leading: Text of rest? rest stands at 4." in page
    assert "Text of wage? (Not answered yet)" in page
    assert "Text of ranges? (Marked “not sure”)" in page
    assert "No component has enough answers for a score yet" in page


def test_each_step_stands_in_its_list_with_its_reason_and_lift(answered, maria) -> None:
    page = words(maria.see("results"))
    start, plan = page.index("Start this month"), page.rindex("Worth planning for")
    assert start < page.index("Do post-ranges") < plan < page.index("Do raise-wage")
    assert "Next step Lift ranges from 1." in page
    assert "Pay from 10 → 20" in page  # ranges to 2: 4 of 20
    assert "Pay from 10 → 25" in page  # wage to 1: 5 of 20
    assert (
        "It has weight 3 of 3, is 3 levels below your target in an area of normal priority, "
        "and takes high effort." in page
    )
    assert "Ordered by weight, distance to target, what you put first, and effort." in page
    assert "A step’s number is its place among all steps." in page


def test_a_step_has_the_number_it_has_everywhere(answered, maria) -> None:
    # Wage: 3 * 3 * 2 / 4 = 4.5, before ranges: 2 * 2 * 2 / 2 = 4, which is shown first.
    page = html(maria.see("results"))
    numbers = re.findall(r'<span class="rank" aria-hidden="true">(\d+)</span>', page)
    assert numbers == ["2", "1"]


def test_a_step_in_the_plan_is_not_offered_again(answered, maria) -> None:
    address = maria.address("add_recommended", "wage")
    assert f'action="{address}"' in html(maria.see("results"))
    maria.send("add_recommended", "wage")
    page = maria.see("results")
    assert f'action="{address}"' not in html(page)
    assert "In your plan" in words(page)
    assert "Go to your plan" in words(page)


def test_a_reader_sees_all_and_changes_nothing(answered, rita) -> None:
    page = rita.see("results")
    assert "2 of 4 practices in place or better" in words(page)
    assert "<form" not in html(page)


def test_a_hidden_answer_counts_nowhere(answered, maria) -> None:
    Assessment.objects.update(has_shifts=False)
    page = words(maria.see("results"))
    assert "1 of 3 practices in place or better" in page
    assert "Job security 100 , target 75 1 of 1 in place" in page


def test_a_component_in_which_nothing_applies_is_named(answered, maria) -> None:
    Assessment.objects.update(has_shifts=False)
    Answer.objects.filter(question="rest").update(level=None, is_not_applicable=True)
    page = words(maria.see("results"))
    assert "No questions in Job security apply, so it does not count in the score." in page
    assert "0 of 2 practices in place or better Not yet · 10 of 100" in page


def test_the_quick_check_has_no_score_for_a_component(answered, maria) -> None:
    Assessment.objects.update(mode="quick")
    page = words(maria.see("results"))
    assert "Results of the quick check" in page
    assert "1 of 2 practices in place or better" in page
    assert "Quick check, 2 questions. Never compare it with a full assessment." in page
    assert "→" not in page
    assert "<svg" not in html(maria.see("results")).partition("<main")[2]


def test_going_on_from_quick_to_full_keeps_the_answers(bakery, maria) -> None:
    Assessment.objects.update(mode="quick")
    factories.make_answer(bakery, "wage", 2, note="Kept.")
    before = list(Answer.objects.values())
    assert "Continue with the other" in words(maria.see("results"))
    response = maria.send("continue_full")
    assert response["Location"] == maria.address("hub")
    assert Assessment.objects.get().mode == "full"
    assert list(Answer.objects.values()) == before
    assert "1 of 5 answered." in words(maria.see("hub"))
    assert "Continue with the other" not in words(maria.see("results"))


def test_going_on_counts_as_a_change(bakery, maria) -> None:
    before = Assessment.objects.get().changed_at
    maria.send("continue_full")
    assert Assessment.objects.get().changed_at > before


@pytest.mark.db
@pytest.mark.parametrize("count", [1, 3, 48])
def test_it_takes_five_queries_whatever_was_answered(count, real_edition, at_most) -> None:
    assessment = factories.make_assessment()
    factories.answer_all(assessment, factories.real_catalogue(), most=count)
    for n in range(count):
        factories.make_action(assessment, f"Action {n}")
    maria = person("maria", assessment)
    maria.see("hub")
    with at_most(5):
        page = maria.see("results")
    assert f"of {count} practice{'s' if count > 1 else ''} in place or better" in words(page)


def test_hostile_names_are_text(answered, maria) -> None:
    Assessment.objects.update(name="<script>alert(1)</script>")
    page = maria.see("results")
    assert "<script>alert" not in html(page)
    assert heading(page) == "<script>alert(1)</script>"
