"""A crowd of employers on gunicorn and PostgreSQL, all on this machine: `python -m bench.crowd`.

First so many at once, each answering all questions (CROWD_EMPLOYERS, 500; CROWD_PACE 1: how many
times as fast as stated they think). Then a ramp that doubles the pace until something gives
(CROWD_RAMP: seconds of each step, 45; 0 for none). locust has an environment of its own beside
`.venv`: CROWD_VENV. Ends with 1 if any request of the first part failed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg

from bench.__main__ import environment, free_port, wait_until_served
from bench.growth import TUNED
from tests.postgres import private_postgres

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("CROWD_VENV") or ROOT / ".venv-soak")
LOCUST = "locust>=2.47,<3"
EMPLOYERS = int(os.environ.get("CROWD_EMPLOYERS") or 500)
PACE = float(os.environ.get("CROWD_PACE") or 1)
RAMP = float(os.environ.get("CROWD_RAMP") or 45)
WORKERS = int(os.environ.get("CROWD_WORKERS") or 4)  # as the README deploys it
TICKS = os.sysconf("SC_CLK_TCK")


def set_up() -> Path:
    """The Python of the environment that has locust; made where it is missing."""
    python = VENV / "bin" / "python"
    if (
        not python.exists()
        or subprocess.run([python, "-c", "import locust"], check=False).returncode
    ):
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", LOCUST], check=True)
    return python


@contextmanager
def site(url: str) -> Iterator[tuple[str, int]]:
    """The site as it is deployed, and its worker if it has one; its address, gunicorn's process."""
    port, has_worker = free_port(), bool([*ROOT.glob("*/management/commands/work.py")])
    env = environment(url) | {
        "DJANGO_SETTINGS_MODULE": "jobquality.settings",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "RATE_LIMITS": "0",
        "TASKS": "worker" if has_worker else "immediate",
    }
    for command in (
        ["collectstatic", "--noinput", "-v", "0"],
        ["migrate", "-v", "0"],
        ["load_content", "--publish-if-empty", "-v", "0"],
    ):
        manage = [sys.executable, "manage.py", *command]
        subprocess.run(manage, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    serve = [sys.executable, "-m", "gunicorn", "jobquality.wsgi", "--workers", str(WORKERS)]
    serve += ["--bind", f"127.0.0.1:{port}", "--timeout", "120", "--no-control-socket"]
    serve += ["--backlog", "2048", "--log-level", "error"]
    with tempfile.TemporaryFile("w+") as log, ExitStack() as stack:
        stack.callback(_show_log, log)
        server = subprocess.Popen(serve, env=env, cwd=ROOT, stderr=log)
        stack.callback(_end, server)
        if has_worker:
            work = [sys.executable, "manage.py", "work"]
            worker = subprocess.Popen(work, env=env, cwd=ROOT, stderr=log)
            stack.callback(_end, worker)
        wait_until_served(port, "/")
        yield f"http://127.0.0.1:{port}", server.pid


def _show_log(log: IO[str]) -> None:
    """Print what the site complained of; the conflicts of two tabs are wanted."""
    log.seek(0)
    for line in [line for line in log if not line.startswith("Conflict:")][-40:]:
        print(line, end="")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(60)


class Meter:
    """Processor time of the three who share this machine, and what PostgreSQL waits for."""

    def __init__(self, url: str, gunicorn: int, locust: int) -> None:
        self.url, self.web, self.locust = url, gunicorn, locust
        with psycopg.connect(url) as connection:
            folder = connection.execute("SHOW data_directory").fetchone()
        assert folder
        self.postgres = int((Path(folder[0]) / "postmaster.pid").read_text().split()[0])
        self.before = self._spent()

    def _spent(self) -> dict[str, float]:
        families = {"web": self.web, "PostgreSQL": self.postgres, "locust": self.locust}
        return {name: sum(map(_seconds, _family(pid))) for name, pid in families.items()}

    def since(self, seconds: float) -> dict[str, float]:
        """Cores kept busy by each since it was asked last."""
        before, self.before = self.before, self._spent()
        return {name: (now - before[name]) / seconds for name, now in self.before.items()}

    def waits(self) -> str:
        """What PostgreSQL’s connections do at this moment."""
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(
                "SELECT coalesce(wait_event_type, 'running'), count(*) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() "
                "GROUP BY 1 ORDER BY 2 DESC"
            ).fetchall()
        return ", ".join(f"{count} {what}" for what, count in rows)


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(relative for child in found for relative in _family(child))]


def _seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def run(python: Path, address: str, gunicorn: int, url: str, *told: str) -> Iterator[Any]:
    """Start locust; yield each step it tells of with who used the processor meanwhile."""
    script = [python, ROOT / "bench" / "employers.py", address, *told]
    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True) as locust:
        assert locust.stdout is not None
        meter = Meter(url, gunicorn, locust.pid)
        for line in locust.stdout:
            step = json.loads(line)
            yield step | {"cores": meter.since(step["seconds"]), "waits": meter.waits()}
    if locust.returncode:
        raise RuntimeError(f"locust ended with {locust.returncode}; what it said is above.")


def show_crowd(step: dict[str, Any]) -> int:
    """Print the table of the first part; return how many requests failed."""
    print(
        f"\n{step['users']} employers at once, pace {step['pace']:g}, {step['seconds']:.0f} s, "
        f"{WORKERS} web processes, load {os.getloadavg()[0]:.1f}"
    )
    print(
        f"{'milliseconds':38} {'count':>7} {'a second':>8} {'p50':>7} {'p95':>7} {'p99':>7} failed"
    )
    for name, row in step["rows"].items():
        rate = row["count"] / step["seconds"]
        times = " ".join(f"{row[p] or 0:7.0f}" for p in ("p50", "p95", "p99"))
        print(f"{name:38} {row['count']:7} {rate:8.1f} {times} {row['failed']:6}")
    print(f"Cores busy: {_cores(step)}")
    for error in step["errors"]:
        print(error)
    return sum(row["failed"] for row in step["rows"].values())


def show_step(step: dict[str, Any]) -> None:
    """Print a line of the ramp."""
    rows = step["rows"]
    count, failed = (sum(row[key] for row in rows.values()) for key in ("count", "failed"))
    autosave, page = rows.get("autosave", {}), rows.get("component", {})
    print(
        f"{step['pace']:5g} {count / step['seconds']:9.1f} {autosave.get('p50') or 0:7.0f} "
        f"{autosave.get('p95') or 0:7.0f} {page.get('p95') or 0:7.0f} {failed:7}   "
        f"{_cores(step)}; {step['waits']}",
        flush=True,
    )


def _cores(step: dict[str, Any]) -> str:
    return ", ".join(f"{name} {busy:.2f}" for name, busy in step["cores"].items())


def main() -> int:
    """Run both parts; returns the exit code."""
    python = set_up()
    with private_postgres(is_durable=True, settings=TUNED) as url, site(url) as (address, gunicorn):
        where = (python, address, gunicorn, url)
        failed = sum(show_crowd(step) for step in run(*where, "once", str(EMPLOYERS), str(PACE)))
        if RAMP:
            print(f"\n{EMPLOYERS} employers without end, think times halved every {RAMP:g} s")
            print(" pace  a second  p50 and p95 of autosave, p95 of a page, failed; cores; waits")
            for step in run(*where, "ramp", str(EMPLOYERS), str(RAMP)):
                show_step(step)
    print(f"\nFailed requests of {EMPLOYERS} employers: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
