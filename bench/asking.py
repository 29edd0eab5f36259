"""Asks the site for pages in this process, as its server does, and says what each one took."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bench.seed import TOKEN

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Page:
    """An address to ask for, and the cookies of who asks.

    ``body`` makes it a form that is sent, put together anew each time. ``status``: what it is to be
    answered with.
    """

    path: str
    cookie: str = ""
    body: Callable[[], str] | None = None
    status: int = 200

    def environ(self) -> dict[str, Any]:
        """The request as gunicorn hands it to the application."""
        path, _, query = self.path.partition("?")
        sent = self.body().encode() if self.body else b""
        return {
            "REQUEST_METHOD": "POST" if self.body else "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(sent)),
            "CONTENT_TYPE": FORM,
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookie,
            "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_X_CSRFTOKEN": TOKEN,
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(sent),
            "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0),
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }


@dataclass(frozen=True)
class Answered:
    """What a page took: milliseconds of this process's processor, milliseconds waited; its body."""

    processor: float
    waited: float
    headers: list[tuple[str, str]]
    body: bytes


def ask(application: Callable[..., Any], page: Page) -> Answered:
    """Ask for a page once.

    Raises RuntimeError where it is not answered as it is to be: its figures would mean nothing.
    """
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], info: Any = None) -> None:
        started[:] = [status, headers]

    environ = page.environ()
    processor, begun = time.process_time(), time.perf_counter()
    response = application(environ, start_response)
    body = b"".join(response)
    response.close()
    ended, spent = time.perf_counter(), time.process_time() - processor
    status, headers = started
    if not status.startswith(str(page.status)):
        raise RuntimeError(f"{page.path}: {status} instead of {page.status}")
    return Answered(spent * 1000, (ended - begun) * 1000, headers, body)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements run inside, transaction statements left out."""
    found: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.upper().startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
