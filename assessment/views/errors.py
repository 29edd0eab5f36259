"""Pages for what goes wrong, in plain words and with a way on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from assessment.access import NoAccess, private
from assessment.limiting import TooManyRequests, told
from assessment.outage import AWAY, RETRY_AFTER, Outage, outage_of


def _page(
    request: HttpRequest,
    status: HTTPStatus,
    title: str,
    *lines: str,
    is_without_access: bool = False,
) -> HttpResponse:
    context = {
        "title": title,
        "lines": lines,
        "is_desk": _is_desk(request),
        "is_without_access": is_without_access,
    }
    response = render(request, "assessment/error.html", context, status=status)
    return private(response)


def _is_desk(request: HttpRequest) -> bool:
    """Whether it happened to staff, who have no private link and go back to the desk."""
    return request.path.startswith(reverse("admin:index"))


def explained(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view's refusal a page: of a method, where Django's own 405 is blank, or of haste."""

    @wraps(view)
    def explaining(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except TooManyRequests as refused:
            return too_many_requests(request, refused)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        page = _page(
            request,
            HTTPStatus.METHOD_NOT_ALLOWED,
            "This page can’t be opened this way",
            "It only works from a form on this site. Nothing was changed.",
            "Go back to the page you came from and use its buttons.",
        )
        page["Allow"] = response["Allow"]
        return page

    return explaining


def too_many_requests(request: HttpRequest, refused: TooManyRequests) -> HttpResponse:
    """429: a limit is reached; a page for people, a few words for a page's script."""
    if request.accepts("text/html"):
        is_sent = request.method == "POST"
        page = _page(
            request,
            HTTPStatus.TOO_MANY_REQUESTS,
            "Please wait a moment",
            "There were too many requests in a short time, from your connection or across the "
            "site, so this one was not carried out. Nothing was changed.",
            f"Wait {refused.words}. Then use your browser’s Back button: what you typed "
            "is still there. Send it again."
            if is_sent
            else f"Wait {refused.words}, then reload this page.",
        )
    else:
        page = private(JsonResponse({"problem": "too many"}))
    # The address may be a private link, which must not travel on.
    page["Referrer-Policy"] = "no-referrer"
    return told(page, refused)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: too large, or not a form of ours."""
    return _page(
        request,
        HTTPStatus.BAD_REQUEST,
        "We could not read that",
        "What was sent was too large or in a form this site cannot read. Nothing was changed.",
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
            "If you need it, ask the person who manages the staff accounts to give you the role.",
        )
    return _page(
        request,
        HTTPStatus.FORBIDDEN,
        "Your link does not allow that",
        "The link you opened does not give access to this page. Nothing was changed.",
        "Ask the person who shared it for another link.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's safety token is missing or old."""
    return _page(
        request,
        HTTPStatus.FORBIDDEN,
        "Please send that again",
        "The page was open for too long, or your browser refused a cookie, so we could not be sure "
        "that the form came from you. Nothing was changed.",
        "Go back, reload the page and send it again. If it happens again, allow cookies here.",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no access to an assessment from this browser, or no such page."""
    title = "Page not found"
    if isinstance(exception, NoAccess):
        return _page(
            request,
            HTTPStatus.NOT_FOUND,
            title,
            "This browser has no access to that assessment. Assessments open only with their "
            "private link.",
            "Open your private link again. If it no longer works, it was stopped or renewed, or "
            "the assessment was deleted; ask the person who shared it.",
            is_without_access=True,
        )
    return _page(
        request,
        HTTPStatus.NOT_FOUND,
        title,
        "The address may be mistyped, or the page was moved or removed, perhaps in another "
        "tab or by someone else.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; 503 or 507 while the database is away or there is no room left."""
    # Django asks for this page while it handles the error, which was logged by then.
    if outage := outage_of(sys.exc_info()[1]):
        return _outage(request, outage)
    return _plain_page(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong on our end",
        "Answers marked as saved are safe. Please try again in a minute.",
        # By it whoever runs the site finds what happened in the log (jobquality/logs.py).
        reference=getattr(request, "reference", ""),
    )


def _outage(request: HttpRequest, outage: Outage) -> HttpResponse:
    """An outage, told to whoever asked: a page's script, or a reader."""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        response = private(JsonResponse({"problem": outage.problem}, status=outage.status))
    else:
        response = _plain_page(outage.status, outage.title, *outage.lines)
    if outage is AWAY:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def _plain_page(status: HTTPStatus, title: str, *lines: str, reference: str = "") -> HttpResponse:
    # Without the request: what a page reads by it, the session, may be the very thing that fails.
    context = {"title": title, "lines": lines, "reference": reference}
    page = render_to_string("assessment/error.html", context)
    return private(HttpResponse(page, status=status))
