"""Staff sign-in after too many failures: whom django-axes counts, and the page it answers with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.contrib import admin
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from .client_address import client_address, site_of

LONGEST_NAME = 255
# Failures of one name, from wherever, that lock it out. Many more than of one address: a few would
# let anybody keep somebody out for good, by trying a name they know every quarter of an hour.
NAME_LIMIT = 100


class Failures(AxesDatabaseHandler):  # type: ignore[misc]  # axes ships no types
    """What django-axes counts, with a limit of its own for names, and no more kept than needed."""

    def get_failures(self, request: HttpRequest, credentials: Any = None) -> int:
        """Failures of this address, or as many as those of this name amount to, if these are more.

        django-axes holds the number against AXES_FAILURE_LIMIT.
        """
        by_name, by_address = (
            attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        return max(by_address, by_name * settings.AXES_FAILURE_LIMIT // NAME_LIMIT)

    def user_login_failed(
        self, sender: Any, credentials: Any, request: Any = None, **kwargs: Any
    ) -> None:
        """Store the name and the address; not what the browser says of itself."""
        if request is not None:
            request.axes_user_agent = request.axes_http_accept = ""
        super().user_login_failed(sender, credentials, request, **kwargs)


def forget_failures(*, days: int) -> None:
    """Delete the failed sign-ins of so many days ago, and the counts that lock nobody out now."""
    now = timezone.now()
    over = now - settings.AXES_COOLOFF_TIME
    AccessAttempt.objects.filter(attempt_time__lte=over).delete()
    AccessFailureLog.objects.filter(attempt_time__lte=now - timedelta(days=days)).delete()


def address(request: HttpRequest) -> str | None:
    """Whom failures are counted for: an address, or the first of an IPv6 /48; None if unknown.

    Unknown ones count together, so that hiding it helps nobody.
    """
    network = client_address(request)
    return (site_of(network) or network).partition("/")[0] or None


def name(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str | None:
    """The name that was tried, cut to what its column holds: the form takes any length."""
    tried = (credentials or request.POST).get("username")
    return None if tried is None else str(tried)[:LONGEST_NAME]


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: Any
) -> HttpResponse:
    """429: why no password is looked at, and until when."""
    wait = settings.AXES_COOLOFF_TIME
    context = {
        **admin.site.each_context(request),
        "title": "Too many failed sign-ins",
        "failures": settings.AXES_FAILURE_LIMIT,
        "minutes": wait.seconds // 60,
    }
    page = render(
        request, "admin/toolkit/locked_out.html", context, status=HTTPStatus.TOO_MANY_REQUESTS
    )
    page["Retry-After"] = str(wait.seconds)
    page["Cache-Control"] = "no-store, private"
    return page
