"""The formats a captured copy may have, and how a file's content tells which one it is.

The content decides, never the name or what a browser says of it. Nothing here unpacks more than a
bounded part of a file, and no Django is imported.
"""

from __future__ import annotations

import codecs
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

CHUNK = 1024 * 1024
# How much of a page may come before its first element: byte order mark, comments, white space.
HEAD = 64 * 1024
# Enough of a compressed file's beginning to hold "WARC/1.0".
GZIP_HEAD = 4096
# The table of contents of a web archive has a few hundred lines; this allows some 20,000.
ZIP_BUDGET = 2 * 1024 * 1024
PACKAGE = "datapackage.json"
PACKAGE_SIZE = 1024 * 1024

PAGE = re.compile(r"<(!doctype\s+)?html\b", re.IGNORECASE)
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Format:
    """A format of captured copies; ``ending`` is what a file of it is called by."""

    kind: str
    label: str
    mime: str
    ending: str
    other_endings: tuple[str, ...] = ()
    needs_viewer: bool = False

    def suits(self, file_name: str) -> bool:
        """Whether a file of this name says it has this format."""
        return file_name.lower().endswith((self.ending, *self.other_endings))


PDF = Format("pdf", "PDF document", "application/pdf", ".pdf")
HTML = Format("html", "Web page (HTML)", "text/html", ".html", (".htm",))
WARC = Format("warc", "Web archive (WARC)", "application/warc", ".warc", needs_viewer=True)
WARC_GZ = Format(
    "warc-gz", "Compressed web archive (WARC)", "application/gzip", ".warc.gz", needs_viewer=True
)
WACZ = Format("wacz", "Web archive (WACZ)", "application/wacz", ".wacz", needs_viewer=True)
FORMATS = {known.kind: known for known in (PDF, HTML, WARC, WARC_GZ, WACZ)}


class UnknownFormat(ValueError):
    """The file has no format that is kept; the message tells an editor why, in a sentence."""


def recognize(file: IO[bytes]) -> Format:
    """The format of a file, by its content. ``file`` can be read from any place.

    Raises UnknownFormat.
    """
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"WARC/1."):
        return WARC
    if head.startswith(b"\x1f\x8b"):
        return _read_gzip(head)
    if head.startswith(b"PK\x03\x04"):
        return _read_zip(file)
    if _begins_as_page(head):
        return _read_page(file)
    raise UnknownFormat(
        "This is not a PDF document, a saved web page (HTML) or a web archive (WARC or WACZ)."
    )


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """A file's content from its beginning, a megabyte at a time."""
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


# -- compressed files -------------------------------------------------------------------------


def _read_gzip(head: bytes) -> Format:
    try:
        begins = zlib.decompressobj(wbits=31).decompress(head[:GZIP_HEAD], 16)
    except zlib.error:
        begins = b""
    if begins.startswith(b"WARC/1."):
        return WARC_GZ
    raise UnknownFormat("This is a compressed file, but there is no web archive (WARC) in it.")


class _Sparing:
    """A file of which only so much is read: a zip can claim any size for its table of contents."""

    def __init__(self, file: IO[bytes], budget: int) -> None:
        self._file, self._left = file, budget

    def read(self, size: int = -1) -> bytes:
        """Read; raises ValueError when that is more than is left of the budget."""
        most = self._left + 1
        data = self._file.read(most if size < 0 else min(size, most))
        self._left -= len(data)
        if self._left < 0:
            raise ValueError("The zip asks to read too much.")
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def _read_zip(file: IO[bytes]) -> Format:
    """A web archive is a zip with a description of itself and a folder of captures (WACZ 1.1)."""
    try:
        with zipfile.ZipFile(cast(IO[bytes], _Sparing(file, ZIP_BUDGET))) as archive:
            package = _read_package(archive)
            has_captures = any(name.startswith("archive/") for name in archive.namelist())
    except KeyError:
        raise UnknownFormat(
            f"This is a ZIP file, but not a web archive (WACZ): it holds no {PACKAGE}."
        ) from None
    # A broken zip shows in many ways, and each of them means the same to an editor.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise _broken_zip() from error
    except (ValueError, OSError) as error:
        raise _broken_zip() from error
    if isinstance(package, dict) and isinstance(package.get("resources"), list) and has_captures:
        return WACZ
    raise UnknownFormat("This is a ZIP file, but not a web archive (WACZ): no captures are listed.")


def _read_package(archive: zipfile.ZipFile) -> Any:
    """What the archive says of itself. Raises what zipfile and json raise, ValueError if too long.

    Only stored or deflated: for other compressions zipfile unpacks without bound.
    """
    member = archive.getinfo(PACKAGE)
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ValueError("An unusual compression.")
    with archive.open(member) as opened:
        text = opened.read(PACKAGE_SIZE + 1)
    if len(text) > PACKAGE_SIZE:
        raise ValueError("Too long.")
    return json.loads(text)


def _broken_zip() -> UnknownFormat:
    return UnknownFormat("This ZIP file is damaged, or not a web archive (WACZ).")


# -- web pages --------------------------------------------------------------------------------


def _begins_as_page(head: bytes) -> bool:
    """Whether the first thing said is that this is HTML."""
    encoding = "utf-16" if head.startswith(UTF_16) else "utf-8-sig"
    text = head.decode(encoding, errors="replace").lstrip()
    if text.startswith("<?xml"):
        text = text.partition("?>")[2].lstrip()
    while text.startswith("<!--"):
        text = text.partition("-->")[2].lstrip()
    return PAGE.match(text) is not None


def _read_page(file: IO[bytes]) -> Format:
    """A page is text to its end: every character decodes, and none is a NUL.

    An old page may be in any encoding that has a byte for each letter; all of those decode.
    """
    file.seek(0)
    encoding = "utf-16" if file.read(2) in UTF_16 else "latin-1"
    try:
        is_text = not any("\0" in text for text in codecs.iterdecode(chunks(file), encoding))
    except UnicodeDecodeError:
        is_text = False
    if is_text:
        return HTML
    raise UnknownFormat("This begins like a web page (HTML), but other data is mixed into it.")
