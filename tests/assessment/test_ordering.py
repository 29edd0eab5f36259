"""Documents that a worker makes: one order for two presses, limits, and what it is made of."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from assessment import tasks, workflow
from assessment.documents import board_summary, issuing, ordering, pdf, printed_plan, word
from assessment.models import Assessment, DocumentOrder, IssuedDocument
from assessment.models.document_order import MOST_KEPT, MOST_WAITING
from tests import factories, pages
from tests.people import Person, person
from tests.queue import QUEUED, work


@pytest.fixture(autouse=True)
def queued(settings, monkeypatch) -> None:
    """With a worker, whose press takes no time."""
    settings.TASKS = QUEUED
    monkeypatch.setattr(
        printed_plan, "render", lambda d: pdf.RenderedPdf(f"%PDF {d.title}".encode(), 12)
    )
    monkeypatch.setattr(board_summary, "render", lambda _: pdf.RenderedPdf(b"%PDF board", 1))
    monkeypatch.setattr(word, "render", lambda _: word.RenderedWord(b"PK"))


def press(somebody: Person, name: str = "make_document", **ticked: str) -> str:
    response = somebody.send(name, data=ticked)
    assert response.status_code == 302, response.content
    return str(response["Location"])


def test_it_is_made_by_the_worker_and_not_in_the_request(maria, bakery):
    address = press(maria)

    (order,) = DocumentOrder.objects.all()
    assert address == maria.address("making", order.fingerprint)
    assert not IssuedDocument.objects.exists()
    work()
    document = IssuedDocument.objects.get()
    order.refresh_from_db()
    assert (order.document, order.fingerprint) == (document, document.fingerprint)
    assert press(maria) == maria.address("download", document.fingerprint)
    assert (
        maria.get(press(maria)).content == "%PDF Job quality action plan: Maria’s Bakery".encode()
    )


def test_the_row_of_the_queue_holds_ids_and_no_word(maria, bakery):
    factories.make_action(bakery, "Post the hours", notes="Between us.")
    press(maria, include_notes="on")
    order = DocumentOrder.objects.get()
    assert DBTaskResult.objects.get().args_kwargs == {"args": [order.pk], "kwargs": {}}
    work()
    row = DBTaskResult.objects.get()
    assert (row.status, row.return_value, row.traceback) == ("SUCCESSFUL", None, "")


def test_pressed_twice_by_two_people_is_one_order(maria, sam, bakery):
    assert press(maria) == press(maria) == press(sam)
    assert DBTaskResult.objects.count() == 1
    DBTaskResult.objects.update(status="RUNNING")
    press(maria)
    assert DBTaskResult.objects.count() == DocumentOrder.objects.count() == 1


def test_each_kind_and_choice_is_an_order_of_its_own(maria, bakery):
    factories.make_answer(bakery, "wage", 1, note="Payroll sheet.")
    press(maria, include_answers="on", include_notes="on")
    press(maria, "make_board_summary")
    press(maria, "make_word", include_notes="on")
    work()
    word_file, plan, board = IssuedDocument.objects.order_by("-kind")
    assert (word_file.kind, plan.kind, board.kind) == ("word", "plan", "board")
    assert (word_file.pages, plan.pages, board.pages) == (None, 12, 1)
    assert (word_file.has_notes, plan.has_notes, board.has_notes) == (True, True, False)
    assert "Payroll sheet." not in word_file.plan
    assert "Payroll sheet." in plan.plan


def test_what_is_changed_while_it_waits_is_in_it(maria, bakery):
    address = press(maria)
    factories.make_action(bakery, "Said later")
    work()

    document = IssuedDocument.objects.get()
    page = maria.get(address)
    assert "Said later" in document.plan
    assert f'href="{maria.address("download", document.fingerprint)}"' in pages.html(page)
    assert "including what was changed while you waited" in pages.words(page)


def test_two_orders_overtaken_by_a_change_are_printed_once(maria, bakery):
    first = press(maria)
    factories.make_action(bakery, "Said later")
    second = press(maria)
    work()
    assert IssuedDocument.objects.count() == 1
    assert "is ready" in pages.words(maria.get(first))
    assert "is ready" in pages.words(maria.get(second))


def test_a_plan_changed_back_is_made_anew(maria, bakery):
    address = press(maria)
    action = factories.make_action(bakery)
    work()
    action.delete()
    assert press(maria) == address
    work()
    assert IssuedDocument.objects.count() == 2
    assert "including what was changed" not in pages.words(maria.get(address))


# -- limits ------------------------------------------------------------------------------------


def test_a_fourth_of_one_assessment_is_refused_in_plain_words(maria, bakery):
    for number in range(MOST_WAITING):
        factories.make_action(bakery, f"Action {number}")
        press(maria)
    factories.make_action(bakery, "One more")

    assert press(maria) == maria.address("documents")
    assert ordering.TOO_MANY in pages.words(maria.see("documents"))
    assert DBTaskResult.objects.count() == MOST_WAITING == 3
    work()
    # Both were made of the plan as it stood by then.
    assert "/documents/made/" in press(maria)
    factories.make_action(bakery, "And another")
    assert "/making/" in press(maria)


def test_what_one_waits_for_stops_nobody_else(maria, bakery):
    for number in range(MOST_WAITING):
        factories.make_action(bakery, f"Action {number}")
        press(maria)
    other = person("maria", factories.make_assessment(name="Other"))
    assert "/making/" in press(other)


def test_a_full_queue_is_refused_in_plain_words(maria, bakery, monkeypatch):
    monkeypatch.setattr(ordering, "MOST_WAITING_IN_ALL", 1)
    other = person("maria", factories.make_assessment(name="Other"))
    press(other)

    assert press(maria) == maria.address("documents")
    assert ordering.TOO_MANY_IN_ALL in pages.words(maria.see("documents"))
    assert DocumentOrder.objects.count() == DBTaskResult.objects.count() == 1


def test_a_long_plan_waits_for_the_others_and_fills_no_queue_for_them(maria, bakery, monkeypatch):
    monkeypatch.setattr(ordering, "MOST_WAITING_IN_ALL", 2)
    with monkeypatch.context() as long:
        long.setattr(ordering, "LONG_PLAN", 10)
        press(maria)
        press(maria, "make_board_summary")
        factories.make_action(bakery)
        assert press(maria) == maria.address("documents")
    others = [person("maria", factories.make_assessment(name=f"Other {n}")) for n in range(2)]
    press(others[0])
    assert press(others[1]) == others[1].address("documents")

    kept = DocumentOrder.objects.order_by("pk")
    assert [tasks.ahead_of(order.task) for order in kept] == [2, 0, 1]
    work()
    begun = DBTaskResult.objects.order_by("started_at").values_list("pk", flat=True)
    assert [*begun] == [kept[1].task, kept[2].task, kept[0].task]


def test_few_orders_are_kept_and_none_for_more_than_a_day(maria, bakery):
    for number in range(MOST_KEPT + 3):
        factories.make_action(bakery, f"Action {number}")
        press(maria)
        work()
    assert DocumentOrder.objects.count() == MOST_KEPT + 1
    assert DBTaskResult.objects.count() == MOST_KEPT + 1


# -- deletion ----------------------------------------------------------------------------------


def test_orders_and_tasks_go_with_their_assessment(maria, bakery):
    press(maria)
    work()
    factories.make_action(bakery)
    press(maria)
    other = person("maria", factories.make_assessment(name="Other"))
    press(other)

    workflow.delete_assessment(assessment=bakery)

    assert [order.assessment for order in DocumentOrder.objects.all()] == [other.assessment]
    assert DBTaskResult.objects.count() == 1


def test_an_assessment_deleted_while_its_document_is_printed_leaves_nothing(
    maria, bakery, monkeypatch
):
    press(maria)

    def deleted_meanwhile(_: object) -> pdf.RenderedPdf:
        workflow.delete_assessment(assessment=Assessment.objects.get(pk=bakery.pk))
        return pdf.RenderedPdf(b"%PDF", 1)

    monkeypatch.setattr(printed_plan, "render", deleted_meanwhile)
    monkeypatch.setattr(issuing, "_store", lambda _: 1 / 0)
    work()

    assert not DocumentOrder.objects.exists()
    assert not IssuedDocument.objects.exists()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_the_task_of_a_deleted_order_does_nothing(db):
    tasks.print_document.func(10**6)
    assert not IssuedDocument.objects.exists()


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_a_document_whose_assessment_is_gone_is_not_stored(monkeypatch):
    """As it happens: another transaction deletes while this one prints."""
    factories.publish_bakery_edition()
    maria = person("maria", factories.make_assessment())
    press(maria)

    def deleted_meanwhile(_: object) -> pdf.RenderedPdf:
        workflow.delete_assessment(assessment=Assessment.objects.get())
        return pdf.RenderedPdf(b"%PDF", 1)

    monkeypatch.setattr(printed_plan, "render", deleted_meanwhile)
    work()

    assert not IssuedDocument.objects.exists()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_pressed_at_once_in_two_tabs_is_one_order():
    factories.publish_bakery_edition()
    maria = person("maria", factories.make_assessment())
    at_once = threading.Barrier(2, timeout=20)
    found: list[str] = []

    def tab() -> None:
        try:
            at_once.wait()
            found.append(press(maria))
        finally:
            connection.close()

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join(timeout=30)

    assert len(found) == 2
    assert len({*found}) == 1
    assert DocumentOrder.objects.count() == DBTaskResult.objects.count() == 1


def test_an_order_of_another_assessment_is_not_found(maria, bakery):
    other = person("maria", factories.make_assessment(name="Other"))
    press(other)
    theirs = DocumentOrder.objects.get().fingerprint
    assert maria.see("making", theirs).status_code == 404
    assert reverse("assessment:making", args=[other.assessment.public_id, theirs])


def test_without_a_row_in_the_queue_it_is_placed_anew(maria, bakery):
    address = press(maria)
    DocumentOrder.objects.update(task=uuid4())
    assert press(maria) == address
    work()
    assert "is ready" in pages.words(maria.get(address))
