"""Asking addresses: every case played by sites on this machine, none on the internet."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
import trustme

from tests.toolkit import sites as play
from tests.toolkit.sites import NUMBER, TEXT, InTurn, Sites, html
from toolkit import link_fetch
from toolkit.link_check import MOST_REDIRECTS, Hop, Reply, judge
from toolkit.link_fetch import Asked, Bounds, Fetcher, Result

TITLE = "Good jobs guide"
# Short enough for tests, long enough for a busy machine.
QUICK = Bounds(pause=0.01, connect=1, total=2, wait=1, page=64 * 1024, sites_at_once=4)


@pytest.fixture
def sites() -> Iterator[Sites]:
    sites = Sites()
    yield sites
    sites.close()


@pytest.fixture
def neighbor() -> Iterator[Sites]:
    """A service of this machine that must never be asked."""
    secret = Sites("127.0.0.1")
    secret.pages["/"] = play.ok()
    yield secret
    assert secret.log == []
    secret.close()


def fetcher(sites: Sites, bounds: Bounds = QUICK, contact: str = "") -> Fetcher:
    return Fetcher(contact, bounds=bounds, resolve=sites.resolve, exempt=[(NUMBER, sites.port)])


def run(sites: Sites, *urls: str, bounds: Bounds = QUICK, title: str = TITLE) -> list[Result]:
    return [*fetcher(sites, bounds).run([Asked(url, title) for url in urls])]


def fetch(sites: Sites, path: str = "/a/page", *, bounds: Bounds = QUICK) -> Reply:
    (result,) = run(sites, path if "://" in path else sites.url(path), bounds=bounds)
    assert result.reply is not None
    return result.reply


def found(sites: Sites, page: play.Page, **values: Any) -> tuple[str, int | None]:
    """Outcome and status of an address that plays this page."""
    sites.pages["/a/page"] = page
    reply = fetch(sites, **values)
    return judge(reply, TITLE).outcome, reply.status


# -- answers ----------------------------------------------------------------------------------


def test_a_page_that_is_there(sites: Sites) -> None:
    sites.pages["/a/page"] = play.ok()
    reply = fetch(sites)
    assert judge(reply, TITLE).outcome == "live"
    assert reply.page is not None
    assert (reply.status, reply.page.title, reply.hops) == (200, TITLE, ())
    assert sites.paths() == ["/a/page"]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (401, "refused"),
        (403, "refused"),
        (404, "gone"),
        (406, "refused"),
        (410, "gone"),
        (429, "refused"),
        (451, "refused"),
        (500, "unreachable"),
        (503, "unreachable"),
    ],
)
def test_a_status(sites: Sites, code: int, outcome: str) -> None:
    assert found(sites, play.status(code)) == (outcome, code)
    assert sites.paths() == ["/a/page"]


def test_a_file_is_not_read(sites: Sites) -> None:
    sites.pages["/a/page"] = play.ok(b"%PDF-1.7 " * 9999, Content_Type="application/pdf")
    reply = fetch(sites)
    assert (judge(reply, TITLE).outcome, reply.page, reply.is_empty) == ("live", None, False)


@pytest.mark.parametrize("kind", ["text/html", "application/pdf"])
def test_an_answer_with_nothing(sites: Sites, kind: str) -> None:
    empty = lambda handler: handler.send(200, b" ", Content_Type=kind)  # noqa: E731
    assert found(sites, empty) == ("changed", 200)


def test_what_a_site_learns_of_us(sites: Sites) -> None:
    sites.pages["/a/page"] = play.ok(Set_Cookie="id=1; Path=/")
    sites.pages["/b"] = play.ok(Set_Cookie="id=1; Path=/")
    ask = fetcher(sites, contact="archive@example.org")
    assert len([*ask.run([Asked(sites.url("/a/page")), Asked(sites.url("/b"))])]) == 2
    for request in sites.log:
        assert request.headers == {
            "Host": f"site.test:{sites.port}",
            "User-Agent": "JobQualityLinkCheck/1.0 (monthly check of cited links; "
            "archive@example.org)",
            "Accept": "text/html,application/xhtml+xml,application/pdf,*/*;q=0.8",
            "Accept-Language": "en-US,en;q=0.7",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
        }


def test_the_environment_s_proxy_is_not_used(
    sites: Sites, neighbor: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, neighbor.url("/", host="127.0.0.1"))
    assert found(sites, play.ok()) == ("live", 200)


# -- redirects --------------------------------------------------------------------------------


def test_a_chain_for_good_gives_the_new_address(sites: Sites) -> None:
    sites.pages["/a/page"] = play.redirect(301, "/b/page")
    sites.pages["/b/page"] = play.redirect(308, sites.url("/c/page?x=1#part", host="new.test"))
    sites.pages["new.test/c/page?x=1"] = play.ok()
    reply = fetch(sites)
    new = sites.url("/c/page?x=1", host="new.test")
    assert reply.hops == (Hop(301, sites.url("/b/page")), Hop(308, new))
    assert judge(reply, TITLE).new_url == new


def test_a_redirect_for_now_is_no_move(sites: Sites) -> None:
    sites.pages["/b/page"] = play.ok()
    assert found(sites, play.redirect(302, "/b/page")) == ("live", 200)


def test_a_deep_address_that_leads_home(sites: Sites) -> None:
    sites.pages["/"] = play.ok()
    assert found(sites, play.redirect(302, "/")) == ("changed", 200)


def test_a_redirect_to_a_dead_page(sites: Sites) -> None:
    assert found(sites, play.redirect(301, "/nothing")) == ("gone", 404)


def test_a_circle_is_left_after_one_round(sites: Sites) -> None:
    sites.pages["/b"] = play.redirect(302, "/a/page")
    assert found(sites, play.redirect(302, "/b")) == ("refused", None)
    assert sites.paths() == ["/a/page", "/b"]


def test_a_page_that_redirects_to_itself(sites: Sites) -> None:
    assert found(sites, play.redirect(302, "/a/page#again")) == ("refused", None)
    assert sites.paths() == ["/a/page"]


def test_redirects_have_an_end(sites: Sites) -> None:
    for n in range(9):
        sites.pages[f"/{n}"] = play.redirect(302, f"/{n + 1}")
    sites.pages["/5"] = play.ok()
    assert judge(fetch(sites, "/0"), TITLE).outcome == "live"
    sites.pages["/5"] = play.redirect(302, "/6")
    sites.log.clear()
    assert fetch(sites, "/0").failure == "too-many"
    assert len(sites.log) == MOST_REDIRECTS + 1


def test_a_redirect_to_nowhere(sites: Sites) -> None:
    assert found(sites, play.status(302)) == ("unreachable", None)


# -- only the public web ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://127.1:{port}/",
        "http://0:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.0.1/",
        "http://100.100.100.200/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://rebound.test:{port}/",
        "http://half.test:{port}/",
    ],
)
def test_a_redirect_to_a_private_place_is_not_followed(
    sites: Sites, neighbor: Sites, to: str
) -> None:
    sites.numbers = {"rebound.test": ["127.0.0.1"], "half.test": [NUMBER, "127.0.0.1"]}
    # The neighbor's port is one that may be asked, but not there.
    sites.pages["/a/page"] = play.redirect(302, to.format(port=neighbor.port))
    exempt = [(NUMBER, sites.port), (NUMBER, neighbor.port)]
    ask = Fetcher(bounds=QUICK, resolve=sites.resolve, exempt=exempt)
    (result,) = ask.run([Asked(sites.url("/a/page"))])
    assert result.reply is not None
    assert (result.reply.failure, judge(result.reply).outcome) == ("not-public", "not-public")
    # Nor is it asked when it stands in the archive itself.
    (direct,) = ask.run([Asked(to.format(port=neighbor.port))])
    assert direct.reply is not None
    assert direct.reply.failure == "not-public"
    assert sites.paths() == ["/a/page"]


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:22/",
        "http://site.test:8080/",
        "https://user:secret@site.test/",
        "http://site.test@127.0.0.1/",
        "file:///etc/passwd",
        "ftp://site.test/x",
        "gopher://site.test/_x",
        "javascript:alert(1)",
        "mailto:a@site.test",
        "http://0177.0.0.1/",
        "http://a b.test/",
        "http://[fe80::1%25eth0]/",
        "http://site.test:99999/",
        "http://[",
        "http://\u2488.test/",
    ],
)
def test_what_is_no_ordinary_web_address_is_not_asked(sites: Sites, to: str) -> None:
    (result,) = run(sites, to)
    assert result.reply is not None
    assert result.reply.failure == "not-web"
    sites.pages["/a/page"] = play.redirect(302, to.encode().decode("latin-1"))
    assert fetch(sites).failure in {"not-web", "no-name"}
    assert sites.resolved == ["site.test"]


@pytest.mark.parametrize("url", ["", "x", "/x", "//site.test/x", "http:///x", "http://", "http:"])
def test_half_an_address_is_not_asked(sites: Sites, url: str) -> None:
    (result,) = run(sites, url)
    assert result.reply is not None
    assert (result.reply.failure, sites.resolved) == ("not-web", [])


def test_nothing_but_the_default_ports_without_an_exemption(sites: Sites) -> None:
    ask = Fetcher(bounds=QUICK, resolve=sites.resolve)
    (result,) = ask.run([Asked(sites.url("/a/page"))])
    assert result.reply is not None
    assert (result.reply.failure, sites.log, sites.resolved) == ("not-web", [], [])


def test_a_name_is_looked_up_once_and_that_number_is_asked(sites: Sites) -> None:
    """A name that answers differently the second time gains nothing: there is no second time."""
    asked = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return [NUMBER] if len(asked) == 1 else ["127.0.0.1"]

    sites.pages["/a/page"] = play.ok()
    ask = Fetcher(bounds=QUICK, resolve=rebinding, exempt=[(NUMBER, sites.port)])
    (result,) = ask.run([Asked(sites.url("/a/page", host="rebinding.test"), TITLE)])
    assert result.reply is not None
    assert (result.reply.status, asked) == (200, ["rebinding.test"])
    # The next hop looks again, and is refused.
    sites.pages["/a/page"] = play.redirect(302, "/b")
    asked.clear()
    (result,) = ask.run([Asked(sites.url("/a/page", host="rebinding.test"), TITLE)])
    assert result.reply is not None
    assert (result.reply.failure, len(asked)) == ("not-public", 2)


def test_the_system_s_names_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2606:4700::1", 80, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)
    assert asyncio.run(link_fetch.resolve("site.org", 80)) == ["8.8.8.8", "2606:4700::1"]


# -- faults -----------------------------------------------------------------------------------


def test_a_name_that_is_not_there(sites: Sites) -> None:
    async def none(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    ask = Fetcher(bounds=QUICK, resolve=none, exempt=[(NUMBER, sites.port)])
    (result,) = ask.run([Asked(sites.url())])
    assert result.reply is not None
    assert (result.reply.failure, result.reply.is_answered) == ("no-name", False)


def test_nobody_listens(sites: Sites) -> None:
    with socket.socket() as free:
        free.bind((NUMBER, 0))
        port = free.getsockname()[1]
    ask = Fetcher(bounds=QUICK, resolve=sites.resolve, exempt=[(NUMBER, port)])
    (result,) = ask.run([Asked(f"http://site.test:{port}/x")])
    assert result.reply is not None
    assert result.reply.failure == "connection"


def test_the_next_number_is_tried_where_one_does_not_listen(sites: Sites) -> None:
    sites.numbers = {"two.test": ["127.0.0.3", NUMBER]}
    sites.pages["/x"] = play.ok()
    exempt = [(NUMBER, sites.port), ("127.0.0.3", sites.port)]
    ask = Fetcher(bounds=QUICK, resolve=sites.resolve, exempt=exempt)
    (result,) = ask.run([Asked(sites.url("/x", host="two.test"), TITLE)])
    assert result.reply is not None
    assert result.reply.status == 200


def test_a_site_that_does_not_answer_in_time(sites: Sites) -> None:
    bounds = Bounds(pause=0, total=0.3)
    began = time.monotonic()
    assert found(sites, play.slow(5), bounds=bounds) == ("unreachable", None)
    assert time.monotonic() - began < 3


def test_the_time_is_for_all_redirects_together(sites: Sites) -> None:
    for n in range(5):
        sites.pages[f"/{n}"] = play.slow(0.25, play.redirect(302, f"/{n + 1}"))
    assert fetch(sites, "/0", bounds=Bounds(pause=0, total=0.6)).failure == "timeout"
    assert len(sites.log) <= 3


@pytest.mark.parametrize("pause", [0, 0.05])
def test_an_endless_page_is_left(sites: Sites, pause: float) -> None:
    """The page is judged by what came: it has its title."""
    began = time.monotonic()
    assert found(sites, play.endless(pause=pause)) == ("live", 200)
    assert time.monotonic() - began < 3


def test_a_packed_page_is_not_unpacked_beyond_the_bound(sites: Sites) -> None:
    sites.pages["/a/page"] = play.bomb()
    began = time.monotonic()
    reply = fetch(sites)
    assert reply.page is not None
    assert (reply.status, reply.page.title) == (200, TITLE)
    assert reply.page.length <= QUICK.page
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"Hello\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nBroken header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00" * 99,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000,
    ],
)
def test_what_is_no_answer(sites: Sites, data: bytes) -> None:
    sites.pages["/a/page"] = play.raw(data)
    reply = fetch(sites)
    assert reply.failure in {"malformed", "connection"}
    assert judge(reply).outcome == "unreachable"


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=punycode\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-16\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n",
    ],
)
def test_a_broken_page_is_judged_by_what_came(sites: Sites, data: bytes) -> None:
    sites.pages["/a/page"] = play.raw(data + html(TITLE))
    assert fetch(sites).status == 200


def test_a_fault_of_ours_says_nothing_of_the_address(
    sites: Sites, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sites.pages["/b"] = play.ok()

    def broken(body: str) -> object:
        raise RecursionError("a bug")

    monkeypatch.setattr(link_fetch, "read_page", broken)
    results = run(sites, sites.url("/b"), sites.url("/nothing"))
    assert [r.reply and r.reply.status for r in results] == [None, 404]
    assert "Checking http://site.test" in caplog.text


# -- pages that only seem to be there ---------------------------------------------------------


@pytest.mark.parametrize("title", ["Page not found", "404", "Oops! We couldn’t find that page"])
def test_an_error_page_with_a_good_status(sites: Sites, title: str) -> None:
    assert found(sites, play.ok(html(title))) == ("changed", 200)
    assert sites.paths() == ["/a/page"]


def test_a_wall_with_a_good_status(sites: Sites) -> None:
    assert found(sites, play.ok(html("Just a moment..."))) == ("refused", 200)


class Everywhere(dict[str, play.Page]):
    """A site that shows the same page whatever is asked."""

    def get(self, key: str, default: Any = None) -> Any:
        return play.ok(html("Institute of Work", "Welcome to our front page. " * 30))


def test_a_site_with_one_page_for_everything(sites: Sites) -> None:
    sites.pages = Everywhere()
    assert judge(fetch(sites, "/a/page.html"), TITLE).outcome == "changed"
    asked, sibling = sites.paths()
    assert asked == "/a/page.html"
    assert sibling.startswith("/a/")
    assert sibling.endswith(".html")
    assert len(sibling) == len("/a/.html") + 16


def test_a_page_with_another_title_that_is_there(sites: Sites) -> None:
    assert found(sites, play.ok(html("Institute of Work", TEXT))) == ("live", 200)
    assert len(sites.log) == 2


# -- politeness -------------------------------------------------------------------------------


def test_the_pause_between_two_requests_of_a_real_run() -> None:
    assert Bounds().pause >= 1
    assert Fetcher().bounds == Bounds()


def test_never_two_at_once_on_one_site_and_a_pause_between(sites: Sites) -> None:
    bounds = Bounds(pause=0.1, total=5, sites_at_once=8)
    urls = []
    for name in ("a.test", "b.test", "www.a.test", "c.test"):
        for n in range(3):
            sites.pages[f"{name}/{n}"] = play.slow(0.05)
            urls.append(sites.url(f"/{n}", host=name))
    # Redirects to a site that has its own addresses to be asked take their turn there too.
    sites.pages["c.test/0"] = play.slow(0.05, play.redirect(302, sites.url("/1", host="a.test")))
    assert len(run(sites, *urls, bounds=bounds)) == 12
    by_site: dict[str, list[play.Request]] = {}
    for request in sites.log:
        by_site.setdefault(request.host.removeprefix("www."), []).append(request)
    assert {site: len(log) for site, log in by_site.items()} == {
        "a.test": 7,
        "b.test": 3,
        "c.test": 3,
    }
    for log in by_site.values():
        log.sort(key=lambda r: r.began)
        # Each took 0.05 seconds, then came the pause.
        assert min(after.began - before.began for before, after in pairwise(log)) >= 0.149
    # And yet several sites side by side.
    assert any(
        one.host != other.host and one.began < other.ended and other.began < one.ended
        for one, other in pairwise(sorted(sites.log, key=lambda r: r.began))
    )


def test_no_more_sites_at_once_than_said(sites: Sites) -> None:
    sites.pages["/"] = counter = play.AtOnce()
    urls = [sites.url("/", host=f"s{n}.test") for n in range(9)]
    run(sites, *urls, bounds=Bounds(pause=0, sites_at_once=3))
    assert (len(sites.log), counter.most) == (9, 3)


@pytest.mark.parametrize("code", [429, 503])
def test_a_short_wait_is_kept(sites: Sites, code: int) -> None:
    page = InTurn([play.status(code, Retry_After="1"), play.ok()])
    assert found(sites, page) == ("live", 200)
    first, second = sites.log
    assert second.began - first.began >= 1


def test_a_wait_may_be_a_date(sites: Sites) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    page = InTurn([play.status(429, Retry_After=at), play.ok()])
    assert found(sites, page) == ("live", 200)


@pytest.mark.parametrize(
    ("code", "headers", "requests"),
    [
        (429, {}, 1),
        (429, {"Retry_After": "3600"}, 1),
        (429, {"Retry_After": "9" * 5000}, 1),
        (429, {"Retry_After": "soon"}, 1),
        (429, {"Retry_After": "Thu, 01 Jan 2099 00:00:00 GMT"}, 1),
        (503, {"Retry_After": "3600"}, 1),
        (429, {"Retry_After": "0"}, 2),
        (503, {"Retry_After": "0"}, 2),
    ],
)
def test_a_site_that_has_had_enough_is_left_alone(
    sites: Sites, code: int, headers: dict[str, str], requests: int
) -> None:
    """It is there; its other addresses wait for the next run, other sites do not."""
    sites.pages["/0"] = play.status(code, **headers)
    sites.pages["b.test/0"] = play.ok()
    urls = [sites.url("/0"), sites.url("/1"), sites.url("/2"), sites.url("/0", host="b.test")]
    replies = {r.asked.url: r.reply for r in run(sites, *urls)}
    first, *rest, other = (replies[url] for url in urls)
    assert first is not None
    assert other is not None
    assert (judge(first).outcome, rest, other.status) == ("refused", [None, None], 200)
    assert Counter(sites.paths()) == {"/0": requests + 1}


def test_a_site_that_has_had_enough_of_comparing_is_left_alone(sites: Sites) -> None:
    class Strange(Everywhere):
        def get(self, key: str, default: Any = None) -> Any:
            return super().get(key) if key.endswith("/page") else play.status(429)

    sites.pages = Strange()
    first, second = run(sites, sites.url("/a/page"), sites.url("/b/page"))
    assert first.reply is not None
    assert (judge(first.reply).outcome, second.reply, len(sites.log)) == ("live", None, 2)


def test_a_run_can_be_stopped(sites: Sites) -> None:
    sites.pages = {f"/{n}": play.slow(0.05) for n in range(50)}
    results = fetcher(sites).run([Asked(sites.url(f"/{n}")) for n in range(50)])
    next(results)
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 1
    asked = len(sites.log)
    time.sleep(0.3)
    assert len(sites.log) <= asked + 1 < 10


# -- secure connections -----------------------------------------------------------------------


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Sites]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("site.test").configure_cert(context)
    sites = Sites(tls=context)
    sites.pages["/a/page"] = play.ok()
    yield sites
    sites.close()


def test_the_certificate_is_checked_against_the_name(
    secure: Sites, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the connection is made to a number."""
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    monkeypatch.setattr("httpx2.create_ssl_context", lambda **options: trusting)
    assert fetch(secure).status == 200
    assert fetch(secure, secure.url("/a/page", host="other.test")).failure == "tls"
    assert len(secure.log) == 1


def test_a_certificate_nobody_vouches_for(secure: Sites) -> None:
    assert fetch(secure).failure == "tls"
    assert secure.log == []


def test_no_secure_connection_at_all(sites: Sites) -> None:
    assert fetch(sites, f"https://site.test:{sites.port}/").failure == "tls"
