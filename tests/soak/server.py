"""The real server in processes of its own, on the tests' database or another, to be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dj_database_url
import httpx2
from django.core.management import call_command
from django.db import connection, connections
from django.db.utils import load_backend

from scripts.configuration import clean_environment
from scripts.terminal import ROOT

PATIENCE = 60.0  # seconds until something that must come counts as missing


class Server:
    """gunicorn as `make run` starts it, with production's settings on plain http.

    ``log``: the file for what it prints. It keeps its port over restarts, as a site does.
    """

    def __init__(self, database_url: str, log: Path, **variables: str) -> None:
        self.port = free_port()
        self.log = log
        self.environment = clean_environment(
            DATABASE_URL=database_url,
            DJANGO_SETTINGS_MODULE="tests.soak.settings",
            SECRET_KEY="soak-" + "k" * 50,
            INSECURE_HTTP="1",
            HOST="127.0.0.1",
            PORT=str(self.port),
            **variables,
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        # Whatever becomes of the tests, no server of theirs stays behind.
        command = ["setpriv", "--pdeathsig", "KILL", "--"]
        command += [sys.executable, "-m", "gunicorn", "-c", "scripts/server.py"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, f"the server's answer; it printed {self.log}")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text(errors="replace")[-2000:]
        try:
            # A page of no database, so that the server is there although the database is not.
            return httpx2.get(f"{self.url}/takeout-1.schema.json", timeout=5).status_code == 200
        except httpx2.HTTPError:
            return False

    def kill(self) -> None:
        """End all of its processes as a power cut would: at once, and asked nothing."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        wait_until(self._is_gone, "the end of the server's processes")
        self._process = None

    def _is_gone(self) -> bool:
        assert self._process is not None
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self.kill()


@contextmanager
def served(database_url: str, log: Path, **variables: str) -> Iterator[Server]:
    """The running server, ended when left."""
    server = Server(database_url, log, **variables)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def tests_database_url() -> str:
    """The DATABASE_URL of the database the tests run on, for another process."""
    values: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return f"postgres://{values['USER']}@{quote(str(values['HOST']), safe='')}/{values['NAME']}"


@contextmanager
def using(database_url: str) -> Iterator[None]:
    """Let this process too stand on another database, new and empty but for its tables."""
    before = connections["default"]
    parsed: dict[str, Any] = {**dj_database_url.parse(database_url)}
    values = connections.configure_settings({"default": parsed})["default"]
    connections["default"] = load_backend(values["ENGINE"]).DatabaseWrapper(values, "default")
    try:
        call_command("migrate", run_syncdb=True, verbosity=0)
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    """Wait for a condition; fails, naming what was waited for, when it does not come true."""
    end = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < end, f"Waited {PATIENCE:.0f} s for {what}."
        time.sleep(0.02)
