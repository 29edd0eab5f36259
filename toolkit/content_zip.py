"""Content files in one zip: packed always the same, unpacked with distrust.

What is uploaded may be anything: sizes are counted while reading, never believed from a header.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import PurePosixPath

from .catalogue import ContentError, Fault
from .content_files import NOUNS

# The content is 0.42 MB in 225 files, 0.2 MB zipped, its largest file 12 kB. Each limit is about
# ten times that, and low enough that the worst upload allowed takes seconds and little memory.
LARGEST_UPLOAD = 3 * 1024 * 1024
LARGEST_FILE = 128 * 1024
LARGEST_CONTENT = 4 * 1024 * 1024
MOST_FILES = 2_000
# Prose packs to a quarter; only a bomb packs to a hundredth.
HIGHEST_RATIO = 100
# Below this a high ratio is no danger, and a short file of repeated lines has one.
UNSUSPICIOUS = 1024 * 1024

# Every entry bears the first date a zip can, so that the same content gives the same bytes.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE = (stat.S_IFREG | 0o644) << 16
UNIX = 3
LOCKED = 0x1
CHUNK = 64 * 1024
SHOWN_NAME = 100
# What computers put into folders and zips of their own accord.
LITTER = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files, sorted by path; the same files give the same bytes."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, data in sorted(files.items()):
            entry = zipfile.ZipInfo(path, ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = UNIX, PLAIN_FILE
            archive.writestr(entry, data)
    return packed.getvalue()


def unpack(name: str, data: bytes) -> dict[str, bytes]:
    """The content files of what was uploaded: of a zip, or of one .yaml file.

    ``name``: as the uploader's computer calls it. Raises ContentError saying everything that
    speaks against it; what the files say is not looked at.
    """
    if len(data) > LARGEST_UPLOAD:
        raise _refusal(name, f"larger than {_megabytes(LARGEST_UPLOAD)}; content never is")
    if not data:
        raise _refusal(name, "the file is empty")
    if name.lower().endswith((".yaml", ".yml")):
        return _single(name, data)
    if not name.lower().endswith(".zip"):
        raise _refusal(
            name, "neither a .zip nor a .yaml file; choose a file that came from the export"
        )
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read(name, archive, len(data))
    except ContentError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        OSError,
        ValueError,
    ) as error:
        message = (
            "not a zip that can be read; make it again, or export it again and start from that"
        )
        raise _refusal(name, message) from error


def _single(name: str, data: bytes) -> dict[str, bytes]:
    if len(data) > LARGEST_FILE:
        raise _refusal(name, f"larger than {LARGEST_FILE // 1024} kB; no content file is")
    return {PurePosixPath(name.replace("\\", "/")).name: data}


def _refusal(name: str, message: str) -> ContentError:
    return ContentError([Fault(_shown(name), "", message)])


def _shown(name: str) -> str:
    return name if len(name) <= SHOWN_NAME else f"{name[:SHOWN_NAME]}…"


def _megabytes(size: int) -> str:
    return f"{size // (1024 * 1024)} MB"


def _read(name: str, archive: zipfile.ZipFile, size: int) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not _is_litter(entry)]
    if len(entries) > MOST_FILES:
        message = f"holds {len(entries):,} files; at most {MOST_FILES:,} are read"
        raise _refusal(name, message)
    if not entries:
        raise _refusal(name, "there is no file in it")
    if problems := list(_bad_entries(entries)):
        raise ContentError(problems)
    top = _common_folder(entries)
    files = {}
    read = 0
    for entry in entries:
        data = _contents(archive, entry, LARGEST_CONTENT - read)
        read += len(data)
        if read > UNSUSPICIOUS and read > HIGHEST_RATIO * size:
            raise _refusal(name, "unpacks to far more than text does; it is not read any further")
        files[_path(entry).removeprefix(top)] = data
    return files


def _contents(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes:
    """What an entry unpacks to, read no further than it may be long."""
    most = min(LARGEST_FILE, room)
    chunks = []
    length = 0
    with archive.open(entry) as file:
        while length <= most and (chunk := file.read(min(CHUNK, most + 1 - length))):
            chunks.append(chunk)
            length += len(chunk)
    if length > LARGEST_FILE:
        message = f"larger than {LARGEST_FILE // 1024} kB; no content file is"
        raise _refusal(_path(entry), message)
    if length > room:
        message = f"with this file the content is larger than {_megabytes(LARGEST_CONTENT)}"
        raise _refusal(_path(entry), message)
    return b"".join(chunks)


def _path(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/")


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder, or none of the uploader's doing."""
    return _path(entry).endswith("/") or bool(LITTER & {*_path(entry).split("/")})


def _common_folder(entries: list[zipfile.ZipInfo]) -> str:
    """The one folder everything lies in, as when a folder was zipped; else nothing."""
    tops = {_path(entry).partition("/")[0] for entry in entries}
    if len(tops) == 1 and all("/" in _path(entry) for entry in entries):
        (top,) = tops
        if top not in NOUNS:
            return f"{top}/"
    return ""


def _bad_entries(entries: list[zipfile.ZipInfo]) -> Iterator[Fault]:
    """What is no content file, or is not to be read at all."""
    seen: set[str] = set()
    for entry in entries:
        path = _path(entry)
        if message := _why_not(entry, path, seen):
            yield Fault(_shown(path), "", message)
        seen.add(path)


def _why_not(entry: zipfile.ZipInfo, path: str, seen: set[str]) -> str:
    reasons = {
        "is in the zip twice": path in seen,
        "this path leads out of the zip": path.startswith("/")
        or ":" in path
        or bool({"..", ".", ""} & {*path.split("/")}),
        "a link, not a file": stat.S_ISLNK(entry.external_attr >> 16),
        "locked with a password": bool(entry.flag_bits & LOCKED),
        "packed in a way that is not read here; zip it the ordinary way": entry.compress_type
        not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED},
        "a zip inside the zip; put its files in directly": path.lower().endswith(".zip"),
        "not a .yaml file": not path.endswith(".yaml"),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
