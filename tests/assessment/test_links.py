"""The owner's links: made, shown once, stopped, renewed."""

import pytest
from django.test import Client
from django.urls import reverse

from assessment.access import GRANTS, make_link
from assessment.models import AccessLink
from assessment.models.access_link import hash_secret
from assessment.views.links import MOST_LINKS
from tests import factories
from tests.factories import JOB_SECURITY
from tests.pages import heading, html, sends, shown_secret, title, words
from tests.people import Person

pytestmark = pytest.mark.django_db


def opens(secret: str) -> int:
    """What a fresh browser gets that opens the link."""
    return Client().get(reverse("assessment:open_link", args=[secret])).status_code


def test_it_lists_links_without_their_secrets(bakery, maria) -> None:
    make_link(bakery, role="contributor", component=JOB_SECURITY, label="Ana, <shop>")
    page = maria.see("links")
    assert (page.status_code, heading(page)) == (200, "Private links")
    assert title(page) == "Private links – Maria’s Bakery"
    assert "Answers one component: Job security Ana, <shop>" in words(page)
    assert "not yet" in words(page)
    assert "secret-link" not in html(page)


@pytest.mark.parametrize(
    ("role", "component", "leads_to"),
    [("edit", "", "hub"), ("read", "", "results"), ("contributor", "pay", "hub")],
)
def test_a_new_link_is_shown_once(bakery, maria, role, component, leads_to) -> None:
    data = {"role": role, "component": component, "label": "Sam’s phone"}
    response = maria.send("new_link", data=data)
    assert response["Location"] == maria.address("links")
    page = maria.see("links")
    secret = shown_secret(page)
    assert heading(page) == "Keep this private link"
    assert "It is shown this once." in words(page)
    assert secret not in title(page)
    link = AccessLink.objects.get(label="Sam’s phone")
    assert (link.role, link.component, link.secret_hash) == (role, component, hash_secret(secret))
    assert secret not in html(maria.see("links"))
    assert list(maria.session.keys()) == [GRANTS]

    somebody = Person(bakery)
    somebody.secret = secret
    assert somebody.open()["Location"] == somebody.address(leads_to)


def test_only_a_contributor_s_link_names_a_component(bakery, maria) -> None:
    maria.send("new_link", data={"role": "read", "component": "pay"})
    assert AccessLink.objects.get(role="read").component == ""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"role": "contributor"}, "Please choose the component this person answers."),
        ({"role": "owner"}, "Select a valid choice. owner is not one of the available choices."),
        ({}, "This field is required."),
        (
            {"role": "contributor", "component": "nothing"},
            "Select a valid choice. nothing is not one of the available choices.",
        ),
        (
            {"role": "read", "label": "x" * 81},
            "Ensure this value has at most 80 characters (it has 81).",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_kept(bakery, maria, data, message) -> None:
    page = maria.send("new_link", data={"label": "Kept", **data})
    assert page.status_code == 422
    assert message in words(page)
    assert sends(page)["label"] == data.get("label", "Kept")
    assert AccessLink.objects.count() == 1


def test_only_so_many_links_work_at_once(bakery, maria) -> None:
    for n in range(MOST_LINKS - 2):
        make_link(bakery, role="read", label=str(n))
    assert maria.send("new_link", data={"role": "read", "label": "last"}).status_code == 302
    page = maria.send("new_link", data={"role": "read", "label": "too many"})
    assert page.status_code == 422
    assert f"An assessment has up to {MOST_LINKS} links. Stop one first." in words(page)
    maria.send("revoke_link", AccessLink.objects.get(label="last").pk)
    assert maria.send("new_link", data={"role": "read", "label": "now"}).status_code == 302


def test_a_stopped_link_opens_nothing_any_more(bakery, maria, sam) -> None:
    response = maria.send("revoke_link", sam.link.pk)
    assert response["Location"] == maria.address("links")
    page = maria.see("links")
    assert "That link has stopped working." in words(page)
    assert "May edit" not in words(page).partition("Make another link")[0]
    assert sam.see("hub").status_code == 404
    assert opens(sam.secret) == 404
    assert maria.see("hub").status_code == 200


def test_stopping_a_link_twice_finds_nothing(bakery, maria, sam) -> None:
    maria.send("revoke_link", sam.link.pk)
    assert maria.send("revoke_link", sam.link.pk).status_code == 404


def test_the_owner_s_link_is_renewed_not_stopped(bakery, maria) -> None:
    maria.send("revoke_link", maria.link.pk)
    page = maria.see("links")
    assert "Your own link is renewed, not revoked: use “Renew all links”." in words(page)
    assert opens(maria.secret) == 302


def test_another_assessment_s_link_is_out_of_reach(bakery, maria) -> None:
    link, secret = make_link(factories.make_assessment(), role="read")
    assert maria.send("revoke_link", link.pk).status_code == 404
    assert opens(secret) == 302


def test_renewing_stops_every_link_and_every_browser_but_this(bakery, maria, sam, rita) -> None:
    elsewhere = Person(bakery)
    elsewhere.secret = maria.secret
    elsewhere.open()
    assert elsewhere.see("hub").status_code == 200

    assert maria.send("rotate_links")["Location"] == maria.address("links")
    page = maria.see("links")
    assert "All earlier links have stopped working." in words(page)
    secret = shown_secret(page)
    assert [opens(s) for s in (maria.secret, sam.secret, rita.secret)] == [404] * 3
    for who, name in [(elsewhere, "hub"), (sam, "hub"), (rita, "results")]:
        assert who.see(name).status_code == 404
    assert maria.see("hub").status_code == 200
    assert opens(secret) == 302
    assert AccessLink.objects.working().get().role == "owner"


def test_renewing_leaves_other_assessments_alone(bakery, maria) -> None:
    _, secret = make_link(factories.make_assessment(), role="owner")
    maria.send("rotate_links")
    assert opens(secret) == 302


def test_a_hostile_label_is_text(bakery, maria) -> None:
    maria.send("new_link", data={"role": "read", "label": "<script>alert(1)</script>"})
    page = maria.see("links")
    assert "<script>alert" not in html(page)
    assert "<script>alert(1)</script>" in words(page)
