"""Typing worksheets back: which sheets are taken, and what a digit does to what is stored."""

from __future__ import annotations

from typing import Any

import pytest

from assessment import type_back, workflow
from assessment.models import Answer, Assessment
from assessment.models.answer import Given
from assessment.sheet_code import SheetCode
from tests import factories
from tests.factories import JOB_SECURITY
from tests.pages import Response, heading, html, sends, title, words
from tests.people import Person, person

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PAY = "pay"


def typed(who: Person, *, component: str = PAY, **digits: str | None) -> dict[str, Any]:
    """What a browser sends of a sheet on which these digits were typed, by question."""
    page = who.see("type_back_sheet", component)
    return sends(page, **{f"{slug}-digit": digit for slug, digit in digits.items()})


def type_in(who: Person, *, component: str = PAY, **digits: str | None) -> Response:
    """Type digits into the page of a component as it is now, and save."""
    data = typed(who, component=component, **digits)
    return who.send("type_back_sheet", component, data=data)


def after(who: Person, response: Response) -> str:
    """The words of the page that a saved sheet leads to."""
    assert response.status_code == 302, words(response)
    return words(who.get(response["Location"]))


def stored(question: str) -> tuple[Any, ...]:
    """Level, does not apply, not sure, note and revision of an answer."""
    fields = ("level", "is_not_applicable", "is_not_sure", "note", "revision")
    return tuple(Answer.objects.values_list(*fields).get(question=question))


def changed_elsewhere(bakery: Assessment, question: str, seen: int = 0, **given: Any) -> None:
    workflow.save_answer(
        assessment=bakery, question=question, given=Given(**given), seen=seen, by="The owner"
    )


# -- which sheet -------------------------------------------------------------------------------


def enter(who: Person, code: str) -> Response:
    return who.get(who.address("type_back"), {"code": code})


def test_the_first_page_asks_for_a_code_or_a_component(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2)
    page = maria.see("type_back")
    assert (page.status_code, heading(page)) == (200, "Enter answers from paper")
    assert title(page) == "Enter answers from paper – Maria’s Bakery"
    assert "Pay 1 of 3 answered" in words(page)
    assert maria.address("type_back_sheet", JOB_SECURITY) in html(page)
    assert maria.address("own_worksheet", "all") + "?size=large" in html(page)


@pytest.mark.parametrize("code", ["1-01-86", "10186", " 1 01 86 "])
def test_the_code_of_a_sheet_leads_to_its_questions(code, maria) -> None:
    response = enter(maria, code)
    assert (response.status_code, response["Location"]) == (
        302,
        maria.address("type_back_sheet", PAY),
    )


@pytest.mark.parametrize("code", ["1-01-87", "1", "hello", "\x00", "9" * 5000, "<script>alert(1)"])
def test_what_is_no_code_is_refused_and_kept(code, maria) -> None:
    page = enter(maria, code)
    assert page.status_code == 422
    assert "That is not a sheet code." in words(page)
    assert f"such as {SheetCode(1, 1)}" in words(page)
    assert title(page).startswith("Not accepted: ")
    assert "<script>alert" not in html(page)
    if len(code) < 10 and code.isprintable():
        assert sends(page)["code"] == code


def test_a_code_of_no_component_is_refused(maria) -> None:
    page = enter(maria, str(SheetCode(1, 3)))
    assert page.status_code == 422
    assert "No sheet has that code." in words(page)


def test_a_sheet_of_an_older_edition_is_refused_with_what_to_do(bakery, maria) -> None:
    factories.make_edition(factories.bakery_catalogue(), number=2)
    Assessment.objects.update(edition_number=2)
    page = enter(maria, str(SheetCode(1, 1)))
    assert page.status_code == 422
    said = words(page)
    assert "This sheet is for edition 1; this assessment uses edition 2." in said
    assert "nothing was saved" in said
    assert "What to do: print the worksheets of this assessment" in said
    assert "move the assessment" not in said


def test_a_sheet_of_a_newer_edition_offers_the_move_to_the_owner(bakery, maria, sam) -> None:
    code = str(SheetCode(2, 1))
    said = words(enter(maria, code))
    assert "This sheet is for edition 2; this assessment uses edition 1." in said
    assert "Or move the assessment to edition 2 first" in said
    assert maria.address("edition") in html(enter(maria, code))
    assert "its owner can do that" in words(enter(sam, code))
    assert maria.address("edition") not in html(enter(sam, code))


def test_a_sheet_printed_before_a_correction_is_taken(bakery, maria) -> None:
    factories.make_edition(
        factories.with_question(factories.bakery_catalogue(), "wage", hint="Clearer."), revision=1
    )
    assert enter(maria, str(SheetCode(1, 1))).status_code == 302


def test_a_contributor_types_their_component_only(bakery, ana) -> None:
    page = ana.see("type_back")
    assert "Job security" in words(page)
    assert "Pay " not in words(page)
    assert enter(ana, str(SheetCode(1, 2)))["Location"] == ana.address(
        "type_back_sheet", JOB_SECURITY
    )
    refused = enter(ana, str(SheetCode(1, 1)))
    assert refused.status_code == 422
    assert "This sheet is for “Pay”, which your link does not cover." in words(refused)
    assert ana.see("type_back_sheet", PAY).status_code == 404


# -- the page of a sheet -----------------------------------------------------------------------


def test_it_shows_each_question_with_its_code_and_what_is_stored(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2, is_not_sure=True, note="Kept.")
    factories.make_answer(bakery, "ranges", is_not_sure=True)
    factories.make_answer(bakery, "tips", is_not_applicable=True)
    page = maria.see("type_back_sheet", PAY)
    said = words(page)
    assert (page.status_code, heading(page)) == (200, "Pay")
    assert f"The sheet’s code must be {SheetCode(1, 1)}" in said
    assert "WAGE Text of wage? now: 2, Partial, marked not sure" in said
    assert "RANGES Text of ranges? now: 8, not sure" in said
    assert "TIPS Text of tips? now: 9, does not apply" in said
    # Nothing is typed before somebody types, and nothing private is sent along.
    assert {k: v for k, v in sends(page).items() if k.endswith("-digit")} == {
        "wage-digit": "",
        "ranges-digit": "",
        "tips-digit": "",
    }
    assert "Kept." not in html(page)


def test_questions_that_are_not_asked_are_not_on_it(bakery, maria) -> None:
    Assessment.objects.update(has_shifts=False)
    page = words(maria.see("type_back_sheet", JOB_SECURITY))
    assert "Text of notice?" not in page
    assert "Text of rest?" in page
    # Its answer cannot be typed either.
    stray = {"edition": "1", "notice-digit": "3", "notice-revision": "0", "notice-meaning": "1"}
    maria.send("type_back_sheet", JOB_SECURITY, data=stray)
    assert not Answer.objects.exists()
    Assessment.objects.update(mode="quick")
    page = maria.see("type_back_sheet", JOB_SECURITY)
    assert "You are not asked any questions in this component in the quick check" in words(page)
    assert maria.send("type_back_sheet", JOB_SECURITY, data={"edition": "1"}).status_code == 302


# -- digits ------------------------------------------------------------------------------------


def test_every_digit_is_saved_as_what_it_stands_for(bakery, maria) -> None:
    response = type_in(maria, wage="0", ranges="8", tips="9")
    assert "Pay: 3 answers saved, none still unanswered." in after(maria, response)
    assert stored("wage") == (0, False, False, "", 1)
    assert stored("ranges") == (None, False, True, "", 1)
    assert stored("tips") == (None, True, False, "", 1)
    assert {a.saved_by for a in Answer.objects.all()} == {"The owner"}


@pytest.mark.parametrize("digit", "01234")
def test_each_level_is_itself(digit, bakery, maria) -> None:
    assert type_in(maria, wage=f" {digit} ").status_code == 302
    assert stored("wage")[0] == int(digit)


def test_an_empty_box_leaves_the_answer_as_it_is(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2, note="Kept.")
    response = type_in(maria, wage="", ranges="1")
    assert "Pay: 1 answer saved, 1 still unanswered." in after(maria, response)
    assert stored("wage") == (2, False, False, "Kept.", 1)


@pytest.mark.parametrize(
    "digit", ["5", "7", "-1", "12", "2.0", "two", "٣", "<b>", "\x00", "3" * 999]
)
def test_a_wrong_digit_is_an_error_at_its_box_and_keeps_the_rest(digit, bakery, maria) -> None:
    page = type_in(maria, wage=digit, ranges="2")
    assert page.status_code == 422
    assert "1 answer still needs your attention. 1 other is saved." in words(page)
    assert "Type 0 to 4, 8 for “not sure”, or leave it empty." in words(page)
    assert title(page).startswith("Not all saved: ")
    # Only that question is shown again, with what was typed.
    assert "Text of ranges?" not in words(page)
    assert "ranges-digit" not in sends(page)
    assert html(page).count('aria-invalid="true"') == 1
    assert stored("ranges")[0] == 2
    again = maria.send("type_back_sheet", PAY, data=sends(page, **{"wage-digit": "4"}))
    assert "Pay: 1 answer saved, 1 still unanswered." in after(maria, again)


def test_what_was_typed_wrong_stands_in_its_box(maria) -> None:
    assert sends(type_in(maria, wage="7"))["wage-digit"] == "7"


def test_does_not_apply_is_taken_only_where_it_is_offered(bakery, maria) -> None:
    page = type_in(maria, wage="9", tips="9")
    assert page.status_code == 422
    assert "“Does not apply” is not offered here." in words(page)
    assert not Answer.objects.filter(question="wage").exists()
    assert stored("tips")[1] is True


def test_nothing_typed_changes_nothing(bakery, maria) -> None:
    assert "Pay: Nothing was changed, 3 still unanswered." in after(maria, type_in(maria))
    assert not Answer.objects.exists()


# -- what is stored already --------------------------------------------------------------------


def test_the_same_answer_again_is_not_saved_again(bakery, maria) -> None:
    data = typed(maria, wage="2", tips="9")
    assert maria.send("type_back_sheet", PAY, data=data).status_code == 302
    pressed_twice = maria.send("type_back_sheet", PAY, data=data)
    assert "Pay: Nothing was changed, 1 still unanswered." in after(maria, pressed_twice)
    assert stored("wage") == (2, False, False, "", 1)


@pytest.mark.parametrize(
    ("given", "digit", "now", "sheet"),
    [
        ({"level": 2}, "3", "2, Partial", "3, In place"),
        ({"level": 2}, "8", "2, Partial", "8, not sure"),
        ({"level": 2, "is_not_sure": True}, "2", "2, Partial, marked not sure", "2, Partial"),
        ({"is_not_sure": True}, "0", "8, not sure", "0, Not yet"),
        ({"is_not_applicable": True}, "4", "9, does not apply", "4, Leading"),
        ({"level": 1}, "9", "1, Starting", "9, does not apply"),
    ],
)
def test_another_answer_is_replaced_only_when_somebody_says_so(
    given, digit, now, sheet, bakery, maria
) -> None:
    factories.make_answer(bakery, "tips", note="Kept.", **given)
    before = stored("tips")
    page = type_in(maria, tips=digit, wage="1")
    assert page.status_code == 409
    said = words(page)
    assert "Which answer should we keep?" in said
    assert f"Keep the saved answer: {now} The owner," in said
    assert f"Use the sheet: {sheet}" in said
    assert "1 answer still needs your attention. 1 other is saved." in said
    assert "Text of wage?" not in said
    assert stored("tips") == before
    # Nothing is chosen for anybody; saving without a choice asks again.
    assert "tips-take" not in sends(page)
    assert maria.send("type_back_sheet", PAY, data=sends(page)).status_code == 409
    assert stored("tips") == before

    kept = maria.send("type_back_sheet", PAY, data=sends(page, **{"tips-take": "stored"}))
    assert "Pay: Nothing was changed" in after(maria, kept)
    assert stored("tips") == before
    taken = maria.send("type_back_sheet", PAY, data=sends(page, **{"tips-take": "sheet"}))
    assert "Pay: 1 answer saved" in after(maria, taken)
    level, is_not_applicable, is_not_sure, note, revision = stored("tips")
    assert (note, revision) == ("Kept.", 2)
    assert type_back.given_of(digit) == Given(level, is_not_applicable, is_not_sure)


def test_a_note_without_an_answer_asks_nothing_and_stays(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", note="By the clock.")
    assert type_in(maria, wage="3").status_code == 302
    assert stored("wage") == (3, False, False, "By the clock.", 2)


def test_an_answer_given_elsewhere_since_the_page_was_drawn_is_asked_about(bakery, maria) -> None:
    data = typed(maria, wage="3", ranges="2")
    changed_elsewhere(bakery, "wage", level=1, note="Theirs.")
    page = maria.send("type_back_sheet", PAY, data=data)
    assert page.status_code == 409
    assert "Keep the saved answer: 1, Starting" in words(page)
    assert stored("wage") == (1, False, False, "Theirs.", 1)
    assert stored("ranges")[0] == 2


def test_a_note_written_elsewhere_meanwhile_is_kept(bakery, maria) -> None:
    data = typed(maria, wage="3")
    changed_elsewhere(bakery, "wage", note="Theirs.")
    assert maria.send("type_back_sheet", PAY, data=data).status_code == 302
    assert stored("wage") == (3, False, False, "Theirs.", 2)


def test_a_choice_holds_only_for_the_answer_that_was_seen(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2)
    page = type_in(maria, wage="3")
    changed_elsewhere(bakery, "wage", seen=1, level=4)
    again = maria.send("type_back_sheet", PAY, data=sends(page, **{"wage-take": "sheet"}))
    assert again.status_code == 409
    assert "Keep the saved answer: 4, Leading" in words(again)
    assert stored("wage")[0] == 4
    third = maria.send("type_back_sheet", PAY, data=sends(again, **{"wage-take": "sheet"}))
    assert third.status_code == 302
    assert stored("wage")[0] == 3


def test_an_answer_saved_at_the_same_moment_is_shown_not_overwritten(
    bakery, maria, monkeypatch
) -> None:
    save = workflow.save_answer

    def beaten(**values: Any) -> workflow.Saved:
        monkeypatch.setattr(workflow, "save_answer", save)
        changed_elsewhere(bakery, "wage", level=0)
        return save(**values)

    data = typed(maria, wage="4")
    monkeypatch.setattr(workflow, "save_answer", beaten)
    page = maria.send("type_back_sheet", PAY, data=data)
    assert page.status_code == 409
    assert "Keep the saved answer: 0, Not yet" in words(page)
    assert stored("wage")[0] == 0
    assert (
        maria.send("type_back_sheet", PAY, data=sends(page, **{"wage-take": "sheet"})).status_code
        == 302
    )
    assert stored("wage")[0] == 4


@pytest.mark.parametrize("take", ["", "x", "both", "\x00"])
def test_a_choice_that_is_none_asks_again(take, bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2)
    page = type_in(maria, wage="3")
    data = sends(page, **{"wage-take": take})
    assert maria.send("type_back_sheet", PAY, data=data).status_code == 409
    assert stored("wage")[0] == 2


# -- an answer to confirm ----------------------------------------------------------------------


def test_the_same_digit_confirms_an_earlier_answer(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2, is_to_confirm=True)
    assert "now: 2, Partial, to be confirmed" in words(maria.see("type_back_sheet", PAY))
    assert "Pay: 1 answer saved" in after(maria, type_in(maria, wage="2"))
    assert Answer.objects.get().is_to_confirm is False


def test_another_digit_asks_before_it_replaces_an_earlier_answer(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2, is_to_confirm=True)
    page = type_in(maria, wage="3")
    assert page.status_code == 409
    assert "Keep the saved answer: 2, Partial, to be confirmed" in words(page)
    maria.send("type_back_sheet", PAY, data=sends(page, **{"wage-take": "sheet"}))
    assert stored("wage")[0] == 3
    assert Answer.objects.get().is_to_confirm is False


def test_not_sure_leaves_an_earlier_answer_to_be_confirmed(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 2, is_to_confirm=True)
    assert type_in(maria, wage="8").status_code == 302
    assert stored("wage")[:3] == (2, False, True)
    assert Answer.objects.get().is_to_confirm is True


# -- another edition meanwhile -----------------------------------------------------------------


def test_a_page_of_another_edition_saves_nothing_and_says_so(bakery, maria) -> None:
    data = typed(maria, wage="3")
    factories.make_edition(factories.bakery_catalogue(), number=2)
    Assessment.objects.update(edition_number=2)
    page = maria.send("type_back_sheet", PAY, data=data)
    assert page.status_code == 409
    assert "This sheet is for edition 1; this assessment uses edition 2." in words(page)
    assert not Answer.objects.exists()


def test_an_edition_that_changes_while_saving_is_seen(bakery, maria, monkeypatch) -> None:
    data = typed(maria, wage="3")
    factories.make_edition(factories.bakery_catalogue(), number=2)
    save = workflow.save_answer

    def moved(**values: Any) -> workflow.Saved:
        Assessment.objects.update(edition_number=2)
        return save(**values)

    monkeypatch.setattr(workflow, "save_answer", moved)
    page = maria.send("type_back_sheet", PAY, data=data)
    assert page.status_code == 409
    assert "this assessment uses edition 2" in words(page)
    assert not Answer.objects.exists()


@pytest.mark.parametrize("number", ["", "x", "0", "9" * 30, "-1", "\x00"])
def test_a_page_of_no_edition_saves_nothing(number, bakery, maria) -> None:
    data = typed(maria, wage="3") | {"edition": number}
    page = maria.send("type_back_sheet", PAY, data=data)
    assert page.status_code == 409
    assert "this assessment uses edition 1." in words(page)
    assert not Answer.objects.exists()


def test_a_question_that_changed_its_meaning_is_not_saved(bakery, maria) -> None:
    data = typed(maria, wage="3") | {"wage-meaning": "7"}
    page = maria.send("type_back_sheet", PAY, data=data)
    assert page.status_code == 422
    assert "The question has changed since you opened this page." in words(page)
    assert not Answer.objects.exists()
    assert maria.send("type_back_sheet", PAY, data=sends(page)).status_code == 302


# -- afterwards --------------------------------------------------------------------------------


def test_saving_leads_to_the_next_sheet_and_at_last_to_the_review(maria) -> None:
    said = after(maria, type_in(maria, wage="3"))
    assert "Continue with Job security" in said
    said = after(maria, type_in(maria, component=JOB_SECURITY, rest="3"))
    assert "That was the last component: review the answers" in said


def test_a_contributor_is_led_to_nothing_they_may_not_see(bakery, ana) -> None:
    response = type_in(ana, component=JOB_SECURITY, rest="3")
    page = ana.get(response["Location"])
    assert "Job security: 1 answer saved, 1 still unanswered." in words(page)
    assert ana.address("review") not in html(page)
    assert "Continue with" not in words(page)
    assert Answer.objects.get().saved_by == "A contributor"


def test_an_address_that_was_made_up_leads_nowhere(maria) -> None:
    page = maria.get(maria.address("type_back") + "?after=//evil.example")
    assert page.status_code == 200
    assert "evil" not in html(page)


def test_the_hub_and_a_contributor_s_page_lead_here(maria, ana) -> None:
    assert maria.address("type_back") in html(maria.see("hub"))
    assert ana.address("type_back") in html(ana.see("component", JOB_SECURITY))


def test_hostile_names_are_text(bakery, maria) -> None:
    Assessment.objects.update(name="<script>alert(1)</script>")
    for page in (maria.see("type_back"), maria.see("type_back_sheet", PAY)):
        assert "<script>alert" not in html(page)


# -- how much is asked of the database ---------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 3, 48])
@pytest.mark.parametrize("name", ["type_back", "type_back_sheet"])
def test_looking_takes_three_queries_whatever_was_answered(
    name, count, real_edition, at_most
) -> None:
    assessment = factories.make_assessment()
    factories.answer_all(assessment, factories.real_catalogue(), most=count)
    maria = person("maria", assessment)
    args = [PAY] if name == "type_back_sheet" else []
    maria.see(name, *args)
    with at_most(3):
        assert maria.see(name, *args).status_code == 200


def test_saving_takes_one_statement_an_answer(bakery, maria, at_most) -> None:
    data = typed(maria, wage="1", ranges="2", tips="3")
    with at_most(3 + 3):
        assert maria.send("type_back_sheet", PAY, data=data).status_code == 302
    assert Answer.objects.count() == 3
