"""Make .venv hold the pinned packages. Run as a program: everything that tests and bench need."""

import hashlib
import sys

from scripts import system_packages
from scripts.terminal import ROOT, quietly, say

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN = "requirements.txt"
TEST = "requirements-dev.txt"  # holds every line of RUN: tests/test_project.py


def environment(requirements: str) -> None:
    """Make .venv hold what the file ``requirements`` pins, and load Pango.

    Does nothing if that was done already and the file has not changed since. Ends the program
    with one line if something cannot be had.
    """
    stamp = VENV / f".{requirements}.sha256"
    pinned = hashlib.sha256((ROOT / requirements).read_bytes()).hexdigest()
    if not _venv_runs():
        _create_venv()
    if not stamp.exists() or stamp.read_text() != pinned:
        _install(requirements)
        stamp.write_text(pinned)
    system_packages.require(system_packages.PANGO)


def _venv_runs() -> bool:
    if not PYTHON.exists():
        return False
    # A Python that was upgraded or removed leaves its environments broken.
    return not quietly([PYTHON, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 12))"])


def _create_venv() -> None:
    system_packages.require(system_packages.VENV)
    say(f"Creating .venv with Python {sys.version.split()[0]}")
    if problem := quietly([sys.executable, "-m", "venv", "--clear", VENV]):
        sys.exit(f"{problem}\nCould not create .venv with {sys.executable}.")


def _install(requirements: str) -> None:
    say(f"Installing the packages of {requirements}")
    # uv takes seconds where pip takes most of a minute; pip, which follows this machine's own
    # settings, does the same wherever uv cannot be had or cannot reach the packages.
    arguments = ["pip", "install", "--quiet", "-r", requirements]
    if _uv_is_there() and not quietly([PYTHON, "-m", "uv", *arguments, "--python", PYTHON]):
        return
    say("uv cannot do it here; pip does, in about a minute")
    if problem := quietly([PYTHON, "-m", *arguments]):
        sys.exit(f"{problem}\nCould not install the packages of {requirements}.")


def _uv_is_there() -> bool:
    return not quietly([PYTHON, "-m", "pip", "install", "--quiet", "uv>=0.9,<1"])


def main() -> None:
    """Set up everything that tests and bench need, or end with the line that names what lacks."""
    environment(TEST)
    system_packages.require(system_packages.CHROMIUM_BROWSER)
    system_packages.require(system_packages.POSTGRES)


if __name__ == "__main__":
    main()
