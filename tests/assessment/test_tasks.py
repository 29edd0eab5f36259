"""Tasks: what is left of killed workers, what is kept of an error, and what is not kept at all."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessment import tasks
from assessment.documents import pdf, printed_plan
from assessment.models import DocumentOrder
from tests.queue import QUEUED, work

HOST = tasks.worker_id().split(":")[0]


@pytest.fixture(autouse=True)
def queued(settings, monkeypatch) -> None:
    settings.TASKS = QUEUED
    monkeypatch.setattr(printed_plan, "render", lambda _: pdf.RenderedPdf(b"%PDF", 12))


@pytest.fixture
def row(maria) -> DBTaskResult[Any, Any]:
    """A task that waits."""
    maria.send("make_document")
    return DBTaskResult.objects.get()


@pytest.fixture(scope="module")
def dead() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def begun(row: DBTaskResult[Any, Any], *workers: str, ago: float = 1) -> str:
    """Let these workers have begun the task, one after the other; what becomes of it then."""
    started = timezone.now() - timedelta(seconds=ago)
    DBTaskResult.objects.update(status="RUNNING", worker_ids=[*workers], started_at=started)
    tasks.take_up_again()
    row.refresh_from_db()
    return str(row.status)


def test_what_a_killed_worker_left_is_queued_again(row, dead):
    assert begun(row, f"{HOST}:{dead}:x") == "READY"
    work()
    assert DocumentOrder.objects.get().document is not None


def test_a_worker_that_got_the_number_of_the_killed_one_takes_it_up(row):
    assert begun(row, f"{HOST}:{os.getpid()}:another") == "READY"


def test_a_worker_that_lives_keeps_its_task(row):
    assert begun(row, f"{HOST}:{os.getppid()}:x") == "RUNNING"


@pytest.mark.parametrize(("ago", "status"), [(60, "RUNNING"), (301, "READY")])
@pytest.mark.parametrize("worker", ["elsewhere:1:x", "no-form-of-ours"])
def test_a_worker_elsewhere_is_given_five_minutes(row, worker, ago, status):
    assert begun(row, worker, ago=ago) == status


def test_what_takes_down_three_workers_is_given_up(row, dead, maria):
    lost = f"{HOST}:{dead}:x"
    assert begun(row, lost, lost) == "READY"
    assert begun(row, lost, lost, lost) == "FAILED"
    assert row.exception_class_path == "assessment.tasks.WorkerLost"


def test_of_an_error_no_word_is_kept(row, monkeypatch, caplog):
    typed = "Maria’s " + "payroll"

    def quoting(_: object) -> None:
        raise ValueError(typed)

    monkeypatch.setattr(printed_plan, "render", quoting)
    work()
    row.refresh_from_db()
    assert row.status == "FAILED"
    assert typed not in row.traceback + caplog.text
    assert "ValueError in" in row.traceback
    assert "in quoting" in row.traceback
    assert "NotDone: ValueError in" in caplog.text


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_a_task_that_is_broken_off_has_failed(row, monkeypatch, error):
    def broken_off(_: object) -> None:
        raise error

    monkeypatch.setattr(printed_plan, "render", broken_off)
    work()
    row.refresh_from_db()
    assert row.status == "FAILED"


def test_the_oldest_wait_is_told(row):
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(seconds=45))
    assert timedelta(seconds=45) <= tasks.oldest_wait() < timedelta(seconds=75)
    assert tasks.is_still()
    work()
    assert tasks.oldest_wait() == timedelta(0)
    assert not tasks.is_still()


def test_orders_and_tasks_are_removed_after_a_day(row, maria):
    work()
    tasks.tidy()
    assert DBTaskResult.objects.count() == DocumentOrder.objects.count() == 1
    yesterday = timezone.now() - timedelta(hours=25)
    DocumentOrder.objects.update(ordered_at=yesterday)
    tasks.tidy()
    assert DBTaskResult.objects.count() == DocumentOrder.objects.count() == 0


def test_a_row_without_an_order_is_removed_after_a_day(row):
    work()
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    tasks.tidy()
    assert not DBTaskResult.objects.exists()
    assert DocumentOrder.objects.exists()
