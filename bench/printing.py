"""How long an answer waits to be saved while twenty people have a fresh document made.

In one run, side by side: quiet, with Word files and PDFs made in the request, and by a worker.
The server is that of `make run`: two workers of four threads. Savers press at fixed times, and a
wait counts from the time pressed, so that a save held up holds up no other.

    python -m bench.printing [rounds]
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from bench.__main__ import ROOT, environment, free_port, wait_until_served
from tests.postgres import private_postgres

SAVERS = 10
PAUSE = 0.5  # seconds between two presses of one saver: twenty in a second in all
PRESSERS = 20
QUIET = 12  # seconds
# Each process reads the catalogue with its first answer: those waits count nowhere.
WARM = 4  # seconds
LOOK = 1.0  # seconds between two looks of one who waits for a document
GIVE_UP = 300
ROUNDS = 2
# Nobody wants anything; Word files and PDFs made in the request; both made by a worker. Each with
# the address that is pressed.
KINDS = {
    "quiet": "",
    "Word here": "word/",
    "PDF here": "make/",
    "Word, worker": "word/",
    "PDF, worker": "make/",
}

type Request = tuple[str, str, str, str]


def seed(folder: Path) -> None:
    """Fill an empty database; write the saves of each saver, and who presses for a document."""
    import django

    django.setup()
    from django.core.management import call_command

    from bench.seed import answer_all, make_assessment, saves
    from toolkit import editions

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("load_content", publish_if_empty=True, verbosity=0, stdout=sys.stderr)
    edition = editions.live_edition()
    assert edition is not None
    catalogue = editions.catalogue_for(edition)
    for kind, page in KINDS.items():
        people = [make_assessment(edition.number) for _ in range(SAVERS * 12)]
        requests = list(saves(catalogue, people))
        for number in range(SAVERS):
            write(folder / f"{kind}.save{number}", requests[number::SAVERS])
        full = [make_assessment(edition.number) for _ in range(PRESSERS)]
        for assessment, _ in full:
            answer_all(catalogue, assessment)
        write(
            folder / f"{kind}.press",
            [("POST", f"/a/{a.public_id}/documents/{page}", cookie, "") for a, cookie in full],
        )


def write(file: Path, requests: list[Request]) -> None:
    """One request a line, its parts apart by tabs."""
    file.write_text("".join("\t".join(request) + "\n" for request in requests))


def read(file: Path) -> list[Request]:
    """What ``write`` wrote."""
    lines = [line.split("\t") for line in file.read_text().splitlines()]
    return [(m, p, c, b) for m, p, c, b in lines]


class Browser:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.line = http.client.HTTPConnection("localhost", port, timeout=GIVE_UP)

    def send(self, request: Request) -> tuple[int, str]:
        """Send it; the status of the reply, and its text or where it leads."""
        method, path, cookie, body = request
        headers = {"Cookie": cookie, "Host": f"localhost:{self.port}"}
        if method == "POST":
            token = cookie.rpartition("csrftoken=")[2]
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = f"{body}&{urlencode({'csrfmiddlewaretoken': token})}"
            headers |= {"Origin": f"http://localhost:{self.port}", "Accept": "application/json"}
        self.line.request(method, path, body or None, headers)
        reply = self.line.getresponse()
        content = reply.read()
        if reply.status in {301, 302}:
            return reply.status, reply.headers["Location"]
        return reply.status, content.decode("latin-1")


@contextmanager
def site(env: dict[str, str]) -> Iterator[int]:
    """The server of `make run`, and a worker where there is one to be; yields the port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "jobquality.wsgi", "--preload", "--workers", "2"]
    command += ["--threads", "4", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    command += ["--log-level", "error", "--timeout", str(GIVE_UP)]
    processes = [subprocess.Popen(command, env=env, cwd=ROOT)]
    if env["TASKS"] == "worker":
        work = [sys.executable, "manage.py", "work"]
        processes.append(subprocess.Popen(work, env=env, cwd=ROOT, stderr=subprocess.DEVNULL))
    try:
        wait_until_served(port)
        time.sleep(4)
        yield port
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)


def saving(port: int, requests: list[Request], is_over: Callable[[], bool]) -> list[float]:
    """Save at fixed times until it is over; how long each took, in seconds."""
    browser = Browser(port)
    waits = []
    pressed = begun = time.monotonic()
    for request in requests:
        time.sleep(max(0.0, pressed - time.monotonic()))
        status, text = browser.send(request)
        assert status == 200, (status, text[:200])
        if pressed - begun >= WARM:
            waits.append(time.monotonic() - pressed)
        pressed += PAUSE
        if is_over():
            return waits
    # Enough were saved, though somebody still waits for a document.
    return waits


def press(port: int, request: Request) -> float:
    """Press for a document and wait until it is there; how long that took, in seconds."""
    browser = Browser(port)
    begun = time.monotonic()
    status, place = browser.send(request)
    assert status == 302, (status, place[:200])
    while "/making/" in place:
        time.sleep(LOOK)
        status, text = browser.send(("GET", place, request[2], ""))
        assert status == 200, (status, text[:200])
        if found := re.search(r'data-download href="([^"]+)"', text):
            place = found[1]
    status, text = browser.send(("GET", place, request[2], ""))
    assert text.startswith(("%PDF", "PK")), (status, text[:200])
    return time.monotonic() - begun


def together(jobs: list[Callable[[], object]]) -> None:
    """Do all at once, and wait for all. Raises the first error there was."""
    errors: list[BaseException] = []

    def guarded(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as error:  # told below, in the thread that waits
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def measure(port: int, folder: Path, kind: str) -> tuple[list[float], list[float]]:
    """The waits of all saves, and of all documents."""
    waits: list[float] = []
    made: list[float] = []
    over = threading.Event()
    end = time.monotonic() + WARM + QUIET

    def savings(number: int) -> None:
        requests = read(folder / f"{kind}.save{number}")
        is_over = over.is_set if kind != "quiet" else lambda: time.monotonic() > end
        waits.extend(saving(port, requests, is_over))

    def pressing() -> None:
        time.sleep(WARM)
        try:
            requests = read(folder / f"{kind}.press")
            together([lambda r=r: made.append(press(port, r)) for r in requests])
        finally:
            over.set()

    jobs: list[Callable[[], object]] = [lambda n=n: savings(n) for n in range(SAVERS)]
    if kind != "quiet":
        jobs.append(pressing)
    together(jobs)
    return waits, made


def rounds(name: str, database_url: str) -> None:
    """Measure all side by side in one database, and print a row of each."""
    quiet = 0.0
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        env = environment(database_url)
        command = [sys.executable, "-m", "bench.printing", "seed", text]
        subprocess.run(command, env=env, cwd=ROOT, check=True)
        for kind in KINDS:
            tasks = "worker" if kind.endswith("worker") else "immediate"
            with site({**env, "TASKS": tasks}) as port:
                waits, waited = measure(port, folder, kind)
            p95 = quantiles(waits, n=20)[-1]
            quiet = quiet or p95
            made = f"{median(waited):6.1f} {max(waited):6.1f}" if waited else f"{'':13}"
            load = os.getloadavg()[0]
            print(
                f"{name:10} {kind:12} {len(waits):5d} {median(waits) * 1000:8.1f} "
                f"{p95 * 1000:9.1f} {max(waits) * 1000:9.1f} {p95 / quiet:7.1f} {made} {load:5.1f}",
                flush=True,
            )


def main(count: int = ROUNDS) -> None:
    """Print the table."""
    print(
        f"\n{PRESSERS} fresh documents at once; {SAVERS} people save {SAVERS / PAUSE:.0f} a second"
    )
    print(
        f"{'database':10} {'made':12} {'saves':>5} {'p50 ms':>8} {'p95 ms':>9} {'worst ms':>9} "
        f"{'× quiet':>7} {'made s':>6} {'worst':>6} {'load':>5}"
    )
    for _ in range(count):
        with tempfile.TemporaryDirectory() as folder:
            rounds("SQLite", f"sqlite:///{folder}/bench.sqlite3")
        with private_postgres(is_durable=True) as url:
            rounds("PostgreSQL", url)


if __name__ == "__main__":
    if sys.argv[1:2] == ["seed"]:
        seed(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else ROUNDS)
