"""Lock-out of staff sign-in: by name, by address, for a quarter of an hour."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.test import Client

from tests.pages import heading, words
from tests.staff import PASSWORD, account

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
WRONG = "wrong"


def attempt(name: str = "ada", password: str = WRONG, **meta: str) -> Any:
    return Client().post(LOGIN, {"username": name, "password": password}, **meta)  # type: ignore[arg-type]


def fail(times: int, name: str = "ada", **meta: str) -> list[int]:
    return [attempt(name, **meta).status_code for _ in range(times)]


@pytest.mark.db
def test_the_fifth_failure_locks_a_name_out(client: Client) -> None:
    account()
    assert fail(5, REMOTE_ADDR="192.0.2.1") == [200, 200, 200, 200, 429]
    response = attempt(password=PASSWORD, REMOTE_ADDR="192.0.2.99")
    assert (response.status_code, heading(response)) == (429, "Too many failed sign-ins")
    assert "Wait 15 minutes, then try again." in words(response)
    assert "nonce" not in words(response)
    assert response["Retry-After"] == "900"
    assert response["Cache-Control"] == "no-store, private"
    assert "_auth_user_id" not in response.client.session


@pytest.mark.db
def test_the_fifth_failure_locks_an_address_out() -> None:
    account()
    names = [attempt(f"name-{n}", REMOTE_ADDR="192.0.2.1").status_code for n in range(5)]
    assert names == [200, 200, 200, 200, 429]
    assert attempt(password=PASSWORD, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert attempt(password=PASSWORD, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_a_name_that_is_nobody_s_is_locked_out_alike() -> None:
    account()
    shown = {}
    for name in ("ada", "nobody"):
        statuses = [attempt(name, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(6)]
        shown[name] = (statuses, words(attempt(name)))
    assert shown["ada"] == shown["nobody"]


def test_it_ends_after_a_quarter_of_an_hour_and_trying_does_not_prolong_it() -> None:
    account()
    fail(5)
    for minutes in (5, 10, 15, 16):
        back = timedelta(minutes=5 if minutes < 16 else 1)
        for row in AccessAttempt.objects.all():
            AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=row.attempt_time - back)
        expected = 302 if minutes > 15 else 429
        if minutes != 15:
            assert attempt(password=PASSWORD).status_code == expected


@pytest.mark.parametrize("is_behind", [True, False])
def test_a_forged_address_does_not_help(settings: Any, *, is_behind: bool) -> None:
    settings.IS_BEHIND_PROXY = is_behind
    settings.AXES_LOCKOUT_PARAMETERS = ["ip_address"]
    account()
    for n in range(5):
        forged = f"203.0.113.{n}" + (", 198.51.100.7" if is_behind else "")
        last = attempt(f"name-{n}", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forged)
    assert last.status_code == 429
    wanted = "198.51.100.7" if is_behind else "192.0.2.1"
    assert {failure.ip_address for failure in AccessFailureLog.objects.all()} == {wanted}


def test_behind_a_proxy_one_client_does_not_lock_the_others_out(settings: Any) -> None:
    settings.IS_BEHIND_PROXY = True
    account()
    for n in range(5):
        attempt(f"n{n}", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.7")
    proxied = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.8"}
    assert attempt(password=PASSWORD, **proxied).status_code == 302


@pytest.mark.db
@pytest.mark.parametrize("address", ["", "unix:", "2001:db8::1", "::ffff:192.0.2.1", "nonsense"])
def test_any_address_is_counted(address: str) -> None:
    assert fail(5, "nobody", REMOTE_ADDR=address)[-1] == 429


@pytest.mark.db
def test_a_network_counts_once_however_many_addresses_it_has(settings: Any) -> None:
    settings.AXES_LOCKOUT_PARAMETERS = ["ip_address"]
    last = [attempt(f"n{n}", REMOTE_ADDR=f"2001:db8::{n + 1}").status_code for n in range(5)]
    assert last[-1] == 429


@pytest.mark.db
@pytest.mark.parametrize("name", ["x" * 5000, "\0", "مرحبا", "<b>", "a\nb"])
def test_any_name_can_be_tried(name: str) -> None:
    assert attempt(name).status_code == 200


def test_no_password_is_kept() -> None:
    account()
    fail(2, "ada")
    attempt("ada", "s3cret-password-typed")
    rows = [*AccessAttempt.objects.values(), *AccessFailureLog.objects.values()]
    assert len(rows) == 4
    assert "s3cret" not in str(rows)


def test_failures_during_a_lock_out_are_not_stored() -> None:
    account()
    fail(12)
    assert AccessFailureLog.objects.count() == 5
    assert AccessAttempt.objects.get().failures_since_start == 5
