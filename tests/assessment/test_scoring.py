"""The arithmetic of scores: worked examples first, then what must hold for any answers."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessment.scoring import (
    Gap,
    Profile,
    Reply,
    Tally,
    asked,
    gaps,
    newly_hidden,
    progress,
    raised_by_one,
    round_half_up,
    score,
)
from tests.catalogues import (
    NA_WHEN,
    cases,
    levels,
    make_catalogue,
    make_component,
    make_question,
    two_components,
)
from toolkit.catalogue import Catalogue

SHOP = two_components()
FULL = Profile()
QUICK = Profile(mode="quick")
NO_SHIFTS = Profile(flags={"shifts": False})
NA = Reply(is_not_applicable=True)


def slugs(questions):
    return [q.slug for q in questions]


# -- what is asked ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (FULL, ["wage", "ranges", "tips", "notice", "rest"]),
        (QUICK, ["wage", "notice"]),
        (NO_SHIFTS, ["wage", "ranges", "tips", "rest"]),
        (Profile(mode="quick", flags={"shifts": False}), ["wage"]),
        (Profile(flags={"shifts": True}), ["wage", "ranges", "tips", "notice", "rest"]),
        (Profile(flags={"shifts": None}), ["wage", "ranges", "tips", "notice", "rest"]),
        (Profile(flags={"tipped": False}), ["wage", "ranges", "tips", "notice", "rest"]),
    ],
)
def test_asked_is_the_mode_less_what_a_no_hides(profile, expected):
    assert slugs(asked(SHOP, profile)) == expected


@pytest.mark.parametrize(
    ("before", "after", "answered", "expected"),
    [
        (FULL, NO_SHIFTS, ["wage", "notice"], ["notice"]),
        (FULL, NO_SHIFTS, ["wage"], []),
        (NO_SHIFTS, NO_SHIFTS, ["notice"], []),
        (NO_SHIFTS, FULL, ["notice"], []),
        (FULL, QUICK, ["tips", "wage", "ranges"], ["ranges", "tips"]),
    ],
)
def test_newly_hidden_is_what_was_answered_and_is_no_longer_asked(
    before, after, answered, expected
):
    hidden = newly_hidden(SHOP, before=before, after=after, answered=answered)
    assert slugs(hidden) == expected


def test_progress_counts_levels_and_not_applicable_among_the_questions_asked():
    replies = {
        "wage": Reply(level=0),
        "ranges": Reply(is_not_sure=True, note="ask Ana"),
        "tips": NA,
        "notice": Reply(level=3, is_to_confirm=True),
        "gone": Reply(level=4),
    }
    result = progress(SHOP, FULL, replies)

    assert result.overall == Tally(answered=2, asked=5)
    assert result.components == {"pay": Tally(2, 3), "hours": Tally(0, 2)}


def test_progress_leaves_hidden_answers_out_of_both_counts():
    result = progress(SHOP, NO_SHIFTS, levels(notice=3, rest=2))

    assert result.components["hours"] == Tally(answered=1, asked=1)
    assert result.overall == Tally(answered=1, asked=4)


def test_nothing_asked_is_never_complete():
    assert not Tally(answered=0, asked=0).is_complete
    assert not Tally(answered=1, asked=2).is_complete
    assert Tally(answered=2, asked=2).is_complete


@pytest.mark.parametrize("level", [-1, 5])
def test_a_level_beyond_the_ladder_is_refused(level):
    with pytest.raises(ValueError, match="There is no level"):
        Reply(level=level)


def test_a_level_together_with_not_applicable_is_refused():
    with pytest.raises(ValueError, match="not both"):
        Reply(level=0, is_not_applicable=True)


# -- worked examples -------------------------------------------------------------------------


def test_the_arithmetic_by_hand():
    # Pay: wage 3 * 0 + ranges 2 * 3 = 6 of (3 + 2) * 4 = 20; tips does not apply: 30.
    # Hours: notice 3 * 2 = 6 of 3 * 4 = 12; rest is open, 3 of 4 by weight are answered: 50.
    # Overall (30 + 50) ÷ 2 = 40. In place: ranges alone, of wage, ranges, notice.
    result = score(SHOP, FULL, {**levels(wage=0, ranges=3, notice=2), "tips": NA})
    pay, hours = result.components

    assert (pay.points, pay.possible, pay.exact, pay.shown) == (6, 20, Fraction(30), 30)
    assert (pay.answered, pay.applicable, pay.in_place) == (2, 2, 1)
    assert pay.coverage == 1
    assert (hours.points, hours.possible, hours.exact) == (6, 12, Fraction(50))
    assert (hours.answered, hours.applicable, hours.in_place) == (1, 2, 0)
    assert hours.coverage == Fraction(3, 4)
    assert (result.exact, result.shown, result.band) == (Fraction(40), 40, "Partial")
    assert (result.in_place, result.answered_applicable, result.applicable) == (1, 3, 4)
    assert not result.is_provisional
    assert slugs(result.not_applicable) == ["tips"]
    assert slugs(result.unanswered) == ["rest"]
    assert slugs(result.basic_needs_missing) == ["wage"]


def test_the_trace_adds_up_to_the_two_sums():
    result = score(SHOP, FULL, {**levels(wage=1, ranges=3), "tips": NA})
    rows = [(r.question.slug, r.state, r.level, r.points, r.possible) for r in result.rows]

    assert rows == [
        ("wage", "answered", 1, 3, 12),
        ("ranges", "answered", 3, 6, 8),
        ("tips", "not-applicable", None, 0, 0),
        ("notice", "unanswered", None, 0, 0),
        ("rest", "unanswered", None, 0, 0),
    ]
    # 100 * 9 ÷ 20 = 45
    assert result.by_slug["pay"].exact == 45


def test_all_in_place_is_75():
    result = score(SHOP, FULL, levels(wage=3, ranges=3, tips=3, notice=3, rest=3))

    assert [c.shown for c in result.components] == [75, 75]
    assert (result.shown, result.band) == (75, "In place")


def test_components_count_the_same_however_many_questions_they_hold():
    # Pay 100 with three questions, Hours 0 with two: 50, not 60.
    result = score(SHOP, FULL, levels(wage=4, ranges=4, tips=4, notice=0, rest=0))

    assert result.exact == 50


def test_below_half_of_the_weight_there_are_not_enough_answers():
    # Pay: ranges alone, 2 of 6. Hours: notice, 3 of 4.
    result = score(SHOP, FULL, levels(ranges=4, notice=2))
    pay = result.by_slug["pay"]

    assert (pay.state, pay.exact, pay.shown) == ("not-enough", None, None)
    assert pay.coverage == Fraction(1, 3)
    assert result.exact == 50
    assert result.is_provisional
    assert [c.slug for c in result.not_enough] == ["pay"]


def test_exactly_half_of_the_weight_is_enough():
    # wage: 3 of 6.
    pay = score(SHOP, FULL, levels(wage=2)).by_slug["pay"]

    assert (pay.coverage, pay.state) == (Fraction(1, 2), "scored")
    assert pay.exact == 50


def test_not_applicable_leaves_coverage_and_score():
    # tips out: ranges is 2 of 5, not 2 of 6; still below half.
    pay = score(SHOP, FULL, {**levels(ranges=4), "tips": NA}).by_slug["pay"]

    assert (pay.coverage, pay.state) == (Fraction(2, 5), "not-enough")


def test_without_answers_there_is_no_figure_rather_than_zero():
    result = score(SHOP, FULL, {})

    assert (result.exact, result.shown, result.band) == (None, None, "")
    assert result.is_provisional


def test_a_component_in_which_nothing_applies_is_out_and_named():
    result = score(SHOP, NO_SHIFTS, {**levels(wage=4, ranges=4), "rest": NA})
    hours = result.by_slug["hours"]

    assert (hours.state, hours.coverage, hours.exact) == ("out", None, None)
    assert [c.slug for c in result.out] == ["hours"]
    assert result.exact == 100
    assert not result.is_provisional


def test_a_component_of_which_nothing_is_asked_is_out():
    result = score(SHOP, Profile(mode="quick", flags={"shifts": False}), levels(wage=4))

    assert [c.slug for c in result.out] == ["hours"]
    assert result.by_slug["hours"].rows == ()


def test_a_no_hides_answers_and_yes_brings_them_back():
    replies = levels(wage=2, ranges=2, notice=0, rest=4)

    assert score(SHOP, NO_SHIFTS, replies).by_slug["hours"].exact == 100
    # notice 3 * 0 + rest 1 * 4 = 4 of 16.
    assert score(SHOP, FULL, replies).by_slug["hours"].exact == 25


def test_what_is_to_be_confirmed_counts_nowhere():
    replies = levels(wage=4, ranges=2, notice=2)
    waiting = replies | {"wage": Reply(level=4, is_to_confirm=True)}
    pay = score(SHOP, FULL, waiting).by_slug["pay"]

    assert pay.rows[0].state == "to-confirm"
    assert (pay.answered, pay.points, pay.in_place, pay.state) == (1, 4, 0, "not-enough")
    assert slugs(pay.unanswered) == ["wage", "tips"]


def test_not_applicable_to_be_confirmed_still_weighs_in_coverage():
    replies = {"rest": Reply(is_not_applicable=True, is_to_confirm=True), "notice": Reply(level=4)}
    hours = score(SHOP, FULL, replies).by_slug["hours"]

    assert (hours.coverage, hours.not_applicable) == (Fraction(3, 4), ())


def test_not_applicable_counts_only_where_the_question_offers_it():
    # wage has no na_when (an edition may have dropped it): it is open again.
    pay = score(SHOP, FULL, {"wage": NA, "tips": NA}).by_slug["pay"]

    assert [r.state for r in pay.rows] == ["unanswered", "unanswered", "not-applicable"]


def test_a_not_sure_answer_with_a_level_counts_in_the_score():
    result = score(SHOP, FULL, {"wage": Reply(level=2, is_not_sure=True)})

    assert result.by_slug["pay"].exact == 50
    assert slugs(result.not_sure) == ["wage"]


def test_only_a_weight_three_basic_need_at_level_zero_is_missing():
    weights = [
        make_question("basic", weight=3, weight_reason="Basic need: rent."),
        make_question("proof", weight=3, weight_reason="Evidence: a trial."),
        make_question("light", weight=1, weight_reason="Basic need: small."),
        make_question("begun", weight=3, weight_reason="Basic need: rest."),
    ]
    catalogue = make_catalogue(make_component("pay", weights))
    result = score(catalogue, FULL, levels(basic=0, proof=0, light=0, begun=1))

    assert slugs(result.basic_needs_missing) == ["basic"]


def test_strengths_are_the_highest_then_heaviest_then_first():
    by_weight = {"a": 1, "b": 2, "c": 3, "d": 2, "e": 3}
    questions = [make_question(slug, weight=weight) for slug, weight in by_weight.items()]
    catalogue = make_catalogue(make_component("pay", questions))

    # Leading: a (1), b (2), d (2). In place: c (3). Partial: e. Three at most.
    full = score(catalogue, FULL, levels(a=4, b=4, c=3, d=4, e=2))
    assert [r.question.slug for r in full.strengths] == ["b", "d", "a"]
    few = score(catalogue, FULL, levels(a=4, c=3, e=2))
    assert [r.question.slug for r in few.strengths] == ["a", "c"]


# -- the quick check -------------------------------------------------------------------------


def test_a_quick_check_has_an_overall_figure_and_no_component_score():
    # wage at 1: 25; notice at 4: 100; overall 62.5, shown as 63. ranges is not asked.
    result = score(SHOP, QUICK, levels(wage=1, notice=4, ranges=4))

    assert [c.state for c in result.components] == ["quick", "quick"]
    assert [c.exact for c in result.components] == [None, None]
    assert [c.shown for c in result.components] == [None, None]
    assert [c.part for c in result.components] == [25, 100]
    assert [len(c.rows) for c in result.components] == [1, 1]
    assert (result.exact, result.shown) == (Fraction(125, 2), 63)


def test_a_quick_check_too_needs_half_of_a_component():
    result = score(SHOP, QUICK, levels(notice=4))

    assert result.by_slug["pay"].state == "not-enough"
    assert result.exact == 100
    assert result.is_provisional


def test_going_on_to_all_questions_keeps_the_answers():
    replies = levels(wage=1, notice=4)

    assert score(SHOP, FULL, replies).in_place == score(SHOP, QUICK, replies).in_place == 1


# -- gaps ------------------------------------------------------------------------------------


def test_a_gap_is_the_distance_to_the_target():
    profile = Profile(targets={"hours": 1})
    replies = levels(wage=0, ranges=3, tips=4, notice=2, rest=0)
    found = gaps(profile, score(SHOP, profile, replies))

    # Pay aims at 3 by default: wage is 3 below. Hours aims at 1: rest is 1 below.
    wage, rest = SHOP.questions["wage"], SHOP.questions["rest"]
    assert found == (Gap(wage, level=0, target=3), Gap(rest, level=0, target=1))
    assert [(g.size, g.weight, g.is_always_shown) for g in found] == [(3, 3, True), (1, 1, False)]


def test_unanswered_not_sure_and_unconfirmed_are_no_gaps():
    replies = {
        "wage": Reply(level=0, is_not_sure=True),
        "ranges": Reply(is_not_sure=True),
        "tips": NA,
        "notice": Reply(level=0, is_to_confirm=True),
    }
    assert gaps(FULL, score(SHOP, FULL, replies)) == ()


# -- rounding --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Fraction(1, 2), 0, "1"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(249, 100), 0, "2"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(-1, 3), 0, "0"),
        (Fraction(1, 20), 1, "0.1"),
        (Fraction(49, 1000), 1, "0.0"),
        (Fraction(200, 3), 2, "66.67"),
        (Fraction(10**30 + 1, 2), 0, str((10**30 + 2) // 2)),
    ],
)
def test_rounding_takes_halves_away_from_zero_and_is_exact(value, places, expected):
    assert str(round_half_up(value, places)) == expected


@given(st.fractions(), st.integers(0, 4))
def test_rounding_is_never_off_by_more_than_half(value, places):
    rounded = round_half_up(value, places)

    assert isinstance(rounded, Decimal)
    assert abs(Fraction(rounded) - value) * 10**places <= Fraction(1, 2)


# -- what holds for any answers --------------------------------------------------------------


def exacts(result):
    return [result.exact, *(c.part for c in result.components)]


@given(cases())
def test_every_figure_lies_between_0_and_100(case):
    result = score(*case)

    assert all(0 <= value <= 100 for value in exacts(result) if value is not None)
    assert all(0 <= c.coverage <= 1 for c in result.components if c.coverage is not None)
    assert 0 <= result.in_place <= result.answered_applicable <= result.applicable
    assert [r.question for r in result.rows] == list(asked(case.catalogue, case.profile))


@given(cases())
def test_a_figure_is_missing_exactly_where_coverage_is_below_half(case):
    for component in score(*case).components:
        has_enough = component.coverage is not None and component.coverage * 2 >= 1
        assert (component.part is not None) == has_enough


@given(cases(), st.randoms())
def test_the_order_of_answers_does_not_matter(case, random: Random):
    items = list(case.replies.items())
    random.shuffle(items)

    assert score(case.catalogue, case.profile, dict(items)) == score(*case)


@given(cases())
def test_a_better_answer_lowers_no_score_and_widens_no_gap(case):
    now = score(*case)
    now_gaps = {g.question.slug: g.size for g in gaps(case.profile, now)}
    for slug in case.replies:
        then = score(case.catalogue, case.profile, raised_by_one(case.replies, [slug]))
        pairs = zip(exacts(now), exacts(then), strict=True)
        assert all(a == b is None or a <= b for a, b in pairs)
        then_gaps = {g.question.slug: g.size for g in gaps(case.profile, then)}
        assert then_gaps.keys() <= now_gaps.keys()
        assert all(size <= now_gaps[q] for q, size in then_gaps.items())


@given(cases(), st.data())
def test_not_applicable_scores_as_if_the_question_were_not_there(case, data):
    slug = data.draw(st.sampled_from(list(case.catalogue.questions)))
    offering = changed_questions(case.catalogue, only=slug, na_when=NA_WHEN)
    without = make_catalogue(
        *(
            replace(c, questions=tuple(q for q in c.questions if q.slug != slug))
            for c in case.catalogue.components
        )
    )
    result = score(offering, case.profile, case.replies | {slug: NA})

    assert exacts(result) == exacts(score(without, case.profile, case.replies))


@given(cases(), st.data())
def test_not_applicable_differs_from_the_worst_answer(case, data):
    slug = data.draw(st.sampled_from(list(case.catalogue.questions)))
    offering = changed_questions(case.catalogue, only=slug, na_when=NA_WHEN)
    assume(case.profile.asks(offering.questions[slug]))
    component = offering.questions[slug].component

    out = score(offering, case.profile, case.replies | {slug: NA}).by_slug[component]
    worst = score(offering, case.profile, case.replies | levels(**{slug: 0})).by_slug[component]
    assert out.possible < worst.possible
    assert out.points == worst.points
    if out.part is not None and worst.part is not None:
        assert out.part >= worst.part
        assert (out.part == worst.part) == (out.points == 0)


@given(cases())
def test_a_flag_there_and_back_restores_the_very_score(case):
    before = score(*case)
    hiding = replace(case.profile, flags=dict.fromkeys(case.profile.flags, False))
    score(case.catalogue, hiding, case.replies)
    back = replace(hiding, flags=case.profile.flags)

    assert score(case.catalogue, back, case.replies) == before


@given(cases())
def test_answers_to_questions_not_asked_count_nowhere(case):
    kept = {q.slug for q in asked(case.catalogue, case.profile)}
    visible = {slug: reply for slug, reply in case.replies.items() if slug in kept}

    assert score(case.catalogue, case.profile, visible) == score(*case)
    assert progress(case.catalogue, case.profile, visible) == progress(*case)


@given(cases())
def test_new_wording_moves_no_score(case):
    reworded = changed_questions(
        case.catalogue,
        text="Said otherwise?",
        hint="A hint.",
        why="Another reason.",
        pulse="I feel it.",
        next_steps=("One.", "Two.", "Three.", "Four."),
    )
    before, after = score(*case), score(reworded, case.profile, case.replies)

    assert exacts(after) == exacts(before)
    assert [r.state for r in after.rows] == [r.state for r in before.rows]
    assert [g.size for g in gaps(case.profile, after)] == [
        g.size for g in gaps(case.profile, before)
    ]


@given(cases())
def test_progress_is_full_only_when_every_question_asked_is_settled(case):
    tally = progress(*case).overall
    open_questions = score(*case).unanswered

    assert tally.asked - tally.answered == len(open_questions)


def changed_questions(catalogue: Catalogue, *, only: str = "", **changes: Any) -> Catalogue:
    """The catalogue with ``changes`` in each question, or in the one named."""
    return replace(
        catalogue,
        components=tuple(
            replace(
                c,
                questions=tuple(
                    replace(q, **changes) if only in ("", q.slug) else q for q in c.questions
                ),
            )
            for c in catalogue.components
        ),
    )
