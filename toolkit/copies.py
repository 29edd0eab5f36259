"""Keeping captured copies: each file once, under its SHA-256, never changed.

Only the storage that the settings call "copies" is asked, by the methods every Django storage has,
so an object store can take the place of the disk. The file is stored before the row that names it:
what is cut off in between leaves a file nobody names, never a name without its file.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction
from django.db.models import Max, Min, Q
from django.utils import timezone

from .copy_storage import FULL, UNFINISHED
from .formats import chunks
from .models import CopyCheck, ResourceCopy
from .models.copy import DAMAGED, MISSING, SOUND

logger = logging.getLogger(__name__)

NO_ROOM = (
    "There is no room left to store the file, and nothing was kept. Ask the site’s operator to "
    "free up space, then add it again."
)
NOT_STORED = (
    "The file could not be stored, and nothing was kept. Try again; if it happens again, tell "
    "the site’s operator."
)
# A file this new may belong to a row that is being written.
NEW = timedelta(hours=1)
FOLDER = re.compile(r"[0-9a-f]{2}")
STORED = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}")

# What a reader is told of a copy that is not sound, and with which status.
UNSOUND = {
    MISSING: (HTTPStatus.NOT_FOUND, "The file is missing from our storage."),
    DAMAGED: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Our file is damaged: it no longer matches the SHA-256 recorded when it was added.",
    ),
}


class CopyError(Exception):
    """A copy could not be kept; the message tells an editor why and what to do."""


class CopyUnavailable(Exception):
    """A copy cannot be downloaded now; ``status`` is what to answer, the message says why."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status


def storage() -> Storage:
    """The storage of captured copies, as the settings name it."""
    return storages["copies"]


def stored_name(sha256: str) -> str:
    """What the file of this hash is called in the storage."""
    return f"{sha256[:2]}/{sha256[2:]}"


# -- adding -----------------------------------------------------------------------------------


def add(copy: ResourceCopy, file: IO[bytes]) -> ResourceCopy:
    """Store a file and the new row that describes it; returns the row.

    ``copy`` is complete but not saved; its ``sha256`` and ``size`` are those of ``file``.
    Raises CopyError when the file cannot be stored or its item has it already.
    """
    keep(file, copy.sha256, copy.size)
    copy.verified_at = timezone.now()
    try:
        with transaction.atomic():
            copy.save(force_insert=True)
            # The same file may be known as missing elsewhere: it is back.
            record(copy.sha256, SOUND, copy.verified_at)
    except IntegrityError as error:
        raise CopyError("This same file was added to the item a moment ago.") from error
    try:
        # Whoever removed the last other copy of this file meanwhile took the file with it.
        keep(file, copy.sha256, copy.size, is_trusted=True)
    except CopyError:
        copy.delete()
        raise
    return copy


def put_back(copy: ResourceCopy, file: IO[bytes]) -> None:
    """Store the file of a copy that was lost or damaged once more. Raises CopyError."""
    keep(file, copy.sha256, copy.size)
    record(copy.sha256, SOUND, timezone.now())


def keep(file: IO[bytes], sha256: str, size: int, *, is_trusted: bool = False) -> None:
    """See to it that the storage holds exactly this file under its hash.

    A file that is there already is read and used as it is; only one that does not match its name
    is replaced. ``is_trusted``: do not read it, it was just read. Raises CopyError.
    """
    name = stored_name(sha256)
    try:
        if storage().exists(name):
            if is_trusted or check(sha256, size) == SOUND:
                return
            storage().delete(name)
        _store(name, file)
        state = check(sha256, size)
    except Exception as error:
        # Each storage has errors of its own, and none of them may lose what the editor typed.
        logger.exception("A captured copy could not be stored as %s", name)
        is_full = isinstance(error, OSError) and error.errno in FULL
        raise CopyError(NO_ROOM if is_full else NOT_STORED) from error
    if state != SOUND:
        logger.error("What was stored as %s is %s", name, state)
        raise CopyError(NOT_STORED)


def _store(name: str, file: IO[bytes]) -> None:
    file.seek(0)
    given = storage().save(name, File(file))
    if given != name:
        # Somebody stored the same file at the same time, and theirs has the name.
        storage().delete(given)


# -- verifying --------------------------------------------------------------------------------


def check(sha256: str, size: int) -> str:
    """Read a stored file to its end; returns whether it is sound, missing or damaged.

    Raises what the storage raises when the file is there and cannot be read: that says nothing of
    the file itself.
    """
    digest, read = hashlib.sha256(), 0
    try:
        with storage().open(stored_name(sha256)) as file:
            for chunk in chunks(file):
                digest.update(chunk)
                read += len(chunk)
    except FileNotFoundError:
        return MISSING
    return SOUND if (digest.hexdigest(), read) == (sha256, size) else DAMAGED


@transaction.atomic
def record(sha256: str, state: str, at: datetime) -> int:
    """Write down what a check found, for every copy of this file; returns how many there are."""
    rows = ResourceCopy.objects.filter(sha256=sha256)
    # Locked: one that is removed meanwhile could not be written about.
    keys = [*rows.select_for_update().order_by("pk").values_list("pk", flat=True)]
    CopyCheck.objects.bulk_create(
        CopyCheck(copy_id=key, checked_at=at, result=state) for key in keys
    )
    changes: dict[str, Any] = {"state": state} | ({"verified_at": at} if state == SOUND else {})
    ResourceCopy.objects.filter(pk__in=keys).update(**changes)
    return len(keys)


def due(older_than: timedelta | None = None) -> list[tuple[str, int]]:
    """Hash and size of the files to verify, those verified longest ago first.

    ``older_than``: only those not verified for so long, and those known not to be sound.
    """
    rows = ResourceCopy.objects.order_by()
    if older_than is not None:
        is_old = Q(verified_at__lt=timezone.now() - older_than)
        rows = rows.filter(is_old | ~Q(state=SOUND))
    files = rows.values("sha256").annotate(bytes=Max("size"), last=Min("verified_at"))
    return [*files.order_by("last", "sha256").values_list("sha256", "bytes")]


def unnamed() -> Iterator[str]:
    """Names of stored files that no copy names, but for those that are only just stored."""
    names = {*_stored_names()}
    named = {stored_name(sha) for sha in ResourceCopy.objects.values_list("sha256", flat=True)}
    for name in sorted(names - named):
        if _is_settled(name):
            yield name


def stored_names() -> list[str]:
    """Names of the files of copies that are in the storage, but for what is being written."""
    return sorted(name for name in _stored_names() if STORED.fullmatch(name))


def _stored_names() -> Iterator[str]:
    try:
        folders, files = storage().listdir("")
    except FileNotFoundError:
        return  # nothing was ever stored
    yield from files
    for folder in folders:
        # What else lies there, such as a disk's lost+found, is not ours to read.
        if FOLDER.fullmatch(folder) or folder == UNFINISHED:
            yield from (f"{folder}/{name}" for name in storage().listdir(folder)[1])


def _is_settled(name: str) -> bool:
    try:
        return storage().get_modified_time(name) < timezone.now() - NEW
    except FileNotFoundError:
        return False  # moved to its name, or removed, since the list was made


# -- handing out and removing -----------------------------------------------------------------


def open_copy(copy: ResourceCopy) -> File[Any]:
    """Open a copy's file for download. Raises CopyUnavailable, having logged why."""
    if not copy.is_sound:
        raise CopyUnavailable(*UNSOUND[copy.state])
    name, file = stored_name(copy.sha256), None
    try:
        file = storage().open(name)
        if file.size == copy.size:
            return file
        logger.error("Captured copy %s has %s bytes, not %s", name, file.size, copy.size)
        file.close()
    except FileNotFoundError:
        logger.error("Captured copy %s is missing", name)
        raise CopyUnavailable(*UNSOUND[MISSING]) from None
    except Exception:
        # Each storage has errors of its own; a reader gets a page for all of them.
        logger.exception("Captured copy %s cannot be read", name)
    raise CopyUnavailable(HTTPStatus.SERVICE_UNAVAILABLE, "The file cannot be read right now.")


def remove(copy: ResourceCopy) -> None:
    """Take a copy away for good: its row, and its file unless another copy names it."""
    sha256 = copy.sha256
    copy.delete()
    transaction.on_commit(lambda: _drop_unless_named(sha256))


def _drop_unless_named(sha256: str) -> None:
    if ResourceCopy.objects.filter(sha256=sha256).exists():
        return
    try:
        storage().delete(stored_name(sha256))
    except Exception:
        # The row is gone whatever happens here; verify_copies lists the file until it goes too.
        logger.exception("The file of a removed copy, %s, could not be deleted", sha256)
