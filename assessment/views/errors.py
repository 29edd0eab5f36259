"""Pages for what goes wrong, in plain words and with a way on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from assessment.access import private


def _page(request: HttpRequest, status: HTTPStatus, title: str, *lines: str) -> HttpResponse:
    context = {"title": title, "lines": lines, "is_desk": _is_desk(request)}
    response = render(request, "assessment/error.html", context, status=status)
    return private(response)


def _is_desk(request: HttpRequest) -> bool:
    """Whether it happened to staff, who have no private link and go back to the desk."""
    return request.path.startswith(reverse("admin:index"))


def explained(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view's refusal of a method a page: Django's own 405 is blank."""

    @wraps(view)
    def explaining(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        page = _page(
            request,
            HTTPStatus.METHOD_NOT_ALLOWED,
            "That does not work this way",
            "The address was called in a way it does not answer; many only take what a form "
            "sends. Nothing was changed.",
            "Go back to the page you came from and use its buttons.",
        )
        page["Allow"] = response["Allow"]
        return page

    return explaining


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: too large, or not a form of ours."""
    return _page(
        request,
        HTTPStatus.BAD_REQUEST,
        "That could not be read",
        "What was sent was too large or not in a form this site reads. Nothing was changed.",
        "Go back, shorten any long text, and send it again.",
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: a working link that does not allow this, or staff without the permission."""
    if _is_desk(request):
        return _page(
            request,
            HTTPStatus.FORBIDDEN,
            "Your staff account does not allow that",
            "This page of the desk needs a permission that you do not have. Nothing was changed.",
            "If it belongs to your work, ask whoever manages the staff accounts for the role.",
        )
    return _page(
        request,
        HTTPStatus.FORBIDDEN,
        "Your link does not allow that",
        "The link you opened lets you do less than this page needs. Nothing was changed.",
        "Ask the person who shared it for another link.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's safety token is missing or old."""
    return _page(
        request,
        HTTPStatus.FORBIDDEN,
        "Please send that once more",
        "The page was open for too long, or your browser refused a cookie, so we could not be sure "
        "that the form came from you. Nothing was changed.",
        "Go back, reload the page and send it again. If it happens again, allow cookies here.",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or no access to it from this browser."""
    lines = ["The address may be mistyped, or the page may have moved."]
    if request.path.startswith("/a/"):
        lines = [
            "This browser has no access to that assessment. Assessments open only by their private "
            "link.",
            "Open your private link again. If it no longer works, it was revoked, renewed or the "
            "assessment was deleted; ask the person who shared it.",
        ]
    return _page(request, HTTPStatus.NOT_FOUND, "Nothing to see here", *lines)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault."""
    # Without the request: what a page reads by it, the session, may be the very thing that fails.
    context = {
        "title": "Something went wrong on our side",
        "lines": ["Answers marked as saved are safe. Please try again in a minute."],
        # By it whoever runs the site finds what happened in the log (jobquality/logs.py).
        "reference": getattr(request, "reference", ""),
    }
    page = render_to_string("assessment/error.html", context)
    return private(HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR))
