"""The plan: adding steps, writing one's own, changing and removing them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment import working
from assessment.models import Action, ActionChange, Assessment
from assessment.models.action import MOST_ACTIONS
from tests import factories
from tests.pages import heading, html, part, sends, title, words

pytestmark = pytest.mark.django_db


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.fixture
def low_wage(bakery: Assessment) -> Assessment:
    """One gap: the wage at 0."""
    factories.make_answer(bakery, "wage", 0)
    return bakery


# -- the page ----------------------------------------------------------------------------------


def test_an_empty_plan_helps_on(maria) -> None:
    page = maria.see("plan")
    assert (page.status_code, title(page)) == (200, "Plan – Maria’s Bakery")
    assert "Your plan is empty" in words(page)
    assert f'href="{maria.address("results")}"' in html(page)
    assert f'href="{maria.address("new_action")}"' in html(page)


def test_actions_stand_by_horizon(bakery, maria) -> None:
    for days, name in [(90, "Later"), (30, "Soon"), (None, "Some day"), (31, "Also later")]:
        due = None if days is None else timezone.localdate() + timedelta(days=days)
        factories.make_action(bakery, name, due_on=due, owner="Sam Lee", cost="$400")
    page = words(maria.see("plan"))
    order = ["Within 30 days", "Soon", "Within 90 days", "Later", "Also later", "No date yet"]
    places = [page.index(text) for text in [*order, "Some day"]]
    assert places == sorted(places)
    assert "Sam Lee · by" in page
    assert "$400" in page
    assert "Not started" in page


def test_an_action_without_name_or_date_says_so(bakery, maria) -> None:
    factories.make_action(bakery)
    assert "no one assigned yet · no date yet" in words(maria.see("plan"))


def test_open_questions_are_to_be_found_out(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 1, is_not_sure=True)
    page = words(maria.see("plan"))
    assert "5 open questions" in page
    assert "Text of wage? (Marked “not sure”)" in page


def test_a_reader_sees_the_plan_and_changes_nothing(bakery, rita) -> None:
    action = factories.make_action(bakery)
    page = rita.see("plan")
    assert "Post the hours" in words(page)
    assert 'method="post"' not in html(page)
    assert rita.address("edit_action", action.key) not in html(page)


def test_hostile_and_long_texts_are_text(bakery, maria) -> None:
    hostile = ("<script>alert(1)</script>" * 9)[:200]
    assert len(hostile) == 200
    factories.make_action(bakery, hostile, owner="<b>", notes="</article>", key="k")
    page = maria.see("plan")
    assert "<script>alert" not in html(page)
    assert hostile in part(page, tag="article", name="action-k")
    assert sends(maria.see("edit_action", "k"))["title"] == hostile


# -- adding what is recommended ----------------------------------------------------------------


def test_a_recommended_step_is_copied(low_wage, maria) -> None:
    response = maria.send("add_recommended", "wage")
    assert response["Location"] == maria.address("plan")
    action = Action.objects.get()
    assert (action.title, action.next_step) == ("Do raise-wage", "Lift wage from 0.")
    assert (action.question, action.level, action.strategy) == ("wage", 0, "raise-wage")
    assert (action.effort, action.status, action.owner) == ("high", "not-started", "")
    assert action.due_on == timezone.localdate() + timedelta(days=180)
    assert "That step is in your plan." in words(maria.see("plan"))


@pytest.mark.db
def test_the_same_step_twice_is_one_action(low_wage, maria) -> None:
    maria.send("add_recommended", "wage")
    Action.objects.update(owner="Sam Lee")
    assert maria.send("add_recommended", "wage").status_code == 302
    assert Action.objects.get().owner == "Sam Lee"


@pytest.mark.parametrize("slug", ["rest", "ranges"])
def test_what_is_no_gap_by_now_is_not_added(low_wage, maria, slug) -> None:
    factories.make_answer(low_wage, "rest", 3)
    assert maria.send("add_recommended", slug)["Location"] == maria.address("results")
    assert "Nothing was added: that question is no longer a gap." in words(maria.see("results"))
    assert not Action.objects.exists()


def test_what_was_removed_elsewhere_is_not_taken_for_a_lost_link(low_wage, maria) -> None:
    page = maria.see("edit_action", "A1b2C3d4E5f6")
    assert page.status_code == 404
    assert "perhaps in another tab or by someone else" in words(page)
    assert "no access" not in words(page)


def test_a_full_plan_says_so(low_wage, maria) -> None:
    Action.objects.bulk_create(
        Action(assessment=low_wage, title=f"Action {n}") for n in range(MOST_ACTIONS)
    )
    maria.send("add_recommended", "wage")
    page = maria.see("plan")
    assert "A plan can have up to 100 actions. Remove one first." in words(page)
    own = maria.send("new_action", data={"title": "One more", "status": "not-started"})
    assert own.status_code == 422
    assert "A plan can have up to 100 actions. Remove one first." in words(own)
    assert sends(own)["title"] == "One more"
    assert Action.objects.count() == MOST_ACTIONS


def test_adding_counts_as_a_change(low_wage, maria) -> None:
    before = Assessment.objects.get().changed_at
    maria.send("add_recommended", "wage")
    assert Assessment.objects.get().changed_at > before


# -- one's own ---------------------------------------------------------------------------------


def test_an_action_of_one_s_own(bakery, maria) -> None:
    page = maria.see("new_action")
    assert heading(page) == "Add your own action"
    changes = {
        "title": "Fix the oven door",
        "next_step": "Call the shop.",
        "owner": "Sam Lee",
        "due_on": day(20),
        "effort": "low",
        "cost": "about $400",
        "notes": "Old door.",
    }
    response = maria.send("new_action", data=sends(page, **changes))
    action = Action.objects.get()
    assert response["Location"] == f"{maria.address('plan')}#action-{action.key}"
    assert {name: str(getattr(action, name)) for name in changes} == changes
    assert (action.status, action.question, action.strategy) == ("not-started", "", "")


def test_new_actions_come_last(bakery, maria) -> None:
    for name in ("First", "Second", "Third"):
        maria.send("new_action", data={"title": name, "status": "not-started"})
    assert [(a.title, a.position) for a in Action.objects.all()] == [
        ("First", 1),
        ("Second", 2),
        ("Third", 3),
    ]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "Please say what you will do."),
    ({"title": "x" * 201}, "Ensure this value has at most 200 characters (it has 201)."),
    ({"title": "a\x00b"}, "Null characters are not allowed."),
    ({"due_on": "tomorrow"}, "Please give the date as year, month, day: 2027-03-31."),
    ({"due_on": "0001-01-01"}, "Please give a date within the next 10 years."),
    ({"due_on": day(4000)}, "Please give a date within the next 10 years."),
    ({"effort": "huge"}, "Select a valid choice. huge is not one of the available choices."),
    ({"status": "maybe"}, "Select a valid choice. maybe is not one of the available choices."),
    ({"notes": "x" * 2001}, "Ensure this value has at most 2000 characters (it has 2001)."),
]


@pytest.mark.parametrize(("changes", "message"), BAD)
def test_what_cannot_be_is_refused_and_kept(bakery, maria, changes, message) -> None:
    data = {"title": "Fix the door", "status": "done", "owner": "Kept", "next_step": "Call."}
    page = maria.send("new_action", data=data | changes)
    assert page.status_code == 422
    assert message in words(page)
    assert title(page) == "Please check: Add your own action – Maria’s Bakery"
    assert (sends(page)["owner"], sends(page)["next_step"]) == ("Kept", "Call.")
    assert not Action.objects.exists()

    factories.make_action(bakery, key="k", notes="Before.")
    assert maria.send("edit_action", "k", data=data | changes).status_code == 422
    assert Action.objects.get().notes == "Before."


# -- changing ---------------------------------------------------------------------


def test_an_action_shows_what_is_stored_and_changes(bakery, maria) -> None:
    action = factories.make_action(bakery, owner="Sam", due_on=day(9), question="wage", level=1)
    page = maria.see("edit_action", action.key)
    assert heading(page) == "Edit action"
    sent = sends(page)
    assert (sent["title"], sent["owner"], sent["due_on"]) == ("Post the hours", "Sam", day(9))
    response = maria.send("edit_action", action.key, data=sends(page, status="done", owner="Ana"))
    assert response["Location"] == f"{maria.address('plan')}?done={action.key}#done"
    action.refresh_from_db()
    assert (action.status, action.owner, action.question) == ("done", "Ana", "wage")


def test_changing_counts_as_a_change(bakery, maria) -> None:
    action = factories.make_action(bakery)
    before = Assessment.objects.get().changed_at
    maria.send(
        "edit_action", action.key, data=sends(maria.see("edit_action", action.key), owner="Sam")
    )
    assert Assessment.objects.get().changed_at > before


def test_a_day_long_past_may_stand(bakery, maria) -> None:
    """Two years on, the action can still be called done."""
    action = factories.make_action(bakery, due_on=day(-800))
    data = sends(maria.see("edit_action", action.key), status="done")
    assert maria.send("edit_action", action.key, data=data).status_code == 302
    assert Action.objects.get().status == "done"


def test_a_removed_step_is_offered_again(low_wage, maria) -> None:
    maria.send("add_recommended", "wage")
    maria.send("remove_action", Action.objects.get().key)
    assert maria.address("add_recommended", "wage") in html(maria.see("results"))


# -- working it --------------------------------------------------------------------------------


def test_the_page_says_how_far_it_has_come_and_as_of_when(bakery, maria) -> None:
    for status in ("done", "under-way", "not-started"):
        factories.make_action(bakery, status, status=status)
    page = words(maria.see("plan"))
    assert "1 of 3 done, 1 under way." in page
    assert "edition 1.0 of the questions" in page


def test_a_reader_filters_and_groups(bakery, rita) -> None:
    factories.make_answer(bakery, "wage", 1)
    factories.make_action(bakery, "One", owner="Sam", question="wage")
    factories.make_action(bakery, "Two", owner="Ana", status="done")
    page = rita.get(f"{rita.address('plan')}?by=owner")
    headings = [html(page).index(f'<h2 dir="auto">{name}</h2>') for name in ("Ana", "Sam")]
    assert headings == sorted(headings)
    page = rita.get(f"{rita.address('plan')}?owner=sam&component=pay")
    assert "Showing 1 of 2 · Sam · Pay . Show all" in words(page)
    assert "<h3" in html(page)
    assert ">Two<" not in html(page)


def test_an_empty_choice_says_so_and_offers_all(bakery, maria) -> None:
    factories.make_action(bakery)
    page = maria.get(f"{maria.address('plan')}?status=done&owner=<b>")
    assert "No actions in your plan match your filters. Show all" in words(page)
    assert "Your plan is empty" not in words(page)
    assert '<option value="&lt;b&gt;" selected>' in html(page)


@pytest.mark.db
def test_the_page_asks_as_much_for_three_actions_as_for_one(bakery, maria) -> None:
    asked = []
    for count in (1, 2):
        for n in range(count):
            action = factories.make_action(bakery, f"Do {n}", status="done")
            for field in ("added", "notes"):
                ActionChange.objects.create(action=action, field=field, by="The owner")
        gone = factories.make_action(bakery, f"Gone {count}")
        working.remove_action(action=gone, by="The owner")
        with CaptureQueriesContext(connection) as captured:
            maria.see("plan")
        asked.append(len(captured))
    assert asked[0] == asked[1]
