"""A private PostgreSQL server for the time of one run: its own data, reached by its own socket.

Standard library only: the commands start it before anything else is known to work.
"""

import os
import pwd
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

NAME = "jobquality"  # of the database and its owner


class PostgresError(RuntimeError):
    """The server cannot be had; the message says why, in one line."""


@dataclass(frozen=True)
class _Server:
    folder: Path
    binaries: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs as the server's user; returns what it printed.

        Raises PostgresError with the end of its output if it fails.
        """
        log = self.folder / "output.txt"
        # To a file: a server left running would hold a pipe open for ever.
        with log.open("w") as output:
            done = subprocess.run(
                [self.binaries / program, *arguments],
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        said = log.read_text(errors="replace").strip()
        if done.returncode:
            raise PostgresError(f"{program} failed: {' | '.join(said.splitlines()[-3:])}")
        return said

    def ask(self, statement: str) -> str:
        options = ["-X", "-A", "-t", "-q", "-h", str(self.folder), "-U", NAME, "-d", "postgres"]
        return self.run("psql", *options, "-c", statement)


@contextmanager
def private_postgres(
    *, is_durable: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Start a server of our own, yield the DATABASE_URL of an empty database on it, remove it all.

    ``is_durable`` keeps every commit on disk as in production (for measuring); tests do without.
    ``settings`` of the server besides, as in postgresql.conf.
    Raises PostgresError if there is no server to start, or what answers is not the one started.
    """
    with tempfile.TemporaryDirectory(prefix="jobquality-pg-") as name:
        server = _Server(Path(name).resolve(), _binaries(), _user())
        if server.user:
            shutil.chown(server.folder, server.user, server.user)
        # Anyone who reaches the socket is let in; only its owner reaches into the folder (0700).
        server.run("initdb", "-D", str(server.data), "-U", NAME, "-A", "trust", "-E", "UTF8", "-N")
        options = f"-k {server.folder} -c listen_addresses='' -c max_connections=50"
        if not is_durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        options += "".join(f" -c {name}={value}" for name, value in (settings or {}).items())
        control = ("-D", str(server.data), "-w", "-t", "60")
        try:
            server.run("pg_ctl", *control, "-l", str(server.folder / "log"), "-o", options, "start")
            if (found := server.ask("show data_directory")) != str(server.data):
                raise PostgresError(f"another server answered, with its data in {found}")
            server.ask(f"create database {NAME}")
            yield f"postgres://{NAME}@{quote(str(server.folder), safe='')}/{NAME}"
        finally:
            if (server.data / "postmaster.pid").exists():
                server.run("pg_ctl", *control, "-m", "immediate", "stop")


def stop(url: str, mode: str) -> None:
    """Stop the server of a URL that `private_postgres` gave: “fast”, or “immediate” as a crash."""
    server = _server_of(url)
    server.run("pg_ctl", "-D", str(server.data), "-w", "-t", "60", "-m", mode, "stop")


def start(url: str) -> None:
    """Start a server that was stopped, as it was started before."""
    server = _server_of(url)
    options = shlex.split((server.data / "postmaster.opts").read_text())[1:]
    given = [option for option in options if option != "-D" and option != str(server.data)]
    control = ("-D", str(server.data), "-w", "-t", "60", "-l", str(server.folder / "log"))
    server.run("pg_ctl", *control, "-o", shlex.join(given), "start")


def ask(url: str, statement: str) -> str:
    """Run a statement as the owner of the server; returns what it printed."""
    return _server_of(url).ask(statement)


def folder_of(url: str) -> Path:
    """The server's folder, which only it may read."""
    return _server_of(url).folder


def _server_of(url: str) -> _Server:
    folder = url.partition("@")[2].partition("/")[0]
    return _Server(Path(unquote(folder)), _binaries(), _user())


def _binaries() -> Path:
    """The folder of the newest installed server's programs."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found:
        raise PostgresError("no PostgreSQL server is installed")
    return max(found, key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))])


def _user() -> str | None:
    """Whom the server runs as: PostgreSQL refuses root, so then the user its package made."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise PostgresError("root needs a user named postgres to run the server as") from None
