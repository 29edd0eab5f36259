"""The commands backup and restore: a round trip, and everything that must not get through."""

import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.db.backends.postgresql.client import DatabaseClient
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from assessment.models import Answer
from jobquality.backups import database, file, making
from jobquality.backups.file import DAMAGED
from scripts.configuration import clean_environment
from scripts.terminal import ROOT
from tests import factories
from tests.jobquality.test_backup_file import forged, plain
from tests.toolkit.captures import HTML, PDF, kept, sha
from tests.toolkit.small import GUIDE, load_and_publish
from toolkit import copies
from toolkit.models import Resource, ResourceCopy
from toolkit.run_lock import only_run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]

DAY = timedelta(days=1)
OWN_NAME = re.compile(r"jobquality-\d{8}-\d{6}-\d{6}\.tar")


@pytest.fixture(autouse=True)
def disk(settings, tmp_path: Path) -> Path:
    """The folder of the copies, with the storage of production."""
    folder = tmp_path / "copies"
    options = {"BACKEND": "toolkit.copy_storage.WholeFileStorage", "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "copies": options}
    return folder


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    """Where backups go."""
    settings.BACKUP_DIR = tmp_path / "backups"
    return Path(settings.BACKUP_DIR)


@pytest.fixture
def site(disk: Path) -> ResourceCopy:
    """A published edition, an employer with two answers, a captured copy."""
    load_and_publish()
    bakery = factories.make_assessment(name="Łódź Bakery “№ 1” 🥐\n')--")
    factories.make_answer(bakery, "wage", 2, note="We pay $15; see C:\\pay\t\x1f.")
    factories.make_answer(bakery, "rest", 0)
    return kept(Resource.objects.get(slug=GUIDE))


def run(command: str, *arguments: str) -> str:
    """What a command says on its standard output."""
    said = StringIO()
    call_command(command, *arguments, stdout=said)
    return said.getvalue()


def rows() -> dict[str, list[Any]]:
    """Every row of every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(cursor.fetchall(), key=repr)
    assert found["django_migrations"]
    return found


def files(disk: Path) -> dict[str, bytes]:
    found = (path for path in disk.rglob("*") if path.is_file())
    return {str(path.relative_to(disk)): path.read_bytes() for path in found}


def backup() -> Path:
    run("backup")
    (made,) = [p for p in Path(settings.BACKUP_DIR).iterdir() if OWN_NAME.fullmatch(p.name)]
    return made


def spoil(disk: Path) -> None:
    """Lose what the site holds."""
    Answer.objects.all().delete()
    factories.make_assessment(name="Came later")
    for path in disk.rglob("*"):
        if path.is_file():
            path.unlink()


# -- The round trip ---------------------------------------------------------------------------


def test_a_round_trip_brings_every_row_and_file_back(site, disk: Path, folder: Path) -> None:
    before = rows(), files(disk)
    made = backup()
    assert (made.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    spoil(disk)
    spoiled = rows()
    assert spoiled != before[0]
    said = run("restore", str(made), "--replace")
    assert (rows(), files(disk)) == before
    assert said.startswith("Restored: made ")
    assert "due" not in said
    # What was there before can be had back in the same way.
    (safety,) = folder.glob("jobquality-before-restore-*.tar")
    run("restore", str(safety), "--replace")
    assert rows() == spoiled


def test_new_rows_are_numbered_after_those_restored(site, folder: Path) -> None:
    """A restored table must not hand out a key twice."""
    made = backup()
    run("restore", str(made), "--replace")
    keys = {*Answer.objects.values_list("pk", flat=True)}
    bakery = Answer.objects.latest("pk").assessment
    assert factories.make_answer(bakery, "ranges", 1).pk not in keys


def test_tables_that_the_backup_does_not_know_are_gone(site, folder: Path) -> None:
    """After an upgrade that went wrong: a new table refers to an old one."""
    made = backup()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE later (id bigint, who bigint REFERENCES assessment_assessment (id))"
        )
    try:
        run("restore", str(made), "--replace")
        assert "later" not in rows()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS later")


def test_into_an_empty_database_no_leave_is_needed(site, disk: Path, tmp_path: Path) -> None:
    made, before = backup(), rows()
    call_command("flush", interactive=False, verbosity=0)
    said = run("restore", str(made))
    assert rows() == before
    assert "What was there before" not in said


def test_what_is_there_is_not_replaced_without_being_told(site, folder: Path) -> None:
    made = backup()
    Answer.objects.all().delete()
    before = rows()
    with pytest.raises(CommandError, match=r"^There is something in the database .*--replace"):
        run("restore", str(made))
    assert (rows(), [*folder.iterdir()]) == (before, [made])


def test_migrations_that_are_due_are_named_not_run(site, monkeypatch: pytest.MonkeyPatch) -> None:
    made = backup()
    monkeypatch.setattr("jobquality.schema.due", lambda _: [("assessment", "0099_later")])
    assert "1 migrations are due: run manage.py migrate before" in run(
        "restore", str(made), "--replace"
    )


# -- What is refused, before anything is touched ------------------------------------------------


def refused(path: Path, disk: Path) -> str:
    """Why ``restore --replace`` refuses; nothing at all has changed."""
    before, folder = (rows(), files(disk)), {*path.parent.iterdir()}
    with pytest.raises(CommandError) as error:
        run("restore", str(path), "--replace")
    assert ((rows(), files(disk)), {*path.parent.iterdir()}) == (before, folder)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_damaged_backup_is_refused(site, disk: Path) -> None:
    made = backup()
    data = bytearray(made.read_bytes())
    data[len(data) // 2] ^= 1
    made.write_bytes(data)
    with pytest.raises(CommandError, match=re.escape(DAMAGED)):
        run("backup", "--check", str(made))
    spoil(disk)
    assert refused(made, disk) == DAMAGED


def test_a_backup_of_a_newer_release_is_refused(site, disk: Path) -> None:
    later = MigrationRecorder.Migration.objects.create(app="assessment", name="0099_later")
    made = backup()
    later.delete()
    assert refused(made, disk) == (
        "This backup was made by a newer release (0.1.0): it knows assessment.0099_later, which "
        "this one does not. Install that release, then restore."
    )


def test_a_backup_of_the_other_database_is_refused(site, disk: Path, tmp_path: Path) -> None:
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    (tmp_path / "other").mkdir()
    path = tmp_path / "other" / "backup.tar"
    path.write_bytes(forged(plain(file.DATABASES[other]), vendor=other))
    assert "A backup goes back only where it came from." in refused(path, disk)


def test_a_database_that_is_none_is_refused(site, disk: Path, tmp_path: Path) -> None:
    """Sealed by somebody: the last check is the database's own."""
    vendor = connection.vendor
    (tmp_path / "other").mkdir()
    path = tmp_path / "other" / "backup.tar"
    path.write_bytes(forged(plain(file.DATABASES[vendor], b"nonsense" * 1000), vendor=vendor))
    before = rows(), files(disk)
    with pytest.raises(CommandError, match=r"The database in the backup is dam|pg_restore fail"):
        run("restore", str(path), "--replace")
    assert (rows(), files(disk)) == before


def test_no_room_is_said_first(site, disk: Path, folder: Path, monkeypatch) -> None:
    made = backup()
    usage = shutil.disk_usage(folder)
    full = type(usage)(usage.total, usage.total, 100)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(CommandError, match=r"There is not enough room in .*, and 100.bytes are"):
        run("backup", "--output", str(folder / "second.tar"))
    assert "There is not enough room" in refused(made, disk)


def test_two_at_once_are_refused(site) -> None:
    with beside(lambda: only_run("backup")):
        for command in (["backup"], ["restore", "none.tar"]):
            with pytest.raises(CommandError, match="Another backup or restore is under way"):
                run(*command)


@contextmanager
def beside(hold: Callable[[], AbstractContextManager[Any]]) -> Iterator[Callable[[], None]]:
    """Hold something on a database connection of its own, in another thread; yields its end."""
    holding, done = threading.Event(), threading.Event()

    def work() -> None:
        with hold():
            holding.set()
            done.wait()
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(work)
        try:
            while not holding.wait(0.05) and not other.done():
                pass
            yield done.set
        finally:
            done.set()
            other.result()


# -- Half way ---------------------------------------------------------------------------------


def elsewhere(disk: Path | None = None) -> dict[str, str]:
    """The environment of another process on the same database and copies."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{known['NAME']}"
    else:
        where = quote(str(known["HOST"]), safe="")
        url = f"postgres://{known['USER']}:{known['PASSWORD']}@{where}/{known['NAME']}"
    values = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "jobquality.settings"}
    return clean_environment(**values, COPIES_DIR=str(disk or ROOT / "data" / "copies"))


KILLED = """
import os, signal, sys
import django; django.setup()
from django.core.management import call_command
import jobquality.backups.database as database, toolkit.copies as copies
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
def half(path, into):
    into.write(b"CREATE TABLE half (id bigint);\\n"); into.flush(); die()
point = sys.argv[2]
if point == "files": copies.keep = die
elif database.connection.vendor == "sqlite": database.os.replace = die
else: database._feed = half
call_command("restore", sys.argv[1], "--replace")
"""


@pytest.mark.parametrize("point", ["files", "database"])
def test_killed_half_way_the_old_state_stands(site, disk: Path, point: str) -> None:
    made = backup()
    Answer.objects.filter(question="rest").delete()
    before = rows(), files(disk)
    connections.close_all()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(made), point], cwd=ROOT, env=elsewhere(disk), check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert (rows(), files(disk)) == before
    # And nothing of it stands in the way of the next.
    run("restore", str(made), "--replace")
    assert Answer.objects.filter(question="rest").count() == 1


def test_an_error_half_way_leaves_the_old_state(site, disk: Path, monkeypatch) -> None:
    made = backup()
    spoil(disk)
    before = rows()
    monkeypatch.setattr("toolkit.copies.check", lambda *_: "damaged")
    with pytest.raises(CommandError, match="could not be stored"):
        run("restore", str(made), "--replace")
    assert rows() == before


@contextmanager
def reading() -> Iterator[None]:
    """A request in the midst of its work."""
    with transaction.atomic():
        assert Answer.objects.count() == 2
        yield


@contextmanager
def idle() -> Iterator[None]:
    """A connection that was used and is kept for the next request."""
    assert Answer.objects.count() == 2
    yield


@pytest.mark.parametrize("site_is", [reading, idle])
def test_a_running_site_is_noticed_before_anything_is_done(
    site, disk: Path, monkeypatch, site_is: Any
) -> None:
    made = backup()
    monkeypatch.setattr(database, "PATIENCE", 0.2)
    with beside(site_is):
        assert refused(made, disk).startswith("The database is in use. Stop the site")


@pytest.mark.parametrize("site_is", [reading, idle])
def test_a_site_started_meanwhile_is_noticed(site, monkeypatch, site_is: Any) -> None:
    made = backup()
    monkeypatch.setattr(database, "require_not_in_use", lambda: None)
    faster = database.EMPTY_FIRST.replace("'10s'", "'100ms'")
    monkeypatch.setattr(database, "EMPTY_FIRST", faster)
    with beside(site_is):
        before = rows()
        with pytest.raises(CommandError, match=r"^The database is in use\. Stop the site"):
            run("restore", str(made), "--replace")
        assert rows() == before


def test_connections_that_are_just_being_closed_are_waited_for(site) -> None:
    """The site was stopped a moment ago."""
    made = backup()
    with beside(idle) as close:
        threading.Timer(0.5, close).start()
        assert run("restore", str(made), "--replace").startswith("Restored: made ")


# -- Files that come and go meanwhile -----------------------------------------------------------


def test_a_copy_removed_meanwhile_is_not_named_by_the_database(site, monkeypatch) -> None:
    """The database is taken again: the first time it named a file that has gone since."""
    taken, take = [], database.take

    def take_and_remove(path: Path) -> Any:
        taken.append(take(path))
        if len(taken) == 1:
            copies.remove(ResourceCopy.objects.get())
        return taken[-1]

    monkeypatch.setattr(database, "take", take_and_remove)
    manifest = file.check(backup())
    assert [len(snapshot.files) for snapshot in taken] == [1, 0]
    assert manifest.copies == []


def test_a_copy_added_meanwhile_is_only_there_for_nothing(site, monkeypatch) -> None:
    take = database.take

    def take_and_add(path: Path) -> Any:
        snapshot = take(path)
        kept(site.resource, HTML)
        return snapshot

    monkeypatch.setattr(database, "take", take_and_add)
    manifest = file.check(backup())
    assert {member.sha256 for member in manifest.copies} == {sha(PDF), sha(HTML)}


def test_a_copy_that_the_site_has_lost_is_told(site, disk: Path, capsys) -> None:
    storages["copies"].delete(copies.stored_name(site.sha256))
    manifest = file.check(backup())
    assert manifest.copies == []
    assert "1 missing, 0 damaged. Run verify_copies" in capsys.readouterr().err


def test_a_copy_that_was_damaged_is_kept_and_not_put_back(site, disk: Path, capsys) -> None:
    (path,) = [path for path in disk.rglob("*") if path.is_file()]
    path.write_bytes(b"rotten")
    made = backup()
    assert "0 missing, 1 damaged" in capsys.readouterr().err
    path.write_bytes(PDF)
    said = run("restore", str(made), "--replace")
    assert "1 captured copies were damaged before the backup was made" in said
    assert path.read_bytes() == PDF


# -- The command ------------------------------------------------------------------------------


def test_older_ones_of_its_own_naming_go(site, folder: Path) -> None:
    folder.mkdir()
    older = [f"jobquality-2026110{day}-041700-000000.tar" for day in range(1, 5)]
    others = ["notes.txt", "jobquality-1.tar"]
    for name in [*older, *others]:
        (folder / name).touch()
    said = run("backup", "--keep", "2")
    left = {path.name for path in folder.iterdir()}
    (new,) = left - {*older, *others}
    assert (left, new > older[-1]) == ({*others, older[-1], new}, True)
    assert said.count("Deleted ") == 3


def test_what_a_restore_replaced_goes_when_backups_are_gone(site, folder: Path, settings) -> None:
    """Whatever the number of backups: the privacy page says so."""
    folder.mkdir()
    settings.BACKUP_DAYS = 30
    now = timezone.now()
    named = {days: making.SAFETY_NAME.format(at=now - days * DAY) for days in (0, 29, 31, 400)}
    mine = "jobquality-before-restore-1.tar"
    for name in [*named.values(), mine]:
        (folder / name).touch()
    said = run("backup", "--keep", "1")
    left = {path.name for path in folder.glob("jobquality-before-*")}
    assert left == {named[0], named[29], mine}
    assert said.count("Deleted ") == 2


def test_none_is_deleted_when_none_is_made(site, folder: Path, monkeypatch) -> None:
    first = backup()

    def fail(path: Path) -> None:
        raise database.DatabaseCopyError("The disk failed.")

    monkeypatch.setattr(database, "take", fail)
    with pytest.raises(CommandError, match=r"^The disk failed\.$"):
        run("backup", "--keep", "1")
    assert [*folder.iterdir()] == [first]


def test_what_a_killed_backup_left_is_cleared(site, folder: Path) -> None:
    (folder / ".jobquality-abc").mkdir(parents=True)
    (folder / ".jobquality-abc" / "database.sqlite3").touch()
    (folder / ".jobquality-def.part").touch()
    made = backup()
    assert [*folder.iterdir()] == [made]


def test_an_existing_file_is_not_written_over(site, tmp_path: Path) -> None:
    path = tmp_path / "mine.tar"
    path.write_text("mine")
    with pytest.raises(CommandError, match="exists already, and no backup is written over"):
        run("backup", "--output", str(path))
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    "arguments",
    [["--keep", "0"], ["--keep", "-1"], ["--keep", "1", "--output", "x.tar"]],
)
def test_keeping_nothing_is_refused(site, folder: Path, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="--keep takes a number from 1 and a folder"):
        run("backup", *arguments)
    assert not folder.exists()


def test_it_goes_through_a_pipe(site, disk: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "manage.py", "backup", "--output", "-"]
    done = subprocess.run(command, cwd=ROOT, env=elsewhere(disk), capture_output=True, check=True)
    path = tmp_path / "piped.tar"
    path.write_bytes(done.stdout)
    manifest = file.check(path)
    assert (manifest.vendor, len(manifest.copies), done.stderr) == (connection.vendor, 1, b"")
    assert run("backup", "--check", str(path)).startswith(f"{path} is sound: made ")


def test_no_password_stands_on_a_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"NAME": "jobs", "USER": "site", "PASSWORD": "hush", "HOST": "db", "OPTIONS": {}}
    server = SimpleNamespace(client=DatabaseClient(connection), settings_dict=known)
    monkeypatch.setattr(database, "connection", server)
    assert database._target() == ["-U", "site", "-h", "db", "jobs"]
    assert database._environment()["PGPASSWORD"] == "hush"
