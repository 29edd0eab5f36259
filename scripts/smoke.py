"""Use a running site as an employer would, over https, and look at what only production has.

    python -m scripts.smoke https://jobs.example.org

It starts an assessment and deletes it again. With the session of somebody on staff it also adds a
captured copy and removes it again. Standard library and what the tests have.
"""

import argparse
import hashlib
import re
import secrets
import socket
import ssl
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from scripts.terminal import say
from tests import pages

# Seconds for a document, which may stand in a queue behind others.
PATIENCE = 120
# Of a captured copy: more than any address takes that nginx does not name.
COPY_BYTES = 3 * 1024 * 1024
# Visitors who send without end: more than the site has threads. Seconds that others may wait then.
SLOW_SENDERS, SLOW_ANSWER = 40, 5

RESOURCES, COPIES = "/admin/toolkit/resource/", "/admin/toolkit/resourcecopy/"


class SmokeError(Exception):
    """The site did not do what it should; the message says what and where."""


class Browser:
    """One visitor: cookies, forms with their token, no script."""

    def __init__(self, site: str, *, address: str = "", ca: str = "") -> None:
        """``address``: where the site is, if its name leads nowhere yet; ``ca``: whom to trust."""
        self.site, self.host = site.rstrip("/"), urlsplit(site).netloc
        self._place = self.site.replace(self.host, address) if address else self.site
        self._trust = ssl.create_default_context(cafile=ca or None)
        self.client = httpx2.Client(verify=self._trust, timeout=60)

    def ask(self, method: str, path: str, **given: Any) -> httpx2.Response:
        """One request, as a browser sends it from a page of the site; follows no redirect."""
        path = path.removeprefix(self.site)
        headers = {"Host": self.host, "Referer": f"{self.site}/", **given.pop("headers", {})}
        if method == "POST":
            headers["Origin"] = self.site
        place = self._place
        if path.startswith("http://"):
            place, path = self._place.replace("https:", "http:"), urlsplit(path).path
        extensions = {"sni_hostname": self.host}
        return self.client.request(
            method, place + path, headers=headers, extensions=extensions, **given
        )

    def get(self, path: str, *, status: int = 200) -> httpx2.Response:
        """A page. Raises SmokeError if it answers anything but ``status``."""
        return self._expect(self.ask("GET", path), path, status)

    def send(self, path: str, page: httpx2.Response, *, file: Any = None, **changed: str) -> str:
        """Send the form of a page; returns where that leads. Raises SmokeError as ``get``."""
        action = path if f'action="{path}"' in page.text else ""
        fields = pages.sends(page, action, **changed)
        token = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        data = fields | {"csrfmiddlewaretoken": token}
        files = {"file": file} if file else None
        response = self._expect(self.ask("POST", path, data=data, files=files), path, 302)
        return str(response.headers.get("Location", ""))

    def begin(self, path: str, size: int) -> socket.socket:
        """Announce a body of ``size`` bytes and send the first; returns the open line."""
        place = urlsplit(self._place)
        line = socket.create_connection((place.hostname or "", place.port or 443), timeout=10)
        line = self._trust.wrap_socket(line, server_hostname=self.host)
        head = [
            f"POST {path} HTTP/1.1",
            f"Host: {self.host}",
            f"Cookie: csrftoken={'a' * 32}",
            "Content-Type: multipart/form-data; boundary=b",
            f"Content-Length: {size}",
        ]
        line.sendall("\r\n".join([*head, "", "-"]).encode())
        return line

    def _expect(self, response: httpx2.Response, path: str, status: int) -> httpx2.Response:
        require(
            response.status_code == status,
            f"{path.partition('/open/')[0] or 'A private link'}: {response.status_code}, "
            f"not {status}",
        )
        return response


def require(is_so: bool, what: str) -> None:
    """Raise SmokeError(``what``) unless it is so."""
    if not is_so:
        raise SmokeError(what)


def smoke(browser: Browser, stranger: Browser, staff: Browser | None) -> None:
    """Every step in turn, each said once it is done. Raises SmokeError at the first that fails.

    ``staff``: the browser of somebody who is signed in, if there is one.
    """
    home = browser.get("/")
    require("Job Quality" in pages.title(home), "The home page has another title")
    say("  home")
    plain = browser.ask("GET", f"http://{browser.host}/start/")
    require(
        (plain.status_code, plain.headers.get("Location")) == (301, f"{browser.site}/start/"),
        "http does not lead to https",
    )
    say("  http leads to https")
    claim = {"X-Forwarded-Proto": "http", "X-Request-ID": secrets.token_hex(16)}
    claimed = browser.ask("GET", "/", headers=claim)
    require(claimed.status_code == 200, "The site believes a visitor's X-Forwarded-Proto")
    given = claimed.headers.get("X-Request-ID")
    require(given not in {None, claim["X-Request-ID"]}, "A visitor can choose the request's id")
    say("  what a visitor claims of the way here is not believed")
    look_at_headers(home)
    say("  security headers")
    hub, secret = start(browser)
    say("  start an assessment, private link shown")
    opened = stranger.get(f"/open/{secret}/", status=302)
    require(opened.headers["Location"].endswith(hub), "The private link leads elsewhere")
    require(opened.headers["Referrer-Policy"] == "no-referrer", "The link's address is passed on")
    stranger.get(hub)
    say("  private link opens it in another browser")
    answer(browser, hub)
    say("  answer, and read the answer back")
    said = pages.words(browser.get(f"{hub}results/"))
    require("1 of 1 practice in place" in said, "The results do not count the one answer")
    say("  results")
    look_at_plan(browser, hub)
    say("  plan as PDF")
    require('name="password"' in browser.get("/admin/login/").text, "No staff sign-in")
    say("  staff sign-in page")
    hold_threads(browser)
    say("  slow senders keep nobody waiting")
    if staff:
        keep_copy(staff)
        say("  staff add a captured copy and remove it again")
    bound = browser.send(f"{hub}delete/", browser.get(f"{hub}delete/"), confirm="on")
    browser.get(hub, status=404)
    stranger.get(hub, status=404)
    say(f"  delete it again (leads to {bound})")


def look_at_headers(home: httpx2.Response) -> None:
    """What a page must say of itself, and what it must not say of the server."""
    found = home.headers
    policy = found.get("Content-Security-Policy", "")
    require("max-age=31536000" in found.get("Strict-Transport-Security", ""), "No HSTS")
    require("default-src 'none'" in policy and "unsafe" not in policy, f"CSP is {policy!r}")
    for name, value in {
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Server": "nginx",
    }.items():
        require(found.get(name) == value, f"{name} is {found.get(name)!r}, not {value!r}")


def start(browser: Browser) -> tuple[str, str]:
    """Start an assessment; returns the address of its hub and the secret of its link."""
    page = browser.get("/start/?mode=quick")
    bound = browser.send("/start/", page, mode="quick", name="Smoke test")
    for cookie in browser.client.cookies.jar:
        flags = (cookie.secure, cookie.has_nonstandard_attr("HttpOnly"))
        require(flags == (True, True), f"The cookie {cookie.name} is not Secure and HttpOnly")
    return bound.removesuffix("links/"), pages.shown_secret(browser.get(bound))


def answer(browser: Browser, hub: str) -> None:
    """Answer the first question of the first component, and read it back."""
    path = f"{hub}questions/recruitment-hiring/"
    page = browser.get(path)
    name = page.text.partition('type="radio" name="')[2].partition('"')[0]
    require(name.endswith("-choice"), "The component's page has no question")
    browser.send(path, page, **{name: "3"})
    kept = pages.sends(browser.get(path), "").get(name)
    require(kept == "3", f"The answer read back is {kept!r}")


def look_at_plan(browser: Browser, hub: str) -> None:
    """Ask for the plan and wait until it is there, made at once or by the worker."""
    path = f"{hub}documents/make/"
    bound = browser.send(path, browser.get(f"{hub}documents/"))
    until = time.monotonic() + PATIENCE
    while "/making/" in bound and time.monotonic() < until:
        if made := pages.made_document(browser.get(bound)):
            bound = made
        else:
            time.sleep(0.5)  # as the page of progress does
    require("/making/" not in bound, f"The plan was not ready within {PATIENCE} seconds")
    require(browser.get(bound).content.startswith(b"%PDF-"), "The plan is no PDF")


def hold_threads(browser: Browser) -> None:
    """Send bodies that never end to the one address whose body nginx passes on as it comes."""
    with ExitStack() as lines:
        for _ in range(SLOW_SENDERS):
            lines.enter_context(browser.begin(f"{COPIES}add/1/", 60_000_000))
        began = time.monotonic()
        browser.get("/start/")
        waited = time.monotonic() - began
    require(waited < SLOW_ANSWER, f"{SLOW_SENDERS} slow senders keep others waiting {waited:.0f} s")


def keep_copy(staff: Browser) -> None:
    """Add a captured copy of some megabytes to an item of the archive, and remove it again."""
    items = re.findall(r"/admin/toolkit/resource/(\d+)/change/", staff.get(RESOURCES).text)
    require(bool(items), "There is no item to add a captured copy to")
    path = f"{COPIES}add/{items[0]}/"
    data = b"%PDF-1.7\n" + secrets.token_bytes(COPY_BYTES)
    file = ("smoke.pdf", data, "application/pdf")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    staff.send(path, staff.get(path), file=file, captured_on=today, capture_method="Smoke test")
    found = staff.get(f"{COPIES}?q={hashlib.sha256(data).hexdigest()}").text
    kept = re.search(rf"{COPIES}(\d+)/change/", found)
    require(kept is not None, "The captured copy is not in the list")
    assert kept is not None
    removal = f"{COPIES}{kept[1]}/delete/"
    staff.send(removal, staff.get(removal))


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code; the last line says how it went."""
    parser = argparse.ArgumentParser(description="Use a running site as an employer would.")
    parser.add_argument("site", help="https://jobs.example.org")
    parser.add_argument("--address", default="", help="where it is, if its name leads nowhere yet")
    parser.add_argument("--ca", default="", help="a file with the certificate to trust")
    parser.add_argument("--staff", type=Path, help="a file with the key of a session on staff")
    given = parser.parse_args(arguments)
    one, other, staff = (Browser(given.site, address=given.address, ca=given.ca) for _ in range(3))
    if given.staff:
        staff.client.cookies.set("sessionid", given.staff.read_text().strip())
    try:
        smoke(one, other, staff if given.staff else None)
    except (SmokeError, httpx2.HTTPError, OSError) as error:
        say(f"Smoke test failed: {error}")
        return 1
    say("Smoke test passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
