"""Moving to a newer edition as its owner sees it, and what the others see of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Event
from time import sleep
from typing import Any

import pytest
from django.db import transaction

from assessment import workflow
from assessment.documents import pdf, printed_plan
from assessment.models import Answer, Assessment, IssuedDocument, Move
from assessment.models.answer import Given
from tests import factories
from tests.assessment.test_answering import TABS, at_once
from tests.assessment.test_save_answer import autosave
from tests.catalogues import make_question, make_strategy
from tests.factories import JOB_SECURITY, with_question
from tests.pages import Response, heading, html, question, sends, title, words
from tests.people import Person, person
from tests.toolkit import small
from toolkit.catalogue import Catalogue, Component
from toolkit.models import Edition, Question

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PAY = "pay"
OLD = factories.bakery_catalogue()
NEW_LEVELS = tuple(f"Pay is now at {n}." for n in range(5))


def with_questions(component: Component, *questions: Any) -> Component:
    """The component with these questions and no others."""
    return replace(component, questions=questions)


def second_edition() -> Catalogue:
    """wage means something else, ranges weighs 3, tips is gone, bonus is new, rest is for all."""
    changed = with_question(OLD, "wage", text="New text of wage?", levels=NEW_LEVELS, meaning=2)
    changed = with_question(with_question(changed, "ranges", weight=3), "rest", na_when="")
    pay, security = changed.components
    wage, ranges, _tips = pay.questions
    kept = [s for s in changed.strategies if s.slug != "raise-wage"]
    return replace(
        changed,
        components=(
            with_questions(pay, wage, ranges, make_question("bonus", component=PAY)),
            security,
        ),
        strategies=(*kept, make_strategy("pay-more", ["wage", "bonus"])),
    )


@pytest.fixture
def newer(bakery: Assessment) -> Edition:
    """Edition 2.0, and answers of the bakery to edition 1."""
    factories.make_answer(bakery, "wage", 2, note="The payroll sheet.", revision=3)
    factories.make_answer(bakery, "ranges", 3)
    factories.make_answer(bakery, "tips", 1, note="In the ad.")
    factories.make_answer(bakery, "rest", is_not_applicable=True)
    return factories.make_edition(second_edition(), number=2)


def press(who: Person, name: str = "move", *, seen: int = 1, to: int = 2) -> Response:
    """Press a button of the edition page."""
    return who.send(name, data={"from_number": seen, "to_number": to})


def edition_of(assessment: Assessment) -> int:
    assessment.refresh_from_db()
    return assessment.edition_number


def waiting(assessment: Assessment) -> list[str]:
    rows = Answer.objects.filter(assessment=assessment, is_to_confirm=True)
    return sorted(rows.values_list("question", flat=True))


# -- the offer ---------------------------------------------------------------------------------


def test_without_a_newer_edition_nothing_is_offered(bakery, maria) -> None:
    hub = maria.see("hub")
    assert "A newer edition" not in words(hub)
    assert f'<a href="{maria.address("edition")}">Edition 1.0 of the questions</a>' in html(hub)
    page = maria.see("edition")
    assert (page.status_code, heading(page)) == (200, "Edition 1.0 of the questions")
    assert "You are answering the newest edition." in words(page)
    assert "<form" not in html(page)


def test_a_correction_is_not_offered(bakery, maria) -> None:
    factories.make_edition(with_question(OLD, "wage", hint="A hint."), revision=1)
    assert "A newer edition" not in words(maria.see("hub"))
    assert heading(maria.see("edition")) == "Edition 1.1 of the questions"


def test_the_owner_is_offered_it_and_the_others_are_told(newer, maria, sam) -> None:
    offer = words(maria.see("hub"))
    assert (
        "A newer edition of the questions is out. Nothing changes unless you want it to." in offer
    )
    assert f'href="{maria.address("edition")}">See what would change</a>' in html(maria.see("hub"))
    sams = sam.see("hub")
    assert "A newer edition of the questions is out. The owner of this assessment can move" in (
        words(sams)
    )
    assert sam.address("edition") not in html(sams)


def test_the_preview_says_what_changes_and_changes_nothing(newer, bakery, maria) -> None:
    before = list(Answer.objects.order_by("pk").values())
    page = maria.see("edition")
    said = words(page)
    assert (page.status_code, heading(page)) == (200, "What edition 2.0 would change for you")
    assert title(page) == "What edition 2.0 would change – Maria’s Bakery"
    # Now pay: (3 * 2 + 2 * 3 + 1 * 1) of 24: 54; job security: nothing counts (rest does not
    # apply, notice is open). Then: ranges alone, 3 of 8 by weight.
    assert "Overall 54 of 100, Partial, provisional Not enough answers yet" in said
    assert "Pay 54 Not enough answers yet" in said
    assert "2 answers would need to be confirmed and are left out" in said
    assert "Answers to confirm (2)" in said
    assert "These questions have changed since you answered them. Your answers are kept" in said
    assert (
        "New text of wage? The meaning of the question has changed. You answered “Partial”. "
        "The question, now Text of wage? In edition 2 New text of wage? "
        "Your line, now wage stands at 2. In edition 2 Pay is now at 2." in said
    )
    assert "“Does not apply” is no longer offered here. You answered “Does not apply”." in said
    assert "New questions (1)" in said
    assert "Text of bonus?" in said
    assert "No longer asked (1)" in said
    assert "Text of tips? Your answer: Starting: tips stands at 1." in said
    assert "Text of ranges? Weight 2 now, 3 in edition 2." in said
    assert list(Answer.objects.order_by("pk").values()) == before
    assert (edition_of(bakery), Move.objects.count()) == (1, 0)


def test_the_preview_takes_few_queries(newer, maria, at_most) -> None:
    maria.see("edition")
    with at_most(4):
        maria.see("edition")


def test_the_hub_takes_two_more_queries_at_most(newer, bakery, maria, sam, at_most) -> None:
    # One of them asks until when it is kept.
    for who, most in ((maria, 6), (sam, 5)):
        who.see("hub")
        with at_most(most):
            who.see("hub")
    press(maria)
    maria.see("hub")
    with at_most(6):
        maria.see("hub")


def test_an_edition_that_changes_no_question_says_so(bakery, maria) -> None:
    changed = with_question(OLD, "wage", pulse="Other.")
    factories.make_edition(changed, number=2)
    assert "None of the questions you are asked would change." in words(maria.see("edition"))


def test_a_hostile_wording_is_text(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2)
    hostile = "<script>alert(1)</script>"
    factories.make_edition(with_question(OLD, "wage", text=hostile, meaning=2), number=2)
    assert "<script>alert" not in html(maria.see("edition"))
    press(maria)
    factories.make_edition(with_question(OLD, "wage", meaning=3), number=3)
    press(maria, seen=2, to=3)
    for name in ("hub", "review", "edition"):
        assert "<script>alert" not in html(maria.see(name))


# -- moving ------------------------------------------------------------------------------------


def test_moving_marks_what_is_not_like_for_like(newer, bakery, maria) -> None:
    response = press(maria)
    assert response["Location"] == maria.address("hub")
    assert (edition_of(bakery), waiting(bakery)) == (2, ["rest", "wage"])
    move = Move.objects.get()
    assert (move.from_number, move.to_number, move.by) == (1, 2, "The owner")
    assert (sorted(move.marked), move.undone_at) == (["rest", "wage"], None)
    wage = Answer.objects.get(question="wage")
    assert (wage.level, wage.note, wage.revision) == (2, "The payroll sheet.", 4)
    assert Answer.objects.get(question="ranges").revision == 1
    assert Answer.objects.get(question="tips").level == 1
    hub = words(maria.see("hub"))
    assert (
        "This assessment moved to edition 2. You can undo this until the next answer is saved"
        in hub
    )
    assert "2 answers to confirm. They do not count until" in hub
    assert "1 of 5 answered." in hub
    assert "Edition 2.0 of the questions" in hub
    assert "A newer edition" not in hub


def test_pressing_twice_moves_once(newer, bakery, maria) -> None:
    assert press(maria).status_code == press(maria).status_code == 302
    assert Move.objects.count() == 1
    assert Answer.objects.get(question="wage").revision == 4


def test_a_still_newer_edition_is_shown_before_anything_moves(newer, bakery, maria) -> None:
    maria.see("edition")
    factories.make_edition(with_question(second_edition(), "bonus", weight=1), number=3)
    for name in ("move", "decline"):
        response = press(maria, name)
        assert (response.status_code, heading(response)) == (
            409,
            "What edition 3.0 would change for you",
        )
        assert "Nothing was changed yet." in words(response)
    assert (edition_of(bakery), Move.objects.count(), bakery.declined_edition) == (1, 0, None)
    data = sends(response, maria.address("move"))
    assert data == {"from_number": "1", "to_number": "3"}
    assert maria.send("move", data=data).status_code == 302
    assert edition_of(bakery) == 3


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"from_number": "x", "to_number": "2"},
        {"from_number": "1", "to_number": "9" * 40},
        {"from_number": "2", "to_number": "2"},
    ],
)
def test_a_broken_form_moves_nothing(data, newer, bakery, maria) -> None:
    for name in ("move", "decline"):
        assert maria.send(name, data=data).status_code == 409
    assert (edition_of(bakery), bakery.declined_edition) == (1, None)


def test_several_editions_at_once_go_straight_to_the_live_one(newer, bakery, maria) -> None:
    factories.make_edition(with_question(second_edition(), "ranges", meaning=2), number=3)
    assert press(maria, to=3).status_code == 302
    assert (edition_of(bakery), waiting(bakery)) == (3, ["ranges", "rest", "wage"])


def test_the_older_edition_is_not_offered(newer, bakery, maria) -> None:
    press(maria)
    Move.objects.all().delete()
    assert maria.send("move", data={"from_number": 2, "to_number": 1}).status_code == 302
    assert edition_of(bakery) == 2


# -- staying -----------------------------------------------------------------------------------


def test_declining_ends_the_notice_and_leaves_the_way_open(newer, bakery, maria, sam) -> None:
    response = press(maria, "decline")
    assert response["Location"] == maria.address("hub")
    hub = words(maria.see("hub"))
    assert "You stay on edition 1.0. Nothing was changed." in hub
    hub = words(maria.see("hub"))
    assert "A newer edition" not in hub
    assert "A newer edition" not in words(sam.see("hub"))
    assert "Edition 1.0 of the questions ; edition 2.0 is available." in hub
    page = maria.see("edition")
    assert "You chose to stay on edition 1.0. You can still move." in words(page)
    assert maria.address("decline") not in html(page)
    assert press(maria).status_code == 302
    assert edition_of(bakery) == 2


def test_the_next_edition_is_offered_again(newer, bakery, maria) -> None:
    press(maria, "decline")
    factories.make_edition(OLD, number=3)
    assert "A newer edition of the questions is out." in words(maria.see("hub"))
    bakery.refresh_from_db()
    press(maria, "decline", to=3)
    assert workflow.decline_edition(assessment=bakery, number=2).declined_edition == 3


def test_a_contributor_whose_component_is_gone_is_told(newer, bakery, maria, ana) -> None:
    pay, _ = second_edition().components
    factories.make_edition(replace(second_edition(), components=(pay,)), number=3)
    page = maria.see("edition")
    assert "No longer a component: Job security" in words(page)
    press(maria, to=3)
    response = ana.see("hub")
    assert (response.status_code, heading(response)) == (
        404,
        "Your section is no longer part of this assessment",
    )
    assert "Pay" not in words(response)
    maria.send("undo_move")
    assert ana.see("hub").status_code == 302


def test_declining_without_a_newer_edition_does_nothing(bakery, maria) -> None:
    assert press(maria, "decline")["Location"] == maria.address("hub")
    bakery.refresh_from_db()
    assert bakery.declined_edition is None


# -- taking it back ----------------------------------------------------------------------------


def contents() -> list[dict[str, Any]]:
    """Every answer but for its revision, which only rises."""
    rows = Answer.objects.order_by("pk").values()
    return [{k: v for k, v in row.items() if k != "revision"} for row in rows]


def test_undoing_restores_everything(newer, bakery, maria) -> None:
    Answer.objects.filter(question="ranges").update(is_to_confirm=True)  # waited before
    before = contents()
    press(maria)
    response = maria.send("undo_move")
    assert response["Location"] == maria.address("hub")
    assert contents() == before
    assert (edition_of(bakery), waiting(bakery)) == (1, ["ranges"])
    assert Answer.objects.get(question="wage").revision == 5
    hub = words(maria.see("hub"))
    assert "You are back on edition 1. Your answers are as they were." in hub
    assert "Undo the move" not in hub
    assert "A newer edition of the questions is out." in hub


def test_after_undoing_it_can_be_moved_again(newer, bakery, maria) -> None:
    press(maria)
    maria.send("undo_move")
    press(maria)
    assert (edition_of(bakery), waiting(bakery), Move.objects.count()) == (2, ["rest", "wage"], 2)
    assert "Undo the move" in words(maria.see("hub"))


def test_undoing_twice_says_that_there_is_nothing_to_undo(newer, bakery, maria) -> None:
    press(maria)
    maria.send("undo_move")
    maria.send("undo_move")
    assert "There is no move to undo; it may already have been undone." in words(maria.see("hub"))
    assert edition_of(bakery) == 1


@pytest.mark.parametrize(
    ("slug", "given"),
    [("notice", {"level": 1}), ("wage", {"level": 2}), ("wage", {"note": "A note."})],
)
def test_the_next_answer_ends_the_undoing(slug, given, newer, bakery, maria) -> None:
    press(maria)
    bakery.refresh_from_db()
    seen = getattr(Answer.objects.filter(question=slug).first(), "revision", 0)
    workflow.save_answer(
        assessment=bakery, question=slug, given=Given(**given), seen=seen, by="The owner"
    )
    before = contents()
    assert "Undo the move" not in words(maria.see("hub"))
    maria.send("undo_move")
    said = words(maria.see("hub"))
    assert "An answer was saved after the move to edition 2, so the move can no longer be" in said
    assert (edition_of(bakery), contents()) == (2, before)
    assert Move.objects.get().undone_at is None


# -- confirming --------------------------------------------------------------------------------


@pytest.fixture
def moved(newer: Edition, bakery: Assessment, maria: Person) -> Assessment:
    """The bakery after its move, with wage and rest to confirm."""
    press(maria)
    assert edition_of(bakery) == 2
    return bakery


def test_the_question_shows_the_old_answer_and_no_choice(moved, maria) -> None:
    page = maria.see("component", PAY)
    wage = question(page, "wage")
    assert (
        "Is this still true? You answered “Partial” before, when the wording was different. It "
        "does not count until you confirm it or choose another line. The question then Text of "
        "wage? Your line then wage stands at 2. Still true: confirm “Partial”" in wage
    )
    assert "Pay is now at 2. Your earlier answer" in wage
    data = sends(page)
    assert "wage-choice" not in data
    assert (data["wage-note"], data["ranges-choice"]) == ("The payroll sheet.", "3")
    assert "Is this still true?" not in question(page, "ranges")
    assert "1 of 5 answered" in words(page)
    assert "Pay 1/3" in words(page)


def test_what_is_no_longer_offered_has_to_be_chosen_anew(moved, maria) -> None:
    page = maria.see("component", JOB_SECURITY)
    rest = question(page, "rest")
    assert (
        "Please answer this again. You answered “Does not apply” before. That is no longer" in rest
    )
    assert "Still true" not in rest
    response = maria.send("component", JOB_SECURITY, data=sends(page, confirm="rest"))
    assert response.status_code == 302
    assert waiting(moved) == ["rest", "wage"]


def test_the_page_takes_one_more_query_for_what_was_answered(moved, maria, at_most) -> None:
    maria.see("component", PAY)
    with at_most(4):
        maria.see("component", PAY)


def test_the_button_confirms_without_a_script(moved, maria) -> None:
    page = maria.see("component", PAY)
    response = maria.send("component", PAY, data=sends(page, confirm="wage"))
    assert response["Location"] == maria.address("component", PAY) + "#wage"
    wage = Answer.objects.get(question="wage")
    assert (wage.level, wage.is_to_confirm, wage.note) == (2, False, "The payroll sheet.")
    assert waiting(moved) == ["rest"]
    page = maria.see("component", PAY)
    assert "Is this still true?" not in question(page, "wage")
    assert sends(page)["wage-choice"] == "2"


@pytest.mark.parametrize("choice", ["2", "4"])
def test_choosing_a_line_confirms(choice, moved, maria) -> None:
    page = maria.see("component", PAY)
    maria.send("component", PAY, data=sends(page, **{"wage-choice": choice}))
    wage = Answer.objects.get(question="wage")
    assert (str(wage.level), wage.is_to_confirm) == (choice, False)


def test_a_page_sent_untouched_confirms_nothing(moved, maria) -> None:
    before = contents()
    data = sends(maria.see("component", PAY))
    assert maria.send("component", PAY, data=data).status_code == 302
    assert contents() == before


def test_a_note_alone_confirms_nothing(moved, maria) -> None:
    page = maria.see("component", PAY)
    changes = {"wage-note": "Another.", "wage-is_not_sure": "on", "ranges-note": "x" * 2001}
    shown = maria.send("component", PAY, data=sends(page, **changes))
    assert shown.status_code == 422
    wage = Answer.objects.get(question="wage")
    assert (wage.level, wage.note, wage.is_not_sure) == (2, "Another.", True)
    assert waiting(moved) == ["rest", "wage"]
    # The page that is shown again, as one question on it is invalid, still asks.
    assert "Is this still true?" in question(shown, "wage")


def test_the_script_confirms_by_sending_the_line(moved, maria) -> None:
    changes = {"edition": "2", "meaning": "2", "revision": "4"}
    response = autosave(maria, "wage", note="More.", **changes)
    assert response.json()["revision"] == 5
    assert waiting(moved) == ["rest", "wage"]
    changes["revision"] = "5"
    assert autosave(maria, "wage", choice="2", note="More.", **changes).status_code == 200
    assert waiting(moved) == ["rest"]


def test_a_line_sent_at_an_old_revision_is_no_confirmation(moved, maria) -> None:
    """Equal to what is stored, but what is stored does not count."""
    changes = {"edition": "2", "meaning": "2", "revision": "3", "note": "The payroll sheet."}
    response = autosave(maria, "wage", choice="2", **changes)
    assert (response.status_code, response.json()["words"]) == (
        409,
        "An earlier answer, still to be confirmed",
    )
    assert response.json()["choice"] == ""
    assert waiting(moved) == ["rest", "wage"]


def test_review_hub_results_and_plan_say_what_waits(moved, maria, rita) -> None:
    review = words(maria.see("review"))
    assert "To confirm (2) You answered these before." in review
    assert review.index("New text of wage?") < review.index("Not answered yet (2)")
    assert "No longer asked (1)" in review
    assert "Text of tips? Your answer: Starting: tips stands at 1. Your note: In the ad." in review
    for who in (maria, rita):
        said = words(who.see("results"))
        assert "2 answers to confirm. They do not count until" in said
        assert "2 answers wait to be confirmed" not in said  # said once is enough
    assert maria.address("review") in html(maria.see("results"))
    assert rita.address("review") not in html(rita.see("results"))
    assert "New text of wage? (Must be confirmed before it counts)" in words(maria.see("plan"))
    assert maria.see("arithmetic").status_code == 200


def test_with_nothing_but_answers_to_confirm_the_results_say_so(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2)
    factories.make_edition(second_edition(), number=2)
    press(maria)
    said = words(maria.see("results"))
    assert "1 answer to confirm. It does not count until it is confirmed or changed." in said
    assert "No answers count yet" in said


def test_an_answer_to_confirm_that_no_move_marked_needs_no_earlier_wording(bakery, maria) -> None:
    """As a reassessment will have it."""
    factories.make_answer(bakery, "wage", 2, is_to_confirm=True)
    wage = question(maria.see("component", PAY), "wage")
    assert "You answered “Partial” before. It does not count until" in wage


def test_an_answer_waits_under_the_wording_it_was_given_to(moved, maria) -> None:
    """Over two moves, and past an edition that does not ask it."""
    third = with_question(second_edition(), "wage", text="Third text?", meaning=3)
    tips = with_question(OLD, "tips", text="Tips again?").components[0].questions[2]
    pay, security = third.components
    components = (with_questions(pay, *pay.questions, tips), security)
    factories.make_edition(replace(third, components=components), number=3)
    press(maria, seen=2, to=3)
    page = maria.see("component", PAY)
    assert "The question then Text of wage?" in question(page, "wage")
    assert "The question then Text of tips?" in question(page, "tips")
    assert waiting(moved) == ["rest", "tips", "wage"]
    assert sorted(Move.objects.latest("pk").marked) == ["tips"]


# -- pages and tabs that were open -------------------------------------------------------------


def test_an_autosave_under_way_while_the_owner_moves_saves_nothing(
    newer, bakery, maria, monkeypatch
) -> None:
    """The edition moves on between the look at the page's numbers and the one statement."""

    def moving_first(**kwargs: Any) -> Any:
        monkeypatch.undo()
        press(maria)
        return workflow.save_answer(**kwargs)

    monkeypatch.setattr("assessment.views.component.workflow.save_answer", moving_first)
    response = autosave(person("sam", bakery), "notice", choice="1")
    assert (response.status_code, response.json()["problem"]) == (409, "moved")
    assert not Answer.objects.filter(question="notice").exists()


def test_a_page_under_way_while_the_owner_moves_is_shown_again(
    newer, bakery, maria, sam, monkeypatch
) -> None:
    def moving_first(**kwargs: Any) -> Any:
        monkeypatch.undo()
        press(maria)
        return workflow.save_answer(**kwargs)

    data = sends(sam.see("component", PAY), **{"wage-choice": "4"})
    monkeypatch.setattr("assessment.answering.workflow.save_answer", moving_first)
    response = sam.send("component", PAY, data=data)
    assert response.status_code == 409
    assert "New text of wage?" in question(response, "wage")
    assert sends(response)["wage-choice"] == "4"
    assert Answer.objects.get(question="wage").level == 2


def test_a_page_drawn_before_the_move_saves_only_after_a_second_look(newer, bakery, maria) -> None:
    page = maria.see("component", PAY)
    press(maria)
    changes = {"wage-choice": "4", "ranges-choice": "1"}
    response = maria.send("component", PAY, data=sends(page, **changes))
    assert response.status_code == 409
    wage = question(response, "wage")
    assert "The question has changed since you opened this page." in wage
    assert "The question then Text of wage? Your line then wage stands at 2." in wage
    assert Answer.objects.get(question="ranges").level == 3
    again = sends(response)
    assert (again["wage-choice"], again["ranges-choice"]) == ("4", "1")
    assert maria.send("component", PAY, data=again).status_code == 302
    assert {a.question: a.level for a in Answer.objects.filter(level__in=(1, 4))} == {
        "wage": 4,
        "ranges": 1,
        "tips": 1,
    }


def test_a_page_drawn_before_the_move_and_left_alone_confirms_nothing(newer, bakery, maria) -> None:
    page = maria.see("component", PAY)
    press(maria)
    before = contents()
    response = maria.send("component", PAY, data=sends(page, **{"ranges-choice": "1"}))
    # Only what its reader changed is held up; wage, untouched, shows that it waits.
    assert response.status_code == 409
    assert "has changed since" not in question(response, "wage")
    assert "wage-choice" not in sends(response)
    assert contents() == before


def test_a_question_that_is_no_longer_asked_says_so_to_an_open_page(newer, maria) -> None:
    press(maria)
    response = autosave(maria, "tips", choice="3")
    assert (response.status_code, response.json()["problem"]) == (409, "retired")
    assert "This question is no longer asked" in response.json()["message"]
    assert Answer.objects.get(question="tips").level == 1
    assert autosave(maria, "tips", choice="3", edition="2").status_code == 404


def test_it_takes_three_queries_to_save_after_a_move(moved, maria, at_most) -> None:
    changes = {"edition": "2", "meaning": "2", "revision": "4"}
    with at_most(3):
        assert autosave(maria, "wage", choice="2", **changes).status_code == 200


# -- plan and documents ------------------------------------------------------------------------


class Press:
    """Stands in for printing, which takes a second."""

    def __call__(self, document: Any) -> pdf.RenderedPdf:
        content = f"%PDF {document.edition} {document.title}".encode()
        return pdf.RenderedPdf(content=content, pages=12)


def test_actions_stay_and_say_what_is_gone(newer, bakery, maria) -> None:
    common = {"question": "tips", "strategy": "raise-wage", "level": 1}
    action = factories.make_action(bakery, "Raise it", next_step="Ask.", **common)
    row = list(bakery.actions.values())
    press(maria)
    page = maria.see("plan")
    said = words(page)
    assert page.status_code == 200
    assert "Raise it" in said
    assert "The question this was chosen for is no longer in this edition." in said
    assert "The strategy chosen for this is no longer in this edition." in said
    assert list(bakery.actions.values()) == row
    assert maria.see("edit_action", action.key).status_code == 200
    assert maria.see("results").status_code == 200


def test_an_issued_pdf_stays_as_it_was_and_a_new_one_is_offered(
    newer, bakery, maria, monkeypatch
) -> None:
    monkeypatch.setattr(printed_plan, "render", Press())
    address = maria.send("make_document")["Location"]
    before = maria.get(address).content
    assert b"1.0" in before
    assert "has changed since the newest of these" not in words(maria.see("documents"))
    press(maria)
    assert maria.get(address).content == before
    assert "has changed since the newest of these" in words(maria.see("documents"))
    later = maria.send("make_document")["Location"]
    assert b"2.0" in maria.get(later).content
    assert maria.get(address).content == before
    document = json.loads(IssuedDocument.objects.latest("pk").plan)
    assert (document["edition"], document["figures"]["to_confirm"]) == ("2.0", 2)


def test_a_correction_leaves_an_issued_pdf_and_reaches_the_pages(db, monkeypatch) -> None:
    monkeypatch.setattr(printed_plan, "render", Press())
    small.load_small()
    small.publish()
    assessment = factories.make_assessment()
    factories.make_answer(assessment, "wage", 1)
    maria = person("maria", assessment)
    address = maria.send("make_document")["Location"]
    before, results = maria.get(address).content, words(maria.see("results"))
    assert "What about wage?" in results

    row = Question.objects.get(slug="wage")
    row.text = "What about the wage?"
    row.save()
    assert small.publish(same_meaning=("wage",)).label == "1.1"

    assert "What about the wage?" in words(maria.see("component", "pay"))
    assert "What about the wage?" in words(maria.see("results"))
    assert words(maria.see("results")).replace("the wage", "wage") == results
    assert Answer.objects.get().is_to_confirm is False
    assert maria.get(address).content == before
    assert "has changed since the newest of these" in words(maria.see("documents"))
    assert "A newer edition" not in words(maria.see("hub"))


def test_a_publishing_is_offered_end_to_end(db) -> None:
    small.load_small()
    small.publish()
    assessment = factories.make_assessment()
    maria = person("maria", assessment)
    page = maria.see("component", "pay")
    maria.send("component", "pay", data=sends(page, **{"wage-choice": "2"}))
    Question.objects.filter(slug="wage").update(text="Something else?")
    assert small.publish().label == "2.0"
    page = maria.see("edition")
    assert "Answers to confirm (1) " in words(page)
    assert maria.send("move", data=sends(page, maria.address("move"))).status_code == 302
    assert waiting(assessment) == ["wage"]
    said = question(maria.see("component", "pay"), "wage")
    assert "You answered “Partial” before, when the wording was different." in said
    assert "The question then What about wage?" in said


def test_publishing_says_who_answers_which_edition(edition) -> None:
    say = Assessment.objects.running_in_words
    assert say() == "0 running assessments"
    factories.make_assessment()
    assert say() == "1 running assessment on edition 1"
    factories.make_assessment()
    factories.make_assessment(edition_number=2)
    assert say() == "3 running assessments (1 on edition 2, 2 on edition 1)"


# -- at the same moment ------------------------------------------------------------------------


def _no_error(act: Callable[[], Any]) -> bool:
    try:
        act()
    except (workflow.EditionMoved, workflow.CannotUndo):
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_of_many_presses_at_once_one_moves_and_one_undoes() -> None:
    factories.publish_bakery_edition()
    newer = factories.make_edition(second_edition(), number=2)
    assessment = factories.make_assessment()
    factories.make_answer(assessment, "wage", 2)
    tabs = [Assessment.objects.get(pk=assessment.pk) for _ in range(TABS)]
    move = partial(workflow.move_to_edition, edition=newer, by="The owner")
    moved = at_once(TABS, lambda n: _no_error(partial(move, assessment=tabs[n])))
    assert (moved.count(True), Move.objects.count()) == (1, 1)
    assert (edition_of(assessment), Answer.objects.get().revision) == (2, 2)
    undo = workflow.undo_move
    undone = at_once(TABS, lambda n: _no_error(partial(undo, assessment=tabs[n])))
    assert undone.count(True) == 1
    assert (edition_of(assessment), Answer.objects.get().revision) == (1, 3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ["moved", "deleted"])
def test_an_answer_waits_for_a_move_or_deletion_that_is_not_committed_yet(end) -> None:
    factories.publish_bakery_edition()
    newer = factories.make_edition(second_edition(), number=2)
    assessment = factories.make_assessment()
    factories.make_answer(assessment, "wage", 1)
    first = Assessment.objects.get(pk=assessment.pk)
    is_done = Event()

    def act(number: int) -> bool:
        if number == 0:
            with transaction.atomic():
                if end == "moved":
                    workflow.move_to_edition(assessment=first, edition=newer, by="The owner")
                else:
                    workflow.delete_assessment(assessment=first)
                is_done.set()
                sleep(0.5)
            return True
        assert is_done.wait(timeout=20)
        slug = ("wage", "notice")[number - 1]
        save = partial(
            workflow.save_answer,
            assessment=assessment,
            question=slug,
            given=Given(level=4),
            seen=int(slug == "wage"),
            by="Someone with an edit link",
        )
        return _no_error(save)

    assert at_once(3, act) == [True, False, False]
    levels = list(Answer.objects.values_list("question", "level", "is_to_confirm"))
    assert levels == ([("wage", 1, True)] if end == "moved" else [])


@pytest.mark.django_db(transaction=True)
def test_no_answer_slips_past_a_move_at_the_same_moment() -> None:
    """Saved before the move it is marked, after the move it is refused; nothing in between."""
    factories.publish_bakery_edition()
    changed = OLD
    for slug in OLD.questions:
        changed = with_question(changed, slug, meaning=2)
    newer = factories.make_edition(changed, number=2)
    slugs = list(OLD.questions)
    for _ in range(5):
        assessment = factories.make_assessment()
        owners = Assessment.objects.get(pk=assessment.pk)

        def act(number: int, assessment: Assessment = assessment, owners=owners) -> bool:
            if number == 0:
                return _no_error(
                    partial(
                        workflow.move_to_edition, assessment=owners, edition=newer, by="The owner"
                    )
                )
            save = partial(
                workflow.save_answer,
                assessment=assessment,
                question=slugs[number - 1],
                given=Given(level=1),
                seen=0,
                by="Someone with an edit link",
            )
            return _no_error(save)

        moved, *saved = at_once(1 + len(slugs), act)
        answers = Answer.objects.filter(assessment=assessment)
        assert moved
        assert answers.count() == saved.count(True)
        assert [a.is_to_confirm for a in answers] == [True] * len(answers)
