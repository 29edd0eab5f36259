"""Use a running site as an employer would, over https, and look at what only production has.

    python -m scripts.smoke https://jobs.example.org

It starts an assessment and deletes it again. Standard library and what the tests have.
"""

import argparse
import ssl
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import httpx2

from scripts.terminal import say
from tests import pages

# Seconds for a document, which may stand in a queue behind others.
PATIENCE = 120


class SmokeError(Exception):
    """The site did not do what it should; the message says what and where."""


class Browser:
    """One visitor: cookies, forms with their token, no script."""

    def __init__(self, site: str, *, address: str = "", ca: str = "") -> None:
        """``address``: where the site is, if its name leads nowhere yet; ``ca``: whom to trust."""
        self.site, self.host = site.rstrip("/"), urlsplit(site).netloc
        self._place = self.site.replace(self.host, address) if address else self.site
        trust = ssl.create_default_context(cafile=ca or None)
        self.client = httpx2.Client(verify=trust, timeout=60)

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

    def send(self, path: str, page: httpx2.Response, **changed: str) -> str:
        """Send the form of a page; returns where that leads. Raises SmokeError as ``get``."""
        action = path if f'action="{path}"' in page.text else ""
        fields = pages.sends(page, action, **changed)
        token = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        data = fields | {"csrfmiddlewaretoken": token}
        response = self._expect(self.ask("POST", path, data=data), path, 302)
        return str(response.headers.get("Location", ""))

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


def smoke(browser: Browser, stranger: Browser) -> None:
    """Every step in turn, each said once it is done. Raises SmokeError at the first that fails."""
    home = browser.get("/")
    require("Job Quality" in pages.title(home), "The home page has another title")
    say("  home")
    plain = browser.ask("GET", f"http://{browser.host}/start/")
    require(
        (plain.status_code, plain.headers.get("Location")) == (301, f"{browser.site}/start/"),
        "http does not lead to https",
    )
    say("  http leads to https")
    claimed = browser.ask("GET", "/", headers={"X-Forwarded-Proto": "http"})
    require(claimed.status_code == 200, "The site believes a visitor's X-Forwarded-Proto")
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


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code; the last line says how it went."""
    parser = argparse.ArgumentParser(description="Use a running site as an employer would.")
    parser.add_argument("site", help="https://jobs.example.org")
    parser.add_argument("--address", default="", help="where it is, if its name leads nowhere yet")
    parser.add_argument("--ca", default="", help="a file with the certificate to trust")
    given = parser.parse_args(arguments)
    one, other = (Browser(given.site, address=given.address, ca=given.ca) for _ in range(2))
    try:
        smoke(one, other)
    except (SmokeError, httpx2.HTTPError) as error:
        say(f"Smoke test failed: {error}")
        return 1
    say("Smoke test passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
