"""A lost link: the words, the mail, and that nobody learns who has an assessment."""

import logging
import re
import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment import limiting, mailing, workflow
from assessment.models import AccessLink, Assessment, OwnerEmail, RequestCount
from tests import factories
from tests.pages import heading, html, sends, shown_secret, words
from tests.people import Person

pytestmark = pytest.mark.django_db

LOST, ASKED = "/lost-link/", "/lost-link/asked/"
MARIA = "maria@example.org"


@pytest.fixture
def known(bakery, mail_on) -> OwnerEmail:
    workflow.keep_email(assessment=bakery, email=MARIA)
    return OwnerEmail.objects.get()


def ask(email: str = MARIA) -> Any:
    return Client().post(LOST, {"email": email})


def unwrapped(mail: Any) -> str:
    return " ".join(mail.body.split())


def mailed_paths(mail: Any) -> list[str]:
    return re.findall(r"https://jobs\.example\.org(/open/mailed/[\w-]+/)", mail.body)


def pause_passes() -> None:
    """Let the pause between two emails be over."""
    RequestCount.objects.update(ends=0)


# -- the page ----------------------------------------------------------------------------------


def test_without_mail_there_is_help_in_words_and_no_form(client) -> None:
    page = client.get(LOST)
    assert heading(page) == "Lost your link?"
    assert "browser’s history for an address with /a/ in it" in words(page)
    assert "cannot look yours up" in words(page)
    assert "<form" not in html(page)
    assert client.post(LOST, {"email": MARIA}).status_code == 422
    assert heading(client.get(ASKED)) == "This site sends no email"


def test_this_device_s_assessments_are_pointed_out(bakery, maria, mail_on) -> None:
    assert "This browser opens 1 assessment." in words(maria.get(LOST))
    assert "This browser opens" not in words(Client().get(LOST))


def test_pages_without_access_lead_there(bakery, omar, client) -> None:
    for page in (omar.see("hub"), client.get("/open/nothing/"), client.get("/assessments/")):
        assert f'href="{LOST}"' in html(page)
    assert f'href="{LOST}"' not in html(client.get("/no-such-page/"))


@pytest.mark.parametrize(
    "email", ["", "maria", "a@b", "x" * 250 + "@example.org", "a@b.org\nc@d.org"]
)
def test_what_is_no_address_is_refused_and_kept(known, mail_on, email) -> None:
    page = ask(email)
    assert page.status_code == 422
    assert "Please check the address." in words(page)


# -- the answer --------------------------------------------------------------------------------


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(known, mail_on) -> None:
    answers = [ask(email) for email in (MARIA, "nobody@example.org")]
    assert {a["Location"] for a in answers} == {ASKED}
    first, second = (dict(a.headers) for a in answers)
    # Each request has a number of its own.
    assert first.pop("X-Request-ID") != second.pop("X-Request-ID")
    assert first == second
    assert {a.status_code for a in answers} == {302}
    assert heading(Client().get(ASKED)) == "Check your email"


def test_the_request_asks_the_database_the_same_either_way(
    known, django_assert_num_queries, django_capture_on_commit_callbacks
) -> None:
    limiting.is_due("links_to_address", "first@example.org")  # which tidies up
    for email in ("nobody@example.org", MARIA, MARIA, "nobody@example.org"):
        with (
            django_capture_on_commit_callbacks() as waiting,
            django_assert_num_queries(2),
        ):
            mailing.ask_for_links(email=email)
        assert len(waiting) == 1


@pytest.mark.db
def test_one_mail_lists_every_assessment_of_the_address(known, mail_on) -> None:
    other = factories.make_assessment(name="Second Shop", mode="quick")
    workflow.keep_email(assessment=other, email=MARIA.upper())
    stranger = factories.make_assessment(name="Not Hers")
    workflow.keep_email(assessment=stranger, email="sam@example.org")
    factories.make_answer(known.assessment, "rest", 1)
    Assessment.objects.update(started_at=datetime(2026, 10, 5, 14, 5, tzinfo=UTC))
    (mail,) = mail_on(lambda: ask(" Maria@Example.org "))
    assert mail.to == [MARIA]
    assert mail.subject == "Your link to the Job Quality Self-Assessment"
    assert mail.from_email == "Job Quality <jobs@example.org>"
    assert len(mailed_paths(mail)) == 2
    assert re.search(
        r"All questions, started \w+ \d+, \d{4}, .*[ap]\.m\. UTC, 1 answered:", unwrapped(mail)
    )
    assert re.search(r"Quick check, started .* UTC, none answered:", unwrapped(mail))
    assert "If you did not ask for this, you can ignore it." in unwrapped(mail)
    assert "enter nothing there" in unwrapped(mail)
    assert mail.extra_headers == {"Auto-Submitted": "auto-generated"}
    assert not stranger.links.exists()


def test_an_unknown_address_gets_no_mail(known, mail_on) -> None:
    assert mail_on(lambda: ask("nobody@example.org")) == []
    assert not AccessLink.objects.filter(mailed_at__isnull=False).exists()


def test_nothing_anybody_typed_stands_in_a_mail(known, bakery, mail_on, settings) -> None:
    bakery.name = bakery.covers_name = "Buy at http://spam.example <b>"
    bakery.save()
    settings.OPERATOR_NAME, settings.OPERATOR_CONTACT = "The O’Hara <Fund>", "help@example.org"
    (mail,) = mail_on(ask)
    assert "spam" not in mail.body + mail.subject
    assert "This site is run by The O’Hara <Fund>: help@example.org" in mail.body
    assert mail.content_subtype == "plain"
    assert "\n\n\n" not in mail.body


@pytest.mark.db
def test_an_address_gets_one_mail_in_ten_minutes(known, bakery, mail_on) -> None:
    assert len(mail_on(ask)) == 1
    assert mail_on(ask) == []
    late = factories.make_assessment()
    workflow.keep_email(assessment=late, email=MARIA)
    assert mail_on(ask) == []
    # Nor by taking it out and putting it in again.
    for email in ("", MARIA):
        workflow.keep_email(assessment=bakery, email=email)
    assert mail_on(ask) == []
    pause_passes()
    assert len(mail_on(ask)) == 1


# -- strangers who give somebody's address -----------------------------------------------------


@pytest.fixture
def stranger(edition) -> Person:
    """The owner of an assessment of his own, who gave Maria's address with it."""
    own = factories.make_assessment(name="Stranger’s Shop")
    workflow.keep_email(assessment=own, email=MARIA)
    return Person(own).given("owner")


@pytest.mark.db
@pytest.mark.parametrize("presses", [1, 10])
def test_a_stranger_cannot_keep_the_owner_s_mail_back(
    known, bakery, stranger, mail_on, presses
) -> None:
    for _ in range(presses):
        mail_on(lambda: stranger.send("mail_link"))
        RequestCount.objects.filter(key=pause_of(stranger.assessment)).delete()
    (mail,) = mail_on(ask)
    first, _ = mailed_paths(mail)  # Maria's, who gave the address first
    opened = Client().post(first)
    assert opened["Location"] == reverse("assessment:links", args=[bakery.public_id])


def pause_of(assessment: Assessment) -> str:
    """The key under which the pause of an assessment's own button is counted."""
    return limiting._key("link_of_assessment", "about", str(assessment.pk))


def test_the_button_is_no_way_to_flood_an_address(known, mail_on) -> None:
    sent = 0
    for _ in range(8):
        other = factories.make_assessment()
        workflow.keep_email(assessment=other, email=MARIA)
        button = Person(other).given("owner")
        sent += len(mail_on(lambda button=button: button.send("mail_link")))
        # Said the same whether or not others use the address, and how much.
        assert "An email with a link is on its way, unless that address got several" in words(
            button.see("links")
        )
    assert sent == 5


@pytest.mark.db
def test_a_stranger_s_assessments_crowd_out_none_that_had_the_address(
    known, bakery, mail_on, monkeypatch
) -> None:
    monkeypatch.setattr(mailing, "MOST_LISTED", 4)
    for _ in range(6):
        workflow.keep_email(assessment=factories.make_assessment(), email=MARIA)
    (mail,) = mail_on(ask)
    assert len(mailed_paths(mail)) == 4
    assert bakery.links.waiting().count() == 1
    assert OwnerEmail.objects.latest("pk").assessment.links.waiting().count() == 1


def probes(email: str, mail_on: Any) -> dict[str, Any]:
    """What somebody learns of an address who starts assessments of his own and asks for links."""
    first = Person(factories.make_assessment(name="Prober")).given("owner")
    links = [link_key(first)]
    mail_on(lambda: ask(email))
    links.append(link_key(first))
    first.send("owner_email", data={"email": email})
    mail_on(lambda: first.send("mail_link"))
    pressed = page_of(first)
    mail_on(lambda: ask(email))
    # One that has the address before anybody asks, and so many that a mail does not list them all.
    pause_passes()
    crowd = [Person(factories.make_assessment(name="Prober")).given("owner") for _ in range(2)]
    for one in crowd:
        one.send("owner_email", data={"email": email})
    mail_on(lambda: ask(email))
    listed = [page_of(one) for one in (first, *crowd)]
    for one in crowd:
        mail_on(lambda one=one: one.send("mail_link"))
    return {
        "the button": pressed,
        "the lists": listed,
        "the buttons": [page_of(one) for one in crowd],
        "the links": [int(key) - int(links[0]) if key.isdigit() else None for key in links],
    }


def link_key(who: Person) -> str:
    """What names a link in an address, made just now."""
    who.send("new_link", data={"role": "read"})
    return str(re.findall(r"/links/([^/]+)/revoke/", html(who.see("links")))[-1])


def page_of(who: Person) -> str:
    """What the owner's page of links says, all that is random left out."""
    return words(who.see("links"))


@pytest.mark.db
def test_nobody_learns_by_assessments_of_their_own_whether_an_address_is_known(
    known, mail_on, monkeypatch
) -> None:
    monkeypatch.setattr(mailing, "MOST_LISTED", 2)
    found, other = probes(MARIA, mail_on), probes("nobody@example.org", mail_on)
    assert found == other


# -- the link in the mail ----------------------------------------------------------------------


@pytest.mark.db
def test_it_opens_once_by_a_button_as_the_owner(known, bakery, mail_on) -> None:
    (mail,) = mail_on(ask)
    (path,) = mailed_paths(mail)
    somebody = Person(bakery)
    for _ in range(2):  # as programs do that look through mail
        page = somebody.get(path)
        assert heading(page) == "Open your assessment"
        assert page["Referrer-Policy"] == "strict-origin"
        assert page["Cache-Control"] == "no-store, private"
        assert page["X-Robots-Tag"] == "noindex"
    assert somebody.see("hub").status_code == 404

    opened = somebody.post(path)
    assert opened["Location"] == somebody.address("links")
    assert opened["Referrer-Policy"] == "no-referrer"
    page = somebody.get(opened["Location"])
    fresh = shown_secret(page)
    assert fresh not in mail.body
    assert "Sent by email" in words(page)
    assert somebody.see("delete").status_code == 200

    again = Client().post(path)
    assert (again.status_code, heading(again)) == (404, "This link does not work")
    assert Client().get(path).status_code == 404
    assert Client().get(reverse("assessment:open_link", args=[fresh])).status_code == 302


def test_it_is_no_private_link_before_it_is_opened(known, mail_on) -> None:
    (mail,) = mail_on(ask)
    secret = mailed_paths(mail)[0].split("/")[3]
    assert Client().get(reverse("assessment:open_link", args=[secret])).status_code == 404


def test_a_private_link_is_no_mailed_one(known, bakery, maria) -> None:
    assert Client().post(reverse("assessment:open_mailed", args=[maria.secret])).status_code == 404


def test_it_stops_after_a_day_and_works_before(known, mail_on) -> None:
    (mail,) = mail_on(ask)
    link = AccessLink.objects.get(mailed_at__isnull=False)
    assert link.expires_at is not None
    left = link.expires_at - timezone.now()
    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24)
    AccessLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())
    assert Client().post(mailed_paths(mail)[0]).status_code == 404


def test_an_opened_one_does_not_expire(known, bakery, mail_on) -> None:
    (mail,) = mail_on(ask)
    somebody = Person(bakery)
    somebody.post(mailed_paths(mail)[0])
    link = AccessLink.objects.get(mailed_at__isnull=False)
    assert (link.role, link.expires_at, link.last_used_on) == ("owner", None, timezone.localdate())


def test_renewing_all_links_stops_a_mailed_one(known, maria, mail_on) -> None:
    (mail,) = mail_on(ask)
    page = maria.get(maria.send("new_owner_link")["Location"])
    sent = sends(page, maria.address("rotate_links"), email="keep")
    assert maria.send("rotate_links", data=sent).status_code == 302
    assert Client().post(mailed_paths(mail)[0]).status_code == 404


@pytest.mark.db
@pytest.mark.parametrize("email", ["", "m@example.org"])
def test_another_address_stops_what_was_mailed_to_the_one_before(
    known, bakery, maria, mail_on, email
) -> None:
    (mail,) = mail_on(ask)
    workflow.keep_email(assessment=bakery, email=MARIA)  # saved again, and the same
    assert Client().get(mailed_paths(mail)[0]).status_code == 200
    maria.send("owner_email", data={"email": email})
    assert Client().post(mailed_paths(mail)[0]).status_code == 404


@pytest.mark.db
@pytest.mark.parametrize("email", ["", "m@example.org"])
def test_nothing_is_mailed_where_the_address_is_gone_by_then(
    known, bakery, mail_on, monkeypatch, email
) -> None:
    """As by an owner who renews all links between the asking and the sending."""
    hold = Assessment.objects.hold

    def meanwhile(self: Any, *keys: int) -> None:
        monkeypatch.undo()
        workflow.keep_email(assessment=bakery, email=email)
        hold(*keys)

    monkeypatch.setattr(type(Assessment.objects.all()), "hold", meanwhile)
    assert mail_on(lambda: mailing.send_links([known.pk])) == []
    assert not bakery.links.filter(mailed_at__isnull=False).exists()


def test_asking_again_and_again_piles_no_links_up(known, bakery, mail_on) -> None:
    paths = []
    for _ in range(5):
        pause_passes()
        (mail,) = mail_on(ask)
        paths += mailed_paths(mail)
    assert AccessLink.objects.waiting().filter(assessment=bakery).count() == 3
    assert [Client().get(path).status_code for path in paths] == [404, 404, 200, 200, 200]


def test_opening_never_leaves_more_links_than_there_may_be(known, bakery, mail_on, monkeypatch):
    monkeypatch.setattr("assessment.access.MOST_LINKS", 2)
    opened = []
    for _ in range(4):
        pause_passes()
        (mail,) = mail_on(ask)
        somebody = Person(bakery)
        assert somebody.post(mailed_paths(mail)[0]).status_code == 302
        opened.append(somebody)
    assert AccessLink.objects.kept().filter(assessment=bakery).count() == 2
    assert [who.see("hub").status_code for who in opened] == [404, 404, 200, 200]


def test_a_planted_session_does_not_open_what_is_granted(known, bakery, mail_on) -> None:
    (mail,) = mail_on(ask)
    somebody = Person(bakery)
    somebody.given("edit")
    before = somebody.session.session_key
    somebody.post(mailed_paths(mail)[0])
    assert somebody.session.session_key != before


# -- the mail server fails ---------------------------------------------------------------------


class Failing:
    """A mail server that fails as ``error`` says."""

    error: Exception = ConnectionRefusedError()

    def __init__(self, **_: Any) -> None:
        pass

    def send_messages(self, messages: Any) -> int:
        raise self.error


def fail_with(settings: Any, monkeypatch: Any, error: Exception) -> None:
    monkeypatch.setattr(Failing, "error", error)
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Failing"}}


@pytest.mark.parametrize("error", [TimeoutError(), smtplib.SMTPServerDisconnected("maria")])
def test_a_mail_server_that_fails_changes_no_answer_and_names_nobody(
    known, bakery, mail_on, settings, monkeypatch, caplog, error
) -> None:
    fail_with(settings, monkeypatch, error)
    answers: list[Any] = []
    with caplog.at_level(logging.INFO):
        assert mail_on(lambda: answers.append(ask())) == []
    assert answers[0]["Location"] == ASKED
    (line,) = [r.getMessage() for r in caplog.records if r.name == "assessment.mailing"]
    assert line.endswith(f"the assessments of row id {bakery.pk}")
    assert bakery.public_id not in line
    assert type(error).__name__ in line
    assert "maria" not in line.lower()
    # Nothing is left behind. The pause stays: cut short, it would tell that the address is known.
    assert not AccessLink.objects.filter(mailed_at__isnull=False).exists()
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    assert mail_on(ask) == []
    pause_passes()
    assert len(mail_on(ask)) == 1


def test_a_recipient_that_is_refused_is_named_nowhere(
    known, mail_on, settings, monkeypatch, caplog
) -> None:
    fail_with(settings, monkeypatch, smtplib.SMTPRecipientsRefused({MARIA: (550, b"no")}))
    assert mail_on(ask) == []
    assert MARIA not in caplog.text
