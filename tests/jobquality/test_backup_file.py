"""The file of a backup: read only when every byte is as written and nothing in it is strange."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobquality.backups import file
from jobquality.backups.file import BackupFileError, Member, Writer, check

COPY = b"%PDF-1.7 a captured copy"
DATABASE = b"SQLite format 3\0" + bytes(range(256)) * 5
COPY_NAME = f"copies/{hashlib.sha256(COPY).hexdigest()[:2]}/{hashlib.sha256(COPY).hexdigest()[2:]}"


def backup() -> bytes:
    output = io.BytesIO()
    writer = Writer(output)
    writer.add(COPY_NAME, len(COPY), io.BytesIO(COPY))
    writer.add("database.sqlite3", len(DATABASE), io.BytesIO(DATABASE))
    writer.finish(
        made_at="2026-11-23T22:45:01+00:00",
        version="0.1.0",
        vendor="sqlite",
        migrations=[("toolkit", "0001_initial")],
    )
    return output.getvalue()


SOUND = backup()


def refusal(path: Path, data: bytes) -> str:
    """Why the file is refused, in one line."""
    path.write_bytes(data)
    with pytest.raises(BackupFileError) as refused:
        check(path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backups") / "backup.tar"


def test_what_was_written_is_read(path: Path) -> None:
    path.write_bytes(SOUND)
    manifest = check(path)
    assert (manifest.vendor, manifest.migrations) == ("sqlite", [("toolkit", "0001_initial")])
    assert manifest.copies == [Member(COPY_NAME, len(COPY), hashlib.sha256(COPY).hexdigest())]
    assert manifest.database.sha256 == hashlib.sha256(DATABASE).hexdigest()


def test_any_tar_program_reads_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(SOUND)) as tar:
        assert tar.getnames() == [COPY_NAME, "database.sqlite3", "manifest.json", "seal.sha256"]
        member = tar.extractfile("database.sqlite3")
        assert member is not None
        assert member.read() == DATABASE


@given(at=st.integers(0, len(SOUND) - 1), flip=st.integers(1, 255))
def test_a_changed_byte_anywhere_is_noticed(path: Path, at: int, flip: int) -> None:
    changed = bytearray(SOUND)
    changed[at] ^= flip
    assert refusal(path, bytes(changed)) in {file.DAMAGED, file.NOT_OURS}


@given(length=st.integers(0, len(SOUND) - 1))
def test_a_cut_anywhere_is_noticed(path: Path, length: int) -> None:
    assert refusal(path, SOUND[:length]) in {file.DAMAGED, file.NOT_OURS}


@pytest.mark.parametrize("more", [b"\0", bytes(512), bytes(10240), SOUND])
def test_something_appended_is_noticed(path: Path, more: bytes) -> None:
    assert refusal(path, SOUND + more) in {file.DAMAGED, file.NOT_OURS}


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04" * 2000, bytes(10240), b"x" * 4096])
def test_another_kind_of_file_is_refused(path: Path, data: bytes) -> None:
    assert refusal(path, data) == file.NOT_OURS


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupFileError, match="cannot be read: No such file or directory"):
        check(tmp_path / "none.tar")


# -- Made by somebody who knows how a seal is made ----------------------------------------------


def plain(name: str, data: bytes = b"x") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    return info, data


def linked(name: str, kind: bytes) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info, b""


def forged(*members: tuple[tarfile.TarInfo, bytes], **changes: Any) -> bytes:
    """A backup with these members, sealed, its manifest telling the truth but for ``changes``."""
    output = io.BytesIO()
    tar = tarfile.TarFile(fileobj=output, mode="w")
    said = {
        "product": file.PRODUCT,
        "format": file.FORMAT,
        "made_at": "2026-11-23T22:45:01+00:00",
        "version": "0.1.0",
        "vendor": "sqlite",
        "migrations": [],
        "members": [
            {"name": info.name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for info, data in members
        ],
        **changes,
    }
    for info, data in [*members, plain(file.MANIFEST, json.dumps(said).encode())]:
        tar.addfile(info, io.BytesIO(data))
    body = output.getvalue()
    return body + file._seal(hashlib.sha256(body).hexdigest())


DB = plain("database.sqlite3", DATABASE)
AB = "copies/" + "ab/" + "c" * 62


def test_the_forger_can_make_a_sound_one(path: Path) -> None:
    path.write_bytes(forged(plain(AB), DB))
    assert [member.name for member in check(path).members] == [AB, "database.sqlite3"]


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/cron.d/evil",
        "copies/../../evil",
        "copies/ab/../" + "c" * 62,
        "copies/" + "AB/" + "c" * 62,
        "copies/ab/" + "c" * 63,
        AB + "\n",
        "copies/ab",
        "database.pgdump",
        "data/secret_key",
    ],
)
def test_no_member_leads_out_of_its_place(path: Path, name: str) -> None:
    assert refusal(path, forged(plain(name), DB)) == file.FOREIGN.format(
        why="a member has a strange name"
    )


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE],
)
def test_no_member_is_a_link_or_a_device(path: Path, kind: bytes) -> None:
    assert refusal(path, forged(linked(AB, kind), DB)) == file.FOREIGN.format(
        why="a member is no plain file"
    )


FORGED: dict[str, Callable[[], bytes]] = {
    "twice the same name": lambda: forged(plain(AB), plain(AB), DB),
    "no database": lambda: forged(plain(AB)),
    "nothing": forged,
    "a database of another kind": lambda: forged(DB, vendor="postgresql"),
    "an unknown kind of database": lambda: forged(DB, vendor="oracle"),
    "another product": lambda: forged(DB, product="tax-records"),
    "a member the manifest does not name": lambda: forged(plain(AB), DB, members=[]),
    "another size": lambda: forged(
        DB, members=[{"name": "database.sqlite3", "size": 1, "sha256": "0" * 64}]
    ),
    "another hash": lambda: forged(
        DB, members=[{"name": "database.sqlite3", "size": len(DATABASE), "sha256": "0" * 64}]
    ),
    "a manifest of odd shape": lambda: forged(DB, migrations={"a": 1}),
    "a migration that writes to the terminal": lambda: forged(DB, migrations=[["\x1b[2J", "x"]]),
    "members that are numbers": lambda: forged(DB, members=[1]),
}


@pytest.mark.parametrize("case", FORGED)
def test_what_does_not_fit_together_is_refused(path: Path, case: str) -> None:
    assert refusal(path, FORGED[case]()).startswith("This backup ")


def test_a_later_format_names_itself(path: Path) -> None:
    assert refusal(path, forged(DB, format=2)) == (
        "This backup has format 2, and this release reads 1. Restore it with the release that "
        "made it."
    )


@pytest.mark.parametrize("text", [b"[]", b"{", b"\xff", b"[" * 100_000, b"9" * 10_000])
def test_a_manifest_that_is_no_manifest_is_refused(path: Path, text: bytes) -> None:
    output = io.BytesIO()
    tar = tarfile.TarFile(fileobj=output, mode="w")
    for info, data in [DB, plain(file.MANIFEST, text)]:
        tar.addfile(info, io.BytesIO(data))
    body = output.getvalue()
    sealed = body + file._seal(hashlib.sha256(body).hexdigest())
    assert refusal(path, sealed).startswith("This backup ")


def test_a_hole_in_a_file_is_refused(path: Path) -> None:
    """GNU tar's sparse members say a size that their bytes do not have."""
    info, data = plain(AB)
    info.type = tarfile.GNUTYPE_SPARSE
    assert refusal(path, forged((info, data), DB)).startswith("This backup ")
