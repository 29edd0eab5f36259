"""What the database itself refuses: each rule allowed, allowed, refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from assessment.models import (
    AccessLink,
    Action,
    Answer,
    Assessment,
    IssuedDocument,
    Move,
    OwnerEmail,
    TurnoverEstimate,
)
from tests import factories

pytestmark = [pytest.mark.db, pytest.mark.django_db]

ANSWER = {"question": "wage"}
ACTION = {"title": "Post the hours"}
LINK: dict[str, Any] = {"role": "read"}
MOVE: dict[str, Any] = {"from_number": 1, "to_number": 2, "revisions": 0}
DOCUMENT = {"plan": "{}", "content": b"%PDF", "pages": 1}
TURNOVER = {"headcount": 40, "leavers": 12, "pay": 32_000, "low_percent": 10, "high_percent": 30}
LONG_AGO = datetime(2026, 3, 1, tzinfo=UTC)

# By constraint: the model, what every row has, and the values of three rows stored one after
# another, of which only the last is refused.
CASES: dict[str, tuple[type[models.Model], dict[str, Any], list[dict[str, Any]]]] = {
    "assessment_mode_known": (
        Assessment,
        {"edition_number": 1},
        [{"mode": "quick"}, {"mode": "full"}, {"mode": "slow"}],
    ),
    "assessment_size_known": (
        Assessment,
        {"edition_number": 1},
        [{"size": ""}, {"size": "1000+"}, {"size": "40"}],
    ),
    "assessment_edition_positive": (
        Assessment,
        {},
        [{"edition_number": 1}, {"edition_number": 2}, {"edition_number": 0}],
    ),
    "assessment_declined_positive": (
        Assessment,
        {"edition_number": 1},
        [{"declined_edition": None}, {"declined_edition": 1}, {"declined_edition": 0}],
    ),
    "assessment.public_id": (
        Assessment,
        {"edition_number": 1},
        [{"public_id": "aaa"}, {"public_id": "aab"}, {"public_id": "aaa"}],
    ),
    "link_role_known": (
        AccessLink,
        {},
        [{"role": "owner"}, {"role": "edit"}, {"role": "admin"}],
    ),
    "assessment_not_its_own_earlier": (
        Assessment,
        {"edition_number": 1},
        [{"pk": 901}, {"pk": 902, "earlier_id": 901}, {"pk": 903, "earlier_id": 903}],
    ),
    "link_shows_for_share": (
        AccessLink,
        {},
        [{"role": "share", "shows": "plan"}, {"role": "read"}, {"role": "share"}],
    ),
    "link_mailed_to_owner": (
        AccessLink,
        {},
        [
            {"role": "owner", "mailed_at": LONG_AGO},
            {"role": "edit"},
            {"role": "edit", "mailed_at": LONG_AGO},
        ],
    ),
    "owneremail.assessment": (OwnerEmail, {"email": "m@example.org"}, [{}, {}, {}]),
    "owner_email_given": (
        OwnerEmail,
        {},
        [{"email": "m@example.org"}, {"email": "m@example.org"}, {"email": ""}],
    ),
    "link_component_for_contributor": (
        AccessLink,
        {},
        [{"role": "contributor", "component": "pay"}, LINK, {"role": "read", "component": "pay"}],
    ),
    "accesslink.secret_hash": (
        AccessLink,
        LINK,
        [{"secret_hash": "a"}, {"secret_hash": "b"}, {"secret_hash": "a"}],
    ),
    "answer_once": (
        Answer,
        {},
        [{"question": "wage"}, {"question": "tips"}, {"question": "wage", "level": 1}],
    ),
    "answer_level_0_4": (
        Answer,
        {},
        [{"question": "a", "level": 0}, {"question": "b", "level": 4}, {**ANSWER, "level": 5}],
    ),
    "answer_level_or_na": (
        Answer,
        {},
        [
            {"question": "a", "is_not_applicable": True},
            {"question": "b", "level": 1},
            {**ANSWER, "level": 1, "is_not_applicable": True},
        ],
    ),
    "answer_revision_positive": (
        Answer,
        {},
        [{"question": "a"}, {"question": "b", "revision": 9}, {**ANSWER, "revision": 0}],
    ),
    "action_level_0_4": (
        Action,
        ACTION,
        [{"level": None}, {"level": 4}, {"level": 5}],
    ),
    "action_status_known": (
        Action,
        ACTION,
        [{"status": "done"}, {"status": "dropped"}, {"status": "perhaps"}],
    ),
    "action_once_per_question": (
        Action,
        ACTION,
        [{"question": "wage"}, {"question": "wage", "removed_at": LONG_AGO}, {"question": "wage"}],
    ),
    "action_estimate_bounded": (
        Action,
        ACTION,
        [{"estimate": None}, {"estimate": 100_000_000}, {"estimate": 100_000_001}],
    ),
    "action_budget_bounded": (
        Action,
        ACTION,
        [{"budget": None}, {"budget": 100_000_000}, {"budget": 100_000_001}],
    ),
    "action_drop_reason_of_dropped": (
        Action,
        ACTION,
        [{"status": "dropped"}, {"status": "dropped", "drop_reason": "a"}, {"drop_reason": "a"}],
    ),
    "action_done_on_of_done": (
        Action,
        ACTION,
        [{"status": "done"}, {"status": "done", "done_on": LONG_AGO}, {"done_on": LONG_AGO}],
    ),
    "action.key": (Action, ACTION, [{"key": "a"}, {"key": "b"}, {"key": "a"}]),
    "move_from_positive": (
        Move,
        MOVE,
        [{}, {"from_number": 2, "to_number": 3}, {"from_number": 0, "to_number": 4}],
    ),
    "move_newer": (
        Move,
        MOVE,
        [{}, {"from_number": 2, "to_number": 9}, {"from_number": 3, "to_number": 3}],
    ),
    "move_once_per_edition": (
        Move,
        MOVE,
        [{"undone_at": LONG_AGO}, {}, {}],
    ),
    "document_fingerprint_once": (
        IssuedDocument,
        DOCUMENT,
        [{"fingerprint": "a"}, {"fingerprint": "b"}, {"fingerprint": "a"}],
    ),
    "document_kind_known": (
        IssuedDocument,
        DOCUMENT,
        [
            {"fingerprint": "a", "kind": "plan"},
            {"fingerprint": "b", "kind": "word", "pages": None},
            {"fingerprint": "c", "kind": "book"},
        ],
    ),
    "turnoverestimate.assessment": (TurnoverEstimate, TURNOVER, [{}, {}, {}]),
    "turnover_headcount_bounded": (
        TurnoverEstimate,
        TURNOVER,
        [{"headcount": 1}, {"headcount": 5_000_000}, {"headcount": 0}],
    ),
    "turnover_leavers_bounded": (
        TurnoverEstimate,
        TURNOVER,
        [{"leavers": 0}, {"leavers": 5_000_000}, {"leavers": 5_000_001}],
    ),
    "turnover_pay_bounded": (
        TurnoverEstimate,
        TURNOVER,
        [{"pay": 1}, {"pay": 10_000_000}, {"pay": 0}],
    ),
    "turnover_percents_in_order": (
        TurnoverEstimate,
        TURNOVER,
        [{"low_percent": 30}, {"high_percent": 500}, {"low_percent": 31}],
    ),
}


def rules() -> set[str]:
    """Every constraint and unique column of the app."""
    found = set()
    for model in (
        AccessLink,
        Action,
        Answer,
        Assessment,
        IssuedDocument,
        Move,
        OwnerEmail,
        TurnoverEstimate,
    ):
        found |= {constraint.name for constraint in model._meta.constraints}
        found |= {
            f"{model._meta.model_name}.{field.name}"
            for field in model._meta.concrete_fields
            if field.unique and not field.primary_key
        }
    return found


def test_every_rule_has_its_three_cases() -> None:
    assert set(CASES) == rules()


@pytest.mark.parametrize("rule", CASES)
def test_the_database_refuses_what_breaks_the_rule(rule: str) -> None:
    model, common, rows = CASES[rule]
    *allowed, refused = [{**common, **row} for row in rows]
    if model is not Assessment:
        assessment = factories.make_assessment()
        for row in (*allowed, refused):
            row["assessment"] = assessment
    if model in {TurnoverEstimate, OwnerEmail}:  # one each, but for the rule that says so
        for row in allowed:
            row["assessment"] = factories.make_assessment()
        refused["assessment"] = (
            allowed[0]["assessment"]
            if rule in {"turnoverestimate.assessment", "owneremail.assessment"}
            else factories.make_assessment()
        )
    if model is Answer:
        for row in (*allowed, refused):
            row["saved_at"] = assessment.started_at
    if model is AccessLink:
        for number, row in enumerate((*allowed, refused)):
            row.setdefault("secret_hash", str(number))
    for row in allowed:
        model._default_manager.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.create(**refused)
    assert model._default_manager.count() == len(allowed)


def test_two_actions_of_one_s_own_need_no_question() -> None:
    assessment = factories.make_assessment()
    for title in ("One", "Two"):
        factories.make_action(assessment, title)
    assert assessment.actions.count() == 2


def test_the_same_question_may_be_answered_in_two_assessments() -> None:
    for _ in range(2):
        factories.make_answer(factories.make_assessment(), "wage", 1)
    assert Answer.objects.filter(question="wage").count() == 2


def test_whatever_belongs_to_an_assessment_goes_with_it() -> None:
    assessment, other = factories.make_assessment(), factories.make_assessment()
    for owner in (assessment, other):
        factories.make_answer(owner, "wage", 1)
        factories.make_action(owner)
        AccessLink.objects.create(assessment=owner, secret_hash=owner.public_id, **LINK)
        IssuedDocument.objects.create(assessment=owner, fingerprint="a", **DOCUMENT)
        Move.objects.create(assessment=owner, **MOVE)
    assessment.delete()
    assert [
        model._default_manager.filter(assessment=other).count()
        == model._default_manager.count()
        == 1
        for model in (Answer, Action, AccessLink, IssuedDocument, Move)
    ] == [True] * 5


def test_covers_in_words_names_the_part_and_the_people() -> None:
    assessment = Assessment(covers="site", covers_name="Elm Street", headcount=1200)
    assert assessment.covers_words == "One site: Elm Street, about 1,200 people"


@pytest.mark.parametrize(
    ("fields", "choice"),
    [({}, ""), ({"level": 0}, "0"), ({"level": 4}, "4"), ({"is_not_applicable": True}, "na")],
)
def test_an_answer_s_choice_is_the_radio_that_stands_for_it(fields, choice) -> None:
    assert Answer(**fields).choice == choice
