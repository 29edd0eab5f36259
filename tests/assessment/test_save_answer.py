"""Each answer saving itself: what the page's script is told."""

from typing import Any

import pytest

from assessment.models import Answer, Assessment
from tests import factories
from tests.people import Person, person
from toolkit.forms import mark

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def autosave(who: Person, question: str = "wage", **changes: Any):
    """Send one answer as the page's script does; a value of None is not sent."""
    values = {"revision": "0", "meaning": "1", "choice": "", "note": ""} | changes
    data = {f"{question}-{k}": v for k, v in values.items() if k != "edition" and v is not None}
    if (edition := values.get("edition", "1")) is not None:
        data["edition"] = edition
    return who.send("save_answer", question, data=data)


def test_a_saved_answer_is_confirmed_with_its_revision_and_mark(maria) -> None:
    response = autosave(maria, choice="2", note="Posted.")
    assert response.status_code == 200
    assert response.json() == {"revision": 1, "was": mark("2", False, "Posted.")}
    answer = Answer.objects.get()
    assert (answer.question, answer.level, answer.note) == ("wage", 2, "Posted.")
    assert answer.saved_by == "The owner"


@pytest.mark.parametrize(
    ("changes", "stored"),
    [
        ({"choice": "0"}, (0, False, False)),
        ({"is_not_sure": "on"}, (None, False, True)),
        ({"choice": "4", "is_not_sure": "on"}, (4, False, True)),
        ({"choice": ""}, (None, False, False)),
    ],
)
def test_every_kind_of_answer(maria, changes, stored) -> None:
    autosave(maria, **changes)
    answer = Answer.objects.get()
    assert (answer.level, answer.is_not_applicable, answer.is_not_sure) == stored


def test_does_not_apply_only_where_it_is_offered(maria) -> None:
    assert autosave(maria, "tips", choice="na").status_code == 200
    assert Answer.objects.get().is_not_applicable
    response = autosave(maria, "wage", choice="na")
    assert response.status_code == 422
    assert response.json() == {
        "problem": "invalid",
        "message": "Please choose one of the lines below.",
    }
    assert Answer.objects.count() == 1


def test_a_lost_reply_sent_again_is_confirmed(maria) -> None:
    first = autosave(maria, choice="2")
    assert autosave(maria, choice="2").json() == first.json()
    assert Answer.objects.get().revision == 1


def test_a_conflict_shows_the_other_answer_whose_and_when(maria, sam) -> None:
    autosave(sam, "tips", choice="na", note="Nobody is.", is_not_sure="on")
    stored = Answer.objects.get()
    response = autosave(maria, "tips", choice="1")
    assert response.status_code == 409
    assert response.json() == {
        "problem": "conflict",
        "by": "Someone with an edit link",
        "saved_at": stored.saved_at.isoformat(),
        "words": "Does not apply",
        "choice": "na",
        "is_not_sure": True,
        "note": "Nobody is.",
        "revision": 1,
        "was": mark("na", True, "Nobody is."),
    }
    stored.refresh_from_db()
    assert (stored.choice, stored.revision) == ("na", 1)


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ({"choice": "2"}, "wage stands at 2."),
        ({"is_not_sure": "on"}, "Not sure"),
        ({"note": "Only a note."}, "No answer"),
    ],
)
def test_a_conflict_says_the_other_answer_in_words(maria, sam, theirs, said) -> None:
    autosave(sam, **theirs)
    assert autosave(maria, choice="4").json()["words"] == said


def test_keeping_one_s_own_after_a_conflict(maria, sam) -> None:
    autosave(sam, choice="1")
    revision = autosave(maria, choice="4").json()["revision"]
    assert autosave(maria, choice="4", revision=str(revision)).json()["revision"] == 2
    assert Answer.objects.get().level == 4


@pytest.mark.parametrize("change", [{"edition": "2"}, {"meaning": "2"}, {"edition": None}])
def test_a_question_that_moved_on_saves_nothing_and_brings_the_new_wording(maria, change) -> None:
    response = autosave(maria, choice="2", **change)
    assert response.status_code == 409
    told = response.json()
    assert (told["problem"], told["text"]) == ("moved", "Text of wage?")
    assert told["levels"] == [f"wage stands at {n}." for n in range(5)]
    assert told["message"].startswith("The question has changed since you opened this page.")
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"choice": "7"}, "Please choose one of the lines below."),
        ({"choice": "\x00"}, "Please choose one of the lines below."),
        (
            {"note": "x" * 2001},
            "Please keep the note under 2,000 characters. It was not saved; shorten it here.",
        ),
        ({"note": "a\x00b"}, "The note contains characters that are not text."),
    ],
)
def test_what_cannot_be_saved_is_said_in_plain_words(maria, changes, message) -> None:
    autosave(maria, choice="2", note="Kept.")
    response = autosave(maria, **{"revision": "1", "choice": "3", **changes})
    assert (response.status_code, response.json()["message"]) == (422, message)
    assert (Answer.objects.get().level, Answer.objects.get().note) == (2, "Kept.")


@pytest.mark.parametrize("revision", [None, "", "-1", "x", "1e9", "9" * 30])
def test_a_broken_revision_saves_nothing(maria, revision) -> None:
    response = autosave(maria, choice="2", revision=revision)
    assert (response.status_code, response.json()["problem"]) == (422, "invalid")
    assert not Answer.objects.exists()


def test_a_question_that_is_not_asked_is_not_found(bakery, maria) -> None:
    Assessment.objects.update(has_shifts=False)
    assert autosave(maria, "notice", choice="1").status_code == 404
    Assessment.objects.update(mode="quick", has_shifts=True)
    assert autosave(maria, "ranges", choice="1").status_code == 404
    assert autosave(maria, "notice", choice="1").status_code == 200


def test_a_question_of_another_edition_is_not_found(bakery, maria) -> None:
    factories.make_edition(
        factories.with_question(factories.bakery_catalogue(), "wage", slug="wage-two"), number=2
    )
    assert autosave(maria, "wage-two", choice="1").status_code == 404
    assert autosave(maria, "wage", choice="1").status_code == 200


def test_it_answers_to_json_whoever_saves(ana) -> None:
    assert autosave(ana, "rest", choice="1").json()["revision"] == 1
    assert Answer.objects.get().saved_by == "A contributor"


@pytest.mark.parametrize("count", [0, 1, 3, 48])
def test_it_takes_three_queries_and_four_on_a_conflict(count, real_edition, at_most) -> None:
    assessment = factories.make_assessment()
    factories.answer_all(assessment, factories.real_catalogue(), most=count)
    maria = person("maria", assessment)
    maria.see("hub")
    slug = next(iter(factories.real_catalogue().questions))
    revision = "1" if count else "0"
    with at_most(3):
        response = autosave(maria, slug, choice="3", revision=revision)
    assert response.status_code == 200
    with at_most(4):
        response = autosave(maria, slug, choice="4", revision=revision)
    assert response.status_code == 409
