"""Telling somebody of errors: by e-mail to ADMINS, and to a function of the operator's choice.

Both get what the log gets and nothing else. Django's own error report is not used: it holds the
posted form, the session, the cookies, the address and every local variable.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.core.mail import mail_admins
from django.utils.module_loading import import_string

from .logs import Told, told

logger = logging.getLogger(__name__)

# Seconds until the same error is mailed again: a fault under load would fill the mailbox.
MAILED_FOR = 15 * 60
KINDS_MAX = 1000
is_telling: ContextVar[bool] = ContextVar("is_telling", default=False)


class ErrorHandler(logging.Handler):
    """Passes every logged error on. What goes wrong in here is logged, never raised."""

    def __init__(self, level: int = logging.ERROR) -> None:
        super().__init__(level)
        self.mailed: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Pass one error on."""
        if is_telling.get():
            return  # telling of it failed; to tell of that would fail as well
        token = is_telling.set(True)
        try:
            self.pass_on(told(record))
        except Exception:
            logger.warning("An error could not be passed on", exc_info=True)
        finally:
            is_telling.reset(token)

    def pass_on(self, error: Told) -> None:
        """Call ERROR_HOOK and write to ADMINS, as far as there are any."""
        try:
            if settings.ERROR_HOOK:
                hook: Callable[[Told], object] = import_string(settings.ERROR_HOOK)
                hook(error)
        finally:
            if settings.ADMINS and self.is_due(kind_of(error)):
                mail_admins(f"Error at {error.get('route', '-')}", json.dumps(error, indent=1))

    def is_due(self, kind: str) -> bool:
        """Whether this kind of error has not been mailed for a while; counts it as mailed."""
        now = time.monotonic()
        if now - self.mailed.get(kind, -MAILED_FOR) < MAILED_FOR:
            return False
        if len(self.mailed) >= KINDS_MAX:
            self.mailed.clear()
        self.mailed[kind] = now
        return True


def kind_of(error: Told) -> str:
    """What makes two errors the same: where they came up and of what type."""
    exception = error.get("exception") or [{"type": error["message"], "at": []}]
    return f"{error.get('route')} {exception[0]['type']} {exception[0]['at'][-1:]}"
