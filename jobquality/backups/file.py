"""The file of a backup: a plain tar whose last two members say what is in it and seal it.

First the captured copies, then the database, then ``manifest.json`` with the size and SHA-256 of
each, then ``seal.sha256``: the SHA-256 of every byte before it. The seal and the end of the tar
are fixed to the byte, so that no byte of the file can change unnoticed. Both stand at the end
because a backup is written in one go, into a pipe if need be.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Protocol

import jsonschema

from jobquality.schema import Name

FORMAT = 1
PRODUCT = "job-quality-self-assessment"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
MANIFEST, SEAL = "manifest.json", "seal.sha256"
COPIES = "copies/"
# Captured copies are named by their hash: no such name leads out of its folder.
COPY = re.compile(rf"{COPIES}[0-9a-f]{{2}}/[0-9a-f]{{62}}")
MANIFEST_MAX_BYTES = 64 * 1024 * 1024
BLOCK = tarfile.BLOCKSIZE
SEAL_BYTES = 4 * BLOCK  # its header, its text, and the two empty blocks that end a tar
CHUNK = 1024 * 1024
# What the readers of tar and JSON raise for nonsense.
MALFORMED = (tarfile.TarError, ValueError, LookupError, ArithmeticError, EOFError, RecursionError)

NOT_OURS = "This is not a whole backup of this site: it was cut off, or it is another kind of file."
DAMAGED = "This backup is damaged: what it holds does not match its SHA-256."
FOREIGN = "This backup holds what no backup of this site holds ({why}). Nothing was taken from it."

_WORD = {"type": "string", "pattern": r"^[A-Za-z0-9_.:+-]{1,255}$"}
_NAMED = {"type": "array", "items": _WORD, "minItems": 2, "maxItems": 2}
_MEMBER = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "size": {"type": "integer", "minimum": 0},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
    "required": ["name", "size", "sha256"],
    "additionalProperties": False,
}
SHAPE = {
    "type": "object",
    "properties": {
        "made_at": _WORD,
        "version": _WORD,
        "vendor": {"enum": sorted(DATABASES)},
        "migrations": {"type": "array", "items": _NAMED},
        "members": {"type": "array", "items": _MEMBER, "minItems": 1},
    },
    "required": ["made_at", "version", "vendor", "migrations", "members"],
}


class BackupFileError(Exception):
    """A file that is no sound backup of this site; the message says why in one line."""


@dataclass(frozen=True)
class Member:
    """One file in a backup: its name there, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup says of itself; ``made_at`` is an ISO 8601 time in UTC."""

    made_at: str
    version: str
    vendor: str
    migrations: Sequence[Name]
    members: Sequence[Member]

    @property
    def database(self) -> Member:
        """The member that is the database."""
        return self.members[-1]

    @property
    def copies(self) -> Sequence[Member]:
        """The members that are captured copies."""
        return self.members[:-1]


class Readable(Protocol):
    """What can be read in parts."""

    def read(self, size: int = ..., /) -> bytes:
        """Up to ``size`` bytes; none at the end."""


class _Hashed:
    """A file that is hashed as it is read or written."""

    def __init__(self, file: Any) -> None:
        self.file, self.digest, self.bytes = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        return self._seen(self.file.read(size))

    def write(self, data: bytes) -> int:
        self.file.write(self._seen(data))
        return len(data)

    def tell(self) -> int:
        return self.bytes

    def _seen(self, data: bytes) -> bytes:
        self.digest.update(data)
        self.bytes += len(data)
        return data


# -- writing ----------------------------------------------------------------------------------


class Writer:
    """Writes a backup to ``output`` in one go: the copies, the database, and ``finish`` last."""

    def __init__(self, output: IO[bytes]) -> None:
        self.output = _Hashed(output)
        self.tar = tarfile.TarFile(fileobj=self.output, mode="w", format=tarfile.PAX_FORMAT)  # type: ignore[arg-type]  # it needs no more than write and tell
        self.members: list[Member] = []

    def add(self, name: str, size: int, file: Readable) -> Member:
        """Add a file of ``size`` bytes. Raises OSError when it turns out shorter."""
        source = _Hashed(file)
        self.tar.addfile(_header(name, size), source)  # reads only
        member = Member(name, size, source.digest.hexdigest())
        self.members.append(member)
        return member

    def finish(
        self, *, made_at: str, version: str, vendor: str, migrations: Sequence[Name]
    ) -> Manifest:
        """Write the manifest and the seal; returns the manifest."""
        manifest = Manifest(
            made_at=made_at,
            version=version,
            vendor=vendor,
            migrations=migrations,
            members=self.members,
        )
        said = {"product": PRODUCT, "format": FORMAT, **asdict(manifest)}
        text = json.dumps(said, indent=1).encode()
        self.tar.addfile(_header(MANIFEST, len(text)), BytesIO(text))
        self.output.file.write(_seal(self.output.digest.hexdigest()))
        return manifest


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


def _seal(digest: str) -> bytes:
    text = f"{digest}\n".encode()
    header = _header(SEAL, len(text)).tobuf(tarfile.USTAR_FORMAT)
    return (header + text).ljust(SEAL_BYTES, b"\0")


# -- reading ----------------------------------------------------------------------------------


@contextmanager
def opened(path: Path) -> Iterator[tuple[Manifest, tarfile.TarFile]]:
    """Open a backup after reading all of it and finding it sound; yields manifest and tar.

    Raises BackupFileError.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
            _check_seal(file)
            tar, manifest = _check_tar(file)
        except OSError as error:
            raise BackupFileError(f"{path} cannot be read: {error.strerror or error}") from error
        yield manifest, tar


def check(path: Path) -> Manifest:
    """Read a backup to its end and compare everything; returns its manifest.

    Raises BackupFileError.
    """
    with opened(path) as (manifest, _):
        return manifest


def unpacked(tar: tarfile.TarFile, member: Member) -> IO[bytes]:
    """A member's bytes, to be read once ``opened`` has found the backup sound."""
    file = tar.extractfile(member.name)
    assert file is not None  # a plain file, as _members saw
    return file


def _check_seal(file: IO[bytes]) -> None:
    size = file.seek(0, 2)
    if size < SEAL_BYTES or size % BLOCK:
        raise BackupFileError(NOT_OURS)
    file.seek(0)
    digest, left = hashlib.sha256(), size - SEAL_BYTES
    while left and (data := file.read(min(CHUNK, left))):
        digest.update(data)
        left -= len(data)
    seal = file.read(SEAL_BYTES)
    if seal == _seal(digest.hexdigest()):
        return
    raise BackupFileError(DAMAGED if SEAL.encode() in seal else NOT_OURS)


def _check_tar(file: IO[bytes]) -> tuple[tarfile.TarFile, Manifest]:
    """Hold what lies in the tar against its manifest. A seal is no proof of who made it."""
    file.seek(0)
    try:
        tar = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115 (its file is closed by others)
        found = [*_members(tar)]
        manifest = _read_manifest(tar)
    except MALFORMED as error:
        raise BackupFileError(DAMAGED) from error
    if found != [*manifest.members]:
        raise BackupFileError(DAMAGED)
    if manifest.database.name != DATABASES[manifest.vendor]:
        raise BackupFileError(FOREIGN.format(why="it lacks the database"))
    return tar, manifest


def _members(tar: tarfile.TarFile) -> Iterator[Member]:
    infos = tar.getmembers()
    names = [info.name for info in infos]
    if names[-2:] != [MANIFEST, SEAL] or len({*names}) < len(names):
        raise BackupFileError(FOREIGN.format(why="its members are not in order"))
    if not all(info.isreg() and not info.issparse() for info in infos):
        raise BackupFileError(FOREIGN.format(why="a member is no plain file"))
    *copies, last = names[:-2] or [""]
    if last not in DATABASES.values() or not all(map(COPY.fullmatch, copies)):
        raise BackupFileError(FOREIGN.format(why="a member has a strange name"))
    for info in infos[:-2]:
        source = _Hashed(tar.extractfile(info))
        while source.read(CHUNK):
            pass
        yield Member(info.name, source.bytes, source.digest.hexdigest())


def _read_manifest(tar: tarfile.TarFile) -> Manifest:
    info = tar.getmember(MANIFEST)
    file = tar.extractfile(info)
    if info.size > MANIFEST_MAX_BYTES or file is None:
        raise BackupFileError(FOREIGN.format(why="its manifest is too large"))
    said = json.loads(file.read())
    if not isinstance(said, dict) or said.get("product") != PRODUCT:
        raise BackupFileError(FOREIGN.format(why="it is of another product"))
    if said.get("format") != FORMAT:
        raise BackupFileError(
            f"This backup has format {said.get('format')!r}, and this release reads {FORMAT}. "
            "Restore it with the release that made it."
        )
    if not jsonschema.Draft202012Validator(SHAPE).is_valid(said):
        raise BackupFileError(FOREIGN.format(why="its manifest says too little"))
    return Manifest(
        made_at=said["made_at"],
        version=said["version"],
        vendor=said["vendor"],
        migrations=[(app, name) for app, name in said["migrations"]],
        members=[Member(**member) for member in said["members"]],
    )
