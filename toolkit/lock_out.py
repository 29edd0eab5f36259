"""Staff sign-in after too many failures: whom django-axes counts, and the page it answers with."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .client_address import client_address

LONGEST_NAME = 255


def address(request: HttpRequest) -> str | None:
    """Whom failures are counted for: an address, or the first of an IPv6 network; None if unknown.

    Unknown ones count together, so that hiding it helps nobody.
    """
    return client_address(request).partition("/")[0] or None


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
