"""The arithmetic: the scorer's own lines, so that anybody can add them up."""

import re

import pytest

from assessment.models import Assessment
from tests import factories
from tests.pages import heading, html, plain, words

pytestmark = pytest.mark.django_db


def lines(page) -> list[list[str]]:
    """The cells of every row of the answers' tables."""
    rows = re.findall(r"<tr>(.*?)</tr>", html(page), flags=re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in rows]
    return [[plain(cell) for cell in row] for row in cells]


def test_every_answer_is_a_line_with_its_points(bakery, maria) -> None:
    for slug, level in [("wage", 3), ("ranges", 1), ("notice", 4), ("rest", 2)]:
        factories.make_answer(bakery, slug, level)
    factories.make_answer(bakery, "tips", is_not_applicable=True)
    page = maria.see("arithmetic")
    assert (page.status_code, heading(page)) == (200, "The arithmetic")
    assert lines(page)[:4] == [
        ["Practice", "Your answer", "Weight", "Level", "Points", "Possible"],
        ["Text of wage?", "In place", "3", "3", "9", "12"],
        ["Text of ranges?", "Starting", "2", "1", "2", "8"],
        ["Text of tips?", "Does not apply", "1", "–", "0", "0"],
    ]
    assert ["Text of notice?", "Leading", "3", "4", "12", "12"] in lines(page)
    # Pay 11 of 20 = 55, Job security 14 of 16 = 87.5, the mean 71.25.
    assert "Overall: (55.00 + 87.50) ÷ 2 = 71.25, shown as 71" in words(page)


def test_without_answers_it_says_so(maria) -> None:
    page = maria.see("arithmetic")
    assert "Overall: There is no score yet." in words(page)
    assert "Not enough answers yet" in words(page)


def test_a_hidden_question_has_no_line(bakery, maria) -> None:
    factories.make_answer(bakery, "notice", 4)
    Assessment.objects.update(has_shifts=False)
    assert not any("Text of notice?" in row for row in lines(maria.see("arithmetic")))


def test_notes_are_not_among_the_lines(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 3, note="Private note.")
    assert "Private note." not in html(maria.see("arithmetic"))
