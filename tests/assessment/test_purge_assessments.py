"""The command that ends what is kept no longer."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from assessment.models import Assessment, OwnerEmail
from tests import factories
from tests.staff import account
from toolkit import audit

from .test_lost_link import fail_with

pytestmark = pytest.mark.django_db


def run(*options: str, **values: Any) -> list[str]:
    """The lines it prints."""
    out = StringIO()
    call_command("purge_assessments", *options, stdout=out, **values)
    return out.getvalue().splitlines()


@pytest.fixture
def three(edition) -> list[Assessment]:
    """Two that are due, from different months, and one that is not."""
    rows = [factories.make_assessment(name=f"Firm {n}") for n in range(3)]
    for row, days in zip(rows, (800, 1000, 10), strict=True):
        moment = timezone.now() - timedelta(days=days)
        Assessment.objects.filter(pk=row.pk).update(changed_at=moment)
        row.refresh_from_db()
    return rows


@pytest.mark.db
def test_it_says_what_it_would_do_and_changes_nothing(three) -> None:
    oldest, newer = three[1].changed_at, three[0].changed_at
    assert run() == [
        "Kept for 730 days after the last change.",
        "Assessments to delete: 2",
        f"  the oldest was last changed on {oldest.date()}",
        f"  last changed in {oldest:%Y-%m}: 1",
        f"  last changed in {newer:%Y-%m}: 1",
        "No notices: this site sends no mail (EMAIL_URL).",
        "Nothing was changed. Run it with --delete to do this.",
    ]
    assert Assessment.objects.count() == 3


def test_told_to_it_does_it_and_a_second_time_there_is_nothing(three) -> None:
    lines = run("--delete")
    assert lines[-2] == "Deleted: 2 assessments, 0 removed actions and stopped links."
    assert list(Assessment.objects.all()) == [three[2]]
    assert "Assessments to delete: 0" in run("--delete")


def test_it_names_nobody_and_can_be_silent(three, mail_on) -> None:
    OwnerEmail.objects.create(assessment=three[0], email="maria@example.org")
    text = "\n".join(run())
    assert "Assessments whose owners are to be told by mail: 1" in text
    assert not any(word in text for word in ("Firm", "maria", three[0].public_id))
    assert run("--delete", verbosity=0) == []


def test_sessions_that_are_over_go_too(edition) -> None:
    for days in (-1, 1):
        moment = timezone.now() + timedelta(days=days)
        Session.objects.create(session_key=f"k{days}", session_data="x", expire_date=moment)
    run("--delete")
    assert [s.session_key for s in Session.objects.all()] == ["k1"]


@pytest.mark.db
def test_records_of_sign_ins_end_too(edition, client) -> None:
    """Who signed in stays on record; from where, and who failed to, goes after 90 days."""
    user = account()
    for days in (89, 91):
        client.post("/admin/login/", {"username": f"u{days}", "password": "wrong"})
        entry = audit.record(user, audit.SIGNED_IN, "From 192.0.2.1.", name=f"{days}")
        looked = audit.record(user, audit.LOOKED, "Opened it.", name=f"{days}")
        moment = timezone.now() - timedelta(days=days)
        AccessFailureLog.objects.filter(username=f"u{days}").update(attempt_time=moment)
        AccessAttempt.objects.update(attempt_time=moment)
        LogEntry.objects.filter(pk__in=[entry.pk, looked.pk]).update(action_time=moment)
    run("--delete")
    assert [failure.username for failure in AccessFailureLog.objects.all()] == ["u89"]
    assert not AccessAttempt.objects.exists()
    said = LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")
    assert list(said) == [
        ("89", "From 192.0.2.1."),
        ("89", "Opened it."),
        ("91", ""),
        ("91", "Opened it."),
    ]


def test_one_with_an_address_is_told_and_then_waits(three, mail_on) -> None:
    OwnerEmail.objects.create(assessment=three[0], email="maria@example.org")
    mails = mail_on(lambda: run("--delete"))
    assert [mail.to for mail in mails] == [["maria@example.org"]]
    assert set(Assessment.objects.all()) == {three[0], three[2]}
    OwnerEmail.objects.update(noticed_at=timezone.now() - timedelta(days=30))
    assert mail_on(lambda: run("--delete")) == []
    assert list(Assessment.objects.all()) == [three[2]]


def test_a_mail_server_that_fails_ends_it_with_an_error_after_deleting(
    three, mail_on, settings, monkeypatch
) -> None:
    OwnerEmail.objects.create(assessment=three[0], email="maria@example.org")
    fail_with(settings, monkeypatch, ConnectionRefusedError())
    with pytest.raises(CommandError, match="ConnectionRefusedError") as failed:
        run("--delete")
    assert failed.value.returncode == 1
    assert set(Assessment.objects.all()) == {three[0], three[2]}
    assert OwnerEmail.objects.get().noticed_at is None
