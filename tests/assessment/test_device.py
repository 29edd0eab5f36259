"""Assessments on this device, and leaving them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.access import GRANTS, make_link
from assessment.models import AccessLink, Answer, Assessment
from tests import factories
from tests.pages import heading, html, words

pytestmark = pytest.mark.django_db
DEVICE = "/assessments/"


def test_a_new_browser_has_none(client, db) -> None:
    page = client.get(DEVICE)
    assert (page.status_code, heading(page)) == (200, "Assessments on this device")
    assert "None yet." in words(page)
    assert "<form" not in html(page)
    assert page["Cache-Control"] == "no-store, private"
    assert page["X-Robots-Tag"] == "noindex"


def test_it_lists_what_this_browser_opens_newest_first(bakery, maria) -> None:
    other = factories.make_assessment(name="<Second> Shop", mode="quick")
    factories.make_assessment(name="Somebody else’s")
    _, secret = make_link(other, role="read")
    maria.get(reverse("assessment:open_link", args=[secret]))
    page = maria.get(DEVICE)
    text = words(page)
    assert text.index("<Second> Shop") < text.index("Maria’s Bakery")
    assert "Quick check · started" in text
    assert "Somebody else’s" not in text
    assert f'href="{maria.address("hub")}"' in html(page)
    assert f'href="{reverse("assessment:results", args=[other.public_id])}"' in html(page)


def test_a_link_that_stopped_is_not_listed(bakery, maria) -> None:
    AccessLink.objects.update(revoked_at=timezone.now())
    assert "None yet." in words(maria.get(DEVICE))


def test_leaving_asks_and_then_takes_one_away(bakery, maria) -> None:
    other = factories.make_assessment(name="Second Shop")
    _, secret = make_link(other, role="owner")
    maria.get(reverse("assessment:open_link", args=[secret]))
    page = maria.see("leave")
    assert heading(page) == "Remove from this device?"
    assert "This browser will no longer open “Maria’s Bakery”. Nothing is deleted." in words(page)
    assert maria.see("hub").status_code == 200

    assert maria.send("leave")["Location"] == DEVICE
    page = words(maria.get(DEVICE))
    assert "That assessment was removed from this device. It was not deleted." in page
    assert maria.see("hub").status_code == 404
    assert "Second Shop" in page
    assert list(maria.session[GRANTS]) == [other.public_id]
    assert maria.open().status_code == 302


def test_leaving_all(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 1)
    assert maria.post(DEVICE + "leave/")["Location"] == DEVICE
    assert "All assessments were removed from this device. They were not deleted." in words(
        maria.get(DEVICE)
    )
    assert maria.see("hub").status_code == 404
    assert (Assessment.objects.count(), Answer.objects.count()) == (1, 1)


def test_leaving_all_by_a_link_does_nothing(bakery, maria) -> None:
    response = maria.get(DEVICE + "leave/")
    assert (response.status_code, heading(response)) == (405, "This page can’t be opened this way")
    assert maria.see("hub").status_code == 200


def test_signing_in_as_staff_keeps_what_this_browser_opens(bakery, maria, django_user_model):
    user = django_user_model.objects.create_superuser("editor", password="x")
    response = maria.post("/admin/login/", {"username": "editor", "password": "x"})
    assert response.status_code == 302
    assert int(maria.session["_auth_user_id"]) == user.pk
    assert maria.see("hub").status_code == 200
