"""What a set of steps would change: examples worked by hand, then what holds for any set."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.recommendation import recommend
from assessment.scoring import Profile, Reply, raised_by_one, score
from assessment.what_if import WhatIf, chosen_steps, strategies_in, what_if, work_out
from tests.catalogues import cases, levels, make_strategy, two_components

# Pay: wage (weight 3, high effort), ranges (2) and tips (1, low effort); Hours: notice, rest.
SHOP = two_components()
REPLIES = levels(wage=0, ranges=1, tips=1, notice=2, rest=3)


def worked_out(
    questions=(), strategies=(), *, catalogue=SHOP, profile=None, replies=None
) -> WhatIf:
    profile, replies = profile or Profile(), REPLIES if replies is None else replies
    before = score(catalogue, profile, replies)
    found = recommend(catalogue, profile, replies, before)
    return work_out(
        catalogue=catalogue,
        profile=profile,
        replies=replies,
        before=before,
        steps=chosen_steps(found, questions, strategies),
    )


def slugs(result: WhatIf) -> list[str]:
    return [step.question.slug for step in result.steps]


def test_a_set_is_worked_out_as_a_set():
    # Pay: (0 + 2 + 1) of 24 = 12.5; wage to 1 and ranges to 2: 3 + 4 + 1 = 8 of 24: 33.3.
    # Hours: (6 + 3) of 16 = 56.25; notice to 3: 12 of 16 = 75.
    result = worked_out(["wage", "ranges", "notice"])

    pay, hours = result.components
    assert (pay.label, pay.lift and pay.lift.text) == ("Pay", "13 → 33")
    assert (hours.label, hours.lift and hours.lift.text) == ("Hours", "56 → 75")
    assert result.lift is not None
    # (12.5 + 56.25) / 2 = 34.375; (33.33 + 75) / 2 = 54.17
    assert (result.lift.text, result.lift.change_text) == ("34 → 54", "+20")
    assert result.after.in_place - result.before.in_place == 1


def test_a_component_without_a_step_of_the_set_is_not_listed():
    result = worked_out(["notice"])

    assert [change.label for change in result.components] == ["Hours"]
    assert result.after.by_slug["pay"] == result.before.by_slug["pay"]


def test_effort_is_counted_and_days_are_told_both_ways():
    result = worked_out(["wage", "ranges", "tips"])

    assert result.efforts == (("low", 2), ("high", 1))
    assert (result.longest, result.total, result.without_days) == (180, 240, 0)
    assert result.shares_a_strategy  # ranges and tips are one strategy's


def test_days_that_nobody_knows_are_counted_apart():
    catalogue = replace(
        SHOP, strategies=tuple(s for s in SHOP.strategies if s.slug != "raise-wage")
    )
    result = worked_out(["wage", "notice"], catalogue=catalogue)
    assert (result.longest, result.total, result.without_days) == (60, 60, 1)
    assert worked_out(["wage"], catalogue=catalogue).longest is None
    assert not result.shares_a_strategy


def test_nothing_ticked_changes_nothing():
    result = worked_out()

    assert (result.steps, result.components, result.efforts) == ((), (), ())
    assert (result.longest, result.total) == (None, None)
    assert result.after == result.before
    assert result.lift is not None
    assert result.lift.change == 0


def test_a_strategy_is_every_open_step_it_is_first_offered_for():
    found = recommend(SHOP, Profile(), REPLIES, score(SHOP, Profile(), REPLIES))
    offered = {s.strategy.slug: [r.question.slug for r in s.steps] for s in strategies_in(found)}
    ranges = next(slug for slug, steps in offered.items() if "ranges" in steps)

    assert offered[ranges] == ["ranges", "tips"]
    assert slugs(worked_out([], [ranges])) == ["ranges", "tips"]


def test_a_step_of_a_ticked_strategy_counts_once():
    found = recommend(SHOP, Profile(), REPLIES, score(SHOP, Profile(), REPLIES))
    every = [s.strategy.slug for s in strategies_in(found)]

    assert worked_out(["ranges", "tips"], every) == worked_out([], every)
    assert worked_out(["ranges", "ranges"]) == worked_out(["ranges"])


def test_two_strategies_for_one_question_raise_it_once():
    catalogue = replace(SHOP, strategies=(*SHOP.strategies, make_strategy("a-raise", ["wage"])))
    result = worked_out(["wage"], ["raise-wage", "a-raise"], catalogue=catalogue)

    assert slugs(result) == ["wage"]
    assert result.after.rows_by_slug["wage"].level == 1


def test_what_is_not_open_chooses_nothing():
    assert worked_out(["rest", "gone", "<script>", ""], ["gone", ""]).steps == ()


def test_while_not_scored_there_is_no_lift():
    result = worked_out(["tips"], replies=levels(tips=0))  # 1 of 6 by weight: not enough

    assert slugs(result) == ["tips"]
    assert result.components[0].lift is None
    assert result.lift is None
    assert result.after.in_place == 0


def test_a_quick_check_has_an_overall_lift_and_none_per_component():
    result = worked_out(["wage"], profile=Profile(mode="quick"))

    assert result.components[0].lift is None
    assert result.lift is not None
    # Of wage 0 and notice 2: (0 + 50) / 2 = 25; wage to 1: (25 + 50) / 2 = 37.5, shown 38
    assert result.lift.text == "25 → 38"


def test_raising_keeps_all_else_of_an_answer():
    reply = Reply(level=3, is_not_sure=True, is_to_confirm=True, note="Seen.")

    assert raised_by_one({"wage": reply}, ["wage"]) == {"wage": replace(reply, level=4)}
    assert reply.level == 3


@pytest.mark.parametrize("slug", ["top", "out", "empty", "gone"])
def test_what_has_no_level_or_is_at_the_top_stays(slug):
    replies = {"top": Reply(level=4), "out": Reply(is_not_applicable=True), "empty": Reply()}

    assert raised_by_one(replies, [slug]) == replies


@given(cases(), st.data())
def test_raising_one_by_one_ends_where_the_set_does(case, data):
    slugs = data.draw(st.lists(st.sampled_from(list(case.catalogue.questions)), unique=True))
    step_by_step = case.replies
    for slug in slugs:
        step_by_step = raised_by_one(step_by_step, [slug])

    together = what_if(case.catalogue, case.profile, case.replies, slugs)
    assert together == score(case.catalogue, case.profile, step_by_step)


@given(cases(), st.data())
def test_any_set_is_scored_by_the_scorer_and_each_question_rises_once(case, data):
    before = score(case.catalogue, case.profile, case.replies)
    found = recommend(case.catalogue, case.profile, case.replies, before)
    questions = data.draw(st.lists(st.sampled_from([*case.catalogue.questions, "gone"])))
    strategies = data.draw(
        st.lists(st.sampled_from([*(s.slug for s in case.catalogue.strategies), "gone"]))
    )
    steps = chosen_steps(found, questions, strategies)
    result = work_out(
        catalogue=case.catalogue,
        profile=case.profile,
        replies=case.replies,
        before=before,
        steps=[*steps, *steps],
    )

    assert result.steps == steps
    raised = {step.question.slug for step in steps}
    for slug, row in result.after.rows_by_slug.items():
        was = before.rows_by_slug[slug].level
        assert row.level == (was + 1 if slug in raised and was is not None else was)
    changed = {change.before.component.slug for change in result.components}
    for slug, component in result.after.by_slug.items():
        assert slug in changed or component == before.by_slug[slug]
    assert result.lift is None or (result.lift.change > 0) == bool(
        changed & {c.component.slug for c in before.components if c.part is not None}
    )
    assert sum(count for _, count in result.efforts) == len(steps)
