"""How much one assessment may hold: every text, every number, every count has an end.

What is not listed here fails the first two tests, so that a new field or table cannot be forgotten.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment import access, takeout, takeout_file, workflow, working
from assessment.access import MOST_GRANTS, MOST_LINKS, make_link
from assessment.limiting import LIMITS
from assessment.models import AccessLink, Action, ActionChange, Answer, Assessment, Move
from assessment.models.access_link import MOST_STOPPED
from assessment.models.action import MOST_ACTIONS, MOST_REMOVED
from assessment.models.action_change import MOST_HISTORY, WORDS_LENGTH
from assessment.models.document_order import MOST_KEPT as MOST_ORDERED
from assessment.models.move import MOST_UNDONE
from assessment.models.printed_sheet import MOST_KEPT as MOST_SHEETS
from tests import factories
from tests.assessment.test_access import PUBLIC
from tests.assessment.test_takeout import taken_of
from tests.factories import bakery_catalogue, make_edition
from tests.people import Person
from toolkit import models as toolkit_models
from toolkit.forms import NOTE_LENGTH

pytestmark = pytest.mark.django_db
# The letter that takes most room: it stands in JSON as six.
WIDEST = "\x01"
# What bounds each table of an assessment, in words, with the test or rule that holds it.
ROWS = {
    "AccessLink": f"{MOST_LINKS} that work, one more to renew them and one mailed, and "
    f"{MOST_STOPPED} that were stopped",
    "Action": f"{MOST_ACTIONS} in the plan, {MOST_REMOVED} removed",
    "ActionChange": f"{MOST_HISTORY} of an assessment",
    "Answer": "one for each question of the editions it has answered",
    "Assessment": "limits on starting (assessment/limiting.py), RETENTION_DAYS",
    "DocumentOrder": f"{MOST_ORDERED} of an assessment",
    "IssuedDocument": "three of each kind",
    "Move": f"one for each edition, {MOST_UNDONE} undone",
    "OwnerEmail": "one",
    "PrintedSheet": f"{MOST_SHEETS}",
    "RequestCount": "one for each network, assessment, address asked for and kind in its window",
    "TurnoverEstimate": "one",
}
# The same of tables that are not ours; what editors and staff write grows with their work.
OTHERS = {
    "AccessAttempt": "failures of the last quarter of an hour; the purge",
    "AccessAttemptExpiration": "never written",
    "AccessFailureLog": "the lock-out, 90 days",
    "AccessLog": "never written",
    "ContentType": "the tables there are",
    "DBTaskResult": "limits on documents, one day",
    "Group": "staff",
    "LogEntry": "what staff do; no stranger adds to it",
    "Permission": "the tables there are",
    "Session": "browsers that opened a link: limits on opening and starting, 90 days",
    "StaticDevice": "staff",
    "StaticToken": "staff",
    "TOTPDevice": "staff",
    "User": "staff",
}
# Texts without a length: nobody types them. Who writes them, and what bounds them.
UNBOUNDED = {
    "Assessment.importance": "one number from 1 to 3 for each component of the edition",
    "Assessment.targets": "one number from 1 to 4 for each component of the edition",
    "IssuedDocument.plan": "made of the rows above",
    "IssuedDocument.content": "made of the rows above",
    "PrintedSheet.content": "made of the edition’s questions",
    "Move.marked": "slugs of the edition's questions",
}

TEXTS = (models.TextField, models.CharField, models.JSONField, models.BinaryField)


def tables() -> list[type[models.Model]]:
    return list(apps.get_app_config("assessment").get_models())


def test_every_table_has_an_end() -> None:
    assert {model.__name__ for model in tables()} == set(ROWS)


def test_so_has_every_table_of_others() -> None:
    found = {
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label not in {"assessment", "toolkit"}
    }
    assert found == set(OTHERS)


def test_browsers_that_open_one_link_again_and_again_fill_no_disk() -> None:
    """A session takes 600 bytes of PostgreSQL, its index included, and goes after 90 days."""
    limit = LIMITS["open_link"]
    assert limit.network is not None
    a_day = limit.network * 86_400 / limit.seconds * 600
    assert a_day < 10_000_000


def test_a_stranger_adds_to_none_of_them(edition) -> None:
    """But for failed sign-ins, whatever is called."""
    failed = {"AccessAttempt", "AccessFailureLog", "FailedSignIn"}
    known = failed | {"RequestCount", "PrintedSheet"}
    tables = [model for model in apps.get_models() if model.__name__ not in known]

    def rows() -> dict[str, int]:
        return {model.__name__: model._default_manager.count() for model in tables}

    before = rows()
    for address in (*(address for _, address in PUBLIC.values()), "/a/x/", "/a/x/leave/", "/x/"):
        for method in ("GET", "POST"):
            Client().generic(method, address)
    for address in ("/admin/", "/admin/login/", "/admin/logout/", "/admin/second-factor/code/"):
        Client().get(address)
        Client().post(address, {"username": "ada", "password": "wrong"})
    assert rows() == before


def test_every_text_has_an_end() -> None:
    found = {
        f"{model.__name__}.{field.name}"
        for model in tables()
        for field in model._meta.get_fields()
        if isinstance(field, TEXTS)
        if getattr(field, "max_length", None) is None
    }
    assert found == set(UNBOUNDED)


@pytest.fixture
def every_text() -> list[tuple[str, str, int]]:
    """Page, field and length of every text an employer types."""
    return [
        ("start", "name", 120),
        ("start", "covers_name", 120),
        ("profile", "name", 120),
        ("profile", "covers_name", 120),
        ("new_action", "title", 200),
        ("new_action", "next_step", 500),
        ("new_action", "owner", 100),
        ("new_action", "cost", 100),
        ("new_action", "drop_reason", 200),
        ("new_action", "notes", 2000),
        ("new_link", "label", 80),
        ("save_answer", "wage-note", NOTE_LENGTH),
    ]


def data_of(page: str, field: str, text: str) -> dict[str, str]:
    """A form that is right but for this text."""
    base = {
        "start": {"mode": "full", "covers": "site"},
        "profile": {"mode": "full", "covers": "site"},
        "new_action": {"title": "Post the hours", "status": "not-started"},
        "new_link": {"role": "edit"},
        "save_answer": {"edition": "1", "wage-meaning": "1", "wage-revision": "0"},
    }[page]
    dropped = {"status": "dropped"} if field == "drop_reason" else {}
    return base | dropped | {field: text}


def send(maria: Person, page: str, data: dict[str, str]) -> Any:
    if page == "start":
        return Client().post(reverse("assessment:start"), data)
    return maria.send(page, *(["wage"] if page == "save_answer" else []), data=data)


@pytest.mark.db
def test_a_text_one_letter_too_long_is_refused_and_one_less_is_kept(
    edition, maria: Person, every_text
) -> None:
    for page, field, most in every_text:
        refused = send(maria, page, data_of(page, field, "é" * (most + 1)))
        assert refused.status_code == 422, (page, field)
        said = refused.content.decode().replace("2,000", "2000")
        assert str(most) in said, (page, field)
        kept = send(maria, page, data_of(page, field, "é" * most))
        assert kept.status_code in {200, 302}, (page, field, kept.content.decode()[-800:])


@pytest.mark.parametrize(
    ("page", "field", "value"),
    [
        *(("profile", "headcount", value) for value in ("-1", "5000001", "9" * 40, "1e3", "x")),
        *(("new_action", "estimate", value) for value in ("-1", "100000001", "9" * 40, "1.5")),
        *(("new_action", "budget", value) for value in ("-1", "100000001", "9" * 40)),
        *(("new_action", "due_on", v) for v in ("0001-01-01", "9999-12-31", "2026-02-30", "x")),
    ],
)
def test_a_number_or_day_out_of_bounds_is_refused(maria: Person, page, field, value) -> None:
    response = maria.send(page, data=data_of(page, field, value))
    assert response.status_code == 422
    assert not Action.objects.exists()


def test_a_number_of_the_turnover_out_of_bounds_is_refused(maria: Person) -> None:
    good = {"headcount": "40", "leavers": "5", "pay": "40000", "low": "20", "high": "50"}
    for name in good:
        for value in ("-1", "9" * 40, "x"):
            response = maria.send("turnover", data=good | {name: value})
            assert response.status_code == 422, (name, value)


# -- counts ------------------------------------------------------------------------------------


@pytest.mark.db
def test_the_history_forgets_the_oldest(bakery: Assessment, monkeypatch) -> None:
    monkeypatch.setattr("assessment.models.action_change.MOST_HISTORY", 5)
    actions = [factories.make_action(bakery, f"Action {n}") for n in range(3)]
    other = factories.make_action(factories.make_assessment(name="Other"))
    ActionChange.objects.create(action=other, field="added")
    for n in range(4):
        for action in actions:
            action.owner = f"Person {n}"
            working.change_action(action=action, seen=n, by="The owner")
    kept = ActionChange.objects.filter(action__assessment=bakery)
    assert [change.after for change in kept] == ["Person 3"] * 3 + ["Person 2"] * 2
    assert ActionChange.objects.filter(action=other).count() == 1


def test_a_long_text_stands_in_the_history_with_its_beginning(bakery: Assessment) -> None:
    action = factories.make_action(bakery, next_step="a" * 500)
    action.next_step = "b" * WORDS_LENGTH
    working.change_action(action=action, seen=0, by="The owner")
    change = ActionChange.objects.get()
    assert (change.before, change.after) == ("a" * (WORDS_LENGTH - 1) + "…", "b" * WORDS_LENGTH)


@pytest.mark.db
def test_moves_to_and_fro_do_not_pile_up(bakery: Assessment) -> None:
    newer = make_edition(bakery_catalogue(), number=2)
    for _ in range(MOST_UNDONE + 5):
        bakery.refresh_from_db()
        workflow.move_to_edition(assessment=bakery, edition=newer, by="The owner")
        bakery.refresh_from_db()
        workflow.undo_move(assessment=bakery)
    assert Move.objects.exclude(undone_at=None).count() == MOST_UNDONE + 1
    bakery.refresh_from_db()
    last = workflow.move_to_edition(assessment=bakery, edition=newer, by="The owner")
    assert Move.objects.first() == last
    assert workflow.undo_move(assessment=last.assessment) == last


@pytest.mark.db
def test_links_that_were_stopped_do_not_pile_up(bakery: Assessment, maria: Person) -> None:
    working_one, _ = make_link(bakery, role="read")
    other, _ = make_link(factories.make_assessment(), role="owner")
    for _ in range(MOST_STOPPED + 5):
        link, _ = make_link(bakery, role="edit")
        AccessLink.objects.filter(pk=link.pk).update(revoked_at=timezone.now())
    make_link(bakery, role="edit")
    assert AccessLink.objects.exclude(revoked_at=None).count() == MOST_STOPPED
    assert AccessLink.objects.filter(pk__in=[working_one.pk, other.pk]).count() == 2
    assert maria.see("hub").status_code == 200


def test_a_browser_holds_so_many_assessments(edition, rf, monkeypatch) -> None:
    monkeypatch.setattr(access, "MOST_GRANTS", 3)
    client, links = Client(), []
    for n in range(5):
        link, secret = make_link(factories.make_assessment(name=f"Shop {n}"), role="owner")
        links.append((link, secret))
        client.get(reverse("assessment:open_link", args=[secret]))
    held = [link.assessment.public_id for link, _ in links]
    assert list(client.session["grants"]) == held[2:]
    # Opening one again makes it the last to go.
    client.get(reverse("assessment:open_link", args=[links[0][1]]))
    assert list(client.session["grants"]) == [held[3], held[4], held[0]]
    assert MOST_GRANTS >= 200


# -- what can be stored can be taken away and brought back -------------------------------------


def fullest(edition_number: int) -> Assessment:
    """An assessment that holds all it may, in the letters that take most room."""
    now = timezone.now()
    assessment = factories.make_assessment(
        name=WIDEST * 120, covers_name=WIDEST * 120, edition_number=edition_number
    )
    questions = list(factories.real_catalogue().questions)
    note = WIDEST * NOTE_LENGTH
    Answer.objects.bulk_create(
        Answer(assessment=assessment, question=q, note=note, saved_at=now, saved_by="x" * 80)
        for q in questions
    )
    lengths = {"title": 200, "next_step": 500, "owner": 100, "cost": 100, "notes": 2000}
    texts = {name: WIDEST * most for name, most in lengths.items()}
    actions = Action.objects.bulk_create(
        Action(
            assessment=assessment,
            **texts,
            status="dropped",
            drop_reason=WIDEST * 200,
            due_on=now.date(),
            estimate=100_000_000,
            budget=100_000_000,
            removed_at=now - timedelta(days=1) if n >= MOST_ACTIONS else None,
        )
        for n in range(MOST_ACTIONS + MOST_REMOVED)
    )
    words = WIDEST * WORDS_LENGTH
    ActionChange.objects.bulk_create(
        ActionChange(
            action=actions[n % len(actions)], field="x" * 20, before=words, after=words, by="x" * 80
        )
        for n in range(MOST_HISTORY)
    )
    return assessment


@pytest.mark.db
def test_the_fullest_assessment_can_be_taken_away_and_brought_back(real_edition) -> None:
    assessment = fullest(real_edition.number)
    document = taken_of(assessment)
    file = takeout.to_json(document).encode()
    assert takeout_file.LARGEST * 0.8 < len(file) < takeout_file.LARGEST
    assert sum(1 for _ in takeout_file.PART.finditer(file)) < takeout_file.MOST_PARTS / 2
    sent = {"file": SimpleUploadedFile("mine.json", file, "application/json")}
    response = Client().post(reverse("assessment:import_json"), sent)
    assert response.status_code == 302
    again = taken_of(Assessment.objects.get(pk=Assessment.objects.latest("pk").pk))
    assert again == document


def test_a_history_that_is_too_long_is_refused(bakery: Assessment, monkeypatch) -> None:
    monkeypatch.setattr("assessment.restoring.MOST_HISTORY", 1)
    action = factories.make_action(bakery)
    ActionChange.objects.create(action=action, field="added", by="The owner")
    ActionChange.objects.create(action=action, field="owner", by="The owner")
    file = takeout.to_json(taken_of(bakery)).encode()
    response = Client().post(
        reverse("assessment:import_json"), {"file": SimpleUploadedFile("mine.json", file)}
    )
    assert response.status_code == 422
    assert "The history of a plan can have up to 1 changes." in response.content.decode()


@pytest.mark.parametrize(
    "values", [b"0,", b"[],", b"{},", b'"",', b'{"a":0},', b"0 ,", b'"\\\\",', b'"a",'], ids=repr
)
def test_values_without_end_are_not_even_read(values: bytes) -> None:
    """8 MB of “[],” took 213 MB to read, before they were refused."""
    import tracemalloc

    data = b"[" + values * ((takeout_file.LARGEST - 3) // len(values)) + b"0]"
    tracemalloc.start()
    with pytest.raises(takeout_file.Refused, match="It holds far too many values"):
        takeout_file.read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


def test_as_many_values_as_are_read_take_little_memory(bakery: Assessment) -> None:
    import tracemalloc

    document = taken_of(bakery) | {"answers": [{"a": {}}] * (takeout_file.MOST_PARTS // 5)}
    data = json.dumps(document).encode()
    tracemalloc.start()
    with pytest.raises(takeout_file.Refused, match="There are too many entries: at most 500"):
        takeout_file.read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30 * 2**20


def test_what_editors_type_has_an_end() -> None:
    """Texts of the desk without a length stand in pages as a whole; each is named here."""
    found = {
        f"{name}.{field.name}"
        for name in toolkit_models.__all__
        for field in getattr(toolkit_models, name)._meta.fields
        if isinstance(field, models.CharField) and field.max_length is None
    }
    assert found == set()
