"""One action: its status from the card, two pages open at once, order, removing, undoing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessment import working
from assessment.models import Action, ActionChange
from assessment.models.action import MOST_ACTIONS
from tests import factories
from tests.pages import heading, html, part, sends, title, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def action(bakery) -> Action:
    """An action for the wage, added when it stood at 1, as it still does."""
    factories.make_answer(bakery, "wage", 1)
    return factories.make_action(bakery, question="wage", level=1, owner="Sam", key="k")


def set_status(who: Any, status: str, sequence: Any = 0, query: str = "", **data: Any) -> Any:
    """Press a button of the card."""
    address = f"{who.address('set_status', 'k')}{query}"
    return who.post(address, {"status": status, "sequence": sequence, **data})


# -- status ------------------------------------------------------------------------------------


@pytest.mark.db
def test_a_status_takes_one_press(action, sam) -> None:
    card = html(sam.see("plan"))
    assert f'action="{sam.address("set_status", "k")}"' in card
    response = set_status(sam, "under-way")
    assert response["Location"] == f"{sam.address('plan')}#action-k"
    action.refresh_from_db()
    assert (action.status, action.sequence) == ("under-way", 1)
    page = words(sam.see("plan"))
    assert "Status: “Not started”, then “Under way” · Someone with an edit link, " in page


def test_a_done_action_leads_back_to_its_question(action, maria) -> None:
    response = set_status(maria, "done", query="?by=owner&owner=Sam&junk=1")
    assert response["Location"] == f"{maria.address('plan')}?by=owner&owner=Sam&done=k#done"
    page = maria.get(response["Location"])
    notice = part(page, tag="div", name="done")
    assert notice.startswith("Done: “ Post the hours ”.")
    assert "It was for this question: Text of wage?" in notice
    assert "the answer was “Starting”. It still is. Nothing changes automatically" in notice
    assert f'href="{maria.address("component", "pay")}#wage"' in html(page)
    assert Action.objects.get().done_on == timezone.localdate()


def test_a_quiet_reminder_stays_while_the_answer_stands(action, bakery, maria, rita) -> None:
    set_status(maria, "done")
    said = "When you added it, the answer was “Starting”. It still is. Look at the question again"
    assert said in words(maria.see("plan"))
    assert "Look at the question again" not in words(rita.see("plan"))
    bakery.answers.update(level=2)
    assert "Look at the question again" not in words(maria.see("plan"))
    notice = part(maria.get(f"{maria.address('plan')}?done=k"), tag="div", name="done")
    assert "Now it is “Partial”." in notice


@pytest.mark.parametrize("query", ["?done=nothing", "?done=k", "?removed=k", "?removed=%00"])
def test_an_address_speaks_of_nothing_that_did_not_happen(action, maria, query) -> None:
    page = maria.get(maria.address("plan") + query)
    assert 'id="done"' not in html(page)
    assert 'id="undo"' not in html(page)


def test_dropping_takes_a_reason(action, maria) -> None:
    page = set_status(maria, "dropped", drop_reason=" ", query="?by=owner")
    assert page.status_code == 422
    assert "Please say in a few words why you are dropping it." in words(page)
    assert 'action="' + maria.address("set_status", "k") + '?by=owner"' in html(page)
    assert Action.objects.get().status == "not-started"
    too_long = set_status(maria, "dropped", drop_reason="x" * 201)
    assert too_long.status_code == 422
    assert f'value="{"x" * 201}"' in html(too_long)
    set_status(maria, "dropped", drop_reason="Too costly <b>")
    page = maria.see("plan")
    assert "Dropped Too costly <b>" in words(page)
    set_status(maria, "not-started", sequence=1)
    assert "Status: “Dropped: Too costly <b>”, then “Not started”" in words(maria.see("plan"))
    assert Action.objects.get().drop_reason == ""


@pytest.mark.parametrize(
    "data",
    [{"status": "maybe"}, {"status": ""}, {"sequence": ""}, {"sequence": 2**70}, {"sequence": "x"}],
)
def test_a_status_that_cannot_be_changes_nothing(action, maria, data) -> None:
    page = maria.send("set_status", "k", data={"status": "done", "sequence": 0} | data)
    assert page.status_code == 422
    assert "Nothing was changed." in words(page)
    assert Action.objects.get().status == "not-started"


# -- two pages open at once --------------------------------------------------------------------


@pytest.mark.db
def test_a_status_over_another_is_asked_first(action, maria, sam) -> None:
    set_status(sam, "dropped", drop_reason="No money.")
    page = set_status(maria, "done", query="?by=owner")
    assert (page.status_code, heading(page)) == (409, "Edit action")
    assert title(page) == "Changed elsewhere: Edit action – Maria’s Bakery"
    assert "Status Dropped: No money. Done" in words(page)
    assert Action.objects.get().status == "dropped"
    address = f"{maria.address('edit_action', 'k')}?by=owner"
    data = sends(page, action=address)
    assert (data["status"], data["drop_reason"], data["sequence"]) == ("done", "", "1")
    response = maria.post(address, data)
    assert response["Location"] == f"{maria.address('plan')}?by=owner&done=k#done"
    assert Action.objects.get().status == "done"


def test_a_press_sent_twice_is_no_collision(action, maria) -> None:
    for _ in range(2):
        assert set_status(maria, "done").status_code == 302
    assert (Action.objects.get().sequence, ActionChange.objects.count()) == (1, 1)


@pytest.mark.db
def test_an_edit_over_another_shows_both(action, maria, sam) -> None:
    mine = sends(maria.see("edit_action", "k"), owner="Ana", notes="Mine.")
    theirs = sends(sam.see("edit_action", "k"), owner="Rita", budget="1,200")
    assert sam.send("edit_action", "k", data=theirs).status_code == 302
    page = maria.send("edit_action", "k", data=mine)
    assert page.status_code == 409
    assert "Not saved yet: this action was changed after you opened it." in words(page)
    for line in ("Who leads it Rita Ana", "Set aside $1,200 nothing", "Notes nothing Mine."):
        assert line in words(page)
    data = sends(page, action=maria.address("edit_action", "k"))
    assert (data["owner"], data["notes"], data["sequence"]) == ("Ana", "Mine.", "1")
    assert Action.objects.get().owner == "Rita"
    assert maria.send("edit_action", "k", data=data).status_code == 302
    action.refresh_from_db()
    assert (action.owner, action.notes, action.budget) == ("Ana", "Mine.", None)


def test_an_edit_without_a_sequence_overwrites_nothing(action, maria) -> None:
    set_status(maria, "under-way")
    mine = {"title": "Mine", "status": "done"}
    assert maria.send("edit_action", "k", data=mine).status_code == 409
    assert Action.objects.get().title == "Post the hours"


def test_an_edit_of_what_was_removed_keeps_what_was_typed(action, maria, sam) -> None:
    mine = sends(maria.see("edit_action", "k"), owner="Ana")
    sam.send("remove_action", "k")
    assert maria.see("edit_action", "k").status_code == 404
    page = maria.send("edit_action", "k", data=mine)
    assert page.status_code == 409
    assert "was removed from the plan after you opened it" in words(page)
    data = sends(page, action=maria.address("edit_action", "k"))
    assert maria.send("edit_action", "k", data=data).status_code == 302
    action.refresh_from_db()
    assert (action.owner, action.removed_at) == ("Ana", None)


def test_what_cannot_come_back_is_kept_on_its_form(action, bakery, maria) -> None:
    maria.send("remove_action", "k")
    factories.make_action(bakery, "Anew", question="wage")
    data = {"title": "Mine", "status": "done", "owner": "Ana", "sequence": 1}
    page = maria.send("edit_action", "k", data=data)
    assert page.status_code == 422
    assert "your plan now has another for the same question" in words(page)
    assert sends(page)["owner"] == "Ana"


def test_all_of_the_history_stands_on_the_action_s_page(action, maria) -> None:
    for number in range(8):
        set_status(maria, ["under-way", "not-started"][number % 2], sequence=number)
    assert html(maria.see("plan")).count("Status: “") == 5
    assert html(maria.see("edit_action", "k")).count("Status: “") == 8


# -- dollars -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("1200", 1200), ("$1,200", 1200), (" $ 1 200 ", 1200), ("0", 0), ("", None)],
)
def test_dollars_are_read_as_people_type_them(action, maria, typed, stored) -> None:
    data = sends(maria.see("edit_action", "k"), estimate=typed, budget=typed)
    assert maria.send("edit_action", "k", data=data).status_code == 302
    action.refresh_from_db()
    assert (action.estimate, action.budget) == (stored, stored)


@pytest.mark.parametrize("typed", ["12.50", "-1", "100000001", "9" * 40, "lots", "1e3", "a\x00"])
def test_what_is_no_dollars_is_refused_and_kept(action, maria, typed) -> None:
    page = maria.send(
        "edit_action", "k", data=sends(maria.see("edit_action", "k"), estimate=typed, owner="Ana")
    )
    assert page.status_code == 422
    assert "Please give whole dollars from 0 to 100,000,000, without cents." in words(page)
    assert sends(page)["owner"] == "Ana"
    assert Action.objects.get().estimate is None


def test_the_form_asks_for_a_reason_too(action, maria) -> None:
    data = sends(maria.see("edit_action", "k"), status="dropped", notes="Kept")
    page = maria.send("edit_action", "k", data=data)
    assert page.status_code == 422
    assert "Please say in a few words why you are dropping it." in words(page)
    assert sends(page)["notes"] == "Kept"
    data = sends(page, status="under-way", drop_reason="No longer true")
    assert maria.send("edit_action", "k", data=data).status_code == 302
    assert Action.objects.get().drop_reason == ""


# -- order -------------------------------------------------------------------------------------


@pytest.fixture
def two(bakery) -> list[Action]:
    return [factories.make_action(bakery, name, key=f"key-{name}") for name in "AB"]


@pytest.mark.parametrize(
    ("key", "to", "focus"),
    [("key-A", "down", "up-key-A"), ("key-B", "up", "down-key-B"), ("key-A", "up", "down-key-A")],
)
def test_without_scripts_the_focus_stays_on_the_button(two, maria, key, to, focus) -> None:
    response = maria.send("order_action", key, data={"to": to})
    assert response["Location"] == f"{maria.address('plan')}#{focus}"
    assert f'id="{focus}"' in html(maria.see("plan"))


def test_in_the_middle_the_same_button_keeps_it(two, bakery, maria) -> None:
    factories.make_action(bakery, "C")
    factories.make_action(bakery, "D")
    response = maria.send("order_action", "key-A", data={"to": "down"})
    assert response["Location"].endswith("#down-key-A")
    assert "That action is now number 2 of 4." in words(maria.see("plan"))


def test_a_script_is_told_the_place(two, maria) -> None:
    address = maria.address("order_action", "key-B")
    response = maria.post(address, {"before": "key-A"}, headers={"accept": "application/json"})
    assert response.json() == {"words": "“B” is now number 1 of 2."}
    assert (
        "“B”" not in words(maria.see("plan")).partition("Within")[0].partition("Filter the list")[0]
    )
    assert [a.title for a in Action.objects.in_plan()] == ["B", "A"]


@pytest.mark.parametrize("data", [{}, {"to": "left"}, {"before": "nothing"}, {"before": "\x00"}])
def test_a_place_that_is_none_is_not_found(two, maria, data) -> None:
    assert maria.send("order_action", "key-A", data=data).status_code == 404
    assert [a.title for a in Action.objects.in_plan()] == ["A", "B"]


def test_the_order_reaches_the_page_at_once_and_only_where_all_are_shown(two, maria) -> None:
    maria.send("order_action", "key-B", data={"to": "up"})
    page = html(maria.see("plan"))
    assert page.index('id="action-key-B"') < page.index('id="action-key-A"')
    for query in ("?by=owner", "?status=to-do"):
        assert "data-order=" not in html(maria.get(maria.address("plan") + query))


# -- removing and undoing ----------------------------------------------------------------------


def test_removing_offers_to_undo_at_once(action, maria) -> None:
    response = maria.post(f"{maria.address('remove_action', 'k')}?owner=Sam")
    assert response["Location"] == f"{maria.address('plan')}?owner=Sam&removed=k#undo"
    page = maria.get(response["Location"])
    assert part(page, tag="div", name="undo") == (
        "“ Post the hours ” was removed from your plan. Undo"
    )
    assert 'id="action-k"' not in html(page)
    response = maria.send("put_back_action", "k")
    assert response["Location"] == f"{maria.address('plan')}#action-k"
    page = words(maria.see("plan"))
    assert "That action is back in your plan." in page
    assert "Recently removed" not in page
    assert "Put back into the plan · The owner" in page


def test_what_was_removed_lately_can_be_put_back_for_a_while(action, maria, rita) -> None:
    maria.send("remove_action", "k")
    page = words(maria.see("plan"))
    assert "Your plan is empty" in page
    assert "Recently removed (1)" in page
    assert "You can put an action back for 30 days" in page
    assert "Recently removed" not in words(rita.see("plan"))
    assert 'id="undo"' not in html(rita.get(f"{rita.address('plan')}?removed=k"))
    Action.objects.update(removed_at=timezone.now() - timedelta(days=31))
    assert "Recently removed" not in words(maria.see("plan"))
    maria.send("put_back_action", "k")
    assert "was removed more than 30 days ago." in words(maria.see("plan"))


def test_a_question_planned_anew_says_why_the_old_one_stays_out(action, bakery, maria) -> None:
    maria.send("remove_action", "k")
    factories.make_action(bakery, "Anew", question="wage")
    maria.send("put_back_action", "k")
    said = "your plan now has another for the same question. Remove that one first."
    assert said in words(maria.see("plan"))


def test_a_full_plan_says_so(action, bakery, maria) -> None:
    maria.send("remove_action", "k")
    Action.objects.bulk_create(Action(assessment=bakery, title="x") for _ in range(MOST_ACTIONS))
    maria.send("put_back_action", "k")
    assert "A plan can have up to 100 actions. Remove one first." in words(maria.see("plan"))


def test_an_action_gone_for_good_is_not_found(action, maria, monkeypatch) -> None:
    """Deleted for good between reading it and changing it."""

    def too_late(**_: Any) -> None:
        raise Action.DoesNotExist

    for name in ("change_action", "remove_action", "put_back", "order_action"):
        monkeypatch.setattr(working, name, too_late)
    edit = {"title": "Mine", "status": "done", "sequence": 0}
    assert maria.send("edit_action", "k", data=edit).status_code == 404
    assert set_status(maria, "done").status_code == 404
    for name in ("remove_action", "put_back_action", "order_action"):
        assert maria.send(name, "k", data={"to": "up"}).status_code == 404
