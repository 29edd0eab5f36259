"""History: every version of a row is kept as one document, told in words, and can come back."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.toolkit.small import CASE, GUIDE, content, load_and_publish, load_small, small_documents
from toolkit import history
from toolkit.importing import load
from toolkit.models import (
    Change,
    Component,
    Level,
    Question,
    Resource,
    ResourceFact,
    Strategy,
    StrategyServes,
)
from toolkit.models.change import BROUGHT_BACK, DELETED, EDITED, FOUND, LOADED
from toolkit.reverting import DoesNotFitError, bring_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return User.objects.create_user("ana")


def newest(noun: str, slug: str) -> Change:
    change = Change.objects.of(noun, slug).first()
    assert change is not None
    return change


def hows(noun: str, slug: str) -> list[str]:
    """How each version came about, the oldest first."""
    return [c.how for c in Change.objects.of(noun, slug).reverse()]


def told(noun: str, slug: str) -> list[tuple[str, str, str]]:
    """What the newest version changed."""
    _, versions = history.versions(noun, slug)
    return [(d.what, d.before, d.after) for d in versions[0].differences]


def edit(noun: str, slug: str, by: User | None = None, **values: Any) -> None:
    """Change columns of a row as the admin would: kept before and after."""
    history.before_saving(noun, [slug])
    assert history.MODELS[noun]._default_manager.filter(slug=slug).update(**values)
    history.record(noun, [slug], how=EDITED, by=by)


# -- Recording -------------------------------------------------------------------------------


@pytest.mark.db
def test_loading_keeps_the_first_version_of_every_row(ana: User) -> None:
    load(content(), by=ana)
    kept = Change.objects.order_by("noun", "slug").values_list(
        "noun", "slug", "how", "made_by_name"
    )
    by_noun = {
        "component": ["benefits", "pay"],
        "question": ["leave", "raises", "wage"],
        "resource": [CASE, GUIDE],
        "strategy": ["offer-leave", "plan-raises", "set-a-wage"],
    }
    assert list(kept) == [(n, s, LOADED, "ana") for n, slugs in by_noun.items() for s in slugs]


@pytest.mark.db
def test_loading_again_keeps_only_what_changed(ana: User) -> None:
    load_small()
    documents: Any = small_documents()
    documents["component"][0]["questions"][0]["levels"][1] = "Begun."
    documents["strategy"][0]["title"] = "Set a fair wage"
    load(content(documents), by=ana)
    assert Change.objects.count() == 12
    wage = newest("question", "wage")
    assert (wage.how, wage.made_by, wage.made_by_name) == (LOADED, ana, "ana")
    assert told("question", "wage") == [
        ("The level statements changed.", "1 Starting: wage at 1.", "1 Starting: Begun.")
    ]
    assert told("strategy", "set-a-wage") == [
        ("The title changed.", "Set a wage", "Set a fair wage")
    ]


def test_a_question_its_file_no_longer_has_is_kept_as_retired() -> None:
    load_small()
    documents: Any = small_documents()
    del documents["component"][0]["questions"][1]
    del documents["strategy"][1]
    load(content(documents), overwrite=True)
    assert told("question", "raises") == [("Whether it is retired changed.", "no", "yes")]


def test_the_document_holds_the_row_and_all_that_belongs_to_it() -> None:
    load_small()
    Question.objects.filter(slug="wage").update(is_held_back=True, meaning=3)
    history.record("question", ["wage"], how=EDITED)
    wage = json.loads(newest("question", "wage").document)
    assert wage["levels"] == [f"wage at {n}." for n in range(5)]
    assert wage["next_steps"] == [f"Raise wage from {n}." for n in range(4)]
    assert (wage["component"], wage["position"], wage["is_held_back"]) == ("pay", 1, True)
    assert "meaning" not in wage  # publishing's, not an editor's
    assert "questions" not in json.loads(newest("component", "pay").document)
    strategy = json.loads(newest("strategy", "set-a-wage").document)
    assert strategy["serves"] == [{"question": "wage", "levels": [0, 1, 2, 3]}]
    assert [u["resource"] for u in strategy["resources"]] == [GUIDE, CASE]
    case = json.loads(newest("resource", CASE).document)
    assert case["relations"] == [{"relation": "companion-of", "resource": GUIDE}]
    assert case["components"] == ["pay"]


def test_what_is_the_same_is_not_kept_twice() -> None:
    load_small()
    history.record("question", ["wage", "raises"], how=EDITED)
    assert hows("question", "wage") == [LOADED]


def test_a_row_from_before_the_history_gets_a_version_to_go_back_to(ana: User) -> None:
    load_small()
    Change.objects.all().delete()
    edit("question", "wage", ana, hint="Before tips.")
    assert hows("question", "wage") == [FOUND, EDITED]
    assert told("question", "wage") == [("The hint changed.", "", "Before tips.")]
    edit("question", "wage", ana, hint="After tips.")
    assert hows("question", "wage") == [FOUND, EDITED, EDITED]


def test_what_was_changed_past_the_history_is_found_by_the_next_saving(ana: User) -> None:
    load_small()
    Question.objects.filter(slug="wage").update(hint="Past it.")
    edit("question", "wage", ana, weight=3)
    assert hows("question", "wage") == [LOADED, FOUND, EDITED]
    assert newest("question", "wage").made_by_name == "ana"


def test_publishing_is_no_edit() -> None:
    load_and_publish()
    Question.objects.filter(slug="wage").update(meaning=2)
    history.before_saving("question", ["wage"])
    assert hows("question", "wage") == [LOADED]


@pytest.mark.db
def test_deleting_a_user_loses_nothing(ana: User) -> None:
    load(content(), by=ana)
    ana.delete()
    change = newest("question", "wage")
    assert (change.made_by, change.who) == (None, "ana")


@pytest.mark.parametrize(("how", "who"), [(LOADED, "a command"), (FOUND, "an unknown person")])
def test_who_is_said_without_a_name_too(how: str, who: str) -> None:
    assert Change(how=how).who == who


def test_a_deleted_row_and_its_successor_are_told_apart() -> None:
    load_small()
    for how in (DELETED, EDITED):
        history.record("strategy", ["set-a-wage"], how=how)
    assert hows("strategy", "set-a-wage") == [LOADED, DELETED, EDITED]


@pytest.mark.db
def test_recording_takes_the_same_queries_however_many(
    django_assert_num_queries: Any,
) -> None:
    load_small()
    Change.objects.all().delete()
    with django_assert_num_queries(4):  # rows, their levels, their newest versions, insert
        history.record("question", ["wage"], how=FOUND)
    with django_assert_num_queries(4):
        history.record("question", ["raises", "leave"], how=FOUND)


# -- Reading ---------------------------------------------------------------------------------


def test_versions_come_newest_first_and_say_what_changed(ana: User) -> None:
    load_small()
    edit("question", "wage", ana, hint="One.")
    edit("question", "wage", ana, weight=3, is_quick=True)
    _, versions = history.versions("question", "wage")
    assert [(v.is_present, v.is_first) for v in versions] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    assert [[d.what for d in v.differences] for v in versions] == [
        ["The weight changed.", "Whether it is in the quick check changed."],
        ["The hint changed."],
        [],
    ]


def test_what_was_changed_past_the_history_is_not_called_as_it_is_now() -> None:
    load_small()
    assert history.differences_to_present("question", "wage") == []
    Question.objects.filter(slug="wage").update(weight=3)
    _, (version,) = history.versions("question", "wage")
    assert not version.is_present
    (difference,) = history.differences_to_present("question", "wage")
    assert (difference.before, difference.after) == ("2", "3")


def test_versions_stand_on_pages_of_twenty(ana: User) -> None:
    load_small()
    for n in range(24):
        edit("question", "wage", ana, hint=f"Hint {n}.")
    first, newer = history.versions("question", "wage")
    last, older = history.versions("question", "wage", 2)
    assert (first.paginator.num_pages, len(newer), len(older)) == (2, 20, 5)
    assert [(d.before, d.after) for d in newer[-1].differences] == [("Hint 3.", "Hint 4.")]
    assert [v.is_first for v in older] == [False] * 4 + [True]
    assert not any(v.is_present for v in older)
    assert last.has_previous()


# -- Bringing back ---------------------------------------------------------------------------


@pytest.mark.db
def test_a_question_comes_back_with_its_levels_and_next_steps(ana: User) -> None:
    load_small()
    before = history.documents("question", ["wage"])
    version = newest("question", "wage")
    Level.objects.filter(question__slug="wage", number=2).update(
        statement="Other.", next_step="Otherwise."
    )
    edit("question", "wage", ana, text="And the wage?", na_when="Never.", is_held_back=True)
    Question.objects.filter(slug="wage").update(meaning=4)
    bring_back(version, by=ana)
    assert history.documents("question", ["wage"]) == before
    assert Question.objects.get(slug="wage").meaning == 4
    change = newest("question", "wage")
    assert (change.how, change.made_by_name, change.document) == (
        BROUGHT_BACK,
        "ana",
        version.document,
    )


@pytest.mark.db
def test_a_strategy_comes_back_with_what_it_serves_and_its_resources(ana: User) -> None:
    load_small()
    before = history.documents("strategy", ["set-a-wage"])
    version = newest("strategy", "set-a-wage")
    row = Strategy.objects.get(slug="set-a-wage")
    row.serves.all().delete()
    StrategyServes.objects.create(
        strategy=row, question=Question.objects.get(slug="leave"), levels=[1]
    )
    row.uses.all()[0].delete()
    edit("strategy", "set-a-wage", ana, title="Other", steps=["One."], days=9)
    bring_back(version, by=ana)
    assert history.documents("strategy", ["set-a-wage"]) == before


@pytest.mark.db
def test_a_resource_comes_back_with_its_facts_and_is_found_by_them(ana: User) -> None:
    load_small()
    before = history.documents("resource", [GUIDE, CASE])
    versions = [newest("resource", slug) for slug in (GUIDE, CASE)]
    ResourceFact.objects.all().delete()
    case = Resource.objects.get(slug=CASE)
    case.relations.all().delete()
    case.resourcecomponent_set.all().delete()
    case.other_urls.create(url="https://example.org/", note="A copy.")
    for slug in (GUIDE, CASE):
        edit("resource", slug, ana, title="Other", is_retired=True)
    for version in versions:
        bring_back(version, by=ana)
    assert history.documents("resource", [GUIDE, CASE]) == before
    assert " cafe fact " in Resource.objects.get(slug=GUIDE).search_text


@pytest.mark.db
def test_a_component_comes_back_without_touching_its_questions(ana: User) -> None:
    load_small()
    version = newest("component", "pay")
    edit("component", "pay", ana, summary="Other.", position=9)
    edit("question", "wage", ana, hint="Newer.")
    bring_back(version, by=ana)
    pay = Component.objects.get(slug="pay")
    assert (pay.summary, pay.position) == ("All about pay.", 1)
    assert [q.hint for q in pay.questions.all()] == ["Newer.", ""]


def test_a_version_from_before_a_new_slug_comes_back_under_the_new_one(ana: User) -> None:
    load_small()
    Strategy.objects.filter(slug="set-a-wage").update(slug="fair-wage")
    history.rename("strategy", "set-a-wage", "fair-wage")
    edit("strategy", "fair-wage", ana, title="Other")
    bring_back(Change.objects.of("strategy", "fair-wage").reverse()[0], by=ana)
    row = Strategy.objects.get(slug="fair-wage")
    assert (row.title, Strategy.objects.count()) == ("Set a wage", 3)


def refusal(change: Change) -> list[str]:
    before = history.documents(change.noun, [change.slug])
    count = Change.objects.count()
    with pytest.raises(DoesNotFitError) as error:
        bring_back(change, by=None)
    assert history.documents(change.noun, [change.slug]) == before
    assert Change.objects.count() == count
    return error.value.reasons


@pytest.mark.db
def test_a_position_and_a_code_taken_since_are_named_all_at_once(ana: User) -> None:
    load_small()
    version = newest("question", "wage")
    edit("question", "wage", ana, position=7, code="PAY-7")
    Question.objects.filter(slug="raises").update(position=1, code="PAY-1")
    assert refusal(version) == [
        "Its position was 1, which “PAY-1 What about raises?” has now. "
        "Give that question another position first.",
        "Its code was PAY-1, which “PAY-1 What about raises?” has now. "
        "Give that question another code first.",
    ]


def test_a_retired_version_takes_no_position(ana: User) -> None:
    load_small()
    edit("question", "wage", ana, is_retired=True)
    version = newest("question", "wage")
    edit("question", "wage", ana, is_retired=False, position=7, code="PAY-7")
    Question.objects.filter(slug="raises").update(position=1, code="PAY-1")
    bring_back(version, by=ana)
    assert Question.objects.get(slug="wage").is_retired


@pytest.mark.parametrize(
    ("noun", "slug", "key"), [("component", "pay", "code"), ("resource", GUIDE, "number")]
)
def test_a_code_or_number_taken_since_is_named(noun: str, slug: str, key: str, ana: User) -> None:
    load_small()
    model: Any = history.MODELS[noun]
    version = newest(noun, slug)
    was = getattr(model.objects.get(slug=slug), key)
    edit(noun, slug, ana, **{key: 77})
    other = model.objects.exclude(slug=slug)[0]
    model.objects.filter(pk=other.pk).update(**{key: was})
    (reason,) = refusal(version)
    assert reason.startswith(f"Its {key} was {was}, which “{other}” has now.")


def test_what_it_names_and_is_gone_or_retired_is_named(ana: User) -> None:
    load_small()
    version = newest("strategy", "set-a-wage")
    row = Strategy.objects.get(slug="set-a-wage")
    row.serves.update(question=Question.objects.get(slug="leave"))
    row.uses.filter(role="case").delete()
    history.record("strategy", ["set-a-wage"], how=EDITED, by=ana)
    Question.objects.filter(slug="wage").update(slug="pay-level")
    Resource.objects.filter(slug=CASE).update(is_retired=True)
    assert refusal(version) == [
        "It refers to the question “wage”, which no longer exists.",
        "It refers to the resource “Corner bakery case”, which is retired. "
        "Bring that resource back into use first.",
    ]


def test_what_the_row_names_now_may_be_retired(ana: User) -> None:
    """Else a strategy serving a retired question could never go back at all."""
    load_small()
    version = newest("strategy", "set-a-wage")
    edit("strategy", "set-a-wage", ana, title="Other")
    Question.objects.filter(slug="wage").update(is_retired=True)
    bring_back(version, by=ana)
    row = Strategy.objects.get(slug="set-a-wage")
    assert (row.title, [s.question.slug for s in row.serves.all()]) == ("Set a wage", ["wage"])


def test_a_version_this_release_cannot_read_is_refused_with_its_key(ana: User) -> None:
    load_small()
    old = Change.objects.create(
        noun="question",
        slug="wage",
        how=EDITED,
        document='{"slug":"wage","colour":"red"}',
    )
    reasons = refusal(old)
    assert "This version can no longer be read (text: missing)." in reasons
    assert "This version can no longer be read (colour: unknown key)." in reasons


def test_a_version_of_a_deleted_row_is_refused(ana: User) -> None:
    load_small()
    version = newest("strategy", "set-a-wage")
    Strategy.objects.filter(slug="set-a-wage").delete()
    with pytest.raises(DoesNotFitError, match="The strategy was deleted"):
        bring_back(version, by=ana)


def test_what_a_column_would_refuse_is_refused_in_words(ana: User) -> None:
    load_small()
    change = newest("question", "wage")
    document = json.loads(change.document)
    long = Change.objects.create(
        noun="question",
        slug="wage",
        how=EDITED,
        document=json.dumps({**document, "text": "x" * 201}),
    )
    (reason,) = refusal(long)
    assert reason == "text: Ensure this value has at most 200 characters (it has 201)."
