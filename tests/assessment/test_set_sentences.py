"""What is said of a set of steps: none, one, two and many."""

import pytest

from assessment import sentences


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "No step is ticked yet"), (1, "With this one step"), (2, "With these 2 steps")],
)
def test_the_heading_of_a_set(count, words):
    assert sentences.steps_chosen(count) == words


def test_efforts_are_counted():
    assert sentences.efforts_chosen([("low", 2), ("high", 1)]) == "2 low, 1 high"
    assert sentences.efforts_chosen([]) == ""


@pytest.mark.parametrize(
    ("longest", "total", "steps", "without", "words"),
    [
        (None, None, 1, 1, "Nobody says how long this takes: no strategy is offered for it yet."),
        (1, 1, 1, 0, "About 1 day to a first result."),
        (
            60,
            1090,
            3,
            0,
            "Side by side, first results within about 60 days, which is the longest single step. "
            "One after the other, about 1,090 days.",
        ),
        (
            60,
            60,
            2,
            1,
            "About 60 days to a first result of one of them. No strategy says how long the other "
            "step would take.",
        ),
        (
            60,
            90,
            4,
            2,
            "Side by side, first results within about 60 days, which is the longest single step. "
            "One after the other, about 90 days. No strategy says how long the other 2 steps "
            "would take.",
        ),
    ],
)
def test_days_are_told_side_by_side_and_one_after_the_other(longest, total, steps, without, words):
    assert sentences.days_chosen(longest, total, steps=steps, without=without) == words


@pytest.mark.parametrize(
    ("within", "low", "words"),
    [
        (None, False, ""),
        (1, False, "with a first result within 1 day"),
        (None, True, "of low effort"),
        (90, True, "of low effort, with a first result within 90 days"),
    ],
)
def test_what_a_proposal_kept_to(within, low, words):
    assert sentences.limits_allowed(within=within, is_low_effort_only=low) == words


@pytest.mark.parametrize(
    ("found", "wanted", "fitting", "limits", "words"),
    [
        (
            0,
            3,
            0,
            "",
            "No open step is left to propose: all are in your plan, or wait for a score.",
        ),
        (
            0,
            3,
            0,
            "of low effort",
            "No open step of low effort is left to propose. Allow more days or more effort, or "
            "look at the steps below.",
        ),
        (1, 3, 1, "", "Only one open step fits. It is ticked."),
        (2, 3, 2, "of low effort", "Only 2 open steps fit: of low effort. They are ticked."),
        (
            1,
            1,
            1,
            "",
            "Ticked: the one step that lifts your overall figure most, out of 1 open step.",
        ),
        (
            3,
            3,
            17,
            "with a first result within 90 days",
            "Ticked: the 3 steps that together lift your overall figure most, out of 17 open "
            "steps with a first result within 90 days.",
        ),
    ],
)
def test_what_came_of_a_proposal(found, wanted, fitting, limits, words):
    said = sentences.proposed(
        found=found, wanted=wanted, fitting=fitting, limits=limits, is_scored=True
    )
    assert said == words


@pytest.mark.parametrize(
    ("added", "known", "closed", "words"),
    [
        (1, 0, 0, "1 step was added to your plan."),
        (3, 0, 1, "3 steps were added to your plan. 1 is no longer open and was left out."),
        (
            0,
            1,
            2,
            "No steps were added to your plan. 1 was in it already and stays as it is. "
            "2 are no longer open and were left out.",
        ),
        (2, 5, 0, "2 steps were added to your plan. 5 were in it already and stay as they are."),
    ],
)
def test_what_became_of_a_set(added, known, closed, words):
    assert sentences.adopted(added, known, closed=closed) == words
