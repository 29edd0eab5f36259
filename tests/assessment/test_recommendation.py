"""What comes first and why: worked examples, then what must hold for any answers."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.recommendation import (
    Backing,
    LiftPair,
    Reason,
    Recommendations,
    backing_of,
    recommend,
    role_label,
)
from assessment.scoring import Profile, Reply, gaps, raised_by_one, score
from tests.catalogues import (
    cases,
    levels,
    make_catalogue,
    make_component,
    make_question,
    make_strategy,
    two_components,
)
from toolkit.catalogue import Catalogue, ResourceFacet, ResourceUse

SHOP = two_components()
FULL = Profile()


def recommended(catalogue: Catalogue, profile: Profile, replies) -> Recommendations:
    return recommend(catalogue, profile, replies, score(catalogue, profile, replies))


def ranked(found: Recommendations):
    return sorted(found.shown + found.not_now, key=lambda r: r.rank)


def slugs(recommendations):
    return [r.question.slug for r in recommendations]


def many(count: int, *, effort: str, weight: int = 1, position: int = 1, name: str = "q"):
    """A component of ``count`` questions of one weight, and their strategies of one effort."""
    questions = [make_question(f"{name}{n}", weight=weight) for n in range(1, count + 1)]
    component = make_component(name, questions, position=position)
    return component, make_strategy(f"do-{name}", [q.slug for q in questions], effort=effort)


# -- ranking ---------------------------------------------------------------------------------


def test_priority_is_weight_times_gap_times_importance_over_effort():
    # wage:   3 * 3 * 2 / 4 (high)   = 4.5
    # ranges: 2 * 2 * 2 / 2 (low)    = 4
    # notice: 3 * 1 * 3 / 3 (medium) = 3
    # rest:   1 * 3 * 3 / 3 (medium) = 3, after notice by position
    # tips:   1 * 2 * 2 / 2 (low)    = 2
    profile = Profile(importance={"hours": 3})
    found = recommended(SHOP, profile, levels(wage=0, ranges=1, tips=1, notice=2, rest=0))

    assert [(r.rank, r.question.slug, r.reason.priority) for r in ranked(found)] == [
        (1, "wage", Fraction(9, 2)),
        (2, "ranges", Fraction(4)),
        (3, "notice", Fraction(3)),
        (4, "rest", Fraction(3)),
        (5, "tips", Fraction(2)),
    ]
    assert slugs(found.start_this_month) == ["ranges", "tips"]
    assert slugs(found.worth_planning) == ["wage", "notice", "rest"]
    assert found.not_now == ()


def test_equals_stand_in_the_order_of_components_then_questions():
    first, move_first = many(2, effort="low", name="a", position=1)
    second, move_second = many(2, effort="low", name="b", position=2)
    catalogue = make_catalogue(first, second, strategies=[move_second, move_first])
    found = recommended(catalogue, FULL, levels(b2=0, b1=0, a2=0, a1=0))

    assert slugs(ranked(found)) == ["a1", "a2", "b1", "b2"]


def test_a_heavier_question_is_not_put_first_among_equals():
    # light: 1 * 3 * 2 / 3 = 2; heavy: 3 * 1 * 2 / 3 = 2.
    questions = [make_question("light", weight=1), make_question("heavy", weight=3)]
    catalogue = make_catalogue(make_component("pay", questions))

    assert slugs(ranked(recommended(catalogue, FULL, levels(light=0, heavy=2)))) == [
        "light",
        "heavy",
    ]


def test_a_recommendation_says_where_things_stand_and_what_comes_next():
    found = recommended(SHOP, FULL, levels(ranges=1))
    (only,) = found.start_this_month

    assert only.component.slug == "pay"
    assert only.today == "ranges stands at 1."
    assert only.next_step == "Lift ranges from 1."
    assert only.strategy is not None
    assert (only.strategy.slug, only.effort, only.days) == ("post-ranges", "low", 30)
    assert only.others == ()
    assert not only.is_effort_assumed


def test_without_a_strategy_the_effort_is_taken_as_medium_and_said_so():
    catalogue = replace(SHOP, strategies=())
    (only,) = recommended(catalogue, FULL, levels(wage=0)).shown

    # 3 * 3 * 2 / 3 = 6
    assert (only.strategy, only.others, only.days, only.backing) == (None, (), None, Backing())
    assert (only.effort, only.is_effort_assumed) == ("medium", True)
    assert only.reason.priority == 6
    assert only.reason_text == (
        "It has weight 3 of 3, is 3 levels below your target in an area of normal priority, "
        "and is assumed to take medium effort, because no strategy is offered for it yet."
    )


def test_the_first_strategy_offered_suits_the_size_and_gives_the_effort():
    catalogue = replace(
        SHOP,
        strategies=(
            make_strategy("big-and-easy", ["wage"], effort="low", sizes=("1000+",)),
            make_strategy("any-and-hard", ["wage"], effort="high"),
            make_strategy("any-and-fair", ["wage"], effort="medium"),
            make_strategy("later", ["wage"], effort="low", levels=(2, 3)),
        ),
    )
    (small,) = recommended(catalogue, Profile(size="1-9"), levels(wage=0)).shown
    (large,) = recommended(catalogue, Profile(size="1000+"), levels(wage=0)).shown

    assert small.strategy == catalogue.strategies_by_slug["any-and-fair"]
    assert [s.slug for s in small.others] == ["any-and-hard", "big-and-easy"]
    assert small.effort == "medium"
    assert large.strategy == catalogue.strategies_by_slug["big-and-easy"]
    assert large.effort == "low"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (
            Reason(weight=1, gap=1, importance=1, effort="low", is_effort_assumed=False),
            "It has weight 1 of 3, is 1 level below your target in an area you left for later, "
            "and takes low effort.",
        ),
        (
            Reason(weight=2, gap=2, importance=3, effort="high", is_effort_assumed=False),
            "It has weight 2 of 3, is 2 levels below your target in an area you put first, "
            "and takes high effort.",
        ),
    ],
)
def test_the_reason_reads_as_one_sentence(reason, text):
    assert reason.text == text


# -- the lists -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "limit"),
    [("", 3), ("1-9", 3), ("10-49", 3), ("50-249", 5), ("250-999", 5), ("1000+", 5)],
)
def test_each_list_has_its_own_limit(size, limit):
    easy, easy_move = many(7, effort="low", name="easy", position=1)
    hard, hard_move = many(6, effort="high", name="hard", position=2)
    catalogue = make_catalogue(easy, hard, strategies=[easy_move, hard_move])
    replies = {slug: Reply(level=1) for slug in catalogue.questions}
    found = recommended(catalogue, Profile(size=size), replies)

    assert slugs(found.start_this_month) == [f"easy{n}" for n in range(1, limit + 1)]
    assert slugs(found.worth_planning) == [f"hard{n}" for n in range(1, limit + 1)]
    assert len(found.not_now) == 13 - 2 * limit
    assert [r.rank for r in found.not_now] == sorted(r.rank for r in found.not_now)


def test_a_weight_three_gap_at_level_zero_is_shown_beyond_the_limit():
    # Four at 2 * 2 * 2 / 2 = 4 each (put first: 6); the two of weight 3 fall behind, put later:
    # wage 3 * 3 * 1 / 2 = 4.5 is shown all the same, food (level 1) 3 * 2 * 1 / 2 = 3 is not.
    heavy = make_component(
        "heavy", [make_question("wage", weight=3), make_question("food", weight=3)], position=2
    )
    light, light_move = many(4, effort="low", weight=2, name="light")
    move = make_strategy("do-heavy", ["wage", "food"], effort="low")
    catalogue = make_catalogue(light, heavy, strategies=[light_move, move])
    replies = {slug: Reply(level=1) for slug in catalogue.questions} | levels(wage=0)
    profile = Profile(importance={"heavy": 1, "light": 3})
    found = recommended(catalogue, profile, replies)

    assert slugs(found.start_this_month) == ["light1", "light2", "light3", "wage"]
    assert slugs(found.not_now) == ["light4", "food"]


def test_what_is_not_known_is_to_be_found_out():
    replies = {
        "wage": Reply(level=0, is_not_sure=True),
        "ranges": Reply(is_not_sure=True),
        "tips": Reply(is_not_applicable=True),
        "notice": Reply(level=1, is_to_confirm=True),
    }
    found = recommended(SHOP, FULL, replies)

    assert found.shown + found.not_now == ()
    assert [(f.question.slug, f.component.slug, f.reason) for f in found.find_out] == [
        ("wage", "pay", "not-sure"),
        ("ranges", "pay", "not-sure"),
        ("notice", "hours", "to-confirm"),
        ("rest", "hours", "unanswered"),
    ]


# -- lift ------------------------------------------------------------------------------------


def test_the_lift_by_hand():
    # Pay: wage 3 * 1 + ranges 2 * 3 = 9 of 20: 45. One level more: 12 of 20: 60.
    # Hours: notice 3 * 4 = 12 of 12: 100. Overall 72.5, then 80.
    (only,) = recommended(SHOP, FULL, levels(wage=1, ranges=3, notice=4)).shown

    assert only.lift == LiftPair(Fraction(45), Fraction(60))
    assert (only.lift.text, only.lift.change_text) == ("45 → 60", "+15")
    assert only.overall_lift == LiftPair(Fraction(145, 2), Fraction(80))
    assert (only.overall_lift.text, only.overall_lift.change_text) == ("73 → 80", "+7.5")


def test_there_is_no_lift_in_a_component_without_a_score():
    # ranges is 2 of 6 by weight: not enough answers yet.
    (only,) = recommended(SHOP, FULL, levels(ranges=0, notice=4)).shown

    assert (only.lift, only.overall_lift) == (None, None)


def test_there_is_no_lift_in_a_quick_check():
    (only,) = recommended(SHOP, Profile(mode="quick"), levels(wage=0, notice=4)).shown

    assert (only.lift, only.overall_lift) == (None, None)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Fraction(0), "+0.0"),
        (Fraction(1, 20), "+0.1"),
        (Fraction(994, 100), "+9.9"),
        (Fraction(996, 100), "+10"),
        (Fraction(10), "+10"),
        (Fraction(25, 2), "+13"),
    ],
)
def test_a_lift_shows_one_decimal_below_ten(change, text):
    assert LiftPair(Fraction(20), 20 + change).change_text == text


# -- what backs it ---------------------------------------------------------------------------


FACETS = [
    ResourceFacet("maker", "case-study", "Maker Inc.", ("31-33",), ("250-999",)),
    ResourceFacet("shop-big", "case-study", "Big Shop", ("44-45",), ("1000+",)),
    ResourceFacet("shop-small", "case-study", "Small Shop", ("44-45",), ("10-49",)),
    ResourceFacet("bakery", "profile", "Bakery", ("72",), ("10-49",)),
    ResourceFacet("many-firms", "case-collection", "", ("44-45",), ("10-49",)),
    ResourceFacet("study", "report"),
]
USES = (
    ResourceUse("maker", "case"),
    ResourceUse("study", "evidence"),
    ResourceUse("shop-loose", "case", fit="loose", fit_note="Another kind of work."),
    ResourceUse("shop-big", "case"),
    ResourceUse("many-firms", "case"),
    ResourceUse("guide-b", "guide"),
    ResourceUse("bakery", "case"),
    ResourceUse("shop-small", "case"),
    ResourceUse("guide-a", "guide"),
)
LOOSE = ResourceFacet("shop-loose", "case-study", "Loose Shop", ("44-45",), ("10-49",))


def backing(profile: Profile) -> Backing:
    strategy = make_strategy("any", resources=USES)
    catalogue = make_catalogue(strategies=[strategy], resources=[*FACETS, LOOSE])
    return backing_of(catalogue, profile, strategy)


def names(uses):
    return [use.resource for use in uses]


def test_cases_of_the_same_sector_come_first_then_size_and_loose_fits_last():
    small_shop = backing(Profile(sector="44-45", size="10-49"))
    unknown = backing(Profile())

    assert names(small_shop.cases) == ["shop-small", "shop-big", "bakery", "maker", "shop-loose"]
    assert names(unknown.cases) == ["maker", "shop-big", "bakery", "shop-small", "shop-loose"]


def test_guides_and_evidence_keep_the_editors_order():
    found = backing(Profile(sector="44-45", size="10-49"))

    assert names(found.guides) == ["guide-b", "guide-a"]
    # A case study that names no employer backs the step, but nobody "did it".
    assert names(found.evidence) == ["study", "many-firms"]


@pytest.mark.parametrize(
    ("use", "facet", "label"),
    [
        (ResourceUse("maker", "case"), FACETS[0], "They did it"),
        (ResourceUse("shop-loose", "case", fit="loose", fit_note="x"), LOOSE, "Evidence"),
        (ResourceUse("bakery", "case"), FACETS[3], "They did it"),
        (ResourceUse("many-firms", "case"), FACETS[4], "Evidence"),
        (ResourceUse("news", "case"), ResourceFacet("news", "article", "Maker Inc."), "Evidence"),
        (ResourceUse("maker", "evidence"), FACETS[0], "Evidence"),
        (ResourceUse("maker", "guide"), FACETS[0], "Guide"),
        (ResourceUse("not-in-edition", "case"), None, "Evidence"),
    ],
)
def test_they_did_it_is_said_only_of_a_fitting_case_of_a_named_employer(use, facet, label):
    assert role_label(use, facet) == label


def test_only_a_good_fit_makes_a_case():
    loose = Backing(cases=(ResourceUse("shop-loose", "case", fit="loose", fit_note="x"),))

    assert not loose.has_case
    assert not Backing().has_case
    assert backing(Profile()).has_case


# -- what holds for any answers --------------------------------------------------------------


@given(cases())
def test_every_gap_is_recommended_once_and_nothing_else(case):
    result = score(*case)
    found = recommended(*case)

    below = {(g.question.slug, g.level) for g in gaps(case.profile, result)}
    assert {(r.question.slug, r.gap.level) for r in ranked(found)} == below
    assert [r.rank for r in ranked(found)] == list(range(1, len(below) + 1))
    assert not {f.question.slug for f in found.find_out} & {slug for slug, _ in below}


@given(cases(), st.randoms())
def test_the_ranking_is_total_and_stable(case, random: Random):
    items = list(case.replies.items())
    random.shuffle(items)
    found = recommended(*case)

    assert recommended(case.catalogue, case.profile, dict(items)) == found
    order = {slug: n for n, slug in enumerate(case.catalogue.questions)}
    keys = [(-r.reason.priority, order[r.question.slug]) for r in ranked(found)]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@given(cases())
def test_low_effort_is_for_this_month_and_the_lists_keep_the_limit(case):
    found = recommended(*case)
    limit = 5 if case.profile.size in ("50-249", "250-999", "1000+") else 3

    assert all(r.effort == "low" for r in found.start_this_month)
    assert all(r.effort != "low" for r in found.worth_planning)
    for shown in (found.start_this_month, found.worth_planning):
        assert [r.rank for r in shown] == sorted(r.rank for r in shown)
        assert all(r.gap.is_always_shown for r in shown[limit:])
    assert not any(r.gap.is_always_shown for r in found.not_now)


@given(cases(modes=("full",)))
def test_a_lift_is_the_difference_of_two_scorings_and_only_shown_steps_have_one(case):
    before, found = score(*case), recommended(*case)
    assert all(item.lift is item.overall_lift is None for item in found.not_now)
    for item in found.shown:
        slug = item.component.slug
        changed = raised_by_one(case.replies, [item.question.slug])
        after = score(case.catalogue, case.profile, changed)
        if before.by_slug[slug].exact is None:
            assert item.lift is item.overall_lift is None
        else:
            assert item.lift == pair(before.by_slug[slug].exact, after.by_slug[slug].exact)
            assert item.overall_lift == pair(before.exact, after.exact)
            assert item.lift.change > 0


def pair(before: Fraction | None, after: Fraction | None) -> LiftPair:
    assert before is not None
    assert after is not None
    return LiftPair(before, after)


@given(cases())
def test_at_the_target_there_is_nothing_to_recommend(case):
    profile = replace(case.profile, targets=dict.fromkeys(case.catalogue.by_slug, 2))
    replies = {slug: Reply(level=2) for slug in case.catalogue.questions}
    found = recommended(case.catalogue, profile, replies)

    assert found == Recommendations((), (), (), ())
