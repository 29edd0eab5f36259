"""One document for every rendering: what it says, what it leaves out, that it stays the same."""

import json
import subprocess
import sys
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.plan import plan_document
from assessment.plan_document import (
    Cover,
    PlanAction,
    PlanDocument,
    ResourceCard,
    fingerprint,
    to_json,
)
from assessment.scoring import Profile, Reply
from assessment.turnover import Turnover
from tests.catalogues import (
    SOURCE,
    cases,
    levels,
    make_catalogue,
    make_component,
    make_question,
    make_strategy,
    two_components,
)
from toolkit.catalogue import Catalogue, LegalNote, ResourceFacet, ResourceUse

ROOT = Path(__file__).parent.parent.parent
AS_OF = date(2026, 11, 22)
BARGAIN = LegalNote("This may have to be bargained first.", "General information.")
ADVICE = LegalNote("Take legal advice.", "General information.")


def shop() -> Catalogue:
    """The two components with one full strategy: evidence, a case, legal notes on both sides."""
    catalogue = two_components()
    pay, hours = catalogue.components
    ranges = replace(pay.questions[1], legal_notes=(BARGAIN,), why_source="study")
    pay = replace(
        pay,
        questions=(pay.questions[0], ranges, pay.questions[2]),
        title="Pay & Fair Pay",
        label="Pay",
    )
    full = make_strategy(
        "post-ranges",
        ["ranges"],
        effort="low",
        days=30,
        legal_notes=(BARGAIN, ADVICE),
        resources=(
            ResourceUse("bakery", "case"),
            ResourceUse("maker", "case", fit="loose", fit_note="Another trade."),
            ResourceUse(SOURCE, "guide"),
            ResourceUse("study", "evidence"),
        ),
    )
    others = tuple(s for s in catalogue.strategies if s.slug != "post-ranges")
    return Catalogue(
        components=(pay, hours),
        strategies=(full, make_strategy("tell-all", ["ranges"], effort="high"), *others),
        resources=(
            *catalogue.resources,
            ResourceFacet("bakery", "case-study", "Bakery"),
            ResourceFacet("maker", "case-study", "Maker"),
            ResourceFacet("study", "report"),
        ),
    )


SHOP = shop()
CARDS = {
    SOURCE: ResourceCard(slug=SOURCE, title="The Toolkit", kind_label="Toolkit"),
    "study": ResourceCard(
        slug="study",
        title="A study",
        is_title_ours=True,
        verification="Partly verified.",
        caution="Program facts may be out of date.",
        facts=("Sales rose 7%.",),
    ),
    "bakery": ResourceCard(slug="bakery", title="A bakery that posts pay"),
    "maker": ResourceCard(slug="maker", title="A maker"),
}
REPLIES = {
    "wage": Reply(level=0, note="Payroll sheet."),
    "ranges": Reply(level=1),
    "tips": Reply(is_not_applicable=True),
    "notice": Reply(level=4),
    "rest": Reply(is_not_sure=True, note="Ask Sam."),
}
ACTION = PlanAction(
    key="k1",
    title="Post pay ranges",
    next_step="Put a range in each ad.",
    question="ranges",
    level=1,
    strategy="post-ranges",
    owner="Ana Ruiz",
    due_on=date(2026, 12, 22),
    effort="low",
    cost="$200",
    status="under-way",
    notes="Between us.",
    added_on=date(2026, 11, 22),
)


def make_document(**changes) -> PlanDocument:
    values: dict[str, Any] = {
        "catalogue": SHOP,
        "edition_label": "1.2",
        "profile": Profile(),
        "cover": Cover(organization="Harbor Street Bakery", answered_by="Owner"),
        "replies": REPLIES,
        "actions": [ACTION],
        "resources": lambda slugs: CARDS,
        "as_of": AS_OF,
        "include_answers": False,
        "include_notes": False,
    }
    return plan_document(**(values | changes))


def support_of(action: PlanAction):
    return make_document(actions=[action]).horizons[0].actions[0].support


# -- head and figures ------------------------------------------------------------------------


def test_the_head_says_whose_plan_it_is_and_as_of_when():
    document = make_document()

    assert document.title == "Job quality action plan: Harbor Street Bakery"
    assert (document.as_of, document.as_of_text) == ("2026-11-22", "November 22, 2026")
    assert document.edition == "1.2"
    assert document.cover.answered_by == "Owner"
    assert document.limits == (
        "Reported by management; workers were not surveyed.",
        "This is not a legal compliance check.",
        "It is not issued or endorsed by the U.S. Department of Commerce or NIST.",
        "It is not meant for job ads, bids or grant applications.",
    )


def test_without_a_name_the_title_stands_alone():
    assert make_document(cover=Cover(organization="  ")).title == "Job quality action plan"


def test_the_figures_by_hand():
    # Pay: wage 3 * 0 + ranges 2 * 1 = 2 of 20: 10. Hours: notice 3 * 4 = 12 of 12: 100.
    # Overall (10 + 100) / 2 = 55. In place: notice, of wage, ranges, notice.
    figures = make_document().figures

    assert figures.headline == "1 of 3 practices in place or better"
    assert (figures.in_place, figures.answered, figures.applicable, figures.asked) == (1, 3, 4, 5)
    assert (figures.shown, figures.band, figures.is_provisional) == (55, "Partial", False)
    assert figures.arithmetic == "(10.00 + 100.00) ÷ 2 = 55.00, shown as 55"


def test_the_summary_in_sentences():
    assert make_document().summary == (
        "1 of 3 practices is in place or better (score 55 of 100, Partial).",
        "Among your components, Hours is furthest along and Pay has the most room to grow.",
        "This is not a grade: 75 means every practice is in place.",
        "Compare only with your own earlier results.",
        "Reported by management; workers were not surveyed.",
    )


def test_a_provisional_figure_says_so():
    document = make_document(replies=levels(notice=4))

    assert document.figures.is_provisional
    assert document.summary[0].endswith("(score 100 of 100, Leading, provisional).")
    assert document.not_enough == ("Pay",)


def test_without_answers_nothing_is_scored():
    document = make_document(replies={})

    assert (document.figures.shown, document.figures.arithmetic) == (None, "")
    assert document.summary[0] == "No practices are answered yet."
    assert [c.state_text for c in document.components] == ["Not enough answers yet"] * 2
    assert [c.in_place_text for c in document.components] == ["No answers yet"] * 2


def test_a_component_line_by_hand():
    pay, hours = make_document(profile=Profile(targets={"pay": 4})).components

    assert (pay.label, pay.toolkit_title) == ("Pay", "Pay & Fair Pay")
    assert (pay.state, pay.shown, pay.target, pay.target_name) == ("scored", 10, 100, "Leading")
    assert pay.in_place_text == "0 of 2 in place"
    assert (pay.points, pay.possible, pay.coverage) == (2, 20, 100)
    assert pay.arithmetic == "100 × 2 ÷ 20 = 10.00, shown as 10"
    assert (hours.target, hours.target_name, hours.coverage) == (75, "In place", 75)


def test_arithmetic_claims_equality_only_where_it_is_exact():
    # Hours: notice 3 * 1 + rest 1 * 2 = 5 of 16: 31.25. Pay: wage 3 * 1 + ranges 2 * 1 +
    # tips 1 * 1 = 6 of 24: 25. Then tips at 2: 7 of 24: 29.1666...
    exact = make_document(replies=levels(wage=1, ranges=1, tips=1, notice=1, rest=2))
    about = make_document(replies=levels(wage=1, ranges=1, tips=2, notice=1, rest=2))

    assert exact.components[1].arithmetic == "100 × 5 ÷ 16 = 31.25, shown as 31"
    assert exact.figures.arithmetic == "(25.00 + 31.25) ÷ 2 ≈ 28.13, shown as 28"
    assert about.components[0].arithmetic == "100 × 7 ÷ 24 ≈ 29.17, shown as 29"
    assert about.figures.arithmetic == "(29.17 + 31.25) ÷ 2 ≈ 30.21, shown as 30"


def test_a_mean_of_rounded_figures_is_no_equality():
    # Weights 1 and 2 in each: 1 of 12 is 8.333..., 2 of 12 is 16.666...; their mean is 12.5.
    def component(slug: str, position: int):
        questions = [make_question(f"{slug}{weight}", weight=weight) for weight in (1, 2)]
        return make_component(slug, questions, position=position)

    document = make_document(
        catalogue=make_catalogue(component("a", 1), component("b", 2)),
        replies=levels(a1=1, a2=0, b1=0, b2=1),
        actions=[],
    )

    assert document.figures.arithmetic == "(8.33 + 16.67) ÷ 2 ≈ 12.50, shown as 13"


def test_a_quick_check_shows_no_component_score():
    document = make_document(
        profile=Profile(mode="quick"), cover=Cover(mode="quick"), replies=levels(wage=1, notice=4)
    )

    assert [c.shown for c in document.components] == [None, None]
    assert [c.state for c in document.components] == ["quick", "quick"]
    assert document.components[0].arithmetic == "100 × 3 ÷ 12 = 25.00"
    assert document.figures.label == "Quick check, 2 questions"
    assert document.summary[0] == (
        "Quick check, 2 questions: 1 of 2 practices is in place or better "
        "(score 63 of 100, In place)."
    )
    assert document.worth_planning[0].lift == ""


def test_cover_and_profile_may_not_disagree_on_the_mode():
    with pytest.raises(ValueError, match="cover says quick"):
        make_document(cover=Cover(mode="quick"))


# -- practices -------------------------------------------------------------------------------


def test_practices_are_named_where_they_must_be():
    document = make_document()

    assert [p.slug for p in document.basic_needs_missing] == ["wage"]
    assert [(p.slug, p.standing) for p in document.not_applicable] == [("tips", "Does not apply")]
    assert document.out == ()


def test_a_component_in_which_nothing_applies_is_named():
    document = make_document(
        profile=Profile(flags={"shifts": False}),
        replies=REPLIES | {"rest": Reply(is_not_applicable=True)},
    )

    assert document.out == ("Hours",)
    assert [p.slug for p in document.not_applicable] == ["tips", "rest"]
    hours = document.components[1]
    assert (hours.state_text, hours.in_place_text) == ("Does not apply", "")
    assert (hours.coverage, hours.arithmetic) == (None, "")


def test_a_practice_says_where_it_stands():
    (notice,) = make_document().strengths

    assert (notice.slug, notice.code, notice.component) == ("notice", "NOTICE", "Hours")
    assert (notice.level, notice.standing) == (4, "Leading")
    assert notice.statement == "notice stands at 4."


def test_what_to_find_out_says_why():
    (rest,) = make_document().find_out

    assert (rest.practice.slug, rest.reason) == ("rest", "Marked “not sure”")
    assert (rest.practice.level, rest.practice.standing) == (None, "Not answered yet")


# -- recommendations -------------------------------------------------------------------------


def test_where_to_start_by_hand():
    # ranges: 2 * 2 * 2 / 2 = 4. wage: 3 * 3 * 2 / 4 = 4.5. Lift of ranges: 4 of 20: 20.
    # Overall (20 + 100) / 2 = 60.
    document = make_document()
    (ranges,) = document.start_this_month
    (wage,) = document.worth_planning

    assert (wage.rank, wage.practice.slug, wage.priority) == (1, "wage", "3 × 3 × 2 ÷ 4 = 4.50")
    assert (ranges.rank, ranges.practice.slug) == (2, "ranges")
    assert ranges.priority == "2 × 2 × 2 ÷ 2 = 4.00"
    assert (ranges.practice.statement, ranges.next_step) == (
        "ranges stands at 1.",
        "Lift ranges from 1.",
    )
    assert (ranges.effort, ranges.days, ranges.target_name) == ("low", 30, "In place")
    assert (ranges.lift, ranges.lift_change) == ("10 → 20", "+10")
    assert (ranges.overall_lift, ranges.overall_lift_change) == ("55 → 60", "+5.0")
    assert ranges.others == ("Do tell-all",)
    assert ranges.reason == (
        "It has weight 2 of 3, is 2 levels below your target in an area of normal priority, "
        "and takes low effort."
    )


def test_support_names_every_resource_by_the_part_it_plays():
    support = make_document().start_this_month[0].support

    assert support.why == "Why ranges matters."
    assert support.why_source is not None
    assert support.why_source.card.shown_title == "[A study]"
    assert support.strategy == "Do post-ranges"
    assert support.steps == ("First.", "Second.", "Third.")
    assert [(c.card.slug, c.label, c.fit_note) for c in support.cases] == [
        ("bakery", "They did it", ""),
        ("maker", "Evidence", "Another trade."),
    ]
    assert [(c.card.slug, c.label) for c in support.guides] == [(SOURCE, "Guide")]
    assert [(c.card.slug, c.label) for c in support.evidence] == [("study", "Evidence")]
    assert support.evidence[0].card.caution == "Program facts may be out of date."
    assert support.missing == ()
    assert support.legal_notes == (BARGAIN, ADVICE)


def test_what_there_is_none_of_is_said():
    (wage,) = make_document().worth_planning
    assert wage.support.missing == ("No case study yet.",)

    bare = make_document(catalogue=replace(SHOP, strategies=()), actions=[])
    assert [r.support.missing for r in bare.worth_planning] == [
        ("No strategy is offered for this yet.", "No case study yet."),
        ("No strategy is offered for this yet.", "No case study yet."),
    ]


def test_what_is_not_for_now_keeps_its_reason():
    # Four gaps of medium effort or more; only three have room in one list.
    catalogue = replace(
        SHOP, strategies=(make_strategy("all", ["ranges", "tips", "notice", "rest"]),)
    )
    document = make_document(
        catalogue=catalogue, replies=levels(ranges=0, tips=0, notice=0, rest=0), actions=[]
    )

    assert [r.practice.slug for r in document.worth_planning] == ["notice", "ranges", "tips"]
    (rest,) = document.not_now
    assert (rest.rank, rest.practice.slug, rest.next_step) == (4, "rest", "Lift rest from 0.")
    assert rest.reason.startswith("It has weight 1 of 3, is 3 levels below your target")
    assert rest.priority == "1 × 3 × 2 ÷ 3 = 2.00"


# -- actions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "horizon"),
    [
        (-5, 30),
        (0, 30),
        (30, 30),
        (31, 90),
        (90, 90),
        (91, 180),
        (180, 180),
        (181, 365),
        (999, 365),
    ],
)
def test_the_horizon_follows_the_days_from_adding_to_due(days, horizon):
    added = date(2026, 1, 1)
    due = date.fromordinal(added.toordinal() + days)

    assert PlanAction(key="k", title="t", added_on=added, due_on=due).horizon == horizon


def test_without_a_date_there_is_no_horizon():
    assert PlanAction(key="k", title="t", added_on=AS_OF).horizon is None
    assert PlanAction(key="k", title="t", due_on=AS_OF).horizon is None


def test_actions_stand_by_horizon_and_then_in_the_employer_s_own_order():
    def own(key, due):
        return PlanAction(key=key, title=f"Do {key}", due_on=due, added_on=AS_OF)

    document = make_document(
        actions=[
            own("undated", None),
            own("b", date(2027, 1, 31)),
            own("a", date(2027, 1, 1)),
            own("first", date(2026, 12, 1)),
            own("far", date(2029, 1, 1)),
        ]
    )

    assert [(h.days, h.title, [a.key for a in h.actions]) for h in document.horizons] == [
        (30, "Within 30 days", ["first"]),
        (90, "Within 90 days", ["b", "a"]),
        (365, "Within a year or later", ["far"]),
        (None, "No date yet", ["undated"]),
    ]


def test_an_action_carries_what_the_employer_set_and_what_stands_behind_it():
    (action,) = make_document().horizons[0].actions

    assert (action.title, action.next_step) == ("Post pay ranges", "Put a range in each ad.")
    assert (action.owner, action.cost, action.status) == ("Ana Ruiz", "$200", "under-way")
    assert (action.due_on, action.due_text) == ("2026-12-22", "December 22, 2026")
    assert action.practice is not None
    assert action.practice.statement == "ranges stands at 1."
    assert (action.lift, action.lift_change) == ("10 → 20", "+10")
    assert action.support == make_document().start_this_month[0].support


def test_an_action_carries_what_a_calendar_and_a_spreadsheet_need():
    (plain,) = make_document().horizons[0].actions
    done = replace(
        ACTION,
        status="done",
        done_on=date(2026, 12, 1),
        sequence=4,
        changed_on=date(2026, 12, 2),
    )
    (line,) = make_document(actions=[done]).horizons[0].actions

    assert (plain.done_on, plain.sequence, plain.changed_on) == ("", 0, "")
    assert (line.done_on, line.done_text) == ("2026-12-01", "December 1, 2026")
    assert (line.sequence, line.changed_on) == (4, "2026-12-02")


def test_an_action_already_climbed_promises_no_lift():
    document = make_document(replies=REPLIES | levels(ranges=2))

    assert document.horizons[0].actions[0].lift == ""


def test_an_action_of_ones_own_has_nothing_behind_it_and_nothing_missing():
    own = PlanAction(key="own", title="Paint the break room")
    (line,) = make_document(actions=[own]).horizons[0].actions

    assert (line.practice, line.lift, line.due_text) == (None, "", "")
    assert (line.support.why_source, line.support.steps, line.support.missing) == (None, (), ())


def test_an_action_outlives_its_question_and_strategy():
    retired = replace(ACTION, question="gone", strategy="gone-too")
    (line,) = make_document(actions=[retired]).horizons[0].actions

    assert (line.title, line.next_step) == ("Post pay ranges", "Put a range in each ad.")
    assert line.practice is None
    assert line.support.missing == (
        "The question this was chosen for is no longer in this edition.",
        "The strategy chosen for this is no longer in this edition.",
    )


def test_an_action_without_a_strategy_says_so():
    assert support_of(replace(ACTION, strategy="")).missing == (
        "No strategy is offered for this yet.",
        "No case study yet.",
    )


# -- what may be left out --------------------------------------------------------------------


def test_answers_and_notes_are_left_out_unless_ticked():
    text = to_json(make_document())

    assert all(c.rows == () for c in make_document().components)
    assert "Between us." not in text
    assert "Payroll sheet." not in text
    assert make_document().left_out == (
        "The answer to each question is left out.",
        "Notes are left out.",
    )


def test_answers_come_with_the_trace_and_without_notes():
    document = make_document(include_answers=True)
    rows = [
        (r.practice.slug, r.practice.standing, r.weight, r.points, r.possible, r.note)
        for c in document.components
        for r in c.rows
    ]

    assert rows == [
        ("wage", "Not yet", 3, 0, 12, ""),
        ("ranges", "Starting", 2, 2, 8, ""),
        ("tips", "Does not apply", 1, 0, 0, ""),
        ("notice", "Leading", 3, 12, 12, ""),
        ("rest", "Not answered yet", 1, 0, 0, ""),
    ]
    assert document.left_out == ("Notes are left out.",)


def test_notes_need_their_own_tick():
    both = make_document(include_answers=True, include_notes=True)
    notes = [r.note for c in both.components for r in c.rows]

    assert notes == ["Payroll sheet.", "", "", "", "Ask Sam."]
    assert both.horizons[0].actions[0].notes == "Between us."
    assert both.left_out == ()
    only_notes = make_document(include_notes=True)
    assert only_notes.horizons[0].actions[0].notes == "Between us."
    assert "Payroll sheet." not in to_json(only_notes)


# -- sources ---------------------------------------------------------------------------------


def test_each_source_is_listed_once_in_order_of_citation():
    document = make_document()

    # "Start this month" cites first: the source of why, then guide and cases; then the rest.
    assert [c.slug for c in document.sources] == ["study", SOURCE, "bakery", "maker"]
    (action,) = document.horizons[0].actions
    assert [c.number for c in action.support.cases] == [3, 4]
    for cited in (*action.support.guides, *action.support.evidence, *action.support.cases):
        assert document.sources[cited.number - 1] == cited.card


def test_a_resource_without_a_card_is_no_quiet_gap():
    with pytest.raises(KeyError, match="bakery"):
        make_document(resources=lambda slugs: {k: CARDS[k] for k in slugs - {"bakery"}})


def test_cards_are_asked_for_what_is_cited_and_for_nothing_else():
    asked: list[frozenset[str]] = []

    def cards(slugs):
        asked.append(slugs)
        return CARDS

    document = make_document(resources=cards)

    assert asked == [{card.slug for card in document.sources}]
    make_document(resources=cards, replies={}, actions=[])
    assert asked[1] == set()


# -- the same bytes --------------------------------------------------------------------------


def test_json_is_canonical_and_keeps_the_order_of_the_fields():
    document = make_document(cover=Cover(organization="Café “Zoë” <b>"))
    text = to_json(document)

    assert list(json.loads(text)) == [f.name for f in fields(PlanDocument)]
    assert "Café “Zoë” <b>" in text
    assert json.loads(text) == json.loads(json.dumps(asdict(document)))


@given(cases(), st.booleans(), st.booleans())
def test_json_is_the_same_for_the_same_input_and_holds_only_plain_values(case, answers, notes):
    def made():
        return plan_document(
            catalogue=case.catalogue,
            edition_label="1.0",
            profile=case.profile,
            cover=Cover(mode=case.profile.mode),
            replies=dict(reversed(case.replies.items())),
            actions=[replace(ACTION, question=slug) for slug in case.catalogue.questions],
            resources=lambda slugs: {SOURCE: CARDS[SOURCE]},
            as_of=AS_OF,
            include_answers=answers,
            include_notes=notes,
        )

    assert to_json(made()) == to_json(made())
    assert set(kinds(made())) <= {str, int, bool, type(None)}


def kinds(value):
    """The types of all plain values in a document."""
    if is_dataclass(value):
        for field in fields(value):
            yield from kinds(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from kinds(item)
    else:
        yield type(value)


def test_json_is_the_same_in_another_process():
    program = (
        "from tests.assessment.test_plan import make_document; "
        "from assessment.plan_document import fingerprint; print(fingerprint(make_document(), '1'))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "7", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.strip() == fingerprint(make_document(), "1")


def test_the_fingerprint_follows_document_and_template():
    document = make_document()
    moved = make_document(actions=[replace(ACTION, owner="Sam Lee")])
    mended = make_document(
        resources=lambda slugs: (
            CARDS | {"bakery": replace(CARDS["bakery"], address="https://example.org/")}
        )
    )
    prints = {
        fingerprint(document, "1"),
        fingerprint(document, "2"),
        fingerprint(moved, "1"),
        fingerprint(mended, "1"),
    }

    assert len(prints) == 4
    assert fingerprint(make_document(), "1") == fingerprint(document, "1")
    assert all(len(p) == 64 for p in prints)


# -- money -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        ([], ""),
        ([{}], ""),
        ([{"estimate": 400}], "Expected cost: $400."),
        ([{"estimate": 400}, {}], "Expected cost: $400, from 1 of 2 actions."),
        (
            [{"estimate": 4000, "budget": 0}, {"estimate": 500, "budget": 2000}, {}],
            "Expected cost: $4,500, from 2 of 3 actions. Set aside: $2,000, from 2 of 3 actions.",
        ),
        ([{"estimate": 9, "status": "dropped"}], ""),
        ([{"estimate": 9, "status": "dropped"}, {"estimate": 1}], "Expected cost: $1."),
    ],
)
def test_what_actions_cost_is_summed_by_horizon_and_over_all(actions, said) -> None:
    held = [
        PlanAction(key=str(n), title="Do it", due_on=AS_OF, added_on=AS_OF, **fields)
        for n, fields in enumerate(actions)
    ]
    document = make_document(actions=held)
    assert document.money == said
    assert [h.money for h in document.horizons] == ([said] if held else [])


def test_turnover_is_printed_only_where_it_is_given() -> None:
    told = Turnover(headcount=40, leavers=12, pay=32_000)
    action = PlanAction(key="a", title="Do it", estimate=5_000, due_on=AS_OF, added_on=AS_OF)
    assert make_document().turnover is None
    part = make_document(actions=[action], turnover=told).turnover
    assert part is not None
    assert part.told[1] == ("Left by their own choice in a year", "12 (30%)")
    assert [(line.title, line.cost) for line in part.break_even] == [("Do it", "$5,000")]
