"""What a move to a newer edition changes: worked by hand, then for any pair of editions."""

from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment import moving, workflow
from assessment.models import Answer, Assessment
from assessment.moving import Listed, preview, to_be_confirmed, with_marks
from assessment.reading import answers_of, replies_of
from assessment.scoring import Profile, Reply, score
from tests import factories
from tests.catalogues import (
    NA_WHEN,
    WEIGHT,
    Case,
    cases,
    levels,
    make_catalogue,
    make_component,
    make_question,
    questions_called,
    two_components,
)
from tests.factories import with_question
from toolkit.catalogue import FLAGS, Catalogue, Question
from toolkit.models import Edition

SHOP = two_components()
FULL = Profile()
QUICK = Profile(mode="quick")
NO_SHIFTS = Profile(flags={"shifts": False})
NA = Reply(is_not_applicable=True)
REPLIES = {**levels(wage=0, ranges=3, notice=2), "tips": NA}
NEW_LEVELS = tuple(f"wage is now at {n}." for n in range(5))
REWORDED = with_question(SHOP, "wage", text="Pay?", levels=NEW_LEVELS, meaning=2)


def without(catalogue: Catalogue, slug: str) -> Catalogue:
    """The catalogue without one question."""
    return replace(
        catalogue,
        components=tuple(
            replace(c, questions=tuple(q for q in c.questions if q.slug != slug))
            for c in catalogue.components
        ),
    )


def slugs(items) -> list[str]:
    """The slug of each question listed, whatever the list."""
    return [i.question.slug if isinstance(i, Listed) else i.after.slug for i in items]


# -- worked examples -------------------------------------------------------------------------


def test_the_same_edition_again_changes_nothing():
    found = preview(SHOP, SHOP, FULL, REPLIES)

    assert not found.changes_questions
    assert (found.before, found.marked, found.waiting) == (found.after, (), 0)
    assert all(line.is_same for line in (*found.components, found.overall, found.in_place))


def test_another_meaning_puts_the_answer_to_confirm_and_out_of_the_score():
    # Before: pay 3 * 0 + 2 * 3 = 6 of 20: 30; hours 6 of 12: 50; (30 + 50) ÷ 2 = 40.
    # After: of pay only ranges counts, 2 of 5 by weight (tips does not apply): not enough.
    found = preview(SHOP, REWORDED, FULL, REPLIES)
    (item,) = found.to_confirm

    assert found.marked == ("wage",)
    assert (item.reason, item.answer, item.is_reworded) == ("meaning", "Not yet", True)
    assert (item.was_line, item.now_line) == ("wage stands at 0.", "wage is now at 0.")
    assert item.is_line_reworded
    assert [w.what for w in item.others] == [
        "The line “Starting”",
        "The line “Partial”",
        "The line “In place”",
        "The line “Leading”",
    ]
    assert item.reason_text == "The meaning of the question has changed."
    assert [(c.label, c.before, c.after) for c in found.components] == [
        ("Pay", "30", "Not enough answers yet"),
        ("Hours", "50", "50"),
    ]
    assert (found.overall.before, found.overall.after) == (
        "40 of 100, Partial",
        "50 of 100, Partial, provisional",
    )
    assert (found.in_place.before, found.in_place.after) == (
        "1 of 3 practices",
        "1 of 2 practices",
    )
    assert found.waiting == 1
    assert found.changed == found.reworded == ()


def test_another_meaning_of_a_question_without_an_answer_is_listed_apart():
    found = preview(SHOP, with_question(SHOP, "rest", text="Rest?", meaning=2), FULL, REPLIES)
    (item,) = found.changed

    assert [(w.what, w.before, w.after) for w in item.wordings] == [
        ("The question", "Text of rest?", "Rest?")
    ]
    assert (found.to_confirm, found.marked, found.overall.is_same) == ((), (), True)


def test_the_same_meaning_in_other_words_keeps_the_answer():
    new = with_question(SHOP, "wage", levels=("None.", *SHOP.questions["wage"].levels[1:]))
    found = preview(SHOP, new, FULL, REPLIES)
    (item,) = found.reworded

    assert [(w.what, w.before, w.after) for w in item.wordings] == [
        ("The line “Not yet”", "wage stands at 0.", "None.")
    ]
    assert (found.marked, found.overall.after) == ((), "40 of 100, Partial")


def test_does_not_apply_that_is_no_longer_offered_is_to_confirm():
    # tips (weight 1) is asked of everybody: coverage of pay falls to 5 of 6, its score stays.
    found = preview(SHOP, with_question(SHOP, "tips", na_when=""), FULL, REPLIES)
    (item,) = found.to_confirm

    assert (item.reason, item.answer, item.was_line) == ("offer", "Does not apply", "")
    assert item.reason_text == "“Does not apply” is no longer offered here."
    assert found.after.by_slug["pay"].exact == 30
    assert [r.state for r in found.after.by_slug["pay"].rows][2] == "to-confirm"


def test_a_level_stands_where_does_not_apply_ceases():
    new = with_question(SHOP, "tips", na_when="")
    assert to_be_confirmed(SHOP, new, levels(tips=1)) == {}


def test_a_question_is_added():
    pay, hours = SHOP.components
    extra = make_question("bonus", component="pay")
    new = replace(SHOP, components=(replace(pay, questions=(*pay.questions, extra)), hours))
    found = preview(SHOP, new, FULL, REPLIES)

    assert slugs(found.added) == ["bonus"]
    # Of 7 by weight (3 + 2 + 2, tips is out) 5 are answered: still enough, still 30.
    assert found.components[0].after == "30"
    assert preview(SHOP, new, QUICK, REPLIES).added == ()


def test_a_question_is_removed_and_its_answer_kept():
    # Without wage pay is ranges alone: 6 of 8: 75; (75 + 50) ÷ 2 = 62.5, shown as 63.
    found = preview(SHOP, without(SHOP, "wage"), FULL, REPLIES)

    assert [(r.question.slug, r.answer) for r in found.removed] == [
        ("wage", "Not yet: wage stands at 0.")
    ]
    assert (found.components[0].after, found.overall.after) == ("75", "63 of 100, In place")
    assert found.marked == ()


def test_a_removed_question_that_was_hidden_is_named_only_with_an_answer():
    gone = without(SHOP, "notice")
    assert slugs(preview(SHOP, gone, NO_SHIFTS, REPLIES).removed) == ["notice"]
    assert preview(SHOP, gone, NO_SHIFTS, {}).removed == ()


def test_a_question_that_comes_back_is_to_confirm():
    found = preview(without(SHOP, "wage"), SHOP, FULL, REPLIES)
    (item,) = found.to_confirm

    assert (item.before, item.reason, item.now_line) == (None, "returned", "wage stands at 0.")
    assert slugs(found.added) == ["wage"]


def test_a_weight_changes_the_score_and_no_answer():
    # wage weighs 1: pay 6 of (1 + 2) * 4 = 12: 50.
    found = preview(SHOP, with_question(SHOP, "wage", weight=1), FULL, REPLIES)

    assert [(c.before.weight, c.after.weight) for c in found.reweighted] == [(3, 1)]
    assert (found.components[0].after, found.marked) == ("50", ())


def test_a_question_moves_to_another_component():
    pay, hours = SHOP.components
    *kept, tips = pay.questions
    new = make_catalogue(
        replace(pay, questions=tuple(kept)),
        replace(hours, questions=(*hours.questions, replace(tips, component="hours"))),
    )
    (item,) = preview(SHOP, new, FULL, REPLIES).relocated

    assert (item.question.slug, item.before.label, item.after.label) == ("tips", "Pay", "Hours")


def test_a_component_comes_and_another_goes():
    new = make_catalogue(
        SHOP.components[0], make_component("safety", [make_question("masks")], position=2)
    )
    found = preview(SHOP, new, FULL, REPLIES)

    assert [(c.label, c.before, c.after) for c in found.components] == [
        ("Pay", "30", "30"),
        ("Safety", "Not in this edition", "Not enough answers yet"),
        ("Hours", "50", "Not in this edition"),
    ]
    assert [c.slug for c in found.components_added] == ["safety"]
    assert [c.slug for c in found.components_removed] == ["hours"]
    assert slugs(found.removed) == ["notice", "rest"]


@pytest.mark.parametrize(
    ("profile", "changes", "begins", "ceases", "reason"),
    [
        (
            QUICK,
            {"slug": "ranges", "is_quick": True},
            ["ranges"],
            [],
            "It is now in the quick check.",
        ),
        (
            QUICK,
            {"slug": "wage", "is_quick": False},
            [],
            ["wage"],
            "It is no longer in the quick check.",
        ),
        (FULL, {"slug": "wage", "is_quick": False}, [], [], ""),
        (
            NO_SHIFTS,
            {"slug": "notice", "applies_if": ""},
            ["notice"],
            [],
            "It is now asked of everyone.",
        ),
        (
            NO_SHIFTS,
            {"slug": "notice", "applies_if": "temps"},
            ["notice"],
            [],
            "It is now asked where temporary or contract workers are used.",
        ),
        (
            NO_SHIFTS,
            {"slug": "wage", "applies_if": "shifts"},
            [],
            ["wage"],
            "It is now asked only where people work shifts.",
        ),
    ],
)
def test_who_is_asked_changes(profile, changes, begins, ceases, reason):
    changes = dict(changes)
    new = with_question(SHOP, changes.pop("slug"), **changes)
    found = preview(SHOP, new, profile, REPLIES)

    assert (slugs(found.begins), slugs(found.ceases)) == (begins, ceases)
    assert {item.reason for item in (*found.begins, *found.ceases)} == ({reason} - {""})
    assert found.marked == ()


def test_a_kept_answer_that_counts_again_is_named():
    new = with_question(SHOP, "notice", applies_if="")
    (item,) = preview(SHOP, new, NO_SHIFTS, REPLIES).begins
    assert item.answer == "Partial: notice stands at 2."


def test_a_hidden_answer_is_marked_too_and_only_counted():
    """It would count again, unconfirmed, should the flag change."""
    new = with_question(SHOP, "notice", meaning=2)
    found = preview(SHOP, new, NO_SHIFTS, REPLIES)

    assert (found.marked, found.to_confirm, found.hidden_to_confirm) == (("notice",), (), 1)


@pytest.mark.parametrize(
    "reply", [Reply(note="Only a note."), Reply(is_not_sure=True), Reply(1, is_to_confirm=True)]
)
def test_what_is_no_answer_or_waits_already_is_not_marked(reply):
    assert to_be_confirmed(SHOP, REWORDED, {"wage": reply}) == {}


def test_what_waited_before_still_waits():
    waiting = REPLIES | {"notice": Reply(level=2, is_to_confirm=True)}
    found = preview(SHOP, REWORDED, FULL, waiting)

    assert (found.marked, found.waiting) == (("wage",), 2)


def test_without_answers_nothing_is_a_zero():
    found = preview(SHOP, REWORDED, FULL, {})

    assert {line.after for line in found.components} == {"Not enough answers yet"}
    assert found.overall.after == "Not enough answers yet"
    assert found.in_place.after == "No practices are answered yet"


# -- for any pair of editions ----------------------------------------------------------------


class Two(NamedTuple):
    """One employer between two editions."""

    case: Case
    new: Catalogue


@st.composite
def later(draw: st.DrawFn, question: Question) -> Question:
    """The question as a later edition may have it."""
    changes: dict[str, Any] = {
        "meaning": question.meaning + draw(st.sampled_from([0, 0, 1])),
        "text": draw(st.sampled_from([question.text, "Other words?"])),
        "weight": draw(st.sampled_from([question.weight, draw(WEIGHT)])),
        "is_quick": draw(st.booleans()),
        "applies_if": draw(st.sampled_from([question.applies_if, "", *FLAGS])),
        "na_when": draw(st.sampled_from([question.na_when, "", NA_WHEN])),
    }
    return replace(question, **changes)


@st.composite
def editions(draw: st.DrawFn) -> Two:
    """An employer's situation, and an edition in which questions change, come, go and move."""
    case = draw(cases())
    places: dict[str, list[Question]] = {c.slug: [] for c in case.catalogue.components}
    for slug, question in case.catalogue.questions.items():
        if draw(st.sampled_from([True, True, True, False])):
            home = draw(st.sampled_from([question.component, *places]))
            places[home].append(replace(draw(later(question)), component=home))
        assert slug == question.slug
    if draw(st.booleans()):
        home = draw(st.sampled_from(list(places)))
        places[home].append(replace(draw(questions_called("brand-new")), component=home))
    components = tuple(
        replace(c, questions=tuple(places[c.slug]))
        for c in case.catalogue.components
        if places[c.slug]
    )
    return Two(case, replace(case.catalogue, components=components))


@given(editions())
def test_the_preview_is_the_score_of_what_the_move_leaves(two):
    found = preview(two.case.catalogue, two.new, two.case.profile, two.case.replies)
    after = with_marks(two.case.replies, found.marked)

    assert found.before == score(two.case.catalogue, two.case.profile, two.case.replies)
    assert found.after == score(two.new, two.case.profile, after)
    assert len(found.to_confirm) + found.hidden_to_confirm == len(found.marked)


@given(editions())
def test_only_like_for_like_answers_count_after_it(two):
    old = two.case.catalogue.questions
    found = preview(two.case.catalogue, two.new, two.case.profile, two.case.replies)

    for row in found.after.rows:
        if row.state in ("answered", "not-applicable"):
            assert old[row.question.slug].meaning == row.question.meaning
            reply = two.case.replies[row.question.slug]
            assert (row.level, reply.is_to_confirm) == (reply.level, False)


@given(editions())
def test_every_question_that_is_asked_before_or_after_is_accounted_for(two):
    case = two.case
    found = preview(case.catalogue, two.new, case.profile, case.replies)
    before = {s for s, q in case.catalogue.questions.items() if case.profile.asks(q)}
    after = {s for s, q in two.new.questions.items() if case.profile.asks(q)}

    came = {*slugs(found.added), *slugs(found.begins)}
    went = {*slugs(found.removed), *slugs(found.ceases)}
    assert came == after - before
    assert before - after <= went
    assert not went & after
    assert {*slugs(found.changed), *slugs(found.reworded)} <= after & before


# -- and as it is done -----------------------------------------------------------------------


def stored(assessment: Assessment) -> dict[str, dict[str, object]]:
    """Every answer as it is stored, but for its revision, which only rises."""
    rows = Answer.objects.filter(assessment=assessment).values()
    return {r["question"]: {k: v for k, v in r.items() if k != "revision"} for r in rows}


@pytest.mark.db
@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(two=editions())
def test_what_happens_is_what_was_shown_and_undoing_restores_it(two):
    for model in (Assessment, Edition):
        model._default_manager.all().delete()
    factories.make_edition(two.case.catalogue)
    newer = factories.make_edition(two.new, number=2)
    flags = {f"has_{flag}": value for flag, value in two.case.profile.flags.items()}
    assessment = factories.make_assessment(mode=two.case.profile.mode, **flags)
    for slug, reply in two.case.replies.items():
        factories.make_answer(
            assessment,
            slug,
            reply.level,
            is_not_applicable=reply.is_not_applicable,
            is_not_sure=reply.is_not_sure,
            is_to_confirm=reply.is_to_confirm,
            note=reply.note,
        )
    before = stored(assessment)
    found = preview(two.case.catalogue, two.new, two.case.profile, two.case.replies)

    move = workflow.move_to_edition(assessment=assessment, edition=newer, by="The owner")

    assert tuple(move.marked) == found.marked
    assert score(two.new, two.case.profile, replies_of(answers_of(assessment))) == found.after

    workflow.undo_move(assessment=assessment)

    assert stored(assessment) == before
    assessment.refresh_from_db()
    assert assessment.edition_number == 1


def test_words_of_an_answer():
    wage = SHOP.questions["wage"]
    assert moving.answer_words(wage, Reply(level=3)) == "In place: wage stands at 3."
    assert moving.answer_words(wage, NA) == "Does not apply"
    assert moving.answer_words(wage, Reply(note="Hm.")) == moving.answer_words(wage, None) == ""
