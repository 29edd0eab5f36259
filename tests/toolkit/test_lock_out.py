"""Lock-out of staff sign-in: by address, and by name after many more, for a quarter of an hour."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.test import Client
from django.utils import timezone

from tests.pages import heading, words
from tests.staff import PASSWORD, account
from toolkit.lock_out import NAME_LIMIT, forget_failures

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
WRONG = "wrong"


def attempt(name: str = "ada", password: str = WRONG, **meta: str) -> Any:
    return Client().post(LOGIN, {"username": name, "password": password}, **meta)  # type: ignore[arg-type]


def fail(times: int, name: str = "ada", **meta: str) -> list[int]:
    return [attempt(name, **meta).status_code for _ in range(times)]


def scattered(times: int, name: str = "ada") -> list[int]:
    """Failures under one name, each from an address of its own."""
    return [
        attempt(name, REMOTE_ADDR=f"198.51.{n // 250}.{n % 250}").status_code for n in range(times)
    ]


@pytest.mark.db
def test_nobody_is_kept_out_by_a_few_who_know_their_name() -> None:
    account()
    assert fail(5, REMOTE_ADDR="192.0.2.1")[-1] == 429
    assert {*scattered(NAME_LIMIT - 6)} == {200}
    assert attempt(password=PASSWORD, REMOTE_ADDR="192.0.2.99").status_code == 302


@pytest.mark.db
def test_a_hundred_failures_lock_a_name_out(client: Client) -> None:
    account()
    statuses = scattered(NAME_LIMIT)
    assert statuses == [200] * (NAME_LIMIT - 1) + [429]
    assert attempt("eve", REMOTE_ADDR="192.0.2.99").status_code == 200
    response = attempt(password=PASSWORD, REMOTE_ADDR="192.0.2.98")
    assert (response.status_code, heading(response)) == (429, "Too many failed sign-ins")
    assert "Wait 15 minutes, then try again." in words(response)
    assert "nonce" not in words(response)
    assert response["Retry-After"] == "900"
    assert response["Cache-Control"] == "no-store, private"
    assert "or very many under this name" in words(response)
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
        shown[name] = (scattered(NAME_LIMIT, name), words(attempt(name, REMOTE_ADDR="192.0.2.9")))
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
def test_a_site_counts_once_however_many_addresses_and_networks_it_has() -> None:
    hosts = [f"2001:db8:1:{n}::{n + 1}" for n in range(5)]
    last = [attempt(f"n{n}", REMOTE_ADDR=host).status_code for n, host in enumerate(hosts)]
    assert last[-1] == 429
    assert attempt(REMOTE_ADDR="2001:db8:2::1").status_code == 200


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


def test_what_the_browser_says_of_itself_is_not_kept() -> None:
    attempt("ada", HTTP_USER_AGENT="Netscape", HTTP_ACCEPT="text/odd")
    rows = [*AccessAttempt.objects.values(), *AccessFailureLog.objects.values()]
    assert len(rows) == 2
    assert "Netscape" not in str(rows)
    assert "odd" not in str(rows)


@pytest.mark.db
def test_what_is_kept_of_failures_ends() -> None:
    now = timezone.now()
    for name, age in (("a", timedelta(minutes=14)), ("b", timedelta(days=89))):
        attempt(name)
        AccessAttempt.objects.filter(username=name).update(attempt_time=now - age)
        AccessFailureLog.objects.filter(username=name).update(attempt_time=now - age)
    attempt("c")
    AccessFailureLog.objects.filter(username="c").update(attempt_time=now - timedelta(days=90))
    forget_failures(days=90)
    left = [
        [*model.objects.order_by("username").values_list("username", flat=True)]
        for model in (AccessAttempt, AccessFailureLog)
    ]
    assert left == [["a", "c"], ["a", "b"]]


def test_failures_during_a_lock_out_are_not_stored() -> None:
    account()
    fail(12)
    assert AccessFailureLog.objects.count() == 5
    assert AccessAttempt.objects.get().failures_since_start == 5
