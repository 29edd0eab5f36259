"""`make test`: every test on SQLite, those marked ``db`` again on PostgreSQL, then a browser's.

The last line counts them all. A part that could not run counts as failed and says why.
"""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from scripts import set_up, system_packages
from scripts.configuration import clean_environment
from scripts.terminal import ROOT, say
from tests.postgres import PostgresError, private_postgres


@dataclass(frozen=True, kw_only=True)
class Part:
    """One run of pytest: its name, the tests it picks by mark, and what it cannot do without.

    ``is_durable``: PostgreSQL keeps every commit on disk, as in production; ``shows_output``: what
    tests that passed have printed is shown, such as the figures of a long run.
    """

    name: str
    marks: str
    needs: tuple[system_packages.Need, ...] = ()
    on_postgres: bool = False
    is_durable: bool = False
    shows_output: bool = False


@dataclass(frozen=True)
class Tally:
    """How many tests passed, failed (errors included) and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    def __str__(self) -> str:
        return f"Tests: {self.passed} passed, {self.failed} failed, {self.skipped} skipped"


# Over the cores there are, each process with a database of its own. One that has nothing left to do
# takes tests from another: files differ by minutes.
SPREAD = ("-n", "auto", "--maxprocesses", "4", "--dist", "worksteal")

PARTS = (
    Part(
        name="All but the browser, on SQLite",
        marks="not browser and not soak",
        # One test restarts a server of its own.
        needs=(system_packages.POSTGRES,),
    ),
    Part(
        name="Database tests, on PostgreSQL",
        marks="db and not browser and not soak",
        needs=(system_packages.POSTGRES,),
        on_postgres=True,
    ),
    Part(
        name="Browser tests, on PostgreSQL",
        marks="browser and not soak",
        needs=(system_packages.POSTGRES, system_packages.CHROMIUM_BROWSER),
        on_postgres=True,
    ),
)


def main() -> int:
    """Set up, run every part, print the tally; returns the exit code."""
    # Being told to end must still stop the database server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return run_parts(PARTS)


def run_parts(parts: Sequence[Part]) -> int:
    """Set up, run these parts, print the tally; returns the exit code."""
    set_up.environment(set_up.TEST)
    results = [_run(part) for part in parts]
    say("")
    for part, (tally, reason) in zip(parts, results, strict=True):
        say(f"{part.name}: {reason or tally}".replace("Tests: ", ""))
    total = sum((tally for tally, _ in results), Tally())
    say(str(total))
    return 1 if total.failed or total.skipped or not total.passed else 0


def _run(part: Part) -> tuple[Tally, str]:
    """Run one part; returns its tally and, if it could not run, why."""
    say(f"\n==> {part.name}")
    for need in part.needs:
        if line := system_packages.missing(need):
            return Tally(failed=1), f"NOT RUN: {line}"
    try:
        with _database_url(part) as url:
            return _pytest(part, url)
    except PostgresError as error:
        return Tally(failed=1), f"NOT RUN: {error}"


@contextmanager
def _database_url(part: Part) -> Iterator[str]:
    if part.on_postgres:
        with private_postgres(is_durable=part.is_durable) as url:
            yield url
    else:
        with tempfile.TemporaryDirectory(prefix="jobquality-tests-") as folder:
            yield f"sqlite:///{folder}/db.sqlite3"


def _pytest(part: Part, url: str) -> tuple[Tally, str]:
    with tempfile.TemporaryDirectory(prefix="jobquality-report-") as folder:
        report = Path(folder) / "report.xml"
        arguments = ["-q", "-ra", "-m", part.marks, *SPREAD]
        arguments += ["-rP"] if part.shows_output else []
        code = subprocess.run(
            [set_up.PYTHON, "-m", "pytest", *arguments, f"--junit-xml={report}"],
            cwd=ROOT,
            env=clean_environment(DATABASE_URL=url),
            check=False,
        ).returncode
        tally = _read(report) if report.exists() else Tally()
    if code and not tally.failed:
        # Exit 5 is "no test was found"; any other one a crash before or after the tests.
        return tally + Tally(failed=1), f"FAILED: pytest ended with exit code {code} ({tally})"
    return tally, ""


def _read(report: Path) -> Tally:
    suite = ElementTree.parse(report).find("testsuite")  # noqa: S314 (written by our own pytest)
    if suite is None:
        return Tally()
    count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    return Tally(count["tests"] - failed - count["skipped"], failed, count["skipped"])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
