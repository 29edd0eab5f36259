"""A form of the desk sent after the sign-in had ended is kept, and offered once more."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from tests.pages import words
from tests.staff import PASSWORD, account
from tests.toolkit.test_staff_session import LOGIN, age, sign_in
from toolkit.staff_session import UNSAVED

pytestmark = pytest.mark.django_db

GROUP = "/admin/auth/group/add/"
SENT = {"name": "Helpers <b>&</b> “friends” مرحبا", "_save": "Save"}


@pytest.fixture
def late(client: Client) -> Client:
    """A browser whose sign-in has just ended."""
    account()
    sign_in(client)
    age(client, 9 * 3600)
    return client


def hidden(response: Any) -> list[tuple[str, str]]:
    (form,) = re.findall(rf'<form method="post" action="{GROUP}">.*?</form>',
                         response.content.decode(), re.DOTALL)  # fmt: skip
    return re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)


def test_it_is_offered_after_signing_in_and_saves_then(late: Client) -> None:
    sent = {**SENT, "permissions": [str(p.pk) for p in Permission.objects.all()[:2]]}
    response = late.post(GROUP, sent)
    assert response["Location"].startswith(LOGIN)
    assert "what you sent is kept" in words(late.get(response["Location"]))
    sign_in(late)
    page = late.get(GROUP)
    assert "You sent this form just after your sign-in ended" in words(page)
    assert page["Cache-Control"] == "no-store, private"
    assert [name for name, _ in hidden(page)][1:] == ["name", "_save", "permissions", "permissions"]
    assert "<b>" not in page.content.decode()
    assert not Group.objects.exists()
    late.post(GROUP, sent)
    group = Group.objects.get()
    assert (group.name, group.permissions.count()) == (SENT["name"], 2)
    assert UNSAVED not in late.session
    assert "Add group" in words(late.get(GROUP))


def test_it_can_be_thrown_away(late: Client) -> None:
    late.post(GROUP, SENT)
    sign_in(late)
    assert late.post(GROUP, {**SENT, "_throw_away": "1"})["Location"] == GROUP
    assert "Add group" in words(late.get(GROUP))


def test_nobody_else_is_offered_it(late: Client) -> None:
    account("eve")
    late.post(GROUP, SENT)
    sign_in(late, "eve")
    assert UNSAVED not in late.session


def test_signing_out_forgets_it(late: Client) -> None:
    late.post(GROUP, SENT)
    sign_in(late)
    late.post("/admin/logout/")
    assert UNSAVED not in late.session


def test_a_password_and_what_is_too_large_are_not_kept(late: Client) -> None:
    late.post("/admin/password_change/", {"old_password": PASSWORD, "new_password1": "x"})
    assert UNSAVED not in late.session
    late.post(GROUP, {"name": "x" * 100_001})
    assert UNSAVED not in late.session


def test_a_stranger_s_form_is_not_kept(client: Client) -> None:
    client.post(GROUP, SENT)
    assert UNSAVED not in client.session


def test_a_form_of_another_site_is_not_kept() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("ada"))
    age(strict, 9 * 3600)
    assert strict.post(GROUP, SENT).status_code == 403
    strict.post("/admin/toolkit/resourcecopy/add/1/", SENT)
    assert UNSAVED not in strict.session
