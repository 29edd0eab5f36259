"""How long an assessment is kept: every kind of change counts, and nothing else does."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from assessment import restoring, retention, takeout_file, workflow
from assessment.models import (
    AccessLink,
    Action,
    ActionChange,
    Answer,
    Assessment,
    DocumentOrder,
    IssuedDocument,
    Move,
    OwnerEmail,
    PrintedSheet,
    RequestCount,
    TurnoverEstimate,
)
from tests import factories
from tests.pages import words
from tests.people import Person

pytestmark = [pytest.mark.django_db, pytest.mark.db]

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=731)
LATELY = NOW - timedelta(days=729)


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def old(**fields: Any) -> Assessment:
    """An assessment not changed for 731 days."""
    assessment = factories.make_assessment(**fields)
    at(assessment, started_at=LONG_AGO, changed_at=LONG_AGO)
    return assessment


def at(row: models.Model, **moments: Any) -> None:
    """Set moments that saving would set to the present."""
    type(row)._default_manager.filter(pk=row.pk).update(**moments)


def answer(of: Assessment) -> None:
    factories.make_answer(of, "wage", 1, saved_at=LATELY)


def action(of: Assessment) -> None:
    at(factories.make_action(of), changed_at=LATELY)


def removed_action(of: Assessment) -> None:
    at(factories.make_action(of, removed_at=LATELY), changed_at=LATELY)


def change_of_action(of: Assessment) -> None:
    row = factories.make_action(of)
    at(row, changed_at=LONG_AGO)
    at(ActionChange.objects.create(action=row, field="title", by="x"), changed_at=LATELY)


def move(of: Assessment) -> None:
    row = Move.objects.create(assessment=of, from_number=1, to_number=2, revisions=0, by="x")
    at(row, moved_at=LATELY)


def undone_move(of: Assessment) -> None:
    row = Move.objects.create(assessment=of, from_number=1, to_number=2, revisions=0, by="x")
    at(row, moved_at=LONG_AGO, undone_at=LATELY)


def turnover(of: Assessment) -> None:
    figures = {"headcount": 9, "leavers": 1, "pay": 9, "low_percent": 1, "high_percent": 2}
    at(TurnoverEstimate.objects.create(assessment=of, **figures), changed_at=LATELY)


def document(of: Assessment) -> None:
    row = IssuedDocument.objects.create(
        assessment=of, fingerprint="0" * 64, plan="{}", content=b"", pages=1
    )
    at(row, issued_at=LATELY)


def profile(of: Assessment) -> None:
    at(of, changed_at=LATELY)


def brought_back(of: Assessment) -> None:
    at(of, brought_back_at=LATELY)


CHANGES: dict[type[models.Model], list[Callable[[Assessment], None]]] = {
    Answer: [answer],
    Action: [action, removed_action],
    ActionChange: [change_of_action],
    Move: [move, undone_move],
    TurnoverEstimate: [turnover],
    IssuedDocument: [document],
    Assessment: [profile, brought_back],
}
# These say nothing of a change: a stranger who asks for a link by mail makes some of them, and
# what comes of an order is a document.
NO_CHANGE: set[type[models.Model]] = {
    AccessLink,
    DocumentOrder,
    OwnerEmail,
    PrintedSheet,
    RequestCount,
}


def due() -> set[int]:
    return set(retention.deletable().values_list("pk", flat=True))


# -- what counts as a change -------------------------------------------------------------------


def test_every_table_is_known_to_tell_of_a_change_or_not() -> None:
    assert {*CHANGES, *NO_CHANGE} == {*apps.get_app_config("assessment").get_models()}


@pytest.mark.parametrize("change", [c for changes in CHANGES.values() for c in changes])
def test_whatever_was_changed_keeps_it(edition, change) -> None:
    changed, other = old(), old()
    change(changed)
    assert due() == {other.pk}
    assert retention.kept_until(changed) == (LATELY + timedelta(days=730)).date()
    assert retention.kept_until(other) == (LONG_AGO + timedelta(days=730)).date()


def test_looking_and_links_do_not_keep_it(edition) -> None:
    assessment = old()
    maria = Person(assessment).given("owner")
    assert maria.see("results").status_code == 200
    OwnerEmail.objects.create(assessment=assessment, email="m@example.org", mailed_at=NOW)
    assert due() == {assessment.pk}


@pytest.mark.parametrize(("late", "is_due"), [(0, True), (1, False)])
def test_it_is_due_to_the_second(edition, late, is_due) -> None:
    assessment = old()
    at(assessment, changed_at=NOW - timedelta(days=730) + timedelta(seconds=late))
    assert (due() == {assessment.pk}) is is_due


def test_the_sample_stays(edition) -> None:
    old(is_sample=True)
    assert due() == set()


def test_the_first_page_tells_the_same_day(edition) -> None:
    assessment = old()
    document(assessment)
    maria = Person(assessment).given("owner")
    assert "Kept until April 1, 2026, or longer" in words(maria.see("hub"))
    at(assessment, brought_back_at=NOW)
    assert "Kept until March 30, 2028, or longer" in words(maria.see("hub"))


# -- deleting ----------------------------------------------------------------------------------


def test_deleting_takes_what_is_due_and_nothing_else(edition) -> None:
    gone, kept = old(), old()
    for assessment in (gone, kept):
        factories.make_answer(assessment, "rest", 1, saved_at=LONG_AGO)
        at(factories.make_action(assessment), changed_at=LONG_AGO)
    answer(kept)
    assert list(retention.purge()) == [1]
    assert list(Assessment.objects.all()) == [kept]
    assert (Answer.objects.count(), Action.objects.count()) == (2, 1)


def test_batches_follow_one_another_and_a_stopped_run_goes_on(edition, monkeypatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        old()
    run = retention.purge()
    assert next(run) == 2
    run.close()
    assert Assessment.objects.count() == 3
    assert list(retention.purge()) == [2, 1]
    assert list(retention.purge()) == []


def test_whoever_comes_back_meanwhile_keeps_theirs(edition, monkeypatch) -> None:
    first, second = old(), old()
    hold = type(Assessment.objects.all()).hold

    def come_back(self: Any, *keys: int) -> None:
        hold(self, *keys)
        answer(first)

    monkeypatch.setattr(type(Assessment.objects.all()), "hold", come_back)
    assert list(retention.purge()) == [1]
    assert list(Assessment.objects.all()) == [first]
    assert second.pk != first.pk


def test_the_later_of_two_stays_and_says_that_the_earlier_is_gone(edition) -> None:
    earlier = old()
    later = factories.make_assessment(earlier=earlier)
    before = Assessment.objects.filter(pk=later.pk).values("changed_at").get()
    assert list(retention.purge()) == [1]
    later.refresh_from_db()
    assert (later.earlier, later.earlier_gone_on) == (None, NOW.date())
    assert Assessment.objects.filter(pk=later.pk).values("changed_at").get() == before
    maria = Person(later).given("owner")
    for name in ("plan", "progress", "earlier"):
        page = words(maria.see(name))
        assert "Until March 31, 2026, this assessment was compared with an earlier one." in page


def test_removed_actions_and_stopped_links_go_after_a_month(bakery, maria) -> None:
    month, day = NOW - timedelta(days=30), NOW - timedelta(days=29)
    for removed_at in (month, day, None):
        factories.make_action(bakery, removed_at=removed_at)
    for role, moments in (
        ("edit", {"revoked_at": month}),
        ("read", {"revoked_at": day}),
        ("owner", {"expires_at": month}),
    ):
        AccessLink.objects.create(
            assessment=bakery, role=role, secret_hash=f"{role}-{[*moments]}", **moments
        )
    for key, ends in (("over", -1), ("running", 3600)):
        RequestCount.objects.create(key=key, count=1, ends=int(time.time()) + ends)
    RequestCount.objects.exclude(key__in=["over", "running"]).delete()
    assert retention.tidy() == 3
    assert [count.key for count in RequestCount.objects.all()] == ["running"]
    assert {a.removed_at for a in Action.objects.all()} == {day, None}
    assert sorted(x.role for x in AccessLink.objects.all()) == ["owner", "read"]
    assert maria.see("hub").status_code == 200


# -- notices -----------------------------------------------------------------------------------


def told(days: int, **fields: Any) -> OwnerEmail:
    """An address of an assessment last changed so many days ago."""
    assessment = old()
    at(assessment, changed_at=NOW - timedelta(days=days))
    values = {"email": "maria@example.org", **fields}
    return OwnerEmail.objects.create(assessment=assessment, **values)


@pytest.mark.parametrize(("days", "count"), [(699, 0), (700, 1), (731, 1)])
def test_a_notice_goes_out_thirty_days_before_and_once(edition, mail_on, days, count) -> None:
    told(days)
    assert len(mail_on(lambda: list(retention.notify()))) == count
    assert mail_on(lambda: list(retention.notify())) == []


def test_a_change_after_the_notice_makes_another_due_in_its_time(edition, mail_on) -> None:
    row = told(700)
    mail_on(lambda: list(retention.notify()))
    at(row.assessment, changed_at=NOW + timedelta(hours=1))
    assert not retention.to_notice().exists()
    at(row, noticed_at=NOW - timedelta(days=705))
    at(row.assessment, changed_at=NOW - timedelta(days=701))
    assert len(mail_on(lambda: list(retention.notify()))) == 1


def test_nobody_who_is_to_be_told_loses_it_untold(edition, mail_on) -> None:
    row, unreachable = told(800), old()
    assert due() == {unreachable.pk}
    mail_on(lambda: list(retention.notify()))
    assert due() == {unreachable.pk}
    at(row, noticed_at=NOW - timedelta(days=29))
    assert due() == {unreachable.pk}
    at(row, noticed_at=NOW - timedelta(days=30))
    assert due() == {unreachable.pk, row.assessment_id}


def test_a_site_that_sends_no_mail_waits_for_nobody(edition) -> None:
    row = told(800)
    assert due() == {row.assessment_id}
    assert list(retention.notify()) == []


def test_a_notice_says_what_when_and_how_to_keep_it(edition, mail_on) -> None:
    told(700)
    second = told(731)
    other = told(731, email="sam@example.org")
    at(second.assessment, name="Secret Name")
    mails = mail_on(lambda: list(retention.notify()))
    assert [mail.to for mail in mails] == [["maria@example.org"], ["sam@example.org"]]
    mail = mails[0]
    assert mail.subject == "Your job quality self-assessment will be deleted soon"
    assert " ".join(mail.body.split()).count("deleted after April 30, 2026") == 2
    assert "https://jobs.example.org/lost-link/" in mail.body
    assert "/open/" not in mail.body
    assert "Secret Name" not in mail.body
    other.refresh_from_db()
    assert other.noticed_at == NOW


def test_a_short_time_gives_a_short_notice(edition, mail_on, settings) -> None:
    settings.RETENTION_DAYS = 10
    told(0)
    assert len(mail_on(lambda: list(retention.notify()))) == 1


def test_bringing_a_file_back_counts_from_then(edition, maria, bakery) -> None:
    at(bakery, changed_at=LONG_AGO, started_at=LONG_AGO)
    saved = maria.see("export_json").content
    workflow.delete_assessment(assessment=bakery)
    link, _ = restoring.restore(document=takeout_file.read(saved))
    assert due() == set()
    assert retention.kept_until(link.assessment) == (NOW + timedelta(days=730)).date()
