"""The plan as a tagged PDF (PDF/UA-1). The only module that knows WeasyPrint.

Nothing is fetched while printing, hostile text stays text, and the same plan gives the same bytes
in every process. The rules: product.md "Documents", decisions.md 20; measured: stack.md "PDF".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import chain
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
from assessment.models.action import STATUSES
from assessment.plan_document import ActionLine, PlanDocument, RecommendationLine
from assessment.sentences import ANSWERS_LEFT_OUT, NOTES_LEFT_OUT
from assessment.templatetags import printed
from toolkit.catalogue import LEVEL_NAMES

TEMPLATE = "documents/plan.html"
FOLDER = settings.BASE_DIR / "templates" / "documents"
FONT_FOLDER = settings.BASE_DIR / "jobquality" / "static" / "fonts"
STYLE = (FOLDER / "plan.css").read_text(encoding="utf-8")
FONTS = {f"font:{file.name}": file.read_bytes() for file in sorted(FONT_FOLDER.glob("*.woff2"))}
# The running header has one line for the name.
HEADER_LENGTH = 70
START_HERE = 3
# Print, the third bit of an annotation's flags: PDF/UA wants links to say they may be printed.
PRINT_FLAG = 4


def template_version() -> str:
    """A hash of everything but the plan that decides how it is printed."""
    parts = [
        weasyprint.__version__.encode(),
        pikepdf.__version__.encode(),
        Path(__file__).read_bytes(),
        Path(printed.__file__).read_bytes(),
        Path(printable.__file__).read_bytes(),
        (FOLDER / "plan.html").read_bytes(),
        STYLE.encode(),
        *FONTS.values(),
    ]
    return hashlib.sha256(b"".join(hashlib.sha256(p).digest() for p in parts)).hexdigest()


TEMPLATE_VERSION = template_version()


@dataclass(frozen=True, slots=True)
class RenderedPdf:
    """A printed plan and how many pages it has."""

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


def render_plan(document: PlanDocument) -> RenderedPdf:
    """Print a plan: tagged, with bookmarks and our fonts; the same bytes for the same plan."""
    # One configuration for both, or WeasyPrint would ignore the style sheet's fonts in silence.
    fonts = FontConfiguration()
    style = weasyprint.CSS(string=STYLE, font_config=fonts, url_fetcher=FETCHER)
    page = weasyprint.HTML(string=html_of(document), url_fetcher=FETCHER)
    content = page.write_pdf(
        stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", uncompressed_pdf=True
    )
    return _finished(content)


def html_of(document: PlanDocument) -> str:
    """The plan as the HTML that is printed, every text escaped and printable."""
    return printable.printable(render_to_string(TEMPLATE, context_of(document)))


def context_of(document: PlanDocument) -> dict[str, Any]:
    """What the template reads: the plan, and what only print needs to know."""
    actions = list(chain.from_iterable(h.actions for h in document.horizons))
    shown = document.start_this_month + document.worth_planning
    start_here = [a for a in actions if a.status not in ("done", "dropped")][:START_HERE]
    planned = {a.practice.slug: a for a in actions if a.practice}
    figures = document.figures
    # The large number beside it has said the first words of the headline.
    headline = document.summary[0].removeprefix(f"{figures.in_place} of {figures.answered} ")
    return {
        "document": document,
        "headline": headline,
        "header": document.cover.organization[:HEADER_LENGTH],
        "action_count": len(actions),
        "start_here": start_here,
        "has_lift": any(a.lift for a in start_here),
        "start_this_month": list(_with_action(document.start_this_month, planned)),
        "worth_planning": list(_with_action(document.worth_planning, planned)),
        "recommended": sorted(shown, key=lambda r: r.rank),
        "statuses": STATUSES,
        "level_names": LEVEL_NAMES,
        "show_answers": ANSWERS_LEFT_OUT not in document.left_out,
        "show_notes": NOTES_LEFT_OUT not in document.left_out,
    }


def _with_action(
    lines: tuple[RecommendationLine, ...], planned: dict[str, ActionLine]
) -> Iterator[tuple[RecommendationLine, ActionLine | None]]:
    """Each recommendation with the action that took it up, if one did."""
    return ((line, planned.get(line.practice.slug)) for line in lines)


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
