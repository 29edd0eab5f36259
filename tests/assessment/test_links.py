"""The owner's links: made, shown once, stopped, renewed."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment import reassessing, workflow
from assessment.access import GRANTS, MOST_LINKS, SHOWN, make_link
from assessment.models import AccessLink, OwnerEmail
from assessment.models.access_link import hash_secret
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


# -- what goes on after renewing ---------------------------------------------------------------


@pytest.mark.db
def test_renewing_ends_comparisons_by_others_unless_they_are_ticked(bakery, maria) -> None:
    """Maria's own stays by default; what somebody began elsewhere with her old link does not."""
    own, elsewhere = (factories.make_assessment(name=n, earlier=bakery) for n in ("Mine", "Theirs"))
    last = factories.make_assessment(earlier=elsewhere)
    _, maria.secret = make_link(own, role="owner")
    maria.open()
    page = maria.see("links")
    text = words(page)
    assert "Which later assessments may go on showing this one?" in text
    assert "What was taken over when it was started, and documents made before, stay there." in text
    assert "Theirs" not in text
    assert "yours, on this device" in text
    assert "not on this device: somebody else’s, unless you hold its link elsewhere" in text
    sent = sends(page, maria.address("rotate_links"))
    assert sent == {"keep": own.public_id}

    maria.send("rotate_links", data=sent)
    for row in (own, elsewhere, last):
        row.refresh_from_db()
    assert (own.earlier, own.earlier_gone_on) == (bakery, None)
    assert (elsewhere.earlier, elsewhere.earlier_gone_on) == (None, timezone.localdate())
    assert last.earlier == elsewhere
    # Placing one there again ends the words about the one that is gone.
    reassessing.place_earlier(assessment=elsewhere, earlier=own)
    elsewhere.refresh_from_db()
    assert elsewhere.earlier_gone_on is None


def test_one_begun_after_the_page_was_drawn_is_ended_too(bakery, maria) -> None:
    sent = sends(maria.see("links"), maria.address("rotate_links"))
    late = factories.make_assessment(earlier=bakery)
    stranger = factories.make_assessment(earlier=factories.make_assessment())
    maria.send("rotate_links", data={**sent, "keep": stranger.public_id})
    late.refresh_from_db()
    stranger.refresh_from_db()
    assert late.earlier is None
    assert stranger.earlier is not None


def test_without_later_ones_renewing_asks_nothing(bakery, maria) -> None:
    assert "Which later assessments" not in words(maria.see("links"))


@pytest.mark.parametrize(("choice", "is_kept"), [("keep", True), ("remove", False)])
def test_renewing_asks_whether_the_address_is_yours(bakery, maria, mail_on, choice, is_kept):
    workflow.keep_email(assessment=bakery, email="maria@example.org")
    assert "Links can be emailed to maria@example.org. Is that you?" in words(maria.see("links"))
    page = maria.send("rotate_links")
    assert page.status_code == 422
    assert "Please say whether the address is yours. Nothing was renewed yet." in words(page)
    assert opens(maria.secret) == 302
    assert maria.send("rotate_links", data={"email": choice}).status_code == 302
    assert opens(maria.secret) == 404
    assert OwnerEmail.objects.exists() is is_kept


# -- shown once --------------------------------------------------------------------------------


def test_looking_at_another_assessment_s_links_forgets_no_secret(bakery, maria) -> None:
    other = factories.make_assessment(name="Second Shop")
    _, secret = make_link(other, role="owner")
    maria.get(reverse("assessment:open_link", args=[secret]))
    maria.send("new_link", data={"role": "read"})
    maria.post(reverse("assessment:new_link", args=[other.public_id]), {"role": "edit"})
    shown = shown_secret(maria.get(reverse("assessment:links", args=[other.public_id])))
    mine = shown_secret(maria.see("links"))
    assert opens(shown) == opens(mine) == 302
    assert shown != mine
    assert SHOWN not in maria.session


def test_a_secret_nobody_looked_at_is_not_shown_for_ever(bakery, maria) -> None:
    maria.send("new_link", data={"role": "read"})
    session = maria.session
    session[SHOWN][bakery.public_id]["at"] -= 24 * 3600 + 1
    session.save()
    assert "secret-link" not in html(maria.see("links"))
    assert SHOWN not in maria.session


def test_leaving_forgets_a_secret_not_looked_at(bakery, maria) -> None:
    maria.send("new_link", data={"role": "read"})
    maria.send("leave")
    assert SHOWN not in maria.session


def test_an_owner_s_link_that_is_not_in_use_here_can_be_stopped(bakery, maria) -> None:
    link, secret = make_link(bakery, role="owner")
    maria.send("revoke_link", link.pk)
    assert (opens(secret), opens(maria.secret)) == (404, 302)


def test_a_hostile_label_is_text(bakery, maria) -> None:
    maria.send("new_link", data={"role": "read", "label": "<script>alert(1)</script>"})
    page = maria.see("links")
    assert "<script>alert" not in html(page)
    assert "<script>alert(1)</script>" in words(page)
