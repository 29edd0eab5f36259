"""Worksheets are printed once for everybody, and not again after a restart."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, combinations

import pytest
from django.db import connection
from django.test import Client

from assessment.documents import kept_sheets, pdf
from assessment.documents import worksheet as sheets
from assessment.models import PrintedSheet
from assessment.models.printed_sheet import MOST_KEPT
from assessment.scoring import FULL, QUICK, Profile
from tests import factories
from toolkit.catalogue import FLAGS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def press(monkeypatch) -> list[str]:
    """Stands in for printing, which takes seconds; what was printed."""
    printed: list[str] = []

    def render(template: str, styles: str, context: dict[str, sheets.Worksheet]):
        printed.append(context["worksheet"].name)
        return pdf.RenderedPdf(f"%PDF {len(printed)}".encode(), 2)

    monkeypatch.setattr(pdf, "render", render)
    return printed


@pytest.mark.db
def test_a_sheet_is_printed_once(edition, press):
    first = Client().get("/worksheets/pay.pdf")
    second = Client().get("/worksheets/pay.pdf")
    assert (first.content, second.content) == (b"%PDF 1", b"%PDF 1")
    assert press == ["job-quality-worksheet-pay-edition-1.0"]


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_a_room_that_presses_at_once_has_it_printed_once(press):
    edition = factories.publish_bakery_edition()
    found = sheets.worksheet(edition, Profile())
    assert found is not None
    at_once = threading.Barrier(8)

    def pressed(_: int) -> bytes:
        at_once.wait()
        try:
            return kept_sheets.content_of(found)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as room:
        assert set(room.map(pressed, range(8))) == {b"%PDF 1"}
    assert len(press) == 1


@pytest.mark.django_db(transaction=True)
def test_a_sheet_that_is_kept_waits_for_no_other(press):
    found = sheets.worksheet(factories.publish_bakery_edition(), Profile())
    assert found is not None
    kept_sheets.content_of(found)

    def pressed() -> bytes:
        try:
            return kept_sheets.content_of(found)
        finally:
            connection.close()

    with kept_sheets._one_at_a_time, ThreadPoolExecutor(1) as room:
        assert room.submit(pressed).result(timeout=10) == b"%PDF 1"


def test_all_that_can_be_asked_for_of_an_edition_is_kept(real_edition):
    """Else asking for one sheet after the other would print each anew, again and again."""
    kinds = {
        sheets.worksheet(
            real_edition,
            Profile(mode=mode, flags={flag: flag not in hidden for flag in FLAGS}),
            component=component,
            is_large=is_large,
        )
        for mode in (FULL, QUICK)
        for hidden in chain.from_iterable(combinations(FLAGS, n) for n in range(len(FLAGS) + 1))
        for component in ("", *factories.real_catalogue().by_slug)
        for is_large in (True, False)
    } - {None}
    assert 36 < len(kinds) <= MOST_KEPT / 10


def test_an_employer_s_own_is_the_same_where_nothing_is_left_out(bakery, maria, press):
    Client().get("/worksheets/pay.pdf")
    maria.see("own_worksheet", "pay")
    assert len(press) == 1


def test_what_differs_is_another_and_what_prints_it_counts(edition, monkeypatch):
    def key(**options: object) -> str:
        found = sheets.worksheet(edition, Profile(), **options)  # type: ignore[arg-type]
        assert found is not None
        return kept_sheets.key_of(found)

    newer = factories.make_edition(factories.bakery_catalogue(), number=2)
    later = sheets.worksheet(newer, Profile())
    assert later is not None
    keys = {key(), key(component="pay"), key(is_large=True), kept_sheets.key_of(later)}
    monkeypatch.setattr(kept_sheets, "TEMPLATE_VERSION", "another")
    assert len(keys | {key()}) == 5
    assert all(len(k) == 64 for k in keys)


@pytest.mark.db
def test_the_newest_are_kept(edition, monkeypatch):
    monkeypatch.setattr(kept_sheets, "MOST_KEPT", 2)
    for address in ("pay.pdf", "job-security.pdf", "all.pdf"):
        Client().get(f"/worksheets/{address}")
    assert [bytes(s.content) for s in PrintedSheet.objects.all()] == [b"%PDF 3", b"%PDF 2"]


@pytest.mark.db
def test_of_two_processes_that_printed_it_the_first_keeps_it(edition):
    found = sheets.worksheet(edition, Profile())
    assert found is not None
    kept_sheets.content_of(found)
    late = PrintedSheet(key=kept_sheets.key_of(found), content=b"late", pages=1)
    kept_sheets._kept(late)
    assert bytes(PrintedSheet.objects.get().content) == b"%PDF 1"
