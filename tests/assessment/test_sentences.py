"""What is said about an employer, for none, one, two and many; and twenty plans read as aloud."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import sentences
from assessment.documents import board_summary, printed_plan
from assessment.plan_document import Cover, PlanAction, PlanDocument
from assessment.scoring import Profile, Reply, Score, score
from tests import plans
from tests.catalogues import make_catalogue, make_component, make_question
from toolkit.catalogue import Component

# -- words and numbers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "no answers"), (1, "1 answer"), (2, "2 answers"), (12345, "12,345 answers")],
)
def test_a_number_with_its_noun(count, words):
    assert sentences.counted(count, "answer") == words


def test_a_noun_of_its_own_kind():
    assert sentences.counted(2, "person", "people") == "2 people"
    assert (sentences.noun(1, "practice"), sentences.noun(0, "practice")) == (
        "practice",
        "practices",
    )


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (["A", "B", "C", "D"], "A, B, C and D"),
    ],
)
def test_names_are_joined_as_a_reader_says_them(names, words):
    assert sentences.joined(names) == words
    assert sentences.joined(names, "or") == words.replace(" and ", " or ")


@pytest.mark.parametrize(
    ("text", "length", "clipped"),
    [
        ("", 5, ""),
        ("Post it", 7, "Post it"),
        ("Post  it\n now", 20, "Post it now"),
        ("Post the schedule", 11, "Post the…"),
        ("Post the schedule", 9, "Post the…"),
        ("Post the schedule", 16, "Post the schedu…"),
        ("Post it, then go", 9, "Post it…"),
        ("W" * 9, 4, "WWW…"),
    ],
)
def test_a_long_text_ends_in_an_ellipsis(text, length, clipped):
    assert sentences.clipped(text, length) == clipped


@given(st.text(max_size=300), st.integers(1, 300))
def test_a_clipped_text_is_one_line_within_its_length(text, length):
    clipped = sentences.clipped(text, length)
    line = " ".join(text.split())

    assert len(clipped) <= length
    assert "\n" not in clipped
    assert clipped == line if len(line) <= length else clipped.endswith("…")


# -- from a score ------------------------------------------------------------------------------


def of(*components: str, is_quick: bool = False) -> Score:
    """A score with a component A, B … for each string of marks, a mark for each question.

    A digit is a level, - no answer, ? not sure, n does not apply, c waits to be confirmed.
    """
    made: list[Component] = []
    replies: dict[str, Reply] = {}
    for name, marks in zip("abcdefgh", components, strict=False):
        slugs = [f"{name}{number}" for number in range(len(marks))]
        made.append(
            make_component(name, [make_question(s, na_when="If so.", is_quick=True) for s in slugs])
        )
        replies |= {s: reply(mark) for s, mark in zip(slugs, marks, strict=True) if mark != "-"}
    return score(make_catalogue(*made), Profile(mode="quick" if is_quick else "full"), replies)


def reply(mark: str) -> Reply:
    if mark == "c":
        return Reply(level=2, is_to_confirm=True)
    level = int(mark) if mark.isdigit() else None
    return Reply(level=level, is_not_applicable=mark == "n", is_not_sure=mark == "?")


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ("", "No questions are asked."),
        ("nn", "None of the 2 questions applies."),
        ("-", "The one question is not yet answered."),
        ("3", "The one question is answered."),
        ("3n", "The one question that applies is answered; 1 does not apply."),
        ("---", "None of the 3 questions is answered yet."),
        ("--nn", "None of the 2 questions that apply is answered yet; 2 do not apply."),
        ("3--", "1 of 3 questions is answered."),
        ("33-", "2 of 3 questions are answered."),
        ("333", "All 3 questions are answered."),
        ("333n", "All 3 questions that apply are answered; 1 does not apply."),
        ("3c-", "1 of 3 questions has an answer that counts."),
        ("33c", "2 of 3 questions have an answer that counts."),
        ("c", "The one question has no answer that counts yet."),
        ("cc", "None of the 2 questions has an answer that counts yet."),
    ],
)
def test_how_many_are_answered(marks, words):
    assert sentences.answered(of(marks)) == words


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ("--", "No practices are answered yet."),
        ("nn", "No questions apply."),
        ("cc", "No answers count yet."),
        ("0", "The one practice answered is not yet in place (score 0 of 100, Not yet)."),
        ("4", "The one practice answered is in place (score 100 of 100, Leading)."),
        ("3----", "The one practice answered is in place."),
        ("00", "None of the 2 practices answered is in place yet (score 0 of 100, Not yet)."),
        ("03", "1 of 2 practices is in place or better (score 38 of 100, Starting)."),
        ("0333", "3 of 4 practices are in place or better (score 56 of 100, Partial)."),
    ],
)
def test_the_first_sentence_of_the_summary(marks, words):
    assert sentences.summary(of(marks))[0] == words


def test_a_quick_check_never_passes_for_a_full_one():
    result = of("30", "--", is_quick=True)

    assert sentences.summary(result)[0] == (
        "Quick check, 4 questions: 1 of 2 practices is in place or better "
        "(score 38 of 100, Starting, provisional)."
    )
    assert sentences.basis(1, True) == "Quick check, 1 question"
    assert [sentences.basis(n, False) for n in (0, 1, 48)] == [
        "No questions",
        "1 question",
        "All 48 questions",
    ]
    assert sentences.quick(16, 48) == "Quick check: 16 of 48 questions, no score per component."
    assert [sentences.go_on(n) for n in (0, 1, 32)] == [
        "Continue with the full assessment",
        "Continue with the other one",
        "Continue with the other 32",
    ]


@pytest.mark.parametrize(
    ("components", "words"),
    [
        (["3", "3"], None),
        (["3", "-"], None),
        (["4", "0"], "Among your components, A is furthest along and B has the most room to grow."),
        (["4", "4", "0"], "Among your components, A and B are furthest along and C has the most "),
        (["4", "0", "0"], "Among your components, A is furthest along and B and C have the most"),
        (["4", "4", "4", "0"], "Among your components, D has the most room to grow."),
        (["4", "0", "0", "0"], "Among your components, A is furthest along."),
        (["4", "4", "4", "0", "0", "0"], None),
    ],
)
def test_a_comparison_says_that_it_is_among_one_s_own_components(components, words):
    said = [s for s in sentences.summary(of(*components)) if s.startswith("Among your")]

    assert len(said) == (words is not None)
    assert all(s.startswith(words) for s in said)


@pytest.mark.parametrize(
    ("marks", "headline", "figure"),
    [
        ("--", "No practices are answered yet", "There is no score yet."),
        ("nn", "No questions apply", "There is no score, because no questions apply."),
        ("cc", "No answers count yet", "There is no score yet."),
        ("3", "1 of 1 practice in place or better", "Score 75 of 100, In place."),
        ("30", "1 of 2 practices in place or better", "Score 38 of 100, Starting."),
    ],
)
def test_headline_and_figure(marks, headline, figure):
    assert sentences.headline(of(marks)) == headline
    assert sentences.figure(of(marks)) == figure


@pytest.mark.parametrize(
    ("marks", "practices", "rest"),
    [
        ("--", "No practices are answered yet", "No practices are answered yet."),
        ("00", "0 of 2 practices", "None of the 2 practices answered is in place yet (score 0 of"),
        ("3", "1 of 1 practice", "The one practice answered is in place (score 75 of 100"),
        ("30", "1 of 2 practices", "practices is in place or better (score 38 of 100, Starting)."),
        ("33", "2 of 2 practices", "practices are in place or better (score 75 of 100, In place)."),
    ],
)
def test_the_headline_in_parts(marks, practices, rest):
    result = of(marks)
    assert sentences.practices_in_place(result) == practices
    assert sentences.headline_rest(result).startswith(rest)
    beside = "" if rest[0].isupper() else practices.removesuffix("practices")
    assert f"{beside}{sentences.headline_rest(result)}" == sentences.summary(result)[0]


@pytest.mark.parametrize(
    ("components", "not_enough", "out"),
    [
        (["3"], "", ""),
        (
            ["-"],
            "No component has enough answers for a score yet (at least half, by weight).",
            "",
        ),
        (
            ["3", "-"],
            "B does not have enough answers yet (at least half, by weight), so the overall figure "
            "leaves it out and is provisional.",
            "",
        ),
        (
            ["3", "-", "-", "-"],
            "B, C and D do not have enough answers yet (at least half, by weight), so the overall "
            "figure leaves them out and is provisional.",
            "",
        ),
        (["3", "n"], "", "No questions in B apply, so it does not count in the score."),
        (["3", "n", "n"], "", "No questions in B or C apply, so they do not count in the score."),
        (["n", "n"], "", "No questions apply, so there is no score."),
    ],
)
def test_components_without_a_score_are_named(components, not_enough, out):
    assert sentences.not_enough(of(*components)) == not_enough
    assert sentences.out(of(*components)) == out


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ("nn", "No steps are recommended, because no questions apply."),
        ("--", "No steps are recommended yet, because no answers count so far."),
        ("33", "No answer is below its target, so no steps are recommended."),
    ],
)
def test_why_no_step_is_recommended(marks, words):
    assert sentences.no_step(of(marks)) == words


# -- from a number -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("say", "texts"),
    [
        (sentences.waiting, ["", "1 answer is waiting", "2 answers are", "1,200 answers are"]),
        (sentences.to_confirm, ["", "1 answer to confirm. It does", "2 answers to confirm. They"]),
        (sentences.once_confirmed, ["You answered these", "You answered this", "You answered the"]),
        (sentences.would_wait, ["0 answers would", "1 answer would need", "2 answers would need"]),
        (
            sentences.no_longer_alike,
            ["These questions", "This question has", "These questions have"],
        ),
        (sentences.hidden_alike, ["", "1 more answer, to a", "2 more answers, to questions"]),
        (sentences.retired, ["Your edition", "Your edition no longer asks this question. Your"]),
        (
            sentences.basic_needs,
            ["", "One basic need is at “Not yet”. Address it", "2 basic needs are at"],
        ),
        (
            sentences.find_out,
            ["No questions are open.", "One question is open.", "2 questions are"],
        ),
        (
            sentences.not_applicable,
            [
                "No questions were marked",
                "One question does not apply and does",
                "2 questions do not",
            ],
        ),
        (
            sentences.more_actions,
            ["", "The plan has one more open action.", "The plan has 2 more open actions."],
        ),
    ],
)
def test_a_sentence_reads_naturally_for_none_one_two_and_many(say: Callable[[int], str], texts):
    for count, text in zip((0, 1, 2, 1200), texts, strict=False):
        assert say(count).startswith(text)
        assert bool(say(count)) == bool(text)
    assert "1,200" in say(1200) or not re.search(r"\d", say(2))
    assert all(said.endswith(".") for said in map(say, (1, 2, 1200)))


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0, 0, 0), "You are not being asked any questions right now."),
        ((0, 48, 52), "0 of 48 answered. About 52 minutes left, in any order."),
        ((47, 48, 1), "47 of 48 answered. About 1 minute left, in any order."),
        ((48, 48, 0), "48 of 48 answered. Every question is answered."),
    ],
)
def test_progress(numbers, words):
    assert sentences.progress(*numbers) == words


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0, 0, 0), "The plan has no actions yet."),
        ((1, 0, 0), "The plan has 1 action."),
        ((2, 0, 1), "The plan has 2 actions, 1 dropped."),
        ((60, 2, 1), "The plan has 60 actions, 2 done and 1 dropped."),
    ],
)
def test_how_many_actions_there_are(numbers, words):
    assert sentences.actions(*numbers) == words


def test_the_practices_of_a_component_in_place():
    assert [sentences.in_place(*n) for n in ((0, 0), (0, 1), (1, 1), (3, 6))] == [
        "No answers yet",
        "0 of 1 in place",
        "1 of 1 in place",
        "3 of 6 in place",
    ]


# -- twenty plans, read as if aloud ------------------------------------------------------------


def waits(marks: str) -> dict[str, Reply]:
    return {slug: replace(r, is_to_confirm=True) for slug, r in plans.replies_of(marks).items()}


def action(key: str, **said: Any) -> PlanAction:
    return PlanAction(**({"key": key, "title": f"Action {key}"} | said))


PLANS: dict[str, Callable[[], PlanDocument]] = {
    "all leading": lambda: plans.make_plan("4" * 48),
    "all in place": lambda: plans.make_plan("3" * 48),
    "all not yet": lambda: plans.make_plan("0" * 48),
    "typical": plans.make_plan,
    "quick": plans.quick_plan,
    "quick, nothing said": lambda: plans.make_plan(
        "", profile=Profile(mode="quick"), cover=Cover(mode="quick")
    ),
    "provisional": plans.provisional_plan,
    "nothing applies": plans.nothing_applies_plan,
    "one component out": plans.one_out_plan,
    "nothing said": plans.empty_plan,
    "not sure of anything": lambda: plans.make_plan("?" * 48),
    "one low answer": lambda: plans.make_plan("2", planned=0),
    "one high answer": lambda: plans.make_plan("4", planned=0),
    "all to confirm": lambda: plans.make_plan(replies=waits("2" * 48)),
    "one to confirm": lambda: plans.make_plan(replies=plans.replies_of("2" * 48) | waits("2")),
    "mixed targets": lambda: plans.make_plan(
        profile=Profile(targets={"benefits": 4, "pay": 1}, importance={"benefits": 3, "pay": 1})
    ),
    "big, one action": lambda: plans.make_plan(profile=Profile(size="1000+"), planned=1),
    "small, two actions": lambda: plans.make_plan(profile=Profile(size="1-9"), planned=2),
    "sixty actions": lambda: plans.make_plan(actions=[action(str(n)) for n in range(60)]),
    "done and dropped": lambda: plans.make_plan(
        actions=[
            action("a", status="done", done_on=plans.AS_OF, estimate=0, budget=1),
            action("b", status="dropped", drop_reason="Nobody asked for it."),
        ]
    ),
}
MACHINE = re.compile(
    r"\b1 (practices|answers|actions|questions|levels|components|days)\b|"
    r" [,.;:](?!\d)|\.\.|\[\]|\(\)|[{}]|\bNone\b(?! of)|\bTrue\b|\bFalse\b|\bnan\b|\b0 more\b"
)
BLAME = re.compile(
    r"\b(fail\w*|poor\w*|bad\w*|worst|weak\w*|behind|must|should have|will (save|pay|earn|cut)|"
    r"guarantee\w*|best practice|better than|worse than|other (firms|employers)|peers)\b",
    re.IGNORECASE,
)


def sentences_of(document: PlanDocument) -> Iterator[str]:
    """Every sentence about the employer that the document carries; none of the content's texts."""
    yield from document.summary
    yield from (text for text in asdict(document.words).values() if text)
    yield from (r.reason for r in document.start_this_month + document.worth_planning)
    yield from (r.reason for r in document.not_now)
    yield from document.limits
    yield from document.left_out
    yield document.order_note


def read(html: str) -> str:
    """The words of a page, each block ending in a line feed."""
    body = html.partition("<body>")[2]
    blocks = re.sub(r"</?(?:p|li|td|th|h\d|tr|div|br|svg)\b[^>]*>", "\n", body)
    words = unescape(re.sub(r"<[^>]+>", "", blocks))
    return "\n".join(" ".join(line.split()) for line in words.split("\n"))


def test_there_are_twenty_plans():
    assert len(PLANS) == 20


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_reads_as_a_person_would_say_it(name):
    document = PLANS[name]()
    said = list(sentences_of(document))

    assert [s for s in said if not s.endswith(".") or s != " ".join(s.split())] == []
    assert [s for s in said if MACHINE.search(s) or BLAME.search(s)] == []
    for page in (printed_plan.html_of(document), board_summary.html_of(document)):
        assert [line for line in read(page).split("\n") if MACHINE.search(line)] == []


@pytest.mark.parametrize("name", PLANS)
def test_nothing_is_said_twice_on_the_board_summary(name):
    lines = [s for s in read(board_summary.html_of(PLANS[name]())).split("\n") if s.endswith(".")]
    said = [s for line in lines for s in re.split(r"(?<=[.]) ", line)]

    assert len(said) == len(set(said))
