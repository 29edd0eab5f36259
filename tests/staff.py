"""Staff for tests: accounts, second factors, and the codes their phones would show."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from toolkit import second_factor

PASSWORD = "a long staff password"


def account(name: str = "ada", *, role: str = "", **fields: Any) -> User:
    """A staff account; without a role a superuser."""
    user = User.objects.create_user(
        name, password=PASSWORD, is_staff=True, is_superuser=not role, **fields
    )
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def with_phone(user: User) -> list[str]:
    """Give a user a second factor; return the recovery codes."""
    device = TOTPDevice(user=user, name="App", key=second_factor.new_key())
    return second_factor.set_up(user, device, is_replacing=False)


def code_of(device: TOTPDevice, *, later: int = 0) -> str:
    """What the phone shows now, or ``later`` steps of 30 seconds after; at most 1 is accepted."""
    clock = TOTP(device.bin_key)
    clock.time = time.time() + 30 * later
    return f"{clock.token():06}"


def phone_of(user: User, *, later: int = 0) -> str:
    """What the phone of a user shows."""
    return code_of(TOTPDevice.objects.get(user=user), later=later)


def browser(user: User, *, is_verified: bool = False) -> Client:
    """A browser in which the user has given the password, and the code where told so."""
    client = Client()
    client.force_login(user)
    if is_verified:
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.get(user=user).persistent_id
        session.save()
    return client
