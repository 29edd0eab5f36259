"""The owner's links: made, shown once, stopped, renewed."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment import access, linking, reassessing, workflow
from assessment.access import GRANTS, MOST_LINKS, SHOWN, make_link
from assessment.models import AccessLink, Assessment, OwnerEmail
from assessment.models.access_link import hash_secret
from tests import factories
from tests.factories import JOB_SECURITY
from tests.pages import Response, heading, html, sends, shown_secret, title, words
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
    assert "It is shown only once." in words(page)
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
    maria.send("revoke_link", AccessLink.objects.get(label="last").key)
    assert maria.send("new_link", data={"role": "read", "label": "now"}).status_code == 302


def test_a_stopped_link_opens_nothing_any_more(bakery, maria, sam) -> None:
    response = maria.send("revoke_link", sam.link.key)
    assert response["Location"] == maria.address("links")
    page = maria.see("links")
    assert "That link has stopped working." in words(page)
    assert "May edit" not in words(page).partition("Make another link")[0]
    assert sam.see("hub").status_code == 404
    assert opens(sam.secret) == 404
    assert maria.see("hub").status_code == 200


def test_stopping_a_link_twice_finds_nothing(bakery, maria, sam) -> None:
    maria.send("revoke_link", sam.link.key)
    assert maria.send("revoke_link", sam.link.key).status_code == 404


def test_the_link_in_use_here_is_replaced_not_stopped(bakery, maria) -> None:
    maria.send("revoke_link", maria.link.key)
    page = maria.see("links")
    assert "You use that link here. To replace it, make a new one below." in words(page)
    assert opens(maria.secret) == 302


def test_another_assessment_s_link_is_out_of_reach(bakery, maria) -> None:
    link, secret = make_link(factories.make_assessment(), role="read")
    assert maria.send("revoke_link", link.key).status_code == 404
    assert opens(secret) == 302


def test_it_is_named_by_no_number_of_a_row(bakery, maria, sam) -> None:
    """Numbers would tell how many links are made elsewhere, as for an address that is known."""
    keys = re.findall(r"/links/([^/]+)/revoke/", html(maria.see("links")))
    assert keys == [sam.link.key]
    assert re.fullmatch("[0-9a-f]{20}", sam.link.key)
    assert sam.link.key != make_link(bakery, role="edit")[0].key


# -- a link that ends by itself ----------------------------------------------------------------


@pytest.mark.parametrize(("lasts", "days"), [("7", 7), ("30", 30), ("90", 90)])
def test_a_link_can_be_given_an_end(bakery, maria, lasts, days) -> None:
    assert "When does it stop working?" in words(maria.see("links"))
    maria.send("new_link", data={"role": "read", "lasts": lasts})
    page = maria.see("links")
    secret, link = shown_secret(page), AccessLink.objects.get(role="read")
    assert link.expires_at is not None
    left = link.expires_at - timezone.now()
    assert timedelta(days=days, minutes=-1) < left <= timedelta(days=days)
    ends = f"{link.expires_at:%B} {link.expires_at.day}, {link.expires_at.year}"
    assert f"It stops working on {ends}, " in words(page)
    # Listed and counted like any other, unlike a mailed one.
    assert f"stops {ends[:3]}" in words(maria.see("links"))
    assert link in AccessLink.objects.kept()
    assert opens(secret) == 302
    AccessLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())
    assert opens(secret) == 404


def test_without_a_choice_it_works_until_it_is_stopped(bakery, maria) -> None:
    maria.send("new_link", data={"role": "read", "lasts": ""})
    assert AccessLink.objects.get(role="read").expires_at is None
    assert "It stops working on" not in words(maria.see("links"))


def test_no_other_end_is_taken(bakery, maria) -> None:
    page = maria.send("new_link", data={"role": "read", "lasts": "36500"})
    assert page.status_code == 422
    assert AccessLink.objects.count() == 1


def test_the_time_it_ends_is_read_in_the_us_way(bakery, maria) -> None:
    ends = datetime(2099, 1, 5, 14, 5, tzinfo=UTC)
    link, _ = make_link(bakery, role="read")
    AccessLink.objects.filter(pk=link.pk).update(expires_at=ends)
    assert "stops Jan 5, 2099, 2:05 p.m. UTC" in words(maria.see("links"))


# -- renewing, in two steps --------------------------------------------------------------------


def new_owner_link(who: Person) -> tuple[Response, str]:
    """The page of the first step, and the secret that it shows."""
    page = who.get(who.send("new_owner_link")["Location"])
    return page, shown_secret(page)


def stop_others(who: Person, page: Response, **changes: Any) -> Response:
    """Press the button of the second step, as the page of the first sends it."""
    address = who.address("rotate_links")
    return who.send("rotate_links", data=sends(page, address, **changes))


def works(bakery: Assessment) -> list[int]:
    """The keys of the links that work."""
    return list(AccessLink.objects.working().filter(assessment=bakery).values_list("pk", flat=True))


def test_the_first_step_shows_a_new_link_and_stops_nothing(bakery, maria, sam) -> None:
    page, secret = new_owner_link(maria)
    assert heading(page) == "Step 1: save your new private link"
    assert "Until you press this button, your old links still work." in words(page)
    assert words(page).count("new, shown above") == 1
    assert [opens(s) for s in (secret, maria.secret, sam.secret)] == [302] * 3
    # The page that does not show the secret has no button to stop the others.
    again = html(maria.see("links"))
    assert "secret-link" not in again
    assert maria.address("rotate_links") not in again


@pytest.mark.db
def test_the_second_step_stops_every_other_link_and_every_other_browser(
    bakery, maria, sam, rita
) -> None:
    elsewhere = Person(bakery)
    elsewhere.secret = maria.secret
    elsewhere.open()
    page, secret = new_owner_link(maria)
    assert elsewhere.see("hub").status_code == 200

    assert stop_others(maria, page)["Location"] == maria.address("links")
    assert "All other links have stopped working." in words(maria.see("links"))
    assert [opens(s) for s in (maria.secret, sam.secret, rita.secret)] == [404] * 3
    for who, name in [(elsewhere, "hub"), (sam, "hub"), (rita, "results")]:
        assert who.see(name).status_code == 404
    assert maria.see("hub").status_code == 200
    assert opens(secret) == 302
    assert AccessLink.objects.working().get().role == "owner"


def test_a_stolen_cookie_is_dead_after_the_second_step(bakery, maria) -> None:
    thief = Person(bakery)
    thief.cookies["sessionid"] = maria.session.session_key
    page, secret = new_owner_link(maria)
    assert thief.see("links").status_code == 200
    stop_others(maria, page)
    for name in ("links", "hub"):
        assert thief.see(name).status_code == 404
    assert thief.send("new_owner_link").status_code == 404
    assert opens(secret) == 302


def test_a_lost_reply_to_the_first_step_locks_nobody_out(bakery, maria) -> None:
    maria.send("new_owner_link")  # pressed, and once more as nothing came
    _, secret = new_owner_link(maria)
    assert [opens(s) for s in (maria.secret, secret)] == [302, 302]
    # Nor where the page that showed the link was lost.
    page, secret = new_owner_link(maria)
    stop_others(maria, page)
    assert (opens(secret), len(works(bakery))) == (302, 1)


def test_a_lost_reply_to_the_second_step_leaves_the_link_that_was_saved(bakery, maria) -> None:
    page, secret = new_owner_link(maria)
    before = maria.session.session_key
    stop_others(maria, page)
    maria.cookies["sessionid"] = before  # the new one never came
    assert maria.see("links").status_code == 404
    assert stop_others(maria, page).status_code == 404  # pressed twice
    maria.secret = secret
    assert maria.open().status_code == 302
    assert maria.see("links").status_code == 200


def test_pressing_the_second_button_again_changes_nothing(bakery, maria) -> None:
    page, secret = new_owner_link(maria)
    assert stop_others(maria, page).status_code == 302
    left = works(bakery)
    assert stop_others(maria, page).status_code == 302
    assert (works(bakery), opens(secret)) == (left, 302)


def test_of_two_tabs_the_link_of_the_one_that_is_pressed_stays(bakery, maria) -> None:
    (first, first_secret), (second, second_secret) = new_owner_link(maria), new_owner_link(maria)
    assert stop_others(maria, first).status_code == 302
    refused = stop_others(maria, second)
    assert refused.status_code == 422
    assert "That new link does not work, so the others were left alone" in words(refused)
    assert (opens(first_secret), opens(second_secret)) == (302, 404)
    assert maria.see("hub").status_code == 200


def test_the_new_link_may_be_tried_first(bakery, maria) -> None:
    page, secret = new_owner_link(maria)
    old, maria.secret = maria.secret, secret
    maria.open()
    assert stop_others(maria, page).status_code == 302
    assert (opens(old), opens(secret), maria.see("links").status_code) == (404, 302, 200)


@pytest.mark.db
@pytest.mark.parametrize("which", ["", "nothing", "edit", "another's", "mailed", "stopped"])
def test_only_an_owner_s_link_that_works_can_stay(bakery, maria, sam, which) -> None:
    stopped, _ = make_link(bakery, role="owner")
    access.stop([stopped])
    key = {
        "edit": sam.link.key,
        "another's": make_link(factories.make_assessment(), role="owner")[0].key,
        "mailed": access.make_mailed_link(bakery)[0].key,
        "stopped": stopped.key,
    }.get(which, which)
    before = works(bakery)
    assert maria.send("rotate_links", data={"link": key}).status_code == 422
    assert works(bakery) == before
    assert maria.see("hub").status_code == 200


def test_renewing_leaves_other_assessments_alone(bakery, maria) -> None:
    _, secret = make_link(factories.make_assessment(), role="owner")
    stop_others(maria, new_owner_link(maria)[0])
    assert opens(secret) == 302


def test_nobody_can_fill_the_list_up_to_keep_the_owner_from_renewing(
    bakery, maria, monkeypatch
) -> None:
    monkeypatch.setattr(linking, "MOST_LINKS", 3)
    for _ in range(2):
        make_link(bakery, role="read")
    for _ in range(4):
        page, secret = new_owner_link(maria)
        assert len(works(bakery)) <= 4
        # The one of the press before gives way, and neither those of others nor the one in use.
        assert opens(maria.secret) == 302
        assert AccessLink.objects.working().filter(role="read").count() == 2
    stop_others(maria, page)
    assert (opens(secret), len(works(bakery))) == (302, 1)


# -- what goes on after renewing ---------------------------------------------------------------


@pytest.mark.db
def test_renewing_ends_comparisons_by_others_unless_they_are_ticked(bakery, maria) -> None:
    """Maria's own stays by default; what somebody began elsewhere with her old link does not."""
    own, elsewhere = (factories.make_assessment(name=n, earlier=bakery) for n in ("Mine", "Theirs"))
    last = factories.make_assessment(earlier=elsewhere)
    _, maria.secret = make_link(own, role="owner")
    maria.open()
    page, _ = new_owner_link(maria)
    text = words(page)
    assert "Which later assessments may go on showing this one?" in text
    assert "What was taken over when it was started, and documents made before, stay there." in text
    assert "Theirs" not in text
    assert "yours, on this device" in text
    assert "not on this device: someone else’s, unless you hold its link elsewhere" in text
    sent = sends(page, maria.address("rotate_links"))
    assert sent.pop("link")
    assert sent == {"keep": own.public_id}

    stop_others(maria, page)
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
    page, _ = new_owner_link(maria)
    late = factories.make_assessment(earlier=bakery)
    stranger = factories.make_assessment(earlier=factories.make_assessment())
    stop_others(maria, page, keep=stranger.public_id)
    late.refresh_from_db()
    stranger.refresh_from_db()
    assert late.earlier is None
    assert stranger.earlier is not None


def test_without_later_ones_renewing_asks_nothing(bakery, maria) -> None:
    assert "Which later assessments" not in words(new_owner_link(maria)[0])


@pytest.mark.parametrize(("choice", "is_kept"), [("keep", True), ("remove", False)])
def test_renewing_asks_whether_the_address_is_yours(bakery, maria, mail_on, choice, is_kept):
    workflow.keep_email(assessment=bakery, email="maria@example.org")
    page, secret = new_owner_link(maria)
    assert "Links can be emailed to maria@example.org. Is that you?" in words(page)
    refused = stop_others(maria, page)
    assert refused.status_code == 422
    assert "Please say whether the address is yours. No link was stopped yet." in words(refused)
    assert opens(maria.secret) == 302
    # The page says so without the secret, and its form still names the link that was shown.
    assert secret not in html(refused)
    assert stop_others(maria, refused, email=choice).status_code == 302
    assert (opens(maria.secret), opens(secret)) == (404, 302)
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


@pytest.mark.db
def test_no_secret_lies_in_a_session(bakery, maria) -> None:
    maria.send("new_link", data={"role": "read"})
    waiting = dict(maria.session[SHOWN][bakery.public_id])
    assert waiting.keys() == {"hash", "at"}
    assert hash_secret(shown_secret(maria.see("links"))) != waiting["hash"]


@pytest.mark.db
def test_a_secret_that_was_shown_is_never_replaced(bakery, maria) -> None:
    """A slower request may put back a session in which the link still waits."""
    maria.send("new_link", data={"role": "read"})
    before = dict(maria.session[SHOWN])
    secret = shown_secret(maria.see("links"))
    session = maria.session
    session[SHOWN] = before
    session.save()
    assert "secret-link" not in html(maria.see("links"))
    assert opens(secret) == 302


def test_asking_for_the_headers_shows_nothing_and_uses_nothing_up(bakery, maria) -> None:
    maria.send("new_link", data={"role": "read"})
    assert maria.head(maria.address("links")).status_code == 200
    assert opens(shown_secret(maria.see("links"))) == 302


def test_a_link_stopped_before_it_was_shown_is_not_shown(bakery, maria) -> None:
    maria.send("new_link", data={"role": "read"})
    access.stop([AccessLink.objects.get(role="read")])
    assert "secret-link" not in html(maria.see("links"))


def test_leaving_forgets_a_secret_not_looked_at(bakery, maria) -> None:
    maria.send("new_link", data={"role": "read"})
    maria.send("leave")
    assert SHOWN not in maria.session


def test_an_owner_s_link_that_is_not_in_use_here_can_be_stopped(bakery, maria) -> None:
    link, secret = make_link(bakery, role="owner")
    maria.send("revoke_link", link.key)
    assert (opens(secret), opens(maria.secret)) == (404, 302)


def test_a_hostile_label_is_text(bakery, maria) -> None:
    maria.send("new_link", data={"role": "read", "label": "<script>alert(1)</script>"})
    page = maria.see("links")
    assert "<script>alert" not in html(page)
    assert "<script>alert(1)</script>" in words(page)
