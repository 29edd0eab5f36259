"""What moved between two assessments, and over several: like for like, and nothing else."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import progress, sentences
from assessment.progress import Done, Taken, compare, line, printed
from assessment.scoring import Profile, Reply
from tests.catalogues import (
    cases,
    levels,
    make_catalogue,
    make_component,
    make_question,
    two_components,
)
from tests.factories import with_question
from toolkit.catalogue import Catalogue

MARCH, JUNE, OCTOBER = date(2026, 3, 3), date(2026, 6, 1), date(2026, 10, 5)
SHOP = two_components()
ALL = {"wage": 1, "ranges": 2, "tips": 1, "notice": 3, "rest": 4}


def taken(on: date = MARCH, /, **changes: Any) -> Taken:
    """An assessment of the small edition, fully answered unless told otherwise."""
    values: dict[str, Any] = {
        "on": on,
        "edition": (1, 0),
        "catalogue": SHOP,
        "profile": Profile(),
        "replies": levels(**ALL),
    }
    return Taken(**(values | changes))


def answered(on: date = OCTOBER, /, **changed: int) -> Taken:
    """The same later, with some answers changed."""
    return taken(on, replies=levels(**(ALL | changed)))


# -- like for like -----------------------------------------------------------------------------


def test_a_change_by_hand() -> None:
    found = compare(taken(), answered(wage=3, rest=2))
    out = printed(found)
    # Pay: 3 + 4 + 1 = 8 of 24, then 9 + 4 + 1 = 14 of 24; Hours: 9 + 4 = 13, then 11 of 16.
    assert [(p.label, p.questions, p.before, p.after, p.change) for p in out.components] == [
        ("Pay", 3, 33, 58, "+25"),
        ("Hours", 2, 81, 69, "-13"),
    ]
    # (33.33 + 81.25) / 2 = 57.29, then (58.33 + 68.75) / 2 = 63.54.
    assert out.overall is not None
    assert (out.overall.before, out.overall.after, out.overall.change) == (57, 64, "+6.3")
    assert [(c.slug, c.steps, c.before, c.after) for c in out.improved] == [
        ("wage", 2, "Starting", "In place")
    ]
    assert (out.improved[0].before_statement, out.improved[0].after_statement) == (
        "wage stands at 1.",
        "wage stands at 3.",
    )
    assert [(c.slug, c.steps) for c in out.slipped] == [("rest", -2)]
    assert (out.same, out.common, out.confirmed, out.apart, out.beside) == (3, 5, "", "", "")


def test_only_what_counts_in_both_is_compared() -> None:
    before = taken(
        replies={**levels(wage=1, ranges=2, notice=3), "tips": Reply(is_not_applicable=True)}
    )
    after = taken(
        OCTOBER,
        replies={
            **levels(wage=2, tips=4, notice=0),
            "ranges": Reply(level=4, is_to_confirm=True),
            "rest": Reply(level=4),
        },
        profile=Profile(flags={"shifts": False}),
    )
    found = compare(before, after)
    assert found.common == ("wage",)
    assert found.then is not None
    assert found.now is not None
    # wage alone: 1 of 4 and 2 of 4, whatever else was answered in only one of them.
    assert (found.then.shown, found.now.shown) == (25, 50)
    out = printed(found)
    assert out.left_out == (
        "1 question is waiting to be confirmed.",
        "1 question has no answer in one of the two.",
        "1 question does not apply in at least one of the two.",
        "1 question was asked in only one of the two.",
    )
    assert [(p.label, p.questions, p.before) for p in out.components] == [
        ("Pay", 1, 25),
        ("Hours", 0, None),
    ]
    assert out.confirmed == "3 of 4 confirmed so far."


def test_another_weight_is_no_change() -> None:
    heavier = with_question(SHOP, "ranges", weight=3)
    after = taken(OCTOBER, catalogue=heavier, edition=(2, 0))
    out = printed(compare(taken(), after))
    assert {p.change for p in out.components} == {"no change"}
    assert out.overall is not None
    assert (out.overall.change, out.edition) == ("no change", "2.0")
    assert out.before.shown != out.after.shown  # as published they differ, and stand apart


def test_another_meaning_is_not_compared_and_another_wording_is() -> None:
    newer = with_question(SHOP, "wage", text="New text of wage?", meaning=2)
    newer = with_question(newer, "ranges", text="Other words for ranges?")
    pay, hours = newer.components
    kept = tuple(q for q in pay.questions if q.slug != "tips")
    bonus = make_question("bonus", component="pay")
    newer = replace(newer, components=(replace(pay, questions=(*kept, bonus)), hours))
    after = taken(OCTOBER, catalogue=newer, edition=(2, 1), replies=levels(**ALL, bonus=4))
    found = compare(taken(), after)
    out = printed(found)
    assert found.common == ("ranges", "notice", "rest")
    assert [(w.before, w.after) for w in out.changed] == [("Text of wage?", "New text of wage?")]
    assert [(w.before, w.after) for w in out.reworded] == [
        ("Text of ranges?", "Other words for ranges?")
    ]
    assert (out.added, out.retired) == (("Text of bonus?",), ("Text of tips?",))
    assert (out.edition, out.left_out) == ("2.1", ())


def test_the_most_improved_come_first() -> None:
    before = taken(replies=levels(wage=0, ranges=0, tips=0, notice=2, rest=0))
    after = taken(OCTOBER, replies=levels(wage=1, ranges=2, tips=1, notice=3, rest=2))
    # Two levels: ranges (weight 2) before rest (1); one level: wage, notice (3) before tips (1).
    assert [c.after.slug for c in compare(before, after).improved] == [
        "ranges",
        "rest",
        "wage",
        "notice",
        "tips",
    ]


# -- quick and full ----------------------------------------------------------------------------


def test_a_quick_check_never_stands_beside_a_full_one() -> None:
    quick = taken(profile=Profile(mode="quick"), replies=levels(wage=1, notice=3))
    out = printed(compare(quick, answered(wage=3)))
    assert (out.overall, out.components) == (None, ())
    assert out.apart == sentences.QUICK_APART
    assert [(c.slug, c.steps) for c in out.improved] == [("wage", 2)]
    assert out.before.label == "Quick check, 2 questions"
    assert out.summary == (
        "Since March 3, 2026, of 2 questions that can be compared, 1 is higher and 1 is the same.",
        "The one from March 3, 2026 is a quick check; its score is not compared with one from all "
        "questions.",
    )


def test_two_quick_checks_have_an_overall_figure_and_none_per_component() -> None:
    quick = {"profile": Profile(mode="quick")}
    out = printed(
        compare(
            taken(replies=levels(wage=1, notice=3), **quick),
            taken(OCTOBER, replies=levels(wage=2, notice=3), **quick),
        )
    )
    assert out.overall is not None
    assert (out.overall.before, out.overall.after, out.components) == (50, 63, ())


# -- actions -----------------------------------------------------------------------------------


def test_done_actions_stand_beside_their_question_or_apart() -> None:
    raised = Done(title="Raise the wage", question="wage", on=JUNE)
    posted = Done(title="Post ranges", question="ranges", on=OCTOBER)
    own = Done(title="Ask the staff", question="", on=MARCH)
    too_early = Done(title="Old", question="rest", on=date(2026, 3, 2))
    too_late = Done(title="Later", question="rest", on=date(2026, 10, 6))
    before = taken(done=(raised, own, too_early))
    after = replace(answered(wage=2, rest=3), done=(raised, posted, too_late))
    out = printed(compare(before, after))
    assert out.improved[0].done == ("Raise the wage (done June 1, 2026)",)
    assert out.slipped[0].done == ()
    assert out.done == ("Ask the staff (done March 3, 2026)", "Post ranges (done October 5, 2026)")
    assert out.beside == sentences.BESIDE
    assert out.summary[-1] == (
        "3 actions were done in the meantime; these figures cannot show what they changed."
    )


# -- nothing to compare ------------------------------------------------------------------------


def test_with_nothing_confirmed_it_says_so() -> None:
    waiting = {s: replace(r, is_to_confirm=True) for s, r in levels(**ALL).items()}
    out = printed(compare(taken(), taken(OCTOBER, replies=waiting)))
    assert out.summary == (
        "Nothing can be compared with March 3, 2026 yet: no answers are confirmed so far.",
    )
    assert (out.confirmed, out.overall, out.components) == ("0 of 5 confirmed so far.", None, ())
    assert out.left_out == ("5 questions are waiting to be confirmed.",)


def test_with_nothing_in_common_it_says_so() -> None:
    other = make_catalogue(make_component("pay", [make_question("bonus")]))
    after = taken(OCTOBER, catalogue=other, edition=(2, 0), replies=levels(bonus=1))
    out = printed(compare(taken(), after))
    assert out.summary == (
        "Nothing can be compared with March 3, 2026: no question with the same meaning is answered "
        "in both.",
    )
    assert (len(out.added), len(out.retired)) == (1, 5)


# -- the sentences -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("common", "higher", "lower", "said"),
    [
        (1, 1, 0, "The one question that can be compared is higher than on March 3, 2026."),
        (1, 0, 1, "The one question that can be compared is lower than on March 3, 2026."),
        (1, 0, 0, "The one question that can be compared is as it was on March 3, 2026."),
        (2, 0, 0, "Both questions that can be compared are as they were on March 3, 2026."),
        (9, 0, 0, "All 9 questions that can be compared are as they were on March 3, 2026."),
        (
            2,
            1,
            1,
            "Since March 3, 2026, of 2 questions that can be compared, 1 is higher and 1 is lower.",
        ),
        (
            9,
            2,
            1,
            "Since March 3, 2026, of 9 questions that can be compared, 2 are higher, 1 is lower "
            "and 6 are the same.",
        ),
        (3, 3, 0, "All 3 questions that can be compared are higher than on March 3, 2026."),
        (2, 0, 2, "Both questions that can be compared are lower than on March 3, 2026."),
    ],
)
def test_what_moved_reads_naturally(common, higher, lower, said) -> None:
    found = sentences.since_last(
        on="March 3, 2026",
        common=common,
        overall=None,
        higher=higher,
        lower=lower,
        waiting=0,
        done=0,
    )
    assert found == (said,)


@pytest.mark.parametrize(
    ("overall", "waiting", "done", "said"),
    [
        ((48, 52), 0, 0, ["On just these questions, the score was 48 of 100 and is 52 now."]),
        ((48, 48), 0, 0, ["On just these questions, the score is still 48 of 100."]),
        ((None, None), 1, 0, ["1 answer is still waiting to be confirmed."]),
        (None, 2, 0, ["2 answers are still waiting to be confirmed."]),
        (
            None,
            0,
            1,
            ["1 action was done in the meantime; these figures cannot show what it changed."],
        ),
    ],
)
def test_the_rest_reads_naturally(overall, waiting, done, said) -> None:
    found = sentences.since_last(
        on="May 1, 2026", common=3, overall=overall, higher=1, lower=0, waiting=waiting, done=done
    )
    assert list(found[1:]) == said


# -- a line over all ---------------------------------------------------------------------------


def test_two_are_no_line() -> None:
    assert line([taken(), answered()]) is None


def test_a_line_rests_on_what_is_common_to_all() -> None:
    middle = taken(JUNE, replies=levels(wage=2, notice=3, rest=4))
    drawn = line([taken(), middle, answered(wage=4)])
    assert drawn is not None
    assert drawn.common == 3
    # wage alone in Pay: 25, 50, 100; notice and rest in Hours: 13 of 16 = 81.25.
    assert [(p.on_text, p.shown) for p in drawn.points] == [
        ("March 3, 2026", 53),
        ("June 1, 2026", 66),
        ("October 5, 2026", 91),
    ]
    assert [(p.x, p.y) for p in drawn.points] == [(80, 95), (330, 75), (580, 35)]
    assert drawn.path == "80,95 330,75 580,35"


def test_a_line_leaves_out_the_other_mode() -> None:
    quick = taken(profile=Profile(mode="quick"))
    drawn = line([quick, taken(JUNE), answered()])
    assert drawn is not None
    assert (drawn.left_out, len(drawn.points)) == (1, 2)


def test_without_anything_common_the_line_is_empty() -> None:
    drawn = line([taken(), taken(JUNE, replies={}), answered()])
    assert drawn is not None
    assert (drawn.points, drawn.common) == ((), 0)


# -- for all employers -------------------------------------------------------------------------


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Taken, Taken]:
    """Two assessments of one mode: other answers, other weights, other meanings."""
    case = draw(cases())
    newer: Catalogue = case.catalogue
    for slug in draw(st.lists(st.sampled_from(list(newer.questions)), max_size=3)):
        changes: dict[str, Any] = draw(
            st.sampled_from([{"meaning": 2}, {"weight": 1}, {"text": "Other?"}])
        )
        newer = with_question(newer, slug, **changes)
    other = draw(cases(modes=(case.profile.mode,))).replies
    replies = {s: other.get(s, r) for s, r in case.replies.items()}
    before = taken(catalogue=case.catalogue, profile=case.profile, replies=case.replies)
    flags = draw(st.sampled_from([case.profile.flags, {}]))
    return before, taken(
        OCTOBER,
        catalogue=newer,
        edition=(2, 0),
        profile=replace(case.profile, flags=flags),
        replies=replies,
    )


@given(cases())
def test_the_same_answers_are_no_change(case) -> None:
    same = {"catalogue": case.catalogue, "profile": case.profile, "replies": case.replies}
    found = compare(taken(**same), taken(OCTOBER, **same))
    assert found.then == found.now
    assert (found.improved, found.slipped, found.same) == ((), (), len(found.common))
    assert {p.change for p in printed(found).components if p.questions} <= {"no change"}


@given(pairs())
def test_the_other_way_around_every_difference_is_negated(pair) -> None:
    there, back = compare(*pair), compare(*reversed(pair))
    assert there.common == back.common
    assert (there.then, there.now) == (back.now, back.then)
    assert [c.after.slug for c in there.improved] == [c.before.slug for c in back.slipped]
    assert [c.steps for c in there.slipped] == [-c.steps for c in back.improved]
    assert (there.same, there.left_out) == (back.same, back.left_out)
    assert (there.added, there.retired) == (back.retired, back.added)


@given(pairs())
def test_only_common_questions_count(pair) -> None:
    before, after = pair
    found = compare(before, after)
    for slug in found.common:
        rows = [t.score.rows_by_slug[slug] for t in pair]
        assert [row.state for row in rows] == ["answered", "answered"]
        assert len({t.catalogue.questions[slug].meaning for t in pair}) == 1
    # Answers to anything else may become what they like.
    noise = {s: Reply(level=4) for s in after.replies if s not in found.common}
    unlike = {s: r for s, r in noise.items() if before.level_of(s) is None}
    again = compare(before, replace(after, replies={**after.replies, **unlike}))
    assert (again.then, again.now, again.improved) == (found.then, found.now, found.improved)
    if found.then is not None:
        assert {row.question.slug for row in found.then.rows} == set(found.common)
        assert found.then.exact is not None


@given(pairs())
def test_it_is_printed_whole(pair) -> None:
    out = printed(compare(*pair))
    assert len(out.improved) + len(out.slipped) + out.same == out.common
    assert out.summary
    assert all(text and text.endswith(".") for text in out.summary)


@given(pairs(), st.integers(3, 20))
def test_a_line_stays_in_its_frame(pair, count) -> None:
    before, after = pair
    drawn = line([before, *[after] * (count - 1)])
    assert drawn is not None
    assert all(progress.LINE_LEFT <= p.x <= progress.LINE_RIGHT for p in drawn.points)
    assert all(progress.LINE_TOP <= p.y <= progress.LINE_FOOT for p in drawn.points)
