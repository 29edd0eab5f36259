"""A staff sign-in ends by itself; what employers' links opened in the same browser stays."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessment.access import GRANTS, make_link
from tests import factories
from tests.pages import words
from tests.people import Person
from tests.staff import PASSWORD, account
from toolkit.staff_session import SINCE, SessionStore

pytestmark = pytest.mark.django_db

DESK = "/admin/"
LOGIN = "/admin/login/"


@pytest.fixture
def maria() -> Person:
    """An employer whose browser opens two assessments."""
    factories.publish_bakery_edition()
    maria = Person(factories.make_assessment()).given("owner")
    _, maria.secret = make_link(factories.make_assessment(name="Other"), role="owner")
    maria.open()
    return maria


def sign_in(client: Client, name: str = "ada") -> Any:
    return client.post(LOGIN, {"username": name, "password": PASSWORD})


def age(client: Client, seconds: float) -> None:
    """Let the sign-in be this old."""
    session = client.session
    session[SINCE] = int(time.time() - seconds)
    session.save()


def opens(person: Person) -> tuple[int, int]:
    """How many assessments the browser opens, and whether the first can be seen."""
    return len(person.session[GRANTS]), person.see("hub").status_code


def test_signing_in_and_out_keeps_what_the_browser_opens(maria: Person) -> None:
    account()
    keys = [maria.session.session_key]
    sign_in(maria)
    keys.append(maria.session.session_key)
    assert maria.get(DESK).status_code == 200
    assert opens(maria) == (2, 200)
    out = maria.post("/admin/logout/")
    keys.append(maria.session.session_key)
    assert "Assessments opened with a private link in this browser stay open." in words(out)
    assert opens(maria) == (2, 200)
    assert maria.get(DESK)["Location"].startswith(LOGIN)
    assert {*maria.session.keys()} == {GRANTS}
    assert len({*keys}) == 3
    assert maria.cookies["sessionid"]["max-age"] == 90 * 24 * 3600


def test_an_old_session_key_opens_nothing_after_signing_out(maria: Person) -> None:
    account()
    sign_in(maria)
    stolen = Client()
    stolen.cookies["sessionid"] = maria.cookies["sessionid"].value
    assert stolen.get(DESK).status_code == 200
    maria.post("/admin/logout/")
    assert stolen.get(DESK).status_code == 302


def test_signing_in_as_somebody_else_keeps_them_too(maria: Person) -> None:
    account()
    account("eve")
    sign_in(maria)
    sign_in(maria, "eve")
    assert maria.get(DESK).context["user"].get_username() == "eve"
    assert opens(maria) == (2, 200)


def test_a_password_changed_elsewhere_ends_the_sign_in_only(maria: Person) -> None:
    user = account()
    sign_in(maria)
    user.set_password("another long password")
    user.save()
    assert maria.get(DESK)["Location"].startswith(LOGIN)
    assert opens(maria) == (2, 200)


def test_leaving_assessments_does_not_sign_out(maria: Person) -> None:
    account()
    sign_in(maria)
    assert maria.send("leave").status_code == 302
    assert maria.post(reverse("assessment:leave_all")).status_code == 302
    assert maria.session[GRANTS] == {}
    assert maria.get(DESK).status_code == 200


def test_signing_out_without_having_signed_in_changes_nothing(maria: Person) -> None:
    assert maria.post("/admin/logout/")["Location"] == DESK
    assert opens(maria) == (2, 200)


def test_nobody_is_signed_out_by_a_link(client: Client) -> None:
    account()
    sign_in(client)
    assert client.get("/admin/logout/").status_code == 405
    assert client.get(DESK).status_code == 200


@pytest.mark.parametrize(("seconds", "is_in"), [(8 * 3600 - 60, True), (8 * 3600 + 1, False)])
def test_a_sign_in_lasts_eight_hours_however_active(
    maria: Person, seconds: int, *, is_in: bool
) -> None:
    account()
    sign_in(maria)
    for past in (3600, 2 * 3600, seconds):
        age(maria, past)
        response = maria.get("/admin/auth/user/?q=a")
    assert response.status_code == (200 if is_in else 302)
    assert opens(maria) == (2, 200)
    if not is_in:
        assert response["Location"] == "/admin/login/?next=/admin/auth/user/%3Fq%3Da"
        page = words(maria.get(response["Location"]))
        assert "Your sign-in has ended. Sign-ins last 8 hours." in page
        assert {*maria.session.keys()} == {GRANTS, "staff_ended"}
        back = maria.post(response["Location"], {
            "username": "ada", "password": PASSWORD, "next": "/admin/auth/user/?q=a"
        })  # fmt: skip
        assert back["Location"] == "/admin/auth/user/?q=a"
        assert "has ended" not in words(maria.get(DESK))


def test_a_session_that_does_not_say_since_when_has_ended(client: Client) -> None:
    account()
    sign_in(client)
    session = client.session
    del session[SINCE]
    session.save()
    assert client.get(DESK)["Location"].startswith(LOGIN)


def test_an_employer_s_page_asks_nothing_of_the_sign_in(maria: Person) -> None:
    account()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            maria.see("hub")
        counts.append(len(queries))
        sign_in(maria)
    assert counts[0] == counts[1]


@pytest.mark.db
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages"])
@pytest.mark.parametrize(
    "value", [r'"\000aaaaaaaa"', r'"\000"', "a" * 5000, '"é\x01aaaaaaa"', "../../etc", "A" * 32]
)
def test_a_forged_cookie_is_no_session(name: str, value: str) -> None:
    """A cookie in quotes may hold any character, by its number."""
    client = Client(headers={"Cookie": f"{name}={value}"})
    for address in ("/", "/assessments/", "/a/x/", "/lost-link/", LOGIN):
        assert client.get(address).status_code in {200, 404}, address


def test_a_key_that_django_makes_is_one() -> None:
    store = SessionStore()
    store.create()
    assert SessionStore(store.session_key).session_key == store.session_key
