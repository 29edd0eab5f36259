"""Runs wapiti, a scanner of web applications, against the site as deployed and judges its report.

Three scans: as anybody, with an owner's session, and signed in to the desk. Everything stays on
this machine: wapiti would report to its makers' server what a site fetches, so a listener of our
own stands in for that. Run it by itself with ``python -m scripts.soak_wapiti [minutes]``, or as a
part of `make soak`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from scripts import set_up
from scripts.configuration import clean_environment
from scripts.terminal import ROOT, quietly, say

# Its own environment: nothing of it may stand beside what the site runs on.
ENVIRONMENT = ROOT / "data" / "wapiti"
PACKAGE = "wapiti3>=3.3,<4"
# Left out: those that ask other machines (log4shell, takeover), that need lists fetched from the
# internet (cms, htp, nikto, wapp, wp_enum), https (ssl), or a login form to guess at (axes is
# tested by itself), and the word lists of buster.
MODULES = (
    *("backup", "crlf", "csrf", "exec", "file", "htaccess", "ldap", "methods", "permanentxss"),
    *("redirect", "shellshock", "spring4shell", "sql", "ssrf", "timesql", "upload", "xss", "xxe"),
)
MINUTES = 8
SCANS = ("anybody", "owner", "desk")
# A scan that saw less than so many addresses has not looked around.
LEAST = 50
# What would end the scan for itself: the session, the assessment, the account.
NOT_PRESSED = (
    "/a/{id}/delete/",
    "/a/{id}/leave/",
    "/a/{id}/links/rotate/",
    "/assessments/leave/",
    "/admin/logout/",
    "/admin/password_change/",
    "/admin/second-factor/*",
    "/admin/auth/*",
)
SEED = """
from django.contrib.auth.models import User
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_static.models import StaticDevice
from assessment import workflow
from assessment.models import Assessment
from toolkit import editions
host = {"HTTP_HOST": "127.0.0.1"}
assessment = Assessment(edition_number=editions.live_edition().number, name="Scanned")
link, secret = workflow.start_assessment(assessment=assessment)
anybody, employer, staff = Client(), Client(), Client()
employer.get(f"/open/{secret}/", **host)
scanned = User.objects.create_superuser("scanned")
staff.force_login(scanned)
session = staff.session
device = StaticDevice.objects.create(user=scanned, name="scan")
session[DEVICE_ID_SESSION_KEY] = device.persistent_id
session.save()
print("SEED", assessment.public_id)
for client in (anybody, employer, staff):
    # Asked for at once by many connections, each would get a token of its own and most forms a
    # wrong one: nothing behind the token would ever be reached.
    client.get("/start/", **host)
    print("SEED", "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()))
"""


@dataclass(frozen=True)
class Explained:
    """A kind of finding that is none, and why; ``where`` is matched against its scan and path."""

    kind: str
    where: str
    reason: str


# A report of wapiti's that was never written.
NOTHING: dict[str, Any] = {"vulnerabilities": {}, "anomalies": {}, "infos": {}}
# What the site's log says of a request that it failed (jobquality/logs.py).
FAILED = re.compile(r'"message": "([A-Z]+ \S+ 5\d\d), ')
EXPLAINED = (
    Explained(
        "LDAP Injection",
        r"/archive/ q$",
        "The search takes punctuation for a space, so that two queries which differ only by it "
        "find the same. There is no LDAP.",
    ),
)


@dataclass(frozen=True)
class Finding:
    """What wapiti says of one address."""

    scan: str
    kind: str
    path: str
    parameter: str
    info: str

    @property
    def is_explained(self) -> bool:
        """Whether the list says why it is none."""
        where = f"{self.scan} {self.path} {self.parameter}"
        return any(e.kind == self.kind and re.search(e.where, where) for e in EXPLAINED)

    def __str__(self) -> str:
        return f"{self.scan}: {self.kind} at {self.path} ({self.parameter}): {self.info[:200]}"


@dataclass(frozen=True)
class Scan:
    """One scan: how many addresses it saw and what was found, the site's own failures included."""

    name: str
    addresses: int
    findings: tuple[Finding, ...]


def scan_all(minutes: float = MINUTES) -> Iterator[Scan]:
    """Serve a fresh site and scan it three times, each for about so many minutes."""
    wapiti = _installed()
    with tempfile.TemporaryDirectory(prefix="jobquality-wapiti-") as name:
        folder = Path(name)
        port = _free_port()
        env = clean_environment(
            DATABASE_URL=f"sqlite:///{folder}/db.sqlite3",
            SECRET_KEY="scan-" + "k" * 50,
            ALLOWED_HOSTS="127.0.0.1",
            INSECURE_HTTP="1",
            RATE_LIMITS="0",
            COPIES_DIR=str(folder / "copies"),
        )
        public_id, *cookies = _seeded(env)
        with _fetches() as (listener, fetched), _served(env, port, folder / "log") as url:
            starts = ("/", f"/a/{public_id}/", "/admin/")
            for scan, cookie, start in zip(SCANS, cookies, starts, strict=True):
                report = folder / f"{scan}.json"
                command: list[str | Path] = [
                    wapiti,
                    "-u",
                    f"{url}/",
                    "-s",
                    f"{url}{start}",
                    "--scope",
                    "folder",
                ]
                command += ["--no-bugreport", "-f", "json", "-o", report, "-v", "0", "-dr", "1"]
                command += ["--store-session", folder / scan, "--store-config", folder / "config"]
                command += ["-m", ",".join(MODULES), "--flush-session", "-t", "10"]
                command += ["--endpoint", f"http://127.0.0.1:{listener}/", "--max-parameters", "60"]
                # A third of the time to look around, so that some is left for each attack.
                command += ["--max-scan-time", str(minutes * 60 / 3)]
                command += ["--max-attack-time", str(minutes * 40 / len(MODULES))]
                command += ["-C", cookie]
                for pattern in NOT_PRESSED:
                    command += ["-x", f"{url}{pattern.format(id=public_id)}"]
                if scan != "desk":
                    command += ["-x", f"{url}/admin/toolkit/*", "-x", f"{url}/archive/*/copies/*"]
                was_shown = is_shown(f"{url}{start}", cookie)
                done = subprocess.run(
                    command, stdout=subprocess.DEVNULL, check=False, timeout=600 + minutes * 180
                )
                found = _read(scan, report, folder / "log", fetched)
                shown = was_shown and is_shown(f"{url}{start}", cookie)
                yield with_doubts(found, code=done.returncode, is_shown=shown)


def is_shown(page: str, cookie: str) -> bool:
    """Whether the page is shown to a cookie, and no other in its place."""
    try:
        with urlopen(Request(page, headers={"Cookie": cookie}), timeout=60) as answer:  # noqa: S310
            return bool(answer.url == page)
    except HTTPError:
        return False


def with_doubts(scan: Scan, *, code: int, is_shown: bool) -> Scan:
    """The scan, and among its findings what makes its silence worth nothing.

    ``code``: what wapiti ended with; ``is_shown``: whether the page that the scan is about was
    shown to its cookie, before and after.
    """
    doubts = {
        f"wapiti ended with exit code {code}": code,
        f"only {scan.addresses} addresses were seen": scan.addresses < LEAST,
        "its cookie does not open its page": not is_shown,
    }
    found = [
        Finding(scan.name, "Not scanned", why, "", "") for why, holds in doubts.items() if holds
    ]
    return replace(scan, findings=(*scan.findings, *found))


def _read(scan: str, report: Path, log: Path, fetched: list[str]) -> Scan:
    found = json.loads(report.read_text()) if report.exists() else NOTHING
    findings = [
        Finding(scan, kind, one["path"], one["parameter"] or "", one["info"])
        for group in ("vulnerabilities", "anomalies")
        for kind, ones in found[group].items()
        for one in ones
    ]
    said = log.read_text(errors="replace")
    log.write_text("")
    findings += [Finding(scan, "Failure of ours", line, "", "") for line in FAILED.findall(said)]
    findings += [Finding(scan, "Fetched by the site", path, "", "") for path in fetched]
    fetched.clear()
    return Scan(scan, int(found["infos"].get("crawled_pages_nbr", 0)), tuple(findings))


def _installed() -> Path:
    """The scanner, in an environment of its own. Ends the program where it cannot be had."""
    program = ENVIRONMENT / "bin" / "wapiti"
    if not program.exists():
        say(f"Installing {PACKAGE} into {ENVIRONMENT.relative_to(ROOT)}")
        pip: list[str | Path] = [
            ENVIRONMENT / "bin" / "python",
            "-m",
            "pip",
            "install",
            "--quiet",
            PACKAGE,
        ]
        problem = quietly([sys.executable, "-m", "venv", "--clear", ENVIRONMENT]) or quietly(pip)
        if problem:
            sys.exit(f"{problem}\nwapiti could not be installed.")
    return program


def _seeded(env: dict[str, str]) -> list[str]:
    """A published site with an employer and staff: a public id and the cookies of each scan."""
    manage = [str(set_up.PYTHON), "manage.py"]
    for arguments in (
        ["migrate", "-v", "0"],
        ["load_content", "--publish-if-empty"],
        ["create_sample"],
        ["collectstatic", "--noinput", "-v", "0"],
    ):
        if problem := quietly([*manage, *arguments], env=env):
            sys.exit(problem)
    done = subprocess.run(
        [*manage, "shell", "-v", "0", "-c", SEED],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return re.findall(r"^SEED (.*)$", done.stdout, flags=re.MULTILINE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _served(env: dict[str, str], port: int, log: Path) -> Iterator[str]:
    """The production server; yields its address. What it says goes into ``log``."""
    command = [str(set_up.PYTHON), "-m", "gunicorn", "jobquality.wsgi", "--workers", "2"]
    command += ["--threads", "4", "--timeout", "120", "--bind", f"127.0.0.1:{port}"]
    command += ["--no-control-socket", "--log-level", "error"]
    with log.open("a") as output:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urlopen(f"{url}/", timeout=5).close()  # noqa: S310 (our own server)
                break
            except OSError:
                time.sleep(0.1)
        else:
            sys.exit("The site did not start: " + log.read_text()[-500:])
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextmanager
def _fetches() -> Iterator[tuple[int, list[str]]]:
    """A listener in place of wapiti's: its port, and what asked it, but for wapiti itself."""
    fetched: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer wapiti's question for results; write everything else down."""
            if self.path != "/" and not self.path.startswith("/get_"):
                fetched.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], fetched
    finally:
        server.shutdown()


def main() -> int:
    """Scan, say what was found, and return 1 where something is not explained."""
    unexplained = 0
    for scan in scan_all(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES):
        open_ones = [f for f in scan.findings if not f.is_explained]
        unexplained += len(open_ones)
        say(f"{scan.name}: {scan.addresses} addresses, {len(scan.findings)} findings")
        for finding in open_ones:
            say(f"  NOT EXPLAINED {finding}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
