"""Probes: quick, without a word too many, however they call us."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from jobquality import health
from tests import factories
from toolkit.models import Edition

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "readiness", health.Readiness())


def ready(client: Client) -> tuple[int, str, set[str]]:
    """Status, word, and the checks that failed."""
    response = client.get("/health/ready")
    said = response.json()
    failed = {name for name, word in said["checks"].items() if word != "ok"}
    assert set(said["checks"].values()) <= {"ok", "failed"}
    return response.status_code, said["status"], failed


def test_a_living_process_asks_nobody(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        response = client.get("/health/live")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert (response["Cache-Control"], response.cookies) == ("no-store", {})


@pytest.mark.db
def test_a_site_with_an_edition_is_ready(client: Client) -> None:
    factories.publish_bakery_edition()
    assert ready(client) == (200, "ok", set())
    response = client.get("/health/ready")
    assert (response["Cache-Control"], response.cookies) == ("no-store", {})
    assert '"status": "ok"' in response.text  # what docs/production.md says to watch for
    assert [*response.json()["checks"]] == ["database", "migrations", "edition", "copies", "queue"]


def test_without_an_edition_it_is_not(client: Client) -> None:
    assert ready(client) == (503, "failed", {"edition"})


def test_with_a_migration_due_it_is_not(client: Client) -> None:
    factories.publish_bakery_edition()
    MigrationRecorder.Migration.objects.filter(app="toolkit", name="0001_initial").delete()
    assert ready(client) == (503, "failed", {"migrations"})


def test_without_its_database_it_is_not_and_says_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = []

    def away() -> Any:
        asked.append(1)
        raise OperationalError("connection to server at 10.9.8.7, user site, failed")

    monkeypatch.setattr(connection, "cursor", away)
    response = client.get("/health/ready")
    assert (response.status_code, len(asked)) == (503, 1)
    assert response.json() == {
        "status": "failed",
        "checks": {
            "database": "failed",
            "migrations": "failed",
            "edition": "failed",
            "copies": "ok",
            "queue": "failed",
        },
    }
    assert "Health: database fails" in caplog.messages


def test_without_a_place_for_copies_it_is_not(client: Client, settings, tmp_path: Path) -> None:
    factories.publish_bakery_edition()
    (tmp_path / "file").touch()
    options = {"location": tmp_path / "file" / "copies"}
    backend = {"BACKEND": "toolkit.copy_storage.WholeFileStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "copies": backend}
    assert ready(client) == (503, "failed", {"copies"})


def test_a_place_for_copies_is_made_with_the_first(client: Client, settings, tmp_path) -> None:
    factories.publish_bakery_edition()
    options = {"location": tmp_path / "copies"}
    backend = {"BACKEND": "toolkit.copy_storage.WholeFileStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "copies": backend}
    assert ready(client) == (200, "ok", set())


MINUTES = timedelta(minutes=1)
# What django-tasks-db writes for “as soon as may be”.
FAR = datetime(9999, 1, 1, tzinfo=UTC)


@pytest.mark.db
@pytest.mark.parametrize(
    ("status", "waited", "put_off", "is_stuck"),
    [
        ("READY", 9 * MINUTES, None, False),
        ("READY", 11 * MINUTES, None, True),
        ("READY", 60 * MINUTES, 59 * MINUTES, False),
        ("READY", 60 * MINUTES, 61 * MINUTES, False),
        ("READY", 60 * MINUTES, 20 * MINUTES, True),
        ("RUNNING", 60 * MINUTES, None, False),
        ("FAILED", 60 * MINUTES, None, False),
    ],
)
def test_a_stuck_queue_slows_the_site_and_does_not_stop_it(
    client: Client,
    status: str,
    waited: timedelta,
    put_off: timedelta | None,
    is_stuck: bool,
) -> None:
    """A web server is not taken away because the worker stands still."""
    factories.publish_bakery_edition()
    began = timezone.now() - waited
    values = {"args_kwargs": {}, "task_path": "a.b", "backend_name": "default", "status": status}
    task = DBTaskResult.objects.create(**values, run_after=began + put_off if put_off else FAR)
    DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=began)
    expected = (200, "degraded", {"queue"}) if is_stuck else (200, "ok", set())
    assert ready(client) == expected


def test_many_probes_cost_as_much_as_one(client: Client, django_assert_num_queries) -> None:
    client.get("/health/ready")
    with django_assert_num_queries(0):
        assert ready(client) == (503, "failed", {"edition"})


def test_a_result_stands_for_seconds_only(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = [100.0]
    monkeypatch.setattr("jobquality.health.time.monotonic", lambda: now[0])
    assert ready(client)[0] == 503
    factories.publish_bakery_edition()
    now[0] += health.FRESH - 0.1
    assert ready(client)[0] == 503
    now[0] += 0.2
    with caplog.at_level("INFO"):
        assert ready(client)[0] == 200
    assert "Health: edition holds again" in caplog.messages
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("address", [health.LIVE, health.READY])
def test_a_probe_needs_neither_https_nor_our_name(client: Client, settings, address: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    factories.publish_bakery_edition()
    assert client.get("/").status_code == 301
    response = client.get(address, headers={"host": "10.0.0.7:8000"})
    assert response.status_code == 200
    assert client.head(address).status_code == 200
    assert client.get(address + "/").status_code == 200


def test_only_a_look_is_answered(client: Client) -> None:
    assert client.post(health.READY).status_code == 404
    assert client.get("/health/other").status_code == 404
