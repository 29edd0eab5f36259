"""gunicorn's configuration for `make run`: small, local, and the last to speak."""

import os
import subprocess
from typing import Any

from scripts import worker
from scripts.terminal import say

HOST = os.environ.get("HOST", "") or "127.0.0.1"
PORT = os.environ.get("PORT", "") or "8000"
# An IPv6 address stands in brackets wherever a port follows it.
ADDRESS = f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"

bind = ADDRESS
wsgi_app = "jobquality.wsgi"
workers = 2
# Browsers open connections ahead of need; without threads one of those would hold a worker.
threads = 4
# Load the site before the first line below is printed, so that the address is true when shown.
preload_app = True
loglevel = "warning"
control_socket_disable = True

_keepers: list[subprocess.Popen[bytes]] = []


def when_ready(_server: Any) -> None:
    """Say where the site is, once it answers there; start the worker beside it."""
    if os.environ.get("TASKS") == "worker":
        _keepers.append(worker.start())
    say(f"\nThe site is at http://{ADDRESS} (Ctrl-C stops it)")


def on_exit(_server: Any) -> None:
    """End the worker with the site, when it has finished what it has begun."""
    for keeper in _keepers:
        keeper.terminate()
        keeper.wait()
