"""A lost link: the words, the mail, and that nobody learns who has an assessment."""

import logging
import re
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment import mailing, workflow
from assessment.models import AccessLink, OwnerEmail
from tests import factories
from tests.pages import heading, html, shown_secret, words
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


def mailed_paths(mail: Any) -> list[str]:
    return re.findall(r"https://jobs\.example\.org(/open/mailed/[\w-]+/)", mail.body)


def tomorrow() -> None:
    """Let the pause between two mails be over."""
    past = timezone.now() - timedelta(minutes=11)
    OwnerEmail.objects.update(mailed_at=past)
    AccessLink.objects.filter(mailed_at__isnull=False).update(mailed_at=past)


# -- the page ----------------------------------------------------------------------------------


def test_without_mail_there_is_help_in_words_and_no_form(client) -> None:
    page = client.get(LOST)
    assert heading(page) == "Lost your link?"
    assert "browser’s history for an address with /a/ in it" in words(page)
    assert "cannot look yours up" in words(page)
    assert "<form" not in html(page)
    assert client.post(LOST, {"email": MARIA}).status_code == 422
    assert heading(client.get(ASKED)) == "This site sends no mail"


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
    assert heading(Client().get(ASKED)) == "Look in your mail"


def test_the_request_asks_the_database_the_same_either_way(
    known, django_assert_num_queries, django_capture_on_commit_callbacks
) -> None:
    for email in ("nobody@example.org", MARIA):
        with (
            django_capture_on_commit_callbacks() as waiting,
            django_assert_num_queries(4),  # two, between the two of a savepoint
        ):
            mailing.ask_for_links(email=email)
        assert len(waiting) == 1


@pytest.mark.db
def test_one_mail_lists_every_assessment_of_the_address(known, mail_on) -> None:
    other = factories.make_assessment(name="Second Shop", mode="quick")
    workflow.keep_email(assessment=other, email=MARIA.upper())
    stranger = factories.make_assessment(name="Not Hers")
    workflow.keep_email(assessment=stranger, email="sam@example.org")
    (mail,) = mail_on(lambda: ask(" Maria@Example.org "))
    assert mail.to == [MARIA]
    assert mail.subject == "Your link to the Job Quality Self-Assessment"
    assert mail.from_email == "Job Quality <jobs@example.org>"
    assert len(mailed_paths(mail)) == 2
    assert "Quick check, started" in mail.body
    assert "Did you not ask?" in mail.body
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
def test_an_address_gets_one_mail_in_ten_minutes(known, bakery, maria, mail_on) -> None:
    assert len(mail_on(ask)) == 1
    assert mail_on(ask) == []
    late = factories.make_assessment()
    workflow.keep_email(assessment=late, email=MARIA)
    assert mail_on(ask) == []
    workflow.delete_assessment(assessment=late)
    # Nor by taking it out and putting it in again.
    for email in ("", MARIA):
        maria.send("owner_email", data={"email": email})
    assert mail_on(lambda: maria.send("mail_link")) == []
    tomorrow()
    assert len(mail_on(ask)) == 1


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
    maria.send("rotate_links", data={"email": "keep"})
    assert Client().post(mailed_paths(mail)[0]).status_code == 404


def test_asking_again_and_again_piles_no_links_up(known, bakery, mail_on) -> None:
    paths = []
    for _ in range(5):
        tomorrow()
        (mail,) = mail_on(ask)
        paths += mailed_paths(mail)
    assert AccessLink.objects.waiting().filter(assessment=bakery).count() == 3
    assert [Client().get(path).status_code for path in paths] == [404, 404, 200, 200, 200]


def test_opening_never_leaves_more_links_than_there_may_be(known, bakery, mail_on, monkeypatch):
    monkeypatch.setattr("assessment.access.MOST_LINKS", 2)
    opened = []
    for _ in range(4):
        tomorrow()
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
    assert bakery.public_id in line
    assert type(error).__name__ in line
    assert "maria" not in line.lower()
    # Nothing is left behind, and another mail may be asked for at once.
    assert not AccessLink.objects.filter(mailed_at__isnull=False).exists()
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    assert len(mail_on(ask)) == 1


def test_a_recipient_that_is_refused_is_not_tried_again_at_once(
    known, mail_on, settings, monkeypatch, caplog
) -> None:
    fail_with(settings, monkeypatch, smtplib.SMTPRecipientsRefused({MARIA: (550, b"no")}))
    assert mail_on(ask) == []
    known.refresh_from_db()
    assert known.mailed_at is not None
    assert MARIA not in caplog.text
