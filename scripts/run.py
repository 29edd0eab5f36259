"""`make run`: set up, fill an empty database, and serve the site on this machine."""

import errno
import os
import secrets
import socket
import sys

from scripts import set_up
from scripts.server import ADDRESS, HOST, PORT
from scripts.terminal import ROOT, say, step

KEY_FILE = ROOT / "data" / "secret_key"


def main() -> None:
    """Set up and serve; ends with one line if something is in the way."""
    require_free_port()
    set_up.environment(set_up.RUN)
    os.environ.setdefault("DEBUG", "1")
    os.environ.setdefault("TASKS", "worker")
    # Nothing is collected here, but whitenoise warns if it cannot look.
    (ROOT / "staticfiles").mkdir(exist_ok=True)
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = local_key()
    # The default names of this machine, and the one asked for.
    os.environ.setdefault(
        "ALLOWED_HOSTS", f"localhost,127.0.0.1,[::1],{ADDRESS.rpartition(':')[0]}"
    )
    manage("Database", "migrate", "--verbosity", "0")
    manage("Content", "load_content", "--publish-if-empty")
    manage("Staff roles", "setup_roles")
    manage("Sample employer", "create_sample")
    manage("Staff login", "ensure_staff_login")
    os.chdir(ROOT)
    gunicorn = [str(set_up.PYTHON), "-m", "gunicorn", "--config", "python:scripts.server"]
    os.execv(gunicorn[0], gunicorn)  # noqa: S606 (in our place, so that Ctrl-C is gunicorn's)


def manage(name: str, *arguments: str) -> None:
    """Run a management command as the step ``name``."""
    step(name, [set_up.PYTHON, "manage.py", *arguments])


def require_free_port() -> None:
    """End with one line, before any work is done, if the site cannot be served at HOST and PORT."""
    if not PORT.isdecimal() or not 0 < int(PORT) < 65536:
        sys.exit(f"PORT must be a number from 1 to 65535, not {PORT!r}.")
    family = socket.AF_INET6 if ":" in HOST else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(PORT)))
        except OSError as error:
            sys.exit(_why_not(error))


def _why_not(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{ADDRESS} is in use: stop what uses it, or choose another port: make run PORT=8001"
    return f"Cannot serve at {ADDRESS}: {error.strerror or error}"


def local_key() -> str:
    """Return this copy's own SECRET_KEY, made on the first run, so that sign-ins outlive a run."""
    KEY_FILE.parent.mkdir(exist_ok=True)
    if not KEY_FILE.exists():
        with open(os.open(KEY_FILE, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    return KEY_FILE.read_text().strip()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        say("\nStopped.")
        sys.exit(130)
