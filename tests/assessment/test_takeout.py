"""Everything an employer gave us, as a file: what stands in it, and what never does."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import models
from django.utils import timezone
from jsonschema import Draft202012Validator

from assessment import takeout
from assessment.access import make_link
from assessment.models import (
    Action,
    ActionChange,
    Answer,
    Assessment,
    Move,
    TurnoverEstimate,
)
from assessment.models.action import MOST_DOLLARS
from assessment.models.action_change import WORDS_LENGTH
from assessment.models.turnover_estimate import MOST_PAY, MOST_PEOPLE
from tests import factories
from tests.assessment.test_moving import without
from tests.people import person
from toolkit.models import Edition

pytestmark = pytest.mark.django_db

SCHEMA = json.loads(takeout.SCHEMA)
WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
# What is left out on purpose, by table; a new field is either taken out or named here.
LEFT_OUT = {
    Assessment: {
        *("id", "public_id", "edition_number", "earlier", "is_sample"),
        *("earlier_gone_on", "brought_back_at"),
    },
    Answer: {"id", "assessment"},
    Action: {"id", "assessment", "key"},
    ActionChange: {"id", "action"},
    TurnoverEstimate: {"id", "assessment"},
    Move: {"id", "assessment"},
}
NAMES = {
    Assessment: ("assessment", takeout.ASSESSMENT),
    Answer: ("answer", takeout.ANSWER),
    Action: ("action", takeout.ACTION),
    ActionChange: ("change", takeout.CHANGE),
    TurnoverEstimate: ("turnover_estimate", takeout.TURNOVER),
    Move: ("move", takeout.MOVE),
}
MORE = {"assessment": {"has_earlier"}, "action": {"changes"}}
each_table = pytest.mark.parametrize("table", NAMES, ids=lambda table: table.__name__)


def full_assessment(**fields: Any) -> Assessment:
    """An assessment with something in every table, on the second edition."""
    values: dict[str, Any] = {
        "name": "مخبز <Maria> & Söhne",
        "covers": "site",
        "covers_name": "Elm Street",
        "headcount": 40,
        "respondent": "owner",
        "sector": "31-33",
        "has_shifts": True,
        "has_temps": False,
        "union_contract": "yes",
        "importance": {"pay": 3, "job-security": 1},
        "targets": {"pay": 4},
        "declined_edition": 3,
        "finished_at": WHEN,
        "edition_number": 2,
    }
    assessment = factories.make_assessment(**(values | fields))
    factories.make_answer(assessment, "wage", 0, note="Line one\r\nline two", revision=7)
    factories.make_answer(assessment, "tips", is_not_applicable=True, saved_by="A contributor")
    factories.make_answer(assessment, "notice", 2, is_to_confirm=True)
    factories.make_answer(assessment, "rest", is_not_sure=True)
    factories.make_answer(assessment, "ranges", 4)  # no longer asked
    done = factories.make_action(
        assessment,
        question="wage",
        level=0,
        strategy="raise-wage",
        owner="Sam",
        due_on=date(2027, 3, 31),
        effort="high",
        cost="about $400",
        estimate=400,
        budget=0,
        status="done",
        done_on=date(2026, 11, 20),
        notes="“Notes”",
        sequence=3,
        position=1,
    )
    for field, after in (("added", ""), ("status", "Done")):
        ActionChange.objects.create(action=done, field=field, after=after, by="The owner")
    factories.make_action(
        assessment, "Old step", question="wage", removed_at=WHEN, position=2, drop_reason=""
    )
    factories.make_action(
        assessment, "Too dear", status="dropped", drop_reason="No money", position=2
    )
    TurnoverEstimate.objects.create(
        assessment=assessment,
        headcount=40,
        leavers=9,
        pay=34_000,
        low_percent=16,
        high_percent=20,
        is_in_documents=True,
    )
    revisions = sum(a.revision for a in assessment.answers.all())
    for undone_at in (WHEN, None):
        Move.objects.create(
            assessment=assessment,
            from_number=1,
            to_number=2,
            marked=["notice"],
            revisions=revisions,
            by="The owner",
            undone_at=undone_at,
        )
    return assessment


@pytest.fixture
def two_editions(edition) -> Edition:
    """The second of them, which no longer asks about ranges."""
    return factories.make_edition(without(factories.bakery_catalogue(), "ranges"), number=2)


@pytest.fixture
def taken(two_editions) -> dict[str, Any]:
    """The document of the full assessment."""
    return taken_of(full_assessment())


def taken_of(assessment: Assessment) -> dict[str, Any]:
    """What the owner's access takes out."""
    maria = person("maria", assessment)
    response = maria.see("export_json")
    assert response.status_code == 200
    found: dict[str, Any] = json.loads(response.content)
    return found


# -- the document ------------------------------------------------------------------------------


@each_table
def test_every_field_is_taken_out_or_left_out_on_purpose(table: type[models.Model]) -> None:
    fields = {field.name for field in table._meta.get_fields() if field.concrete}
    assert fields == {*NAMES[table][1]} | LEFT_OUT[table]
    assert not {*NAMES[table][1]} & LEFT_OUT[table]


@each_table
def test_the_description_names_exactly_what_is_taken_out(table: type[models.Model]) -> None:
    name, fields = NAMES[table]
    described = SCHEMA["$defs"][name]
    assert {*described["properties"]} == {*fields} | MORE.get(name, set())
    assert sorted(described["required"]) == sorted(described["properties"])
    assert described["additionalProperties"] is False


@each_table
def test_the_description_keeps_to_the_models(table: type[models.Model]) -> None:
    name, fields = NAMES[table]
    described = SCHEMA["$defs"][name]["properties"]
    for key in fields:
        field: Any = table._meta.get_field(key)
        if field.choices and not field.null:
            offered = [value for value, _ in field.flatchoices]
            blank = [""] if field.blank else []
            assert [*dict.fromkeys([*blank, *offered])] == described[key]["enum"], key
        elif field.max_length and "$ref" not in described[key]:
            # Of a change only the beginning is ever written.
            most = WORDS_LENGTH if key in {"before", "after"} else field.max_length
            assert described[key]["maxLength"] == most, key
            assert described[key].get("minLength", 0) == (not field.blank), key
        if isinstance(field, models.BooleanField):
            assert described[key]["type"] == (["boolean", "null"] if field.null else "boolean")


def test_the_description_s_bounds_are_the_models_own() -> None:
    action, told = (SCHEMA["$defs"][n]["properties"] for n in ("action", "turnover_estimate"))
    assert action["budget"]["maximum"] == action["estimate"]["maximum"] == MOST_DOLLARS
    assert told["headcount"]["maximum"] == told["leavers"]["maximum"] == MOST_PEOPLE
    assert told["pay"]["maximum"] == MOST_PAY


def test_the_description_is_itself_sound() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["version"]["const"] == takeout.VERSION
    assert SCHEMA["properties"]["format"]["const"] == takeout.FORMAT
    assert f"takeout-{takeout.VERSION}.schema.json" == takeout.SCHEMA_NAME
    # Reading a file asks no network for the rest of its description.
    assert {ref[:8] for ref in re.findall(rb'"[$]ref": "([^"]+)"', takeout.SCHEMA)} == {b"#/$defs/"}


def test_it_holds_what_was_given(taken) -> None:
    Draft202012Validator(SCHEMA).validate(taken)
    assert taken["$schema"] == takeout.SCHEMA_NAME
    assert taken["edition"].items() >= {"number": 2, "revision": 0}.items()
    assert taken["assessment"]["name"] == "مخبز <Maria> & Söhne"
    assert taken["assessment"]["targets"] == {"pay": 4}
    assert taken["assessment"]["finished_at"] == "2026-11-22T09:30:00Z"
    answers = {answer["question"]: answer for answer in taken["answers"]}
    assert list(answers) == ["notice", "ranges", "rest", "tips", "wage"]
    assert answers["wage"]["note"] == "Line one\r\nline two"
    assert (answers["wage"]["level"], answers["wage"]["revision"]) == (0, 7)
    assert (answers["tips"]["level"], answers["tips"]["saved_by"]) == (None, "A contributor")
    assert [action["title"] for action in taken["actions"]] == [
        "Post the hours",
        "Old step",
        "Too dear",
    ]
    assert taken["actions"][0]["due_on"] == "2027-03-31"
    assert [change["field"] for change in taken["actions"][0]["changes"]] == ["added", "status"]
    assert taken["actions"][1]["removed_at"] == "2026-11-22T09:30:00Z"
    assert taken["turnover_estimate"]["leavers"] == 9
    assert [bool(move["undone_at"]) for move in taken["moves"]] == [True, False]


def test_an_empty_assessment_has_a_file_too(bakery) -> None:
    taken = taken_of(bakery)
    Draft202012Validator(SCHEMA).validate(taken)
    assert (taken["answers"], taken["actions"], taken["moves"]) == ([], [], [])
    assert taken["turnover_estimate"] is None
    assert taken["assessment"]["has_earlier"] is False


def test_of_an_earlier_assessment_it_says_only_that_there_is_one(edition) -> None:
    earlier = factories.make_assessment(name="Before")
    later = factories.make_assessment(name="After", earlier=earlier)
    taken = taken_of(later)
    assert taken["assessment"]["has_earlier"] is True
    assert "Before" not in json.dumps(taken)


# -- the download ------------------------------------------------------------------------------


def test_it_is_a_download_that_holds_no_key_and_no_secret(two_editions, maria) -> None:
    assessment = full_assessment()
    link, secret = make_link(assessment, role="read", label="Ana’s phone")
    owner = person("maria", assessment)
    response = owner.see("export_json")
    assert response["Content-Type"] == "application/json"
    today = timezone.localdate()
    assert response["Content-Disposition"] == f'attachment; filename="job-quality-{today}.json"'
    text = response.content.decode()
    keys = [action.key for action in assessment.actions.all()]
    hashes = [found.secret_hash for found in assessment.links.all()]
    for kept in (assessment.public_id, secret, owner.secret, link.label, *keys, *hashes):
        assert kept not in text
    assert "مخبز <Maria>" in text  # readable, not escaped


def test_the_same_rows_give_the_same_bytes(two_editions) -> None:
    owner = person("maria", full_assessment())
    assert owner.see("export_json").content == owner.see("export_json").content


def test_it_asks_as_much_for_three_actions_as_for_one(bakery, maria, at_most) -> None:
    for _ in range(3):
        action = factories.make_action(bakery)
        ActionChange.objects.create(action=action, field="added", by="The owner")
        with at_most(8):  # three of them are the session, the link and its edition
            maria.see("export_json")


def test_anybody_may_read_how_the_file_is_built(client, db) -> None:
    response = client.get(f"/{takeout.SCHEMA_NAME}")
    assert response["Content-Type"] == "application/schema+json"
    assert response.content == takeout.SCHEMA
    assert not response.cookies


def test_who_deletes_is_offered_a_copy_first(bakery, maria) -> None:
    page = maria.see("delete").content.decode()
    assert f'href="{maria.address("export_json")}"' in page
    assert f'href="/{takeout.SCHEMA_NAME}"' in page
    assert page.index(maria.address("export_json")) < page.index('name="confirm"')
