"""The page on what turnover costs: told, worked out, kept apart from the score."""

import pytest

from assessment import workflow
from assessment.access import Access
from assessment.models import Assessment, TurnoverEstimate
from assessment.reading import plan_for
from tests import factories
from tests.pages import heading, html, words
from toolkit.models import Edition

pytestmark = pytest.mark.django_db

TOLD = {
    "headcount": "40",
    "leavers": "12",
    "pay": "32000",
    "low_percent": "11",
    "high_percent": "32",
}


@pytest.fixture
def estimate(bakery):
    return TurnoverEstimate.objects.create(
        assessment=bakery, headcount=40, leavers=12, pay=32_000, low_percent=11, high_percent=32
    )


def test_before_any_figure_it_asks_and_works_nothing_out(bakery, maria) -> None:
    page = maria.see("turnover")
    assert (page.status_code, heading(page)) == (200, "What turnover costs you")
    assert "What your figures say" not in words(page)
    assert page.context["form"]["low_percent"].value() == 11
    assert page.context["form"]["high_percent"].value() == 32


def test_the_headcount_of_the_profile_is_offered(bakery, maria) -> None:
    bakery.headcount = 38
    bakery.save()
    assert maria.see("turnover").context["form"]["headcount"].value() == 38


@pytest.mark.db
def test_figures_are_kept_and_worked_out(bakery, maria) -> None:
    assert maria.send("turnover", data=TOLD)["Location"] == maria.address("turnover")
    kept = TurnoverEstimate.objects.get(assessment=bakery)
    assert (kept.headcount, kept.leavers, kept.pay, kept.is_in_documents) == (40, 12, 32_000, False)
    shown = words(maria.see("turnover"))
    assert "Replacing the 12 people who left may have cost $42,000 to $120,000" in shown
    assert "Seasonal endings, retirements and dismissals are left out." in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"leavers": ""}, "Please give a number; a good guess will do."),
        ({"leavers": "a few"}, "Please give a whole number of people, in digits only."),
        ({"headcount": "0"}, "Please give a number of people from 1 to 5,000,000."),
        ({"pay": "99999999999"}, "Please give a number of dollars from 1 to 10,000,000."),
        ({"low_percent": "40"}, "The high estimate cannot be less than the low estimate."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(change, said, bakery, maria) -> None:
    page = maria.send("turnover", data={**TOLD, **change})
    assert page.status_code == 422
    assert said in words(page)
    assert page.context["form"]["pay"].value() == {**TOLD, **change}["pay"]
    assert not TurnoverEstimate.objects.exists()


def test_open_actions_with_a_cost_say_when_they_pay_for_themselves(estimate, bakery, maria) -> None:
    factories.make_action(bakery, "Post the hours", estimate=5_000)
    factories.make_action(bakery, "Free step", estimate=0)
    factories.make_action(bakery, "Given up", estimate=100, status="dropped")
    shown = words(maria.see("turnover"))
    assert "Post the hours ($5,000)." in shown
    assert "it kept 1 to 2 people who would otherwise leave." in shown
    assert "Free step" not in shown
    assert "Given up" not in shown


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (
            "5000",
            "It would pay for itself within a year if it kept 1 to 2 people who would otherwise "
            "leave.",
        ),
        ("0", "Please give a cost above 0: what costs nothing has nothing to earn back."),
        ("much", "Please give the cost in whole dollars, in digits."),
        ("999999999999", "Please give a cost up to $100,000,000."),
    ],
)
def test_a_cost_may_be_tried_out(cost, said, estimate, maria) -> None:
    assert said in words(maria.get(maria.address("turnover"), {"cost": cost}))


def test_it_may_all_be_removed(estimate, maria) -> None:
    assert maria.send("remove_turnover")["Location"] == maria.address("turnover")
    assert not TurnoverEstimate.objects.exists()
    assert maria.send("remove_turnover").status_code == 302


def test_it_stands_beside_no_score(estimate, maria) -> None:
    for name in ("results", "hub", "plan"):
        assert "42,000" not in html(maria.see(name))


@pytest.mark.parametrize("is_ticked", [True, False])
def test_documents_hold_it_only_if_ticked(is_ticked, estimate, bakery, maria) -> None:
    TurnoverEstimate.objects.update(is_in_documents=is_ticked)
    edition = Edition.objects.get(number=1)
    access = Access(bakery, "owner", "", 0, edition.fingerprint, edition.revision)
    assert (plan_for(access).turnover is not None) is is_ticked
    assert plan_for(access, is_printed=False).turnover is None


def test_the_page_takes_the_same_queries_for_one_action_and_three(
    estimate, bakery, maria, django_assert_num_queries
) -> None:
    factories.make_action(bakery, "One", estimate=100)
    maria.see("turnover")
    with django_assert_num_queries(7):
        maria.see("turnover")
    factories.make_action(bakery, "Two", estimate=100)
    factories.make_action(bakery, "Three", estimate=100)
    with django_assert_num_queries(7):
        maria.see("turnover")


@pytest.mark.db
def test_a_second_press_that_saw_no_figures_is_no_error(bakery) -> None:
    for leavers in (12, 13):
        told = TurnoverEstimate(
            assessment=bakery,
            headcount=40,
            leavers=leavers,
            pay=32_000,
            low_percent=11,
            high_percent=32,
        )
        workflow.tell_turnover(estimate=told)
    assert TurnoverEstimate.objects.get(assessment=bakery).leavers == 13


def test_telling_and_forgetting_put_off_the_day_on_which_all_is_deleted(bakery, maria) -> None:
    for name, data in (("turnover", TOLD), ("remove_turnover", {})):
        before = Assessment.objects.get(pk=bakery.pk).changed_at
        maria.send(name, data=data)
        assert Assessment.objects.get(pk=bakery.pk).changed_at > before
