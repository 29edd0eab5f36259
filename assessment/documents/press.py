"""What turns HTML and a style sheet into a tagged PDF. Only this knows WeasyPrint; see pdf.py."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import pikepdf
import weasyprint
from fontTools.ttLib.woff2 import decompress  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from assessment.documents import pdf


class FontFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint ships no types
    """Serves the fonts of documents and nothing else, whatever a document may ask for."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The font called ``url``. Raises ValueError for any other: WeasyPrint goes on without."""
        if url not in pdf.FONTS:
            raise ValueError(f"A document may not fetch {url}")
        return URLFetcherResponse(url, _unpacked(url), {"Content-Type": "font/ttf"})


FETCHER = FontFetcher()


@cache
def _unpacked(name: str) -> bytes:
    """A font as WeasyPrint wants it; unpacking three for every plan took a tenth of a second."""
    unpacked = BytesIO()
    decompress(BytesIO(pdf.FONTS[name]), unpacked)
    return unpacked.getvalue()


def pressed(html: str, styles: str) -> pdf.RenderedPdf:
    """Print ``html`` by the style sheet ``styles``: tagged, with bookmarks and our fonts."""
    # One configuration for both, or WeasyPrint would ignore the style sheet's fonts in silence.
    fonts = FontConfiguration()
    style = weasyprint.CSS(string=styles, font_config=fonts, url_fetcher=FETCHER)
    page = weasyprint.HTML(string=html, url_fetcher=FETCHER)
    content = page.write_pdf(
        stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", uncompressed_pdf=True
    )
    return _finished(content)


def _finished(content: bytes) -> pdf.RenderedPdf:
    """Add the accessibility marks that WeasyPrint leaves out, and compress."""
    with pikepdf.open(BytesIO(content)) as file:
        for item in file.objects:
            if isinstance(item, pikepdf.Dictionary):
                _mark(item)
        finished = BytesIO()
        # The id is made from the content: random ones would differ from process to process.
        file.save(
            finished,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
        )
        return pdf.RenderedPdf(content=finished.getvalue(), pages=len(file.pages))


def _mark(item: pikepdf.Dictionary) -> None:
    if item.get("/S") == "/TH":
        attributes = item.get("/A", pikepdf.Dictionary(O=pikepdf.Name.Table))
        attributes["/Scope"] = pikepdf.Name.Column if _is_in_head(item) else pikepdf.Name.Row
        item["/A"] = attributes
    elif item.get("/Subtype") == "/Link":
        item["/F"] = int(item.get("/F", 0)) | pdf.PRINT_FLAG


def _is_in_head(cell: pikepdf.Dictionary) -> bool:
    """Whether a header cell stands in its table's head, above a column, and not before a row."""
    row = cell["/P"]
    return bool(row["/P"]["/S"] == "/THead")
