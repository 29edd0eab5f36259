"""Impact and effort: which cell a step stands in, that no dot covers another, what is said."""

from itertools import combinations

import pytest
from hypothesis import given

from assessment.picture import NO_SCORE_ROW, RADIUS, Picture, picture
from assessment.recommendation import recommend
from assessment.scoring import Profile, score
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


def drawn(replies, *, profile=None, catalogue=SHOP) -> Picture | None:
    profile = profile or Profile()
    found = recommend(catalogue, profile, replies, score(catalogue, profile, replies))
    return picture(found.shown, is_quick=profile.is_quick)


def places(shown: Picture | None) -> dict[str, tuple[str, str, str]]:
    assert shown is not None
    return {d.next_step: (d.row, d.effort, d.impact) for d in shown.dots}


def test_a_step_stands_by_the_lift_of_its_component_and_its_effort():
    # Pay has 24 possible points: wage adds 12.5, ranges 8.3, tips 4.2; notice adds 18.75 of 16.
    shown = drawn(levels(wage=0, ranges=1, tips=1, notice=2, rest=3))
    assert places(shown) == {
        "Lift wage from 0.": ("10 or more", "high", "13 → 25 (+13)"),
        "Lift ranges from 1.": ("6 to 10", "low", "13 → 21 (+8.3)"),
        "Lift tips from 1.": ("4 to 6", "low", "13 → 17 (+4.2)"),
        "Lift notice from 2.": ("10 or more", "medium", "56 → 75 (+19)"),
    }
    assert shown is not None
    assert [row.label for row in shown.rows] == [
        "10 or more",
        "6 to 10",
        "4 to 6",
        "2 to 4",
        "under 2 points",
    ]
    assert [column.label for column in shown.columns] == ["low", "medium", "high"]


def test_the_number_is_the_place_among_all_steps_and_the_lines_follow_it():
    shown = drawn(levels(wage=0, ranges=1, tips=1, notice=2, rest=3))
    assert shown is not None
    assert [dot.number for dot in shown.dots] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("weights", "row", "change"),
    [
        ([2, 2, *[3] * 7], "2 to 4", "+2.0"),  # 50 of 25: exactly 2
        ([3, 2, *[3] * 11], "2 to 4", "+2.0"),  # 75 of 38: 1.97, which the line shows as 2.0
        ([1, *[3] * 4], "under 2 points", "+1.9"),  # 25 of 13
    ],
)
def test_a_value_at_a_limit_stands_where_its_line_says(weights, row, change):
    questions = [make_question(f"q{n}", weight=weight) for n, weight in enumerate(weights)]
    catalogue = make_catalogue(make_component("pay", questions))
    replies = levels(**{q.slug: 3 for q in questions}) | levels(q0=2)
    (place,) = places(drawn(replies, catalogue=catalogue)).values()
    assert place[0] == row
    assert place[2].endswith(f"({change})")


def test_the_quick_check_shows_weight_times_levels_instead_and_says_so():
    shown = drawn(levels(wage=0, notice=2), profile=Profile(mode="quick"))
    assert places(shown) == {
        "Lift wage from 0.": ("8 or 9", "high", "3 × 3 = 9"),
        "Lift notice from 2.": ("3 or 4", "medium", "3 × 1 = 3"),
    }
    assert shown is not None
    assert (shown.axis, shown.axis_title) == ("weight", "Weight × levels below target")
    assert "because a quick check has no score per component" in shown.note


def test_without_any_score_it_shows_weight_times_levels_too():
    shown = drawn(levels(tips=0))
    assert places(shown) == {"Lift tips from 0.": ("3 or 4", "low", "1 × 3 = 3")}
    assert shown is not None
    assert "do not have enough answers for a score yet" in shown.note


def test_where_some_have_no_score_they_have_a_row_of_their_own():
    shown = drawn(levels(tips=0, notice=1, rest=1))
    assert places(shown)["Lift tips from 0."] == (NO_SCORE_ROW, "low", "not yet")
    assert shown is not None
    assert (shown.axis, shown.rows[-1].label) == ("lift", NO_SCORE_ROW)


def test_without_a_step_there_is_no_picture():
    assert drawn(levels(wage=4)) is None
    assert drawn({}) is None


def test_in_words_it_names_every_cell_in_use():
    shown = drawn(levels(wage=0, ranges=1, tips=1, notice=2, rest=3))
    assert shown is not None
    assert shown.description == (
        "Rise in the component’s score. 10 or more, medium effort: 4. 10 or more, high effort: 1. "
        "6 to 10, low effort: 2. 4 to 6, low effort: 3."
    )


@pytest.mark.parametrize("count", [1, 3, 4, 9, 48])
def test_dots_that_share_a_cell_never_touch(count):
    questions = [
        make_question(f"q{n}", weight=3, weight_reason="Basic need: x.") for n in range(count)
    ]
    strategies = [make_strategy("do", [q.slug for q in questions])]
    catalogue = make_catalogue(make_component("pay", questions), strategies=strategies)
    shown = drawn(levels(**{q.slug: 0 for q in questions}), catalogue=catalogue)
    assert shown is not None
    assert len(shown.dots) == count
    assert_well_drawn(shown)


@given(cases())
def test_no_dot_ever_covers_another_or_leaves_its_cell(case):
    found = recommend(
        case.catalogue,
        case.profile,
        case.replies,
        score(case.catalogue, case.profile, case.replies),
    )
    # Every step, and not only those recommended: more than will ever be drawn.
    shown = picture(found.ranked, is_quick=case.profile.is_quick)
    assert (shown is None) == (found.ranked == ())
    if shown:
        assert [dot.number for dot in shown.dots] == [step.rank for step in found.ranked]
        assert_well_drawn(shown)


def assert_well_drawn(shown: Picture) -> None:
    for one, other in combinations(shown.dots, 2):
        distance = (one.x - other.x) ** 2 + (one.y - other.y) ** 2
        assert distance > (2 * RADIUS) ** 2
    rows = {row.label: row for row in shown.rows}
    columns = {column.label: column for column in shown.columns}
    for dot in shown.dots:
        row, column = rows[dot.row], columns[dot.effort]
        assert row.top <= dot.y - RADIUS < dot.y + RADIUS <= row.bottom
        assert column.left <= dot.x - RADIUS < dot.x + RADIUS <= column.right
    assert shown.height > shown.rows[-1].bottom
