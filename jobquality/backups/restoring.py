"""Putting a backup back. The site must be stopped.

Everything is checked before anything is touched. Then the captured copies are put in place: their
names are their hashes, so that they only add to what is there. The database comes last and in one
step. Whatever ends this before that step leaves the site as it was, with perhaps some files that
nothing names yet.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from jobquality import schema
from jobquality.schema import Name
from toolkit import copies

from . import database, making
from .database import VENDORS
from .file import Manifest, Member, opened, unpacked


class RestoreError(Exception):
    """Nothing was put back; the message says why in one line."""


@dataclass(frozen=True)
class Restored:
    """What was put back, where the former state is kept, and what is left to do."""

    manifest: Manifest
    safety: Path | None
    due: list[Name]
    damaged: int


def restore(path: Path, *, may_replace: bool = False) -> Restored:
    """Put the backup at ``path`` in the place of the site's database and copies.

    ``may_replace``: even if there is something already, which is backed up first, beside ``path``.
    Raises RestoreError, BackupFileError, BackupError, DatabaseCopyError, CopyError or OSError.
    """
    vendor = database.require_known_vendor()
    with opened(path) as (manifest, tar):
        _require_fitting(manifest, vendor)
        database.require_not_in_use()
        safety = None
        if not database.is_empty():
            _require_leave(may_replace)
            safety = path.absolute().parent / making.SAFETY_NAME.format(at=timezone.now())
            making.make(safety)
        damaged = _put_back(manifest, tar)
    applied = {*manifest.migrations}
    return Restored(manifest, safety, schema.due(applied), damaged)


def _require_fitting(manifest: Manifest, vendor: str) -> None:
    if manifest.vendor != vendor:
        raise RestoreError(
            f"This backup is of {VENDORS[manifest.vendor]}, and the site's database is "
            f"{VENDORS[vendor]}. A backup goes back only where it came from."
        )
    if newer := schema.unknown(manifest.migrations):
        app, name = newer[-1]
        raise RestoreError(
            f"This backup was made by a newer release ({manifest.version}): it knows {app}.{name}, "
            "which this one does not. Install that release, then restore."
        )


def _require_leave(may_replace: bool) -> None:
    if not may_replace:
        raise RestoreError(
            "There is something in the database already. To put the backup in its place, add "
            "--replace; what is there now is then backed up first."
        )


def _put_back(manifest: Manifest, tar: tarfile.TarFile) -> int:
    """Put files and database in place; returns how many files were damaged before the backup."""
    sound = [member for member in manifest.copies if making.is_as_named(member)]
    with tempfile.TemporaryDirectory(prefix=".jobquality-", dir=_beside_database()) as passing:
        prepared = Path(passing) / manifest.database.name
        _require_room(Path(passing), manifest.database)
        with unpacked(tar, manifest.database) as source, prepared.open("xb") as file:
            shutil.copyfileobj(source, file)
        prepared.chmod(0o600)
        database.flush(prepared)
        database.check_prepared(prepared)
        for member in sound:
            with unpacked(tar, member) as source:
                copies.keep(source, member.sha256, member.size)
        database.put_back(prepared)
    return len(manifest.copies) - len(sound)


def _beside_database() -> Path | None:
    """Where a SQLite file can be moved into place from; for PostgreSQL the usual place."""
    if connection.vendor != "sqlite":
        return None
    return Path(connection.settings_dict["NAME"]).absolute().parent


def _require_room(folder: Path, member: Member) -> None:
    free = shutil.disk_usage(folder).free
    if free < member.size + making.SPARE_BYTES:
        raise RestoreError(
            f"There is not enough room in {folder.parent}: the database needs "
            f"{filesizeformat(member.size)}, and {filesizeformat(free)} are free."
        )
