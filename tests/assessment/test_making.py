"""The page that says how far a worker has come with a document, in each of its states."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessment import tasks
from assessment.documents import pdf, printed_plan, word
from assessment.models import DocumentOrder, IssuedDocument
from tests import factories, pages
from tests.people import Person, person
from tests.queue import QUEUED, work

LONG_AGO = timedelta(seconds=31)


@pytest.fixture(autouse=True)
def queued(settings, monkeypatch) -> None:
    settings.TASKS = QUEUED
    monkeypatch.setattr(printed_plan, "render", lambda _: pdf.RenderedPdf(b"%PDF", 12))
    monkeypatch.setattr(word, "render", lambda _: word.RenderedWord(b"PK"))


@pytest.fixture
def address(maria: Person) -> str:
    """The page of a plan that waits."""
    return str(maria.send("make_document", data={"include_notes": "on"})["Location"])


def age(by: timedelta) -> None:
    DBTaskResult.objects.update(enqueued_at=timezone.now() - by)
    DocumentOrder.objects.update(ordered_at=timezone.now() - by)


@pytest.mark.parametrize("status", ["READY", "RUNNING"])
def test_waiting(maria, address, status):
    DBTaskResult.objects.update(status=status)
    page = maria.get(address)

    assert pages.heading(page) == "Action plan (PDF)"
    assert "Your plan is being made. It takes a few seconds." in pages.words(page)
    assert "Check again" in pages.words(page)
    assert 'role="status"' in pages.html(page)
    assert "http-equiv" not in pages.html(page)
    assert "Refresh" not in page
    assert page["Cache-Control"] == "no-store, private"


def test_waiting_says_how_many_come_first(maria, address, settings):
    assert "ahead of it" not in pages.words(maria.get(address))
    age(timedelta(0))
    for name in ("One", "Two"):
        person("maria", factories.make_assessment(name=name)).send("make_document")
    DBTaskResult.objects.exclude(pk=DocumentOrder.objects.last().task).update(  # type: ignore[union-attr]
        enqueued_at=timezone.now() - timedelta(seconds=5)
    )
    assert "2 others are ahead of it." in pages.words(maria.get(address))


def test_long_where_no_worker_is_there(maria, address):
    age(LONG_AGO)
    page = pages.words(maria.get(address))
    assert "This is taking longer than it should." in page
    assert "is not responding right now. Your answers and your plan are safe" in page
    assert "Check again" in page


def test_a_long_queue_is_not_a_worker_that_is_not_there(maria, address):
    age(LONG_AGO)
    other = person("maria", factories.make_assessment(name="Other"))
    other.send("make_document")
    newest = DocumentOrder.objects.get(assessment=other.assessment)
    DBTaskResult.objects.filter(pk=newest.task).update(
        status="RUNNING", started_at=timezone.now() - timedelta(seconds=3)
    )
    assert "is being made" in pages.words(maria.get(address))


def test_long_where_the_worker_hangs(maria, address):
    begun = timezone.now() - timedelta(seconds=tasks.MOST_SECONDS_OF_WORKER + 1)
    DBTaskResult.objects.update(status="RUNNING", started_at=begun)
    assert "This is taking longer than it should." in pages.words(maria.get(address))


def test_one_that_took_too_long_says_what_to_do(maria, address, monkeypatch):
    def endless(_: object) -> pdf.RenderedPdf:
        raise tasks._TimeIsUp

    monkeypatch.setattr(printed_plan, "render", endless)
    work()
    page = maria.get(address)
    words = pages.words(page)
    assert "Making the PDF took too long, so it was stopped." in words
    assert "again without the notes, or get the Word file, under “Documents”." in words
    assert 'data-state="slow"' in pages.html(page)


def test_failed_and_tried_again_with_the_same_choices(maria, address, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(printed_plan, "render", lambda _: 1 / 0)
        work()
    page = maria.get(address)
    assert "The PDF could not be made. The problem is on our end." in pages.words(page)
    action = maria.address("make_document")
    assert pages.sends(page, action) == {"include_notes": "on"}

    again = maria.send("make_document", data=pages.sends(page, action))
    assert again["Location"] == address
    assert "is being made" in pages.words(maria.get(address))
    work()
    assert "Your plan is ready." in pages.words(maria.get(address))
    assert DBTaskResult.objects.count() == 1


def test_ready(maria, address):
    assert pages.made_document(maria.get(address)) is None
    work()
    page = maria.get(address)
    document = IssuedDocument.objects.get()
    assert "Your plan is ready. It shows your plan as of " in pages.words(page)
    assert "including what was changed" not in pages.words(page)
    assert "It has 12 pages and is kept under “Your documents”." in pages.words(page)
    assert pages.made_document(page) == maria.address("download", document.fingerprint)


def test_gone_once_newer_ones_took_its_place(maria, address):
    work()
    IssuedDocument.objects.all().delete()
    page = maria.get(address)
    assert page.status_code == 200
    assert "This PDF is no longer here." in pages.words(page)


def test_after_a_day_it_is_not_found(maria, address):
    DocumentOrder.objects.all().delete()
    assert maria.get(address).status_code == 404


def test_the_board_summary_says_so(maria):
    page = maria.get(maria.send("make_board_summary")["Location"])
    assert pages.heading(page) == "Board summary (PDF)"
    assert "Your board summary is being made." in pages.words(page)


def test_the_word_file_says_so_and_counts_no_pages(maria, monkeypatch):
    address = maria.send("make_word", data={"include_answers": "on"})["Location"]
    page = maria.get(address)
    assert pages.heading(page) == "Action plan (Word)"
    assert "Your plan is being made." in pages.words(page)
    assert "the Word file will be listed under “Your documents”" in pages.words(page)
    with monkeypatch.context() as broken:
        broken.setattr(word, "render", lambda _: 1 / 0)
        work()
    page = maria.get(address)
    assert "The Word file could not be made." in pages.words(page)
    assert "get the Excel file" in pages.words(page)
    sent = pages.sends(page, maria.address("make_word"))
    assert sent == {"include_answers": "on"}

    assert maria.send("make_word", data=sent)["Location"] == address
    work()
    page = maria.get(address)
    assert "It is kept under “Your documents”." in pages.words(page)
    assert "Download the Word file" in pages.words(page)
    assert pages.made_document(page) == maria.address(
        "download", IssuedDocument.objects.get().fingerprint
    )


def test_a_reader_waits_for_a_word_file_and_sees_no_order_of_those_who_plan(maria, rita, address):
    theirs = DocumentOrder.objects.get().fingerprint
    assert rita.see("making", theirs).status_code == 404
    waits = rita.send("make_word")["Location"]
    assert "is being made" in pages.words(rita.get(waits))
    maria.send("make_word", data={"include_notes": "on"})
    with_notes = DocumentOrder.objects.get(kind="word", include_notes=True).fingerprint
    assert rita.see("making", with_notes).status_code == 404
    work()
    assert "is ready" in pages.words(rita.get(waits))


def test_the_script_gets_the_state_and_nothing_else(maria, address):
    part = maria.get(address, headers={"X-Fragment": "making"})
    assert pages.html(part).strip().startswith('<div id="making" data-state="waiting">')
    assert "<h1" not in pages.html(part)


def test_looking_takes_few_queries_and_changes_nothing(maria, address, at_most):
    age(LONG_AGO)
    # Session, access, order; its task, whether any moves (two), how many come first.
    with at_most(7):
        maria.get(address)
    assert DBTaskResult.objects.get().status == "READY"
