"""The content tells what a file is, and nothing in it can make that dear or wrong."""

import io
import json
import tracemalloc
import zipfile
import zlib

import pytest

from tests.toolkit.captures import HTML, PACKAGE, PDF, WARC, WARC_GZ, zipped
from toolkit.formats import FORMATS, ZIP_BUDGET, UnknownFormat, recognize

DESCRIBED = json.dumps(PACKAGE).encode()
CAPTURE = {"archive/data.warc.gz": WARC_GZ}


def kind(data: bytes) -> str:
    return recognize(io.BytesIO(data)).kind


def refusal(data: bytes) -> str:
    with pytest.raises(UnknownFormat) as error:
        recognize(io.BytesIO(data))
    return str(error.value)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PDF, "pdf"),
        (WARC, "warc"),
        (WARC_GZ, "warc-gz"),
        (zipped(), "wacz"),
        (zipped(compression=zipfile.ZIP_STORED), "wacz"),
        (HTML, "html"),
        (b"\xef\xbb\xbf\n <!-- saved --> <!-- twice -->\t<HTML lang=en>", "html"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE  html PUBLIC "x">', "html"),
        (b"<html>caf\xe9 in an old encoding</html>", "html"),
        ("\ufeff<!doctype html><p>é".encode("utf-16-le"), "html"),
        ("\ufeff<!doctype html><p>é".encode("utf-16-be"), "html"),
    ],
)
def test_each_format_is_known_by_its_content(data: bytes, expected: str) -> None:
    assert kind(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"hello",
        b"\x89PNG\r\n\x1a\n",
        b" %PDF-1.7",
        b"MIME-Version: 1.0\r\n\r\n<html>",
        b"<svg xmlns='x'><script>alert(1)</script></svg>",
        b"<script>alert(1)</script><html>",
        b"<!-- <html> --> no page",
        b"<!-- never closed <html>",
        b"<htmlish>",
        b"WARC/2.0\r\n",
    ],
)
def test_what_is_none_of_them_is_refused(data: bytes) -> None:
    assert refusal(data) == (
        "This is not a PDF document, a saved web page (HTML) or a web archive (WARC or WACZ)."
    )


def test_a_page_with_other_data_mixed_in_is_refused() -> None:
    mixed = "This begins like a web page (HTML), but other data is mixed into it."
    assert refusal(HTML + b"x" * 3_000_000 + b"\0PK\x03\x04") == mixed
    # An odd byte at the end is half a character.
    assert refusal("\ufeff<!doctype html>".encode("utf-16-le") + b"x") == mixed


@pytest.mark.parametrize("data", [b"\x1f\x8b", WARC_GZ[:9], zlib.compress(b"x", wbits=31)])
def test_a_compressed_file_without_web_archive_is_refused(data: bytes) -> None:
    assert "no web archive (WARC) in it" in refusal(data)


# -- zip --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"word/document.xml": b"<w/>"}, "it holds no datapackage.json"),
        ({"folder/datapackage.json": DESCRIBED, **CAPTURE}, "it holds no datapackage.json"),
        ({"datapackage.json": DESCRIBED}, "no captures are listed"),
        ({"datapackage.json": b"[]", **CAPTURE}, "no captures are listed"),
        ({"datapackage.json": b'{"resources": 1}', **CAPTURE}, "no captures are listed"),
        ({"datapackage.json": b"{", **CAPTURE}, "damaged, or not a web archive"),
        ({"datapackage.json": b"\xff\xfe\xff", **CAPTURE}, "damaged, or not a web archive"),
        ({"datapackage.json": b"[" * 900_000, **CAPTURE}, "damaged, or not a web archive"),
        ({"datapackage.json": b'{"a": "' + b"x" * 1_100_000, **CAPTURE}, "damaged, or not a"),
    ],
)
def test_a_zip_that_is_no_web_archive_is_refused(members: dict[str, bytes], told: str) -> None:
    assert told in refusal(zipped(members))


@pytest.mark.parametrize("cut", [22, 30, 200])
def test_a_broken_zip_is_refused(cut: int) -> None:
    assert refusal(zipped()[:cut]) == "This ZIP file is damaged, or not a web archive (WACZ)."
    assert "damaged" in refusal(zipped()[:-cut] + b"\0" * cut)


def test_an_encrypted_or_unusually_packed_description_is_refused() -> None:
    for compression in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert "damaged" in refusal(zipped({"datapackage.json": DESCRIBED, **CAPTURE}, compression))
    data = bytearray(zipped({"datapackage.json": DESCRIBED, **CAPTURE}))
    directory = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[directory + 8] |= 1
    assert "damaged" in refusal(bytes(data))


def test_a_zip_bomb_is_not_unpacked() -> None:
    """A gigabyte of description in a file of one megabyte."""
    compressor = zlib.compressobj(9, wbits=-15)
    packed = b"".join(compressor.compress(b" " * 2**20) for _ in range(1024)) + compressor.flush()
    data = bytearray(zipped({"datapackage.json": packed, **CAPTURE}, zipfile.ZIP_STORED))
    directory = data.index(b"PK\x01\x02")
    for place in (8, directory + 10):
        data[place] = zipfile.ZIP_DEFLATED
    for place in (22, directory + 24):
        data[place : place + 4] = (2**30).to_bytes(4, "little")
    file = io.BytesIO(bytes(data))
    tracemalloc.start()
    with pytest.raises(UnknownFormat):
        recognize(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 2**20


def test_a_table_of_contents_without_end_is_not_read() -> None:
    members = {f"archive/{n:060}": b"" for n in range(25_000)}
    data = zipped({"datapackage.json": DESCRIBED, **members}, zipfile.ZIP_STORED)
    assert len(data) > 2 * ZIP_BUDGET
    assert "damaged" in refusal(data)


# -- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "suits"),
    [
        ("pdf", "Guide.PDF", True),
        ("pdf", "guide.pdf.html", False),
        ("pdf", "guide", False),
        ("html", "page.htm", True),
        ("html", "page.pdf", False),
        ("warc", "site.warc", True),
        ("warc", "site.warc.gz", False),
        ("warc-gz", "site.warc.gz", True),
        ("warc-gz", "site.gz", False),
        ("wacz", "site.wacz", True),
        ("wacz", "site.zip", False),
    ],
)
def test_a_name_has_to_say_the_same(kind: str, name: str, suits: bool) -> None:
    assert FORMATS[kind].suits(name) is suits
