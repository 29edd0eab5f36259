"""Due dates as a calendar file, read back by its library and line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from assessment.documents.calendar import render_calendar, undated
from assessment.documents.printable import on_one_line, printable
from assessment.plan_document import PlanAction
from tests import plans
from tests.plans import AS_OF, actions_in, make_plan, plan_in

ACTION = PlanAction(
    key="k1",
    title="Post the schedule",
    next_step="Choose who posts it.",
    owner="Ana Ruiz",
    due_on=date(2026, 12, 22),
    status="not-started",
    notes="Between us.",
    added_on=AS_OF,
    sequence=3,
    changed_on=date(2026, 11, 20),
)


def events(content: bytes) -> list[Any]:
    """The events of the file."""
    return list(Calendar.from_ical(content).walk("VEVENT"))


def event_of(**changes: Any) -> Any:
    """The event of an action with these changes."""
    document = make_plan(actions=[replace(ACTION, **changes)], include_notes=True)
    (event,) = events(render_calendar(document))
    return event


def test_an_event_says_what_by_whom_and_why():
    event = event_of()

    assert event["UID"] == "k1@jobquality"
    assert event["SEQUENCE"] == 3
    assert event["SUMMARY"] == "Post the schedule"
    assert event.decoded("DTSTART") == date(2026, 12, 22)
    assert event.decoded("DTEND") == date(2026, 12, 23)
    assert event["STATUS"] == "CONFIRMED"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["DESCRIPTION"] == (
        "Next step: Choose who posts it.\nOwner: Ana Ruiz\nStatus: Not started"
    )
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    assert (event.decoded("DTSTAMP"), event.decoded("LAST-MODIFIED")) == (moment, moment)


def test_a_recommended_step_says_why():
    document = plan_in("one-action")
    (action,) = actions_in(document)
    (event,) = events(render_calendar(document))

    assert action.support.why
    assert event["DESCRIPTION"].endswith(f"\nWhy: {action.support.why}")


def test_a_week_before_comes_a_reminder():
    (alarm,) = event_of().walk("VALARM")

    assert alarm["ACTION"] == "DISPLAY"
    assert alarm.decoded("TRIGGER") == timedelta(days=-7)
    assert alarm["DESCRIPTION"] == "Due in a week: Post the schedule"


@pytest.mark.parametrize(
    ("status", "title", "said"),
    [
        ("done", "Done: Post the schedule", "CONFIRMED"),
        ("dropped", "Dropped: Post the schedule", "CANCELLED"),
    ],
)
def test_what_is_over_says_so_and_reminds_nobody(status, title, said):
    event = event_of(status=status, drop_reason="Too costly" if status == "dropped" else "")

    assert (event["SUMMARY"], event["STATUS"]) == (title, said)
    assert list(event.walk("VALARM")) == []
    assert ("Why it was dropped: Too costly" in event["DESCRIPTION"]) == (status == "dropped")


def test_a_change_keeps_the_uid_and_raises_the_sequence():
    before, after = event_of(), event_of(title="Another title", sequence=4)

    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_notes_and_addresses_stay_at_home():
    for state in plans.STATES:
        if state != "hostile":
            text = render_calendar(plan_in(state)).decode()
            assert "Note on action" not in text
            assert "Between us." not in text
            assert "http" not in text
            assert "/a/" not in text


def test_without_a_date_of_change_the_document_s_own_stands():
    event = event_of(changed_on=None)

    assert event.decoded("DTSTAMP") == datetime(AS_OF.year, AS_OF.month, AS_OF.day, tzinfo=UTC)


@pytest.mark.parametrize("state", plans.STATES)
def test_every_action_with_a_date_is_in_it_in_every_state(state):
    document = plan_in(state)
    content = render_calendar(document)
    dated = [a for a in actions_in(document) if a.due_on]
    found = events(content)

    assert [e["UID"] for e in found] == [f"{a.key}@jobquality" for a in dated]
    assert [e.decoded("DTSTART").isoformat() for e in found] == [a.due_on for a in dated]
    assert [e["SUMMARY"].rpartition(": ")[2] for e in found] == [
        on_one_line(a.title).rpartition(": ")[2] for a in dated
    ]
    for event, action in zip(found, dated, strict=True):
        assert (printable(action.owner) or "No one assigned yet") in event["DESCRIPTION"]
        assert printable(action.support.why) in event["DESCRIPTION"]
    assert undated(document) == len(actions_in(document)) - len(dated)
    assert render_calendar(document) == content


@pytest.mark.parametrize("state", plans.STATES)
def test_its_lines_are_those_of_the_standard(state):
    content = render_calendar(plan_in(state))

    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.split(b"\r\n")
    assert [line for line in lines if len(line) > 75 or b"\n" in line or b"\r" in line] == []
    assert Calendar.from_ical(content).errors == []


def test_hostile_text_stays_within_its_line():
    hostile = f"{plans.HOSTILE}\r\nEND:VEVENT\r\nATTACH:http://127.0.0.1:9/x"
    event = event_of(title=hostile, next_step=hostile, owner=hostile)

    assert "ATTACH" not in event
    assert event["SUMMARY"] == on_one_line(hostile)
    assert f"Next step: {printable(hostile)}\n" in event["DESCRIPTION"]
