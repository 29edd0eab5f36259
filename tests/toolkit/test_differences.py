"""Differences counted in words."""

from toolkit.differences import Difference, in_short


def test_rows_are_counted_once_for_each_sort_of_change() -> None:
    found = [
        Difference("strategy", "ask", "Ask", "The strategy is added.", is_added=True),
        Difference("question", "old", "Old", "The question is removed."),
        Difference("question", "wage", "Wage", "The hint changed.", is_correction=True),
        Difference(
            "question", "wage", "Wage", "The question changed.",
            is_correction=True, needs_same_meaning=True,
        ),
        Difference("question", "raises", "Raises", "Why it matters changed.", is_correction=True),
        Difference("question", "wage", "Wage", "The weight changed."),
        Difference("strategy", "plan", "Plan", "Its resources changed."),
        Difference("strategy", "pay", "Pay", "The effort changed."),
    ]  # fmt: skip
    assert in_short(found) == [
        "1 strategy added",
        "1 question removed",
        "2 questions reworded",
        "1 question re-weighted",
        "2 strategies changed otherwise",
    ]


def test_no_difference_is_no_word() -> None:
    assert in_short([]) == []
