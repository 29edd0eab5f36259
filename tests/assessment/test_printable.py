"""Which characters reach a document."""

import re

from hypothesis import given
from hypothesis import strategies as st

from assessment.documents.printable import MOST_LINES, in_few_lines, on_one_line, printable
from tests.plans import HOSTILE

# What XML 1.0 allows, in words of its own.
XML = re.compile(r"[\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_printable_is_valid_xml_and_turns_nothing(text):
    kept = printable(text)

    assert XML.fullmatch(kept)
    assert not TURNING.search(kept)
    assert printable(kept) == kept
    assert [c for c in kept if c not in f"{text} "] == []


def test_plain_text_is_kept_as_it_is():
    text = "Café “Zoë” – مخبز\n\t48 → 52 😀"
    assert printable(text) == text


def test_hostile_text_stays_readable():
    assert printable(HOSTILE).endswith("-->gnp.exe end")


def test_no_sign_of_a_title_begins_a_line():
    assert printable("a\u2028b\u2029c") == "a b c"


@given(st.text(st.sampled_from("ab \t\n\r\x0b\x0c\x1c\x85\u2028\u2029"), max_size=200))
def test_a_note_has_few_lines_and_every_word(text):
    kept = in_few_lines(text)

    assert len(kept.splitlines()) <= MOST_LINES
    assert "\n\n\n" not in kept
    assert kept.split() == text.split()
    assert in_few_lines(kept) == kept


def test_a_usual_note_keeps_its_lines():
    assert in_few_lines("Ask payroll:\r\n- rates\n\n\n  \n- hours\n\n") == (
        "Ask payroll:\n- rates\n\n- hours"
    )
    assert in_few_lines("a\n" * MOST_LINES) == "\n".join("a" * MOST_LINES)
    assert in_few_lines("a\n" * (MOST_LINES + 1)) == "a\n" * (MOST_LINES - 1) + "a a"


def test_one_line_is_one_line():
    assert on_one_line(" Harbor\n Street\t\x00Bakery ") == "Harbor Street Bakery"
