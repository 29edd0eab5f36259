"""Runs every measurement on SQLite and on PostgreSQL and prints one table."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from scripts import system_packages
from tests.postgres import private_postgres

ROOT = Path(__file__).resolve().parent.parent
SECONDS = int(os.environ.get("BENCH_SECONDS", "6"))
CONNECTIONS = 8
WORKERS = 2
# What each measurement is compared with, and the share of it that is aimed at.
MEASURED = {
    "component": ("floor_page", 0.5),
    "results": ("floor_page", 0.5),
    "autosave": ("floor_save", 0.7),
    "cached_pdf": ("floor_page", None),
}
LONGEST_WAIT = "       p50 ≤ 50 ms"
# How long one reader waits for a page, compressed as a browser takes it; the floor beside it.
ONE_READER = {"floor_page": "", "component": "       p50 < 8 ms"}
WRK = system_packages.Need(
    what="wrk (the load of the bench)",
    packages=("wrk",),
    is_there=lambda: shutil.which("wrk") is not None,
)


@dataclass(frozen=True)
class Result:
    """One measurement: latencies in milliseconds."""

    per_second: float
    p50: float
    p95: float
    errors: int


def environment(database_url: str) -> dict[str, str]:
    """Production settings on plain http, which wrk speaks."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": database_url,
        "SECRET_KEY": "bench-" + "k" * 50,
        "ALLOWED_HOSTS": "localhost,testserver",
        "INSECURE_HTTP": "1",
        "DEBUG": "",
        "PYTHONPATH": str(ROOT),
    }


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_served(port: int, path: str = "/floor/page/") -> None:
    """Return once every worker has had the time to answer a page. Raises OSError after 30 s."""
    for attempt in range(300):
        try:
            with urlopen(f"http://localhost:{port}{path}", timeout=5):
                pass
        except OSError:
            if attempt == 299:
                raise
            time.sleep(0.1)
        else:
            break
    time.sleep(2)


@contextmanager
def server(env: dict[str, str]) -> Iterator[tuple[int, int]]:
    """The production server; yields its port and the process id of its master."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "jobquality.wsgi", "--workers", str(WORKERS)]
    command += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "error"]
    process = subprocess.Popen(command, env=env, cwd=ROOT)
    try:
        wait_until_served(port)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def load(
    port: int, requests: Path, seconds: int, connections: int = CONNECTIONS, accepts: str = ""
) -> Result:
    """Send the requests of a file for so many seconds over kept connections.

    ``accepts``: the compression that is asked for.
    """
    command = ["wrk", "--threads", "1", "--connections", str(connections)]
    command += ["--duration", f"{seconds}s", "--script", str(ROOT / "bench" / "requests.lua")]
    command += [f"http://127.0.0.1:{port}", "--", str(requests), "1"]
    command += [accepts] if accepts else []
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(x for x in output.splitlines() if x.startswith("RESULT"))
    count, microseconds, p50, p95, failed = (int(v) for v in line.split()[1:])
    return Result(count * 1_000_000 / microseconds, p50 / 1000, p95 / 1000, failed)


def peak_memory(master: int) -> int:
    """The largest resident size of a worker so far, in MB."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    sizes = []
    for child in children:
        status = Path(f"/proc/{child}/status").read_text()
        sizes += [int(x.split()[1]) for x in status.splitlines() if x.startswith("VmHWM")]
    return max(sizes) // 1024


def measure(name: str, database_url: str) -> None:
    """Seed a database, run every measurement beside its floor, print the rows."""
    env = environment(database_url)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "bench.seed", folder], env=env, cwd=ROOT, check=True)
        results: dict[str, Result] = {}
        with server(env) as (port, master):
            for what in ("floor_page", "component", "results", "cached_pdf", "floor_save"):
                load(port, Path(folder) / f"{what}.requests", 1)
                results[what] = load(port, Path(folder) / f"{what}.requests", SECONDS)
            # Each answer is fresh once only, so there is no warming up on the same file.
            results["autosave"] = load(port, Path(folder) / "autosave.requests", SECONDS)
            memory = peak_memory(master)
            alone = {
                what: load(port, Path(folder) / f"{what}.requests", SECONDS, 1, accepts="gzip")
                for what in ONE_READER
            }
    for what, result in results.items():
        floor, aim = MEASURED.get(what, ("", None))
        ratio = f"{result.per_second / results[floor].per_second:5.2f}" if floor else "     "
        show(name, what, result, f"{ratio}  {f'≥ {aim}' if aim else ''}")
    print(f"{name:10} one connection, compressed")
    for what, result in alone.items():
        show(name, what, result, ONE_READER[what])
    print(f"{name:10} peak memory of a worker: {memory} MB", flush=True)


def measure_archive(name: str, database_url: str) -> None:
    """Fill the archive of a measured database, ask it one thing after the other, print the rows.

    One connection: how long a reader waits, not how many are served (decisions.md 30).
    """
    env = environment(database_url)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.archive", folder]
        subprocess.run(command, env=env, cwd=ROOT, check=True)
        print(f"{name:10} the archive with 10,000 items, one connection", flush=True)
        with server(env) as (port, _):
            for file in sorted(Path(folder).glob("*.requests")):
                load(port, file, 1, connections=1)
                show(name, file.stem, load(port, file, SECONDS, connections=1), LONGEST_WAIT)


def show(name: str, what: str, result: Result, beside: str) -> None:
    """Print a row of the table."""
    print(
        f"{name:10} {what:12} {result.per_second:7.0f}/s {result.p50:8.1f} {result.p95:8.1f} "
        f"{result.errors:6d}   {beside}",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    system_packages.require(WRK)
    static = {**environment("sqlite://"), "DJANGO_SETTINGS_MODULE": "jobquality.settings"}
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    subprocess.run(collect, cwd=ROOT, env=static, check=True)
    print(f"{WORKERS} workers, {CONNECTIONS} kept connections, {SECONDS} s each\n")
    print(
        f"{'database':10} {'what':12} {'rate':>9} {'p50 ms':>8} {'p95 ms':>8} {'errors':>6}   "
        f"{'ratio':>5}  aim"
    )
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        measure("SQLite", url)
        measure_archive("SQLite", url)
    with private_postgres(is_durable=True) as url:
        measure("PostgreSQL", url)
        measure_archive("PostgreSQL", url)
    output = subprocess.run(
        [sys.executable, "-m", "bench.pdf"],
        cwd=ROOT,
        env=environment("sqlite://"),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    pdf = json.loads(output.splitlines()[-1])
    print(
        f"\nFresh PDF: {pdf['ours']:.2f} s ({pdf['pages']} pages, {pdf['bytes'] // 1024} kB, "
        f"peak {pdf['peak_mb']} MB); warm Chromium on the same HTML: {pdf['chromium']:.2f} s "
        f"({pdf['chromium_bytes'] // 1024} kB); ratio {pdf['ours'] / pdf['chromium']:.2f}"
    )
    subprocess.run([sys.executable, "-m", "bench.printing", "1"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
