"""gunicorn's configuration in production: ``gunicorn --config python:jobquality.server``.

``--workers``, ``--bind`` and the rest can be given on top. There is no access log: the site writes
a line for each request itself, without addresses and paths.
"""

import atexit
import os
import shutil
import tempfile
from typing import Any

wsgi_app = "jobquality.wsgi"
# Loaded once and shared by the workers; what is wrong with it ends gunicorn with one reason.
preload_app = True
# To import a great many files takes up to a minute.
timeout = 120
accesslog = None
control_socket_disable = True
# gunicorn's own lines by the rules of the site's: it would log the address of a request it fails.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "jobquality.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}

_FIGURES = "PROMETHEUS_MULTIPROC_DIR"


def _make_folder_for_figures() -> None:
    """Make it before any worker starts, and take it away with gunicorn itself."""
    folder, master = tempfile.mkdtemp(prefix="jobquality-metrics-"), os.getpid()

    def remove() -> None:
        if os.getpid() == master:  # each worker runs this too as it ends
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    os.environ[_FIGURES] = folder


if os.environ.get("METRICS_TOKEN") and not os.environ.get(_FIGURES):
    _make_folder_for_figures()


def child_exit(_server: Any, worker: Any) -> None:
    """Forget what only a living worker has; its counts stay."""
    if os.environ.get(_FIGURES):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
