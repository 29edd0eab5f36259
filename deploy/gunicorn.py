"""gunicorn's configuration in production: behind nginx, which waits for slow visitors."""

import os

# What every server of the site shares.
from jobquality.server import (  # noqa: F401 (gunicorn reads them)
    accesslog,
    child_exit,
    control_socket_disable,
    logconfig_dict,
    preload_app,
    timeout,
)

# This machine only: nobody may reach past nginx, whose word on who asks is believed.
bind = os.environ.get("WEB_BIND") or "127.0.0.1:8000"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(2 * (os.cpu_count() or 1) + 1, 9))
# PostgreSQL takes 100 connections, and each thread keeps one.
threads = 4
graceful_timeout = 30
keepalive = 5
# A worker that grew is replaced, one after the other.
max_requests = 5000
max_requests_jitter = 500
# In memory: a busy disk must not make a worker look dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108 (gunicorn makes an unnamed file there)
