"""Worksheets are printed once for everybody, and not again after a restart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from assessment.documents import kept_sheets, pdf
from assessment.documents import worksheet as sheets
from assessment.models import PrintedSheet
from assessment.scoring import Profile
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def press(monkeypatch) -> Iterator[list[str]]:
    """Stands in for printing, which takes seconds; what was printed."""
    printed: list[str] = []

    def render(template: str, styles: str, context: dict[str, sheets.Worksheet]):
        printed.append(context["worksheet"].name)
        return pdf.RenderedPdf(f"%PDF {len(printed)}".encode(), 2)

    monkeypatch.setattr(pdf, "render", render)
    sheets._kept.clear()
    yield printed
    sheets._kept.clear()


@pytest.mark.db
def test_a_restart_prints_no_sheet_again(edition, press):
    first = Client().get("/worksheets/pay.pdf")
    sheets._kept.clear()
    second = Client().get("/worksheets/pay.pdf")
    assert (first.content, second.content) == (b"%PDF 1", b"%PDF 1")
    assert press == ["job-quality-worksheet-pay-edition-1.0"]


def test_each_process_asks_the_database_once(edition, at_most):
    Client().get("/worksheets/pay.pdf")
    sheets._kept.clear()
    for queries in (2, 1):
        with at_most(queries):
            Client().get("/worksheets/pay.pdf")


def test_an_employer_s_own_is_the_same_where_nothing_is_left_out(bakery, maria, press):
    Client().get("/worksheets/pay.pdf")
    sheets._kept.clear()
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
