"""The Word file, read back with python-docx: the words of the PDF, in headings, lists, tables."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from hypothesis import given
from hypothesis import strategies as st
from lxml import html  # type: ignore[import-untyped]

from assessment.documents import printed_plan, word, word_writer
from assessment.documents.printable import printable
from assessment.plan_document import Cover
from tests import plans
from tests.plans import actions_in, make_plan, plan_in

SECTIONS = [
    "Contents",
    "Summary",
    "Where you stand",
    "Find out",
    "Where to start",
    "Your actions",
    "Not now",
    "The arithmetic",
    "Sources",
]
# Boxes are drawn in print and are signs in Word.
SIGNS = re.compile("[☐☒]")


@cache
def made(state: str) -> bytes:
    return word.render_plan(plan_in(state))


def opened(content: bytes) -> Document:
    return docx.Document(BytesIO(content))


def paragraphs(document: Document) -> Iterator[Paragraph]:
    """Every paragraph in the order of reading, those in tables included."""
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            for row in item.rows:
                for cell in row.cells:
                    yield from cell.paragraphs
        else:
            yield item


def squeezed(text: str) -> str:
    return "".join(SIGNS.sub("", text).split())


def words(document: Document) -> str:
    return squeezed("".join(p.text for p in paragraphs(document)))


def printed_words(state: str) -> str:
    """The words of the printed plan in its order, but what stands at the right of a line."""
    body = html.document_fromstring(printed_plan.html_of(plan_in(state))).body
    for drawing in body.iter("svg"):  # a picture in Word, or left out beside its table
        for part in list(drawing):
            drawing.remove(part)
    for item in body.iter("li"):
        for lift in item.find_class("lift"):
            item.append(lift)
    return squeezed(body.text_content())


def headings(document: Document, style: str) -> list[str]:
    return [p.text for p in document.paragraphs if p.style and p.style.name == style]


# -- the same words as the PDF -----------------------------------------------------------------


@pytest.mark.parametrize("state", plans.STATES)
def test_it_says_word_for_word_what_the_pdf_says(state):
    assert words(opened(made(state))) == printed_words(state)


@pytest.mark.parametrize("state", plans.STATES)
def test_every_action_is_in_it_in_every_state(state):
    document, said = plan_in(state), words(opened(made(state)))

    for action in actions_in(document):
        for text in (action.title, action.next_step, action.owner, action.due_text, action.notes):
            assert squeezed(printable(text)) in said
        assert squeezed(action.support.why) in said
    assert [limit for limit in document.limits if squeezed(limit) not in said] == []


@pytest.mark.parametrize("answers", [False, True])
@pytest.mark.parametrize("notes", [False, True])
def test_answers_and_notes_are_there_only_if_ticked(answers, notes):
    document = make_plan(include_answers=answers, include_notes=notes)
    file = opened(word.render_plan(document))
    said = " ".join(p.text for p in paragraphs(file))

    assert ("Appendix: every answer" in said) == answers
    assert ("Note on action 0." in said) == notes
    assert ("Note: Note on " in said) == (answers and notes)


# -- structure ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", plans.STATES)
def test_headings_are_headings_and_skip_no_level(state):
    file = opened(made(state))
    names = [p.style.name for p in file.paragraphs if p.style and p.style.name]
    levels = [int(name[-1]) for name in names if re.fullmatch(r"Heading [1-9]", name)]

    assert headings(file, "Title") == ["Action plan"]
    assert headings(file, "Heading 1")[: len(SECTIONS)] == SECTIONS
    assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []


def test_actions_stand_under_their_horizon():
    file = opened(made("typical"))

    titles = [h.title for h in plan_in("typical").horizons]
    assert [h for h in headings(file, "Heading 2") if h in titles] == titles
    assert {a.title for a in actions_in(plan_in("typical"))} <= {*headings(file, "Heading 3")}


@pytest.mark.parametrize("state", ["typical", "hostile", "sixty-actions"])
def test_a_table_s_heading_comes_again_on_each_page(state):
    for table in opened(made(state)).tables:
        rows = table._tbl.tr_lst
        heads = [row.find(f".//{qn('w:tblHeader')}") is not None for row in rows]
        look = table._tbl.tblPr.find(qn("w:tblLook"))
        assert heads == [look.get(qn("w:firstRow")) == "1"] + [False] * (len(rows) - 1)
        assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
        columns: list[Any] = table._tbl.tblGrid.gridCol_lst
        widths = [column.w.twips for column in columns]
        assert sum(widths) == 9360
        assert min(widths) > 300


def cells_of(*rows: tuple[str, ...]) -> list[list[Any]]:
    return [[html.fromstring(f"<th>{text}</th>") for text in row] for row in rows]


@given(st.lists(st.lists(st.text("ab ", max_size=90), min_size=1, max_size=9), max_size=5))
def test_columns_fill_the_page_whatever_stands_in_them(texts):
    widths = word_writer._widths(cells_of(*map(tuple, texts)))

    assert sum(widths) == 9360
    assert min(widths) > 0
    assert len(widths) == max(map(len, texts), default=1)


def test_a_column_takes_its_longest_word_first():
    narrow, wide = word_writer._widths(cells_of(("Evidence", "word " * 30), ("Why", "x")))

    assert narrow == 9 * 130 + 230
    assert narrow + wide == 9360


def test_lists_are_lists_and_each_counts_from_one():
    file = opened(made("typical"))
    numbered: dict[Any, list[str]] = {}
    for paragraph in paragraphs(file):
        if paragraph.style is not None and paragraph.style.name == "List Number":
            number = paragraph._p.pPr.numPr.numId.val  # type: ignore[union-attr]
            numbered.setdefault(number, []).append(paragraph.text)
    steps = [list(a.support.steps) for a in actions_in(plan_in("typical")) if a.support.steps]

    assert steps
    assert [found for found in steps if found not in numbered.values()] == []
    numbering = file.part.numbering_part.element
    for number in numbered:
        override = numbering.num_having_numId(number).find(f".//{qn('w:startOverride')}")
        assert override.get(qn("w:val")) == "1"
    strong = [s.text for s in plan_in("typical").strengths]
    bullets = [
        p.text for p in paragraphs(file) if p.style is not None and p.style.name == "List Bullet"
    ]
    assert [text for text in strong if not any(b.startswith(text) for b in bullets)] == []


def test_every_picture_says_what_it_shows():
    file = opened(made("typical"))
    said = [shape._inline.docPr.get("descr") for shape in file.inline_shapes]

    assert len(said) == 8
    assert said[0] == (
        "Bar for Recruitment & Hiring: a score of 50 out of 100, with the target marked at 75"
    )
    assert len(opened(made("quick")).inline_shapes) == 0


def test_links_lead_to_sources_and_to_marks_within():
    file = opened(made("typical"))
    part = file.part
    links = list(file.element.body.iter(qn("w:hyperlink")))
    marks = [m.get(qn("w:name")) for m in file.element.body.iter(qn("w:bookmarkStart"))]
    inner = {link.get(qn("w:anchor")) for link in links} - {None}
    outer = {part.rels[link.get(qn("r:id"))].target_ref for link in links if link.get(qn("r:id"))}

    assert len(marks) == len(set(marks))
    assert inner <= set(marks)
    assert len(inner) > 20
    assert outer == {c.address for c in plan_in("typical").sources if c.address}


def test_pages_are_numbered_and_named():
    section = opened(made("typical")).sections[0]
    codes = [
        field.get(qn("w:instr"))
        for footer in (section.footer, section.first_page_footer)
        for field in footer._element.iter(qn("w:fldSimple"))
    ]

    assert codes == ["PAGE", "NUMPAGES"] * 2
    assert section.header.paragraphs[0].text == "Job quality action plan\t\tHarbor Street Bakery"
    assert (section.page_width.inches, section.page_height.inches) == (8.5, 11)  # type: ignore[union-attr]


# -- what the file says of itself --------------------------------------------------------------


@pytest.mark.parametrize("state", plans.STATES)
def test_its_properties_name_the_plan_and_hold_no_clock(state):
    content = made(state)
    about = opened(content).core_properties
    day = datetime(2026, 11, 22, tzinfo=UTC)

    assert content == word.render_plan(plan_in(state))
    assert about.title.startswith("Job quality action plan")
    assert (about.author, about.last_modified_by) == ("Job Quality Self-Assessment",) * 2
    assert (about.created, about.modified) in [(day, day), (day.replace(tzinfo=None),) * 2]
    assert (about.language, about.comments, about.revision) == ("en-US", "", 1)
    archive = zipfile.ZipFile(BytesIO(content))
    assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert [name for name in archive.namelist() if "thumbnail" in name] == []
    styles = archive.read("word/styles.xml").decode()
    assert '<w:lang w:val="en-US"' in styles


# -- hostile text ------------------------------------------------------------------------------


def test_hostile_text_is_text():
    content = made("hostile")
    archive = zipfile.ZipFile(BytesIO(content))
    everything = "".join(
        archive.read(name).decode()
        for name in archive.namelist()
        if name.endswith((".xml", ".rels"))
    )

    assert "<script>alert(1)</script><img src=file:///etc/passwd>" in "\n".join(
        p.text for p in paragraphs(opened(content))
    )
    assert re.findall("[\x00-\x08\x0b\x0e-\x1f\u202a-\u202e\u2066-\u2069]", everything) == []
    relations = re.findall(r'Target="([^"]*)"[^>]*TargetMode="External"', everything)
    assert [r for r in relations if "127.0.0.1" in r or r.startswith("file:")] == []
    assert "<w:instrText" not in everything


@pytest.mark.parametrize("name", ["]]>", "&amp;", "{{ x }}", "\\f", "_x000D_", "a\nb\tc"])
def test_a_name_is_text_whatever_it_is(name):
    file = opened(word.render_plan(make_plan("", cover=Cover(organization=name))))

    assert headings(file, "Subtitle")[0] == " ".join(name.split())
    assert file.core_properties.title == f"Job quality action plan: {' '.join(name.split())}"
