"""Every constraint of the toolkit's tables: two rows it allows, one it refuses."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from tests.toolkit.small import CASE, GUIDE, load_small, publish
from toolkit.models import (
    Change,
    Component,
    Edition,
    Level,
    Question,
    Resource,
    ResourceComponent,
    ResourceFact,
    Strategy,
    StrategyResource,
    StrategyServes,
)

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def rows() -> None:
    load_small()


def copy(row: models.Model, **changes: object) -> None:
    """Insert a copy of a row with some values changed; in a savepoint, for it may be refused."""
    values = {
        f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key
    }
    with transaction.atomic():
        type(row)._base_manager.create(**{**values, **changes})


def change(row: models.Model, **changes: object) -> None:
    """Change a row past all forms, as the database alone would let us."""
    with transaction.atomic():
        type(row)._base_manager.filter(pk=row.pk).update(**changes)


def refused(change: Callable[[], None], *constraints: str) -> None:
    """The database refuses; PostgreSQL names the constraint, SQLite only that of a check."""
    with pytest.raises(IntegrityError) as error:
        change()
    told = str(error.value)
    assert told.startswith("UNIQUE constraint failed") or any(c in told for c in constraints)


# -- Questions and levels --------------------------------------------------------------------


def test_two_questions_in_use_never_share_a_position() -> None:
    wage, raises = Question.objects.get(slug="wage"), Question.objects.get(slug="raises")
    change(wage, position=7)
    copy(raises, slug="old-raises", code="PAY-2", is_retired=True)  # retired: may keep its place
    refused(lambda: change(raises, position=7), "question_position")


def test_two_questions_in_use_never_share_a_code() -> None:
    wage = Question.objects.get(slug="wage")
    copy(wage, slug="wage-2", code="PAY-3", position=3)
    copy(wage, slug="old-wage", position=4, is_retired=True)
    refused(lambda: copy(wage, slug="wage-4", position=5), "question_code_once")


@pytest.mark.parametrize("weight", [1, 3])
def test_a_weight_from_1_to_3_is_allowed(weight: int) -> None:
    change(Question.objects.get(slug="wage"), weight=weight)


@pytest.mark.parametrize("weight", [0, 4])
def test_any_other_weight_is_refused(weight: int) -> None:
    wage = Question.objects.get(slug="wage")
    refused(lambda: change(wage, weight=weight), "question_weight_1_3")


def test_a_meaning_counts_from_1() -> None:
    wage = Question.objects.get(slug="wage")
    change(wage, meaning=1)
    change(wage, meaning=2)
    refused(lambda: change(wage, meaning=0), "question_meaning_positive")


def test_a_question_has_each_level_once() -> None:
    level = Level.objects.get(question__slug="wage", number=3)
    level.delete()
    copy(level)
    change(level.question.levels.get(number=2), statement="Reworded.")
    refused(lambda: copy(level), "level_number_once")


@pytest.mark.parametrize("number", [5, 32767])
def test_levels_are_0_to_4(number: int) -> None:
    for allowed in (0, 4):
        assert Level.objects.filter(question__slug="wage", number=allowed).count() == 1
    top = Level.objects.get(question__slug="wage", number=4)
    # No next step fits such a number either; which of the two is named depends on the database.
    refused(lambda: change(top, number=number), "level_number_0_4", "level_next_step_below_top")


def test_a_next_step_leads_on_from_each_level_but_the_top() -> None:
    levels = {level.number: level for level in Level.objects.filter(question__slug="wage")}
    change(levels[0], next_step="Begin otherwise.")
    change(levels[4], next_step="")
    refused(lambda: change(levels[0], next_step=""), "level_next_step_below_top")
    refused(lambda: change(levels[4], next_step="Higher still."), "level_next_step_below_top")


def test_slugs_are_given_once() -> None:
    component = Component.objects.get(slug="pay")
    copy(component, slug="pay-2", code="P2")
    copy(component, slug="pay-3", code="P3", is_retired=True)
    refused(lambda: copy(component, code="P4"), "slug")


def test_what_a_component_rests_on_cannot_be_deleted() -> None:
    with pytest.raises(models.ProtectedError):
        Component.objects.get(slug="pay").delete()
    with pytest.raises(models.ProtectedError):
        Resource.objects.get(slug=GUIDE).delete()


# -- Strategies ------------------------------------------------------------------------------


@pytest.mark.parametrize("effort", ["low", "high"])
def test_a_known_effort_is_allowed(effort: str) -> None:
    change(Strategy.objects.get(slug="set-a-wage"), effort=effort)


def test_an_unknown_effort_is_refused() -> None:
    strategy = Strategy.objects.get(slug="set-a-wage")
    refused(lambda: change(strategy, effort="huge"), "strategy_effort_known")


def test_days_count_from_1() -> None:
    strategy = Strategy.objects.get(slug="set-a-wage")
    change(strategy, days=1)
    change(strategy, days=365)
    refused(lambda: change(strategy, days=0), "strategy_days_positive")


def test_a_strategy_serves_a_question_once() -> None:
    serves = StrategyServes.objects.get(strategy__slug="set-a-wage")
    copy(serves, question_id=Question.objects.get(slug="raises").pk)
    copy(serves, question_id=Question.objects.get(slug="leave").pk)
    refused(lambda: copy(serves), "serves_question_once")


def test_a_strategy_uses_a_resource_once() -> None:
    use = StrategyResource.objects.get(strategy__slug="set-a-wage", role="case")
    use.delete()
    copy(use)
    change(StrategyResource.objects.get(strategy__slug="plan-raises", role="case"), position=9)
    refused(lambda: copy(use), "strategy_resource_once")


@pytest.mark.parametrize("role", ["guide", "evidence"])
def test_a_known_role_is_allowed(role: str) -> None:
    change(StrategyResource.objects.get(strategy__slug="set-a-wage", role="case"), role=role)


def test_an_unknown_role_is_refused() -> None:
    use = StrategyResource.objects.get(strategy__slug="set-a-wage", role="case")
    refused(lambda: change(use, role="ornament"), "strategy_resource_role")


def test_a_loose_fit_says_why() -> None:
    use = StrategyResource.objects.get(strategy__slug="set-a-wage", role="case")
    change(use, fit="good", fit_note="")
    change(use, fit="loose", fit_note="Another trade.")
    refused(lambda: change(use, fit="loose", fit_note=""), "loose_fit_says_why")
    refused(lambda: change(use, fit="tight", fit_note="So."), "loose_fit_says_why")


# -- Resources -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constraint", "allowed", "also_allowed", "not_allowed"),
    [
        ("resource_kind_known", {"kind": "guide"}, {"kind": "report"}, {"kind": "poem"}),
        (
            "resource_verification_known",
            {"verification": "verified"},
            {"verification": "unverified"},
            {"verification": "sure"},
        ),
        (
            "resource_date_with_precision",
            {"published": "", "date_precision": "unknown"},
            {"published": "2022", "date_precision": "year"},
            {"published": "2022", "date_precision": "unknown"},
        ),
        (
            "resource_date_with_precision",
            {"published": "", "date_precision": "unknown"},
            {"published": "2022-09-07", "date_precision": "day"},
            {"published": "", "date_precision": "year"},
        ),
        (
            "resource_link_checked_with_day",
            {"link_state": "not-checked", "link_checked_on": None},
            {"link_state": "live", "link_checked_on": "2026-11-23"},
            {"link_state": "live", "link_checked_on": None},
        ),
        (
            "resource_link_checked_with_day",
            {"link_state": "not-checked", "link_checked_on": None},
            {"link_state": "gone", "link_checked_on": "2026-11-23"},
            {"link_state": "not-checked", "link_checked_on": "2026-11-23"},
        ),
        (
            "resource_link_state_known",
            {"link_state": "refused", "link_checked_on": "2026-11-23"},
            {"link_state": "not-public", "link_checked_on": "2026-11-23"},
            {"link_state": "asleep", "link_checked_on": "2026-11-23"},
        ),
    ],
)
def test_a_resource_says_nothing_impossible(
    constraint: str,
    allowed: dict[str, object],
    also_allowed: dict[str, object],
    not_allowed: dict[str, object],
) -> None:
    resource = Resource.objects.get(slug=CASE)
    change(resource, **allowed)
    change(resource, **also_allowed)
    refused(lambda: change(resource, **not_allowed), constraint)


def test_the_basis_of_a_fact_is_known() -> None:
    fact = ResourceFact.objects.get(resource__slug=GUIDE)
    change(fact, basis="companion")
    change(fact, basis="inference")
    refused(lambda: change(fact, basis="rumor"), "fact_basis_known")


def test_a_resource_speaks_to_a_component_once() -> None:
    row = ResourceComponent.objects.get(resource__slug=GUIDE)
    other = Component.objects.get(slug="benefits").pk
    copy(row, component_id=other)
    copy(row, resource_id=Resource.objects.get(slug=CASE).pk, component_id=other)
    refused(lambda: copy(row), "resource_component_once")


def test_saving_a_resource_keeps_what_is_searched() -> None:
    guide = Resource.objects.get(slug=GUIDE)
    assert " cafe fact " in guide.search_text
    guide.title = "Ñandú handbook"
    guide.save()
    guide.refresh_from_db()
    assert guide.search_text.startswith(" nandu handbook ")
    assert " cafe fact " in guide.search_text


def test_saving_another_column_leaves_what_is_searched() -> None:
    guide = Resource.objects.get(slug=GUIDE)
    before = guide.search_text
    guide.title = "Not saved"
    guide.save(update_fields=["rights"])
    guide.refresh_from_db()
    assert (guide.search_text, guide.title) == (before, "Good jobs guide")


@pytest.mark.parametrize("name", Resource.DERIVED)
def test_what_is_derived_is_saved_as_one(name: str) -> None:
    guide = Resource.objects.get(slug=GUIDE)
    guide.facts.all().delete()
    guide.components.add(Component.objects.get(slug="benefits"))
    Resource.objects.filter(pk=guide.pk).update(title="Ab", organization="Cd", summary="Ef")
    guide.refresh_from_db()
    guide.save(update_fields=[name])
    guide.refresh_from_db()
    assert guide.search_text == " ab \x1f cd \x1f ef \x1f  "
    assert (guide.title_end, guide.organization_end, guide.summary_end) == (5, 10, 15)
    assert guide.component_slugs == " benefits pay "


# -- Editions --------------------------------------------------------------------------------


def test_a_number_is_given_once() -> None:
    edition = Edition.objects.create(number=1, revision=0, fingerprint="a", document="{}")
    copy(edition, revision=1)
    copy(edition, number=2)
    refused(lambda: copy(edition), "edition_number_once")


def test_editions_count_from_1() -> None:
    edition = Edition.objects.create(number=1, revision=0, fingerprint="a", document="{}")
    copy(edition, number=2)
    copy(edition, number=3)
    refused(lambda: copy(edition, number=0), "edition_number_positive")


def test_an_edition_is_never_changed() -> None:
    edition = Edition.objects.create(number=1, revision=0, fingerprint="a", document="{}")
    edition.note = "Rewritten history"
    with pytest.raises(TypeError, match="never changed"):
        edition.save()
    edition.refresh_from_db()
    assert edition.note == ""


@pytest.mark.parametrize(
    ("noun", "slug", "expected"),
    [
        ("question", "wage", True),
        ("question", "pay", False),  # a component
        ("question", "wag", False),
        ("component", "pay", True),
        ("strategy", "set-a-wage", True),
        ("strategy", "wage", False),
        ("resource", GUIDE, True),
        ("resource", "wage", False),
    ],
)
def test_editions_know_whom_they_name(noun: str, slug: str, expected: bool) -> None:
    publish()
    assert Edition.objects.naming(noun, slug).exists() is expected


# -- Lists in one column ---------------------------------------------------------------------


def test_lines_are_read_without_empty_ones() -> None:
    field = Strategy._meta.get_field("steps").formfield()
    assert field.clean(" Begin. \r\n\r\nEnd.") == ["Begin.", "End."]
    assert field.prepare_value(["Begin.", "End."]) == "Begin.\nEnd."


def test_a_legal_note_needs_its_source() -> None:
    field = Question._meta.get_field("legal_notes").formfield()
    assert field.clean("Ask a lawyer. | General information") == [
        {"text": "Ask a lawyer.", "source": "General information"}
    ]
    with pytest.raises(ValidationError, match="has no source"):
        field.clean("Ask a lawyer.")


def test_only_known_sizes_are_taken() -> None:
    strategy = Strategy.objects.get(slug="set-a-wage")
    strategy.sizes = ["10-49", "huge"]
    with pytest.raises(ValidationError, match="huge"):
        strategy.full_clean()


@pytest.mark.parametrize(
    ("slug", "is_free"), [("feeds", True), ("the-feed", True), ("feed", False)]
)
def test_no_item_hides_behind_an_address_of_the_archive(slug: str, is_free: bool) -> None:
    resource = Resource.objects.get(slug=GUIDE)
    resource.slug = slug
    with nullcontext() if is_free else pytest.raises(ValidationError, match="choose another slug"):
        resource.full_clean()


# -- Changes ---------------------------------------------------------------------------------


def test_a_change_is_of_a_known_noun_and_kind() -> None:
    change = Change.objects.of("question", "wage")[0]
    copy(change, noun="strategy")
    copy(change, how="edited")
    refused(lambda: copy(change, noun="poem"), "change_noun_known")
    refused(lambda: copy(change, how="dreamed"), "change_how_known")


@pytest.mark.parametrize("key", ["slug", "document"])
def test_a_change_names_its_row_and_says_what_it_was(key: str) -> None:
    change = Change.objects.of("question", "wage")[0]
    copy(change, document="{}")
    copy(change, slug="other")
    refused(lambda: copy(change, **{key: ""}), "change_names_a_row")


def test_a_change_is_never_changed() -> None:
    change = Change.objects.of("question", "wage")[0]
    change.made_by_name = "Somebody else"
    with pytest.raises(TypeError, match="This change is never changed"):
        change.save()
    change.refresh_from_db()
    assert change.made_by_name == ""
