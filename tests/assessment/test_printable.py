"""Which characters reach a document."""

import re

from hypothesis import given
from hypothesis import strategies as st

from assessment.documents.printable import on_one_line, printable
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
    assert [c for c in kept if c not in text] == []


def test_plain_text_is_kept_as_it_is():
    text = "Café “Zoë” – مخبز\n\t48 → 52 😀"
    assert printable(text) == text


def test_hostile_text_stays_readable():
    assert printable(HOSTILE).endswith("-->gnp.exe end")


def test_one_line_is_one_line():
    assert on_one_line(" Harbor\n Street\t\x00Bakery ") == "Harbor Street Bakery"
