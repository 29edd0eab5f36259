"""The site as with ``TASKS=worker``, and a worker that does what waits when a test says so."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from unittest.mock import patch

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django_tasks_db.management.commands import db_worker

from assessment.management.commands import work as worker
from scripts.terminal import ROOT

QUEUED = {"default": {"BACKEND": settings.TASK_BACKENDS["worker"]}}


def work() -> None:
    """Do everything that waits."""
    # A worker drops connections that are in an odd state, as in the transaction around a test.
    with ExitStack() as stack:
        for module in (worker, db_worker):
            stack.enter_context(patch.object(module, "close_old_connections"))
        call_command("work", once=True)


def start_worker(*options: str) -> subprocess.Popen[bytes]:
    """Start a worker process on the database of the tests; whoever asks ends it."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{database['NAME']}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "work", *options],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "TASKS": "worker"},
    )


def until(found: Callable[[], bool], *, seconds: float = 30) -> None:
    """Ask ``found`` until it says yes. Raises AssertionError when it does not in time."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)
