"""Second factor of staff: a key in an app that shows codes, and recovery codes for lost phones.

django-otp does the arithmetic, keeps a code from being used twice and slows guessing down. Of a
recovery code only a hash is stored.
"""

from __future__ import annotations

import re
import secrets
import time
from base64 import b32encode, urlsafe_b64encode
from binascii import unhexlify
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from math import ceil
from typing import Any

import segno
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django_otp import verify_token
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from . import audit

RECOVERY_CODES = 10
# Without letters and digits that are read for one another.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 12
APP_CODE = re.compile(r"[0-9]{6}")
# A pause this long takes five wrong codes in a row.
ALARMING = timedelta(seconds=10)
WRONG = (
    "That code is not right, or it was used before. Enter the six digits that the app shows now; "
    "they change every 30 seconds. If they are refused again, turn on automatic date and time on "
    "your phone."
)
WRONG_RECOVERY = (
    "That is not one of your remaining recovery codes. Each one works once. Check it letter by "
    "letter, or enter the six digits that the app shows now."
)


class CodeError(Exception):
    """A code was refused; ``wait`` is how long none is looked at, None if the next one may come."""

    def __init__(self, said: str, wait: timedelta | None = None) -> None:
        super().__init__(said)
        self.wait = wait


@dataclass(frozen=True)
class SecondFactor:
    """What somebody has set up, for pages: since when, last used, recovery codes left."""

    device: TOTPDevice | None
    left: int

    def __bool__(self) -> bool:
        return self.device is not None


def of(user: Any) -> SecondFactor:
    """The second factor of a user, which may be none."""
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    return SecondFactor(device, StaticToken.objects.filter(device__user=user).count())


def has(user: Any) -> bool:
    """Whether a user has set one up."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def is_owed(user: Any) -> bool:
    """Whether a signed-in user still has to give a code, or to set up what makes them."""
    return not user.is_verified() and (settings.STAFF_SECOND_FACTOR or has(user))


# -- codes -----------------------------------------------------------------------------------


def verify(user: Any, typed: str) -> Any:
    """The device that accepts a code of the app or a recovery code. Raises CodeError."""
    code = re.sub(r"[\s-]", "", typed).lower()
    is_of_app = APP_CODE.fullmatch(code) is not None
    model: Any = TOTPDevice if is_of_app else StaticDevice
    device = model.objects.filter(user=user, confirmed=True).first()
    if device is None:
        raise CodeError(WRONG if is_of_app else WRONG_RECOVERY)
    _require_patience(device)
    accepted = verify_token(user, device.persistent_id, code if is_of_app else digest(code))
    if accepted is None:
        audit.record(user, audit.WRONG_CODE, "A code was refused after the right password.")
        device.refresh_from_db()
        raise CodeError(WRONG if is_of_app else WRONG_RECOVERY)
    if not is_of_app:
        left = of(user).left
        audit.record(user, audit.RECOVERY_CODE_USED, f"Recovery codes left: {left}.")
    return accepted


def _require_patience(device: Any) -> None:
    """Refuse while guessing is slowed down: 1, 2, 4, 8 … seconds after each wrong code."""
    allowed, why = device.verify_is_allowed()
    if not allowed:
        wait = why["locked_until"] - timezone.now()
        said = (
            f"After wrong codes there is a pause. Wait {in_words(wait)}, then enter the code again."
        )
        if wait > ALARMING:
            said += (
                " If you did not enter them, tell the person who manages the staff accounts: "
                "someone else knows your password."
            )
        raise CodeError(said, wait)


def in_words(wait: timedelta) -> str:
    """A wait in seconds or minutes, rounded up."""
    seconds = max(ceil(wait.total_seconds()), 1)
    if seconds == 1:
        return "a second"
    return f"{seconds} seconds" if seconds <= 90 else f"{ceil(seconds / 60)} minutes"


def digest(code: str) -> str:
    """What is stored of a recovery code: 96 bits of its hash, all that the column holds."""
    return urlsafe_b64encode(sha256(code.encode()).digest())[:16].decode()


# -- setting up ------------------------------------------------------------------------------


def new_key() -> str:
    """A new key, in hexadecimal as django-otp keeps it."""
    return str(random_hex(20))


@dataclass(frozen=True)
class NewFactor:
    """A key that is not confirmed yet, as its page shows it."""

    user: Any
    key: str

    @property
    def typed(self) -> str:
        """The key as text to type, in groups of four."""
        text = b32encode(unhexlify(self.key)).decode()
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))

    @property
    def picture(self) -> SafeString:
        """The key as a QR code: SVG of our own making, with attributes only."""
        address = TOTPDevice(user=self.user, key=self.key).config_url
        code = segno.make(address, error="m", micro=False)
        return mark_safe(code.svg_inline(scale=4, dark="#000", light="#fff", svgclass=None))


def confirmed(user: Any, key: str, typed: str) -> TOTPDevice:
    """The device of a new key, not saved, if ``typed`` is a code of it. Raises CodeError."""
    device = TOTPDevice(user=user, name="App", key=key, confirmed=True)
    clock = TOTP(device.bin_key, device.step, device.t0, device.digits)
    clock.time = time.time()
    code = re.sub(r"\s", "", typed)
    if not (APP_CODE.fullmatch(code) and clock.verify(int(code), device.tolerance)):
        raise CodeError(WRONG)
    # The code has been used by this; the phone's clock may be a little off.
    device.last_t, device.drift = clock.t(), clock.drift
    return device


@transaction.atomic
def set_up(user: Any, device: TOTPDevice, *, is_replacing: bool) -> list[str]:
    """Make a confirmed device the user's second factor.

    Returns the recovery codes to show; none where there are some from the device before. Raises
    CodeError where one was set up meanwhile and is not to be replaced.
    """
    # Two tabs, or a second press, wait for each other here.
    get_user_model()._default_manager.select_for_update().get(pk=user.pk)
    held = TOTPDevice.objects.filter(user=user)
    if held.exists() and not is_replacing:
        raise CodeError(
            "A second factor was set up for you in the meantime. Sign in with its code."
        )
    held.delete()
    device.save()
    audit.record(user, audit.SECOND_FACTOR_SET_UP, "Replaced." if is_replacing else "Set up.")
    return [] if is_replacing else make_recovery_codes(user)


@transaction.atomic
def make_recovery_codes(user: Any) -> list[str]:
    """New recovery codes in place of those there were; they are told only here."""
    device, _ = StaticDevice.objects.get_or_create(user=user, defaults={"name": "Recovery codes"})
    device.token_set.all().delete()
    codes = [_code() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=digest(c)) for c in codes)
    audit.record(user, audit.RECOVERY_CODES_MADE, f"Recovery codes: {len(codes)}.")
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


@transaction.atomic
def reset(user: Any, *, by: Any, said: str) -> bool:
    """Take a user's second factor away; whether there was one. ``by``: who is to be on record."""
    found, _ = TOTPDevice.objects.filter(user=user).delete()
    codes, _ = StaticDevice.objects.filter(user=user).delete()
    if found or codes:
        audit.record(by, audit.SECOND_FACTOR_RESET, said, about=user)
    return bool(found or codes)
