"""Writes the printed plan's HTML as paragraphs, lists, tables and links of a Word file.

It knows the elements of HTML and a few of the plan's classes, not the plan: what is added to the
printed plan comes along by itself. What it cannot show (drawings with more than bars) is left out,
as the words or the table beside it say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, Twips
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from assessment.documents.bar_picture import bar_picture

# Styles of our own, made in word.py: of paragraphs, then of words within one.
QUIET, CAUTION = "Quiet", "Caution"
QUIET_WORDS, LINK = "Quiet Words", "Hyperlink"
HEADINGS = {"h1": "Title", "h2": "Heading1", "h3": "Heading2", "h4": "Heading3"}
STYLES = {"org": "Subtitle", "score": "Subtitle", "caution": CAUTION}
QUIETLY = {"m", "brand", "status", "write"}
BLOCKS = {"div", "section", "p", "ul", "ol", "table", *HEADINGS}
# The usable width of a page, and roughly what a letter, a cell's padding and a bar take of it.
PAGE_WIDTH, LETTER, PADDING, BAR = 9360, 130, 230, 3300
LONGEST_WORD, LONGEST_LINE = 16, 70
# Lists in the template of python-docx are all one list: each of ours begins at 1 by itself.
NUMBERED = "ListNumber"

type Node = Any  # lxml ships no types


@dataclass(frozen=True, slots=True)
class Look:
    """How text is written: the style of its paragraphs, and what holds for its words."""

    style: str = "Normal"
    is_bold: bool = False
    is_quiet: bool = False
    keeps_lines: bool = False
    is_right: bool = False
    stays_with_next: bool = False


class Place:
    """Where paragraphs go: the document, or a cell, which begins with an empty one."""

    def __init__(self, holder: Document | _Cell) -> None:
        self.holder = holder
        self._empty = holder.paragraphs[0] if isinstance(holder, _Cell) else None

    def paragraph(self, style: str) -> Paragraph:
        """A new paragraph of this style."""
        paragraph, self._empty = self._empty or self.holder.add_paragraph(), None
        paragraph._p.style = style
        return paragraph


class Item(Place):
    """An item of a list: its first paragraph bears the mark, the others stand below it."""

    def __init__(self, place: Place, style: str, number: int | None) -> None:
        self.holder, self._place = place.holder, place
        self._style, self._number = style, number
        self._is_begun = False

    def paragraph(self, style: str) -> Paragraph:
        """The item's first paragraph, or one more of it."""
        if self._is_begun:
            return self._place.paragraph("ListContinue")
        self._is_begun = True
        paragraph = self._place.paragraph(self._style)
        if self._number is not None:
            numbering = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            numbering.get_or_add_ilvl().val = 0
            numbering.get_or_add_numId().val = self._number
        return paragraph


class Line:
    """A paragraph as it is written, which holds no two spaces in a row, as in HTML."""

    def __init__(self, paragraph: Paragraph) -> None:
        self.paragraph = paragraph
        self._is_spaced = True

    def add(self, text: str, look: Look, into: Node = None) -> None:
        """Write ``text`` at the end, or at the end of the link ``into``."""
        text = re.sub(r"[ \t]*\n[ \t]*" if look.keeps_lines else r"\s+", "\n", text)
        text = re.sub(r"[ \t]+", " ", text) if look.keeps_lines else text.replace("\n", " ")
        if self._is_spaced:
            text = text.lstrip(" ")
        if not text:
            return
        self._is_spaced = text[-1] in " \n"
        run = self.paragraph.add_run() if into is None else Run(into.add_r(), self.paragraph)
        run.text = text
        if look.is_bold:
            run.bold = True
        if into is not None:
            run._r.style = "Hyperlink"
        elif look.is_quiet:
            run._r.style = "QuietWords"


class Writer:
    """Writes one document from beginning to end."""

    def __init__(self, word: Document) -> None:
        self._word = word
        self._marks: dict[str, str] = {}
        self._due_marks: list[str] = []
        self._is_page_due = False
        self._is_after_table = False

    def write(self, body: Node) -> None:
        """Write everything that stands in ``body``."""
        for number, node in enumerate(body.iter()):
            if node.get("id"):
                self._marks[node.get("id")] = f"mark{number}"
        self._flow(body, Place(self._word), Look())
        if self._is_after_table:
            self._word.add_paragraph()

    # -- blocks ------------------------------------------------------------------------------

    def _flow(self, node: Node, place: Place, look: Look) -> None:
        """The content of a block: blocks stand by themselves, all else in paragraphs."""
        line = self._bare(node.text, None, place, look)
        for child in _children(node):
            if child.tag in BLOCKS:
                self._block(child, place, look)
                line = None
            else:
                line = line or self._line(place, look)
                self._inline(child, line, look)
            line = self._bare(child.tail, line, place, look)

    def _bare(self, text: str | None, line: Line | None, place: Place, look: Look) -> Line | None:
        if not text or (line is None and not text.strip()):
            return line
        line = line or self._line(place, look)
        line.add(text, look)
        return line

    def _block(self, node: Node, place: Place, look: Look) -> None:
        kinds = _classes(node)
        self._note(node, kinds)
        if node.tag in HEADINGS:
            self._flow(node, place, replace(look, style=HEADINGS[node.tag], is_bold=False))
        elif node.tag in ("ul", "ol"):
            self._list(node, place, look)
        elif node.tag == "table":
            self._table(node, place)
        else:
            together = "case" in _classes(node.getparent()) and node.getnext() is not None
            self._flow(node, place, _look_of(kinds, replace(look, stays_with_next=together)))
            if "cover" in kinds:
                self._is_page_due = True

    def _note(self, node: Node, kinds: set[str]) -> None:
        """Remember what the next paragraph must bear: a mark that links lead to, a new page."""
        if node.get("id"):
            self._due_marks.append(self._marks[node.get("id")])
        if "page" in kinds:
            self._is_page_due = True

    def _line(self, place: Place, look: Look) -> Line:
        paragraph = place.paragraph(look.style)
        if self._is_page_due:
            paragraph.paragraph_format.page_break_before = True
        elif self._is_after_table and not isinstance(place.holder, _Cell):
            paragraph.paragraph_format.space_before = Pt(8)
        if look.is_right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if look.stays_with_next:
            paragraph.paragraph_format.keep_with_next = True
        if not isinstance(place.holder, _Cell):
            self._is_after_table = False
        self._is_page_due = False
        for name in self._due_marks:
            _bookmark(paragraph, name)
        self._due_marks = []
        return Line(paragraph)

    def _list(self, node: Node, place: Place, look: Look, depth: int = 1) -> None:
        """A list; one within an item stands after that item."""
        number = self._new_number() if node.tag == "ol" else None
        style = NUMBERED if node.tag == "ol" else "ListBullet" + ("2" if depth > 1 else "")
        for child in _children(node):
            self._note(child, _classes(child))
            item = Item(place, style, number)
            inner = [c for c in child if c.tag in ("ul", "ol")]
            for part in inner:
                child.remove(part)
            # What print puts at the right comes after the words it belongs to.
            for part in [c for c in child if "lift" in _classes(c)]:
                child.append(part)
            self._flow(child, item, replace(look, style=style))
            for part in inner:
                self._list(part, place, look, depth + 1)

    def _new_number(self) -> int:
        """The key of a new list that counts from 1."""
        numbering = self._word.part.numbering_part.element
        template = self._word.styles["List Number"].element.pPr.numPr.numId.val
        number = numbering.add_num(numbering.num_having_numId(template).abstractNumId.val)
        number.add_lvlOverride(ilvl=0).add_startOverride(1)
        return int(number.numId)

    # -- tables ------------------------------------------------------------------------------

    def _table(self, node: Node, place: Place) -> None:
        rows = [[cell for cell in row if cell.tag in ("th", "td")] for row in node.iter("tr")]
        in_head = [row.getparent().tag == "thead" for row in node.iter("tr")]
        if self._is_after_table:
            self._word.add_paragraph(style="No Spacing")
        table = _new_table(place, rows, has_head=any(in_head))
        for row, cells, is_head in zip(table._tbl.tr_lst, rows, in_head, strict=True):
            _mark_row(row, is_head=is_head)
            for holder, cell in zip(row.tc_lst, cells, strict=False):
                self._note(cell, set())
                # What heads a row of numbers is plain, what heads a row of words is bold.
                is_bold = cell.tag == "th" and (is_head or not any(in_head))
                look = Look(style="NoSpacing", is_bold=is_bold)
                self._flow(cell, Place(_Cell(holder, table)), _look_of(_classes(cell), look))
        self._is_after_table = not isinstance(place.holder, _Cell)

    # -- within a line -----------------------------------------------------------------------

    def _inline(self, node: Node, line: Line, look: Look, into: Node = None) -> None:
        kinds = _classes(node)
        if node.get("id"):
            _bookmark(line.paragraph, self._marks[node.get("id")])
        if node.tag == "br":
            line.add("\n", replace(look, keeps_lines=True), into)
            return
        if node.tag == "svg":
            self._picture(node, line)
            return
        look = _look_of(kinds, look)
        if node.tag == "b":
            look = replace(look, is_bold=True)
        if node.tag == "a":
            into = self._link(node.get("href", ""), line.paragraph)
        if "tick" in kinds:
            line.add("☒ " if "on" in kinds else "☐ ", look, into)
        line.add(node.text or "", look, into)
        for child in _children(node):
            self._inline(child, line, look, into)
            line.add(child.tail or "", look, into)

    def _link(self, address: str, paragraph: Paragraph) -> Node:
        """A link to a web address or to a mark within; None where it leads nowhere."""
        link = OxmlElement("w:hyperlink")
        if address.startswith("#"):
            if address[1:] not in self._marks:
                return None
            link.set(qn("w:anchor"), self._marks[address[1:]])
        elif address.startswith(("http://", "https://")):
            part = paragraph.part
            key = part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            link.set(qn("r:id"), key)
        else:
            return None
        paragraph._p.append(link)
        return link

    def _picture(self, node: Node, line: Line) -> None:
        """A drawing made of bars, with its title in words; any other is left out."""
        picture = bar_picture(node)
        if picture is None:
            return
        drawn = line.paragraph.add_run().add_picture(picture.file, width=Pt(picture.width))
        drawn._inline.docPr.set("descr", picture.words)
        drawn._inline.docPr.set("name", "Bar")


# -- small parts ------------------------------------------------------------------------------


def _children(node: Node) -> Iterator[Node]:
    """The elements within, without comments."""
    return (child for child in list(node) if isinstance(child.tag, str))


def _classes(node: Node) -> set[str]:
    return set(node.get("class", "").split())


def _look_of(kinds: set[str], look: Look) -> Look:
    """How what is of these classes is written, within what is written as ``look``."""
    for kind in kinds & STYLES.keys():
        look = replace(look, style=STYLES[kind])
    if kinds & QUIETLY:
        # A whole paragraph has the style of its own, words in one theirs.
        look = replace(look, style=QUIET if look.style == "Normal" else look.style, is_quiet=True)
    if "flag" in kinds:
        look = replace(look, is_bold=True)
    return replace(
        look,
        keeps_lines=look.keeps_lines or "typed" in kinds,
        is_right=look.is_right or "lift" in kinds,
    )


def _bookmark(paragraph: Paragraph, name: str) -> None:
    """Let links lead to this paragraph."""
    for kind in ("start", "end"):
        mark = OxmlElement(f"w:bookmark{kind.capitalize()}")
        mark.set(qn("w:id"), name.removeprefix("mark"))
        if kind == "start":
            mark.set(qn("w:name"), name)
        paragraph._p.append(mark)


def _new_table(place: Place, rows: list[list[Node]], *, has_head: bool) -> Table:
    """An empty table, its columns as wide as ``rows`` need."""
    widths = _widths(rows)
    table: Table = place.holder.add_table(len(rows), len(widths))
    table.style = "Table Grid"
    table.autofit = False
    has_side = any(cell.get("scope") == "row" for row in rows for cell in row)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    look.set(qn("w:firstRow"), str(int(has_head)))
    look.set(qn("w:firstColumn"), str(int(has_side)))
    # Said of the table's grid and of each cell: programs differ in which they heed.
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = Twips(width)
    for row in table._tbl.tr_lst:
        for holder, width in zip(row.tc_lst, widths, strict=True):
            holder.width = Twips(width)
    return table


def _mark_row(row: Node, *, is_head: bool) -> None:
    """Keep a row on one page; let a header row come again on each."""
    properties = row.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))


def _widths(rows: list[list[Node]]) -> list[int]:
    """The width of each column in twentieths of a point: its longest word, then its share."""
    columns = max(map(len, rows), default=1)
    least, wished = [1] * columns, [1] * columns
    for row in rows:
        for number, cell in enumerate(row):
            low, wish = _letters(cell)
            least[number] = max(least[number], low * LETTER + PADDING)
            wished[number] = max(wished[number], wish * LETTER + PADDING)
    if sum(least) > PAGE_WIDTH:
        least = [low * PAGE_WIDTH // sum(least) for low in least]
    spare = PAGE_WIDTH - sum(least)
    more = [max(wish - low, 0) for wish, low in zip(wished, least, strict=True)]
    total = sum(more) or 1
    widths = [low + spare * part // total for low, part in zip(least, more, strict=True)]
    # What is left over is the widest column's.
    widths[widths.index(max(widths))] += PAGE_WIDTH - sum(widths)
    return widths


def _letters(cell: Node) -> tuple[int, int]:
    """How many letters wide a cell must be, and would like to be."""
    if cell.find(".//rect") is not None:
        return (BAR - PADDING) // LETTER, (BAR - PADDING) // LETTER
    words = cell.text_content().split()
    # Bold is wider.
    longest = min(max(map(len, words), default=1), LONGEST_WORD) + (cell.tag == "th")
    return longest, max(longest, min(len(" ".join(words)), LONGEST_LINE))
