"""Any template of templates/documents as a tagged PDF (PDF/UA-1).

Nothing is fetched while printing, hostile text stays text, and the same words give the same bytes
in every process. The rules: decisions.md 20, 41, 43.
WeasyPrint stands in press.py, which is loaded when something is printed: that takes over a second
and 60 MB, and most processes that load this print nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from assessment.documents import printable
from assessment.templatetags import assessment, printed

FOLDER = settings.BASE_DIR / "templates" / "documents"
FONT_FOLDER = settings.BASE_DIR / "jobquality" / "static" / "fonts"
FONTS = {f"font:{file.name}": file.read_bytes() for file in sorted(FONT_FOLDER.glob("*.woff2"))}
# Declares the fonts; put before the style sheet of every document.
FONT_STYLES = "fonts.css"
# Whatever else decides the bytes of a document.
LIBRARIES = ("weasyprint", "pikepdf", "python-docx", "lxml")
# Print, the third bit of an annotation's flags: PDF/UA wants links to say they may be printed.
PRINT_FLAG = 4


def template_version(template: str) -> str:
    """A hash of everything but the words given that decides how ``template`` is printed.

    It covers every template and style sheet of documents, whichever includes which, and the modules
    that print them; ``template`` tells apart what two templates, or two presses, make of a plan.
    """
    files = [*sorted(FOLDER.rglob("*")), *sorted(Path(__file__).parent.glob("*.py"))]
    files += [Path(assessment.__file__), Path(printed.__file__)]
    parts = [
        template.encode(),
        *(metadata.version(name).encode() for name in LIBRARIES),
        *(part for f in files if f.is_file() for part in (f.name.encode(), f.read_bytes())),
        *FONTS.values(),
    ]
    return hashlib.sha256(b"".join(hashlib.sha256(p).digest() for p in parts)).hexdigest()


@dataclass(frozen=True, slots=True)
class RenderedPdf:
    """A printed document and how many pages it has."""

    content: bytes
    pages: int


def render(template: str, styles: str, context: dict[str, Any]) -> RenderedPdf:
    """Print a template: tagged, with bookmarks and our fonts; the same bytes for the same words.

    ``template`` as Django finds it ("documents/plan.html"), ``styles`` a file of
    templates/documents ("plan.css"). The template says title, language and date: ``<title>``,
    ``<html lang>``, ``dcterms.created`` and ``dcterms.modified``.
    """
    # Not above, for its weight.
    from assessment.documents import press

    return press.pressed(html_of(template, context), style_of(styles))


def style_of(styles: str) -> str:
    """The style sheet called ``styles`` with our fonts declared before it."""
    return "".join((FOLDER / name).read_text(encoding="utf-8") for name in (FONT_STYLES, styles))


def html_of(template: str, context: dict[str, Any]) -> str:
    """The HTML that is printed, every text escaped and printable."""
    return printable.printable(render_to_string(template, context))
