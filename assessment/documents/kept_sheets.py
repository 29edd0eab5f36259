"""Worksheets are printed once for everybody and kept in the database.

Otherwise each process would print each sheet anew after every restart, at up to three seconds, for
any stranger who asks.
"""

from __future__ import annotations

import hashlib

from assessment.documents import pdf
from assessment.documents import worksheet as sheets
from assessment.models.printed_sheet import MOST_KEPT, PrintedSheet

TEMPLATE_VERSION = pdf.template_version(sheets.TEMPLATE)


def content_of(worksheet: sheets.Worksheet) -> bytes:
    """The worksheet as PDF, of this process, else of the database, else printed now.

    No query, else one, else a few.
    """
    held = sheets.held(worksheet)
    if held is not None:
        return held.content
    key = key_of(worksheet)
    kept = PrintedSheet.objects.filter(key=key).first()
    if kept is None:
        kept = _kept(_row(key, sheets.printed(worksheet)))
    return sheets.hold(worksheet, pdf.RenderedPdf(bytes(kept.content), kept.pages)).content


def _row(key: str, printed: pdf.RenderedPdf) -> PrintedSheet:
    return PrintedSheet(key=key, content=printed.content, pages=printed.pages)


def _kept(new: PrintedSheet) -> PrintedSheet:
    """Keep a sheet, and of all the newest; of several processes that print one, the first does."""
    PrintedSheet.objects.bulk_create([new], ignore_conflicts=True)
    newest = list(PrintedSheet.objects.values_list("pk", flat=True)[:MOST_KEPT])
    PrintedSheet.objects.exclude(pk__in=newest).delete()
    return new


def key_of(worksheet: sheets.Worksheet) -> str:
    """What tells a printed worksheet from every other: all that is on it, and what prints it."""
    return hashlib.sha256(f"{TEMPLATE_VERSION} {worksheet!r}".encode()).hexdigest()
