"""Fills a database with a great many made-up assessments: `python -m bench.grown 200000`.

In batches, each committed by itself: stopped at any time it goes on from where it was. The same
assessments every time. PostgreSQL takes them by COPY.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.admin.models import LogEntry  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.management.color import no_style  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.db.models import Max  # noqa: E402

from assessment import access  # noqa: E402
from assessment.models import (  # noqa: E402
    AccessLink,
    Action,
    ActionChange,
    Answer,
    Assessment,
    IssuedDocument,
)
from assessment.models.access_link import hash_secret  # noqa: E402
from assessment.models.assessment import SECTORS  # noqa: E402
from assessment.plan_document import to_json  # noqa: E402
from bench import seed  # noqa: E402
from tests.plans import make_plan  # noqa: E402
from toolkit import editions  # noqa: E402
from toolkit.catalogue import SIZES  # noqa: E402

BATCH = 1000
ANSWERED = 46  # of 48 questions
NEWEST = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 3 * 365  # over which they were begun, evenly: a third is past RETENTION_DAYS
ACTIONS_EVERY = 3  # an assessment with a plan,
ACTIONS = 3  # of so many actions
EDIT_LINK_EVERY = 5  # one that was shared
DOCUMENT_EVERY = 100  # one with an issued PDF
DOCUMENT = b"%PDF-1.7" + b"\0" * 40_000
NOTE = "Written down in the handbook, and gone through with everybody in the first week."
# Who looks at the lists of the desk.
STAFF, PASSWORD = "bench", "a long enough pass phrase of the bench"


def public_id_of(pk: int) -> str:
    """The public id of a made-up assessment."""
    return f"grown-{pk:010}"


def link_of(pk: int) -> int:
    """The key of its owner's link."""
    return pk * 2


def secret_of(pk: int) -> str:
    """The secret of that link."""
    return f"grown-secret-{pk:019}"


def session_key_of(pk: int) -> str:
    """The session of the browser that opened it."""
    return f"grown{pk:027}"


def cookie_of(pk: int) -> str:
    """The cookies of that browser."""
    return f"sessionid={session_key_of(pk)}; csrftoken={seed.TOKEN}"


def grow(wanted: int) -> None:
    """Load the site and make assessments until there are so many. Prints how far it is.

    Raises ValueError where the database holds others': these would be lost among them.
    """
    if "toolkit_edition" not in connection.introspection.table_names():
        seed.load_site()
    if Assessment.objects.exclude(public_id__startswith="grown-").exists():
        raise ValueError("This database holds assessments that were not made here.")
    if not get_user_model().objects.filter(username=STAFF).exists():
        get_user_model().objects.create_superuser(STAFF, password=PASSWORD)
    done = Assessment.objects.aggregate(last=Max("pk"))["last"] or 0
    begun, first = time.monotonic(), done
    while done < wanted:
        batch = range(done + 1, min(done + BATCH, wanted) + 1)
        with transaction.atomic():
            _store(batch, wanted)
        done = batch[-1]
        if done % 10_000 == 0 or done == wanted:
            rate = (done - first) / (time.monotonic() - begun)
            print(f"{done:,} of {wanted:,} assessments, {rate:,.0f}/s", flush=True)
    _follow_up()


def _follow_up() -> None:
    """What is due after so many rows at once: PostgreSQL's autovacuum would do it in time."""
    made = [Assessment, AccessLink, Answer, Action, ActionChange, IssuedDocument, LogEntry]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), made):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


# -- storing ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Employer:
    """Whose rows are made: the key of the assessment, and when it was begun."""

    pk: int
    begun: datetime


def _store(batch: range, wanted: int) -> None:
    oldest = NEWEST - timedelta(days=DAYS)
    every = [Employer(pk, oldest + timedelta(days=DAYS) * (pk / wanted)) for pk in batch]
    planning = [e for e in every if e.pk % ACTIONS_EVERY == 0]
    _copy(Assessment, map(_assessment, every))
    _copy(AccessLink, (row for e in every for row in _links(e)))
    _copy(Answer, (row for e in every for row in _answers(e)))
    _copy(Action, (_action(e, n) for e in planning for n in range(ACTIONS)))
    _copy(ActionChange, (_change(e, n) for e in planning for n in range(ACTIONS)))
    _copy(IssuedDocument, (_document(e) for e in every if e.pk % DOCUMENT_EVERY == 0))
    _copy(Session, map(_session, every))
    _copy(LogEntry, map(_look, planning))


def _copy(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """Store rows, each the values of one by attribute; what it leaves out has its default."""
    fields = {f.attname: f for f in model._meta.concrete_fields}
    defaults = {name: field.get_default() for name, field in fields.items()}
    # psycopg takes plain values as they are, SQLite only those that Django made ready for it.
    ready = [
        (name, field)
        for name, field in fields.items()
        if connection.vendor != "postgresql" or isinstance(field, models.JSONField)
    ]
    lines = []
    for row in rows:
        values = defaults | row
        for name, field in ready:
            values[name] = field.get_db_prep_save(values[name], connection)
        lines.append([*values.values()])
    columns = ", ".join(connection.ops.quote_name(f.column) for f in fields.values())
    _send(connection.ops.quote_name(model._meta.db_table), columns, lines)


def _send(table: str, columns: str, lines: list[list[Any]]) -> None:
    if not lines:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
        else:
            places = ", ".join(["%s"] * len(lines[0]))
            statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608
            cursor.executemany(statement, lines)


# -- rows -------------------------------------------------------------------------------------


_NAMES = ["Harbor Street", "Maria’s", "Lakeside", "Northern", "Union Square", "Two Rivers", "Ávila"]
_KINDS = ["Bakery", "Foundry", "Hospital", "Logistics", "Child Care", "Grocers", "Electric"]


def _assessment(e: Employer) -> dict[str, Any]:
    chance = random.Random(e.pk)  # noqa: S311
    return {
        "id": e.pk,
        "public_id": public_id_of(e.pk),
        "edition_number": _edition(),
        "mode": "full",
        "name": f"{chance.choice(_NAMES)} {chance.choice(_KINDS)} {e.pk}",
        "size": chance.choice(SIZES),
        "sector": chance.choice(SECTORS)[0],
        "has_shifts": chance.choice([True, None]),
        "earlier_id": e.pk - 1 if e.pk % 20 == 0 else None,
        "started_at": e.begun,
        "changed_at": e.begun + timedelta(hours=1),
        "finished_at": e.begun + timedelta(hours=2) if e.pk % 2 else None,
    }


def _links(e: Employer) -> Iterator[dict[str, Any]]:
    yield {
        "id": link_of(e.pk),
        "assessment_id": e.pk,
        "role": "owner",
        "secret_hash": hash_secret(secret_of(e.pk)),
        "created_at": e.begun,
        "last_used_on": e.begun.date(),
    }
    if e.pk % EDIT_LINK_EVERY == 0:
        yield {
            "id": link_of(e.pk) + 1,
            "assessment_id": e.pk,
            "role": "edit",
            "secret_hash": hash_secret(f"edit-{secret_of(e.pk)}"),
            "created_at": e.begun,
        }


def _answers(e: Employer) -> Iterator[dict[str, Any]]:
    for number, question in enumerate(_questions()):
        yield {
            "id": e.pk * ANSWERED + number,
            "assessment_id": e.pk,
            "question": question,
            "level": (e.pk + number) % 5,
            "note": NOTE if (e.pk + number) % 5 == 0 else "",
            "saved_at": e.begun + timedelta(minutes=number),
            "saved_by": access.ROLE_WORDS["owner"],
        }


def _action(e: Employer, number: int) -> dict[str, Any]:
    return {
        "id": e.pk * ACTIONS + number,
        "assessment_id": e.pk,
        "key": f"g{e.pk * ACTIONS + number:011}",
        "position": number + 1,
        "title": "Post the hours two weeks ahead",
        "question": _questions()[number],
        "level": 1,
        "added_on": e.begun.date(),
        "changed_at": e.begun,
    }


def _change(e: Employer, number: int) -> dict[str, Any]:
    return {
        "id": e.pk * ACTIONS + number,
        "action_id": e.pk * ACTIONS + number,
        "field": "added",
        "by": access.ROLE_WORDS["owner"],
        "changed_at": e.begun,
    }


def _document(e: Employer) -> dict[str, Any]:
    return {
        "id": e.pk,
        "assessment_id": e.pk,
        "fingerprint": f"{e.pk:064}",
        "plan": _plan(),
        "content": DOCUMENT,
        "pages": 12,
        "issued_at": e.begun,
    }


def _session(e: Employer) -> dict[str, Any]:
    grants = {access.GRANTS: {public_id_of(e.pk): link_of(e.pk)}}
    return {
        "session_key": session_key_of(e.pk),
        "session_data": import_module(settings.SESSION_ENGINE).SessionStore().encode(grants),
        "expire_date": NEWEST + timedelta(days=3650),
    }


def _look(e: Employer) -> dict[str, Any]:
    return {
        "id": e.pk,
        "action_time": e.begun,
        "user_id": _staff(),
        "content_type_id": ContentType.objects.get_for_model(Assessment).pk,
        "object_id": str(e.pk),
        "object_repr": public_id_of(e.pk),
        "action_flag": 4,
        "change_message": "Looked at the answers.",
    }


@cache
def _questions() -> tuple[str, ...]:
    return tuple(editions.live_catalogue().questions)[:ANSWERED]


@cache
def _plan() -> str:
    return to_json(make_plan())


@cache
def _edition() -> int:
    edition = editions.live_edition()
    assert edition is not None
    return edition.number


@cache
def _staff() -> int:
    return int(get_user_model().objects.get(username=STAFF).pk)


if __name__ == "__main__":
    grow(int(sys.argv[1]))
