"""The command: it asks, keeps, goes on after a kill, and knows when its own line is down."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from scripts.configuration import clean_environment
from tests.toolkit import sites as play
from tests.toolkit.sites import NUMBER, Sites
from tests.toolkit.small import CASE, GUIDE, load_small
from toolkit.link_fetch import Bounds, Fetcher
from toolkit.management.commands import check_links
from toolkit.models import LinkCheck, Resource, ResourceAddress
from toolkit.run_lock import AlreadyRunningError, only_run

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ROOT = Path(__file__).resolve().parent.parent.parent
REAL_FETCHER = check_links.make_fetcher
QUICK = Bounds(pause=0, connect=1, total=1, wait=0)


@pytest.fixture(autouse=True)
def sites(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sites]:
    """Sites for a run that is real in all but what it may ask."""
    sites = Sites()
    monkeypatch.setattr(check_links, "make_fetcher", lambda: fetcher(sites))
    # The tests' own leave to use the database beside an event loop: the command needs none.
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)
    yield sites
    sites.close()


def fetcher(sites: Sites, bounds: Bounds = QUICK, resolve: Any = None) -> Fetcher:
    exempt = [(NUMBER, sites.port)]
    return Fetcher(bounds=bounds, resolve=resolve or sites.resolve, exempt=exempt)


@pytest.fixture
def guide() -> Resource:
    load_small()
    return Resource.objects.get(slug=GUIDE)


def stands_at(item: Resource, original: str, *others: str) -> None:
    Resource.objects.filter(pk=item.pk).update(original_url=original)
    for url in others:
        ResourceAddress.objects.create(resource=item, url=url, note="")


def run(*arguments: Any, **options: Any) -> tuple[str, str]:
    """What the command says, and its progress."""
    out, progress = StringIO(), StringIO()
    call_command("check_links", *arguments, stdout=out, stderr=progress, **options)
    return out.getvalue().strip(), progress.getvalue().strip()


def found() -> dict[str, str]:
    return {
        url.partition(".test:")[2].partition("/")[2]: outcome
        for url, outcome in LinkCheck.objects.order_by("pk").values_list("url", "outcome")
    }


def test_what_is_due_is_checked_and_said_in_one_line(sites: Sites, guide: Resource) -> None:
    sites.pages |= {"/live": play.ok(), "/old/page": play.redirect(301, "/live")}
    stands_at(guide, sites.url("/old/page"), sites.url("/live"), sites.url("/dead", host="b.test"))
    said, progress = run()
    assert said == "3 addresses checked: 1 live, 1 moved, 1 gone."
    assert progress == "3/3: 1 live, 1 moved, 1 gone"
    assert found() == {"live": "live", "old/page": "moved", "dead": "gone"}
    guide.refresh_from_db()
    assert (guide.link_state, guide.original_url) == ("moved", sites.url("/old/page"))
    assert run() == ("No address is due.", "")
    assert len(sites.log) == 4


def test_nothing_is_said_of_the_progress_where_it_is_not_wanted(
    sites: Sites, guide: Resource
) -> None:
    stands_at(guide, sites.url("/dead"))
    assert run(verbosity=0) == ("1 address checked: 1 gone.", "")


def test_the_progress_stays_on_one_line_of_a_terminal(
    sites: Sites, guide: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites.pages["/1"] = play.ok()
    stands_at(guide, sites.url("/1"), sites.url("/2"))
    terminal = StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    call_command("check_links", stdout=StringIO(), stderr=terminal)
    assert terminal.getvalue() == "\r\x1b[K1/2: 1 live\r\x1b[K2/2: 1 live, 1 gone\n"


def test_age_limit_and_names(sites: Sites, guide: Resource) -> None:
    stands_at(guide, sites.url("/1"), sites.url("/2"), sites.url("/3"))
    stands_at(Resource.objects.get(slug=CASE), sites.url("/case"))
    run("--limit", "1")
    assert sites.paths() == ["/1"]
    run(CASE)
    assert sites.paths() == ["/1", "/case"]
    run()
    assert sites.paths() == ["/1", "/case", "/2", "/3"]
    run("--older-than", "0", CASE)
    assert sites.paths()[4:] == ["/case"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing", CASE, "more"], "No archive item is called more, nothing."),
        (["--older-than", "-1"], "--older-than needs 0 or more"),
        (["--limit", "0"], "--limit 1 or more"),
    ],
)
def test_nonsense_is_refused(guide: Resource, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*arguments)


def test_a_real_run_tells_who_asks_and_is_bounded(settings: Any) -> None:
    settings.LINK_CHECK_CONTACT = "archive@example.org"
    real = REAL_FETCHER()
    assert "archive@example.org" in real._headers["User-Agent"]
    assert (real.bounds, real._exempt, real._ports) == (Bounds(), frozenset(), {80, 443})


def test_addresses_left_alone_are_said_and_stay_due(sites: Sites, guide: Resource) -> None:
    sites.pages["/1"] = play.status(429, Retry_After="3600")
    stands_at(guide, sites.url("/1"), sites.url("/2"), sites.url("/3"))
    assert run()[0] == "1 address checked: 1 refused; 2 left for the next run."
    sites.pages["/1"] = play.ok()
    assert run()[0] == "2 addresses checked: 2 gone."


# -- one's own line ---------------------------------------------------------------------------


async def no_line(host: str, port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def test_without_a_line_nothing_is_written(
    sites: Sites, guide: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    stands_at(guide, sites.url("/1"), sites.url("/2", host="b.test"))
    monkeypatch.setattr(check_links, "make_fetcher", lambda: fetcher(sites, resolve=no_line))
    with pytest.raises(CommandError, match=r"None of 2 addresses.*nothing was recorded"):
        run()
    guide.refresh_from_db()
    assert (guide.link_state, guide.link_checked_on) == ("not-checked", None)
    assert not LinkCheck.objects.exists()


def test_a_line_that_breaks_makes_nothing_gone(
    sites: Sites, guide: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def breaking(host: str, port: int) -> list[str]:
        asked.append(host)
        return await (sites.resolve if len(asked) <= 2 else no_line)(host, port)

    stands_at(guide, *(sites.url(f"/{n}") for n in range(5)))
    monkeypatch.setattr(check_links, "make_fetcher", lambda: fetcher(sites, resolve=breaking))
    assert run()[0] == ("2 addresses checked: 2 gone; 3 not recorded, the line seemed to be down.")
    # Then one that had answered was asked once more, and did not.
    assert (found(), len(asked)) == ({"0": "gone", "1": "gone"}, 5)


def test_dead_sites_are_recorded_where_the_line_is_up(sites: Sites, guide: Resource) -> None:
    """The last to be asked, and all there is to ask, may be the dead ones."""
    sites.numbers["dead.test"] = []  # a name without a number
    sites.pages["/1"] = play.ok()
    stands_at(guide, sites.url("/dead", host="dead.test"))
    with pytest.raises(CommandError, match="nothing was recorded"):
        run()
    # One that answered is known now.
    stands_at(Resource.objects.get(slug=CASE), sites.url("/1"))
    run(CASE)
    sites.log.clear()
    assert run()[0] == "1 address checked: 1 unreachable."
    assert sites.paths() == ["/1"]


# -- stopping and going on --------------------------------------------------------------------


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """A shell starts what runs in the background deaf to Ctrl-C, and so the tests in CI."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_ctrl_c_ends_it_and_keeps_what_there_is(sites: Sites, guide: Resource) -> None:
    def interrupt(handler: play.Handler) -> None:
        time.sleep(0.5)  # the first is kept by then, unless the machine is very busy
        # A real signal wakes the loop; the answer comes long after it should have ended.
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(3)
        handler.send(404)

    sites.pages |= {"/1": play.ok(), "/2": interrupt}
    stands_at(guide, *(sites.url(f"/{n}") for n in range(1, 5)))
    said = run()[0]
    kept = LinkCheck.objects.count()
    assert kept < 2
    assert said.startswith("Stopped. ")
    assert said.endswith(f"; {4 - kept} left for the next run.")
    sites.pages["/2"] = play.ok()
    run()
    assert found() == {"1": "live", "2": "live", "3": "gone", "4": "gone"}
    assert LinkCheck.objects.count() == 4


CHILD = """
import django
django.setup()
from django.core.management import call_command
from toolkit.link_fetch import Bounds, Fetcher
from toolkit.management.commands import check_links
async def resolve(host, port):
    return ["{number}"]
check_links.make_fetcher = lambda: Fetcher(
    bounds=Bounds(pause=0.05), resolve=resolve, exempt=[("{number}", {port})]
)
call_command("check_links")
"""


def database_url() -> str:
    """The database under test, for another process."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    host = quote(values["HOST"], safe="")
    return f"postgres://{values['USER']}:{values['PASSWORD']}@{host}/{values['NAME']}"


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_goes_on_where_it_was(sites: Sites, guide: Resource) -> None:
    total = 30
    stands_at(guide, *(sites.url(f"/{n}") for n in range(total)))
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(number=NUMBER, port=sites.port)],
        cwd=ROOT,
        env=clean_environment(
            DATABASE_URL=database_url(), DJANGO_SETTINGS_MODULE="jobquality.settings"
        ),
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: LinkCheck.objects.count() >= 5)
        # Another run beside it is refused while it lives.
        with pytest.raises(CommandError, match="Another check_links is running"):
            run()
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    kept = set(found())
    assert 5 <= len(kept) < total
    sites.log.clear()

    def lock_is_free() -> bool:
        try:
            with only_run("check_links"):
                return True
        except AlreadyRunningError:
            return False

    wait_for(lock_is_free)  # PostgreSQL takes a moment to see that its client is gone
    assert run()[0] == f"{total - len(kept)} addresses checked: {total - len(kept)} gone."
    asked = [path.removeprefix("/") for path in sites.paths()]
    assert sorted(asked) == sorted({f"{n}" for n in range(total)} - kept)
    assert LinkCheck.objects.count() == total


def test_one_run_at_a_time(sites: Sites, guide: Resource) -> None:
    stands_at(guide, sites.url("/1"))
    is_held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with only_run("check_links"):
                is_held.set()
                may_end.wait(30)
        finally:
            connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    assert is_held.wait(30)
    try:
        with pytest.raises(CommandError, match="nothing was done"):
            run()
        assert sites.log == []
        with only_run("something_else"):
            pass
    finally:
        may_end.set()
        other.join()
    assert run()[0] == "1 address checked: 1 gone."


def test_it_needs_no_leave_to_use_the_database_beside_a_loop(sites: Sites, guide: Resource) -> None:
    assert "DJANGO_ALLOW_ASYNC_UNSAFE" not in os.environ
    stands_at(guide, sites.url("/1"))
    assert run()[0] == "1 address checked: 1 gone."
