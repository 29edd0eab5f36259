"""Keeps the worker of `make run` going: started again when it ends, ended with the site.

Between gunicorn and the worker, so that whichever of the three is killed leaves none behind.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from scripts.set_up import PYTHON
from scripts.terminal import ROOT, say

COMMAND = (str(PYTHON), "manage.py", "work", "--leave-with-parent", "--verbosity", "0")
# Seconds between two looks whether the site is still there.
LOOK = 0.5
# One that ends sooner than that is not started again at once.
SHORT = 5.0


def start() -> subprocess.Popen[bytes]:
    """Start a keeper that ends with this process."""
    # In a group of its own: Ctrl-C would reach the worker beside the site's own word to end, and a
    # second word breaks off what it is doing.
    return subprocess.Popen([str(PYTHON), "-m", "scripts.worker"], cwd=ROOT, process_group=0)


def keep(command: Sequence[str], *, short: float = SHORT) -> None:
    """Run ``command`` again and again until the process that started this one has ended."""
    site = os.getppid()
    while os.getppid() == site:
        begun = time.monotonic()
        with subprocess.Popen(command, cwd=ROOT) as worker:
            try:
                code = _watch(worker, site)
            except BaseException:
                worker.terminate()
                raise
        if code is None:
            return
        say(f"The worker ended (exit code {code}); it is started again.")
        while os.getppid() == site and time.monotonic() < begun + short:
            time.sleep(min(LOOK, short))


def _watch(worker: subprocess.Popen[bytes], site: int) -> int | None:
    """Wait for the worker to end; None where the site ended first, and the worker after it."""
    while os.getppid() == site:
        try:
            return worker.wait(LOOK)
        except subprocess.TimeoutExpired:
            continue
    worker.terminate()
    return None


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    keep(COMMAND)
