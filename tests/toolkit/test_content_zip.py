"""The zip of content files: always the same bytes, and nothing hostile gets past the door."""

import stat
import struct
import warnings
import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import content_zip
from toolkit.catalogue import ContentError
from toolkit.content_zip import (
    LARGEST_FILE,
    LARGEST_UPLOAD,
    MOST_FILES,
    pack,
    unpack,
)

FILES = {"strategies/b.yaml": b"slug: b\n", "archive/a.yaml": "slug: ä\n".encode()}
CONFUSED = "not a zip that can be read; make it again, or export it again and start from that"


def zipped(files: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def refusal(data: bytes, name: str = "content.zip") -> list[str]:
    with pytest.raises(ContentError) as error:
        unpack(name, data)
    return [str(problem) for problem in error.value.problems]


# -- Packing ---------------------------------------------------------------------------------


def test_the_same_files_give_the_same_bytes_in_any_order() -> None:
    assert pack(FILES) == pack(dict(reversed(FILES.items())))
    with zipfile.ZipFile(BytesIO(pack(FILES))) as archive:
        entries = archive.infolist()
        assert [e.filename for e in entries] == ["archive/a.yaml", "strategies/b.yaml"]
        assert {e.date_time for e in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {e.external_attr >> 16 for e in entries} == {stat.S_IFREG | 0o644}


def test_what_is_packed_is_unpacked() -> None:
    assert unpack("content.zip", pack(FILES)) == FILES


# -- What editors' computers make of it ------------------------------------------------------


def test_a_zipped_folder_is_read_as_its_files() -> None:
    data = zipped({f"content of today/{path}": data for path, data in FILES.items()})
    assert unpack("content.zip", data) == FILES


def test_a_zipped_folder_of_the_content_keeps_its_name() -> None:
    assert list(unpack("x.zip", zipped({"archive/a.yaml": "a: 1"}))) == ["archive/a.yaml"]


def test_what_computers_add_of_their_own_accord_is_passed_over() -> None:
    data = zipped(
        {
            "archive/": "",
            "__MACOSX/archive/._a.yaml": "x",
            "archive/.DS_Store": "x",
            "archive\\b.yaml": "b: 1",
            "archive/a.yaml": "a: 1",
        }
    )
    assert unpack("content.zip", data) == {"archive/b.yaml": b"b: 1", "archive/a.yaml": b"a: 1"}


def test_one_file_by_itself() -> None:
    assert unpack("pay.yaml", b"slug: pay") == {"pay.yaml": b"slug: pay"}
    assert unpack("C:\\Users\\me\\pay.yaml", b"slug: pay") == {"pay.yaml": b"slug: pay"}


# -- What is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("content.zip", b"", "the file is empty"),
        ("content.zip", b"slug: pay", CONFUSED),
        ("content.zip", pack(FILES)[:-30], CONFUSED),
        ("content.zip", zipped({}), "there is no file in it"),
        ("content.zip", zipped({"archive/": ""}), "there is no file in it"),
        (
            "content.docx",
            pack(FILES),
            "neither a .zip nor a .yaml file; choose a file that came from the export",
        ),
        ("content.zip", b"x" * (LARGEST_UPLOAD + 1), "larger than 3 MB; content never is"),
        ("pay.yaml", b"x" * (LARGEST_FILE + 1), "larger than 128 kB; no content file is"),
    ],
)
def test_what_is_no_zip_of_files_is_refused(name: str, data: bytes, problem: str) -> None:
    assert refusal(data, name) == [f"{name}: {problem}"]


@pytest.mark.parametrize(
    "path",
    ["../../etc/passwd.yaml", "/etc/x.yaml", "archive/../../x.yaml", "C:/x.yaml", "a//b.yaml"],
)
def test_a_path_that_leads_out_of_the_zip_is_refused(path: str) -> None:
    data = zipped({path: "a: 1", "archive/a.yaml": "a: 1"})
    assert refusal(data) == [f"{path}: this path leads out of the zip"]


def test_every_entry_that_is_no_content_file_is_named() -> None:
    link = zipfile.ZipInfo("archive/link.yaml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    made = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w") as archive:
        warnings.simplefilter("ignore")  # of the name that stands twice
        archive.writestr(link, "/etc/passwd")
        archive.writestr("archive/a.yaml", "a: 1")
        archive.writestr("archive/a.yaml", "a: 2")
        archive.writestr("inner.zip", pack(FILES))
        archive.writestr("setup.exe", "MZ")
        archive.writestr("x" * 300 + ".txt", "x")
        archive.writestr("archive/z.yaml", "a: 1", compress_type=zipfile.ZIP_LZMA)
    assert refusal(made.getvalue()) == [
        "archive/link.yaml: a link, not a file",
        "archive/a.yaml: is in the zip twice",
        "inner.zip: a zip inside the zip; put its files in directly",
        "setup.exe: not a .yaml file",
        f"{'x' * 100}…: not a .yaml file",
        "archive/z.yaml: packed in a way that is not read here; zip it the ordinary way",
    ]


def test_a_locked_zip_is_refused() -> None:
    data = bytearray(zipped({"archive/a.yaml": "a: 1"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    assert refusal(bytes(data)) == ["archive/a.yaml: locked with a password"]


def test_a_bomb_is_not_unpacked() -> None:
    zeros = zipped({f"archive/{n}.yaml": b"0" * LARGEST_FILE for n in range(20)})
    assert len(zeros) < 20_000
    assert refusal(zeros) == [
        "content.zip: unpacks to far more than text does; it is not read any further"
    ]


def test_a_file_is_read_no_further_than_it_may_be_long() -> None:
    data = zipped({"archive/a.yaml": b"0" * (200 * 1024 * 1024)})
    assert refusal(data) == ["archive/a.yaml: larger than 128 kB; no content file is"]


def test_a_header_that_lies_about_the_size_is_not_believed() -> None:
    data = bytearray(zipped({"archive/a.yaml": b"0" * (LARGEST_FILE + 1)}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", data, data.index(signature) + offset, 10)
    (problem,) = refusal(bytes(data))
    assert problem.endswith((CONFUSED, "larger than 128 kB; no content file is"))


def test_all_files_together_may_not_be_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_zip, "LARGEST_CONTENT", 1024 * 1024)
    data = zipped({f"{n}.yaml": b"x" * 100_000 for n in range(12)}, zipfile.ZIP_STORED)
    assert refusal(data) == ["10.yaml: with this file the content is larger than 1 MB"]


def test_thousands_of_entries_are_refused() -> None:
    data = zipped({f"archive/{n}.yaml": "" for n in range(MOST_FILES + 1)})
    assert refusal(data) == ["content.zip: holds 2,001 files; at most 2,000 are read"]


@given(st.data())
def test_whatever_is_uploaded_is_unpacked_or_refused(data: st.DataObject) -> None:
    bent = bytearray(pack(FILES))
    for _ in range(data.draw(st.integers(1, 6))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(bent)))
    with suppress(ContentError):
        assert all(path.endswith(".yaml") for path in unpack("content.zip", bytes(bent[cut:])))
