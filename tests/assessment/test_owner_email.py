"""The owner's address: who may give it, who sees it, and where it goes."""

import pytest
from django.db import IntegrityError, transaction

from assessment import takeout
from assessment.models import AccessLink, Assessment, OwnerEmail
from assessment.reassessing import start_again
from tests import factories
from tests.pages import html, sends, words
from tests.people import person

pytestmark = pytest.mark.django_db

MARIA = "maria@example.org"


def give(who, email: str = MARIA):
    return who.send("owner_email", data={"email": email})


# -- at the start ------------------------------------------------------------------------------


def test_start_asks_for_it_only_where_mail_is_sent(edition, client) -> None:
    page = client.get("/start/")
    assert "email" not in sends(page)
    assert "No account, no email address, no tracking." in words(page)


def test_start_keeps_an_address(edition, client, mail_on) -> None:
    page = client.get("/start/")
    assert "Used only to email you a link to your assessment when you ask for one" in words(page)
    assert "no email address unless you give one" in words(page)
    response = client.post("/start/", {"mode": "quick", "email": " Maria@Example.ORG "})
    assert response.status_code == 302
    assert OwnerEmail.objects.get().email == MARIA


def test_start_needs_none_and_refuses_what_is_none(edition, client, mail_on) -> None:
    page = client.post("/start/", {"mode": "quick", "email": "maria"})
    assert page.status_code == 422
    assert "Please type an address such as name@example.org." in words(page)
    assert client.post("/start/", {"mode": "quick", "email": ""}).status_code == 302
    assert not OwnerEmail.objects.exists()


# -- on the page of links ----------------------------------------------------------------------


def test_the_owner_gives_changes_and_takes_it_out(bakery, maria, mail_on) -> None:
    assert "You have not given an email address." in words(maria.see("links"))
    assert give(maria)["Location"] == maria.address("links")
    page = maria.see("links")
    assert "Your address is saved." in words(page)
    assert sends(page, maria.address("owner_email")) == {"email": MARIA}
    give(maria, "m@example.org")
    assert OwnerEmail.objects.get().email == "m@example.org"
    give(maria, "")
    assert "Your address is removed." in words(maria.see("links"))
    assert not OwnerEmail.objects.exists()


def test_what_is_no_address_is_refused_and_kept(bakery, maria, mail_on) -> None:
    page = give(maria, "maria@")
    assert page.status_code == 422
    assert sends(page, maria.address("owner_email")) == {"email": "maria@"}
    assert not OwnerEmail.objects.exists()


def test_without_mail_there_is_no_trace_of_it(bakery, maria) -> None:
    page = words(maria.see("links"))
    assert "email" not in page
    assert (give(maria).status_code, maria.send("mail_link").status_code) == (404, 404)
    assert not OwnerEmail.objects.exists()


def test_it_can_be_asked_for_by_a_button(bakery, maria, mail_on) -> None:
    maria.send("mail_link")
    assert "Add an email address first." in words(maria.see("links"))
    give(maria)
    (mail,) = mail_on(lambda: maria.send("mail_link"))
    assert mail.to == [MARIA]
    assert mail.body.count("/open/mailed/") == 1
    assert "An email with a link is on its way" in words(maria.see("links"))
    assert mail_on(lambda: maria.send("mail_link")) == []
    assert "You asked for a link less than ten minutes ago." in words(maria.see("links"))
    # Nor by taking it out and putting it in again, or by giving another one.
    for email in ("", MARIA, "m@example.org"):
        give(maria, email)
    assert mail_on(lambda: maria.send("mail_link")) == []


def test_the_button_mails_of_this_assessment_only(bakery, maria, mail_on) -> None:
    other = factories.make_assessment()
    OwnerEmail.objects.create(assessment=other, email=MARIA)
    give(maria)
    (mail,) = mail_on(lambda: maria.send("mail_link"))
    assert mail.body.count("/open/mailed/") == 1
    assert AccessLink.objects.waiting().get().assessment == bakery


@pytest.mark.parametrize("role", ["sam", "ana", "rita", "theo"])
def test_nobody_else_sees_it(bakery, maria, mail_on, role) -> None:
    give(maria)
    who = person(role, bakery)
    pages = {
        "sam": ("hub", "profile", "results", "plan", "documents", "review"),
        "ana": ("hub",),
        "rita": ("results", "plan", "documents"),
        "theo": ("shared",),
    }[role]
    for name in pages:
        page = who.get(who.address(name), follow=True)
        assert page.status_code == 200
        assert MARIA not in html(page)


def test_only_the_page_of_links_shows_it(bakery, maria, mail_on) -> None:
    give(maria)
    shown = [
        name
        for name in ("hub", "profile", "results", "plan", "documents", "delete", "leave", "links")
        if MARIA in html(maria.see(name))
    ]
    assert shown == ["links"]


def test_it_is_in_no_file_and_comes_back_with_none(bakery, maria, mail_on) -> None:
    give(maria)
    assert MARIA not in maria.see("export_json").content.decode()
    assert "email" not in takeout.ASSESSMENT


def test_staff_does_not_see_it_in_the_desk(bakery, maria, mail_on, admin_client) -> None:
    give(maria)
    for address in ("", f"{bakery.pk}/change/"):
        page = admin_client.get(f"/admin/assessment/assessment/{address}")
        assert page.status_code == 200
        assert MARIA not in html(page)
    assert "owneremail" not in html(admin_client.get("/admin/")).lower()


def test_starting_again_takes_it_along(bakery, maria, mail_on) -> None:
    give(maria)
    start_again(
        earlier=bakery,
        catalogue=factories.bakery_catalogue(),
        edition_number=1,
        mode="full",
        carry_actions=False,
        another=False,
        by="The owner",
    )
    assert OwnerEmail.objects.get(assessment__earlier=bakery).email == MARIA


def test_an_empty_address_is_refused_by_the_database(bakery) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnerEmail.objects.create(assessment=bakery, email="")


def test_giving_it_is_no_change_of_the_assessment(bakery, maria, mail_on) -> None:
    before = Assessment.objects.values("changed_at").get()
    give(maria)
    mail_on(lambda: maria.send("mail_link"))
    assert Assessment.objects.values("changed_at").get() == before
