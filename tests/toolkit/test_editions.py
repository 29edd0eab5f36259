"""Publishing: correction or new edition, what is refused, what the difference says."""

import json
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections

from tests.toolkit.small import (
    CASE,
    GUIDE,
    fingerprint,
    load_and_publish,
    load_small,
    publish,
    question,
)
from toolkit import catalogue as cat
from toolkit import editions
from toolkit.differences import Difference
from toolkit.editions import PublishError
from toolkit.models import (
    Component,
    Edition,
    Level,
    Question,
    Resource,
    Strategy,
    StrategyResource,
    StrategyServes,
)


def change(model: Any, slug: str, **values: object) -> None:
    assert model.objects.filter(slug=slug).update(**values) == 1


def found() -> list[Difference]:
    """The differences between the live edition and the draft."""
    live = editions.live_edition()
    assert live is not None
    return editions.differences(editions.catalogue_for(live), editions.draft_catalogue())


def one() -> Difference:
    (difference,) = found()
    return difference


def live_question(slug: str) -> cat.Question:
    live = editions.live_edition()
    assert live is not None
    return editions.catalogue_for(live).questions[slug]


# -- The first edition -----------------------------------------------------------------------


@pytest.mark.django_db
def test_the_first_publishing_is_1_0() -> None:
    load_small()
    assert editions.live_edition() is None
    by = User.objects.create_user("editor")
    confirmed = fingerprint()
    edition = editions.publish(fingerprint=confirmed, note="The first.", by=by)
    edition.refresh_from_db()
    assert (edition.label, edition.note, edition.published_by) == ("1.0", "The first.", by)
    assert edition.fingerprint == confirmed == cat.fingerprint(edition.document)
    assert editions.live_edition() == edition


@pytest.mark.django_db
def test_an_edition_holds_the_draft_and_reads_back_as_it() -> None:
    edition = load_and_publish()
    catalogue = editions.catalogue_for(edition)
    assert catalogue == editions.draft_catalogue()
    assert cat.canonical(cat.to_document(catalogue)) == edition.document
    assert [c.slug for c in catalogue.components] == ["pay", "benefits"]
    assert list(catalogue.questions) == ["wage", "raises", "leave"]
    assert [r.slug for r in catalogue.resources] == [CASE, GUIDE]


@pytest.mark.django_db
def test_an_edition_is_parsed_once() -> None:
    edition = load_and_publish()
    first = editions.catalogue_for(edition)
    unread = editions.catalogue_by_fingerprint(edition.fingerprint, lambda: pytest.fail("read"))
    assert unread is first


@pytest.mark.django_db
def test_nothing_is_published_while_nothing_has_changed() -> None:
    load_and_publish()
    assert found() == []
    with pytest.raises(PublishError, match="Nothing has changed"):
        publish()
    assert Edition.objects.count() == 1


# -- Correction or new edition ---------------------------------------------------------------

CORRECTIONS: list[tuple[Any, str, dict[str, object], str]] = [
    (Component, "pay", {"title": "Pay & tips"}, "The title changed."),
    (Component, "pay", {"summary": "All of it."}, "The summary changed."),
    (Component, "pay", {"toolkit_says": "It says."}, "What the toolkit says changed."),
    (Question, "wage", {"hint": "Before tips."}, "The hint changed."),
    (Question, "wage", {"why": "It counts."}, "Why it matters changed."),
    (Question, "wage", {"weight_reason": "Basic need."}, "The reason for the weight changed."),
    (Question, "wage", {"pulse": "I know."}, "The pulse statement changed."),
    (
        Question,
        "wage",
        {"legal_notes": [{"text": "Ask.", "source": "General"}]},
        "The legal notes changed.",
    ),
    (Strategy, "set-a-wage", {"title": "Set it"}, "The title changed."),
    (Strategy, "set-a-wage", {"steps": ["A.", "B.", "C."]}, "The steps changed."),
    (Strategy, "set-a-wage", {"summary": "So."}, "The summary changed."),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "slug", "values", "what"), CORRECTIONS)
def test_wording_alone_makes_a_correction(
    model: Any, slug: str, values: dict[str, object], what: str
) -> None:
    load_and_publish()
    change(model, slug, **values)
    difference = one()
    assert (difference.what, difference.slug, difference.is_correction) == (what, slug, True)
    assert publish().label == "1.1"
    assert found() == []


NEW_EDITIONS: list[tuple[Any, str, dict[str, object], str]] = [
    (Component, "benefits", {"position": 9}, "Its position changed."),
    (Component, "pay", {"code": "PY"}, "The code changed."),
    (Question, "wage", {"weight": 3}, "The weight changed."),
    (Question, "wage", {"is_quick": True}, "Whether it is in the quick check changed."),
    (Question, "wage", {"applies_if": "tipped"}, "Whom it applies to changed."),
    (Question, "wage", {"na_when": "Choose this if so."}, "When it does not apply changed."),
    (Question, "leave", {"na_when": ""}, "When it does not apply changed."),
    (Strategy, "set-a-wage", {"effort": "high"}, "The effort changed."),
    (Strategy, "set-a-wage", {"days": 31}, "The days to a first result changed."),
    (Strategy, "set-a-wage", {"sizes": ["1-9"]}, "The sizes changed."),
    (Resource, CASE, {"kind": "report"}, "The kind changed."),
    (Resource, CASE, {"employer": ""}, "The employer it is about changed."),
    (Resource, CASE, {"sectors": ["44-45"]}, "The sectors changed."),
    (Resource, CASE, {"employer_sizes": []}, "The employer sizes changed."),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "slug", "values", "what"), NEW_EDITIONS)
def test_what_scoring_or_recommending_reads_makes_a_new_edition(
    model: Any, slug: str, values: dict[str, object], what: str
) -> None:
    load_and_publish()
    change(model, slug, **values)
    difference = one()
    assert (difference.what, difference.slug, difference.is_correction) == (what, slug, False)
    assert publish(same_meaning=("wage", "leave")).label == "2.0"
    assert found() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values", [{"title": "Another title"}, {"summary": "Other."}, {"verification": "unverified"}]
)
def test_what_is_shown_of_a_resource_is_live_and_needs_no_publishing(
    values: dict[str, object],
) -> None:
    load_and_publish()
    change(Resource, CASE, **values)
    assert found() == []


@pytest.mark.django_db
def test_a_changed_facet_is_told_beside_other_changes() -> None:
    load_and_publish()
    change(Component, "pay", title="Pay & tips")
    change(Resource, CASE, sectors=["72", "81"])
    assert [(d.noun, d.slug, d.what, d.before, d.after) for d in found()] == [
        ("component", "pay", "The title changed.", "Pay", "Pay & tips"),
        ("resource", CASE, "The sectors changed.", "72", "72\n81"),
    ]
    assert publish().label == "2.0"


@pytest.mark.django_db
def test_one_step_of_several_is_shown_alone() -> None:
    load_and_publish()
    Level.objects.filter(question__slug="wage", number=2).update(next_step="Climb.")
    difference = one()
    assert (difference.what, difference.before, difference.after) == (
        "The next steps changed.",
        "2 Partial: Raise wage from 2.",
        "2 Partial: Climb.",
    )
    assert publish().label == "1.1"


@pytest.mark.django_db
def test_which_levels_a_strategy_serves_is_told_in_words() -> None:
    load_and_publish()
    StrategyServes.objects.create(
        strategy=Strategy.objects.get(slug="set-a-wage"),
        question=Question.objects.get(slug="raises"),
        position=2,
        levels=[0, 1],
    )
    difference = one()
    assert difference.what == "The questions and levels it serves changed."
    assert difference.after == "wage (0, 1, 2, 3)\nraises (0, 1)"
    assert publish().label == "2.0"


@pytest.mark.django_db
def test_corrections_add_up_under_the_same_number() -> None:
    load_and_publish()
    labels = []
    for hint in ("One.", "Two."):
        change(Question, "wage", hint=hint)
        labels.append(publish().label)
    change(Question, "wage", weight=3)
    labels.append(publish().label)
    change(Question, "wage", hint="Three.")
    labels.append(publish().label)
    assert labels == ["1.1", "1.2", "2.0", "2.1"]
    assert [e.label for e in Edition.objects.newest_first()] == ["2.1", "2.0", "1.2", "1.1", "1.0"]


# -- Meaning ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_reworded_question_that_means_the_same_is_a_correction() -> None:
    load_and_publish()
    change(Question, "wage", text="And the wage?")
    assert one().needs_same_meaning
    assert publish(same_meaning=("wage",)).label == "1.1"
    assert (live_question("wage").text, live_question("wage").meaning) == ("And the wage?", 1)
    assert Question.objects.get(slug="wage").meaning == 1


@pytest.mark.django_db
def test_a_reworded_question_nobody_vouches_for_means_something_else() -> None:
    load_and_publish()
    change(Question, "wage", text="And the tips?")
    confirmed = fingerprint()
    edition = editions.publish(fingerprint=confirmed, note="", same_meaning=())
    assert edition.label == "2.0"
    assert edition.fingerprint != confirmed, "the draft confirmed had the old meaning"
    assert live_question("wage").meaning == 2
    assert live_question("raises").meaning == 1
    assert Question.objects.get(slug="wage").meaning == 2
    assert found() == [], "the raised meaning is no change of its own"


@pytest.mark.django_db
def test_a_reworded_level_asks_for_the_meaning_too() -> None:
    load_and_publish()
    Level.objects.filter(question__slug="wage", number=4).update(statement="Above all.")
    difference = one()
    assert (difference.what, difference.before, difference.after) == (
        "The level statements changed.",
        "4 Leading: wage at 4.",
        "4 Leading: Above all.",
    )
    assert publish().label == "2.0"
    assert live_question("wage").meaning == 2


@pytest.mark.django_db
def test_each_question_is_vouched_for_by_itself() -> None:
    load_and_publish()
    change(Question, "wage", text="And the wage?")
    change(Question, "raises", text="And the raises?")
    assert publish(same_meaning=("wage",)).label == "2.0"
    assert (live_question("wage").meaning, live_question("raises").meaning) == (1, 2)


@pytest.mark.django_db
def test_a_reworded_when_it_does_not_apply_is_wording() -> None:
    load_and_publish()
    change(Question, "leave", na_when="Choose this if you employ nobody.")
    assert one().needs_same_meaning
    assert publish(same_meaning=("leave",)).label == "1.1"


@pytest.mark.django_db
def test_a_question_that_comes_back_in_other_words_means_something_else() -> None:
    load_and_publish()
    change(Question, "raises", is_retired=True)
    change(Strategy, "plan-raises", is_retired=True)
    assert publish().label == "2.0"
    change(Question, "raises", is_retired=False, text="What about promotions?")
    change(Strategy, "plan-raises", is_retired=False)
    assert publish(same_meaning=("raises",)).label == "3.0"
    assert live_question("raises").meaning == 2


@pytest.mark.django_db
def test_a_question_that_comes_back_as_it_was_means_the_same() -> None:
    load_and_publish()
    change(Question, "raises", is_retired=True)
    change(Strategy, "plan-raises", is_retired=True)
    publish()
    change(Question, "raises", is_retired=False)
    change(Strategy, "plan-raises", is_retired=False)
    publish()
    assert live_question("raises").meaning == 1


# -- Rows that come and go -------------------------------------------------------------------


@pytest.mark.django_db
def test_a_retired_question_is_removed_by_a_new_edition() -> None:
    load_and_publish()
    change(Question, "raises", is_retired=True)
    change(Strategy, "plan-raises", is_retired=True)
    assert {(d.noun, d.slug, d.what) for d in found()} == {
        ("question", "raises", "The question is removed."),
        ("strategy", "plan-raises", "The strategy is removed."),
    }
    assert publish().label == "2.0"
    assert list(editions.catalogue_for(Edition.objects.newest_first()[0]).questions) == [
        "wage",
        "leave",
    ]
    assert "raises" in editions.catalogue_for(Edition.objects.get(number=1)).questions


@pytest.mark.django_db
def test_a_retired_component_takes_its_questions_along() -> None:
    load_and_publish()
    change(Component, "benefits", is_retired=True)
    change(Strategy, "offer-leave", is_retired=True)
    assert {(d.noun, d.slug) for d in found()} == {
        ("component", "benefits"),
        ("question", "leave"),
        ("strategy", "offer-leave"),
    }
    assert publish().label == "2.0"


@pytest.mark.django_db
def test_an_added_strategy_is_a_new_edition() -> None:
    load_and_publish()
    added = Strategy.objects.create(
        slug="share-tips",
        component=Component.objects.get(slug="pay"),
        title="Share tips",
        summary="Everybody gets some.",
        steps=["A.", "B.", "C."],
        effort="low",
        days=5,
        sizes=["1-9"],
    )
    StrategyResource.objects.create(
        strategy=added, resource=Resource.objects.get(slug=GUIDE), role="guide"
    )
    StrategyServes.objects.create(
        strategy=added, question=Question.objects.get(slug="wage"), levels=[3]
    )
    assert one().what == "The strategy is added."
    assert publish().label == "2.0"


# -- Held back -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_held_back_stays_as_last_published() -> None:
    load_and_publish()
    change(Question, "wage", text="Half a thought", is_held_back=True)
    change(Component, "pay", title="Half a title", is_held_back=True)
    change(Strategy, "set-a-wage", title="Half a move", is_held_back=True)
    assert found() == []
    change(Question, "raises", hint="Done.")
    assert publish().label == "1.1"
    live = editions.catalogue_for(Edition.objects.newest_first()[0])
    assert live.questions["wage"].text == "What about wage?"
    assert live.questions["raises"].hint == "Done."
    assert live.by_slug["pay"].title == "Pay"
    assert live.strategies_by_slug["set-a-wage"].title == "Set a wage"


@pytest.mark.django_db
def test_what_was_never_published_is_left_out_while_held_back() -> None:
    load_small()
    change(Question, "raises", is_held_back=True)
    change(Strategy, "plan-raises", is_held_back=True)
    publish()
    assert list(editions.catalogue_for(Edition.objects.get()).questions) == ["wage", "leave"]
    change(Question, "raises", is_held_back=False)
    change(Strategy, "plan-raises", is_held_back=False)
    assert publish().label == "2.0"


# -- Refusals --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_problem_is_told_at_once_and_nothing_is_published() -> None:
    load_and_publish()
    change(Strategy, "set-a-wage", is_retired=True)
    change(Question, "leave", weight_reason="Because.")
    change(Component, "benefits", position=1)
    with pytest.raises(PublishError) as error:
        publish()
    assert sorted(error.value.reasons) == sorted(
        [
            "component pay: Position 1 is also that of “Benefits”.",
            "question leave: The reason for the weight must begin “Basic need” or “Evidence”.",
            *(
                f"question wage: No strategy serves it at level {n} ({cat.LEVEL_NAMES[n]})."
                for n in range(4)
            ),
        ]
    )
    assert Edition.objects.count() == 1


@pytest.mark.django_db
def test_a_retired_resource_in_use_is_a_problem() -> None:
    load_and_publish()
    change(Resource, CASE, is_retired=True)
    problems = editions.draft_problems(editions.draft_catalogue())
    assert [(p.noun, p.slug, p.message) for p in problems] == [
        ("strategy", slug, f"Unknown resource “{CASE}”.")
        for slug in ("offer-leave", "plan-raises", "set-a-wage")
    ]


@pytest.mark.django_db
def test_a_draft_that_moved_on_is_not_published() -> None:
    load_and_publish()
    change(Question, "wage", hint="Shown.")
    confirmed = fingerprint()
    change(Question, "wage", hint="Changed meanwhile.")
    with pytest.raises(PublishError, match="has changed since you opened it"):
        editions.publish(fingerprint=confirmed, note="")
    assert Edition.objects.count() == 1


@pytest.mark.django_db
def test_losing_the_race_for_a_number_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_and_publish()
    change(Question, "wage", text="And the tips?")
    confirmed = fingerprint()
    # As if the other had published after we looked for the live edition.
    Edition.objects.create(number=2, revision=0, fingerprint="other", document=first.document)
    monkeypatch.setattr(editions, "live_edition", lambda: first)
    with pytest.raises(PublishError, match="Someone else has just published"):
        editions.publish(fingerprint=confirmed, note="")
    assert Edition.objects.count() == 2
    assert Question.objects.get(slug="wage").meaning == 1


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("already_published", [False, True])
def test_of_two_publishers_at_once_one_wins(already_published: bool) -> None:
    """One vouches for the wording and the other does not: never both a 1.1 and a 2.0."""
    load_small()
    if already_published:
        publish()
        change(Question, "wage", text="And the wage?")
    confirmed = fingerprint()
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def run(same_meaning: tuple[str, ...]) -> None:
        start.wait()
        try:
            edition = editions.publish(fingerprint=confirmed, note="", same_meaning=same_meaning)
            outcomes.append(edition.label)
        except PublishError:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(s,)) for s in ((), ("wage",))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("refused") == 1
    assert Edition.objects.count() == (2 if already_published else 1)
    meaning = Question.objects.get(slug="wage").meaning
    assert live_question("wage").meaning == meaning


@pytest.mark.django_db
def test_the_number_can_be_told_beforehand() -> None:
    live = load_and_publish()
    change(Question, "wage", text="And the wage?")
    assert editions.next_number(live, found(), ["wage"]) == (1, 1)
    assert editions.next_number(live, found(), []) == (2, 0)
    assert editions.next_number(None, [], []) == (1, 0)


@pytest.mark.django_db
def test_equal_documents_and_no_differences_are_the_same_thing() -> None:
    live = load_and_publish()
    draft = json.loads(editions.draft_document())
    draft["components"][0]["questions"][0] = question("wage", "PAY-1", "pay")
    assert cat.canonical(draft) == live.document
    changed = cat.from_document({**draft, "strategies": draft["strategies"][1:]})
    assert editions.differences(editions.catalogue_for(live), changed) != []


@pytest.mark.django_db
@pytest.mark.parametrize("copies", [1, 3])
def test_drafting_takes_the_same_queries_however_much_there_is(
    copies: int, django_assert_num_queries: Any
) -> None:
    load_small()
    pay = Component.objects.get(slug="pay")
    for n in range(copies - 1):
        Question.objects.create(
            slug=f"more-{n}",
            code=f"M-{n}",
            position=10 + n,
            component=pay,
            why_source=Resource.objects.get(slug=GUIDE),
            weight=1,
        )
    with django_assert_num_queries(12):
        editions.draft_catalogue()
    assert connection.in_atomic_block
