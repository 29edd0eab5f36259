"""One run of a long command at a time on one database."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from django.db import connection


class AlreadyRunningError(Exception):
    """Another run on the same database is under way."""


@contextmanager
def only_run(command: str) -> Iterator[None]:
    """Hold the one place of a command on this database. Raises AlreadyRunningError.

    Either kind of lock ends with its process, however it ends: nothing has to be cleared up.
    """
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "postgresql":
        with _advisory_lock(crc32(command.encode())):
            yield
    elif name.startswith(("file:", ":memory:")):
        yield  # in memory: no other process has it
    else:
        with _file_lock(Path(f"{name}-{command}")):
            yield


@contextmanager
def _advisory_lock(key: int) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if cursor.fetchone() != (True,):
            raise AlreadyRunningError
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError from None
        yield
