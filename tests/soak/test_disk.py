"""A disk that is full under load: said clearly, nothing damaged, and on it goes with new room."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import connection, transaction

from tests import factories, postgres
from tests.pages import plain
from tests.soak.employers import (
    all_is_as_confirmed,
    employers,
    wait_for_more,
    wait_for_status,
)
from tests.soak.server import served
from toolkit import copies

pytestmark = [pytest.mark.soak, pytest.mark.disk]
MEGABYTE = 1024 * 1024
FULL = "The site has no space left to save anything"

type Elsewhere = Callable[[str], AbstractContextManager[None]]


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A disk of its own in memory; only root may make one."""
    folder = Path(f"/tmp/jobquality-disk-{os.getpid()}")  # noqa: S108
    folder.mkdir()
    try:
        options = f"size={megabytes}m,mode=0777"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        folder.rmdir()


def fill(disk: Path) -> Path:
    """Use up every byte that is left; returns the file that does."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
    assert shutil.disk_usage(disk).free == 0
    return ballast


@contextmanager
def old_snapshot() -> Iterator[None]:
    """Keep PostgreSQL from using the room of what was replaced, as any long report would."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT count(*) FROM assessment_answer")
        yield


def run_full(url: str, disk: Path, log: Path, *, times: int) -> dict[str, object]:
    """Fill the disk under load and make room again, so many times; returns the figures."""
    with ExitStack() as stack:
        factories.publish_bakery_edition()
        server = stack.enter_context(served(url, log))
        people = employers(server.url, times, note="n" * 1500)
        for one in people:
            stack.callback(one.close)
        for number in range(times):
            wait_for_more(people, 20)
            ballast = fill(disk)
            with old_snapshot():
                wait_for_status(people, 507)
            # What is stored can be read; a document is refused in plain words and not half stored.
            assert people[0].see().status_code == 200
            if not number:
                refused = people[0].make_document()
                assert (refused.status_code, FULL in plain(refused.text)) == (507, True)
            ballast.unlink()
            wait_for_more(people, 20)
        for one in people:
            one.stop()
        for one in people:
            all_is_as_confirmed(one)
        assert people[0].make_document().status_code == 302
        return {
            "times_full": times,
            "answers_confirmed": sum(one.count for one in people),
            "told_507": sum(one.statuses.get(507, 0) for one in people),
            "told_503": sum(one.statuses.get(503, 0) for one in people),
            "lost": 0,
        }


def test_sqlite_on_a_full_disk(elsewhere: Elsewhere, tmp_path: Path, tell) -> None:
    with small_disk(12) as disk, elsewhere(f"sqlite:///{disk}/db.sqlite3"):
        url = f"sqlite:///{disk}/db.sqlite3"
        tell(database="sqlite", **run_full(url, disk, tmp_path / "server.log", times=5))
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]


def test_postgresql_on_a_full_disk(elsewhere: Elsewhere, tmp_path: Path, tell) -> None:
    with small_disk(40) as disk, postgres.private_postgres(is_durable=True) as url:
        owner = postgres.folder_of(url).owner()
        (disk / "tables").mkdir()
        shutil.chown(disk / "tables", owner)
        postgres.ask(url, f"create tablespace small location '{disk}/tables'")
        postgres.ask(url, "alter database jobquality set tablespace small")
        with elsewhere(url):
            tell(database="postgresql", **run_full(url, disk, tmp_path / "server.log", times=5))
        postgres.stop(url, "fast")


def test_a_captured_copy_on_a_full_disk(settings) -> None:
    data = b"%PDF-1.7" + os.urandom(MEGABYTE)
    sha256 = hashlib.sha256(data).hexdigest()
    with small_disk(2) as disk:
        settings.STORAGES = {
            **settings.STORAGES,
            "copies": {
                "BACKEND": "toolkit.copy_storage.WholeFileStorage",
                "OPTIONS": {"location": str(disk / "copies")},
            },
        }
        ballast = fill(disk)
        with pytest.raises(copies.CopyError, match="There is no room left to store the file"):
            copies.keep(BytesIO(data), sha256, len(data))
        assert [p for p in disk.rglob("*") if p.is_file()] == [ballast]
        ballast.unlink()
        copies.keep(BytesIO(data), sha256, len(data))
        stored = storages["copies"].open(copies.stored_name(sha256))
        with stored as file:
            assert file.read() == data
