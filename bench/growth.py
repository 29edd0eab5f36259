"""Whether pages are as fast with a great many assessments as with 100: `python -m bench.growth`.

GROWTH_ASSESSMENTS: how many (200,000). GROWTH_ROUNDS: how often each page is asked for (200).
GROWTH_DATABASE_URL: an empty PostgreSQL database that is kept, so that a run which was stopped goes
on; without it a private server makes one and removes it (about 11 kB of disk for each assessment,
and twice that while it is written). GROWTH_SQLITE: how many on SQLite (20,000; 0 for none).

Both databases are asked in turn, page by page, so that whatever else the machine does slows both
alike. Ends with 1 if a page's median is more than 1.3 times that with 100.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.__main__ import environment
from tests.postgres import private_postgres

ROOT = Path(__file__).resolve().parent.parent
FEW = 100
MANY = int(os.environ.get("GROWTH_ASSESSMENTS") or 200_000)
MANY_ON_SQLITE = int(os.environ.get("GROWTH_SQLITE") or 20_000)
ROUNDS = int(os.environ.get("GROWTH_ROUNDS") or 200)
WARM_UP = 55  # every page of every assessment that is asked for, once and a little
MOST = 1.3
# Production-like, for a server of 4 GB or more beside the site.
TUNED = {
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
}


class Worker:
    """A process that asks one database for its pages."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, "-m", "bench.growth_pages"]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=growing(url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def ask(self, what: str = "pages") -> dict[str, float]:
        """Every page's milliseconds, each asked for once."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return {name: float(ms) for name, ms in json.loads(self._line()).items()}

    def _line(self) -> str:
        assert self.process.stdout is not None
        if line := self.process.stdout.readline():
            return line.strip()
        raise RuntimeError(f"The worker ended with {self.process.wait()}; what it said is above.")

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()


def growing(url: str) -> dict[str, str]:
    """The bench's environment, without what would refuse so many requests of one address."""
    return {**environment(url), "RATE_LIMITS": "0", "STAFF_SECOND_FACTOR": "0"}


def grow(url: str, count: int) -> None:
    """Fill a database; raises CalledProcessError where that fails."""
    command = [sys.executable, "-m", "bench.grown", str(count)]
    subprocess.run(command, cwd=ROOT, env=growing(url), check=True)


def compare(name: str, few: str, many: str, count: int) -> list[str]:
    """Print the table of one kind of database; return the pages that are too slow."""
    grow(few, FEW)
    begun = time.monotonic()
    grow(many, count)
    print(f"\n{name}: {count:,} assessments, made in {time.monotonic() - begun:,.0f} s", flush=True)
    with ExitStack() as stack:
        workers = [Worker(few), Worker(many)]
        for worker in workers:
            stack.callback(worker.close)
        for _ in range(WARM_UP):
            for worker in workers:
                worker.ask()
        rounds = [tuple(worker.ask() for worker in workers) for _ in range(ROUNDS)]
        whole = [worker.ask("whole") for worker in workers]
    print(f"{ROUNDS} times each, load {os.getloadavg()[0]:.1f}")
    print(f"{'p50 in milliseconds':28} {f'with {FEW}':>10} {f'with {count:,}':>14} {'ratio':>6}")
    slow = []
    for page in rounds[0][0]:
        before, after = (median(r[n][page] for r in rounds) for n in (0, 1))
        if after > before * MOST:
            slow.append(f"{name}: {page}")
        mark = f"  more than {MOST}" if after > before * MOST else ""
        print(f"{page:28} {before:10.1f} {after:14.1f} {after / before:6.2f}{mark}")
    for task in whole[0]:
        print(f"{task:28} {whole[0][task]:10.1f} {whole[1][task]:14.1f}      –  reads every row")
    return slow


@contextmanager
def postgres() -> Iterator[tuple[str, str]]:
    """Two databases on one server, for few and for many assessments."""
    if kept := os.environ.get("GROWTH_DATABASE_URL"):
        yield _beside(kept), kept
        return
    with private_postgres(is_durable=True, settings=TUNED) as url:
        yield _beside(url), url


def _beside(url: str) -> str:
    """A database of its own for the few, on the same server; made anew."""
    parts = urlsplit(url)
    name = f"{parts.path.strip('/')}_few"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(parts._replace(path=f"/{name}"))


def main() -> int:
    """Compare on PostgreSQL, and with fewer on SQLite; returns the exit code."""
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    static = {**environment("sqlite://"), "DJANGO_SETTINGS_MODULE": "jobquality.settings"}
    subprocess.run(collect, cwd=ROOT, env=static, check=True)
    slow = []
    with postgres() as (few, many):
        slow += compare("PostgreSQL", few, many, MANY)
    if MANY_ON_SQLITE:
        with tempfile.TemporaryDirectory(prefix="jobquality-growth-") as folder:
            few, many = (f"sqlite:///{folder}/{name}.sqlite3" for name in ("few", "many"))
            slow += compare("SQLite", few, many, MANY_ON_SQLITE)
    print("\nToo slow: " + "; ".join(slow) if slow else "\nNo page is slower by more than a third.")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
