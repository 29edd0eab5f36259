"""The audit log: who did what at the desk, in Django's own log of the admin.

That table knows additions, changes and deletions (1 to 3); the acts here are numbered on from it.
Nothing written here is ever a password, a code, a key or an employer's answer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils import timezone

from .client_address import client_address

LOOKED = 4
SIGNED_IN = 11
SIGNED_OUT = 12
WRONG_CODE = 13
SECOND_FACTOR_SET_UP = 21
SECOND_FACTOR_RESET = 22
RECOVERY_CODES_MADE = 23
RECOVERY_CODE_USED = 24
EXPORTED = 31
IMPORTED = 32

WORDS = {
    1: "Added",
    2: "Changed",
    3: "Deleted",
    LOOKED: "Viewed an employer’s data",
    SIGNED_IN: "Signed in",
    SIGNED_OUT: "Signed out",
    WRONG_CODE: "Wrong code",
    SECOND_FACTOR_SET_UP: "Second factor set up",
    SECOND_FACTOR_RESET: "Second factor reset",
    RECOVERY_CODES_MADE: "Recovery codes made",
    RECOVERY_CODE_USED: "Recovery code used",
    EXPORTED: "Content exported",
    IMPORTED: "Content imported",
}


def _about(*models: str) -> Q:
    return Q(content_type__model__in=models, action_flag__lte=3)


# What an auditor narrows the log by; each name with the entries of that kind.
KINDS: dict[str, tuple[str, Q]] = {
    "sign-in": ("Sign-ins and sign-outs", Q(action_flag__in=[SIGNED_IN, SIGNED_OUT, WRONG_CODE])),
    "second-factor": ("Second factor", Q(action_flag__range=(WRONG_CODE, RECOVERY_CODE_USED))),
    "accounts": ("Staff accounts and permissions", _about("user", "group")),
    "looks": ("Views of employers’ data", Q(action_flag=LOOKED)),
    "publishing": ("Publishing", _about("edition")),
    "files": ("Exports and imports", Q(action_flag__in=[EXPORTED, IMPORTED])),
    "copies": ("Captured copies", _about("resourcecopy")),
    "content": (
        "Content",
        _about("component", "question", "strategy", "resource", "change", "linkcheck"),
    ),
}
LONGEST = 200
# Days that the addresses of sign-ins are kept, of those that failed with the whole entry.
ADDRESS_DAYS = 90


def record(
    user: Any, act: int, said: str, *, about: Model | type[Model] | None = None, name: str = ""
) -> LogEntry:
    """Write down that ``user`` did ``act``; ``said``: more of it, in a sentence.

    ``about``: the row it was done to, or a whole table; the user's own account if None. ``name``:
    what to call it.
    """
    row = user if about is None else about
    return LogEntry.objects.create(
        user_id=user.pk,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk) if isinstance(row, Model) else None,
        object_repr=(name or str(row))[:LONGEST],
        action_flag=act,
        change_message=said,
    )


def signed_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Receives ``user_logged_in``."""
    record(user, SIGNED_IN, _where(request))


def signed_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Receives ``user_logged_out``, which is sent for nobody as well."""
    if user is not None:
        record(user, SIGNED_OUT, _where(request))


def forget_addresses(*, days: int = ADDRESS_DAYS) -> None:
    """Take the address out of the entries of sign-ins and sign-outs of so many days ago.

    Who did it and when stays.
    """
    long_ago = timezone.now() - timedelta(days=days)
    entries = LogEntry.objects.filter(action_flag__in=[SIGNED_IN, SIGNED_OUT])
    entries.filter(action_time__lte=long_ago).exclude(change_message="").update(change_message="")


def _where(request: HttpRequest) -> str:
    address = client_address(request)
    return f"From {address}." if address else "From an unknown address."
