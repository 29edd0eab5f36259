"""Sessions in which a staff sign-in ends by itself, and what else the browser may open stays.

An employer's grants last 90 days in the same session (decisions.md 24). The module is the session
engine: Django looks for ``SessionStore`` in it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django_otp import DEVICE_ID_SESSION_KEY

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

# When the sign-in began, in seconds since 1970.
SINCE = "staff_since"
# A new second factor's key, until its first code; new recovery codes, until they are kept.
NEW_KEY, NEW_CODES = "staff_new_key", "staff_new_codes"
# A form that came too late, until its sender signs in again.
UNSAVED = "staff_unsaved"
SIGN_IN = {
    SESSION_KEY,
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    DEVICE_ID_SESSION_KEY,
    SINCE,
    NEW_KEY,
    NEW_CODES,
    UNSAVED,
}
# Whose sign-in ended; left for the sign-in page, which says why it is shown.
ENDED = "staff_ended"


# As Django makes them.
KEY = re.compile(r"[a-z0-9]{32}")


class SessionStore(DatabaseStore):
    """A session whose end, when staff sign out, is the end of the sign-in only."""

    def _validate_session_key(self, key: str | None) -> bool:
        """Whether a cookie can be a key of ours; PostgreSQL fails on a NUL rather than not find it.

        Django itself asks for no more than eight characters, whichever.
        """
        return key is not None and KEY.fullmatch(key) is not None

    def flush(self) -> None:
        """Forget the sign-in; carry the rest over to a new key.

        Django flushes on signing out, on signing in as somebody else, and where the password was
        changed in another browser.
        """
        kept = {key: value for key, value in self.items() if key not in SIGN_IN}
        super().flush()
        if kept:
            self.update(kept)


def begin(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Note when somebody signed in. Receives ``user_logged_in``."""
    request.session[SINCE] = int(time.time())
    if request.session.pop(ENDED, None) != user.pk:
        request.session.pop(UNSAVED, None)


class StaffSessionMiddleware:
    """End a staff sign-in when its time is up, as soon as anything asks who is signed in.

    Nothing is read of the session on pages that do not ask.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put the rule between the session and whoever asks."""
        user: Any = SimpleLazyObject(partial(_still_signed_in, request, request.user))
        request.user = user
        return self.get_response(request)


def _still_signed_in(
    request: HttpRequest, user: AbstractBaseUser | AnonymousUser
) -> AbstractBaseUser | AnonymousUser:
    from django.contrib.auth.models import AnonymousUser  # needs the tables, which are made later

    if not user.is_authenticated or not is_over(request):
        return user
    request.session.flush()
    request.session[ENDED] = user.pk
    return AnonymousUser()


def is_over(request: HttpRequest) -> bool:
    """Whether the sign-in of this session began too long ago, or nobody knows when."""
    since = request.session.get(SINCE)
    return since is None or time.time() - since >= settings.STAFF_SIGN_IN_AGE
