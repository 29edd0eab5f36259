"""Addresses of the desk with a filter that no page of it links to.

Django lets staff filter a list by any field of its table, and hands the value on to the database:
a number larger than any column, a broken regular expression and a NUL then came back as a failure
of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import DataError, OperationalError, transaction
from django.http import HttpRequest


class ForgedQuery(SuspiciousOperation):
    """No database can read what the address asks for. Django answers with status 400."""


def readable[View: Callable[..., Any]](view: View) -> View:
    """Answer a query that cannot be read with the page for that. Raises ForgedQuery."""

    @wraps(view)
    def reading(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            # In a transaction of its own: after a failure PostgreSQL refuses the rest of one.
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except (OverflowError, DataError, OperationalError, ValueError) as error:
            if not _is_forged(request, error):
                raise
            raise ForgedQuery("A filter that no database can read.") from error

    return reading  # type: ignore[return-value]


def _is_forged(request: HttpRequest, error: Exception) -> bool:
    """Whether the address brought the error about, and not we or the database."""
    if not request.GET or request.method == "POST":
        return False
    if isinstance(error, OperationalError):  # of SQLite; a busy or full disk is one too
        return any("regex" in name for name in request.GET)
    if isinstance(error, OverflowError | DataError):
        return True
    values = [value for _, some in request.GET.lists() for value in some if value]
    # A driver names the value that it cannot take, such as what is no network address.
    return "\0" in "".join([*request.GET, *values]) or any(repr(v) in str(error) for v in values)
