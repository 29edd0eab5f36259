"""Staff passwords: what is refused, and that a change asks for the present one."""

from typing import Any

import pytest

from tests.pages import words
from tests.staff import PASSWORD, account, browser

pytestmark = pytest.mark.django_db

CHANGE = "/admin/password_change/"


def change(client: Any, old: str, new: str) -> Any:
    return client.post(
        CHANGE, {"old_password": old, "new_password1": new, "new_password2": new}, follow=True
    )


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("k7-lantern-x", ""),
        ("k7-lantern-", "It must contain at least 12 characters."),
        ("123456789123", "entirely numeric"),
        ("1qaz2wsx3edc", "too common"),
        ("adalovelace1", "too similar to the"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(new: str, said: str) -> None:
    user = account("ada", last_name="adalovelace")
    page = words(change(browser(user), PASSWORD, new))
    user.refresh_from_db()
    assert user.check_password(new) is (not said)
    assert said in page


def test_a_change_asks_for_the_present_one_and_keeps_the_sign_in() -> None:
    user = account("ada")
    client = browser(user)
    assert "old password was entered incorrectly" in words(change(client, "wrong", "k7-lantern-x"))
    change(client, PASSWORD, "k7-lantern-x")
    assert client.get("/admin/").status_code == 200
