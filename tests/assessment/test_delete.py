"""Deleting an assessment with everything in it."""

from collections.abc import Iterator

import pytest
from django.db import models
from django.utils import timezone

from assessment.access import GRANTS, make_link
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
    TurnoverEstimate,
)
from tests import factories
from tests.pages import heading, words

pytestmark = pytest.mark.django_db


def test_it_says_what_goes_and_warns(bakery, maria) -> None:
    page = maria.see("delete")
    assert (page.status_code, heading(page)) == (200, "Delete everything?")
    assert "The answers, notes, plan, documents and links of “Maria’s Bakery” are deleted" in words(
        page
    )
    assert "talk to a lawyer before you delete anything" in words(page)


def test_without_the_tick_nothing_goes(bakery, maria) -> None:
    page = maria.send("delete")
    assert page.status_code == 422
    assert "Please check the box to confirm." in words(page)
    assert Assessment.objects.count() == 1


def test_with_the_tick_everything_goes(bakery, maria, sam) -> None:
    other = factories.make_assessment(name="Other Firm")
    factories.make_answer(other, "wage", 1)
    factories.make_answer(bakery, "wage", 1)
    factories.make_action(bakery)
    response = maria.send("delete", data={"confirm": "yes"})
    assert response["Location"] == "/assessments/"
    page = words(maria.get("/assessments/"))
    assert "The assessment and everything in it is deleted." in page
    assert list(Assessment.objects.all()) == [other]
    assert [a.assessment for a in Answer.objects.all()] == [other]
    assert (Action.objects.count(), AccessLink.objects.count()) == (0, 0)
    assert maria.session[GRANTS] == {}
    assert (sam.see("hub").status_code, sam.open().status_code) == (404, 404)


# -- nothing is left ---------------------------------------------------------------------------


def tables() -> Iterator[tuple[type[models.Model], str]]:
    """Every table that belongs to an assessment, and the way from its rows to the assessment."""
    waiting: list[tuple[type[models.Model], str]] = [(Assessment, "")]
    while waiting:
        table, way = waiting.pop()
        for relation in table._meta.related_objects:
            row = relation.related_model
            if row is Assessment:  # another assessment is no part of this one
                continue
            step = relation.field.name + (f"__{way}" if way else "")
            yield row, step
            waiting.append((row, step))


def fill(bakery: Assessment) -> None:
    """A row of this assessment in every table that can hold one."""
    factories.make_answer(bakery, "wage", 1)
    action = factories.make_action(bakery)
    ActionChange.objects.create(action=action, field="title", by="x")
    Move.objects.create(assessment=bakery, from_number=1, to_number=2, revisions=0, by="x")
    figures = {"headcount": 9, "leavers": 1, "pay": 9, "low_percent": 1, "high_percent": 2}
    TurnoverEstimate.objects.create(assessment=bakery, **figures)
    IssuedDocument.objects.create(
        assessment=bakery, fingerprint="0" * 64, plan="{}", content=b"", pages=1
    )
    OwnerEmail.objects.create(assessment=bakery, email="maria@example.org")
    DocumentOrder.objects.create(assessment=bakery, fingerprint="0" * 64, ordered_at=timezone.now())


@pytest.mark.db
def test_no_table_keeps_a_row_of_it(bakery, maria, sam) -> None:
    fill(bakery)
    other = factories.make_assessment(name="Other Firm")
    for table, way in tables():
        assert table._default_manager.filter(**{way: bakery}).exists(), table
    maria.send("new_link", data={"role": "read"})  # its secret not looked at yet
    before = {table: table._default_manager.exclude(**{way: bakery}).count()
              for table, way in tables()}  # fmt: skip
    maria.send("delete", data={"confirm": "yes"})
    assert {table: table._default_manager.count() for table, _ in tables()} == before
    assert list(Assessment.objects.all()) == [other]
    assert {key: value for key, value in maria.session.items() if key != "_messages"} == {
        GRANTS: {}
    }


def test_the_one_that_came_after_stays_and_says_so(bakery, maria) -> None:
    later = factories.make_assessment(name="Next year", earlier=bakery)
    _, maria.secret = make_link(later, role="read")
    maria.open()
    maria.send("delete", data={"confirm": "yes"})
    later.refresh_from_db()
    assert (later.earlier, later.earlier_gone_on) == (None, timezone.localdate())
    page = words(maria.get(f"/a/{later.public_id}/progress/"))
    assert "The earlier assessment is gone" in page
    assert "The earlier one was deleted, or its owner ended the comparison." in page
