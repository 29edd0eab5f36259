"""What is said of a set of steps: none, one, two and many."""

import pytest

from assessment import sentences


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "No steps are checked yet"), (1, "With this one step"), (2, "With these 2 steps")],
)
def test_the_heading_of_a_set(count, words):
    assert sentences.steps_chosen(count) == words


def test_efforts_are_counted():
    assert sentences.efforts_chosen([("low", 2), ("high", 1)]) == "2 low, 1 high"
    assert sentences.efforts_chosen([]) == ""


@pytest.mark.parametrize(
    ("longest", "total", "steps", "without", "words"),
    [
        (
            None,
            None,
            1,
            1,
            "There is no estimate of how long this takes, because no strategy is offered for it "
            "yet.",
        ),
        (1, 1, 1, 0, "About 1 day to a first result."),
        (
            60,
            1090,
            3,
            0,
            "Side by side, first results come within about 60 days, the longest single step. "
            "One after another, in about 1,090 days.",
        ),
        (
            60,
            60,
            2,
            1,
            "About 60 days to a first result from one of them. There is no estimate for the other "
            "step.",
        ),
        (
            60,
            90,
            4,
            2,
            "Side by side, first results come within about 60 days, the longest single step. "
            "One after another, in about 90 days. There is no estimate for the other 2 steps.",
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
            "No open step is left to propose: all are in your plan or have no score yet.",
        ),
        (
            0,
            3,
            0,
            "of low effort",
            "No open step of low effort is left to propose. Allow more days or more effort, or "
            "look at the steps below.",
        ),
        (1, 3, 1, "", "Only one open step fits. It is checked."),
        (2, 3, 2, "of low effort", "Only 2 open steps fit: of low effort. They are checked."),
        (
            1,
            1,
            1,
            "",
            "Checked: the one step that raises your overall figure the most, out of 1 open step.",
        ),
        (
            3,
            3,
            17,
            "with a first result within 90 days",
            "Checked: the 3 steps that together raise your overall figure the most, out of 17 open "
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
            "No steps were added to your plan. 1 was already in it and was left unchanged. "
            "2 are no longer open and were left out.",
        ),
        (2, 5, 0, "2 steps were added to your plan. 5 were already in it and were left unchanged."),
    ],
)
def test_what_became_of_a_set(added, known, closed, words):
    assert sentences.adopted(added, known, closed=closed) == words
