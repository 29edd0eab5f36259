"""Due dates of the plan as a calendar file (RFC 5545), each an all-day event.

An event keeps its UID, and its SEQUENCE rises with every change of the action, so that a calendar
that takes the file again changes the events it has. No address and no private link stands in it.
The rules: decisions.md 41.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from assessment.documents.printable import on_one_line, printable
from assessment.models.action import STATUSES
from assessment.plan_document import CLOSED, ActionLine, PlanDocument

PRODUCT = "-//Job Quality Self-Assessment//Action plan//EN"
DOMAIN = "jobquality"
REMINDER = timedelta(days=-7)
# Said before the title: many calendars show an event that is over like any other.
PREFIXES = {"done": "Done: ", "dropped": "Dropped: "}


def render_calendar(document: PlanDocument) -> bytes:
    """The calendar of the plan's actions that have a due date; the same plan, the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", on_one_line(document.title))
    for horizon in document.horizons:
        for action in horizon.actions:
            if action.due_on:
                calendar.add_component(_event(action, document))
    content: bytes = calendar.to_ical()
    return content


def undated(document: PlanDocument) -> int:
    """How many actions have no due date, and so stand in no calendar."""
    return sum(not a.due_on for horizon in document.horizons for a in horizon.actions)


def _event(action: ActionLine, document: PlanDocument) -> Event:
    due = date.fromisoformat(action.due_on)
    changed = _midnight(action.changed_on or document.as_of)
    title = PREFIXES.get(action.status, "") + on_one_line(action.title)
    event = Event()
    event.add("uid", f"{action.key}@{DOMAIN}")
    event.add("sequence", action.sequence)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("dtstart", due)
    event.add("dtend", due + timedelta(days=1))
    event.add("summary", title)
    event.add("description", _description(action))
    event.add("status", "CANCELLED" if action.status == "dropped" else "CONFIRMED")
    # A due date takes up nobody's day.
    event.add("transp", "TRANSPARENT")
    if action.status not in CLOSED:
        event.add_component(_reminder(title))
    return event


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC)


def _description(action: ActionLine) -> str:
    parts = [
        ("Next step", action.next_step),
        ("Owner", action.owner or "No one assigned yet"),
        ("Status", dict(STATUSES).get(action.status, "")),
        ("Why it was dropped", action.drop_reason),
        ("Why", action.support.why),
    ]
    return "\n".join(f"{name}: {printable(text)}" for name, text in parts if text)


def _reminder(title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", REMINDER)
    alarm.add("description", f"Due in a week: {title}")
    return alarm
