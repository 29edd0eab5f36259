"""Whether the process lives and whether it is ready, for whoever watches the site.

Both are answered before anything else: a probe speaks plain http to this machine and knows neither
our host name nor https. It is told the names of the checks and whether each holds, no more; why one
failed stands in the log.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse

from assessment import tasks
from jobquality import schema
from toolkit.copies import storage
from toolkit.models import Edition

logger = logging.getLogger(__name__)

LIVE, READY = "/health/live", "/health/ready"
# Seconds for which one result stands: a thousand probes cost no more than one.
FRESH = 5
STUCK = timedelta(minutes=10)


def database() -> bool:
    """The database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def migrations() -> bool:
    """Every migration of this release is applied."""
    return not schema.due({*MigrationRecorder(connection).applied_migrations()})


def edition() -> bool:
    """There is an edition to answer."""
    return Edition.objects.exists()


def copies() -> bool:
    """The captured copies can be read and added to, as far as can be told without writing."""
    place = getattr(storage(), "location", None)
    if place is None:
        return storage().exists("health") in {True, False}  # it answers: an object store
    while not os.path.lexists(place):
        place = os.path.dirname(place)  # made with the first copy
    return os.access(place, os.R_OK | os.W_OK | os.X_OK)


def queue() -> bool:
    """No task waits for longer than STUCK."""
    return tasks.oldest_wait() <= STUCK


# Each answers whether it holds, or raises. Without one of the first the site cannot serve anybody;
# without one of the second it serves, but not all.
NEEDED: list[Callable[[], bool]] = [database, migrations, edition, copies]
WANTED: list[Callable[[], bool]] = [queue]


class Readiness:
    """The last result of the checks, shared by the threads of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.found: dict[str, bool] = {}
        self.until = 0.0

    def results(self) -> dict[str, bool]:
        """Whether each check holds, at most FRESH seconds old."""
        with self.lock:
            if time.monotonic() >= self.until:
                found = _results()
                self._tell(found)
                self.found, self.until = found, time.monotonic() + FRESH
            return self.found

    def _tell(self, found: dict[str, bool]) -> None:
        """Log what has changed."""
        for name, holds in found.items():
            if holds != self.found.get(name, True):
                level = logging.INFO if holds else logging.ERROR
                logger.log(level, "Health: %s %s", name, "holds again" if holds else "fails")


def _results() -> dict[str, bool]:
    answers = _holds(database)
    found = {database.__name__: answers}
    for check in (*NEEDED, *WANTED):
        # What asks a database that is away would only wait for it once more.
        can_ask = answers or check is copies
        if check is not database:
            found[check.__name__] = can_ask and _holds(check)
    return found


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        logger.warning("Health: %s raised", check.__name__, exc_info=True)
        return False


readiness = Readiness()


def live(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """Whether the site can serve: 200 with ``ok`` or ``degraded``, or 503 with ``failed``."""
    found = readiness.results()
    can_serve = all(found[check.__name__] for check in NEEDED)
    words = {True: "ok", False: "failed"}
    status = ("ok" if all(found.values()) else "degraded") if can_serve else "failed"
    return JsonResponse(
        {"status": status, "checks": {name: words[holds] for name, holds in found.items()}},
        status=HTTPStatus.OK if can_serve else HTTPStatus.SERVICE_UNAVAILABLE,
    )


VIEWS = {LIVE: live, READY: ready}


class HealthMiddleware:
    """Answers the two addresses ahead of hosts, https, sessions and logs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or pass the request on."""
        view = VIEWS.get(request.path_info.rstrip("/"))
        if view is None or request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        response = view(request)
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response
