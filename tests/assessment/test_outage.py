"""The database away, or its disk full: said in plain words, never a bare error."""

import errno
import sqlite3
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection

from assessment import workflow
from assessment.models import Answer
from assessment.outage import AWAY, FULL, outage_of
from assessment.views import component
from tests import factories
from tests.pages import heading, html, words

pytestmark = pytest.mark.django_db
GONE = psycopg.errors.AdminShutdown("terminating connection")


def raised(error: Exception, by: type[Exception] = OperationalError) -> Exception:
    """The error as Django raises it."""
    try:
        raise by("in words") from error
    except by as wrapped:
        return wrapped


def sqlite_error(statement: str) -> Exception:
    """What SQLite raises for a statement on a table of one page that may not grow."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE t (x)")
        database.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.Error) as found:
            database.execute(statement)
    return found.value


@pytest.mark.parametrize(
    "error",
    [
        GONE,
        psycopg.errors.CannotConnectNow("the database system is starting up"),
        psycopg.errors.TooManyConnections("sorry"),
        psycopg.errors.DeadlockDetected("deadlock"),
        psycopg.errors.ReadOnlySqlTransaction("a standby"),
        psycopg.OperationalError("server closed the connection unexpectedly"),
    ],
)
def test_a_database_that_is_away_will_be_back(error) -> None:
    assert outage_of(raised(error)) is AWAY


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_known_by_its_number(number) -> None:
    assert outage_of(OSError(number, "in any language")) is FULL


def test_a_full_database_is_known_on_both() -> None:
    assert outage_of(raised(psycopg.errors.DiskFull("no space"))) is FULL
    assert outage_of(raised(sqlite_error("INSERT INTO t VALUES (zeroblob(9000))"))) is FULL


@pytest.mark.parametrize(
    "error",
    [
        None,
        KeyError("wage"),
        OSError(errno.ENOENT, "no such file"),
        psycopg.errors.UndefinedTable("relation does not exist"),
        psycopg.errors.UniqueViolation("twice"),
        psycopg.ProgrammingError("the cursor is closed"),
    ],
)
def test_a_mistake_of_ours_stays_one(error) -> None:
    assert outage_of(error) is None


def test_a_missing_table_is_a_mistake_of_ours() -> None:
    assert outage_of(raised(sqlite_error("SELECT * FROM missing"))) is None


# -- as a reader and a script are told -----------------------------------------------------------


@pytest.fixture
def fails(maria, monkeypatch):
    """Let the saving of an answer, and the page of questions, fail with an error."""
    maria.raise_request_exception = False

    def failing(error: Exception) -> None:
        def broken(*args: Any, **options: Any) -> None:
            raise error

        monkeypatch.setattr(workflow, "save_answer", broken)
        monkeypatch.setattr(component, "outline", broken)

    return failing


def test_a_reader_is_told_in_plain_words_and_when_to_come_back(maria, fails) -> None:
    fails(raised(GONE))
    response = maria.see("component", "pay")
    assert (response.status_code, heading(response)) == (503, "The site is temporarily unavailable")
    assert "Answers marked as saved are safe." in words(response)
    assert "terminating" not in html(response)
    assert response["Retry-After"] == "10"
    assert response["Cache-Control"] == "no-store, private"


def test_a_script_is_told_in_json(maria, fails) -> None:
    fails(raised(GONE))
    data = {"edition": "1", "wage-meaning": "1", "wage-revision": "0", "wage-choice": "4"}
    url = maria.address("save_answer", "wage")
    response = maria.post(url, data, headers={"accept": "application/json"})
    assert (response.status_code, response.json()) == (503, {"problem": "unavailable"})
    assert response["Retry-After"] == "10"


def test_a_session_that_cannot_be_written_is_an_outage_too(maria, monkeypatch) -> None:
    """It fails outside of every view."""

    def broken(*args: Any, **options: Any) -> None:
        raise raised(GONE)

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.save", broken)
    maria.raise_request_exception = False
    assert maria.send("leave").status_code == 503


def test_an_error_of_the_database_itself_is_still_ours(maria, fails) -> None:
    fails(DatabaseError("malformed"))
    assert maria.see("component", "pay").status_code == 500


# -- a database that may not grow ----------------------------------------------------------------


@pytest.fixture
def full_database(bakery, maria):
    """Give SQLite not a page more than it has. PostgreSQL is filled by `make soak`."""
    maria.raise_request_exception = False
    factories.make_answer(bakery, "wage", 2, note="Kept.")
    with connection.cursor() as cursor:
        # What was freed before could be used again.
        cursor.execute("PRAGMA freelist_count")
        (free,) = cursor.fetchone()
        cursor.execute("CREATE TABLE filling (x)")
        cursor.execute(f"INSERT INTO filling VALUES (zeroblob({(free + 1) * 4096}))")
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")


def saving(maria, slug: str, revision: int = 0):
    data = {"edition": "1", f"{slug}-meaning": "1", f"{slug}-revision": revision}
    data |= {f"{slug}-choice": "4", f"{slug}-note": "n" * 2000}
    url = maria.address("save_answer", slug)
    return maria.post(url, data, headers={"accept": "application/json"})


def test_a_full_database_keeps_what_it_has_and_goes_on_once_there_is_room(
    bakery, maria, full_database
) -> None:
    before = list(Answer.objects.order_by("pk").values())
    responses = [saving(maria, slug) for slug in ("ranges", "tips", "notice", "rest")]
    refused = [r for r in responses if r.status_code != 200]
    assert {(r.status_code, r.json()["problem"]) for r in refused} == {(507, "full")}
    assert list(Answer.objects.order_by("pk").values())[:1] == before
    assert Answer.objects.count() == 1 + len(responses) - len(refused)
    assert maria.see("component", "pay").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchall() == [("ok",)]
        cursor.execute("PRAGMA max_page_count = 1073741823")
    assert {saving(maria, slug).status_code for slug in ("ranges", "tips", "rest")} == {200}
