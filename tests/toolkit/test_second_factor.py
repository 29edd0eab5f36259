"""The second factor: who has to give it, setting it up, recovery codes, replacing, resetting."""

import re
from base64 import b32decode
from binascii import hexlify
from datetime import timedelta
from io import StringIO
from typing import Any
from xml.etree import ElementTree

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.pages import words
from tests.staff import account, browser, code_of, phone_of, with_phone
from toolkit import audit
from toolkit.second_factor import digest

pytestmark = pytest.mark.django_db

DESK = "/admin/"
CODE = "/admin/second-factor/code/"
SET_UP = "/admin/second-factor/set-up/"
CODES = "/admin/second-factor/recovery-codes/"
MANAGE = "/admin/second-factor/"
# The pages on the way in, and out; all others want the code.
OPEN = {"login", "logout", "enter_code", "set_up"}


@pytest.fixture(autouse=True)
def asked_of_everybody(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def ada() -> User:
    return account("ada")


def acts(flag: int) -> list[tuple[str, str, str]]:
    entries = LogEntry.objects.filter(action_flag=flag).order_by("pk")
    return [(e.user.get_username(), e.object_repr, e.change_message) for e in entries]


def addresses(patterns: Any = None, before: str = DESK) -> list[tuple[str, str]]:
    """Every address of the admin with its name, 1 in place of each of its keys."""
    found = []
    if patterns is None:
        (root,) = (p for p in get_resolver().url_patterns if str(p.pattern) == "admin/")
        patterns = root.url_patterns  # type: ignore[union-attr]
    for pattern in patterns:
        part = re.sub(r"<(?:slug:sha256)>", "0" * 64, str(pattern.pattern))
        part = re.sub(r"<[^>]*>", "1", part)
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, before + part)
        elif isinstance(pattern, URLPattern):
            if part.startswith("^"):
                part = "toolkit/"
            elif part.startswith("("):
                part = "nothing/"
            found.append((before + part, pattern.name or ""))
    return found


# -- who has to give it ------------------------------------------------------------------------


def test_the_walk_finds_the_desk() -> None:
    names = {name for _, name in addresses()}
    assert {*OPEN, "index", "toolkit_export", "toolkit_question_change", "app_list"} <= names
    assert {"assessment_assessment_changelist", "reset_second_factor"} <= names
    assert len(addresses()) > 60


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("has_phone", [True, False])
def test_every_address_of_the_desk_refuses_a_password_alone(
    ada: User, method: str, *, has_phone: bool
) -> None:
    if has_phone:
        with_phone(ada)
    client = browser(ada)
    preview = reverse("toolkit:preview", args=["anything"])
    for address, name in [*addresses(), (preview, "preview")]:
        if name not in OPEN:
            response = getattr(client, method)(address)
            got = (address, response.status_code, response["Location"])
            assert got == (address, 302, reverse("admin:enter_code", query={"next": address}))


def test_the_code_opens_what_was_asked_for(ada: User) -> None:
    with_phone(ada)
    client = browser(ada)
    wanted = "/admin/toolkit/question/?q=wage"
    asked = client.get(wanted, follow=True)
    assert "Your password was right." in words(asked)
    response = client.post(asked.redirect_chain[0][0], {"code": phone_of(ada), "next": wanted})
    assert (response.status_code, response["Location"]) == (302, wanted)
    assert client.get(wanted).status_code == 200
    assert client.get(CODE)["Location"] == DESK


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/admin/", "javascript:alert(1)", "\\\\evil"]
)
@pytest.mark.parametrize("way", ["get", "post"])
def test_nobody_is_sent_to_another_site(ada: User, wanted: str, way: str) -> None:
    with_phone(ada)
    client = browser(ada)
    code = {"code": phone_of(ada)}
    response = (
        client.post(f"{CODE}?next=/admin/auth/", {**code, "next": wanted})
        if way == "post"
        else client.post(reverse("admin:enter_code", query={"next": wanted}), code)
    )
    assert response["Location"] == DESK


def test_strangers_and_employers_never_see_these_pages(client: Client) -> None:
    plain = User.objects.create_user("plain", password="x")
    for who in (client, browser(plain)):
        for address in (CODE, SET_UP):
            for response in (who.get(address), who.post(address, {"code": "123456"})):
                assert response["Location"].startswith("/admin/login/?next=")


def test_an_inactive_account_is_out_at_once(ada: User) -> None:
    with_phone(ada)
    client = browser(ada, is_verified=True)
    assert client.get(DESK).status_code == 200
    User.objects.update(is_active=False)
    assert client.get(DESK)["Location"].startswith("/admin/login/")


def test_a_session_passes_for_its_own_user_only(ada: User) -> None:
    with_phone(ada)
    eve = account("eve")
    with_phone(eve)
    client = browser(eve)
    session = client.session
    session["otp_device_id"] = TOTPDevice.objects.get(user=ada).persistent_id
    session.save()
    assert client.get(DESK)["Location"].startswith(CODE)


# -- where it is not asked of everybody --------------------------------------------------------


def test_where_it_is_off_the_desk_offers_it(ada: User, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client = browser(ada)
    assert "You are signed in with a password alone." in words(client.get(DESK))
    assert "Not now" in words(client.get(SET_UP))


def test_where_it_is_off_it_is_asked_of_whoever_has_one(ada: User, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    with_phone(ada)
    client = browser(ada)
    assert client.get(DESK)["Location"].startswith(CODE)
    client.post(CODE, {"code": phone_of(ada)})
    assert "password alone" not in words(client.get(DESK))


# -- codes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["000000", "12345", "1234567", "１２３４５６", "abc", "'; --", "-1"]
)
def test_a_wrong_code_is_refused_and_noted(ada: User, code: str) -> None:
    with_phone(ada)
    client = browser(ada)
    response = client.post(CODE, {"code": code})
    assert response.status_code == 200
    assert "That" in words(response)
    assert re.search(r"is not right|is not one of your remaining recovery codes", words(response))
    assert acts(audit.WRONG_CODE) == [
        ("ada", "ada", "A code was refused after the right password.")
    ]
    assert client.get(DESK).status_code == 302


def test_an_empty_or_endless_code_is_refused(ada: User) -> None:
    with_phone(ada)
    client = browser(ada)
    assert "Enter the code." in words(client.post(CODE, {"code": " "}))
    assert "at most 40 characters" in words(client.post(CODE, {"code": "1" * 5000}))
    assert client.post(CODE, {"code": "\0"}).status_code == 200
    assert acts(audit.WRONG_CODE) == []


@pytest.mark.db
def test_a_code_works_once(ada: User) -> None:
    with_phone(ada)
    code = phone_of(ada)
    assert browser(ada).post(CODE, {"code": code}).status_code == 302
    assert "it was used before" in words(browser(ada).post(CODE, {"code": code}))


def test_a_second_press_goes_on(ada: User) -> None:
    with_phone(ada)
    client, code = browser(ada), phone_of(ada)
    key = client.session.session_key
    for _ in range(2):
        assert client.post(CODE, {"code": code, "next": "/admin/auth/"})["Location"] == (
            "/admin/auth/"
        )
    assert client.session.session_key == key


@pytest.mark.db
def test_guessing_is_slowed_down_with_words_and_429(ada: User) -> None:
    with_phone(ada)
    device = TOTPDevice.objects.get()
    device.throttling_failure_count = 7
    device.throttling_failure_timestamp = timezone.now()
    device.save()
    client = browser(ada)
    response = client.post(CODE, {"code": phone_of(ada)})
    assert response.status_code == 429
    assert 60 <= int(response["Retry-After"]) <= 64
    assert re.search(r"Wait 6\d seconds, then enter the code again", words(response))
    assert "someone else knows your password" in words(response)
    assert acts(audit.WRONG_CODE) == []
    TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(seconds=65))
    assert client.post(CODE, {"code": phone_of(ada)}).status_code == 302


def test_each_wrong_code_doubles_the_pause(ada: User) -> None:
    with_phone(ada)
    client = browser(ada)
    waits = []
    for _ in range(5):
        client.post(CODE, {"code": "000000"})
        waits.append(int(client.post(CODE, {"code": "000000"})["Retry-After"]))
        past = timezone.now() - timedelta(seconds=100)
        TOTPDevice.objects.update(throttling_failure_timestamp=past)
    assert waits == [1, 2, 4, 8, 16]


# -- setting up --------------------------------------------------------------------------------


def key_on(response: Any) -> str:
    (shown,) = re.findall(r'id="key">([A-Z2-7 ]+)<', response.content.decode())
    assert all(len(group) == 4 for group in shown.split())
    return hexlify(b32decode(shown.replace(" ", ""))).decode()


def test_setting_up_ends_with_codes_to_keep(ada: User) -> None:
    client = browser(ada)
    wanted = "/admin/toolkit/question/"
    page = client.get(wanted, follow=True)
    assert page.redirect_chain[-1][0] == reverse("admin:set_up", query={"next": wanted})
    assert not TOTPDevice.objects.exists()  # looking makes nothing
    key = key_on(page)
    assert key_on(client.get(SET_UP)) == key  # two tabs show one key
    code = code_of(TOTPDevice(key=key))
    sent = {"code": code, "next": wanted}
    response = client.post(SET_UP, sent)
    assert response["Location"] == reverse("admin:recovery_codes", query={"next": wanted})
    assert client.post(SET_UP, sent)["Location"] == response["Location"]  # pressed twice
    codes = re.findall(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", words(client.get(CODES)))
    assert len({*codes}) == 10
    assert re.findall(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", words(client.get(CODES))) == codes
    assert client.post(CODES, {"next": wanted})["Location"] == wanted
    assert client.get(CODES)["Location"] == MANAGE  # not shown again
    assert client.get(wanted).status_code == 200
    assert TOTPDevice.objects.get().key == key
    assert (len(acts(audit.SECOND_FACTOR_SET_UP)), len(acts(audit.RECOVERY_CODES_MADE))) == (1, 1)
    assert "it was used before" in words(browser(ada).post(CODE, {"code": code}))


def test_no_secret_is_in_the_log_or_stored_readable(ada: User) -> None:
    codes = with_phone(ada)
    browser(ada).post(CODE, {"code": codes[0]})
    browser(ada).post(CODE, {"code": "123456"})
    device = TOTPDevice.objects.get()
    log = str(list(LogEntry.objects.values()))
    stored = {token.token for token in StaticToken.objects.all()}
    for secret in [*codes, device.key, "123456"]:
        assert secret not in log
        assert secret.replace("-", "") not in stored
    assert digest(codes[1].replace("-", "")) in stored


def test_the_picture_breaks_no_content_policy(ada: User) -> None:
    page = browser(ada).get(SET_UP).content.decode()
    (picture,) = re.findall(r'<div class="desk-qr".*?(<svg.*?</svg>)', page, re.DOTALL)
    tags = [*ElementTree.fromstring(picture).iter()]  # noqa: S314 (our own picture)
    assert len(tags) > 1
    assert {name for tag in tags for name in tag.attrib} <= {
        "width", "height", "transform", "d", "stroke", "fill", "class"
    }  # fmt: skip
    assert "style=" not in page


def test_pages_with_secrets_are_never_stored(ada: User) -> None:
    client = browser(ada)
    assert client.get(SET_UP)["Cache-Control"].startswith("no-store, private")
    with_phone(ada)
    assert browser(ada).get(CODE)["Cache-Control"].startswith("no-store, private")


def test_a_wrong_first_code_sets_nothing_up(ada: User) -> None:
    client = browser(ada)
    key = key_on(client.get(SET_UP))
    response = client.post(SET_UP, {"code": "000000"})
    assert "That code is not right" in words(response)
    assert key_on(response) == key
    assert not TOTPDevice.objects.exists()


def test_a_password_alone_cannot_replace_what_is_set_up(ada: User) -> None:
    """The one way past a second factor there must not be."""
    client = browser(ada)
    key = key_on(client.get(SET_UP))
    with_phone(ada)
    held = TOTPDevice.objects.get().key
    for response in (
        client.get(SET_UP),
        client.post(SET_UP, {"code": code_of(TOTPDevice(key=key))}),
    ):
        assert response["Location"].startswith(CODE)
    assert TOTPDevice.objects.get().key == held


def test_replacing_takes_a_code_of_each(ada: User) -> None:
    with_phone(ada)
    client = browser(ada, is_verified=True)
    old = TOTPDevice.objects.get()
    new = TOTPDevice(key=key_on(client.get(SET_UP)))
    both = {"code": code_of(new), "present-code": code_of(old)}
    for wrong in ({"code": both["code"]}, {**both, "present-code": "000000"}):
        assert client.post(SET_UP, wrong).status_code == 200
        assert TOTPDevice.objects.get() == old
    TOTPDevice.objects.update(throttling_failure_timestamp=None)
    assert client.post(SET_UP, {**both, "code": "000000"}).status_code == 200
    # The wrong new code has not used the present one up.
    assert client.post(SET_UP, both)["Location"] == MANAGE
    assert TOTPDevice.objects.get().key == new.key
    assert "Recovery codes: 10 left" in words(client.get(MANAGE))
    assert acts(audit.SECOND_FACTOR_SET_UP)[-1] == ("ada", "ada", "Replaced.")


# -- recovery codes ----------------------------------------------------------------------------


@pytest.mark.db
@pytest.mark.parametrize("typed", [str, str.upper, lambda code: code.replace("-", " ")])
def test_a_recovery_code_works_once(ada: User, typed: Any) -> None:
    code = typed(with_phone(ada)[3])
    client = browser(ada)
    page = words(client.post(CODE, {"code": code}, follow=True))
    assert "You used a recovery code. It will not work again; 9 of them are left." in page
    assert acts(audit.RECOVERY_CODE_USED) == [("ada", "ada", "Recovery codes left: 9.")]
    response = browser(ada).post(CODE, {"code": code})
    assert "That is not one of your remaining recovery codes." in words(response)


def test_a_recovery_code_is_its_owner_s_alone(ada: User) -> None:
    codes = with_phone(ada)
    eve = account("eve")
    with_phone(eve)
    assert browser(eve).post(CODE, {"code": codes[0]}).status_code == 200
    assert StaticToken.objects.count() == 20


def test_new_recovery_codes_take_a_code_and_end_the_old(ada: User) -> None:
    old = with_phone(ada)
    client = browser(ada, is_verified=True)
    assert "not right" in words(client.post(MANAGE, {"code": "000000"}))
    TOTPDevice.objects.update(throttling_failure_timestamp=None)
    page = client.post(MANAGE, {"code": phone_of(ada)}, follow=True)
    new = re.findall(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", words(page))
    assert len(new) == 10
    assert not {*old} & {*new}
    assert client.get(MANAGE)["Location"].startswith(CODES)
    assert browser(ada).post(CODE, {"code": old[0]}).status_code == 200
    StaticDevice.objects.update(throttling_failure_timestamp=None)
    assert browser(ada).post(CODE, {"code": new[0]}).status_code == 302


# -- reset -------------------------------------------------------------------------------------


def test_another_superuser_resets_it(ada: User) -> None:
    with_phone(ada)
    eve = account("eve")
    with_phone(eve)
    client, lost = browser(eve, is_verified=True), browser(ada, is_verified=True)
    address = reverse("admin:reset_second_factor", args=[ada.pk])
    assert address in client.get(f"/admin/auth/user/{ada.pk}/change/").content.decode()
    assert "make sure that it is really ada who is asking" in words(client.get(address))
    assert TOTPDevice.objects.count() == 2
    page = client.post(address, follow=True)
    assert "The second factor of ada is reset." in words(page)
    assert [d.user for d in TOTPDevice.objects.all()] == [eve]
    assert [d.user for d in StaticDevice.objects.all()] == [eve]
    assert acts(audit.SECOND_FACTOR_RESET) == [("eve", "ada", "Reset by another superuser.")]
    assert lost.get(DESK, follow=True).redirect_chain[-1][0].startswith(SET_UP)
    assert "has no second factor" in words(client.post(address, follow=True))
    assert len(acts(audit.SECOND_FACTOR_RESET)) == 1


def test_nobody_else_resets_it_and_nobody_their_own(ada: User) -> None:
    with_phone(ada)
    helper = User.objects.create_user("helper", is_staff=True)
    with_phone(helper)
    address = reverse("admin:reset_second_factor", args=[ada.pk])
    for who in (browser(helper, is_verified=True), browser(ada, is_verified=True)):
        assert who.get(address).status_code == who.post(address).status_code == 403
    assert TOTPDevice.objects.count() == 2


def test_the_last_superuser_s_is_reset_on_the_command_line(ada: User) -> None:
    with_phone(ada)
    out = StringIO()
    call_command("reset_second_factor", "ada", stdout=out)
    call_command("reset_second_factor", "ada", stdout=out)
    assert out.getvalue().splitlines() == [
        "Reset. ada sets up a new one at the next sign-in.",
        "ada has no second factor. Nothing was changed.",
    ]
    assert acts(audit.SECOND_FACTOR_RESET) == [
        ("ada", "ada", "Reset on the server's command line.")
    ]
    with pytest.raises(CommandError, match="There is no staff account named 'nobody'"):
        call_command("reset_second_factor", "nobody")


def test_no_page_of_the_desk_shows_keys_or_codes(ada: User) -> None:
    paths = [address for address, _ in addresses()]
    assert [path for path in paths if "totp" in path or "static" in path or "axes" in path] == []
