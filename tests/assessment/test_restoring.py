"""A file that was taken out makes the same assessment again, or nothing at all."""

import copy
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment import restoring, takeout, takeout_file
from assessment.access import Access
from assessment.models import AccessLink, Action, Answer, Assessment
from assessment.models.action import MOST_ACTIONS, STATUSES
from assessment.reading import plan_for
from assessment.takeout_file import Problem, Refused
from tests import factories
from tests.assessment.test_moving import without
from tests.assessment.test_takeout import full_assessment, taken_of, two_editions
from toolkit.models import Edition

pytestmark = pytest.mark.django_db
__all__ = ["two_editions"]


def restored(document: dict[str, Any]) -> Assessment:
    """What the file of ``document`` becomes, by way of its bytes."""
    link, _ = restoring.restore(document=takeout_file.read(takeout.to_json(document).encode()))
    return Assessment.objects.get(pk=link.assessment_id)


def owned(assessment: Assessment) -> Access:
    edition = Edition.objects.filter(number=assessment.edition_number).latest("revision")
    return Access(assessment, "owner", "", 0, edition.fingerprint, edition.revision)


def refusal(document: dict[str, Any]) -> list[Problem]:
    """Why a document is refused, nothing of it being stored."""
    before = (Assessment.objects.count(), Answer.objects.count(), Action.objects.count())
    with pytest.raises(Refused) as refused:
        restored(document)
    after = (Assessment.objects.count(), Answer.objects.count(), Action.objects.count())
    assert after == before
    return list(refused.value.problems)


@pytest.fixture
def taken(two_editions) -> dict[str, Any]:
    return taken_of(full_assessment())


# -- the same again ----------------------------------------------------------------------------


@pytest.mark.db
def test_it_comes_back_the_same(taken) -> None:
    before = Assessment.objects.get()
    again = restored(taken)
    assert taken_of(again) == taken
    assert again.public_id != before.public_id
    keys = [set(a.actions.values_list("key", flat=True)) for a in (before, again)]
    assert not keys[0] & keys[1]
    assert again.links.filter(role="owner").exists()


@pytest.mark.db
def test_pages_and_documents_say_the_same(taken) -> None:
    before = Assessment.objects.get()
    again = restored(taken)

    def printed(assessment: Assessment) -> str:
        document = plan_for(owned(assessment), include_answers=True, include_notes=True)
        keys = {action.key: action.title for action in assessment.actions.all()}
        text = repr(document)
        for key, title in keys.items():
            text = text.replace(key, title)
        return text

    assert printed(again) == printed(before)


@pytest.mark.db
def test_it_comes_back_after_it_was_deleted(taken) -> None:
    Assessment.objects.all().delete()
    assert taken_of(restored(taken)) == taken


def test_only_that_there_was_an_earlier_one_is_lost(edition) -> None:
    later = factories.make_assessment(earlier=factories.make_assessment())
    taken = taken_of(later)
    expected = copy.deepcopy(taken)
    expected["assessment"]["has_earlier"] = False
    assert taken_of(restored(taken)) == expected


def test_a_correction_since_changes_only_the_revision(taken) -> None:
    factories.make_edition(
        factories.with_question(
            without(factories.bakery_catalogue(), "ranges"), "wage", hint="Think of all."
        ),
        number=2,
        revision=1,
    )
    again = taken_of(restored(taken))
    assert again["edition"].pop("revision") == 1
    again["edition"].pop("fingerprint")
    assert again == {**taken, "edition": {"number": 2}}


def test_the_sample_of_the_real_content_comes_back(real_edition) -> None:
    assessment = factories.make_assessment(mode="full")
    factories.answer_all(assessment, factories.real_catalogue())
    taken = taken_of(assessment)
    assert taken_of(restored(taken)) == taken


TEXT = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60
)
MOMENTS = st.datetimes(min_value=datetime(2022, 1, 1), max_value=datetime(2026, 1, 1)).map(
    lambda moment: f"{moment.isoformat()}Z"
)
DAYS = st.dates(min_value=datetime(2000, 1, 1).date(), max_value=datetime(2190, 1, 1).date()).map(
    str
)
LEVELS = st.none() | st.integers(0, 4)
DOLLARS = st.none() | st.integers(0, 100_000_000)


@st.composite
def answers(draw: Any, slug: str) -> dict[str, Any]:
    level = draw(LEVELS)
    return {
        "question": slug,
        "level": level,
        "is_not_applicable": level is None and draw(st.booleans()),
        "is_not_sure": draw(st.booleans()),
        "is_to_confirm": draw(st.booleans()),
        "note": draw(st.just("") | TEXT),
        "revision": draw(st.integers(1, 1_000_000)),
        "saved_at": draw(MOMENTS),
        "saved_by": draw(TEXT),
    }


@st.composite
def actions(draw: Any, slug: str) -> dict[str, Any]:
    status = draw(st.sampled_from([s for s, _ in STATUSES]))
    blank = st.just("") | TEXT
    return {
        "position": draw(st.integers(0, 3)),
        "title": draw(TEXT),
        "next_step": draw(blank),
        "question": slug,
        "level": draw(LEVELS),
        "strategy": draw(st.sampled_from(["", "raise-wage", "gone"])),
        "owner": draw(blank),
        "due_on": draw(st.none() | DAYS),
        "effort": draw(st.sampled_from(["", "low", "medium", "high"])),
        "cost": draw(blank),
        "estimate": draw(DOLLARS),
        "budget": draw(DOLLARS),
        "status": status,
        "drop_reason": draw(blank) if status == "dropped" else "",
        "done_on": draw(st.none() | DAYS) if status == "done" else None,
        "notes": draw(blank),
        "added_on": draw(DAYS),
        "changed_at": draw(MOMENTS),
        "sequence": draw(st.integers(0, 1_000_000)),
        "removed_at": draw(st.none() | MOMENTS),
        "changes": draw(
            st.lists(
                st.fixed_dictionaries(
                    {
                        "field": st.sampled_from(["added", "status", "owner"]),
                        "before": blank,
                        "after": blank,
                        "by": TEXT,
                        "changed_at": MOMENTS,
                    }
                ),
                max_size=3,
            )
        ),
    }


ASKED = ["wage", "ranges", "tips", "notice", "rest"]
SLUGS = [*ASKED, "gone-since", "A_b-2"]


@pytest.mark.db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_was_answered_and_planned_comes_back(edition, data) -> None:
    base = takeout.takeout(owned(factories.make_assessment()))
    asked, chosen = (st.lists(st.sampled_from(slugs), unique=True) for slugs in (ASKED, SLUGS))
    document = base | {
        "answers": [data.draw(answers(slug)) for slug in sorted(data.draw(asked))],
        "actions": sorted(
            [
                *(data.draw(actions(slug)) for slug in data.draw(chosen)),
                *(data.draw(actions("")) for _ in range(data.draw(st.integers(0, 2)))),
            ],
            key=lambda action: action["position"],
        ),
    }
    again = takeout.takeout(owned(restored(document)))
    # Of a time only the writing may differ: ".000000" or nothing.
    assert json.loads(takeout.to_json(again)) == document


# -- or nothing --------------------------------------------------------------------------------


def test_an_edition_that_was_never_published_here(taken) -> None:
    taken["edition"].update(number=9, revision=4)
    (problem,) = refusal(taken)
    assert problem.message.startswith("It uses edition 9.4 of the questions as another site")
    assert problem.place == ""


def test_an_edition_of_that_number_with_other_questions(taken) -> None:
    taken["edition"]["fingerprint"] = "0" * 64
    (problem,) = refusal(taken)
    assert "so the answers would not mean the same here" in problem.message


def test_a_move_from_an_edition_that_is_not_here(taken) -> None:
    taken["moves"][1]["from_number"] = 7
    problems = refusal(taken)
    assert problems == [
        Problem("That edition was not published here.", "moves, number 2, from_number")
    ]


def changed(document: dict[str, Any], **values: Any) -> None:
    document.update(values)


@pytest.mark.db
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda d: d["answers"][4].update(level=0, is_not_applicable=True),
            Problem("An answer has a level or does not apply, not both.", "answers, number 5"),
        ),
        (
            lambda d: d["answers"].append(d["answers"][0]),
            Problem("There are two answers to the question “notice”.", "answers"),
        ),
        (
            lambda d: d["answers"][4].update(question="invented"),
            Problem("No edition that it answers has this question.", "answers, number 5"),
        ),
        (
            lambda d: d.update(moves=[]),
            Problem("No edition that it answers has this question.", "answers, number 2"),
        ),
        (
            lambda d: d["moves"][1].update(marked=["notice", "invented"]),
            Problem("This names a question that has no answer here.", "moves, number 2, marked"),
        ),
        (
            lambda d: d["answers"][0].update(saved_at="2026-02-30T00:00:00Z"),
            Problem("There is no such day or time.", "answers, number 1, saved_at"),
        ),
        (
            lambda d: d["assessment"].update(changed_at="2199-01-01T00:00:00Z"),
            Problem("This time is in the future.", "assessment, changed_at"),
        ),
        (
            lambda d: d["actions"][0].update(due_on="2027-02-29"),
            Problem("There is no such day or time.", "actions, number 1, due_on"),
        ),
        (
            lambda d: d["actions"][2].update(status="done"),
            Problem("Only an action that was dropped has a reason for it.", "actions, number 3"),
        ),
        (
            lambda d: d["actions"][0].update(status="under-way"),
            Problem("Only an action that is done has a completion date.", "actions, number 1"),
        ),
        (
            lambda d: d["actions"][1].update(removed_at=None),
            Problem("There are two actions for the question “wage” in the plan.", "actions"),
        ),
        (
            lambda d: d["actions"].extend([d["actions"][2]] * 99),
            Problem("A plan can have up to 100 actions.", "actions"),
        ),
        (
            lambda d: d["moves"][0].update(undone_at=None),
            Problem("There are two moves to edition 2.", "moves"),
        ),
        (
            lambda d: d["moves"][0].update(from_number=2),
            Problem("A move leads to a newer edition.", "moves, number 1"),
        ),
        (
            lambda d: d["turnover_estimate"].update(low_percent=21),
            Problem("The low percentage cannot be above the high one.", "turnover_estimate"),
        ),
    ],
)
def test_what_the_rules_refuse_is_said_with_its_place(
    taken, change: Callable[[Any], Any], problem: Problem
) -> None:
    change(taken)
    assert refusal(taken) == [problem]


def test_a_clock_that_runs_ahead_is_no_fault(taken) -> None:
    soon = (timezone.now() + timedelta(hours=20)).replace(microsecond=0)
    taken["answers"][0]["saved_at"] = soon.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert restored(taken)


@pytest.mark.db
def test_a_full_plan_comes_back_within_reason(edition) -> None:
    """As many rows as the format takes: it stays bounded."""
    assessment = factories.make_assessment()
    action = factories.make_action(assessment)
    base = taken_of(assessment)
    base["actions"] = [
        {**base["actions"][0], "removed_at": "2026-01-01T00:00:00Z"} for _ in range(200)
    ]
    with CaptureQueriesContext(connection) as captured:
        again = restored(base)
    assert again.actions.count() == 200
    assert action.key not in again.actions.values_list("key", flat=True)
    assert len(captured) < 100


def test_what_only_the_database_refuses_is_said_too(taken, monkeypatch) -> None:
    monkeypatch.setattr(restoring, "RULES", {})
    taken["moves"][0]["from_number"] = 2
    assert refusal(taken) == [Problem("Its values do not fit together.")]


def test_a_failure_halfway_stores_nothing(taken, monkeypatch) -> None:
    def failing(*args: Any, **options: Any) -> None:
        raise RuntimeError

    links = AccessLink.objects.count()
    monkeypatch.setattr(restoring, "make_link", failing)
    with pytest.raises(RuntimeError):
        restored(taken)
    assert (Assessment.objects.count(), AccessLink.objects.count()) == (1, links)


def test_the_fullest_plan_in_the_widest_letters_fits(real_edition) -> None:
    """A file that we gave out and do not take back would lose what its owner deleted."""
    wide = "\N{GRINNING FACE}"
    assessment = factories.make_assessment(name=wide * 120, covers_name=wide * 120)
    for question in factories.real_catalogue().questions:
        factories.make_answer(assessment, question, 4, note=wide * 2000)
    fields = {"next_step": 500, "owner": 100, "cost": 100, "notes": 2000}
    for _ in range(MOST_ACTIONS):
        texts = {name: wide * most for name, most in fields.items()}
        factories.make_action(assessment, wide * 200, **texts)
    document = taken_of(assessment)
    assert len(takeout.to_json(document).encode()) < takeout_file.LARGEST
    assert taken_of(restored(document)) == document
