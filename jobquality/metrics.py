"""Figures for Prometheus at /metrics: off, and not found, unless METRICS_TOKEN is set.

Requests by route name, method and status with their durations, errors of the database, and tasks.
Autosave conflicts are the requests of ``assessment:save_answer`` with status 409. With several
workers each keeps its figures in files under PROMETHEUS_MULTIPROC_DIR, which jobquality/server.py
makes, and whichever answers adds them up.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from functools import cache
from http import HTTPStatus

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client import generate_latest as generate
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

ADDRESS = "/metrics"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """What this process counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "jobquality_requests",
            "Requests answered.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "jobquality_request_seconds",
            "Time until a response began.",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.database_errors = Counter(
            "jobquality_database_errors",
            "Statements that the database refused or did not answer.",
            ["type"],
            registry=self.registry,
        )


@cache
def counted() -> Metrics | None:
    """This process' counters; None while metrics are off."""
    return Metrics() if settings.METRICS_TOKEN else None


def count_request(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    if metrics := counted():
        metrics.requests.labels(route, method, str(status)).inc()
        metrics.seconds.labels(route).observe(seconds)


def count_database_error(error: BaseException) -> None:
    """Count one statement that failed, by the type of its error."""
    if metrics := counted():
        metrics.database_errors.labels(type(error).__name__).inc()


def text() -> bytes:
    """All figures in Prometheus' own format."""
    metrics = counted()
    assert metrics is not None
    registry = metrics.registry
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate(registry) + generate(tasks())


def tasks() -> CollectorRegistry:
    """How many tasks the queue holds by status, asked of the database."""
    # Not above: the log's formatter counts too, and is made before there are any models.
    from django_tasks_db.models import DBTaskResult

    registry = CollectorRegistry()
    gauge = GaugeMetricFamily("jobquality_tasks", "Tasks in the queue.", labels=["status"])
    rows = DBTaskResult.objects.order_by().values_list("status").annotate(Count("pk"))
    for status, count in rows:
        gauge.add_metric([status.lower()], count)
    registry.register(_Fixed(gauge))
    return registry


class _Fixed:
    """A collector of one family that is known already."""

    def __init__(self, family: GaugeMetricFamily) -> None:
        self.family = family

    def collect(self) -> list[GaugeMetricFamily]:
        return [self.family]


class MetricsMiddleware:
    """Answers /metrics to whoever has the token, ahead of hosts, https, sessions and logs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a scrape, or pass the request on: to anybody else there is no such page."""
        if request.path_info != ADDRESS or not is_allowed(request):
            return self.get_response(request)
        response = HttpResponse(text(), content_type=CONTENT_TYPE_LATEST, status=HTTPStatus.OK)
        response["Cache-Control"] = "no-store"
        return response


def is_allowed(request: HttpRequest) -> bool:
    """Whether the request bears the token: ``Authorization: Bearer <METRICS_TOKEN>``."""
    if not settings.METRICS_TOKEN or request.method != "GET":
        return False
    given = request.headers.get("Authorization", "").encode()
    return secrets.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
