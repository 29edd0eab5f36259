"""How far an assessment is, component by component."""

import pytest

from assessment.outline import Outline, outline
from assessment.scoring import Profile, Reply
from tests.catalogues import levels, make_catalogue, make_component, make_question, two_components

SHOP = two_components()  # Pay: wage, ranges, tips; Hours: notice (shifts), rest
NOTHING_IN_HOURS = Profile(mode="quick", flags={"shifts": False})


def of(replies: dict[str, Reply], profile: Profile | None = None) -> Outline:
    return outline(SHOP, profile or Profile(), replies)


def test_entries_are_numbered_in_order() -> None:
    shown = of({})
    assert [(e.number, e.component.slug) for e in shown.entries] == [(1, "pay"), (2, "hours")]


@pytest.mark.parametrize(
    ("replies", "states"),
    [
        ({}, ["open", "open"]),
        (levels(wage=0), ["begun", "open"]),
        (levels(wage=0, ranges=1, tips=2), ["done", "open"]),
        ({"rest": Reply(is_not_applicable=True)}, ["open", "begun"]),
        ({"rest": Reply(is_not_sure=True)}, ["open", "open"]),
        ({"wage": Reply(note="Only a note.")}, ["open", "open"]),
        ({"wage": Reply(level=1, is_to_confirm=True)}, ["open", "open"]),
    ],
)
def test_a_component_is_open_begun_or_done(replies, states) -> None:
    assert [e.state for e in of(replies).entries] == states


@pytest.mark.parametrize(
    ("answered", "percent", "minutes"),
    [(0, 0, 6), (1, 20, 5), (2, 40, 4), (4, 80, 2), (5, 100, 0)],
)
def test_percent_and_minutes_follow_the_answers(answered, percent, minutes) -> None:
    shown = of(dict.fromkeys(list(SHOP.questions)[:answered], Reply(level=0)))
    assert (shown.percent, shown.minutes_left) == (percent, minutes)


def test_a_hundred_percent_is_never_said_too_early() -> None:
    """199 of 200 is 99.5 percent, which would round to 100."""
    questions = [make_question(f"q{n}") for n in range(200)]
    catalogue = make_catalogue(make_component("pay", questions))
    replies = {f"q{n}": Reply(level=4) for n in range(199)}
    assert outline(catalogue, Profile(), replies).percent == 99


def test_minutes_of_the_parts_are_rounded_up_each() -> None:
    assert [e.minutes_left for e in of(levels(wage=1)).entries] == [3, 3]


def test_a_component_with_nothing_asked_is_left_out() -> None:
    shown = of({}, NOTHING_IN_HOURS)
    assert [(e.number, e.component.slug) for e in shown.entries] == [(1, "pay")]
    assert shown.entry("hours") is None
    assert (shown.after("pay"), shown.before("hours"), shown.after("hours")) == (None, None, None)


def test_with_nothing_asked_at_all_nothing_is_done() -> None:
    catalogue = make_catalogue(make_component("hours", [make_question("a", applies_if="shifts")]))
    shown = outline(catalogue, Profile(flags={"shifts": False}), levels(a=4))
    assert (shown.entries, shown.percent, shown.minutes_left) == ((), 0, 0)


def test_neighbors_are_found_by_slug() -> None:
    shown = of({})
    assert shown.after("pay") == shown.entry("hours")
    assert shown.before("hours") == shown.entry("pay")
    assert (shown.before("pay"), shown.after("hours"), shown.after("x")) == (None, None, None)


def test_answers_to_questions_not_asked_do_not_count() -> None:
    shown = of(levels(wage=1, notice=4, ranges=4, retired=4), NOTHING_IN_HOURS)
    assert (shown.overall.answered, shown.overall.asked) == (1, 1)
