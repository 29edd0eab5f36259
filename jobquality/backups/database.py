"""A database as one file, and back: SQLite by its online backup, PostgreSQL by its own programs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.base.client import BaseDatabaseClient

from jobquality.schema import Name
from toolkit.copies import stored_name
from toolkit.models import ResourceCopy

from .file import CHUNK

VENDORS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# Filled by Django itself in a database that was only just made.
BOOKKEEPING = {"django_migrations", "django_content_type", "auth_permission"}
IN_USE = (
    "The database is in use. Stop the site (web server, worker, timers) and whatever else is "
    "connected to it, then restore again."
)
# Seconds for the connections of a site that was just stopped to be gone.
PATIENCE = 5
# How many connections there are but this one and the one numbered so, idle ones too. Of another
# user's PostgreSQL may not tell the type, only whose it is; its own processes are nobody's.
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), {pid}) AND usesysid IS NOT NULL
  AND coalesce(backend_type, 'client backend') = 'client backend'
"""
# One transaction: whatever ends it before COMMIT leaves the database as it was. Once the tables are
# taken, it is seen whether the site was started meanwhile.
EMPTY_FIRST = """\
BEGIN;
SET LOCAL lock_timeout = '10s';
SET LOCAL client_min_messages = warning;
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT format('%I.%I', schemaname, tablename) AS name
    FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE 'DROP TABLE IF EXISTS ' || found.name || ' CASCADE';
  END LOOP;
  IF ({others}) > 0 THEN
    RAISE 'the database is in use';
  END IF;
END $$;
"""

type Execute = Callable[[str], Any]


class DatabaseCopyError(Exception):
    """The database cannot be copied or put back; the message says why in one line."""


@dataclass(frozen=True)
class Snapshot:
    """What one moment's copy of the database says: its migrations, the files its copies name."""

    migrations: list[Name]
    files: set[str]


def require_known_vendor() -> str:
    """The vendor of the site's database. Raises DatabaseCopyError for one we cannot copy."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor not in VENDORS or name.startswith(("file:", ":memory:")):
        raise DatabaseCopyError("Only SQLite in a file and PostgreSQL can be backed up.")
    return connection.vendor


def size() -> int:
    """The bytes that the database takes now: no copy of it is larger."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def is_empty() -> bool:
    """Whether no table holds a row but those that Django fills itself.

    Raises DatabaseCopyError when the database cannot be read.
    """
    try:
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                if table in BOOKKEEPING:
                    continue
                name = connection.ops.quote_name(table)
                cursor.execute(f"SELECT 1 FROM {name} LIMIT 1")  # noqa: S608 (its own table's name)
                if cursor.fetchone():
                    return False
    except DatabaseError as error:
        raise DatabaseCopyError(
            "The present database cannot be read. Put it aside by hand (for SQLite, move the file; "
            "for PostgreSQL, make a new database), then restore again."
        ) from error
    return True


def take(path: Path) -> Snapshot:
    """Write one moment's copy of the database to ``path``; the site goes on meanwhile.

    Raises DatabaseCopyError.
    """
    return _take_sqlite(path) if connection.vendor == "sqlite" else _take_postgres(path)


def check_prepared(path: Path) -> None:
    """See that a copy can be put back by what is on this machine. Raises DatabaseCopyError."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(path)) as copy:
            _check_pages(copy, "The database in the backup")
    else:
        _run("pg_restore", "--list", str(path))


def put_back(path: Path) -> None:
    """Put the copy at ``path`` in the database's place: all of it, or nothing on an error.

    For SQLite the copy lies on the same disk and is moved. Raises DatabaseCopyError.
    """
    if connection.vendor == "sqlite":
        _put_back_sqlite(path)
    else:
        _put_back_postgres(path)


def require_not_in_use() -> None:
    """Find out whether the site still runs, before anything is touched. Raises DatabaseCopyError.

    An idle connection counts: what it writes next would be replaced.
    """
    until = time.monotonic() + PATIENCE
    while _is_in_use():
        if time.monotonic() > until:
            raise DatabaseCopyError(IN_USE)
        time.sleep(0.1)


def _is_in_use() -> bool:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(OTHERS.format(pid="pg_backend_pid()"))
            return bool(cursor.fetchone()[0])
    try:
        if _sqlite_file().exists():
            with _alone_with(_sqlite_file()):
                pass
    except DatabaseCopyError:
        return True
    return False


# -- SQLite -----------------------------------------------------------------------------------


def _sqlite_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _take_sqlite(path: Path) -> Snapshot:
    connection.ensure_connection()
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        # In one step, so that no writer makes it start again; in WAL mode writers do not wait.
        connection.connection.backup(copy)
        # Or it would need a second file beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        _check_pages(copy, "The database")
        return _read_snapshot(copy.execute)


def _check_pages(database: sqlite3.Connection, what: str) -> None:
    try:
        # The pages are looked at; the constraints call functions that only Django's own have.
        database.execute("PRAGMA ignore_check_constraints=ON")
        found = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = (error,)
    if found != ("ok",):
        raise DatabaseCopyError(f"{what} is damaged (SQLite's quick_check: {found[0]}).")


def _put_back_sqlite(path: Path) -> None:
    target = _sqlite_file()
    connections.close_all()
    if not target.exists():
        # What a lost database left behind would be read as part of the new one.
        for ending in ("-wal", "-shm", "-journal"):
            Path(f"{target}{ending}").unlink(missing_ok=True)
        os.replace(path, target)
    else:
        with _alone_with(target):
            _keep_owner(target, path)
            os.replace(path, target)
    flush(target.parent)


@contextmanager
def _alone_with(target: Path) -> Iterator[None]:
    """Hold the database file alone, its WAL written into it and gone."""
    connections.close_all()
    try:
        with closing(sqlite3.connect(target, timeout=2, isolation_level=None)) as old:
            # Refused while anybody has the file open, even if idle.
            old.execute("PRAGMA journal_mode=DELETE")
            old.execute("BEGIN EXCLUSIVE")
            yield
    except sqlite3.OperationalError as error:
        raise DatabaseCopyError(IN_USE) from error


def _keep_owner(old: Path, new: Path) -> None:
    shutil.copymode(old, new)
    with suppress(PermissionError):  # only root may give files away
        os.chown(new, old.stat().st_uid, old.stat().st_gid)


# -- PostgreSQL -------------------------------------------------------------------------------


def _take_postgres(path: Path) -> Snapshot:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        moment = cursor.fetchone()[0]

        def execute(statement: str) -> Any:
            cursor.execute(statement)
            return cursor

        found = _read_snapshot(execute)
        # The same moment as what was just read.
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={moment}")
        _run("pg_dump", *options, f"--file={path}", *_target())
    return found


def _put_back_postgres(path: Path) -> None:
    """Feed the dump's SQL to psql, and COMMIT only after pg_restore came to its end.

    pg_restore by itself cannot empty a database that has tables the dump does not know.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        empty_first = EMPTY_FIRST.format(others=OTHERS.format(pid=cursor.fetchone()[0]))
    options = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--no-password")
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 (no shell; our own words)
            [_program("psql"), *options, *_target()],
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        ) as psql,
    ):
        assert psql.stdin is not None
        try:
            psql.stdin.write(empty_first.encode())
            _feed(path, psql.stdin)
            psql.stdin.write(b"COMMIT;\n")
            psql.stdin.close()
        except BrokenPipeError:
            pass  # psql stopped at an error, which it has told
        except BaseException:
            psql.kill()
            raise
        if psql.wait():
            raise DatabaseCopyError(_why("psql", said))


def _feed(path: Path, into: IO[bytes]) -> None:
    command = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(path)]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 (no shell; our own words)
            command, stdout=subprocess.PIPE, stderr=said
        ) as restore,
    ):
        assert restore.stdout is not None
        try:
            shutil.copyfileobj(restore.stdout, into, CHUNK)
        except BaseException:
            restore.kill()
            raise
        if restore.wait():
            raise DatabaseCopyError(_why("pg_restore", said))


def _run(program: str, *arguments: str) -> None:
    with tempfile.TemporaryFile() as said:
        code = subprocess.run(  # noqa: S603 (no shell; our own words)
            [_program(program), *arguments],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            check=False,
        ).returncode
        if code:
            raise DatabaseCopyError(_why(program, said))


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise DatabaseCopyError(
            f"{name} is missing: install PostgreSQL's client programs (postgresql-client)."
        )
    return found


def _why(program: str, said: IO[bytes]) -> str:
    """The first line that a program told of its failure. Later ones may quote rows."""
    said.seek(0)
    lines = said.read(10_000).decode(errors="replace").splitlines()
    told = next((line for line in lines if "error" in line.lower()), "it gave no reason")
    if "lock timeout" in told or "is in use" in told:
        return IN_USE
    return f"{program} failed, and nothing was changed: {told}"


def _client() -> tuple[list[str], dict[str, str]]:
    """Django's own arguments and environment for psql: a password is in the environment only."""
    client: type[BaseDatabaseClient] = type(connection.client)
    arguments, environment = client.settings_to_cmd_args_env(connection.settings_dict, [])
    return [*arguments[1:]], environment or {}


def _target() -> list[str]:
    return _client()[0]


def _environment() -> dict[str, str]:
    return {**os.environ, **_client()[1]}


# -- both -------------------------------------------------------------------------------------


def _read_snapshot(execute: Execute) -> Snapshot:
    tables = connection.introspection.table_names()
    if "django_migrations" not in tables:
        raise DatabaseCopyError("There is nothing to back up: the database has no tables.")
    migrations = execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    files: set[str] = set()
    if (copies := ResourceCopy._meta.db_table) in tables:
        rows = execute(f"SELECT DISTINCT sha256 FROM {copies}").fetchall()  # noqa: S608 (our table)
        files = {stored_name(sha256) for (sha256,) in rows}
    return Snapshot([(app, name) for app, name in migrations], files)


def flush(path: Path) -> None:
    """Have a file or a folder written to the disk itself: a power cut then takes nothing."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
