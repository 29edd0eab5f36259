"""The page "What if?": ticking, proposing, and making a set the plan."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from assessment.models import Action, Assessment
from assessment.models.action import MOST_ACTIONS
from assessment.views.what_if import FRAGMENT
from tests import factories
from tests.pages import heading, html, plain, sends, title, words
from tests.people import Person, person
from tests.plans import TYPICAL

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(bakery: Assessment) -> Assessment:
    """Pay: wage 0, ranges 1, tips 1; Job security: notice 2, rest 3."""
    for slug, level in [("wage", 0), ("ranges", 1), ("tips", 1), ("notice", 2), ("rest", 3)]:
        factories.make_answer(bakery, slug, level)
    return bakery


def look(who: Person, *steps: str, **asked: object):
    query = urlencode({"step": steps, **asked}, doseq=True)
    return who.get(f"{who.address('what_if')}?{query}")


def result(page) -> str:
    """The words of the card that says what the ticked steps would change."""
    card = html(page).partition('id="result"')[2].partition(">")[2]
    return plain(re.split(r'</aside>|<p class="running"', card)[0])


def ticked(page) -> list[str]:
    """The steps and strategies that are ticked, in order."""
    boxes = re.findall(r'<input type="checkbox" name="(?:step|strategy)" ([^>]*)>', html(page))
    return [box.split('"')[1] for box in boxes if box.endswith(" checked")]


def test_a_step_of_the_last_list_says_what_it_would_lift_as_well(maria, monkeypatch) -> None:
    monkeypatch.setattr("assessment.recommendation.SHOWN_IN_SMALL_FIRMS", 1)
    for slug in ("wage", "ranges", "tips", "notice", "rest"):
        factories.make_answer(maria.assessment, slug, 1)

    last = html(maria.see("what_if")).partition("<legend>Not now</legend>")[2]

    steps = re.findall(r"<li>.*?</li>", last.partition("</fieldset>")[0], flags=re.DOTALL)
    assert len(steps) == 3
    assert all("alone, from" in step for step in steps)


# -- looking -----------------------------------------------------------------------------------


def test_every_open_step_can_be_ticked_in_the_order_of_the_lists(answered, maria) -> None:
    page = maria.see("what_if")
    assert (page.status_code, heading(page)) == (200, "What if?")
    assert title(page) == "What if? – Maria’s Bakery"
    text = words(page)
    places = [
        text.index(words)
        for words in ("Start this month", "Lift ranges from 1.", "Worth planning for", "Lift wage")
    ]
    assert places == sorted(places)
    assert "No steps are checked yet" in result(page)
    assert "Overall now: 34 of 100." in result(page)
    assert ticked(page) == []


def test_a_set_is_worked_out_as_a_set(answered, maria) -> None:
    page = look(maria, "wage", "ranges", "notice")
    text = result(page)
    assert "With these 3 steps" in text
    assert "Overall from 34 → 54 (+20)" in text
    assert "In place from 1 → 2 of 5 practices" in text
    assert "Effort 1 low, 1 medium, 1 high" in text
    assert (
        "Days Side by side, first results come within about 180 days, the longest single step. "
        "One after another, in about 270 days." in text
    )
    assert "Pay from 13 → 33 (+21)" in text
    assert "Job security from 56 → 75 (+19)" in text
    assert sorted(ticked(page)) == ["notice", "ranges", "wage"]


def test_looking_stores_nothing(answered, maria) -> None:
    before = Assessment.objects.values().get()
    look(maria, "wage")
    look(maria, propose=1)
    assert (Assessment.objects.values().get(), Action.objects.count()) == (before, 0)


def test_a_strategy_ticks_all_its_steps_and_each_counts_once(answered, maria) -> None:
    page = look(maria, "ranges", strategy="post-ranges")
    assert "With these 2 steps" in result(page)
    assert "Some of these steps belong to the same strategy" in result(page)
    assert sorted(ticked(page)) == ["post-ranges", "ranges"]
    assert result(page).count("Lift ranges from 1.") == 1
    assert "Do post-ranges Steps 2, 3 · low effort · 30 days" in words(page)


def test_a_strategy_of_one_step_ticks_that_step(answered, maria) -> None:
    assert ticked(look(maria, strategy="raise-wage")) == ["wage"]


def test_what_is_not_open_is_left_out_and_said(answered, maria) -> None:
    page = look(maria, "wage", "rest", "gone", "<script>alert(1)</script>", strategy="none")
    assert "4 steps or strategies in this web address are not available" in words(page)
    assert "With this one step" in result(page)
    assert "<script>alert" not in html(page)
    assert "not available" not in words(look(maria, "wage"))
    assert "1 step or strategy in this web address is not available" in words(look(maria, "\x00"))


def test_while_not_scored_it_says_not_yet(bakery, maria) -> None:
    factories.make_answer(bakery, "tips", 0)
    page = look(maria, "tips")
    assert "Overall not yet no component has enough answers" in result(page)
    assert "Pay not yet" in result(page)
    assert "→" not in result(page)


def test_a_quick_check_counts_practices_and_labels_its_figure(answered, maria) -> None:
    Assessment.objects.update(mode="quick")
    assert (
        "Overall now: 25 of 100 (Quick check, 2 questions). 0 of 2 practices in place or better."
        in result(maria.see("what_if"))
    )
    page = look(maria, "notice")
    assert "With this one step: quick check, overall from 25 → 38" in words(page)
    assert "Overall from 25 → 38 (+13) Quick check, 2 questions" in result(page)
    assert "In place from 0 → 1 of 2 practices" in result(page)
    assert "Component In place Job security from 0 → 1 of 1" in result(page)


def test_with_nothing_open_it_helps_on(bakery, maria) -> None:
    assert "Answer a few questions first." in words(maria.see("what_if"))
    factories.make_answer(bakery, "rest", 4)
    assert "No answer is below its target." in words(maria.see("what_if"))


def test_a_reader_looks_and_cannot_adopt(answered, rita) -> None:
    page = look(rita, "wage")
    assert "With this one step" in result(page)
    assert '<form method="post"' not in html(page)
    assert rita.address("targets") not in html(page)


def test_the_script_gets_the_result_alone(answered, maria) -> None:
    address = f"{maria.address('what_if')}?step=wage"
    part = maria.get(address, headers={FRAGMENT: "result"})
    assert html(part).count('id="result"') == html(part).count('id="running"') == 1
    assert "<h1" not in html(part)
    assert "checkbox" not in html(part)
    assert result(part) == result(maria.get(address))
    assert part["Cache-Control"] == "no-store, private"


def test_the_picture_stands_beside_its_table(answered, maria) -> None:
    page = maria.see("what_if")
    assert "Impact and effort of 4 recommended steps" in html(page)
    assert html(page).count("<circle") == 4
    assert "Lift wage from 0. Pay High 180 13 → 25 (+13)" in words(page)
    Assessment.objects.update(mode="quick")
    assert "because a quick check has no score per component" in words(maria.see("what_if"))


@pytest.mark.db
@pytest.mark.parametrize("count", [1, 3, 48])
def test_it_takes_four_queries_whatever_is_open(count, real_edition, at_most) -> None:
    assessment = factories.make_assessment()
    factories.answer_all(assessment, factories.real_catalogue(), most=count)
    maria = person("maria", assessment)
    maria.see("hub")
    slugs = list(factories.real_catalogue().questions)[:count]
    with at_most(4):
        assert look(maria, *slugs).status_code == 200


def test_too_many_names_are_refused_on_a_page(answered, maria) -> None:
    page = look(maria, *(f"s{n}" for n in range(500)))
    assert (page.status_code, heading(page)) == (400, "We could not read that")


def test_hostile_names_are_text(answered, maria) -> None:
    Assessment.objects.update(name="<script>alert(1)</script>")
    assert "<script>alert" not in html(look(maria, "wage"))


# -- proposing ---------------------------------------------------------------------------------


def test_a_proposal_ticks_its_steps_and_says_why(answered, maria) -> None:
    page = look(maria, propose=1, count=2)
    assert sorted(ticked(page)) == ["notice", "wage"]
    assert (
        "Checked: the 2 steps that together raise your overall figure the most, out of 4 open "
        "steps." in words(page)
    )
    assert "With these 2 steps" in result(page)
    assert "Of all sets of that many steps, it picks the one that raises your overall" in words(
        page
    )


def test_a_proposal_keeps_to_what_is_allowed(answered, maria) -> None:
    page = look(maria, propose=1, low="on")
    assert sorted(ticked(page)) == ["ranges", "tips"]
    assert "Only 2 open steps fit: of low effort. They are checked." in words(page)
    page = look(maria, propose=1, within=60, count=1)
    assert ticked(page) == ["notice"]
    assert "out of 3 open steps with a first result within 60 days." in words(page)
    page = look(maria, propose=1, within=1)
    assert ticked(page) == []
    assert "No open step with a first result within 1 day is left to propose." in words(page)


def test_what_was_typed_for_a_proposal_stays_while_ticking(answered, maria) -> None:
    sent = sends(look(maria, "wage", count=5, within="soon", low="on"))
    assert (sent["count"], sent["within"], sent["low"]) == ("5", "soon", "on")


def test_a_proposal_leaves_out_what_is_planned(answered, maria) -> None:
    maria.send("adopt", data={"step": ["notice", "wage"]})
    assert sorted(ticked(look(maria, propose=1))) == ["ranges", "tips"]


def test_without_a_score_there_is_nothing_to_propose(bakery, maria) -> None:
    factories.make_answer(bakery, "tips", 0)
    page = look(maria, propose=1)
    assert "Nothing to propose yet: no component has enough answers" in words(page)
    assert ticked(page) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0", "Please give a number of days from 1 up, or leave it empty."),
        ("-5", "Please give a number of days from 1 up, or leave it empty."),
        ("soon", "Please give a whole number of days, or leave it empty."),
        ("9" * 400, "Please give at most 3,650 days, or leave it empty."),
    ],
)
def test_bad_days_are_refused_and_all_else_stays(answered, maria, value, message) -> None:
    page = look(maria, "wage", propose=1, within=value, low="on")
    assert page.status_code == 422
    assert title(page).startswith("Please check: ")
    assert message in words(page)
    sent = sends(page)
    assert (ticked(page), sent["within"], sent["low"]) == (["wage"], value, "on")


def test_basic_needs_are_named_beside_the_proposal(answered, maria) -> None:
    assert "1 basic need is at “Not yet”. Address it before looking at averages." in words(
        maria.see("what_if")
    )


# -- making it the plan ------------------------------------------------------------------------


@pytest.mark.db
def test_a_set_becomes_actions(answered, maria) -> None:
    page = look(maria, "wage", "ranges")
    response = maria.post(maria.address("adopt"), {"step": ["wage", "ranges"]}, follow=False)
    assert 'name="step" value="wage"' in html(page)
    assert response["Location"] == maria.address("plan")
    today = timezone.localdate()
    assert [
        (a.question, a.title, a.level, a.effort, a.due_on, a.position)
        for a in Action.objects.order_by("position")
    ] == [
        ("wage", "Do raise-wage", 0, "high", today + timedelta(days=180), 1),
        ("ranges", "Do post-ranges", 1, "low", today + timedelta(days=30), 2),
    ]
    assert "2 steps were added to your plan." in words(maria.see("plan"))


@pytest.mark.db
def test_what_is_planned_is_named_and_left(answered, maria) -> None:
    maria.send("add_recommended", "wage")
    Action.objects.update(owner="Sam Lee", title="Raise it by May")
    maria.send("adopt", data={"step": ["wage", "ranges"]})
    text = words(maria.see("plan"))
    assert "1 step was added to your plan." in text
    assert "1 was already in it and was left unchanged." in text
    assert Action.objects.get(question="wage").owner == "Sam Lee"
    assert Action.objects.count() == 2
    assert "in your plan" in words(maria.see("what_if"))


@pytest.mark.db
def test_a_double_press_adds_once(answered, maria) -> None:
    for _ in range(2):
        maria.send("adopt", data={"step": ["wage", "wage", "ranges"]})
    assert Action.objects.count() == 2
    assert "No steps were added to your plan. 2 were already in it" in words(maria.see("plan"))


@pytest.mark.db
def test_a_full_plan_says_how_many_fit_and_adds_none(answered, maria) -> None:
    for n in range(MOST_ACTIONS - 1):
        factories.make_action(answered, f"Action {n}")
    response = maria.send("adopt", data={"step": ["wage", "ranges"]})
    assert response["Location"] == f"{maria.address('what_if')}?step=wage&step=ranges"
    assert Action.objects.count() == MOST_ACTIONS - 1
    page = maria.get(response["Location"])
    assert (
        "Nothing was added. A plan can have up to 100 actions; 1 more fits, and you chose 2. "
        "Uncheck some, or remove actions from your plan first." in words(page)
    )
    assert sorted(ticked(page)) == ["ranges", "wage"]
    factories.make_action(answered, "The last one")
    maria.send("adopt", data={"step": ["wage"]})
    assert "actions; it is full, and you chose 1." in words(maria.see("what_if"))


def test_what_is_no_longer_open_is_left_out_and_said(answered, maria) -> None:
    maria.send("adopt", data={"step": ["wage", "rest", "gone\x00"]})
    assert "2 are no longer open and were left out." in words(maria.see("plan"))
    assert [a.question for a in Action.objects.all()] == ["wage"]


@pytest.mark.parametrize("data", [{}, {"step": ["gone"]}, {"step": [""]}, {"steps": ["wage"]}])
def test_without_a_step_nothing_is_added(answered, maria, data) -> None:
    response = maria.send("adopt", data=data)
    assert response["Location"].startswith(maria.address("what_if"))
    assert "Nothing was added: check at least one step first." in words(
        maria.get(response["Location"])
    )
    assert Action.objects.count() == 0


def test_the_whole_real_list_can_be_the_plan(real_edition) -> None:
    assessment = factories.make_assessment()
    slugs = list(factories.real_catalogue().questions)
    for slug, mark in zip(slugs, TYPICAL.replace("n", "0").replace("?", "0"), strict=True):
        factories.make_answer(assessment, slug, int(mark))
    maria = person("maria", assessment)
    maria.send("adopt", data={"step": slugs})
    below = sum(mark in "012n?" for mark in TYPICAL)
    assert Action.objects.count() == below
    assert maria.see("plan").status_code == 200
