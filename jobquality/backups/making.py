"""Making a backup while the site runs.

Database and files cannot be taken in one moment. The database is taken first, then every file
there is. A file that a copy's row names was stored before the row, so it stood there when the
database was taken; if it is gone when its turn comes, its row was removed in between, and the
database is taken once more, beside the files held already. So the database never names a file
that is not in the backup, but for those that the site itself has lost: two in a row name them.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from jobquality import VERSION
from toolkit.copies import storage, stored_name, stored_names

from . import database
from .database import Snapshot, flush
from .file import COPIES, DATABASES, Manifest, Member, Writer

NAME = "jobquality-{at:%Y%m%d-%H%M%S-%f}.tar"
# What a restore replaced, beside the file that it restored.
SAFETY_NAME = "jobquality-before-restore-{at:%Y%m%d-%H%M%S-%f}.tar"
OWN_NAME = re.compile(r"jobquality-(before-restore-)?\d{8}-\d{6}-\d{6}\.tar")
PART = ".part"
# Room beside what is written: for the tar itself, its manifest, and everybody else.
SPARE_BYTES = 16 * 1024 * 1024


class BackupError(Exception):
    """No backup was made; the message says why in one line."""


@dataclass(frozen=True)
class Made:
    """A backup that was made, and how many files the site itself has lost or has damaged."""

    manifest: Manifest
    lost: int
    damaged: int


def make(target: Path) -> Made:
    """Write a backup to the new file ``target``, readable by its owner alone.

    It appears under its name whole and lasting, or not at all. Raises BackupError,
    DatabaseCopyError or OSError.
    """
    if target.exists():
        raise BackupError(f"{target} exists already, and no backup is written over.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_room(target.parent)
    with _whole(target) as output:
        return write(output, target.parent)


def write(output: IO[bytes], folder: Path | None = None) -> Made:
    """Write a backup to ``output``, a file or a pipe; ``folder`` holds the database meanwhile
    (by default where passing files lie).

    Raises DatabaseCopyError or OSError.
    """
    vendor, at = database.require_known_vendor(), timezone.now()
    writer = Writer(output)
    with tempfile.TemporaryDirectory(prefix=".jobquality-", dir=folder) as passing:
        path = Path(passing) / DATABASES[vendor]
        snapshot, lost = _take_both(path, writer)
        with path.open("rb") as file:
            writer.add(path.name, path.stat().st_size, file)
    manifest = writer.finish(
        made_at=at.isoformat(timespec="seconds"),
        version=VERSION,
        vendor=vendor,
        migrations=snapshot.migrations,
    )
    damaged = sum(not is_as_named(member) for member in manifest.copies)
    return Made(manifest, len(lost), damaged)


def is_as_named(copy: Member) -> bool:
    """Whether a captured copy is what its name, which is its hash, says."""
    return copy.name == COPIES + stored_name(copy.sha256)


def drop_older(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest ``keep`` backups in ``folder``, by their own names only.

    With them goes what restores replaced more than BACKUP_DAYS ago: visitors are told that nothing
    is kept in backups for longer. Returns what was deleted.
    """
    long_ago = SAFETY_NAME.format(at=timezone.now() - timedelta(days=settings.BACKUP_DAYS))
    ours = sorted(path for path in folder.iterdir() if OWN_NAME.fullmatch(path.name))
    replaced = [path for path in ours if "before-restore" in path.name]
    made = [path for path in ours if path not in replaced]
    older = made[: max(0, len(made) - keep)] + [path for path in replaced if path.name < long_ago]
    for path in older:
        path.unlink()
    return older


def drop_unfinished(folder: Path) -> None:
    """Remove what a backup that was killed left behind. Only while no other one runs."""
    for path in folder.glob(f".jobquality-*{PART}"):
        path.unlink()
    for path in folder.glob(".jobquality-*"):
        if path.is_dir():
            shutil.rmtree(path)


def _take_both(path: Path, writer: Writer) -> tuple[Snapshot, set[str]]:
    """Write the files, leave the database at ``path``; returns what it says and the lost files."""
    held: set[str] = set()
    lost: set[str] | None = None
    while True:
        path.unlink(missing_ok=True)
        snapshot = database.take(path)
        held.update(_add_files(writer, held))
        lacking = snapshot.files - held
        if not lacking or lacking == lost:
            return snapshot, lacking
        lost = lacking


def _add_files(writer: Writer, held: set[str]) -> list[str]:
    """Add every stored file but those already ``held``; returns the names of those added."""
    return [name for name in stored_names() if name not in held and _add_file(writer, name)]


def _add_file(writer: Writer, name: str) -> bool:
    try:
        file = storage().open(name)
    except FileNotFoundError:
        return False  # removed since it was listed
    with file:
        writer.add(COPIES + name, file.size, file)
    return True


def _require_room(folder: Path) -> None:
    """Raise BackupError if the database twice (itself and in the tar) and the files do not fit."""
    needed = 2 * database.size() + SPARE_BYTES + sum(map(storage().size, stored_names()))
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            f"There is not enough room in {folder}: the backup needs up to "
            f"{filesizeformat(needed)}, and {filesizeformat(free)} are free."
        )


@contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """A new file that takes the name ``target`` once it is written and on the disk."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".jobquality-", suffix=PART)
    try:
        with open(descriptor, "wb") as output:  # only its owner may read it: mkstemp
            yield output
            output.flush()
            os.fsync(descriptor)
        # Unlike a move, a link never takes another file's place.
        os.link(name, target)
    finally:
        os.unlink(name)
    flush(target.parent)
