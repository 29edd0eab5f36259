"""The page on what moved: which two, like for like, as published, and what it says without."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from assessment.documents import printed_plan
from assessment.models import Answer, Assessment
from assessment.reading import plan_for
from tests import factories
from tests.assessment.test_earlier import access_of
from tests.factories import with_question
from tests.pages import heading, html, title, words
from tests.people import person

pytestmark = [pytest.mark.db, pytest.mark.django_db]
FIRST = {"wage": 1, "ranges": 2, "tips": 1, "notice": 3, "rest": 4}


def answer(assessment: Assessment, day: tuple[int, int, int], **given: int) -> Assessment:
    """Answer it as it stood on a day."""
    at = datetime(*day, 12, tzinfo=UTC)
    for slug, level in given.items():
        factories.make_answer(assessment, slug, level, saved_at=at)
    return assessment


@pytest.fixture
def first(bakery: Assessment) -> Assessment:
    """The bakery a year before."""
    return answer(factories.make_assessment(name="First"), (2026, 3, 3), **FIRST)


@pytest.fixture
def two(first: Assessment, bakery: Assessment) -> Assessment:
    """The bakery after it: wage rose by 2, rest fell by 2."""
    Assessment.objects.filter(pk=bakery.pk).update(earlier=first)
    return answer(bakery, (2026, 10, 5), **(FIRST | {"wage": 3, "rest": 2}))


@pytest.fixture
def three(first: Assessment, two: Assessment) -> Assessment:
    """One between them, in which only wage differs from the first."""
    between = factories.make_assessment(name="Between", earlier=first)
    Assessment.objects.filter(pk=two.pk).update(earlier=between)
    answer(between, (2026, 6, 1), **(FIRST | {"wage": 0}))
    return two


# -- without anything to show --------------------------------------------------------------------


def test_with_one_assessment_it_says_what_would_be_here(maria, rita) -> None:
    page = maria.see("progress")
    assert (heading(page), title(page)) == ("Maria’s Bakery", "Compare – Maria’s Bakery")
    assert "There is nothing to compare with yet" in words(page)
    assert maria.address("reassess") in html(page)
    assert rita.address("reassess") not in html(rita.see("progress"))


def test_compare_stands_in_the_navigation_once_there_is_a_second(two, maria, rita) -> None:
    address = f'href="{rita.address("progress")}"'
    assert address in html(rita.see("results"))
    Assessment.objects.update(earlier=None)
    for name in ("results", "plan"):
        assert address not in html(rita.see(name))
        assert address not in html(maria.see(name))


def test_with_nothing_confirmed_it_says_how_far_it_is(two, maria) -> None:
    Answer.objects.filter(assessment=two).update(is_to_confirm=True)
    said = words(maria.see("progress"))
    assert "0 of 5 confirmed so far." in said
    assert "Nothing can be compared with March 3, 2026 yet" in said
    assert "Scores cannot be compared yet" in said
    assert "<svg" not in html(maria.see("progress")).partition("<main")[2]


def test_with_nothing_in_common_it_says_so(two, maria) -> None:
    newer = factories.bakery_catalogue()
    for slug in newer.questions:
        newer = with_question(newer, slug, meaning=2)
    factories.make_edition(newer, number=2)
    Assessment.objects.filter(pk=two.pk).update(edition_number=2)
    said = words(maria.see("progress"))
    assert "no question with the same meaning is answered in both." in said
    assert "Meaning changed, so not compared (5)" in said


# -- two ---------------------------------------------------------------------------------------


def test_two_stand_side_by_side(two, maria) -> None:
    said = words(maria.see("progress"))
    assert (
        "Since March 3, 2026, of 5 questions that can be compared, 1 is higher, 1 is lower and 3 "
        "are the same. On just these questions, the score was 57 of 100 and is 64 now."
    ) in said
    assert "Pay 33 58 +25 3" in said
    assert "Job security 81 69 -13 2" in said
    assert "Higher than before (1) Pay Text of wage? Then: Starting wage stands at 1." in said
    assert "Lower than before (1) Job security Text of rest? Then: Leading" in said
    assert "3 questions did not change." in said
    # As published, each by its own; here the same as nothing else was asked.
    assert "March 3, 2026 1.0 All 5 questions 2 of 5 practices in place or better" in said


def test_done_actions_stand_beside_changes_and_claim_nothing(two, first, maria) -> None:
    done: dict[str, Any] = {"status": "done", "done_on": date(2026, 6, 1)}
    factories.make_action(first, "Raise the wage", question="wage", **done)
    factories.make_action(two, "Lunch", **done)
    factories.make_action(two, "Removed", removed_at=two.started_at, **done)
    said = words(maria.see("progress"))
    assert "Done in the meantime, for the same question: Raise the wage (done June 1, 2026)" in said
    assert "Done in the meantime, not next to a change above: Lunch (done June 1, 2026)" in said
    assert "That does not mean one caused the other." in said
    assert "Removed" not in said


def test_a_quick_check_is_not_charted_beside_a_full_one(two, first, maria) -> None:
    Assessment.objects.filter(pk=first.pk).update(mode="quick")
    page = maria.see("progress")
    assert "so their scores are not compared" in words(page)
    assert "<svg" not in html(page).partition("<main")[2]
    assert "Quick check, 2 questions" in words(page)
    assert "Text of wage? Then: Starting" in words(page)


def test_a_reader_sees_the_earlier_figures_and_no_way_to_change_them(two, rita) -> None:
    page = rita.see("progress")
    assert "<title>Pay: 33 of 100 then, 58 now</title>" in html(page)
    for name in ("earlier", "reassess", "review"):
        assert rita.address(name) not in html(page)


def test_no_public_id_of_another_assessment_stands_on_the_page(three, first, rita) -> None:
    page = html(rita.see("progress"))
    others = Assessment.objects.exclude(pk=three.pk)
    assert [a.public_id for a in others if a.public_id in page] == []


# -- more than two -----------------------------------------------------------------------------


def test_of_three_the_last_two_are_compared_and_a_line_drawn(three, maria) -> None:
    page = maria.see("progress")
    assert "Since June 1, 2026, of 5 questions" in words(page)
    assert "All 3 assessments" in words(page)
    assert "March 3, 2026: 57 of 100. June 1, 2026: 51 of 100. October 5, 2026: 64" in words(page)
    assert 'points="80,' in html(page)


@pytest.mark.parametrize("query", ["?from=1&to=2", "?from=2&to=1"])
def test_which_two_can_be_chosen(query, three, maria) -> None:
    page = maria.get(maria.address("progress") + query)
    assert "As of June 1, 2026. Since March 3, 2026, of 5 questions" in words(page)
    assert "the score was 57 of 100 and 51 on June 1, 2026." in words(page)
    assert '<option value="1" selected>March 3, 2026, all 5 questions</option>' in html(page)


@pytest.mark.parametrize(
    "query", ["?from=0&to=9", "?from=x", "?from=2&to=2", "?from=%00&to=-1", "?to=" + "9" * 500]
)
def test_a_choice_that_cannot_be_shows_the_last_two(query, three, maria) -> None:
    page = maria.get(maria.address("progress") + query)
    assert (page.status_code, "Since June 1, 2026" in words(page)) == (200, True)


# -- what it costs -----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 4])
def test_it_takes_five_queries_however_many_there_are(count, bakery, at_most) -> None:
    last = None
    for n in range(count):
        last = factories.make_assessment(earlier=last)
        answer(last, (2026, 1 + n, 3), **FIRST)
    assert last is not None
    maria = person("maria", last)
    maria.see("progress")
    with at_most(5):  # session, link, the line, answers, actions
        page = maria.see("progress")
    assert "questions that can be compared are as they were" in words(page)


@pytest.mark.parametrize("name", ["results", "arithmetic"])
def test_results_ask_nothing_more_with_an_earlier_one(name, two, maria, at_most) -> None:
    maria.see(name)
    with at_most(5):
        assert maria.see(name).status_code == 200


# -- documents ---------------------------------------------------------------------------------


def test_documents_hold_what_moved(two, first, django_assert_num_queries) -> None:
    since = plan_for(access_of(two)).since_last
    assert since is not None
    assert since.overall is not None
    assert (since.before.on, since.overall.before, since.overall.after) == ("2026-03-03", 57, 64)
    said = printed_plan.html_of(plan_for(access_of(two)))
    assert "Since last time" in said
    assert "shown by a ring, and 58 now" in said
    alone, both = access_of(first), access_of(two)
    with django_assert_num_queries(4):
        plan_for(alone)
    with django_assert_num_queries(7):
        plan_for(both)


def test_documents_without_an_earlier_one_say_nothing_of_it(bakery) -> None:
    document = plan_for(access_of(bakery))
    assert document.since_last is None
    assert "Since last time" not in printed_plan.html_of(document)


def test_hostile_and_right_to_left_titles_are_text(two, maria) -> None:
    wild = "<script>alert(1)</script>مخبز" + "W" * 160
    factories.make_action(two, wild, question="wage", status="done", done_on=date(2026, 6, 1))
    assert "<script>alert" not in html(maria.see("progress"))
    assert "<script>alert" not in printed_plan.html_of(plan_for(access_of(two)))
