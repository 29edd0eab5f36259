"""System checks for what goes wrong in production: ``manage.py check --deploy``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.tasks.backends.immediate import ImmediateBackend
from django.utils.module_loading import import_string

from jobquality.health import copies

LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}
TOKEN_LENGTH = 16
TAG = "jobquality"


@register(TAG)
def debug_is_local(**_: Any) -> list[CheckMessage]:
    """DEBUG shows settings and code to whoever meets an error."""
    foreign = sorted({*settings.ALLOWED_HOSTS} - LOCAL)
    if not settings.DEBUG or not foreign:
        return []
    return [
        Warning(
            f"DEBUG is on, and the site answers to {', '.join(foreign)}.",
            hint="Whoever meets an error there sees code and settings. Take DEBUG away, or "
            "ALLOWED_HOSTS.",
            id="jobquality.W001",
        )
    ]


@register(TAG)
def error_hook_exists(**_: Any) -> list[CheckMessage]:
    """ERROR_HOOK is found when it is needed."""
    if not settings.ERROR_HOOK:
        return []
    try:
        found = import_string(settings.ERROR_HOOK)
    except ImportError as error:
        return [
            Error(
                f"ERROR_HOOK cannot be imported: {error}.",
                hint="Give the dotted path of a function, such as errors_of_ours.tell.",
                id="jobquality.E002",
            )
        ]
    if callable(found):
        return []
    return [Error("ERROR_HOOK is not a function.", id="jobquality.E002")]


@register(TAG, deploy=True)
def secret_key_is_set(**_: Any) -> list[CheckMessage]:
    """Each process would make a key of its own."""
    if settings.HAS_SECRET_KEY:
        return []
    return [
        Error(
            "SECRET_KEY is not set.",
            hint="Keep one in the environment file: python3 -c 'import secrets; "
            "print(secrets.token_urlsafe(50))'. Without it the web server refuses to start.",
            id="jobquality.E003",
        )
    ]


@register(TAG, deploy=True)
def copies_are_writable(**_: Any) -> list[CheckMessage]:
    """Staff can add captured copies."""
    if copies():
        return []
    return [
        Error(
            "The folder of captured copies cannot be read and written by this user.",
            hint="Set COPIES_DIR, or give the folder to the user the site runs as.",
            id="jobquality.E004",
        )
    ]


@register(TAG, deploy=True)
def metrics_token_is_long(**_: Any) -> list[CheckMessage]:
    """A short token can be guessed."""
    if not settings.METRICS_TOKEN or len(settings.METRICS_TOKEN) >= TOKEN_LENGTH:
        return []
    return [
        Warning(
            f"METRICS_TOKEN is shorter than {TOKEN_LENGTH} characters.",
            hint="Make a long random one, or leave it out to have no /metrics.",
            id="jobquality.W005",
        )
    ]


@register(TAG, deploy=True)
def mail_has_a_worker(**_: Any) -> list[CheckMessage]:
    """Mail sent while the visitor waits lets them time whether an address is known."""
    backend = import_string(settings.TASKS["default"]["BACKEND"])
    if not settings.MAILERS or not issubclass(backend, ImmediateBackend):
        return []
    return [
        Warning(
            "Mail is sent while the visitor waits.",
            hint="How long the answer takes tells whether an address is known. Set TASKS=worker "
            "and run the worker.",
            id="jobquality.W006",
        )
    ]
