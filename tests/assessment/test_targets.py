"""What is aimed for in each component: one page, what follows it, and two of it open at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.aim import Aim, merged
from assessment.models import Assessment
from assessment.reading import plan_for
from tests import factories
from tests.pages import heading, html, sends, title, words
from tests.people import person

pytestmark = pytest.mark.django_db

aims = st.builds(Aim, st.integers(1, 4), st.integers(1, 3))


@pytest.fixture
def form(maria):
    """What the page would send, untouched."""
    return sends(maria.see("targets"))


def stored() -> tuple[dict[str, int], dict[str, int]]:
    assessment = Assessment.objects.get()
    return assessment.targets, assessment.importance


# -- the page ----------------------------------------------------------------------------------


def test_a_row_for_each_component_with_its_score(bakery, maria) -> None:
    Assessment.objects.update(importance={"pay": 1}, targets={"pay": 4})
    for slug, level in [("wage", 0), ("ranges", 1)]:
        factories.make_answer(bakery, slug, level)
    page = maria.see("targets")
    assert (page.status_code, heading(page)) == (200, "Targets, and what comes first")
    assert "Pay 10 Starting Partial In place Leading Later Normal First" in words(page)
    assert "Job security Not enough answers yet Starting" in words(page)
    assert sends(page) == {
        "pay-target": "4",
        "pay-importance": "1",
        "pay-seen": "4-1",
        "job-security-target": "3",
        "job-security-importance": "2",
        "job-security-seen": "3-2",
    }


def test_each_choice_has_a_name_of_its_own(bakery, maria) -> None:
    source = html(maria.see("targets"))
    for label in ("Target: Pay", "What comes first: Pay", "Target: Job security"):
        assert f'aria-label="{label}"' in source


def test_the_quick_check_shows_practices_and_no_score(bakery, maria) -> None:
    Assessment.objects.update(mode="quick")
    factories.make_answer(bakery, "wage", 3)
    page = words(maria.see("targets"))
    assert "Component In place now Target" in page
    assert "Pay 1 of 1 Starting" in page


def test_results_hub_and_plan_lead_here(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 0)
    factories.make_action(bakery)
    for name in ("results", "hub", "plan", "profile"):
        assert f'href="{maria.address("targets")}"' in html(maria.see(name)), name


# -- saving ------------------------------------------------------------------------------------


@pytest.mark.db
def test_what_was_chosen_is_stored_and_defaults_are_not(bakery, maria, form) -> None:
    sent = form | {"pay-target": "2", "pay-importance": "3", "job-security-target": "4"}
    response = maria.send("targets", data=sent)
    assert response["Location"] == maria.address("targets")
    assert stored() == ({"pay": 2, "job-security": 4}, {"pay": 3})
    assert "Saved. Your gaps, their order and new documents use these." in words(
        maria.see("targets")
    )

    again = sends(maria.see("targets")) | {"pay-target": "3", "pay-importance": "2"}
    maria.send("targets", data=again)
    assert stored() == ({"job-security": 4}, {})


def test_what_belongs_to_another_edition_is_kept(bakery, maria, form) -> None:
    Assessment.objects.update(targets={"retired": 2}, importance={"retired": 1})
    maria.send("targets", data=form | {"pay-target": "4"})
    assert stored() == ({"retired": 2, "pay": 4}, {"retired": 1})


def test_saving_counts_as_a_change_and_touches_nothing_else(bakery, maria, form) -> None:
    before = Assessment.objects.values().get()
    maria.send("targets", data=form | {"pay-target": "4"})
    after = Assessment.objects.values().get()
    assert {k for k in after if after[k] != before[k]} == {"targets", "changed_at"}  # type: ignore[literal-required]


@pytest.mark.parametrize("value", ["0", "5", "", "x", "<script>", "3.0"])
def test_what_cannot_be_is_refused_and_the_rest_is_kept(bakery, maria, form, value) -> None:
    sent = form | {"pay-target": value, "job-security-target": "4", "job-security-importance": "1"}
    page = maria.send("targets", data=sent)
    assert page.status_code == 422
    assert title(page).startswith("Please check: ")
    assert "Nothing you chose is lost, and nothing is saved yet." in words(page)
    kept = sends(page)
    assert (kept["job-security-target"], kept["job-security-importance"]) == ("4", "1")
    assert stored() == ({}, {})


def test_what_is_not_sent_stays(bakery, maria) -> None:
    Assessment.objects.update(targets={"pay": 4, "job-security": 2})
    sent = {"pay-target": "1", "pay-importance": "2", "pay-seen": "4-2"}
    assert maria.send("targets", data=sent).status_code == 302
    assert stored() == ({"pay": 1, "job-security": 2}, {})


# -- two pages open at once --------------------------------------------------------------------


@pytest.mark.db
def test_neither_of_two_pages_undoes_the_other(bakery, maria, sam, form) -> None:
    maria.send("targets", data=form | {"pay-target": "4"})
    sam.send("targets", data=form | {"pay-importance": "3", "job-security-target": "2"})
    assert stored() == ({"pay": 4, "job-security": 2}, {"pay": 3})


@pytest.mark.db
def test_where_both_changed_the_same_it_asks_and_loses_nothing(bakery, maria, sam, form) -> None:
    maria.send("targets", data=form | {"pay-target": "4"})
    page = sam.send("targets", data=form | {"pay-target": "2", "job-security-importance": "1"})
    assert page.status_code == 409
    assert "Not saved yet." in words(page)
    assert "Pay Changed elsewhere to Leading, Normal." in words(page)
    kept = sends(page)
    assert (kept["pay-target"], kept["job-security-importance"]) == ("2", "1")
    assert stored() == ({"pay": 4}, {})

    assert sam.send("targets", data=kept).status_code == 302
    assert stored() == ({"pay": 2}, {"job-security": 1})


def test_the_same_choice_twice_is_no_collision(bakery, maria, sam, form) -> None:
    for who in (maria, sam, maria):
        assert who.send("targets", data=form | {"pay-target": "4"}).status_code == 302
    assert stored() == ({"pay": 4}, {})


@pytest.mark.parametrize("seen", ["", "9-9", "x" * 5000, "3-2-1"])
def test_an_unreadable_mark_of_what_was_seen_is_no_obstacle(bakery, maria, form, seen) -> None:
    sent = form | {"pay-target": "4", "pay-seen": seen}
    assert maria.send("targets", data=sent).status_code == 302
    assert stored() == ({"pay": 4}, {})


@given(aims, aims, aims)
def test_merging_keeps_both_changes_or_stops(before, mine, theirs) -> None:
    result = merged(stored=theirs, seen=before, wanted=mine)
    for name in ("target", "importance"):
        was, my, their = (getattr(aim, name) for aim in (before, mine, theirs))
        if len({was, my, their}) == 3:
            assert result is None
            return
    assert result is not None
    for name in ("target", "importance"):
        was, my, their = (getattr(aim, name) for aim in (before, mine, theirs))
        assert getattr(result, name) == (their if my == was else my)


@given(aims)
def test_an_aim_is_read_as_it_is_written(aim) -> None:
    assert Aim.of(str(aim)) == aim


# -- what follows ------------------------------------------------------------------------------


def test_a_target_moves_the_gaps_at_once(bakery, maria, form) -> None:
    factories.make_answer(bakery, "ranges", 3)
    assert "Do post-ranges" not in words(maria.see("results"))
    maria.send("targets", data=form | {"pay-target": "4"})
    assert "Do post-ranges" in words(maria.see("results"))
    maria.send("targets", data=sends(maria.see("targets")) | {"pay-target": "3"})
    assert "Do post-ranges" not in words(maria.see("results"))


def test_what_comes_first_moves_the_order_at_once(bakery, maria, form) -> None:
    # ranges: 2 * 2 * 2 / 2 = 4; notice: 3 * 2 * 2 / 3 = 4 and after it, as its component is second
    factories.make_answer(bakery, "ranges", 1)
    factories.make_answer(bakery, "notice", 1)
    before = [step.next_step for step in picture_of(bakery, maria)]
    assert before == ["Lift ranges from 1.", "Lift notice from 1."]
    maria.send("targets", data=form | {"job-security-importance": "3"})
    assert [step.next_step for step in picture_of(bakery, maria)] == before[::-1]
    assert "in an area you put first" in words(maria.see("results"))


def test_page_and_document_follow_at_once(bakery, maria, form) -> None:
    factories.make_answer(bakery, "wage", 0)
    factories.make_answer(bakery, "ranges", 3)
    maria.send("targets", data=form | {"pay-target": "4"})
    document = plan_for(access_of(bakery, maria))
    pay = document.components[0]
    assert (pay.target, pay.target_name) == (100, "Leading")
    steps = {
        line.practice.slug: line for line in (*document.start_this_month, *document.worth_planning)
    }
    assert set(steps) == {"wage", "ranges"}
    assert steps["wage"].priority == "3 × 4 × 2 ÷ 4 = 6.00"
    assert "target 100" in words(maria.see("results"))


def access_of(bakery, maria):
    return maria.see("results").wsgi_request.access


def picture_of(bakery, maria):
    picture = plan_for(access_of(bakery, maria)).picture
    assert picture is not None
    return picture.dots


@pytest.mark.db
@pytest.mark.parametrize("count", [1, 3, 48])
def test_it_takes_three_queries_whatever_was_answered(count, real_edition, at_most) -> None:
    assessment = factories.make_assessment()
    factories.answer_all(assessment, factories.real_catalogue(), most=count)
    maria = person("maria", assessment)
    maria.see("hub")
    with at_most(3):
        assert maria.see("targets").status_code == 200
