"""Failures of what the site stands on, told apart from its own mistakes: they pass, or need room.

Only the databases' own codes are asked, never their words, which change with version and language.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from http import HTTPStatus

import psycopg

from toolkit import copy_storage

# Seconds after which to try again: a database is back from a restart within that.
RETRY_AFTER = 10

_PASSING_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_NOMEM,
}
# SQLSTATE: connection lost; out of resources; shut down, starting or told to stop; a deadlock or
# the like; no lock to be had; a standby that only reads.
_PASSING_POSTGRES = ("08", "53", "57", "40", "55P03", "25006")
_FULL_POSTGRES = "53100"


@dataclass(frozen=True, slots=True)
class Outage:
    """What is the matter: ``status`` to answer, ``problem`` for a script, and words for a page."""

    status: HTTPStatus
    problem: str
    title: str
    lines: tuple[str, ...]


AWAY = Outage(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "unavailable",
    "The site is temporarily unavailable",
    (
        "It cannot reach its stored data right now. Answers marked as saved are safe.",
        "What you just sent may not have been saved. Wait a minute, go back, and check it before "
        "you send it again.",
    ),
)
FULL = Outage(
    HTTPStatus.INSUFFICIENT_STORAGE,
    "full",
    "The site has no space left to save anything",
    (
        "What you just sent was not saved. Answers marked as saved are safe and can be read.",
        "The site’s operator needs to free up space. Keep your page open, and try again later.",
    ),
)


def outage_of(error: BaseException | None) -> Outage | None:
    """The outage that ``error``, or what it was raised from, stands for; None for a mistake."""
    while error is not None:
        if found := _outage_of(error):
            return found
        # Django raises its own error from the driver's. What was raised while another error was
        # handled says nothing of the first one's cause.
        error = error.__cause__
    return None


def _outage_of(error: BaseException) -> Outage | None:
    if isinstance(error, OSError) and error.errno in copy_storage.FULL:
        return FULL
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return FULL if code == sqlite3.SQLITE_FULL else AWAY if code in _PASSING_SQLITE else None
    return _outage_of_postgres(error) if isinstance(error, psycopg.Error) else None


def _outage_of_postgres(error: psycopg.Error) -> Outage | None:
    state = error.sqlstate
    if state is None:
        # No server was there to name a state: it could not be reached, or went away.
        return AWAY if isinstance(error, psycopg.OperationalError) else None
    if state == _FULL_POSTGRES:
        return FULL
    return AWAY if state.startswith(_PASSING_POSTGRES) else None
