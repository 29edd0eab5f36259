"""The page that takes a saved file back."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessment.access import GRANTS
from assessment.models import Assessment
from assessment.takeout_file import LARGEST
from tests import factories
from tests.pages import Response, heading, html, shown_secret, title, words
from tests.people import Person
from toolkit.models import Edition

pytestmark = pytest.mark.django_db
BRING_BACK = "/bring-back/"


def send(client: Client, data: bytes, name: str = "job-quality.json") -> Response:
    return client.post(BRING_BACK, {"file": SimpleUploadedFile(name, data)})


@pytest.fixture
def saved(bakery: Assessment, maria: Person) -> bytes:
    """The file of an assessment with an answer and an action."""
    factories.make_answer(bakery, "wage", 1, note="Posted by the clock")
    factories.make_action(bakery, notes="Ask Sam")
    return bytes(maria.see("export_json").content)


def test_start_leads_to_it(edition, client) -> None:
    assert f'href="{BRING_BACK}"' in html(client.get("/start/"))
    page = client.get(BRING_BACK)
    assert (page.status_code, heading(page)) == (200, "Restore an assessment from a file")
    assert "talk to a lawyer first" in words(page)
    assert 'enctype="multipart/form-data"' in html(page)


@pytest.mark.db
def test_the_assessment_is_there_again_with_a_new_link(saved, client) -> None:
    before = Assessment.objects.get()
    response = send(client, saved)
    again = Assessment.objects.exclude(pk=before.pk).get()
    assert response["Location"] == reverse("assessment:links", args=[again.public_id])
    page = client.get(response["Location"])
    assert heading(page) == "Keep this private link"
    assert "Your assessment is restored, with a new private link." in words(page)
    secret = shown_secret(page)
    assert secret not in html(client.get(response["Location"]))

    owner = Person(again)
    owner.secret = secret
    assert owner.open().status_code == 302
    assert owner.see("export_json").content == saved
    assert owner.see("delete").status_code == 200


def test_it_opens_nothing_else(saved, client, bakery) -> None:
    send(client, saved)
    assert list(client.session[GRANTS]) != [bakery.public_id]
    assert client.get(bakery.get_absolute_url()).status_code == 404


def test_two_can_be_brought_back(saved, client) -> None:
    for _ in range(2):
        assert send(client, saved).status_code == 302
    assert Assessment.objects.count() == 3
    assert len(client.session[GRANTS]) == 2


@pytest.mark.db
def test_what_is_wrong_is_listed_and_nothing_stored(saved, client) -> None:
    document: dict[str, Any] = json.loads(saved)
    document["answers"][0] |= {"level": 9, "note": "<script>alert(1)</script>" * 100}
    document["<b>"] = 1
    page = send(client, json.dumps(document).encode())
    assert (page.status_code, heading(page)) == (422, "Restore an assessment from a file")
    assert title(page).startswith("Please check: ")
    assert "The file cannot be restored Nothing was saved." in words(page)
    assert "answers, number 1, level: This should be from 0 to 4." in words(page)
    assert "“<b>” is not recognized here." in words(page)
    assert "<script>alert" not in html(page)
    assert "There are more problems like these." not in words(page)
    assert Assessment.objects.count() == 1
    assert GRANTS not in client.session


def test_of_very_many_problems_it_shows_some(saved, client) -> None:
    document: dict[str, Any] = json.loads(saved)
    document["answers"] = [{"n": n} for n in range(300)]
    page = send(client, json.dumps(document).encode())
    assert html(page).count("<li><b>answers, ") == 20
    assert "There are more problems like these." in words(page)


@pytest.mark.db
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty."),
        (b"x" * (LARGEST + 1), "The file is larger than 8 MB, so it was not read."),
        (b"x" * (16 * 1024 * 1024), "The file is larger than 8 MB, so it was not read."),
        (b"\x00\x01\x02", "It is not JSON: line 1 cannot be read."),
        (b"\x89PNG\r\n\x1a\n", "This is not a UTF-8 text file"),
        (b"[" * 90_000, "Its values are nested too deeply."),
        (b"[" * LARGEST, "It holds far too many values."),
    ],
    ids=["empty", "large", "16 MB", "NUL", "picture", "nest", "many"],
)
def test_a_file_of_another_kind(edition, client, data, message) -> None:
    page = send(client, data)
    assert page.status_code == 422
    assert message in words(page)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("data", [{}, {"file": "text, no file"}])
def test_without_a_file_it_asks_for_one(edition, client, data) -> None:
    page = client.post(BRING_BACK, data)
    assert page.status_code == 422
    assert "Please choose the file first." in words(page)


def test_before_the_first_publishing_nothing_fits(saved, client) -> None:
    Edition.objects.all().delete()
    page = send(client, saved)
    assert page.status_code == 422
    assert "This site does not have those questions" in words(page)


def test_a_form_without_its_token_changes_nothing(saved) -> None:
    page = send(Client(enforce_csrf_checks=True), saved)
    assert page.status_code == 403
    assert Assessment.objects.count() == 1


def test_a_wrong_method_is_refused_on_a_page(client, edition) -> None:
    response = client.put(BRING_BACK)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")
