"""The proposal is the best set there is: by hand, and against every set scored by the scorer."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.proposal import MOST_COUNT, Limits, Proposal, propose
from assessment.recommendation import Recommendation, recommend
from assessment.scoring import Profile, score
from assessment.what_if import what_if
from tests.catalogues import (
    cases,
    levels,
    make_catalogue,
    make_component,
    make_question,
    make_strategy,
    two_components,
)

SHOP = two_components()
REPLIES = levels(wage=0, ranges=1, tips=1, notice=2, rest=2)


def proposed(replies=None, *, profile=None, planned=(), catalogue=SHOP, **limits) -> Proposal:
    profile, replies = profile or Profile(), REPLIES if replies is None else replies
    now = score(catalogue, profile, replies)
    found = recommend(catalogue, profile, replies, now)
    return propose(found=found, score=now, planned=planned, limits=Limits(**limits))


def slugs(proposal: Proposal) -> list[str]:
    return [step.question.slug for step in proposal.steps]


def test_the_three_that_lift_most():
    # Pay has 24 possible points, Hours 16: notice 3/16, wage 3/24, ranges 2/24, rest 1/16,
    # tips 1/24.
    assert sorted(slugs(proposed())) == ["notice", "ranges", "wage"]
    assert proposed().fitting == 5


def test_as_many_as_asked_for():
    assert slugs(proposed(count=1)) == ["notice"]
    assert len(proposed(count=MOST_COUNT).steps) == 5


def test_they_stand_in_rank_order():
    ranks = [step.rank for step in proposed(count=5).steps]
    assert ranks == sorted(ranks)


def test_only_low_effort():
    assert sorted(slugs(proposed(is_low_effort_only=True))) == ["ranges", "tips"]
    assert proposed(is_low_effort_only=True).fitting == 2


def test_within_so_many_days_to_each_first_result():
    strategies = [
        make_strategy("fast", ["wage"], days=30),
        make_strategy("slow", ["tips"], days=31),
    ]
    catalogue = make_catalogue(*SHOP.components, strategies=strategies)
    assert slugs(proposed(catalogue=catalogue, within=30)) == ["wage"]
    assert sorted(slugs(proposed(catalogue=catalogue, within=31))) == ["tips", "wage"]
    # Nobody says how long the other three take, so they are within no number of days.
    assert proposed(catalogue=catalogue, within=10**6).fitting == 2
    assert proposed(catalogue=catalogue).fitting == 5


def test_what_is_in_the_plan_is_left_out():
    assert sorted(slugs(proposed(planned={"notice", "wage"}))) == ["ranges", "rest", "tips"]


def test_what_has_no_score_is_left_out_and_said():
    # Pay: 1 of 6 by weight is answered, which is not enough; Hours is scored.
    proposal = proposed(levels(tips=0, notice=1, rest=1))
    assert (sorted(slugs(proposal)), proposal.fitting) == (["notice", "rest"], 2)
    nothing = proposed(levels(tips=0))
    assert (nothing.steps, nothing.fitting, nothing.is_scored) == ((), 0, False)
    assert proposal.is_scored


def test_the_quick_check_goes_by_its_overall_figure():
    assert sorted(slugs(proposed(profile=Profile(mode="quick")))) == ["notice", "wage"]


def test_between_equals_the_higher_in_the_order_comes_first():
    questions = [make_question(f"q{n}", weight=2) for n in range(1, 6)]
    strategies = [make_strategy("easy", ["q4", "q5"], effort="low")]
    catalogue = make_catalogue(make_component("pay", questions), strategies=strategies)
    replies = levels(q1=1, q2=1, q3=1, q4=1, q5=1)
    assert slugs(proposed(replies, catalogue=catalogue)) == ["q4", "q5", "q1"]


@pytest.mark.parametrize("count", range(1, MOST_COUNT + 1))
@given(cases(), st.data())
def test_no_other_set_of_that_size_lifts_more(count, case, data):
    now = score(case.catalogue, case.profile, case.replies)
    found = recommend(case.catalogue, case.profile, case.replies, now)
    planned = data.draw(st.sets(st.sampled_from(list(case.catalogue.questions)), max_size=2))
    limits = Limits(
        count=count,
        within=data.draw(st.sampled_from([None, 59, 60])),
        is_low_effort_only=data.draw(st.booleans()),
    )
    proposal = propose(found=found, score=now, planned=planned, limits=limits)

    def may(step: Recommendation) -> bool:
        return bool(
            step.question.slug not in planned
            and now.by_slug[step.component.slug].part is not None
            and (limits.within is None or (step.days and step.days <= limits.within))
            and (step.effort == "low" or not limits.is_low_effort_only)
        )

    open_steps = [step for step in found.ranked if may(step)]
    assert (proposal.fitting, len(proposal.steps)) == (len(open_steps), min(count, len(open_steps)))

    def after(steps):
        raised = [step.question.slug for step in steps]
        return what_if(case.catalogue, case.profile, case.replies, raised).exact

    if open_steps:
        # The first of the best, in the order of ranks: combinations() gives sets in that order.
        best = max(combinations(open_steps, len(proposal.steps)), key=after)
        assert proposal.steps == best
