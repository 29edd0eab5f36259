"""Packages of Debian and Ubuntu that Python's packages cannot bring: found, installed or named."""

import ctypes
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.terminal import quietly, say

# WeasyPrint loads these by name when it is imported; the last one subsets the PDF's fonts.
PANGO_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
CHROMIUM = Path("/usr/bin/chromium")
# What Chromium needs to start as root, without a screen, and without looking for the network.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something needed from the system, how to see that it is there, and what brings it."""

    what: str
    packages: tuple[str, ...]
    is_there: Callable[[], bool]


def _pango_loads() -> bool:
    try:
        for name in PANGO_LIBRARIES:
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _venv_works() -> bool:
    # Debian ships "venv" with Python itself and "ensurepip", which it calls, in a package apart.
    return importlib.util.find_spec("ensurepip") is not None


def _postgres_is_there() -> bool:
    return bool(shutil.which("initdb")) or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _office_is_there() -> bool:
    soffice = shutil.which("soffice")
    if soffice is None:
        return False
    # The program alone opens nothing: writer and calc each bring a library of their own.
    folder = Path(soffice).resolve().parent
    return all((folder / f"lib{name}lo.so").exists() for name in ("sw", "sc"))


VENV = Need(
    what="Python's venv",
    packages=(f"python3.{sys.version_info.minor}-venv",),
    is_there=_venv_works,
)
PANGO = Need(
    what="Pango (draws the PDF)",
    packages=("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
    is_there=_pango_loads,
)
CHROMIUM_BROWSER = Need(
    what=f"Chromium at {CHROMIUM} (the browser tests)",
    packages=("chromium",),
    is_there=CHROMIUM.exists,
)
POSTGRES = Need(
    what="a PostgreSQL server (the database tests)",
    packages=("postgresql",),
    is_there=_postgres_is_there,
)
LIBREOFFICE = Need(
    what="LibreOffice (opens the Word and Excel files)",
    packages=("libreoffice-writer-nogui", "libreoffice-calc-nogui"),
    is_there=_office_is_there,
)
DEBOOTSTRAP = Need(
    what="debootstrap (proves the recipe for a server)",
    packages=("debootstrap",),
    is_there=lambda: bool(shutil.which("debootstrap")),
)


def missing(need: Need) -> str:
    """Install what ``need`` lacks, if this user may.

    Returns "" once it is there, else one line that names the packages to install.
    """
    if need.is_there():
        return ""
    names = " ".join(need.packages)
    advice = f"{need.what} is missing; install it with: apt-get install {names}"
    prefix = _apt_prefix()
    if prefix is None:
        return advice
    say(f"Installing {names} for {need.what}")
    problem = _apt_install(prefix, need.packages)
    importlib.invalidate_caches()
    if need.is_there():
        return ""
    return f"{advice}{' (tried: ' + problem.splitlines()[-1] + ')' if problem else ''}"


def require(need: Need) -> None:
    """As ``missing``, but ends the program with that line."""
    if line := missing(need):
        sys.exit(line)


def _apt_prefix() -> list[str] | None:
    """The command that runs apt-get with the right to install, or None if this user has none."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive"]
    if shutil.which("sudo") and not quietly(["sudo", "-n", "true"]):
        return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    return None


def _apt_install(prefix: list[str], packages: tuple[str, ...]) -> str:
    """Install ``packages``; returns "" or what apt-get said last."""
    # A stale or empty list is the usual reason that a package is not found, so refresh it first;
    # if that fails (no network) a package may still be had from what is there.
    quietly([*prefix, "apt-get", "-q", "update"])
    return quietly(
        [*prefix, "apt-get", "-q", "install", "-y", "--no-install-recommends", *packages]
    )
