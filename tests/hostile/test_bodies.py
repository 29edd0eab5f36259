"""What is too long is refused by its announced length, before any of it is kept."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import reverse

from assessment.models import Assessment
from assessment.takeout_file import LARGEST
from tests.pages import heading, words
from tests.toolkit.test_staff_session import age
from toolkit.bodies import AROUND, MOST_READ
from toolkit.content_zip import LARGEST_UPLOAD

pytestmark = pytest.mark.django_db
BOUNDARY = "b0undary"


class Endless:
    """A body of a file's form, made while it is read; counts what was."""

    def __init__(self, size: int) -> None:
        self.head = (
            f"--{BOUNDARY}\r\n"
            'Content-Disposition: form-data; name="file"; filename="a.json"\r\n\r\n'
        ).encode()
        self.length = size
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        size = self.length - self.given if size < 0 else min(size, self.length - self.given)
        data = self.head[self.given : self.given + size].ljust(size, b" ")
        self.given += size
        return data

    def readline(self, size: int = -1) -> bytes:
        raise NotImplementedError


def send(client: Client, address: str, size: int, **extra: Any) -> tuple[Any, Endless]:
    body = Endless(size)
    response: Any = client.request(
        **{
            "PATH_INFO": address,
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
            "CONTENT_LENGTH": str(size),
            "wsgi.input": body,
            **extra,
        }
    )
    return response, body


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of what was written to the temporary disk."""
    written: list[int] = []
    receive = TemporaryFileUploadHandler.receive_data_chunk

    def counting(self: Any, raw_data: bytes, start: int) -> None:
        written.append(len(raw_data))
        receive(self, raw_data, start)

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", counting)
    return written


@pytest.mark.parametrize("is_checked", [True, False])
@pytest.mark.parametrize(
    "name", ["assessment:start", "assessment:home", "admin:login", "admin:toolkit_import"]
)
def test_a_huge_file_is_written_nowhere(edition, kept, client, name, is_checked) -> None:
    client = Client(enforce_csrf_checks=is_checked)
    client.get(reverse("admin:login"))  # so that the form's token would be looked for in the body
    response, body = send(client, reverse(name), 8 * 2**20)
    assert (response.status_code, heading(response)) == (400, "We could not read that")
    assert body.given == body.length  # so that the browser sees the answer
    assert kept == []


def test_what_is_far_too_long_is_not_even_read(edition, kept, client) -> None:
    for name in ("assessment:start", "assessment:import_json"):
        response, body = send(client, reverse(name), MOST_READ + 1)
        assert response.status_code in {400, 422}
        assert body.given == 0


def test_a_file_to_bring_back_says_on_its_form_that_it_is_too_large(edition, kept, client) -> None:
    response, _ = send(client, reverse("assessment:import_json"), LARGEST + AROUND + 1)
    assert (response.status_code, heading(response)) == (422, "Restore an assessment from a file")
    assert "The file is larger than 8 MB, so it was not read." in words(response)
    assert response["Cache-Control"] == "no-store, private"
    assert kept == []
    assert not Assessment.objects.exists()


def test_the_desk_takes_what_an_import_may_be(admin_client, kept) -> None:
    address = reverse("admin:toolkit_import")
    response, _ = send(admin_client, address, LARGEST_UPLOAD + AROUND)
    assert (response.status_code, heading(response)) == (200, "Import content")


@pytest.mark.parametrize("who", ["nobody", "ended", "owes a code", "may not"])
def test_a_copy_is_not_read_from_who_may_not_add_it(client, settings, who: str) -> None:
    """Slow, a few such bodies would keep every thread of the server busy."""
    client = Client(enforce_csrf_checks=True)
    client.get(reverse("admin:login"))  # so that the form's token would be looked for in the body
    if who != "nobody":
        client.force_login(
            User.objects.create_user("ada", is_staff=True, is_superuser=who != "may not")
        )
    if who == "ended":
        age(client, settings.STAFF_SIGN_IN_AGE)
    settings.STAFF_SECOND_FACTOR = who == "owes a code"
    address = reverse("admin:toolkit_resourcecopy_upload", args=[1])
    for size in (1000, MOST_READ, MOST_READ + 1):
        response, body = send(client, address, size)
        assert body.given == 0
        if who == "may not":
            assert response.status_code == 403
        elif who == "owes a code":
            asked = reverse("admin:enter_code", query={"next": address})
            assert response["Location"] == asked
        else:
            assert response["Location"] == f"{reverse('admin:login')}?next={address}"


@pytest.mark.parametrize("length", ["", "nonsense", "9" * 5000, "-1"])
def test_a_length_that_is_none_reads_nothing_and_breaks_nothing(edition, client, length) -> None:
    response, body = send(client, reverse("assessment:start"), 100, CONTENT_LENGTH=length)
    assert response.status_code in {400, 422}
    assert body.given == 0


def test_a_compressed_body_is_not_unpacked(edition, client) -> None:
    bomb = gzip.compress(b"mode=full&covers=site&name=" + b"x" * 50_000_000)
    response = client.post(
        reverse("assessment:start"),
        bomb,
        content_type="application/x-www-form-urlencoded",
        headers={"Content-Encoding": "gzip"},
    )
    assert len(bomb) < 2**17
    assert response.status_code == 422
    assert not Assessment.objects.exists()
