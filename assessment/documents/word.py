"""The plan as a Word file, for those who must edit it.

It is made of the very HTML that is printed as PDF, so that no word of the two can differ. The same
plan gives the same bytes. The rules: decisions.md 41.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches, Pt, RGBColor
from docx.styles.style import CharacterStyle
from docx.text.paragraph import Paragraph
from lxml import html  # type: ignore[import-untyped]

from assessment.documents import pdf, printed_plan
from assessment.documents.packing import repacked
from assessment.documents.printable import on_one_line
from assessment.documents.word_writer import CAUTION, LINK, QUIET, QUIET_WORDS, Writer
from assessment.plan_document import PlanDocument

TEMPLATE_VERSION = pdf.template_version("plan.docx")
PRODUCT = "Job Quality Self-Assessment"
LANGUAGE = "en-US"
TEXT_FONT, HEADING_FONT = "Calibri", "Cambria"
INK, QUIET_INK, TEAL, DARK_TEAL, AMBER, LINE = (
    "16262E",
    "4A5B63",
    "0B5A5F",
    "07393D",
    "8A4308",
    "C9C5B8",
)
# The running header has one line for both its title and the name.
HEADER_LENGTH = 45
# What the properties of a Word file hold at most.
PROPERTY_LENGTH = 255
# Word before 2013 laid pages out differently and says so in its title bar.
WORD_2013 = "15"


@dataclass(frozen=True, slots=True)
class RenderedWord:
    """A Word file. How many pages it has, Word itself decides."""

    content: bytes
    pages: None = None


def render(document: PlanDocument) -> RenderedWord:
    """The plan as a Word file, to be issued."""
    return RenderedWord(render_plan(document))


def render_plan(document: PlanDocument) -> bytes:
    """The plan as a .docx with real headings, lists and tables, its language and its limits."""
    word = docx.Document()
    _describe(word, document)
    _dress(word)
    _head_and_foot(word, document)
    Writer(word).write(html.document_fromstring(printed_plan.html_of(document)).body)
    saved = BytesIO()
    word.save(saved)
    return repacked(saved.getvalue())


# -- what the file says of itself ------------------------------------------------------------


def _describe(word: Document, document: PlanDocument) -> None:
    day = datetime.fromisoformat(document.as_of)
    about = word.core_properties
    about.title = on_one_line(document.title)[:PROPERTY_LENGTH]
    about.subject = f"As of {document.as_of_text}, edition {document.edition}"
    about.author = about.last_modified_by = PRODUCT
    about.language = LANGUAGE
    about.comments = about.keywords = about.category = ""
    about.created = about.modified = day
    about.revision = 1
    # The template of python-docx comes with a picture of an empty page.
    package = word.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del package.rels[key]
    for setting in word.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), WORD_2013)


# -- how it looks ----------------------------------------------------------------------------


def _dress(word: Document) -> None:
    for section in word.sections:
        section.page_width, section.page_height = Inches(8.5), Inches(11)
        section.left_margin = section.right_margin = Inches(1)
        section.top_margin = section.bottom_margin = Inches(0.9)
    _restyle(word, "Normal", TEXT_FONT, 10.5, INK, after=6)
    _restyle(word, "No Spacing", TEXT_FONT, 9.5, INK, after=2)
    _restyle(word, "Title", HEADING_FONT, 34, DARK_TEAL, after=4)
    _restyle(word, "Subtitle", HEADING_FONT, 18, TEAL, after=18)
    _restyle(word, "Heading 1", HEADING_FONT, 20, DARK_TEAL, before=18, after=8)
    _restyle(word, "Heading 2", HEADING_FONT, 14, DARK_TEAL, before=14, after=4)
    _restyle(word, "Heading 3", HEADING_FONT, 12, INK, before=12, after=2)
    for name in ("List Bullet", "List Bullet 2", "List Number", "List Continue"):
        _restyle(word, name, TEXT_FONT, 10.5, INK, after=3)
    for name in ("Header", "Footer"):
        _restyle(word, name, TEXT_FONT, 8.5, QUIET_INK)
    for name, ink in ((QUIET, QUIET_INK), (CAUTION, AMBER)):
        word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = word.styles["Normal"]
        _restyle(word, name, TEXT_FONT, 9.5, ink, after=4)
    for name, ink in ((QUIET_WORDS, QUIET_INK), (LINK, TEAL)):
        _ink(word.styles.add_style(name, WD_STYLE_TYPE.CHARACTER), ink)
    _style(word, LINK).font.underline = True
    _rule_tables(word)


def _style(word: Document, name: str) -> Any:
    return word.styles[name]


def _restyle(
    word: Document,
    name: str,
    font: str,
    size: float,
    ink: str,
    *,
    before: float = 0,
    after: float = 0,
) -> None:
    style = _style(word, name)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # A font named by the theme would win over the one named here.
    fonts.attrib.clear()
    for script in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(script), font)
    style.font.size = Pt(size)
    _ink(style, ink)
    style.font.italic = False
    style.paragraph_format.space_before = Pt(before)
    style.paragraph_format.space_after = Pt(after)
    style.paragraph_format.line_spacing = 1.12
    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _ink(style: CharacterStyle, ink: str) -> None:
    style.font.color.rgb = RGBColor.from_string(ink)


def _rule_tables(word: Document) -> None:
    """Lines between rows instead of a grid."""
    borders = _style(word, "Table Grid").element.find(f".//{qn('w:tblBorders')}")
    for border in borders:
        is_between_rows = border.tag in (qn("w:top"), qn("w:bottom"), qn("w:insideH"))
        border.set(qn("w:val"), "single" if is_between_rows else "nil")
        border.set(qn("w:color"), LINE)


def _head_and_foot(word: Document, document: PlanDocument) -> None:
    section = word.sections[0]
    section.different_first_page_header_footer = True
    name = on_one_line(document.cover.organization)[:HEADER_LENGTH]
    section.header.paragraphs[0].text = f"Job quality action plan\t\t{name}".rstrip()
    for footer in (section.footer, section.first_page_footer):
        line = footer.paragraphs[0]
        line.style = word.styles["Footer"]
        line.add_run(f"As of {document.as_of_text}\t\tPage ")
        _field(line, "PAGE")
        line.add_run(" of ")
        _field(line, "NUMPAGES")


def _field(line: Paragraph, code: str) -> None:
    """A number that Word works out itself; the 1 stands until it has."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    line._p.append(field)
