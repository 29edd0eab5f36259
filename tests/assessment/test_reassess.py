"""Starting again: everything comes along, nothing counts until confirmed, the old one stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from assessment import reassessing, workflow
from assessment.access import GRANTS
from assessment.models import AccessLink, Action, ActionChange, Answer, Assessment
from assessment.models.access_link import hash_secret
from assessment.sentences import change_text
from tests import factories
from tests.assessment.test_answering import TABS, at_once
from tests.catalogues import make_question
from tests.factories import with_question
from tests.pages import Response, heading, html, question, sends, shown_secret, words
from tests.people import Person, person
from toolkit.catalogue import Catalogue

pytestmark = [pytest.mark.db, pytest.mark.django_db]
OLD = factories.bakery_catalogue()
PAY = "pay"


def second_edition() -> Catalogue:
    """wage means something else, tips is gone, bonus is new."""
    changed = with_question(OLD, "wage", text="New text of wage?", meaning=2)
    pay, security = changed.components
    kept = [q for q in pay.questions if q.slug != "tips"]
    pay = replace(pay, questions=(*kept, make_question("bonus", component=PAY)))
    return replace(changed, components=(pay, security))


@pytest.fixture
def answered(bakery: Assessment) -> Assessment:
    """Wage 2 with a note, tips not applicable, notice not sure at 3, ranges only a note."""
    factories.make_answer(bakery, "wage", 2, note="The payroll sheet.", saved_by="A contributor")
    factories.make_answer(bakery, "tips", is_not_applicable=True)
    factories.make_answer(bakery, "notice", 3, is_not_sure=True, revision=7)
    factories.make_answer(bakery, "ranges", note="Ask Sam.")
    return bakery


def press(who: Person, **changes: Any) -> Response:
    """Send the form as the page has it."""
    page = who.see("reassess")
    return who.send("reassess", data=sends(page, None, **changes))


def later(assessment: Assessment) -> Assessment:
    """The one that was started from it."""
    return assessment.later.get()


def contents(assessment: Assessment) -> list[Any]:
    """Everything of an assessment that starting again must not touch."""
    tables: list[Any] = [Answer, Action, AccessLink]
    own = Assessment.objects.filter(pk=assessment.pk).values()
    return [list(own), *(list(t.objects.filter(assessment=assessment).values()) for t in tables)]


def rows(assessment: Assessment) -> dict[str, tuple[Any, ...]]:
    """The answers in short."""
    fields = ("level", "is_not_applicable", "is_not_sure", "is_to_confirm", "note", "saved_by")
    return {a.question: tuple(getattr(a, f) for f in fields) for a in assessment.answers.all()}


# -- the page ----------------------------------------------------------------------------------


def test_the_page_says_what_happens_and_who_sees_it(answered, maria) -> None:
    page = maria.see("reassess")
    assert heading(page) == "Start a new assessment from this one"
    said = words(page)
    assert "each one counts only once you confirm or change it" in said
    assert "This assessment stays as it is" in said
    assert "It asks the same edition of the questions, 1.0." in said
    assert "also sees figures and answers from this one" in said
    assert "open action" not in said
    assert not Assessment.objects.filter(earlier=answered).exists()


@pytest.mark.parametrize("is_waiting", [False, True])
def test_without_an_answer_that_counts_there_is_nothing_to_start_from(
    is_waiting, bakery, maria
) -> None:
    if is_waiting:
        factories.make_answer(bakery, "wage", 2, is_to_confirm=True)
    said = words(maria.see("reassess"))
    assert "so there is nothing to start from." in said
    assert maria.send("reassess", data={"edition": "1"}).status_code == 422
    assert Assessment.objects.count() == 1


@pytest.mark.parametrize("name", ["hub", "results", "plan"])
def test_the_owner_finds_it_and_others_do_not(name, answered, maria, sam) -> None:
    assert f'href="{maria.address("reassess")}"' in html(maria.see(name))
    assert f'href="{sam.address("reassess")}"' not in html(sam.see(name))


# -- what comes along --------------------------------------------------------------------------


def test_everything_comes_along_and_waits_to_be_confirmed(answered, maria) -> None:
    fields: dict[str, Any] = {
        "covers": "site",
        "covers_name": "Elm Street",
        "headcount": 40,
        "sector": "31-33",
        "has_shifts": True,
        "union_contract": "yes",
        "targets": {"pay": 4, "gone": 4},
        "importance": {"pay": 3},
    }
    Assessment.objects.filter(pk=answered.pk).update(**fields)
    before = contents(answered)
    response = press(maria)
    new = later(answered)
    assert response["Location"] == reverse("assessment:links", args=[new.public_id])
    fields["targets"] = {"pay": 4}  # of a component that the edition has
    assert {name: getattr(new, name) for name in fields} == fields
    assert (new.mode, new.edition_number, new.name) == ("full", 1, "Maria’s Bakery")
    assert (new.finished_at, new.declined_edition, new.is_sample) == (None, None, False)
    assert rows(new) == {
        "wage": (2, False, False, True, "The payroll sheet.", "A contributor"),
        "tips": (None, True, False, True, "", "The owner"),
        "notice": (3, False, True, True, "", "The owner"),
        "ranges": (None, False, False, False, "Ask Sam.", "The owner"),
    }
    assert {a.revision for a in new.answers.all()} == {1}
    assert contents(answered) == before


def test_nothing_counts_until_it_is_confirmed(answered, maria) -> None:
    maria.get(press(maria)["Location"])
    new = Person(later(answered))
    new.cookies = maria.cookies
    assert "0 of 5 answered." in words(new.see("hub"))
    assert "3 answers to confirm." in words(new.see("hub"))
    assert "No answers count yet" in words(new.see("results"))
    page = new.see("component", PAY)
    assert "You answered “Partial” before. It does not count until" in question(page, "wage")
    assert "The question then" not in question(page, "wage")

    sent = sends(page, confirm="wage")
    assert new.send("component", PAY, data=sent)["Location"].endswith("#wage")
    wage = new.assessment.answers.get(question="wage")
    assert (wage.level, wage.is_to_confirm, wage.note) == (2, False, "The payroll sheet.")
    assert "1 of 5 answered." in words(new.see("hub"))
    assert "1 of 5 confirmed so far." in words(new.see("progress"))


def test_the_new_link_is_shown_once_and_this_browser_holds_both(answered, maria) -> None:
    response = press(maria)
    page = maria.get(response["Location"])
    assert heading(page) == "Keep this private link"
    link = AccessLink.objects.get(assessment=later(answered))
    assert (link.role, link.secret_hash) == ("owner", hash_secret(shown_secret(page)))
    assert heading(maria.get(response["Location"])) == "Private links"
    assert maria.see("hub").status_code == 200
    assert set(maria.session[GRANTS]) == {answered.public_id, later(answered).public_id}


@pytest.mark.parametrize("carry", [True, False])
def test_open_actions_come_along_by_a_tick(carry, answered, maria) -> None:
    kept: dict[str, Any] = {
        "question": "wage",
        "level": 2,
        "owner": "Ana",
        "due_on": date(2027, 3, 1),
        "added_on": date(2026, 9, 1),
        "notes": "Ask.",
        "estimate": 400,
        "status": "under-way",
    }
    first = factories.make_action(answered, "Raise the wage", position=4, sequence=3, **kept)
    factories.make_action(answered, "My own", position=5)
    factories.make_action(answered, "Done", status="done", done_on=date(2026, 9, 9))
    factories.make_action(answered, "Dropped", status="dropped", drop_reason="No.")
    factories.make_action(answered, "Removed", removed_at=first.changed_at)
    before = contents(answered)
    assert "Copy my 2 open actions into the new plan." in words(maria.see("reassess"))
    press(maria, carry_actions="on" if carry else None)
    copies = list(later(answered).actions.all())
    assert [(a.title, a.position) for a in copies] == (
        [("Raise the wage", 1), ("My own", 2)] if carry else []
    )
    if carry:
        assert {name: getattr(copies[0], name) for name in kept} == kept
        assert (copies[0].sequence, copies[0].key == first.key) == (0, False)
        change = ActionChange.objects.get(action=copies[0])
        assert (change.field, change.by) == ("carried over", "The owner")
        shown = change_text(change.field, change.before, change.after)
        assert shown == "Carried over from the earlier plan"
    assert contents(answered) == before


# -- quick and full ----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["quick", "full"])
def test_a_quick_check_goes_on_as_either(mode, answered, maria) -> None:
    Assessment.objects.update(mode="quick")
    page = maria.see("reassess")
    assert sends(page)["mode"] == "quick"
    assert "The quick check again" in words(page)
    press(maria, mode=mode)
    assert later(answered).mode == mode


def test_a_full_assessment_never_becomes_quick(answered, maria) -> None:
    assert "Which questions this time?" not in words(maria.see("reassess"))
    press(maria, mode="quick")
    assert later(answered).mode == "full"


def test_a_mode_that_is_none_keeps_the_rest(answered, maria) -> None:
    Assessment.objects.update(mode="quick")
    factories.make_action(answered)
    page = maria.send("reassess", data={"edition": "1", "mode": "slow", "carry_actions": "on"})
    assert page.status_code == 422
    assert sends(page)["carry_actions"] == "on"
    assert Assessment.objects.count() == 1


# -- a newer edition ---------------------------------------------------------------------------


def test_answers_the_newer_edition_lacks_are_named_and_stay(answered, maria) -> None:
    factories.make_edition(second_edition(), number=2)
    said = words(maria.see("reassess"))
    assert "Answers that stay here (1)" in said
    assert "Text of tips? Does not apply" in said
    assert "It asks the questions of edition 2.0, which is newer than yours." in said
    press(maria)
    new = later(answered)
    assert new.edition_number == 2
    assert sorted(rows(new)) == ["notice", "ranges", "wage"]
    assert Answer.objects.filter(assessment=answered, question="tips").exists()


def test_the_old_wording_stands_beside_the_new(answered, maria, at_most) -> None:
    factories.make_edition(second_edition(), number=2)
    maria.get(press(maria)["Location"])
    new = Person(later(answered))
    new.cookies = maria.cookies
    new.see("hub")
    with at_most(6):  # session, link, answers, moves, edition before, one for its document
        page = new.see("component", PAY)
    wage = question(page, "wage")
    assert "New text of wage?" in wage
    assert "The question then Text of wage?" in wage


def test_a_later_move_of_the_old_one_does_not_change_what_was_said(answered, maria) -> None:
    second = factories.make_edition(second_edition(), number=2)
    press(maria)
    workflow.move_to_edition(assessment=answered, edition=second, by="The owner")
    new = Person(later(answered))
    new.cookies = maria.cookies
    assert "The question then Text of wage?" in question(new.see("component", PAY), "wage")


def test_an_edition_published_while_looking_is_shown_first(answered, maria) -> None:
    sent = sends(maria.see("reassess"))
    factories.make_edition(second_edition(), number=2)
    page = maria.send("reassess", data=sent)
    assert page.status_code == 422
    assert "Nothing was started yet: a newer edition of the questions came out" in words(page)
    assert sends(page)["edition"] == "2"
    assert Assessment.objects.count() == 1


# -- twice -------------------------------------------------------------------------------------


def test_pressing_twice_makes_one_and_leads_to_it(answered, maria) -> None:
    first = press(maria)
    again = maria.send("reassess", data={"edition": "1"})
    assert again["Location"] == maria.address("reassess")
    assert Assessment.objects.filter(earlier=answered).count() == 1
    page = maria.get(again["Location"])
    assert "You already started one from here, and no answers in it are confirmed yet." in words(
        page
    )
    # Its link was never looked at, so that is where it leads.
    assert f'href="{first["Location"]}"' in html(page)
    shown_secret(maria.get(first["Location"]))
    hub = reverse("assessment:hub", args=[later(answered).public_id])
    assert f'href="{hub}"' in html(maria.see("reassess"))


def test_a_second_one_may_be_meant(answered, maria) -> None:
    press(maria)
    press(maria, another="on")
    assert answered.later.count() == 2


def test_with_an_answer_confirmed_another_one_is_no_slip(answered, maria) -> None:
    press(maria)
    Answer.objects.filter(assessment=later(answered), question="wage").update(is_to_confirm=False)
    assert "You already started one from here" not in words(maria.see("reassess"))
    press(maria)
    assert answered.later.count() == 2


def test_another_browser_is_told_to_use_the_link(answered, maria) -> None:
    press(maria)
    other = person("maria", answered)
    page = other.see("reassess")
    assert "This browser cannot open it: use its private link." in words(page)
    assert later(answered).public_id not in html(page)


@pytest.mark.django_db(transaction=True)
def test_of_many_presses_at_once_one_starts() -> None:
    factories.publish_bakery_edition()
    bakery = factories.make_assessment()
    factories.make_answer(bakery, "wage", 2)

    def act(_: int) -> bool:
        try:
            reassessing.start_again(
                earlier=bakery,
                catalogue=OLD,
                edition_number=1,
                mode="full",
                carry_actions=False,
                another=False,
                by="The owner",
            )
        except reassessing.AlreadyStarted:
            return False
        return True

    assert at_once(TABS, act).count(True) == 1
    assert Assessment.objects.filter(earlier=bakery).count() == 1


# -- hostile -----------------------------------------------------------------------------------


def test_hostile_text_is_text(answered, maria) -> None:
    Assessment.objects.update(name="<script>alert(1)</script>")
    page = maria.see("reassess")
    assert "<script>alert" not in html(page)


@pytest.mark.parametrize("sent", [{}, {"edition": "x"}, {"edition": "9" * 40}, {"edition": "0"}])
def test_what_is_no_form_of_ours_starts_nothing(sent, answered, maria) -> None:
    assert maria.send("reassess", data=sent).status_code == 422
    assert Assessment.objects.count() == 1
