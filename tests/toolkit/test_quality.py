"""Each rule of quality catches a bad row, names it, and lets a good one pass."""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.toolkit.small import CASE, GUIDE, content, small_documents
from toolkit import quality
from toolkit.catalogue import Catalogue, LegalNote, Problem, ResourceUse
from toolkit.resource_document import Fact, Relation, ResourceDocument

SMALL = content(small_documents())
CATALOGUE = Catalogue(SMALL.components, SMALL.strategies)
RESOURCES = {item.slug: item for item in SMALL.resources}
PAY = CATALOGUE.by_slug["pay"]
WAGE = CATALOGUE.questions["wage"]
SET_A_WAGE = CATALOGUE.strategies_by_slug["set-a-wage"]
LADDER = (
    "Managers decide pay case by case.",
    "Some jobs have a written rate.",
    "Every job has a written rate.",
    "As above, and staff can look it up.",
    "As above, and it is checked once a year.",
)


def told(found: Iterable[Problem]) -> list[str]:
    return [problem.message for problem in found]


def of_question(**changes: Any) -> list[str]:
    return told(quality.question_problems(replace(WAGE, **changes), RESOURCES))


def of_strategy(**changes: Any) -> list[str]:
    changed = replace(SET_A_WAGE, **changes)
    return told(quality.strategy_problems(changed, CATALOGUE, RESOURCES))


def of_component(**changes: Any) -> list[str]:
    return told(quality.component_problems(replace(PAY, **changes), RESOURCES))


def of_resource(**changes: Any) -> list[str]:
    return told(quality.resource_problems(replace(RESOURCES[GUIDE], **changes)))


def guide(*facts: str, **changes: Any) -> dict[str, ResourceDocument]:
    """The archive, its guide stating these facts."""
    stated = tuple(Fact(text, "p. 1", "direct") for text in facts)
    return {**RESOURCES, GUIDE: replace(RESOURCES[GUIDE], facts=stated, **changes)}


def words(count: int, end: str = ".") -> str:
    return " ".join(["Pay", *(f"w{n}" for n in range(count - 1))]) + end


# -- The whole --------------------------------------------------------------------------------


def test_good_content_has_no_problem() -> None:
    assert quality.problems(CATALOGUE, RESOURCES) == []
    assert told(p for item in RESOURCES.values() for p in quality.resource_problems(item)) == []
    assert of_question(levels=LADDER) == []


def test_every_row_is_looked_at_and_named() -> None:
    wage = replace(WAGE, hint="It is holistic.")
    pay = replace(PAY, summary="It is holistic.", questions=(wage, *PAY.questions[1:]))
    strategy = replace(SET_A_WAGE, summary="It is holistic.")
    catalogue = Catalogue((pay, *CATALOGUE.components[1:]), (strategy, *CATALOGUE.strategies[1:]))
    message = "“holistic” is jargon; say it in everyday words."
    assert quality.problems(catalogue, RESOURCES) == [
        Problem("component", "pay", f"The summary: {message}"),
        Problem("question", "wage", f"The hint: {message}"),
        Problem("strategy", "set-a-wage", f"The summary: {message}"),
    ]


def test_an_empty_catalogue_has_no_problem_of_quality() -> None:
    assert quality.problems(Catalogue((), ()), {}) == []
    assert quality.remarks(Catalogue((), ())) == []


def test_the_sources_are_all_that_a_catalogue_names() -> None:
    pay = replace(PAY, source="a", questions=(replace(WAGE, why_source="b"),))
    strategy = replace(SET_A_WAGE, resources=(ResourceUse("c", "guide"), ResourceUse("b", "case")))
    assert quality.sources(Catalogue((pay,), (strategy,))) == {"a", "b", "c"}


def test_it_loads_without_the_framework() -> None:
    code = "import sys, toolkit.quality; print('django' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# -- Every text of a row ----------------------------------------------------------------------

NOTE = LegalNote("Ask a synergy lawyer.", "General information, not legal advice.")
JARGON = "“synergy” is jargon; say it in everyday words."


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"text": "Is there synergy?"}, "The question"),
        ({"hint": "It is synergy."}, "The hint"),
        ({"why": "It is synergy."}, "Why it matters"),
        ({"weight_reason": "Evidence: a synergy."}, "The reason for the weight"),
        ({"na_when": "Choose this if there is no synergy."}, "“Does not apply”"),
        ({"levels": (*LADDER[:3], "There is synergy.", LADDER[4])}, "Level 3"),
        ({"next_steps": ("Get synergy.", *WAGE.next_steps[1:])}, "The next step at level 0"),
        ({"pulse": "I see synergy."}, "The pulse statement"),
        ({"legal_notes": (NOTE,)}, "A legal note"),
    ],
)
def test_every_text_of_a_question_is_read(changes: dict[str, Any], label: str) -> None:
    assert of_question(**changes) == [f"{label}: {JARGON}"]


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"title": "Get synergy"}, "The title"),
        ({"summary": "It is synergy."}, "The summary"),
        ({"steps": ("Begin.", "Get synergy.", "Finish.")}, "Step 2"),
        (
            {"resources": (ResourceUse(GUIDE, "guide", "loose", "It is synergy."),)},
            f"Why “{GUIDE}” is a loose fit",
        ),
        ({"legal_notes": (NOTE,)}, "A legal note"),
    ],
)
def test_every_text_of_a_strategy_is_read(changes: dict[str, Any], label: str) -> None:
    assert of_strategy(**changes) == [f"{label}: {JARGON}"]


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"summary": "It is synergy."}, "The summary"),
        ({"facts": (Fact("It is synergy.", "p. 1", "direct"),)}, "Fact 1"),
        ({"caution": "It is synergy."}, "The caution"),
        ({"date_note": "It is synergy."}, "The note on the date"),
        ({"verification_note": "It is synergy."}, "The note on what was seen"),
    ],
)
def test_every_text_of_ours_on_a_resource_is_read(changes: dict[str, Any], label: str) -> None:
    assert of_resource(**changes) == [f"{label}: {JARGON}"]


@pytest.mark.parametrize("name", ["title", "organization", "creators", "collector", "employer"])
def test_titles_and_names_of_others_stay_as_they_are(name: str) -> None:
    assert of_resource(**{name: "Leveraging labour – a stakeholder’s holistic programme"}) == []


def test_component_names_are_the_toolkit_s() -> None:
    assert of_component(title="Empowerment & Representation") == []


# -- Length and ending ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "label", "most", "end"),
    [
        ("text", "The question", 16, "?"),
        ("levels", "Level 4", 16, "."),
        ("next_steps", "The next step at level 3", 22, "."),
    ],
)
def test_what_an_employer_must_read_is_short(name: str, label: str, most: int, end: str) -> None:
    def value(count: int) -> Any:
        old = getattr(WAGE, name)
        return words(count, end) if isinstance(old, str) else (*old[:-1], words(count))

    assert of_question(**{name: value(most)}) == []
    message = f"{label}: It has {most + 1} words; at most {most}."
    assert of_question(**{name: value(most + 1)}) == [message]


def test_titles_of_strategies_and_summaries_of_components_are_short() -> None:
    assert of_strategy(title=words(9, "")) == []
    assert of_strategy(title=words(10, "")) == ["The title: It has 10 words; at most 9."]
    easy = " ".join(["We pay well."] * 13)
    assert of_component(summary=f"{easy} Yes.") == []
    long = f"{easy} We do."
    assert of_component(summary=long) == ["The summary: It has 41 words; at most 40."]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": "What about pay."}, "The question: It should end with a question mark."),
        ({"levels": (*LADDER[:4], "All is checked")}, "Level 4: It should end with a period."),
        ({"levels": (*LADDER[:4], "Is all checked?")}, "Level 4: It should end with a period."),
        ({"hint": "Tips count,"}, "The hint: It should end with a period."),
    ],
)
def test_texts_end_as_their_place_wants(changes: dict[str, Any], message: str) -> None:
    assert of_question(**changes) == [message]


def test_a_step_may_ask_and_a_title_has_no_full_stop() -> None:
    assert of_strategy(steps=("Ask: what helps?", "Go on.", "Say “done.”")) == []
    assert of_strategy(title="Set a wage.") == [
        "The title: It should end without a punctuation mark."
    ]


# -- The ladder -------------------------------------------------------------------------------


def with_levels(*changed: tuple[int, str]) -> dict[str, Any]:
    levels = list(LADDER)
    for number, statement in changed:
        levels[number] = statement
    return {"levels": tuple(levels)}


@pytest.mark.parametrize("number", [0, 1])
def test_no_word_in_levels_0_and_1_accuses(number: int) -> None:
    assert of_question(**with_levels((number, "Raises are never written down."))) == [
        f"Level {number}: “never” does not belong in levels 0 and 1; say what is not set up yet."
    ]


@pytest.mark.parametrize("number", [2, 3, 4])
def test_higher_levels_may_say_never(number: int) -> None:
    assert of_question(**with_levels((number, "As above, and no rate is ever cut, never."))) == []


def test_no_level_step_or_strategy_asks_for_a_quota() -> None:
    message = "“quota”: nothing here may ask for quotas, preferences or targets by group."
    assert of_question(**with_levels((4, "As above, and a quota is met."))) == [
        f"Level 4: {message}"
    ]
    assert of_strategy(steps=("Begin.", "Set a quota.", "Finish.")) == [f"Step 2: {message}"]


def test_levels_must_differ_in_more_than_a_word() -> None:
    twice = with_levels(
        (1, "Managers write down the pay of each job."),
        (2, "Managers write down the pay of each post."),
    )
    assert of_question(**twice) == [
        "The levels at 1 and 2 are nearly the same; say what is new in 2."
    ]


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("Some part-time staff get one benefit.", "All part-time staff get one benefit."),
        ("Most are posted 3 to 6 days ahead.", "Most are posted 7 to 13 days ahead."),
    ],
)
def test_a_larger_quantity_is_a_step_up(low: str, high: str) -> None:
    assert of_question(**with_levels((1, low), (2, high))) == []


def test_next_steps_must_differ_at_each_level() -> None:
    steps = (
        "Ask each person what they earn and write it down.",
        "Ask each person what they earn and note it down.",
        *WAGE.next_steps[2:],
    )
    assert of_question(next_steps=steps) == [
        "The next steps at 0 and 1 are nearly the same; say what is new in 1."
    ]


def test_levels_do_not_begin_with_the_same_ten_words() -> None:
    opening = "At least one in ten of our people here can see"
    found = of_question(**with_levels((2, f"{opening} rates."), (3, f"{opening} ranges as well.")))
    assert found == ["The levels at 2 and 3 begin with the same 10 words."]


# -- Reading grade ----------------------------------------------------------------------------

DENSE = (
    "Organizational communication regarding compensation methodology demonstrates considerable "
    "association with employee retention outcomes across participating establishments."
)


def test_each_part_of_a_component_reads_at_grade_8_on_average() -> None:
    questions = tuple(replace(q, why=DENSE) for q in PAY.questions)
    (average, hard) = of_component(questions=questions)
    assert average.startswith("Why it matters: reading grade ")
    assert average.endswith("at most 8. Use shorter sentences and everyday words.")
    assert hard.startswith("2 of ")
    assert hard.endswith("at most 5%. They are listed under “Wording to look at”.")


def test_one_hard_sentence_is_a_remark_and_no_problem() -> None:
    hint = "Employers who participate voluntarily in evaluations also count."
    assert of_question(hint=hint) == []
    (remark,) = remarks(small(hint=hint))
    assert remark.startswith("The hint: Reading grade 1")
    assert remark.endswith(f"“{hint}”")


def test_a_strategy_reads_at_grade_8_on_average() -> None:
    (message,) = of_strategy(steps=(DENSE, DENSE.replace("Org", "Intraorg"), "Finish."))
    assert message.startswith("Reading grade ")


def test_a_dense_resource_is_a_remark() -> None:
    dense = replace(RESOURCES[GUIDE], summary=DENSE)
    assert told(quality.resource_problems(dense)) == []
    (remark,) = quality.resource_remarks(dense)
    assert remark.message.startswith("Reading grade ")


# -- Figures ----------------------------------------------------------------------------------


def test_figures_of_why_it_matters_are_in_its_source() -> None:
    question = replace(WAGE, why="Of 409 firms, half gained 9.4 percent.")

    def found(*facts: str) -> list[str]:
        return told(quality.question_problems(question, guide(*facts)))

    assert found("At 409 sites, 50% gained 9.4%.") == []
    assert found("At 409 sites.") == [
        f"Why it matters: “half” is in no fact of its source “{GUIDE}”.",
        f"Why it matters: “9.4 percent” is in no fact of its source “{GUIDE}”.",
    ]


def test_the_date_and_title_of_a_source_may_be_named() -> None:
    question = replace(WAGE, why="A 2024 study names 23 ways.")
    known = guide(published="2024-03", title="23 ways to pay")
    assert told(quality.question_problems(question, known)) == []


def test_the_reason_for_the_weight_may_repeat_why_it_matters() -> None:
    known = guide("Of 68 employers, 46 gained.")
    question = replace(WAGE, weight_reason="Evidence: a study of 68 employers.")
    assert told(quality.question_problems(question, known)) == []
    question = replace(WAGE, weight_reason="Evidence: a study of 86 employers.")
    assert told(quality.question_problems(question, known)) == [
        f"The reason for the weight: “86” is in no fact of its source “{GUIDE}”."
    ]


def test_a_threshold_stands_in_the_ladder() -> None:
    levels = with_levels((3, "As above, and nobody pays over 10% of gross pay."))
    step = ("Pay more wherever it tops 10 percent.", *WAGE.next_steps[1:])
    assert of_question(**levels, next_steps=step) == []
    assert of_question(next_steps=step) == [
        "The next step at level 0: “10 percent” is neither in a level nor in “Why it matters”."
    ]
    assert of_question(hint="Tips above $20 count.") == [
        "The hint: “$20” is neither in a level nor in “Why it matters”."
    ]


def test_figures_of_a_strategy_are_in_its_resources_or_the_levels_it_serves() -> None:
    changed = replace(SET_A_WAGE, summary="Turnover fell 21 percent.", steps=("Wait 30 days.",) * 1)
    strategy = replace(changed, steps=("Wait 30 days.", "Ask two people.", "Meet for an hour."))
    known = guide("Turnover fell by 21%.")
    assert told(quality.strategy_problems(strategy, CATALOGUE, known)) == []
    assert told(quality.strategy_problems(strategy, CATALOGUE, RESOURCES)) == [
        "The summary: “21 percent” is in no fact of its resources and no level it serves."
    ]
    levels = with_levels((3, "As above, and pay is 21% over the law."))
    question = replace(WAGE, **levels)
    served = Catalogue((replace(PAY, questions=(question,)),), ())
    assert told(quality.strategy_problems(strategy, served, RESOURCES)) == []


def test_figures_of_a_component_are_in_its_source() -> None:
    assert of_component(toolkit_says="The toolkit has eight parts.") == [
        f"What the toolkit says: “eight” is in no fact of its source “{GUIDE}”."
    ]
    component = replace(PAY, toolkit_says="The toolkit has eight parts.")
    assert told(quality.component_problems(component, guide("It has 8 parts."))) == []
    assert of_component(summary="How the first three months go.") == []
    assert of_component(summary="Some 40% left.") == [
        f"The summary: “40%” is in no fact of its source “{GUIDE}”."
    ]


def test_figures_of_a_summary_are_in_the_facts_of_the_resource() -> None:
    assert of_resource(summary="A survey of 253 employers.") == [
        "The summary: “253” is in none of its facts."
    ]
    stated = (Fact("It asked 253 employers.", "p. 1", "direct"),)
    assert of_resource(summary="A survey of 253 employers.", facts=stated) == []


def test_an_unknown_source_is_told_elsewhere() -> None:
    assert of_question(why="Of 409 firms, half gained.", why_source="gone") == []
    assert of_component(toolkit_says="The toolkit has eight parts.", source="gone") == []
    assert of_strategy(resources=(ResourceUse("gone", "guide"),)) == []


# -- What belongs together --------------------------------------------------------------------


def test_a_fact_says_where_it_was_seen_and_nothing_is_related_to_itself() -> None:
    assert of_resource(facts=(Fact("It helps.", "", "direct"),)) == [
        "The fact “It helps.” does not say where we saw it."
    ]
    related = Relation("companion-of", GUIDE)
    assert of_resource(relations=(related,)) == ["It is related to itself."]
    assert of_resource(relations=(Relation("companion-of", CASE),)) == []


@pytest.mark.parametrize("code", ["JW-1.2", "BE-4"])
def test_actions_of_the_toolkit_have_its_codes(code: str) -> None:
    assert of_strategy(toolkit_ref=(code,)) == []


def test_a_code_the_toolkit_does_not_have_is_found() -> None:
    assert of_strategy(toolkit_ref=("PAY-1",)) == [
        "“PAY-1” is not an action in the toolkit; they look like “JW-1.2”."
    ]


def test_a_step_stands_once() -> None:
    assert of_strategy(steps=("Begin.", "Begin.", "Finish.")) == ["The same step twice: “Begin.”"]


# -- Remarks ----------------------------------------------------------------------------------


def small(**changes: Any) -> Catalogue:
    """The catalogue with changes to ``wage``, in sentences that nothing else is said about."""
    fine = {"levels": LADDER, "why": "Pay matters.", "pulse": "I know my pay."} | changes
    pay = replace(PAY, summary="All about pay.", questions=(replace(WAGE, **fine),))
    return Catalogue((pay,), (SET_A_WAGE,))


def test_there_is_nothing_to_remark_on_plain_sentences_but_sizes() -> None:
    sizes = "suits 50-249, 250-999, 1000+ people; those of other sizes are shown."
    assert told(quality.remarks(small())) == [
        f"No strategy at level {level} ({name}) {sizes}"
        for level, name in enumerate(["Not yet", "Starting", "Partial", "In place"])
    ]


def remarks(catalogue: Catalogue) -> list[str]:
    return [m for m in told(quality.remarks(catalogue)) if "No strategy at level" not in m]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (with_levels((1, "Pay is often written down.")),
         "Level 1: “often” cannot be checked; give a number, a time or who is included."),
        ({"hint": "The worker’s pay."},
         "The hint: It has curly quotation marks or apostrophes; "
         "the rest of the toolkit uses ' and \"."),
        ({"hint": "tips count."}, "The hint: It begins with a lowercase letter."),
    ],
)  # fmt: skip
def test_what_an_editor_may_weigh_is_remarked_and_stops_nothing(
    changes: dict[str, Any], message: str
) -> None:
    assert remarks(small(**changes)) == [message]
    assert quality.problems(small(**changes), RESOURCES) == []


def test_a_strategy_far_from_its_component_is_remarked() -> None:
    catalogue = small()
    away = replace(SET_A_WAGE, component="benefits")
    catalogue = replace(catalogue, strategies=(away,))
    assert remarks(catalogue) == ["It serves no question of its own component."]


def test_problems_of_the_archive_are_remarks_while_publishing() -> None:
    item = replace(RESOURCES[GUIDE], caution="It is a synergy.")
    found = [p for p in quality.remarks(small(), [item]) if p.noun == "resource"]
    assert found == [Problem("resource", GUIDE, f"The caution: {JARGON}")]
