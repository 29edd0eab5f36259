"""The plan as it is worked on: groups, filters, counts, and the question to look at again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.plan_document import PlanAction, PlanDocument
from assessment.sentences import change_text, done_text, look_again
from assessment.worklist import Change, Wanted, Working, worklist
from tests.plans import AS_OF, make_plan

COMPONENTS = ("pay", "benefits")


def plan_of(*actions: PlanAction) -> PlanDocument:
    return make_plan(actions=list(actions))


def own(key: str, **fields) -> PlanAction:
    values: dict[str, Any] = {"title": f"Do {key}", "status": "not-started", "added_on": AS_OF}
    return PlanAction(key=key, **(values | fields))


def workings(document: PlanDocument, **changes: Working) -> dict[str, Working]:
    keys = [line.key for horizon in document.horizons for line in horizon.actions]
    return {key: changes.get(key, Working(sequence=0)) for key in keys}


def groups(
    document: PlanDocument, wanted: Wanted, **changes: Working
) -> list[tuple[str, str, list[str]]]:
    page = worklist(document, workings(document, **changes), wanted)
    return [(g.title, g.done, [card.line.key for card in g.cards]) for g in page.groups]


SOON, LATER = AS_OF + timedelta(days=9), AS_OF + timedelta(days=80)
FOUR = plan_of(
    own("a", owner="Sam Lee", due_on=LATER, status="done"),
    own("b", due_on=SOON),
    own("c", owner="sam  lee", due_on=SOON, status="dropped", drop_reason="Too costly."),
    own("d", owner="Ana", status="under-way"),
)


# -- groups and filters ------------------------------------------------------------------------


def test_by_horizon() -> None:
    assert groups(FOUR, Wanted()) == [
        ("Within 30 days", "0 of 1 done, 1 dropped", ["b", "c"]),
        ("Within 90 days", "1 of 1 done", ["a"]),
        ("No date yet", "0 of 1 done, 1 under way", ["d"]),
    ]


def test_by_owner_whatever_the_case_and_nobody_last() -> None:
    assert groups(FOUR, Wanted(by="owner")) == [
        ("Ana", "0 of 1 done, 1 under way", ["d"]),
        ("sam  lee", "1 of 1 done, 1 dropped", ["c", "a"]),
        ("No one assigned yet", "0 of 1 done", ["b"]),
    ]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"status": "to-do"}, "bd"),
        ({"status": "done"}, "a"),
        ({"status": "dropped"}, "c"),
        ({"owner": "SAM LEE"}, "ca"),
        ({"owner": "nobody"}, "b"),
        ({"owner": "Zed"}, ""),
        ({"owner": "sam lee", "status": "done"}, "a"),
        ({"component": "pay"}, "a"),
        ({"component": "none"}, "bcd"),
        ({"component": "pay", "status": "to-do"}, ""),
        ({"status": "maybe", "component": "<b>", "by": "moon"}, "bcad"),
    ],
)
def test_a_filter_takes_what_it_says(query, keys) -> None:
    wanted = Wanted.from_query(query, COMPONENTS)
    tied = Working(sequence=0, component="pay")
    found = groups(FOUR, wanted, a=tied)
    assert "".join(key for _, _, group in found for key in group) == keys


def test_the_counts_are_of_the_whole_plan_and_the_chosen_ones_are_named() -> None:
    wanted = Wanted.from_query({"owner": "Zed", "status": "done"}, COMPONENTS)
    page = worklist(FOUR, workings(FOUR), wanted)
    assert (page.total, page.shown, page.groups) == (4, 0, ())
    assert page.done == "1 of 3 done, 1 under way, 1 dropped"
    assert page.chosen == ["Done", "Zed"]
    assert [c.label for c in page.owners] == ["Ana", "sam  lee", "Zed", "No one assigned yet"]
    assert [c.label for c in page.components] == ["Not linked to a component"]


def test_an_action_taken_out_meanwhile_is_left_out() -> None:
    known = workings(FOUR)
    del known["a"]
    assert worklist(FOUR, known, Wanted()).total == 3


def test_the_first_and_the_last_of_a_group_know_it() -> None:
    page = worklist(FOUR, workings(FOUR), Wanted())
    places = [(c.number, c.of, c.is_first, c.is_last) for c in page.groups[0].cards]
    assert places == [(1, 2, True, False), (2, 2, False, True)]
    assert page.groups[0].horizon is FOUR.horizons[0]


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(st.text(max_size=150), st.sampled_from(["owner", "done", "pay"]))
            for name in ("by", "status", "owner", "component")
        },
    )
)
def test_an_address_leads_to_the_same_page_again(query) -> None:
    wanted = Wanted.from_query(query, COMPONENTS)
    again = Wanted.from_query(dict(parse_qsl(wanted.query.removeprefix("?"))), COMPONENTS)
    assert again.query == wanted.query
    assert again.is_filtered == wanted.is_filtered


@given(st.lists(st.tuples(st.sampled_from(["", "Ana", "ANA", "nobody", "Zed"]), st.booleans())))
def test_every_action_stands_in_exactly_one_group(made) -> None:
    """Whoever leads it, whichever way it is looked at."""
    document = replace(FOUR, horizons=FOUR.horizons[:1])
    line = FOUR.horizons[0].actions[0]
    lines = tuple(
        replace(line, key=str(n), owner=owner, status="done" if is_done else "not-started")
        for n, (owner, is_done) in enumerate(made)
    )
    document = replace(document, horizons=(replace(document.horizons[0], actions=lines),))
    for by in ("owner", "horizon"):
        page = worklist(document, workings(document), Wanted(by=by))
        keys = sorted(int(c.line.key) for group in page.groups for c in group.cards)
        assert keys == list(range(len(made)))


# -- looking again -----------------------------------------------------------------------------


def done_card(level: int | None, **fields):
    document = make_plan(planned=1)
    line = document.horizons[0].actions[0]
    line = replace(line, **({"status": "done"} | fields))
    horizon = replace(document.horizons[0], actions=(line,))
    document = replace(document, horizons=(horizon,))
    known = {line.key: Working(sequence=0, component="pay", level=level)}
    return worklist(document, known, Wanted()).card(line.key)


def test_a_done_action_offers_to_look_again() -> None:
    card = done_card(0)
    assert card.line.practice.level == 1
    assert card.look_again.has_moved
    assert (
        card.look_again.text == "When you added it, the answer was “Not yet”. Now it is “Starting”."
    )
    still = done_card(1).look_again
    assert not still.has_moved
    assert still.text == "When you added it, the answer was “Starting”. It still is."


def test_only_a_done_action_of_a_question_that_is_asked_does() -> None:
    assert done_card(1, status="under-way").look_again is None
    assert done_card(1, practice=None).look_again is None
    assert done_card(None).look_again is None


# -- in words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "text"),
    [
        ([], ""),
        (["done"], "1 of 1 done"),
        (["dropped"], "1 dropped"),
        (["done", "not-started", "under-way", "dropped"], "1 of 3 done, 1 under way, 1 dropped"),
    ],
)
def test_how_far_it_has_come(statuses, text) -> None:
    assert done_text(statuses) == text


@pytest.mark.parametrize(
    ("field", "before", "after", "text"),
    [
        ("status", "Not started", "Done", "Status: “Not started”, then “Done”"),
        ("owner", "", "Sam", "Who leads it: “Sam”"),
        ("due_on", "May 1, 2027", "", "By when: “May 1, 2027”, then nothing"),
        ("notes", "", "", "Notes changed"),
        ("put back", "", "", "Put back into the plan"),
    ],
)
def test_a_change_in_words(field, before, after, text) -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert Change(field, before, after, "The owner", at).text == change_text(field, before, after)
    assert change_text(field, before, after) == text


def test_an_answer_taken_away_is_said_as_it_is() -> None:
    said = look_again("Starting", "Not answered yet")
    assert said == "When you added it, the answer was “Starting”. Now it is “Not answered yet”."
