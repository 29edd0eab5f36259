"""What every test stands on: the settings under test, the database, the browser."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connections
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError

from scripts.system_packages import CHROMIUM, CHROMIUM_ARGUMENTS

# Playwright's synchronous API runs an event loop in the tests' own thread, and Django refuses
# the database where it sees one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# A shared machine is slow at times; that is no fault of the rule under test.
hypothesis.settings.register_profile("project", deadline=None, database=None)
hypothesis.settings.load_profile("project")

OUR_HOSTS = {"localhost", "127.0.0.1"}
# Chromium reports a blocked resource on the console too, but not what blocked it.
REPORT_CSP = """document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`CSP ${event.disposition}: ${event.violatedDirective} ${event.blockedURI}`);
});"""


def pytest_configure() -> None:
    """Production's settings, less what needs https or collected static files."""
    settings.SECURE_SSL_REDIRECT = False
    settings.SESSION_COOKIE_SECURE = False
    settings.CSRF_COOKIE_SECURE = False
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        # Never the copies of whoever runs the tests.
        "copies": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = True
    # What is counted across tests would fail them by their number; test_limiting.py turns it on.
    settings.RATE_LIMITS = 0
    # Asked for in the tests that are about it; the cast of the others has no phone.
    settings.STAFF_SECOND_FACTOR = False
    # Made to be slow, and no test is about that.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Give SQLite a file, with production's options, and each process a database of its own.

    In memory all threads share one connection, which proves nothing about conflicts
    (decisions.md 29).
    """
    connection = connections["default"]
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(file)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, quiet on the network. Without it the browser tests error."""
    return {
        **browser_type_launch_args,
        "executable_path": str(CHROMIUM),
        "args": CHROMIUM_ARGUMENTS,
    }


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    """Let ``page.goto("/start/")`` mean the site under test."""
    return str(live_server.url)


class Watch:
    """What went wrong in the browser that the page did not show.

    ``problems`` holds console errors, uncaught exceptions, CSP violations and requests to a
    foreign host, in order. A test that provokes one names it with ``expect``.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """Let problems pass that hold the regular expression ``pattern``, before and after."""
        self._expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """Return the problems that no pattern excuses."""
        return [p for p in self.problems if not any(e.search(p) for e in self._expected)]

    def attach(self, context: BrowserContext) -> None:
        """Watch every page of ``context``, those that it opens later too."""
        context.add_init_script(REPORT_CSP)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location['url']})")

    def _on_error(self, error: WebError) -> None:
        self.problems.append(f"uncaught: {error.error}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.hostname not in OUR_HOSTS:
            self.problems.append(f"foreign request: {request.url}")


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fail the test in the end if the browser met a problem that the test did not expect."""
    watch = Watch()
    yield watch
    assert watch.unexpected() == []


@pytest.fixture
def new_context(
    watch: Watch, new_context: Callable[..., BrowserContext]
) -> Callable[..., BrowserContext]:
    """Open a browser of its own (another device, or one without JavaScript), watched.

    ``page`` and ``context`` come from here too.
    """

    def watched(**options: Any) -> BrowserContext:
        context = new_context(**options)
        watch.attach(context)
        return context

    return watched


@pytest.fixture
def axe() -> Callable[..., list[str]]:
    """Find what axe says is inaccessible: ``assert axe(page) == []``.

    Each line has the rule, how bad it is, what to do and the elements. ``within`` is a CSS
    selector for a part of the page.
    """

    def violations(page: Page, *, within: str | None = None) -> list[str]:
        # WCAG 2.2's size of targets is off by default.
        options = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
        found = Axe().run(page, context=within, options=options).response["violations"]
        return [
            f"{v['id']} ({v['impact']}): {v['help']}: "
            + "; ".join(f"{n['target']} {n['html'][:120]}" for n in v["nodes"])
            for v in found
        ]

    return violations


@pytest.fixture
def any_wording(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any wording be published, for tests of what becomes of a text and not of the text."""
    monkeypatch.setattr("toolkit.quality.problems", lambda *_: [])
