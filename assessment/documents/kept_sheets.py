"""Worksheets are printed once for everybody and kept in the database.

Otherwise each process would print each sheet anew after every restart, at up to three seconds, for
any stranger who asks.
"""

from __future__ import annotations

import hashlib
from threading import Lock

from assessment.documents import pdf
from assessment.documents import worksheet as sheets
from assessment.models.printed_sheet import MOST_KEPT, PrintedSheet

TEMPLATE_VERSION = pdf.template_version(sheets.TEMPLATE)
_one_at_a_time = Lock()


def content_of(worksheet: sheets.Worksheet) -> bytes:
    """The worksheet as PDF, kept or printed now. One query where it is kept, else a few.

    Where many press at once the first prints, which takes seconds, and the others of its process
    wait for it; a sheet that is kept waits for nobody.
    """
    key = key_of(worksheet)
    found = _found(key)
    if found is None:
        with _one_at_a_time:
            found = _found(key) or _kept(_row(key, sheets.printed(worksheet)))
    return bytes(found.content)


def _found(key: str) -> PrintedSheet | None:
    return PrintedSheet.objects.filter(key=key).first()


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
