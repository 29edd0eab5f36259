"""Changing, removing, putting back and ordering actions, each with its history."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from assessment import workflow, working
from assessment.models import Action, ActionChange, Assessment
from assessment.models.action import KEPT_DAYS, MOST_ACTIONS, MOST_REMOVED
from tests import factories
from tests.assessment.test_answering import at_once
from tests.factories import make_action

pytestmark = [pytest.mark.django_db, pytest.mark.db]

OWNER, EDITOR = "The owner", "Someone with an edit link"


def history(action: Action) -> list[tuple[str, str, str, str]]:
    """The lines of an action's history, the oldest first."""
    rows = ActionChange.objects.filter(action=action).order_by("pk")
    return [(row.field, row.before, row.after, row.by) for row in rows]


def changed(action: Action, *, seen: int | None = None, by: str = OWNER, **fields) -> Action:
    """Change fields of the action as it is stored."""
    wanted = Action.objects.get(pk=action.pk)
    seen = wanted.sequence if seen is None else seen
    for name, value in fields.items():
        setattr(wanted, name, value)
    return working.change_action(action=wanted, seen=seen, by=by)


def removed_days_ago(action: Action, days: float) -> None:
    at = timezone.now() - timedelta(days=days)
    Action.objects.filter(pk=action.pk).update(removed_at=at)


# -- changing ----------------------------------------------------------------------------------


def test_each_changed_field_is_noted_in_words(bakery) -> None:
    action = make_action(bakery, owner="Ana", notes="Secret.")
    stored = changed(
        action,
        by=EDITOR,
        owner="",
        due_on=date(2027, 5, 1),
        estimate=1200,
        budget=0,
        status="under-way",
        notes="Other.",
        title="Post the hours",
    )
    assert history(action) == [
        ("owner", "Ana", "", EDITOR),
        ("due_on", "", "May 1, 2027", EDITOR),
        ("estimate", "", "$1,200", EDITOR),
        ("budget", "", "$0", EDITOR),
        ("status", "Not started", "Under way", EDITOR),
        ("notes", "", "", EDITOR),
    ]
    assert stored.sequence == 1
    assert Action.objects.get().estimate == 1200


def test_nothing_changed_is_no_change(bakery) -> None:
    action = make_action(bakery)
    before = Assessment.objects.get().changed_at
    assert changed(action).sequence == 0
    assert history(action) == []
    assert Assessment.objects.get().changed_at == before


def test_done_has_its_day_and_only_while_it_is_done(bakery) -> None:
    action = make_action(bakery)
    assert changed(action, status="done").done_on == timezone.localdate()
    Action.objects.update(done_on=date(2026, 1, 2))
    assert changed(action, owner="Sam").done_on == date(2026, 1, 2)
    assert changed(action, status="under-way").done_on is None


def test_the_reason_goes_with_dropping_and_history_keeps_it(bakery) -> None:
    action = make_action(bakery)
    changed(action, status="dropped", drop_reason="Too costly.")
    changed(action, drop_reason="Not now.")
    assert changed(action, status="not-started").drop_reason == ""
    assert [row[1:3] for row in history(action)] == [
        ("Not started", "Dropped: Too costly."),
        ("Dropped: Too costly.", "Dropped: Not now."),
        ("Dropped: Not now.", "Not started"),
    ]


def test_what_was_not_seen_is_not_overwritten(bakery) -> None:
    action = make_action(bakery, owner="Ana")
    changed(action, owner="Sam")
    with pytest.raises(working.ActionMoved) as moved:
        changed(action, seen=0, owner="Rita")
    assert moved.value.current.owner == "Sam"
    assert Action.objects.get().owner == "Sam"
    assert len(history(action)) == 1


def test_the_same_twice_is_saved_once(bakery) -> None:
    action = make_action(bakery)
    changed(action, seen=0, status="done")
    assert changed(action, seen=0, status="done").sequence == 1
    assert len(history(action)) == 1


def test_the_newest_changes_are_kept(bakery, monkeypatch) -> None:
    monkeypatch.setattr(working, "MOST_CHANGES", 3)
    action, other = make_action(bakery), make_action(bakery, "Other")
    changed(other, owner="Zed")
    for name in "abcde":
        changed(action, owner=name)
    assert [row[2] for row in history(action)] == ["c", "d", "e"]
    assert len(history(other)) == 1
    assert Action.objects.get(pk=action.pk).sequence == 5


def test_what_differs_is_said_of_both() -> None:
    one = Action(title="A", status="done", owner="Sam", estimate=5)
    other = Action(title="A", status="dropped", drop_reason="No.", estimate=None)
    assert working.differences(one, other) == [
        ("Who leads it", "Sam", ""),
        ("Expected cost", "$5", ""),
        ("Status", "Done", "Dropped: No."),
    ]


# -- removing and putting back -----------------------------------------------------------------


def test_a_removed_action_is_out_and_comes_back_where_it_stood(bakery) -> None:
    first, second = make_action(bakery, "A", position=1), make_action(bakery, "B", position=2)
    working.remove_action(action=first, by=EDITOR)
    working.remove_action(action=first, by=EDITOR)
    assert list(Action.objects.in_plan()) == [second]
    working.put_back(action=first, by=OWNER)
    assert working.put_back(action=first, by=OWNER).sequence == 2
    assert list(Action.objects.in_plan()) == [first, second]
    assert history(first) == [("removed", "", "", EDITOR), ("put back", "", "", OWNER)]


def test_a_removed_question_can_be_added_anew_and_then_does_not_come_back(bakery) -> None:
    removed = make_action(bakery, "Old step", question="wage")
    working.remove_action(action=removed, by=OWNER)
    make_action(bakery, "New step", question="wage")
    with pytest.raises(working.CannotPutBack, match="Remove that one first"):
        working.put_back(action=removed, by=OWNER)
    assert Action.objects.get(pk=removed.pk).removed_at
    assert [row[0] for row in history(removed)] == ["removed"]


def test_a_full_plan_takes_nothing_back(bakery) -> None:
    action = make_action(bakery)
    working.remove_action(action=action, by=OWNER)
    Action.objects.bulk_create(Action(assessment=bakery, title="x") for _ in range(MOST_ACTIONS))
    with pytest.raises(workflow.TooMany, match="A plan can have up to 100 actions"):
        working.put_back(action=action, by=OWNER)


def test_removed_ones_take_no_place_in_the_plan(bakery) -> None:
    for action in [make_action(bakery, str(n)) for n in range(3)]:
        working.remove_action(action=action, by=OWNER)
    Action.objects.bulk_create(Action(assessment=bakery, title="x") for _ in range(99))
    assert workflow.append_action(Action(assessment=bakery, title="Last"), by=OWNER).pk


def test_after_a_while_it_is_gone_at_the_next_change(bakery) -> None:
    old, recent, kept = (make_action(bakery, title) for title in "abc")
    removed_days_ago(old, KEPT_DAYS + 0.01)
    removed_days_ago(recent, KEPT_DAYS - 0.01)
    with pytest.raises(
        working.CannotPutBack, match="That action was removed more than 30 days ago"
    ):
        working.put_back(action=old, by=OWNER)
    assert list(Action.objects.removed_lately()) == [recent]
    changed(kept, owner="Sam")
    assert sorted(a.title for a in Action.objects.all()) == ["b", "c"]
    removed_days_ago(recent, KEPT_DAYS + 1)
    workflow.append_action(Action(assessment=bakery, title="d"), by=OWNER)
    assert sorted(a.title for a in Action.objects.all()) == ["c", "d"]


def test_of_very_many_removed_the_oldest_go(bakery) -> None:
    now = timezone.now()
    Action.objects.bulk_create(
        Action(assessment=bakery, title=str(n), removed_at=now - timedelta(minutes=n))
        for n in range(MOST_REMOVED)
    )
    other = factories.make_assessment()
    make_action(other, "theirs", removed_at=now - timedelta(days=2))
    working.remove_action(action=make_action(bakery, "Last"), by=OWNER)
    titles = {a.title for a in Action.objects.filter(assessment=bakery)}
    assert len(titles) == MOST_REMOVED
    assert "Last" in titles
    assert str(MOST_REMOVED - 1) not in titles
    assert other.actions.count() == 1


def test_what_was_seen_as_removed_is_put_back_with_the_change(bakery) -> None:
    action = make_action(bakery)
    working.remove_action(action=action, by=OWNER)
    with pytest.raises(working.ActionMoved) as moved:
        changed(action, seen=0, owner="Sam")
    assert moved.value.current.removed_at
    assert changed(action, seen=1, owner="Sam").removed_at is None
    assert [row[0] for row in history(action)] == ["removed", "put back", "owner"]


def test_adding_opens_the_history(bakery) -> None:
    action = workflow.append_action(Action(assessment=bakery, title="A", status="done"), by=EDITOR)
    assert history(action) == [("added", "", "", EDITOR)]
    assert action.done_on == timezone.localdate()


# -- order -------------------------------------------------------------------------------------


@pytest.fixture
def three(bakery) -> list[Action]:
    """Three actions without a date, and one of another horizon between them."""
    actions = [make_action(bakery, title) for title in "abc"]
    due = timezone.localdate() + timedelta(days=3)
    other = make_action(bakery, "z", due_on=due)
    Action.objects.filter(pk=other.pk).update(position=0)
    return actions


def order() -> str:
    return "".join(a.title for a in Action.objects.in_plan() if a.title != "z")


@pytest.mark.parametrize(
    ("which", "step", "after", "place"),
    [
        (0, {"to": "down"}, "bac", (2, 3)),
        (1, {"to": "up"}, "bac", (1, 3)),
        (0, {"to": "up"}, "abc", (1, 3)),
        (2, {"to": "down"}, "abc", (3, 3)),
        (0, {"before": ""}, "bca", (3, 3)),
        (2, {"before": "a"}, "cab", (1, 3)),
        (0, {"before": "c"}, "bac", (2, 3)),
    ],
)
def test_an_action_moves_among_those_of_its_horizon(three, which, step, after, place) -> None:
    keys = {action.title: action.key for action in three}
    if step.get("before"):
        step = {"before": keys[step["before"]]}
    sequence = three[which].sequence
    found = working.order_action(action=three[which], **step)
    assert (found.number, found.of) == place
    assert order() == after
    assert Action.objects.get(pk=three[which].pk).sequence == sequence
    assert not ActionChange.objects.exists()


def test_a_place_that_is_not_there_moves_nothing(three, bakery) -> None:
    other = Action.objects.get(title="z")
    theirs = make_action(factories.make_assessment(), "theirs")
    for before in (other.key, theirs.key, "nothing", three[0].key, None):
        with pytest.raises(Action.DoesNotExist):
            working.order_action(action=three[0], before=before)
    working.remove_action(action=three[0], by=OWNER)
    with pytest.raises(Action.DoesNotExist):
        working.order_action(action=three[0], to="up")
    assert order().removesuffix("theirs") == "bc"


def test_the_order_holds_through_removing_and_putting_back(three) -> None:
    working.order_action(action=three[2], to="up")
    working.remove_action(action=three[2], by=OWNER)
    assert order() == "ab"
    working.put_back(action=three[2], by=OWNER)
    assert order() == "acb"


# -- at once -----------------------------------------------------------------------------------


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_of_many_adding_at_once_only_as_many_as_fit_are_stored() -> None:
    assessment = factories.make_assessment()
    for number in range(MOST_ACTIONS - 1):
        make_action(assessment, title=f"Step {number}", position=number)

    def add(number: int) -> bool:
        try:
            workflow.append_action(Action(assessment=assessment, title=f"Late {number}"), by=OWNER)
        except workflow.TooMany:
            return False
        return True

    assert at_once(6, add).count(True) == 1
    assert Action.objects.in_plan().count() == MOST_ACTIONS
