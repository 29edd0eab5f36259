"""Any template of templates/documents as a tagged PDF (PDF/UA-1). Only this knows WeasyPrint.

Nothing is fetched while printing, hostile text stays text, and the same words give the same bytes
in every process. The rules: product.md "Documents", decisions.md 20; measured: stack.md "PDF".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import weasyprint
from django.conf import settings
from django.template.loader import render_to_string
from fontTools.ttLib.woff2 import decompress  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from assessment.documents import printable
from assessment.templatetags import assessment, printed

FOLDER = settings.BASE_DIR / "templates" / "documents"
FONT_FOLDER = settings.BASE_DIR / "jobquality" / "static" / "fonts"
FONTS = {f"font:{file.name}": file.read_bytes() for file in sorted(FONT_FOLDER.glob("*.woff2"))}
# Declares the fonts; put before the style sheet of every document.
FONT_STYLES = "fonts.css"
# Print, the third bit of an annotation's flags: PDF/UA wants links to say they may be printed.
PRINT_FLAG = 4


def template_version(template: str) -> str:
    """A hash of everything but the words given that decides how ``template`` is printed.

    It covers every template and style sheet of documents, whichever includes which, and the modules
    that print them; ``template`` tells apart what two templates make of the same plan.
    """
    files = [*sorted(FOLDER.rglob("*")), *sorted(Path(__file__).parent.glob("*.py"))]
    files += [Path(assessment.__file__), Path(printed.__file__)]
    parts = [
        template.encode(),
        weasyprint.__version__.encode(),
        pikepdf.__version__.encode(),
        *(part for f in files if f.is_file() for part in (f.name.encode(), f.read_bytes())),
        *FONTS.values(),
    ]
    return hashlib.sha256(b"".join(hashlib.sha256(p).digest() for p in parts)).hexdigest()


@dataclass(frozen=True, slots=True)
class RenderedPdf:
    """A printed document and how many pages it has."""

    content: bytes
    pages: int


class FontFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint ships no types
    """Serves the fonts above and nothing else, whatever a document may ask for."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The font called ``url``. Raises ValueError for any other: WeasyPrint goes on without."""
        if url not in FONTS:
            raise ValueError(f"A document may not fetch {url}")
        return URLFetcherResponse(url, _unpacked(url), {"Content-Type": "font/ttf"})


FETCHER = FontFetcher()


@cache
def _unpacked(name: str) -> bytes:
    """A font as WeasyPrint wants it; unpacking three for every plan took a tenth of a second."""
    unpacked = BytesIO()
    decompress(BytesIO(FONTS[name]), unpacked)
    return unpacked.getvalue()


def render(template: str, styles: str, context: dict[str, Any]) -> RenderedPdf:
    """Print a template: tagged, with bookmarks and our fonts; the same bytes for the same words.

    ``template`` as Django finds it ("documents/plan.html"), ``styles`` a file of
    templates/documents ("plan.css"). The template says title, language and date: ``<title>``,
    ``<html lang>``, ``dcterms.created`` and ``dcterms.modified``.
    """
    # One configuration for both, or WeasyPrint would ignore the style sheet's fonts in silence.
    fonts = FontConfiguration()
    style = weasyprint.CSS(string=style_of(styles), font_config=fonts, url_fetcher=FETCHER)
    page = weasyprint.HTML(string=html_of(template, context), url_fetcher=FETCHER)
    content = page.write_pdf(
        stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", uncompressed_pdf=True
    )
    return _finished(content)


def style_of(styles: str) -> str:
    """The style sheet called ``styles`` with our fonts declared before it."""
    return "".join((FOLDER / name).read_text(encoding="utf-8") for name in (FONT_STYLES, styles))


def html_of(template: str, context: dict[str, Any]) -> str:
    """The HTML that is printed, every text escaped and printable."""
    return printable.printable(render_to_string(template, context))


def _finished(content: bytes) -> RenderedPdf:
    """Add the accessibility marks that WeasyPrint leaves out, and compress."""
    with pikepdf.open(BytesIO(content)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary):
                _mark(item)
        finished = BytesIO()
        # The id is made from the content: random ones would differ from process to process.
        pdf.save(
            finished,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
        )
        return RenderedPdf(content=finished.getvalue(), pages=len(pdf.pages))


def _mark(item: pikepdf.Dictionary) -> None:
    if item.get("/S") == "/TH":
        attributes = item.get("/A", pikepdf.Dictionary(O=pikepdf.Name.Table))
        attributes["/Scope"] = pikepdf.Name.Column if _is_in_head(item) else pikepdf.Name.Row
        item["/A"] = attributes
    elif item.get("/Subtype") == "/Link":
        item["/F"] = int(item.get("/F", 0)) | PRINT_FLAG


def _is_in_head(cell: pikepdf.Dictionary) -> bool:
    """Whether a header cell stands in its table's head, above a column, and not before a row."""
    row = cell["/P"]
    return bool(row["/P"]["/S"] == "/THead")
