"""Bad input: each a clear page with the right status, and nothing already saved is lost."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client

from assessment.models import Answer, Assessment
from assessment.views import hub
from tests import factories
from tests.pages import heading, html, question, sends, words
from tests.people import person
from toolkit.forms import mark

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024


@pytest.fixture
def saved(bakery) -> dict[str, Any]:
    """An answer stored before anything goes wrong."""
    factories.make_answer(bakery, "wage", 2, note="Kept.")
    return dict(Answer.objects.values().get())


def autosaved(**changes: Any) -> dict[str, Any]:
    """What the page's script sends to change that answer."""
    data = {"edition": "1", "wage-meaning": "1", "wage-revision": "1", "wage-choice": "4"}
    return data | changes


@pytest.mark.db
@pytest.mark.parametrize("is_checked", [False, True])
@pytest.mark.parametrize(
    ("name", "arg"),
    [("component", "pay"), ("save_answer", "wage"), ("new_action", None), ("profile", None)],
)
def test_a_note_of_a_megabyte_is_refused_on_a_page(saved, bakery, name, arg, is_checked) -> None:
    maria = person("maria", bakery, enforce_csrf_checks=is_checked)
    maria.see("component", "pay")  # so that the browser holds the cookie of the forms' token
    data = autosaved(**{"wage-note": "x" * MEGABYTE, "notes": "x" * MEGABYTE})
    response = maria.send(name, *([arg] if arg else []), data=data)
    assert (response.status_code, heading(response)) == (400, "We could not read that")
    assert "What was sent was too large" in words(response)
    assert "Nothing was changed." in words(response)
    assert "Go back, shorten any long text, and send it again." in words(response)
    assert Answer.objects.values().get() == saved


def test_too_many_fields_are_refused_on_a_page(saved, maria) -> None:
    data = autosaved(**{f"field-{n}": "x" for n in range(500)})
    response = maria.send("component", "pay", data=data)
    assert (response.status_code, heading(response)) == (400, "We could not read that")
    assert Answer.objects.values().get() == saved


def test_a_broken_upload_is_refused_on_a_page(saved, maria) -> None:
    response = maria.post(
        maria.address("component", "pay"), b"--x", content_type="multipart/form-data; boundary="
    )
    assert (response.status_code, heading(response)) == (400, "We could not read that")
    assert Answer.objects.values().get() == saved


def test_the_longest_page_still_fits(real_edition) -> None:
    """Six notes of full length, in letters that take three bytes each and are sent as nine."""
    assessment = factories.make_assessment()
    maria = person("maria", assessment)
    page = maria.see("component", "pay")
    notes = {k: "語" * 2000 for k in sends(page) if k.endswith("-note")}
    assert len(notes) == 6
    assert maria.send("component", "pay", data=sends(page, **notes)).status_code == 302
    assert Answer.objects.count() == 6


@pytest.mark.db
@pytest.mark.parametrize("choice", ["7", "-1", "5", "na", "\x00", "1; DROP TABLE", "१"])
def test_a_level_that_is_none_saves_nothing_of_that_question(saved, maria, choice) -> None:
    page = maria.see("component", "pay")
    data = sends(page, **{"wage-choice": choice, "ranges-choice": "3"})
    response = maria.send("component", "pay", data=data)
    assert response.status_code == 422
    assert "Not everything is saved yet." in words(response)
    assert "Please choose one of the lines below." in question(response, "wage")
    assert Answer.objects.filter(question="wage").values().get() == saved
    assert Answer.objects.get(question="ranges").level == 3


@pytest.mark.db
def test_a_note_with_a_null_byte_saves_nothing_of_that_question(saved, maria) -> None:
    page = maria.see("component", "pay")
    response = maria.send("component", "pay", data=sends(page, **{"wage-note": "a\x00b"}))
    assert response.status_code == 422
    assert "The note contains characters that are not text." in words(response)
    assert Answer.objects.values().get() == saved


@pytest.mark.db
@pytest.mark.parametrize("was", ["\x00", "x" * 17, "", mark("4", False, "Kept.")])
def test_a_broken_mark_never_overwrites_what_is_newer(saved, maria, was) -> None:
    data = autosaved(**{"wage-revision": "0", "wage-was": was, "wage-note": "Kept."})
    response = maria.send("component", "pay", data=data)
    assert response.status_code in {302, 409, 422}
    assert Answer.objects.values().get() == saved


def test_a_question_of_another_component_is_left_alone(saved, maria) -> None:
    data = autosaved(**{"rest-choice": "4", "rest-revision": "0", "rest-meaning": "1"})
    maria.send("component", "pay", data=data)
    assert not Answer.objects.filter(question="rest").exists()


# -- tokens ------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "x", "a" * 64])
def test_a_lost_token_is_said_and_loses_nothing(saved, bakery, token) -> None:
    maria = person("maria", bakery, enforce_csrf_checks=True)
    maria.see("component", "pay")
    data = autosaved() | ({} if token is None else {"csrfmiddlewaretoken": token})
    for name, arg in [("save_answer", "wage"), ("component", "pay")]:
        response = maria.send(name, arg, data=data)
        assert (response.status_code, heading(response)) == (403, "Please send that again")
        assert "Go back, reload the page and send it again." in words(response)
    assert Answer.objects.values().get() == saved


def test_with_its_token_the_same_form_is_saved(saved, bakery) -> None:
    maria = person("maria", bakery, enforce_csrf_checks=True)
    page = maria.see("component", "pay")
    _, _, after = html(page).partition('name="csrfmiddlewaretoken" value="')
    data = sends(page, **{"wage-choice": "4", "csrfmiddlewaretoken": after.partition('"')[0]})
    assert maria.send("component", "pay", data=data).status_code == 302
    assert Answer.objects.get().level == 4


def test_a_form_from_another_site_is_refused(saved, bakery) -> None:
    maria = person("maria", bakery, enforce_csrf_checks=True)
    page = maria.see("component", "pay")
    _, _, after = html(page).partition('name="csrfmiddlewaretoken" value="')
    data = sends(page, **{"wage-choice": "4", "csrfmiddlewaretoken": after.partition('"')[0]})
    response = maria.post(
        maria.address("component", "pay"), data, headers={"origin": "https://evil.example"}
    )
    assert response.status_code == 403
    assert Answer.objects.values().get() == saved


# -- pages -------------------------------------------------------------------------------------


def test_an_address_that_never_was(db, client) -> None:
    response = client.get("/nothing/<here>/")
    assert (response.status_code, heading(response)) == (404, "Page not found")
    assert "The address may be mistyped" in words(response)
    assert "<here>" not in html(response)
    assert response["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("path", ["/start", "/assessments"])
def test_a_missing_slash_leads_on(db, client, path) -> None:
    assert client.get(path)["Location"] == path + "/"


def test_our_own_mistake_is_said_without_details(bakery, maria, monkeypatch) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("the secret detail")

    monkeypatch.setattr(hub, "outline", broken)
    maria.raise_request_exception = False
    response = maria.see("hub")
    assert (response.status_code, heading(response)) == (500, "Something went wrong on our end")
    assert "Answers marked as saved are safe." in words(response)
    assert "the secret detail" not in html(response)
    assert response["Cache-Control"] == "no-store, private"


def test_a_database_that_fails_is_said_too(bakery, maria, monkeypatch) -> None:
    """Even the session cannot be read then, so the page must not ask for it."""

    def broken(*args: Any, **options: Any) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", broken)
    maria.raise_request_exception = False
    response = maria.see("hub")
    assert (response.status_code, heading(response)) == (500, "Something went wrong on our end")


def test_the_menu_of_a_refusal_leads_only_where_the_link_goes(bakery, ana) -> None:
    response = ana.see("results")
    assert response.status_code == 403
    assert f'href="{ana.address("hub")}"' in html(response)
    assert f'href="{ana.address("plan")}"' not in html(response)


def test_a_deleted_assessment_is_gone_for_everybody(bakery, maria) -> None:
    Assessment.objects.all().delete()
    assert maria.see("hub").status_code == 404
    assert maria.send("save_answer", "wage", data=autosaved()).status_code == 404


def test_a_broken_session_cookie_is_no_session(db) -> None:
    stranger = Client()
    stranger.cookies["sessionid"] = "\x00'; --"
    assert stranger.get("/assessments/").status_code == 200


def test_staff_without_the_permission_are_told_so_and_led_back(client: Client) -> None:
    client.force_login(User.objects.create_user("ana", is_staff=True))
    response = client.get("/admin/toolkit/edition/publish/")
    assert (response.status_code, heading(response)) == (
        403,
        "Your staff account does not allow that",
    )
    assert "Nothing was changed." in words(response)
    assert '<a href="/admin/">Back to the desk</a>' in html(response)
