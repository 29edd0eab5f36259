"""What the employer said of itself, changed later; hidden answers are named first, and kept."""

import pytest

from assessment import workflow
from assessment.models import Answer, Assessment
from tests import factories
from tests.pages import heading, html, sends, title, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(maria):
    """What the page would send, untouched."""
    return sends(maria.see("profile"))


def test_it_shows_what_is_stored(bakery, maria) -> None:
    Assessment.objects.update(
        has_shifts=False,
        has_temps=True,
        headcount=40,
        sector="72",
        union_contract="no",
    )
    page = maria.see("profile")
    assert (page.status_code, heading(page)) == (200, "About you")
    expected = {
        "name": "Maria’s Bakery",
        "size": "10-49",
        "has_shifts": "false",
        "has_temps": "true",
        "has_tipped": "",
        "headcount": "40",
        "sector": "72",
        "union_contract": "no",
    }
    assert sends(page).items() >= expected.items()


def test_sent_untouched_it_changes_nothing(bakery, maria, form) -> None:
    before = Assessment.objects.values().get()
    assert maria.send("profile", data=form)["Location"] == maria.address("hub")
    after = Assessment.objects.values().get()
    assert {k for k in after if after[k] != before[k]} == {"changed_at"}  # type: ignore[literal-required]
    assert after["changed_at"] > before["changed_at"]


def test_everything_may_be_changed(bakery, maria, form) -> None:
    changes = {
        "name": "New Name",
        "covers": "site",
        "covers_name": "Elm Street",
        "has_shifts": "true",
    }
    maria.send("profile", data=form | changes)
    stored = Assessment.objects.get()
    assert (stored.name, stored.covers_words) == ("New Name", "One site: Elm Street")
    assert stored.has_shifts is True
    assert "Your changes are saved." in words(maria.see("hub"))


def test_what_is_aimed_for_stays_as_it_is(bakery, maria, form) -> None:
    """It stands on a page of its own, which a profile opened before must not undo."""
    Assessment.objects.update(importance={"pay": 3}, targets={"pay": 4})
    maria.send("profile", data=form | {"name": "New", "target-pay": "1", "importance-pay": "1"})
    stored = Assessment.objects.get()
    assert (stored.name, stored.importance, stored.targets) == ("New", {"pay": 3}, {"pay": 4})
    assert f'href="{maria.address("targets")}"' in html(maria.see("profile"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "x" * 200}, "Ensure this value has at most 120 characters (it has 200)."),
        ({"headcount": "0"}, "Please give a number of people, from 1 up."),
        ({"size": "40"}, "Select a valid choice. 40 is not one of the available choices."),
    ],
)
def test_what_cannot_be_is_refused_and_kept(bakery, maria, form, changes, message) -> None:
    before = Assessment.objects.values().get()
    page = maria.send("profile", data=form | {"covers_name": "Kept"} | changes)
    assert page.status_code == 422
    assert title(page).startswith("Please check: ")
    assert message in words(page)
    assert sends(page)["covers_name"] == "Kept"
    assert Assessment.objects.values().get() == before


@pytest.mark.db
def test_deleted_in_another_tab_meanwhile_it_is_gone(bakery, maria, form, monkeypatch) -> None:
    def delete_first(**kwargs):
        Assessment.objects.filter(pk=bakery.pk).delete()
        save_profile(**kwargs)

    save_profile = workflow.save_profile
    monkeypatch.setattr(workflow, "save_profile", delete_first)
    page = maria.send("profile", data=form)
    assert (page.status_code, heading(page)) == (404, heading(maria.see("hub")))


# -- flags -------------------------------------------------------------------------------------


def hide(maria, form, **changes):
    return maria.send("profile", data=form | {"has_shifts": "false"} | changes)


def test_a_flag_that_hides_answers_names_them_and_asks(bakery, maria, form) -> None:
    factories.make_answer(bakery, "notice", 2, note="Two weeks.")
    page = hide(maria, form, name="Changed <too>")
    assert page.status_code == 200
    assert "This leaves out questions you have answered: Text of notice?" in words(page)
    assert (
        "The answers are kept but do not count, and they return if you change this back."
        in words(page)
    )
    sent = sends(page)
    assert (sent["has_shifts"], sent["name"]) == ("false", "Changed <too>")
    assert Assessment.objects.get().has_shifts is None
    assert Assessment.objects.get().name == "Maria’s Bakery"


def test_confirmed_they_are_kept_count_nowhere_and_come_back(bakery, maria, form) -> None:
    factories.make_answer(bakery, "notice", 2, note="Two weeks.")
    factories.make_answer(bakery, "wage", 3)
    before = list(Answer.objects.values())
    results = words(maria.see("results"))
    assert hide(maria, form, confirm_hidden="notice ").status_code == 302
    assert Assessment.objects.get().has_shifts is False
    assert "1 of 1 practice in place or better" in words(maria.see("results"))
    assert "1 of 4 answered." in words(maria.see("hub"))
    assert list(Answer.objects.values()) == before

    maria.send("profile", data=form | {"has_shifts": "true"})
    assert list(Answer.objects.values()) == before
    assert "2 of 5 answered." in words(maria.see("hub"))
    assert results_body(words(maria.see("results"))) == results_body(results)


def results_body(text: str) -> str:
    return text.partition("Results")[2]


def test_the_page_s_own_button_confirms_what_it_named(bakery, maria, form) -> None:
    factories.make_answer(bakery, "notice", 2)
    page = hide(maria, form)
    _, _, after = html(page).partition('name="confirm_hidden" value="')
    named = after.partition('"')[0]
    assert named.split() == ["notice"]
    response = maria.send("profile", data=sends(page) | {"confirm_hidden": named})
    assert response.status_code == 302
    assert Assessment.objects.get().has_shifts is False


def test_a_confirmation_covers_only_what_was_named(bakery, maria, form) -> None:
    factories.make_answer(bakery, "notice", 2)
    page = hide(maria, form, confirm_hidden="other-question")
    assert page.status_code == 200
    assert "Text of notice?" in words(page)
    assert Assessment.objects.get().has_shifts is None


@pytest.mark.parametrize("fields", [None, {}, {"is_not_sure": True}])
def test_with_nothing_answered_it_does_not_ask(bakery, maria, form, fields) -> None:
    if fields is not None:
        factories.make_answer(bakery, "notice", **fields)
    assert hide(maria, form).status_code == 302


@pytest.mark.parametrize("fields", [{"note": "A note."}, {"is_not_applicable": True}])
def test_a_note_or_does_not_apply_is_named_too(bakery, maria, form, fields) -> None:
    factories.make_answer(bakery, "notice", **fields)
    assert "Text of notice?" in words(hide(maria, form))


def test_what_was_hidden_already_is_not_asked_again(bakery, maria, form) -> None:
    factories.make_answer(bakery, "notice", 2)
    hide(maria, form, confirm_hidden="notice")
    assert hide(maria, form, name="Other").status_code == 302
    assert Assessment.objects.get().name == "Other"


def test_a_hidden_question_s_action_stays_in_the_plan(bakery, maria, form) -> None:
    factories.make_answer(bakery, "notice", 0)
    maria.send("add_recommended", "notice")
    hide(maria, form, confirm_hidden="notice")
    page = maria.see("plan")
    assert (page.status_code, "Do post-hours" in words(page)) == (200, True)


def test_private_answers_are_printed_nowhere_else(bakery, maria) -> None:
    Assessment.objects.update(union_contract="yes", organizing="yes")
    for name in ("hub", "results", "plan", "review", "arithmetic"):
        text = words(maria.see(name)).lower()
        assert "union contract" not in text
        assert "organizing" not in text
