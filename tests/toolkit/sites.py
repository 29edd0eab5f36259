"""Web sites on this machine that play every case a link check can meet, and log who asked."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import inf
from typing import Any

# A number of this machine that is not 127.0.0.1: what may be asked in tests is this one alone, so
# a redirect to 127.0.0.1 must be refused as it is in production.
NUMBER = "127.0.0.2"
TEXT = "Employers who post pay ranges and schedules keep their people longer. " * 6


def html(title: str, body: str = TEXT, heading: str = "") -> bytes:
    return f"<title>{title}</title><body><h1>{heading or title}</h1><p>{body}</p>".encode()


@dataclass
class Request:
    """One request as a site saw it; in the log before it is answered."""

    host: str
    path: str
    headers: dict[str, str]
    began: float
    ended: float = inf


type Page = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Plays the page that the sites have for the path; anything else is 404."""

    protocol_version = "HTTP/1.1"
    server: Sites

    def do_GET(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        request = Request(host, self.path, dict(self.headers), time.monotonic())
        self.server.log.append(request)
        page = self.server.pages.get(f"{host}{self.path}", self.server.pages.get(self.path))
        try:
            (page or status(404))(self)
        except (ConnectionError, ssl.SSLError):
            pass  # the other side has had enough
        finally:
            request.ended = time.monotonic()
            self.close_connection = True

    def do_HEAD(self) -> None:
        raise AssertionError("asked by HEAD")

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def send(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response_only(code)
        for name, value in {"Content_Type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        if "Transfer_Encoding" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Sites(ThreadingHTTPServer):
    """All names end here; pages by path, or by host and path."""

    daemon_threads = True

    def __init__(self, number: str = NUMBER, tls: ssl.SSLContext | None = None) -> None:
        super().__init__((number, 0), Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )
        self.scheme = "https" if tls else "http"
        self.pages: dict[str, Page] = {}
        self.log: list[Request] = []
        self.numbers: dict[str, list[str]] = {}
        self.resolved: list[str] = []
        self.thread = threading.Thread(target=self.serve_forever, args=[0.02], daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str = "/", host: str = "site.test") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    async def resolve(self, host: str, port: int) -> list[str]:
        """Names under .test lead here; other names and numbers as the system has them."""
        from toolkit.link_fetch import resolve

        self.resolved.append(host)
        if host in self.numbers:
            return self.numbers[host]
        return [NUMBER] if host.endswith(".test") else await resolve(host, port)

    def paths(self) -> list[str]:
        return [request.path for request in self.log]

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that hangs up in a handshake is one of the cases

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()


# -- pages ------------------------------------------------------------------------------------


def ok(body: bytes = b"", **headers: str) -> Page:
    return lambda handler: handler.send(200, body or html("Good jobs guide"), **headers)


def status(code: int, **headers: str) -> Page:
    return lambda handler: handler.send(code, html(f"Status {code}"), **headers)


def redirect(code: int, to: str) -> Page:
    return lambda handler: handler.send(code, Location=to)


@dataclass
class InTurn:
    """One page after another, the last for good."""

    pages: list[Page]
    asked: int = field(default=0)

    def __call__(self, handler: Handler) -> None:
        page = self.pages[min(self.asked, len(self.pages) - 1)]
        self.asked += 1
        page(handler)


def slow(seconds: float, page: Page | None = None) -> Page:
    def play(handler: Handler) -> None:
        time.sleep(seconds)
        (page or ok())(handler)

    return play


def raw(data: bytes) -> Page:
    def play(handler: Handler) -> None:
        handler.wfile.write(data)

    return play


@dataclass
class AtOnce:
    """Counts how many are asked for at the same time."""

    now: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, handler: Handler) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.1)
        with self.lock:
            self.now -= 1
        handler.send(200, html("Good jobs guide"))


def endless(piece: bytes = b"<p>more</p>" * 100, pause: float = 0) -> Page:
    """A page without an end: chunk after chunk until the other side hangs up."""

    def play(handler: Handler) -> None:
        handler.send(200, Transfer_Encoding="chunked")
        chunk = b"%x\r\n%s\r\n" % (len(piece), piece)
        first = html("Good jobs guide")
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(first), first))
        for _ in range(200_000):
            handler.wfile.write(chunk)
            time.sleep(pause)
        raise AssertionError("read to the end")

    return play


def bomb(size: int = 50_000_000) -> Page:
    packed = gzip.compress(html("Good jobs guide") + b"\0" * size)
    return ok(packed, Content_Encoding="gzip")
