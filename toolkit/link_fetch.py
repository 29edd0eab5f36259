"""Asks web addresses what they answer, safely and politely. Never inside a request.

Only the command `check_links` imports this; a test holds that. What an answer means is decided in
`toolkit.link_check`.

Safe, because whoever runs a site on our list can redirect us anywhere:

- http and https on their own ports only, no password in an address;
- we resolve the name ourselves, refuse it if any of its addresses is not public, and connect to
  the very number that was looked at, so a name that changes its mind in between gains nothing;
  the same again for each redirect;
- bounded: redirects, seconds per address, bytes of a page (unpacked), bytes of the header (the
  100 kB of h11, the parser below);
- no cookies, no proxy or other setting from the environment.

Polite: one request at a time per site with a pause between, a name and contact in each, a wait
asked for is kept or the site is left alone for the rest of the run. An address is asked once, by
GET: many servers answer HEAD wrongly. robots.txt is not read: it speaks to crawlers, and this
follows no link it finds, keeps nothing it reads, and asks for a page we cite in public about once
a month, as a reader who follows the citation does; asking for robots.txt would double that.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from queue import SimpleQueue
from time import monotonic

import httpx2

from .link_check import (
    MOST_REDIRECTS,
    Hop,
    Page,
    Reply,
    host_of,
    is_doubtful,
    read_page,
    sibling_of,
)
from .public_network import is_public

logger = logging.getLogger(__name__)

Resolve = Callable[[str, int], Awaitable[list[str]]]

PORTS = {"http": 80, "https": 443}
REDIRECTS = {301, 302, 303, 307, 308}
TOO_MANY = 429
# Waiting asked for by Retry-After with these; with others the header means something else.
WAITS = {TOO_MANY, 503}
HTML_TYPES = {"", "text/html", "application/xhtml+xml"}
# Encodings pages are really written in; Python knows some that take minutes to decode.
ENCODINGS = {"utf-8", "iso-8859-1", "windows-1252", "ascii", "us-ascii", "utf-16"}
# Numbers of one name that are tried before it counts as not answering.
MOST_NUMBERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long and how much at the most: seconds and bytes."""

    pause: float = 1.5
    connect: float = 10
    total: float = 30
    wait: float = 60
    page: int = 256 * 1024
    sites_at_once: int = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """An address to ask, and the title its item has in the archive."""

    url: str
    known_title: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What asking brought; no reply where the address was left for another day."""

    asked: Asked
    reply: Reply | None


class NoAnswerError(Exception):
    """An address gave no answer; ``failure`` is one of `link_check.FAILURES`."""

    def __init__(self, failure: str) -> None:
        super().__init__(failure)
        self.failure = failure


@dataclass(slots=True)
class Answer:
    """One answer: a page, a redirect, a refusal."""

    status: int
    location: str = ""
    # Seconds the site asks us to wait; None if it does not.
    retry_after: float | None = None
    is_empty: bool = False
    page: Page | None = None


async def resolve(host: str, port: int) -> list[str]:
    """The numeric addresses of a host name, IPv4 first: not every machine has a way to IPv6."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in sorted(found, key=lambda f: f[0])))


class Fetcher:
    """Asks addresses, several sites at once.

    ``contact`` (a mail or web address) is told to each site. The rest is for tests: ``exempt``
    lists (number, port) pairs that may be asked though they are not public; nothing in settings
    or tables reaches it.
    """

    def __init__(
        self,
        contact: str = "",
        *,
        bounds: Bounds | None = None,
        resolve: Resolve = resolve,
        exempt: Iterable[tuple[str, int]] = (),
    ) -> None:
        self.bounds = bounds or Bounds()
        self._resolve = resolve
        self._exempt = frozenset(exempt)
        self._ports = {*PORTS.values(), *(port for _, port in self._exempt)}
        self._tls = httpx2.create_ssl_context(trust_env=False)
        self._turns: dict[str, asyncio.Lock] = {}
        self._ended: dict[str, float] = {}
        self._headers = {
            "User-Agent": "JobQualityLinkCheck/1.0 "
            f"(monthly check of cited links; {contact or 'no contact given'})",
            "Accept": "text/html,application/xhtml+xml,application/pdf,*/*;q=0.8",
            "Accept-Language": "en-US,en;q=0.7",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
        }

    def run(self, asked: Iterable[Asked]) -> Generator[Result]:
        """Ask all of them; yield each result as it comes, in no order.

        The network runs in a thread of its own, so the caller may write to the database between
        results. Closing the iterator stops what is under way.
        """
        results: SimpleQueue[Result | BaseException | None] = SimpleQueue()
        run = _Run(self._all([*asked], results.put), results.put)
        run.start()
        try:
            while (result := results.get()) is not None:
                if isinstance(result, BaseException):
                    raise result
                yield result
        finally:
            run.stop()

    async def fetch(self, asked: Asked) -> Reply:
        """Ask one address and follow where it leads; in doubt ask for one that cannot exist."""
        reply = await self._follow(asked.url)
        if is_doubtful(reply, asked.known_title):
            sibling = await self._follow(sibling_of(asked.url, secrets.token_hex(8)))
            reply = replace(reply, sibling=sibling)
        return reply

    # -- many addresses -----------------------------------------------------------------------

    async def _all(self, asked: list[Asked], done: Callable[[Result], None]) -> None:
        """Each site's addresses one after another, several sites side by side."""
        # Locks belong to the event loop of one run.
        self._turns = {}
        sites: dict[str, list[Asked]] = {}
        for one in asked:
            sites.setdefault(_host(one.url), []).append(one)
        waiting = iter(sites.values())

        async def work() -> None:
            for site in waiting:
                await self._site(site, done)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.bounds.sites_at_once, len(sites))):
                group.create_task(work())

    async def _site(self, asked: list[Asked], done: Callable[[Result], None]) -> None:
        wants_rest = False
        for one in asked:
            reply = None
            if not wants_rest:
                try:
                    reply = await self.fetch(one)
                except Exception:
                    # A fault of ours says nothing about the address: it stays due.
                    logger.exception("Checking %s failed", one.url)
            for one_reply in (reply, reply and reply.sibling):
                wants_rest = wants_rest or (one_reply is not None and one_reply.asks_to_wait)
            done(Result(one, reply))

    # -- one address --------------------------------------------------------------------------

    async def _follow(self, url: str) -> Reply:
        hops: list[Hop] = []
        left = self.bounds.total
        while True:
            at = hops[-1].url if hops else url
            try:
                answer, left = await self._ask(at, left)
                if answer.status not in REDIRECTS:
                    break
                hops.append(Hop(answer.status, _next(at, answer.location)))
                if hops[-1].url in {_plain(url), *(hop.url for hop in hops[:-1])}:
                    raise NoAnswerError("loop")
                if len(hops) > MOST_REDIRECTS:
                    raise NoAnswerError("too-many")
            except NoAnswerError as error:
                return Reply(url=url, hops=tuple(hops), failure=error.failure)
        return Reply(
            url=url,
            hops=tuple(hops),
            status=answer.status,
            is_empty=answer.is_empty,
            page=answer.page,
            asks_to_wait=answer.status == TOO_MANY
            or (answer.status in WAITS and answer.retry_after is not None),
        )

    async def _ask(self, url: str, left: float) -> tuple[Answer, float]:
        """The answer of an address, and the seconds left after it; waits are not counted.

        Raises NoAnswerError.
        """
        target = self._target(url)
        async with self._turn(_host(url)):
            for is_last in (False, True):
                began = monotonic()
                try:
                    async with asyncio.timeout(left):
                        answer = await self._answer(target)
                except TimeoutError:
                    raise NoAnswerError("timeout") from None
                left -= monotonic() - began
                wait = answer.retry_after if answer.status in WAITS else None
                if is_last or wait is None or wait > self.bounds.wait:
                    break
                await asyncio.sleep(max(wait, self.bounds.pause))
        return answer, left

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        """Hold a site for one request, begun no sooner than the pause after the last one."""
        async with self._turns.setdefault(host, asyncio.Lock()):
            ready = self._ended.get(host, -self.bounds.pause) + self.bounds.pause
            await asyncio.sleep(max(0, ready - monotonic()))
            try:
                yield
            finally:
                self._ended[host] = monotonic()

    def _target(self, url: str) -> httpx2.URL:
        """The address, if it is one we follow. Raises NoAnswerError."""
        try:
            target = httpx2.URL(url)
            port = target.port or PORTS[target.scheme]
            host = target.raw_host
        except (httpx2.InvalidURL, KeyError, ValueError):
            raise NoAnswerError("not-web") from None
        if target.userinfo or port not in self._ports or not re.fullmatch(rb"[\w.:-]+", host):
            raise NoAnswerError("not-web")
        return target

    async def _answer(self, target: httpx2.URL) -> Answer:
        """Ask the numbers of a name in turn until one can be connected to."""
        port = target.port or PORTS[target.scheme]
        numbers = await self._numbers(target.raw_host.decode("ascii"), port)
        for number in numbers:
            try:
                return await self._send(target, number)
            except (httpx2.ConnectTimeout, httpx2.ConnectError) as error:
                last: Exception = error
            except (httpx2.TransportError, httpx2.InvalidURL) as error:
                raise NoAnswerError(_failure(error)) from error
        raise NoAnswerError(_failure(last)) from last

    async def _numbers(self, host: str, port: int) -> list[str]:
        """The numbers of a host, all of them public. Raises NoAnswerError."""
        try:
            numbers = await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise NoAnswerError("no-name") from None
        if not numbers:
            raise NoAnswerError("no-name")
        if not all(is_public(n) or (n, port) in self._exempt for n in numbers):
            raise NoAnswerError("not-public")
        return numbers[:MOST_NUMBERS]

    async def _send(self, target: httpx2.URL, number: str) -> Answer:
        """One GET of ``target`` from the machine with this number."""
        timeout = httpx2.Timeout(self.bounds.total, connect=self.bounds.connect)
        name = target.raw_host.decode("ascii")
        request = httpx2.Request(
            "GET",
            target.copy_with(host=number, fragment=None),
            headers={"Host": target.netloc.decode("ascii"), **self._headers},
            # The certificate is still checked against the name.
            extensions={"sni_hostname": name, "timeout": timeout.as_dict()},
        )
        # A transport, not a client: no cookies, redirects, proxies or passwords to switch off.
        transport = httpx2.AsyncHTTPTransport(verify=self._tls, trust_env=False)
        async with transport:
            response = await transport.handle_async_request(request)
            try:
                return await self._read(response)
            finally:
                await response.aclose()

    async def _read(self, response: httpx2.Response) -> Answer:
        kind, _, _ = response.headers.get("content-type", "").partition(";")
        answer = Answer(response.status_code, retry_after=_seconds(response))
        if answer.status in REDIRECTS:
            answer.location = response.headers.get("location", "")
        elif 200 <= answer.status < 300:
            is_html = kind.strip().casefold() in HTML_TYPES
            body = await self._body(response, self.bounds.page if is_html else 1)
            answer.is_empty = not body.strip()
            answer.page = read_page(_decode(body, response)) if is_html and body else None
        return answer

    async def _body(self, response: httpx2.Response, most: int) -> bytes:
        """The first ``most`` bytes, unpacked; what came, where the rest fails or dawdles."""
        body = bytearray()
        with suppress(TimeoutError, httpx2.TransportError, httpx2.DecodingError):
            async with asyncio.timeout(self.bounds.connect):
                async for piece in response.aiter_bytes(16 * 1024):
                    body += piece
                    if len(body) >= most:
                        break
        return bytes(body[:most])


class _Run:
    """An event loop in a thread of its own, which can be stopped from outside."""

    def __init__(
        self,
        work: Awaitable[None],
        tell: Callable[[BaseException | None], None],
    ) -> None:
        self._work, self._tell = work, tell
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Future[None] | None = None
        self._thread = threading.Thread(target=self._main, name="check_links", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop what is under way; returns when nothing more is sent."""
        with suppress(RuntimeError):  # over already
            self._loop.call_soon_threadsafe(self._cancel)
        self._thread.join()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _main(self) -> None:
        try:
            self._task = asyncio.ensure_future(self._work, loop=self._loop)
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            self._tell(error)
        finally:
            # Names still being resolved are left to end by themselves.
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
            self._tell(None)


def _host(url: str) -> str:
    try:
        return host_of(url)
    except ValueError:
        return ""


def _plain(url: str) -> str:
    return str(httpx2.URL(url).copy_with(fragment=None))


def _next(at: str, location: str) -> str:
    """Where a redirect leads. Raises NoAnswerError."""
    if not location:
        raise NoAnswerError("nowhere")
    try:
        return _plain(str(httpx2.URL(at).join(location)))
    except (httpx2.InvalidURL, ValueError):
        raise NoAnswerError("not-web") from None


def _failure(error: BaseException) -> str:
    """Why a request failed, as one of `link_check.FAILURES`."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.TimeoutException):
        return "timeout"
    return "malformed" if isinstance(error, httpx2.ProtocolError) else "connection"


def _seconds(response: httpx2.Response) -> float | None:
    """Retry-After in seconds, given as such or as a date; None if there is none to be read."""
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _decode(body: bytes, response: httpx2.Response) -> str:
    name = (response.charset_encoding or "utf-8").casefold()
    return body.decode(name if name in ENCODINGS else "utf-8", errors="replace")
