"""The files of the plan as downloads: who gets them, what they are called, what they hold."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import unquote

import docx
import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from assessment.models import Assessment
from tests import factories, pages
from tests.people import Person

OFFICE = "application/vnd.openxmlformats-officedocument"
FILES = {
    "word": (f"{OFFICE}.wordprocessingml.document", "Job quality plan", "docx"),
    "workbook": (f"{OFFICE}.spreadsheetml.sheet", "Job quality plan", "xlsx"),
    "actions_csv": ("text/csv; charset=utf-8", "Job quality actions", "csv"),
    "answers_csv": ("text/csv; charset=utf-8", "Job quality answers", "csv"),
    "calendar": ("text/calendar; charset=utf-8", "Job quality due dates", "ics"),
}
each_file = pytest.mark.parametrize("name", FILES)


@pytest.fixture
def planned(bakery: Assessment) -> Assessment:
    """The bakery with an answer, a note to it, and an action with a note."""
    factories.make_answer(bakery, "wage", 1, note="Payroll sheet.")
    factories.make_action(
        bakery, "Post the hours", owner="Sam Lee", due_on="2027-01-31", notes="Between us."
    )
    return bakery


def ask(person: Person, name: str, **ticked: str) -> Any:
    """The file, or why there is none. A Word file is made first, and kept."""
    if name != "word":
        return person.get(person.address(name), ticked)
    made = person.send("make_word", data=ticked)
    return person.get(made["Location"]) if made.status_code == 302 else made


def fetch(person: Person, name: str, **ticked: str) -> Any:
    response = ask(person, name, **ticked)
    assert response.status_code == 200
    return response


def words_of(name: str, content: bytes) -> str:
    """Everything the file says."""
    if name == "word":
        body = docx.Document(BytesIO(content)).element.body
        return " ".join(body.itertext())
    if name == "workbook":
        book = load_workbook(BytesIO(content))
        cells = (c for s in book.worksheets for row in s.iter_rows() for c in row)
        return " ".join(str(c.value) for c in cells if c.value is not None)
    if name == "calendar":
        events = Calendar.from_ical(content).walk("VEVENT")
        return " ".join(f"{e['SUMMARY']} {e['DESCRIPTION']}" for e in events)
    return " ".join(
        " ".join(row) for row in csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))
    )


@each_file
@pytest.mark.parametrize("who", ["maria", "sam", "rita"])
def test_a_file_is_a_private_download_of_its_kind(name, who, planned, request):
    person = request.getfixturevalue(who)
    response = fetch(person, name)
    kind, start, ending = FILES[name]
    name_part = unquote(response["Content-Disposition"].partition("filename*=UTF-8''")[2])

    assert response["Content-Type"] == kind
    assert response["Content-Disposition"].startswith("attachment; ")
    assert name_part.startswith(f"{start} Maria’s Bakery 20")
    assert name_part.endswith(f".{ending}")
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Robots-Tag"] == "noindex"


@each_file
def test_looking_changes_nothing_and_gives_the_same_again(name, planned, maria):
    before = list(Assessment.objects.values())
    first = fetch(maria, name).content

    assert fetch(maria, name).content == first
    assert list(Assessment.objects.values()) == before


@each_file
@pytest.mark.parametrize(
    "ticked",
    [
        {},
        {"include_answers": "on"},
        {"include_notes": "on"},
        {"include_answers": "on", "include_notes": "on"},
    ],
)
def test_notes_and_answers_only_as_ticked(name, ticked, planned, maria):
    said = words_of(name, fetch(maria, name, **ticked).content)
    has_answers = name == "answers_csv" or (
        name in ("word", "workbook") and "include_answers" in ticked
    )
    takes_notes = "include_notes" in ticked and name != "calendar"

    assert ("Payroll sheet." in said) == (has_answers and takes_notes)
    assert ("Between us." in said) == (takes_notes and name != "answers_csv")
    if name in ("actions_csv", "workbook", "word", "calendar"):
        assert "Post the hours" in said
        assert "Sam Lee" in said


@each_file
def test_a_reader_gets_no_notes(name, planned, rita):
    if name == "calendar":
        assert "Between us." not in words_of(name, fetch(rita, name, include_notes="on").content)
        return
    response = ask(rita, name, include_notes="on")

    assert response.status_code == 403
    assert "Between us." not in pages.words(response)
    assert "Between us." not in words_of(name, fetch(rita, name, include_answers="on").content)


@each_file
@pytest.mark.parametrize(
    "organization", ['a"; filename="b.exe', "../../etc/passwd", "a\r\nX: y", "مخبز", ""]
)
def test_the_name_of_a_file_cannot_be_turned(name, organization, planned, maria):
    Assessment.objects.update(name=organization)
    header = fetch(maria, name)["Content-Disposition"]
    plain = header.split("; ")[1].removeprefix('filename="').removesuffix('"')

    assert header.count("; ") == 2
    assert not set(plain) & set('"/\\\r\n;')
    assert plain.endswith(f".{FILES[name][2]}")


@each_file
def test_a_file_asks_as_much_for_one_action_as_for_three(name, bakery, maria, at_most):
    # A Word file is made, kept and fetched in two requests.
    most = 12 if name == "word" else 6
    factories.make_action(bakery, "One")
    with at_most(most):
        fetch(maria, name)
    for number in range(2):
        factories.make_action(bakery, f"Another {number}")
    with at_most(most):
        fetch(maria, name)


@pytest.mark.db
@each_file
def test_an_empty_plan_gives_a_file_all_the_same(name, bakery, maria):
    said = words_of(name, fetch(maria, name, include_answers="on").content)

    if name == "word":
        assert "The plan has no actions yet." in said
    assert "None" not in said.replace("None of the", "")


@pytest.mark.db
def test_a_change_raises_what_the_calendar_goes_by(planned, maria):
    action = planned.actions.get()
    (before,) = Calendar.from_ical(fetch(maria, "calendar").content).walk("VEVENT")
    action.sequence, action.due_on = 1, "2027-02-28"
    action.save()
    (after,) = Calendar.from_ical(fetch(maria, "calendar").content).walk("VEVENT")

    assert before["UID"] == after["UID"] == f"{action.key}@jobquality"
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert str(after.decoded("DTSTART")) == "2027-02-28"
    assert after.decoded("LAST-MODIFIED").date() == action.changed_at.date()
