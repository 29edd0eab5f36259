"""The second factor in a browser: from the first password to the last recovery code."""

import re
from base64 import b32decode
from typing import Any

import pytest
from django.contrib.auth.models import User
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from tests.staff import PASSWORD, account, code_of, phone_of

pytestmark = [pytest.mark.browser]

WANTED = "/admin/auth/group/"


@pytest.fixture
def ada(settings: Any) -> User:
    """Staff on a site that asks everybody for a second factor."""
    settings.STAFF_SECOND_FACTOR = True
    return account("ada")


def give_password(page: Page) -> None:
    page.goto(WANTED)
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def is_sound(page: Page, axe: Any, heading: str) -> None:
    """The page has its heading, is accessible and fits, wide and narrow."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def code_typed_from(key: str) -> str:
    """What an app shows into which the key on the page was typed."""
    return code_of(TOTPDevice(key=b32decode(key.replace(" ", "")).hex()))


def test_from_the_first_password_to_a_recovery_code(page: Page, axe: Any, ada: User) -> None:
    page.goto(WANTED)
    is_sound(page, axe, "Sign in to the desk")
    give_password(page)
    is_sound(page, axe, "Set up your second factor")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.get_by_label("six digits").fill(code_typed_from(page.locator("#key").inner_text()))
    page.get_by_role("button", name="Set it up").click()
    is_sound(page, axe, "Keep these recovery codes")
    codes = page.locator(".desk-codes").inner_text().split()
    assert len(codes) == 10
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.get_by_role("button", name="I have saved them").click()
    expect(page).to_have_url(re.compile(f"{WANTED}$"))

    page.get_by_role("button", name="Log out").click()
    is_sound(page, axe, "Signed out")
    give_password(page)
    is_sound(page, axe, "Enter your code")
    page.get_by_label("Code from your app").fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("That code is not right")).to_be_visible()
    is_sound(page, axe, "Enter your code")
    # The one of setting up is used; the next one counts already. The pause is over.
    TOTPDevice.objects.update(throttling_failure_timestamp=None)
    page.get_by_label("Code from your app").fill(phone_of(ada, later=1))
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile(f"{WANTED}$"))

    page.get_by_role("button", name="Log out").click()
    give_password(page)
    page.get_by_label("Code from your app").fill(codes[0].upper())
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("You used a recovery code.")).to_be_visible()
    page.get_by_role("link", name="Second factor", exact=True).click()
    is_sound(page, axe, "Second factor")
    expect(page.get_by_role("heading", name="Recovery codes: 9 left")).to_be_visible()
    page.get_by_role("link", name="Replace your second factor").click()
    is_sound(page, axe, "Replace your second factor")


def test_too_many_failures_are_told_in_plain_words(page: Page, axe: Any, watch: Any) -> None:
    watch.expect("429")
    page.goto("/admin/")
    for _ in range(5):
        page.get_by_label("Username").fill("nobody")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Log in").click()
    is_sound(page, axe, "Too many failed sign-ins")


def test_accounts_passwords_and_the_audit_log_break_no_policy(
    page: Page, axe: Any, settings: Any
) -> None:
    """The fixture ``watch`` fails on anything the content policy refuses or the console reports."""
    user = account("ada")
    give_password(page)
    for address, heading in (
        ("/admin/toolkit/auditentry/", "Audit log"),
        ("/admin/toolkit/failedsignin/", "Failed sign-ins"),
    ):
        page.goto(address)
        is_sound(page, axe, heading)
    for address in (
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        f"/admin/auth/user/{user.pk}/change/",
        f"/admin/auth/user/{user.pk}/password/",
        "/admin/auth/group/add/",
        "/admin/password_change/",
    ):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
