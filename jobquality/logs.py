"""Logs that name no person: JSON lines, one for each request, joined by a request id.

What an employer typed, names, addresses, secrets, paths and query strings never reach a line. That
is held in one place, ``told``, through which the log, the error e-mail and ERROR_HOOK get all they
know. It keeps what our own code says, and of other code's messages only the words its authors
wrote, not the values they filled in: Django would log the path of a private link. Of an exception
it tells type and places in the code. The message goes: PostgreSQL quotes the row that it refuses.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from jobquality import metrics

request_logger = logging.getLogger("jobquality.request")

# The id of the request that this thread is busy with.
current_id: ContextVar[str] = ContextVar("request_id", default="")
GIVEN_ID = re.compile(r"[A-Za-z0-9-]{16,64}")
FILLED_IN = re.compile(r" from ip=|: ")
OURS = ("jobquality", "assessment", "toolkit")
# What a line may say beside its message.
FIELDS = ("request_id", "method", "route", "status", "ms", "queries", "staff")
# Should one slip through all the same: private links, public ids, queries, e-mail and IP addresses.
PRIVATE = (
    (re.compile(r"/(open|a)/[^/\s\"'?]+"), r"/\1/[hidden]"),
    (re.compile(r"\?[^\s\"']+"), "?[hidden]"),
    (re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+"), "[e-mail]"),
    (
        re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}\b"),
        "[ip]",
    ),
)

type Told = dict[str, Any]
type Thrown = tuple[type[BaseException], BaseException, TracebackType | None]


def told(record: logging.LogRecord) -> Told:
    """What may be told of a log record, as plain values."""
    said: Told = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": without_private(_message(record)),
    }
    request = getattr(record, "request", None)
    known = {
        "request_id": current_id.get(),
        "method": getattr(request, "method", None),
        "route": route_of(request) if request is not None else None,
        "status": getattr(record, "status_code", None),
        **{name: getattr(record, name) for name in FIELDS if hasattr(record, name)},
    }
    said |= {name: value for name, value in known.items() if value not in {None, ""}}
    if record.exc_info and record.exc_info[1]:
        said["exception"] = exception_told(record.exc_info[1])
    return said


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in OURS:
        return record.getMessage()
    if record.name.startswith("django.security."):
        return record.name.rpartition(".")[2]  # its message is what a stranger sent
    if record.levelno < logging.WARNING:
        return record.getMessage()
    said = str(record.msg)
    # gunicorn fills values in by itself: "Invalid request from ip=192.0.2.1: Invalid header: …".
    return FILLED_IN.split(said)[0] if record.name.startswith("gunicorn.") else said


def without_private(text: str) -> str:
    """A text without what looks like a private link, a query, an e-mail or IP address."""
    for pattern, instead in PRIVATE:
        text = pattern.sub(instead, text)
    return text


def exception_told(error: BaseException) -> list[Told]:
    """The types of an exception and its causes, outermost first, each with its places in code."""
    chain: list[Told] = []
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        frames = traceback.extract_tb(now.__traceback__)
        chain.append(
            {
                "type": f"{type(now).__module__}.{type(now).__qualname__}",
                "at": [f"{f.filename}:{f.lineno} {f.name}" for f in frames],
                **_of_the_database(now),
            }
        )
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return chain


def _of_the_database(error: BaseException) -> Told:
    """What PostgreSQL says of an error that holds no data: its code and the constraint's name."""
    names = {"sqlstate": getattr(error, "sqlstate", None)}
    names["constraint"] = getattr(getattr(error, "diag", None), "constraint_name", None)
    return {name: value for name, value in names.items() if isinstance(value, str)}


def route_of(request: HttpRequest) -> str:
    """The name of the view that answers a request, which says nothing of whose page it is."""
    match = getattr(request, "resolver_match", None)
    return (match.view_name if match else "") or "-"


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return json.dumps(told(record), ensure_ascii=True)


class RequestLogMiddleware:
    """Gives each request its id and logs one line when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with its id in a header."""
        began = time.perf_counter()
        request_id = request.reference = id_for(request)  # type: ignore[attr-defined]
        token, count = current_id.set(request_id), QueryCount()
        try:
            with connection.execute_wrapper(count):
                response = self.get_response(request)
            response["X-Request-ID"] = request_id
            self.tell(request, response, time.perf_counter() - began, count.queries)
            return response
        finally:
            current_id.reset(token)

    def tell(
        self, request: HttpRequest, response: HttpResponse, seconds: float, queries: int
    ) -> None:
        """Write the request's line and count it."""
        method = str(request.method) if request.method in METHODS else "other"
        route, status = route_of(request), response.status_code
        metrics.count_request(route=route, method=method, status=status, seconds=seconds)
        known = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "queries": queries,
            "staff": staff_of(request),
        }
        words = "%(method)s %(route)s %(status)s, %(ms)s ms, %(queries)s queries"
        request_logger.info(words, known, extra=known)


METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class QueryCount:
    """Counts what is asked of the database."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        """Ask, and count, errors too."""
        self.queries += 1
        try:
            return execute(sql, params, many, context)
        except DatabaseError as error:
            metrics.count_database_error(error)
            raise


def id_for(request: HttpRequest) -> str:
    """The id that the proxy in front gave the request, if there is one to be trusted; or a new."""
    given = request.headers.get("X-Request-ID", "") if settings.IS_BEHIND_PROXY else ""
    return given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


def staff_of(request: HttpRequest) -> int | None:
    """The row id of the staff user who asks. Asks no database: only if the view did so."""
    user = getattr(request, "_cached_user", None)
    return user.pk if user is not None and user.is_staff else None
