"""Tasks: what is left of killed workers, what is kept of an error, and what is not kept at all."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessment import tasks
from assessment.documents import pdf, press, printed_plan
from assessment.models import DocumentOrder
from scripts.terminal import ROOT
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


# -- the time a task may take ------------------------------------------------------------------


def for_ever(_: object) -> pdf.RenderedPdf:
    while True:
        time.sleep(0.01)


def stubborn(_: object) -> pdf.RenderedPdf:
    """As a library that takes the first word to end for an error of its own."""
    try:
        for_ever(_)
    except BaseException:
        for_ever(_)
    raise AssertionError


def printing(_: object) -> pdf.RenderedPdf:
    """Within WeasyPrint and the libraries in C below it for a minute and more."""
    return press.pressed("<p>" + "Say it again. <br>" * 40_000, "")


# Where the alarm finds Python at tidying up, Python swallows it and says so; it comes again.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("render", [for_ever, stubborn, printing])
def test_what_takes_too_long_is_broken_off(row, monkeypatch, render, caplog):
    monkeypatch.setattr(tasks, "MOST_SECONDS", 0.5)
    monkeypatch.setattr(printed_plan, "render", render)
    handler, begun = signal.getsignal(signal.SIGALRM), time.monotonic()
    work()
    assert 0.5 < time.monotonic() - begun < 15
    row.refresh_from_db()
    assert (row.status, row.exception_class_path) == ("FAILED", "assessment.tasks.TookTooLong")
    assert tasks.status_of(row.pk) == "TOO_LONG"
    assert f"in {render.__name__}" in row.traceback
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) == handler


def test_a_worker_that_cannot_be_broken_off_is_ended():
    program = """
import os, signal, time, django
django.setup()
from assessment import tasks
tasks.MOST_SECONDS, tasks.MOST_SECONDS_OF_WORKER = 0.1, 0.5
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
tasks.wordless(time.sleep)(60)
"""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "jobquality.settings"}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert ended.returncode == 1
    assert "Timeout (0:00:00.500000)!" in ended.stderr


def test_a_web_process_does_a_task_in_any_thread(monkeypatch):
    monkeypatch.setattr(faulthandler, "dump_traceback_later", lambda *_, **__: 1 / 0)
    done: list[int] = []
    thread = threading.Thread(target=tasks.wordless(done.append), args=[1])
    thread.start()
    thread.join()
    assert done == [1]


def test_a_worker_that_hangs_is_known_by_its_task(row):
    for ago, status in ((tasks.MOST_SECONDS_OF_WORKER + 1, "HANGING"), (30, "RUNNING")):
        started = timezone.now() - timedelta(seconds=ago)
        DBTaskResult.objects.update(status="RUNNING", started_at=started)
        assert tasks.status_of(row.pk) == status
    assert timedelta(seconds=tasks.MOST_SECONDS_OF_WORKER) <= tasks.LEASE / 2


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
