"""The worker: does what the site leaves to it, one task after the other, until it is ended."""

from __future__ import annotations

import logging
import os
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections
from django.tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker

from assessment import tasks
from assessment.documents import press  # noqa: F401 (loaded before the first document waits)

# Seconds between two looks at an empty queue, and between two tidyings.
INTERVAL = 0.5
TIDY = 3600
# Behind whoever answers requests, who shares the processor.
NICE = 10


class Command(BaseCommand):
    """Work until ended: SIGTERM or Ctrl-C finish the task at hand, a second one breaks it off."""

    help = "Print documents and do what else the site leaves to a worker, until it is ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--once, --leave-with-parent."""
        parser.add_argument("--once", action="store_true", help="End when nothing waits any more.")
        parser.add_argument(
            "--leave-with-parent",
            action="store_true",
            help="End when the process that started this one has ended.",
        )

    def handle(self, **options: Any) -> None:
        """Raises CommandError where there is no queue, or the database cannot be reached."""
        if not tasks.has_worker():
            raise CommandError(
                "Without TASKS=worker the site does everything itself. Set it for both, or start "
                "no worker."
            )
        worker = new_worker()
        if not options["once"]:
            worker.configure_signals()
            # It would tell whoever ends the worker to press Ctrl-C again.
            logging.getLogger("django_tasks_db").setLevel(logging.ERROR)
            os.nice(NICE)
        parent = os.getppid()
        tidy_at = time.monotonic()
        try:
            while worker.running:
                close_old_connections()
                if time.monotonic() >= tidy_at:
                    tasks.tidy()
                    tidy_at += TIDY
                work_off(worker)
                if options["once"] or (options["leave_with_parent"] and os.getppid() != parent):
                    return
                time.sleep(INTERVAL)
        except (InterfaceError, OperationalError) as error:
            raise CommandError(f"The database does not answer: {error}".strip()) from None


def new_worker() -> Worker:
    """The worker of django-tasks-db, told to end when nothing waits."""
    return Worker(
        queue_names=["*"],
        interval=INTERVAL,
        batch=True,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=None,
        worker_id=tasks.worker_id(),
        excluded_queue_names=[],
    )


def work_off(worker: Worker) -> None:
    """Do what waits, and what another worker left behind."""
    tasks.take_up_again()
    # Looking takes no lock; with SQLite the worker's own look is a write.
    if tasks.waiting():
        worker.run()
