"""The keeper of the worker: starts it again, and whichever process is killed leaves none behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.terminal import ROOT
from tests.queue import until

# A worker that notes its number and does nothing; a keeper of such; a site that starts it.
WORKER = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(600)"
KEEPER = (
    "import signal, sys; from scripts import worker;"
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0));"
    "worker.keep([sys.executable, '-c', sys.argv[2], sys.argv[1]], short=0.1)"
)
SITE = (
    "import subprocess, sys, time;"
    "keeper = subprocess.Popen([sys.executable, '-c', *sys.argv[1:]]);"
    "print(keeper.pid, flush=True); time.sleep(600)"
)


class Site:
    """A process that plays gunicorn, with a keeper that keeps a worker."""

    def __init__(self, notes: Path) -> None:
        self.notes = notes
        command = [sys.executable, "-c", SITE, KEEPER, str(notes), WORKER]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.keeper = int(self.process.stdout.readline())

    def workers(self) -> list[int]:
        """The numbers of all workers there have been."""
        return [int(n) for n in self.notes.read_text().split()] if self.notes.exists() else []

    def worker(self, count: int) -> int:
        """The number of the worker, once ``count`` have been started."""
        until(lambda: len(self.workers()) >= count)
        return self.workers()[count - 1]


def is_running(process: int) -> bool:
    """Whether it runs; one that has ended and that nobody asked about does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "workers")
    yield site
    site.process.kill()
    site.process.wait()
    assert site.process.stdout is not None
    site.process.stdout.close()
    for left in filter(is_running, [site.keeper, *site.workers()]):
        os.kill(left, signal.SIGKILL)


def test_a_worker_that_was_killed_is_started_again(site: Site) -> None:
    first = site.worker(1)
    os.kill(first, signal.SIGKILL)
    assert is_running(site.worker(2))


def test_a_site_that_was_killed_leaves_no_worker_behind(site: Site) -> None:
    worker = site.worker(1)
    site.process.kill()
    until(lambda: not is_running(worker) and not is_running(site.keeper))
    assert site.workers() == [worker]


def test_a_keeper_that_is_told_to_end_ends_its_worker(site: Site) -> None:
    worker = site.worker(1)
    os.kill(site.keeper, signal.SIGTERM)
    until(lambda: not is_running(worker) and not is_running(site.keeper))
    assert site.workers() == [worker]
