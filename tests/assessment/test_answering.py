"""Saving answers: nothing is lost, nothing overwritten without a word (decisions.md 1-5)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.http import QueryDict
from django.utils import timezone

from assessment import answering, workflow
from assessment.models import Answer, Assessment
from assessment.models.answer import Given
from tests import factories
from tests.catalogues import make_question
from tests.factories import JOB_SECURITY
from tests.pages import html, question, sends, words
from tests.people import person
from toolkit.forms import mark

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PAY = "pay"


def save(assessment: Assessment, seen: int = 0, question: str = "wage", **given: Any):
    """Save as the owner what was seen at revision ``seen``."""
    return workflow.save_answer(
        assessment=assessment, question=question, given=Given(**given), seen=seen, by="The owner"
    )


def row(assessment: Assessment, question: str = "wage") -> dict[str, Any]:
    """What is stored of an answer."""
    fields = ("level", "is_not_applicable", "is_not_sure", "note", "revision", "saved_by")
    found = Answer.objects.values(*fields).get(assessment=assessment, question=question)
    return dict(found)


# -- one answer --------------------------------------------------------------------------------


def test_the_first_save_is_revision_1(bakery) -> None:
    before = timezone.now()
    assert save(bakery, level=2, note="By the clock.").revision == 1
    assert row(bakery) == {
        "level": 2,
        "is_not_applicable": False,
        "is_not_sure": False,
        "note": "By the clock.",
        "revision": 1,
        "saved_by": "The owner",
    }
    assert before <= Answer.objects.get().saved_at <= timezone.now()


def test_each_save_raises_the_revision_of_one_row(bakery) -> None:
    revisions = [save(bakery, level=n, seen=n).revision for n in range(4)]
    assert revisions == [1, 2, 3, 4]
    assert Answer.objects.count() == 1


@pytest.mark.parametrize("given", [{"is_not_applicable": True}, {"is_not_sure": True}, {}])
def test_a_later_save_replaces_every_part(bakery, given) -> None:
    save(bakery, level=2, note="Old.", is_not_sure=True)
    save(bakery, seen=1, **given)
    expected = {"level": None, "is_not_applicable": False, "is_not_sure": False, "note": ""}
    assert row(bakery) == {**expected, **given, "revision": 2, "saved_by": "The owner"}


@pytest.mark.parametrize("seen", [0, 1, 3, 99])
def test_an_answer_that_moved_on_is_not_overwritten(bakery, seen) -> None:
    save(bakery, level=1)
    save(bakery, level=2, seen=1)
    saved = save(bakery, level=4, seen=seen)
    assert saved.conflict is not None
    assert (saved.conflict.level, saved.revision) == (2, 2)
    assert (row(bakery)["level"], row(bakery)["revision"]) == (2, 2)


def test_a_lost_reply_sent_again_counts_as_saved(bakery) -> None:
    save(bakery, level=1, note="Here.")
    again = save(bakery, level=1, note="Here.")
    assert (again.conflict, again.revision) == (None, 1)
    assert row(bakery)["revision"] == 1


@pytest.mark.parametrize(
    "given",
    [
        {"level": 2, "note": "Here."},
        {"level": 1},
        {"level": 1, "note": "Here.", "is_not_sure": True},
        {"note": "Here."},
    ],
)
def test_only_the_very_same_counts_as_sent_again(bakery, given) -> None:
    save(bakery, level=1, note="Here.")
    assert save(bakery, **given).conflict is not None


@pytest.mark.parametrize(
    "given", [{"level": 3}, {"is_not_applicable": True}, {"is_not_sure": True, "note": "Ask Ana."}]
)
@pytest.mark.parametrize("was", [None, {"level": 1}, {"is_not_applicable": True}])
@pytest.mark.parametrize("is_to_confirm", [False, True])
def test_what_was_saved_is_returned_as_it_is_stored(bakery, was, is_to_confirm, given) -> None:
    """Also where the statement keeps an answer that is to be confirmed."""
    if was is not None:
        save(bakery, **was)
        Answer.objects.update(is_to_confirm=is_to_confirm)
    saved = save(bakery, seen=0 if was is None else 1, **given)
    fields = [field.attname for field in Answer._meta.concrete_fields]
    stored = Answer.objects.get()
    assert {f: getattr(saved.answer, f) for f in fields} == {f: getattr(stored, f) for f in fields}


def test_a_save_touches_no_other_answer(bakery) -> None:
    other = factories.make_assessment()
    save(other, level=3)
    save(bakery, level=3, question="tips")
    save(bakery, level=1)
    assert (row(other)["level"], row(bakery, "tips")["level"]) == (3, 3)


# -- what a form gives -------------------------------------------------------------------------


def bound(data: dict[str, str], **changes: Any):
    """The form of the question ``wage`` as sent with these values."""
    question = make_question("wage", **changes)
    sent = QueryDict(mutable=True)
    sent.update({"wage-revision": "0", "wage-meaning": "1"})
    sent.update({f"wage-{key}": value for key, value in data.items()})
    return answering.bound_form(question, sent)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"choice": "0"}, Given(level=0)),
        ({"choice": "4", "note": " Posted. "}, Given(level=4, note="Posted.")),
        ({"choice": ""}, Given()),
        ({"is_not_sure": "on"}, Given(is_not_sure=True)),
        ({"note": "Only a note."}, Given(note="Only a note.")),
        ({"note": "One\r\ntwo\rthree"}, Given(note="One\ntwo\nthree")),
    ],
)
def test_a_form_gives_what_was_chosen(data, expected) -> None:
    form = bound(data)
    assert form.is_valid()
    assert answering.given(form) == expected


def test_does_not_apply_is_given_only_where_it_is_offered() -> None:
    offered = bound({"choice": "na"}, na_when="Choose this if nobody is paid.")
    assert offered.is_valid()
    assert answering.given(offered) == Given(is_not_applicable=True)
    assert not bound({"choice": "na"}).is_valid()


@pytest.mark.parametrize("choice", ["5", "7", "-1", "1.0", "³", "NA", "\x00", "0 "])
def test_no_other_choice_is_taken(choice) -> None:
    form = bound({"choice": choice}, na_when="Choose this if nobody is paid.")
    assert not form.is_valid()
    assert answering.first_error(form) == "Please choose one of the lines below."


def test_a_line_break_counts_once_against_the_limit() -> None:
    note = "\r\n".join(["x" * 99] * 20)  # 1,980 letters and 19 breaks
    assert bound({"note": note}).is_valid()
    assert not bound({"note": "x" * 2001}).is_valid()


def test_the_mark_tells_every_part_apart() -> None:
    parts = [("", False, ""), ("1", False, ""), ("", True, ""), ("", False, "1"), ("1", True, "")]
    assert len({mark(*p) for p in parts}) == len(parts)


# -- a whole page without JavaScript -----------------------------------------------------------


def test_a_page_sent_untouched_saves_nothing(bakery, maria) -> None:
    save(bakery, level=2, note="One\ntwo")
    page = maria.see("component", PAY)
    data = sends(page)
    data["wage-note"] = data["wage-note"].replace("\n", "\r\n")
    response = maria.send("component", PAY, data=data)
    assert response.status_code == 302
    assert (Answer.objects.count(), row(bakery)["revision"]) == (1, 1)


def test_a_page_saves_each_question_that_was_changed(bakery, maria) -> None:
    page = maria.see("component", PAY)
    changes = {"wage-choice": "3", "ranges-note": "In the ad.", "tips-choice": "na"}
    response = maria.send("component", PAY, data=sends(page, **changes))
    assert response["Location"] == maria.address("component", JOB_SECURITY)
    stored = {a.question: (a.choice, a.note) for a in Answer.objects.all()}
    assert stored == {"wage": ("3", ""), "ranges": ("", "In the ad."), "tips": ("na", "")}


def test_a_page_saves_what_stands_elsewhere_unchanged_and_shows_only_the_conflict(
    bakery, maria, sam
) -> None:
    page = maria.see("component", PAY)
    sam.send("component", PAY, data=sends(page, **{"wage-choice": "1", "wage-note": "Sam’s."}))
    saved_at = datetime(2026, 3, 4, 15, 6, tzinfo=UTC)
    Answer.objects.update(saved_at=saved_at)

    mine = {"wage-choice": "4", "wage-note": "Maria’s.", "ranges-choice": "2"}
    response = maria.send("component", PAY, data=sends(page, **mine))

    assert response.status_code == 409
    assert (row(bakery)["level"], row(bakery)["note"]) == (1, "Sam’s.")
    assert (row(bakery, "ranges")["level"], row(bakery, "ranges")["saved_by"]) == (2, "The owner")
    wage = question(response, "wage")
    assert "This answer was changed elsewhere." in wage
    assert (
        "Someone with an edit link saved this on March 4, 2026, 3:06 p.m. UTC: “wage stands at 1.” "
        "Their note: “Sam’s.”" in wage
    )
    assert html(response).count("This answer was changed elsewhere.") == 1
    again = sends(response)
    assert (again["wage-choice"], again["wage-note"]) == ("4", "Maria’s.")
    assert "Not everything is saved yet." in words(response)


def test_after_a_conflict_sending_again_keeps_one_s_own(bakery, maria, sam) -> None:
    page = maria.see("component", PAY)
    sam.send("component", PAY, data=sends(page, **{"wage-choice": "1"}))
    shown = maria.send("component", PAY, data=sends(page, **{"wage-choice": "4"}))
    response = maria.send("component", PAY, data=sends(shown))
    assert response.status_code == 302
    assert (row(bakery)["level"], row(bakery)["revision"]) == (4, 2)


def test_after_a_conflict_choosing_theirs_saves_nothing(bakery, maria, sam) -> None:
    page = maria.see("component", PAY)
    sam.send("component", PAY, data=sends(page, **{"wage-choice": "1"}))
    shown = maria.send("component", PAY, data=sends(page, **{"wage-choice": "4"}))
    response = maria.send("component", PAY, data=sends(shown, **{"wage-choice": "1"}))
    assert response.status_code == 302
    assert (row(bakery)["level"], row(bakery)["revision"]) == (1, 1)


def test_what_was_saved_beside_a_conflict_can_be_changed_on_the_same_page(
    bakery, maria, sam
) -> None:
    page = maria.see("component", PAY)
    sam.send("component", PAY, data=sends(page, **{"wage-choice": "1"}))
    mine = {"wage-choice": "4", "ranges-choice": "2"}
    shown = maria.send("component", PAY, data=sends(page, **mine))
    response = maria.send("component", PAY, data=sends(shown, **{"ranges-choice": "3"}))
    assert response.status_code == 302
    assert (row(bakery, "ranges")["level"], row(bakery, "ranges")["revision"]) == (3, 2)


def test_two_pages_that_changed_different_questions_do_not_collide(bakery, maria, sam) -> None:
    page = maria.see("component", PAY)
    sam.send("component", PAY, data=sends(page, **{"wage-choice": "1"}))
    response = maria.send("component", PAY, data=sends(page, **{"ranges-choice": "2"}))
    assert response.status_code == 302
    assert (row(bakery)["level"], row(bakery, "ranges")["level"]) == (1, 2)


def test_a_page_sent_twice_is_saved_once(bakery, maria) -> None:
    data = sends(maria.see("component", PAY), **{"wage-choice": "3"})
    assert maria.send("component", PAY, data=data).status_code == 302
    assert maria.send("component", PAY, data=data).status_code == 302
    assert row(bakery)["revision"] == 1


def test_clearing_empties_the_level_and_keeps_the_row(bakery, maria) -> None:
    save(bakery, level=2, note="Kept.")
    page = maria.see("component", PAY)
    response = maria.send("component", PAY, data=sends(page, clear="wage", **{"tips-choice": "1"}))
    assert response["Location"] == maria.address("component", PAY) + "#wage"
    assert (row(bakery)["level"], row(bakery)["note"]) == (None, "Kept.")
    assert row(bakery)["revision"] == 2
    assert row(bakery, "tips")["level"] == 1


def test_clearing_what_changed_elsewhere_asks_first(bakery, maria, sam) -> None:
    save(bakery, level=2)
    page = maria.see("component", PAY)
    sam.send("component", PAY, data=sends(page, **{"wage-choice": "1"}))
    response = maria.send("component", PAY, data=sends(page, clear="wage"))
    assert response.status_code == 409
    assert "wage-choice" not in sends(response)
    assert maria.send("component", PAY, data=sends(response)).status_code == 302
    assert (row(bakery)["level"], row(bakery)["revision"]) == (None, 3)


@pytest.mark.parametrize("change", [{"edition": "2"}, {"wage-meaning": "2"}, {"edition": None}])
def test_a_page_whose_questions_moved_on_saves_none_of_them(bakery, maria, change) -> None:
    page = maria.see("component", PAY)
    response = maria.send("component", PAY, data=sends(page, **{"wage-choice": "3", **change}))
    assert response.status_code == 409
    assert not Answer.objects.filter(question="wage").exists()
    wage = question(response, "wage")
    assert "The question has changed since you opened this page." in wage
    assert "check it against the new wording, then save again" in wage
    again = sends(response)
    assert again["wage-choice"] == "3"
    assert maria.send("component", PAY, data=again).status_code == 302
    assert row(bakery)["level"] == 3


def test_one_question_that_moved_on_does_not_hold_up_the_others(bakery, maria) -> None:
    page = maria.see("component", PAY)
    changes = {"wage-choice": "3", "wage-meaning": "2", "ranges-choice": "1"}
    assert maria.send("component", PAY, data=sends(page, **changes)).status_code == 409
    assert [a.question for a in Answer.objects.all()] == ["ranges"]


def test_a_bad_note_keeps_what_was_typed_and_saves_the_rest(bakery, maria) -> None:
    page = maria.see("component", PAY)
    long = "x" * 2001
    changes = {"wage-note": long, "wage-choice": "3", "ranges-choice": "1"}
    response = maria.send("component", PAY, data=sends(page, **changes))
    assert response.status_code == 422
    wage = question(response, "wage")
    assert "Please keep the note under 2,000 characters. It was not saved; shorten it" in wage
    again = sends(response)
    assert (again["wage-note"], again["wage-choice"]) == (long, "3")
    assert [a.question for a in Answer.objects.all()] == ["ranges"]


def test_a_question_that_was_not_on_the_page_is_left_alone(bakery, maria) -> None:
    """A flag was changed in another tab: the page sent knows nothing of that question."""
    save(bakery, level=2, question="notice")
    page = maria.see("component", JOB_SECURITY)
    data = {k: v for k, v in sends(page, **{"rest-choice": "1"}).items() if "notice-" not in k}
    assert maria.send("component", JOB_SECURITY, data=data).status_code == 302
    assert (row(bakery, "notice")["level"], row(bakery, "rest")["level"]) == (2, 1)


# -- at the same moment ------------------------------------------------------------------------

TABS = 6


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Do ``act`` in so many threads at the same moment, each on its own connection."""
    barrier = Barrier(count)

    def started(number: int) -> Any:
        try:
            barrier.wait(timeout=20)
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(started, range(count)))


def _save_note(assessment: Assessment, seen: int, notes: list[str], number: int) -> Any:
    return save(assessment, seen=seen, level=number % 5, note=notes[number])


@pytest.mark.django_db(transaction=True)
def test_of_different_answers_at_once_exactly_one_is_saved() -> None:
    assessment = factories.make_assessment()
    for seen in range(3):
        notes = [f"{seen}-{n}" for n in range(TABS)]
        outcomes = at_once(TABS, partial(_save_note, assessment, seen, notes))
        saved = [o for o in outcomes if o.conflict is None]
        assert [o.revision for o in saved] == [seen + 1]
        assert {o.conflict.note for o in outcomes if o.conflict} == {row(assessment)["note"]}
        assert row(assessment)["revision"] == seen + 1


@pytest.mark.django_db(transaction=True)
def test_the_same_answer_at_once_is_saved_once_and_told_to_all() -> None:
    assessment = factories.make_assessment()
    outcomes = at_once(TABS, lambda _: save(assessment, level=3))
    assert [(o.conflict, o.revision) for o in outcomes] == [(None, 1)] * TABS


@pytest.mark.django_db(transaction=True)
def test_many_people_answering_at_once_lose_nothing() -> None:
    factories.publish_bakery_edition()
    assessment = factories.make_assessment()
    people = [person("sam", assessment) for _ in range(TABS)]

    def answer_by_turns(number: int) -> list[int]:
        """Each person saves their own note five times over, taking the revision they are told."""
        revision, statuses = 0, []
        question = list(factories.bakery_catalogue().questions)[number % 5]
        for turn in range(5):
            data = {
                "edition": "1",
                f"{question}-meaning": "1",
                f"{question}-revision": str(revision),
                f"{question}-note": f"{number}: {turn}",
            }
            response = people[number].send("save_answer", question, data=data)
            statuses.append(response.status_code)
            revision = response.json()["revision"]
        return statuses

    results = at_once(TABS, answer_by_turns)
    # Five had a question to themselves (the sixth shares the first's).
    assert [results[n] for n in range(1, 5)] == [[200] * 5] * 4
    shared = results[0] + results[5]
    assert set(shared) <= {200, 409}
    assert row(assessment, "wage")["revision"] == shared.count(200)
    assert [row(assessment, q)["revision"] for q in ("ranges", "tips", "notice", "rest")] == [5] * 4
