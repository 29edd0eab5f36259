"""What is done outside the request: making documents, and what else would keep others waiting.

``TASKS=worker``: in the order asked, by `manage.py work`, from the queue of django-tasks-db.
``TASKS=immediate``: at once, in the request.

A task is given ids and never words, for its row is kept outside the assessment; nor may what went
wrong put words there. Ask for one by its ``enqueue``, at the end of a transaction or after it. It
may run twice, where a worker was killed in its midst.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import wraps
from traceback import format_tb
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db.models import Case, Min, When
from django.tasks import default_task_backend, task
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.models import DBTaskResult

from assessment.models import DocumentOrder

# How long orders and what is left of tasks are kept.
KEPT = timedelta(days=1)
# Nothing begun for so long while something waits: no worker is there.
STILL = timedelta(seconds=30)
# No task takes so long: whoever began it on another machine is gone.
LEASE = timedelta(minutes=5)
# How many workers a task may take down before it is given up.
MOST_TRIES = 3


class NotDone(Exception):
    """A task could not be done; says what kind of error it was and where, in no words of anyone."""


class WorkerLost(NotDone):
    """Every worker that began the task was killed in its midst."""


def wordless[**P](work: Callable[P, None]) -> Callable[P, None]:
    """Keep what employers typed, which an error may quote, out of the queue and the logs."""

    @wraps(work)
    def kept(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            work(*args, **kwargs)
        # WeasyPrint has an error of its own that is no Exception.
        except BaseException as error:
            where = "".join(format_tb(error.__traceback__))
            raise NotDone(f"{type(error).__name__} in\n{where}") from None

    return kept


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
    """How far a task has come: READY, RUNNING, SUCCESSFUL, FAILED, or "" where nothing is known."""
    found = DBTaskResult.objects.filter(pk=key).values_list("status", flat=True).first()
    return str(found or "")


def under_way(keys: Iterable[UUID]) -> set[UUID]:
    """Those of these tasks that wait or are being done. One query."""
    rows = DBTaskResult.objects.filter(pk__in=[*keys], status__in=["READY", "RUNNING"])
    return set(rows.values_list("pk", flat=True))


def waiting() -> int:
    """How many tasks wait for a worker."""
    return DBTaskResult.objects.ready().count()


def ahead_of(key: UUID) -> int:
    """How many tasks were asked for before this one and still wait."""
    mine = DBTaskResult.objects.filter(pk=key).values("enqueued_at")
    return DBTaskResult.objects.ready().filter(enqueued_at__lt=mine).count()


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
