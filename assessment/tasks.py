"""What is done outside the request: making documents, and what else would keep others waiting.

``TASKS=worker``: in the order asked, by `manage.py work`, from the queue of django-tasks-db.
``TASKS=immediate``: at once, in the request.

A task is given ids and never words, for its row is kept outside the assessment; nor may what went
wrong put words there. Ask for one by its ``enqueue``, at the end of a transaction or after it. It
may run twice, where a worker was killed in its midst.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import wraps
from traceback import format_tb
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db.models import Case, Min, Q, When
from django.tasks import default_task_backend, task
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.models import DBTaskResult

from assessment.models import DocumentOrder

# How long orders and what is left of tasks are kept.
KEPT = timedelta(days=1)
# Nothing begun for so long while something waits: no worker is there.
STILL = timedelta(seconds=30)
# In seconds. The fullest plan takes some 20 on one core; what takes longer than this is broken off.
MOST_SECONDS = 90
# What cannot be broken off takes its worker down with it.
MOST_SECONDS_OF_WORKER = 150
# No task takes so long: whoever began it on another machine is gone.
LEASE = timedelta(minutes=5)
# How many workers a task may take down before it is given up.
MOST_TRIES = 3
# What takes a worker long waits for what does not, so that it holds up hardly anybody.
LONG_WORK = -10
STDERR = 2


class NotDone(Exception):
    """A task could not be done; says what kind of error it was and where, in no words of anyone."""


class WorkerLost(NotDone):
    """Every worker that began the task was killed in its midst."""


class TookTooLong(NotDone):
    """The task was broken off after MOST_SECONDS."""


class _TimeIsUp(BaseException):
    """Breaks a task off; no Exception, so that no library takes it for one of its own."""


def wordless[**P](work: Callable[P, None]) -> Callable[P, None]:
    """Keep what employers typed, which an error may quote, out of the queue and the logs."""

    @wraps(work)
    def kept(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with _limited_time():
                work(*args, **kwargs)
        except _TimeIsUp as error:
            raise TookTooLong(_where(error)) from None
        # WeasyPrint has an error of its own that is no Exception.
        except BaseException as error:
            raise NotDone(f"{type(error).__name__} in\n{_where(error)}") from None

    return kept


def _where(error: BaseException) -> str:
    return "".join(format_tb(error.__traceback__))


@contextmanager
def _limited_time() -> Iterator[None]:
    """Break off what a worker does within; where even that does nothing, end the worker.

    Only the main thread can be broken off. A worker has no other, and web processes, which do
    tasks themselves without a worker, answer in others.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _break_off)
    # Python's own watchdog: it waits for no Python code to come back from a library.
    faulthandler.dump_traceback_later(MOST_SECONDS_OF_WORKER, exit=True, file=STDERR)
    # Again each second, should something have caught it.
    signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def _break_off(*_: Any) -> None:
    raise _TimeIsUp


@task
@wordless
def print_document(order: int) -> None:
    """Make the document of an order, of the plan as it stands now. Of a deleted one: nothing."""
    # Not above: whoever only asks for a task needs none of it.
    from assessment.documents import ordering

    ordering.make(order)


@task(priority=10)  # somebody waits, and it is less work than a document's
@wordless
def send_links(owner_emails: list[int]) -> None:
    """Mail links to the assessments of these rows, all of one address; of none: nothing."""
    from assessment import mailing  # which asks for this

    mailing.send_links(owner_emails)


# -- the queue -------------------------------------------------------------------------------


def has_worker() -> bool:
    """Whether tasks wait for a worker, and are not done at once."""
    return default_task_backend.supports_get_result


def status_of(key: UUID) -> str:
    """How far a task has come: READY, RUNNING, SUCCESSFUL, FAILED, or "" where nothing is known.

    Or, more closely, HANGING where it was begun too long ago for anything to come of it, and
    TOO_LONG where it failed for that. One query.
    """
    found = DBTaskResult.objects.filter(pk=key).first()
    if found is None:
        return ""
    if found.status == "RUNNING" and found.started_at:
        limit = timedelta(seconds=MOST_SECONDS_OF_WORKER)
        return "HANGING" if timezone.now() - found.started_at > limit else "RUNNING"
    if found.exception_class_path == f"{TookTooLong.__module__}.{TookTooLong.__qualname__}":
        return "TOO_LONG"
    return str(found.status)


def under_way(keys: Iterable[UUID]) -> set[UUID]:
    """Those of these tasks that wait or are being done. One query."""
    rows = DBTaskResult.objects.filter(pk__in=[*keys], status__in=["READY", "RUNNING"])
    return set(rows.values_list("pk", flat=True))


def waiting(*, priority: int | None = None) -> int:
    """How many tasks wait for a worker; with ``priority``: how many would come before a new one."""
    ready = DBTaskResult.objects.ready()
    return (ready if priority is None else ready.filter(priority__gte=priority)).count()


def ahead_of(key: UUID) -> int:
    """How many tasks wait that come before this one."""
    mine = DBTaskResult.objects.filter(pk=key)
    more_urgent = Q(priority__gt=mine.values("priority"))
    earlier = Q(priority=mine.values("priority")[:1], enqueued_at__lt=mine.values("enqueued_at"))
    return DBTaskResult.objects.ready().filter(more_urgent | earlier).count()


def oldest_wait() -> timedelta:
    """How long the oldest task has waited for a worker; zero where none waits. One query.

    One that was put off counts from when it was due.
    """
    due = Case(When(run_after__lte=timezone.now(), then="run_after"), default="enqueued_at")
    oldest: datetime | None = DBTaskResult.objects.ready().aggregate(at=Min(due))["at"]
    return timezone.now() - oldest if oldest else timedelta(0)


def is_still() -> bool:
    """Whether tasks wait and no worker has begun one for half a minute. Two queries."""
    begun = DBTaskResult.objects.filter(started_at__gt=timezone.now() - STILL)
    return oldest_wait() > STILL and not begun.exists()


# -- workers ---------------------------------------------------------------------------------


def worker_id() -> str:
    """A name for this process as a worker: machine, process, and which one of that number."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{get_random_string(8)}"


def take_up_again() -> None:
    """Queue what a worker began and did not live to end; called by a worker that has begun nothing.

    What takes down one worker after the other is given up.
    """
    for row in DBTaskResult.objects.running():
        if not _is_lost(row):
            continue
        if len(row.worker_ids) >= MOST_TRIES:
            row.set_failed(WorkerLost(f"{len(row.worker_ids)} workers were killed"))
            continue
        # Unless another worker was quicker.
        still = DBTaskResult.objects.running().filter(pk=row.pk, started_at=row.started_at)
        still.update(status="READY", started_at=None)


def _is_lost(row: DBTaskResult[Any, Any]) -> bool:
    """Whether the worker that began the task is no more."""
    if row.started_at is None or timezone.now() - row.started_at > LEASE:
        return True
    host, _, rest = row.worker_ids[-1].partition(":")
    number = rest.partition(":")[0]
    if host != socket.gethostname()[:30] or not number.isdecimal():
        return False
    # Its number may be this process's own by now, as ever again in a container.
    return int(number) == os.getpid() or not _is_alive(int(number))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def tidy() -> None:
    """Remove orders and what is left of tasks, both after a day."""
    DocumentOrder.objects.filter(ordered_at__lt=timezone.now() - KEPT).delete()
    call_command("prune_db_task_results", queue_name="*", min_age_days=KEPT.days, verbosity=0)
