"""The board summary: one page in every state, in its fixed order, and who may make one."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

import outloud
import pytest
from pypdf import PdfReader

from assessment.documents import board_summary, pdf, printed_plan
from assessment.models import IssuedDocument
from assessment.models.document import KEPT
from assessment.plan_document import PlanAction, PlanDocument
from assessment.sentences import LIMITS, NOTHING_TO_COMPARE
from tests import factories, pages, plans

STATES = {
    "typical": plans.make_plan,
    "empty": plans.empty_plan,
    "quick": plans.quick_plan,
    "provisional": plans.provisional_plan,
    "nothing-applies": plans.nothing_applies_plan,
    "one-out": plans.one_out_plan,
    "hostile": plans.hostile_plan,
    "long": plans.long_plan,
    "wide": plans.wide_plan,
}
PARTS = [
    "Practices in place",
    "What is strongest",
    "What we plan next",
    "Decision we ask for",
    "Since last time",
    "What this is not",
]
each_state = pytest.mark.parametrize("state", STATES)


@cache
def document_of(state: str) -> PlanDocument:
    return STATES[state]()


@cache
def printed(state: str) -> pdf.RenderedPdf:
    return board_summary.render(document_of(state))


def words_of(content: bytes) -> str:
    # Where a font lacks a letter, pypdf reads each of its codes as two characters, NUL first.
    text = PdfReader(BytesIO(content)).pages[0].extract_text().replace("\0", "")
    return " ".join(text.split())


# -- the page ----------------------------------------------------------------------------------


@each_state
def test_it_has_one_page_in_every_state(state):
    reader = PdfReader(BytesIO(printed(state).content))

    assert printed(state).pages == len(reader.pages) == 1
    assert tuple(reader.pages[0].mediabox) == (0, 0, 612, 792)


@each_state
def test_its_parts_stand_in_the_fixed_order(state):
    words = words_of(printed(state).content)
    places = [words.index(part) for part in PARTS]

    assert places == sorted(places)
    assert words.index("Covers") < words.index("As of") < words.index("Answered by") < places[0]
    assert document_of(state).words.answered in words
    assert document_of(state).words.figure in words
    assert [limit for limit in LIMITS if limit not in words] == []


@each_state
def test_an_independent_checker_finds_no_error_and_the_warnings_are_explained(state, tmp_path):
    file = tmp_path / "board.pdf"
    file.write_bytes(printed(state).content)

    result = outloud.check(str(file))

    assert result.error is None
    assert [f"{f.rule}: {f.message}" for f in result.findings if f.severity == "error"] == []
    # There is no running header here, which is all the checker warns of in a typical plan. An
    # address that somebody typed as part of a name stays text on purpose, never a link.
    warned = {f.rule for f in result.findings if f.severity == "warning"}
    assert warned <= ({"LNK-010"} if state == "hostile" else set())


def test_a_typical_one_says_where_it_stands_and_what_comes_next():
    words = words_of(printed("typical").content)

    for text in (
        "Harbor Street Bakery",
        "The whole organization, about 40 people",
        "46 of 47 questions that apply are answered; 1 does not apply.",
        "November 22, 2026",
        "Owner or chief executive",
        "14 of 46 practices in place or better",
        "Score 49 of 100, Partial.",
        "Maria Lopez, owner",
        "December 20, 2026",
        "About $200",
        "Not estimated",
        "2 more open actions.",
        NOTHING_TO_COMPARE,
    ):
        assert text in words
    strengths = document_of("typical").strengths
    assert len(strengths) == 3
    assert [s.statement for s in strengths if s.statement not in words] == []


def test_basic_needs_at_not_yet_are_named():
    words = words_of(printed("one-out").content)
    missing = document_of("one-out").basic_needs_missing

    assert len(missing) == 7
    assert "7 basic needs are at “Not yet”. Address them before looking at averages." in words
    assert "The plan names all of them." in words
    assert sum(line.text in words for line in missing) == board_summary.ROOMY["needs"] == 4


def test_an_empty_one_says_what_is_missing():
    words = words_of(printed("empty").content)

    for text in (
        "Organization not named",
        "Covers Not given",
        "Answered by Not given",
        "None of the 48 questions is answered yet.",
        "No practices are answered yet",
        "There is no score yet. No component has enough answers for a score yet",
        "No practices are reported as in place yet.",
        "The plan has no actions yet.",
    ):
        assert text in words


def test_the_first_open_actions_are_named_in_the_order_of_the_plan():
    said: dict[str, dict[str, Any]] = {
        "done-one": {"status": "done", "done_on": plans.AS_OF},
        "first": {"status": "under-way", "estimate": 1200, "cost": "a van"},
        "dropped-one": {"status": "dropped", "drop_reason": "No van."},
        "second": {"status": "not-started", "budget": 900},
        "third": {"status": "not-started", "cost": "two days"},
        "fourth": {"status": "not-started"},
    }
    actions = [
        PlanAction(key=key, title=key, due_on=plans.AS_OF, added_on=plans.AS_OF, **values)
        for key, values in said.items()
    ]
    document = plans.make_plan(actions=actions)

    assert [a.key for a in document.next_actions] == ["first", "second", "third"]
    html = board_summary.html_of(document)
    assert [key for key in ("done-one", "dropped-one", "fourth") if key in html] == []
    assert "<td>$1,200</td>" in html
    assert "<td>Not estimated; $900 set aside</td>" in html
    assert "<td>two days</td>" in html
    assert "The plan has one more open action." in html


def test_a_plan_with_nothing_left_to_do_says_what_it_holds():
    done = PlanAction(key="done", title="Done.", status="done", done_on=plans.AS_OF)

    html = board_summary.html_of(plans.make_plan(actions=[done]))

    assert "The plan has 1 action, 1 done." in html


def test_long_texts_end_in_an_ellipsis():
    words = words_of(printed("long").content)

    assert "W…" in words
    assert "W" * 91 not in words
    assert "57 more open actions." in words


def test_hostile_text_is_printed_as_text():
    words = words_of(printed("hostile").content).replace(" ", "")

    assert "<script>alert(1)</script>" in words
    assert "T" * 100 in words


def test_the_clips_only_become_shorter():
    for looser, tighter in zip(board_summary.CLIPS, board_summary.CLIPS[1:], strict=False):
        assert looser.keys() == tighter.keys()
        assert looser["is_tight"] <= tighter["is_tight"]
        assert all(looser[key] >= tighter[key] for key in looser if key != "is_tight")


def test_it_is_told_apart_from_the_plan_by_its_template():
    assert board_summary.TEMPLATE_VERSION != printed_plan.TEMPLATE_VERSION


# -- making one --------------------------------------------------------------------------------


@pytest.fixture
def press(monkeypatch):
    """Stands in for printing; each content says what it is and how many were printed before."""
    printed: list[str] = []

    def printing(kind):
        def render(document):
            printed.append(kind)
            return pdf.RenderedPdf(content=f"%PDF {kind} {len(printed)}".encode(), pages=1)

        return render

    monkeypatch.setattr(board_summary, "render", printing("board"))
    monkeypatch.setattr(printed_plan, "render", printing("plan"))
    return printed


def make(person, name="make_board_summary"):
    response = person.send(name)
    assert response.status_code == 302, response.content
    return response["Location"]


def test_one_is_made_and_always_downloads_the_same(maria, bakery, press):
    address = make(maria)
    response = maria.get(address)

    document = IssuedDocument.objects.get()
    assert (document.kind, document.pages) == ("board", 1)
    assert response.content == b"%PDF board 1"
    assert 'filename="Job quality board summary Marias Bakery' in response["Content-Disposition"]
    assert make(maria) == address
    assert press == ["board"]


def test_plan_and_board_summary_of_one_state_are_two_documents(maria, bakery, press):
    plan, board = make(maria, "make_document"), make(maria)

    assert plan != board
    assert maria.get(plan).content == b"%PDF plan 1"
    assert maria.get(board).content == b"%PDF board 2"
    listed = pages.words(maria.see("documents"))
    assert "Action plan (PDF) of" in listed
    assert "Board summary (PDF) of" in listed


def test_three_of_each_kind_are_kept(maria, bakery, press):
    plan = make(maria, "make_document")
    boards = [make(maria)]
    for number in range(KEPT):
        factories.make_action(bakery, f"Action {number}")
        boards.append(make(maria))

    assert maria.get(plan).status_code == 200
    assert [maria.get(board).status_code for board in boards] == [404, 200, 200, 200]


def test_a_newer_one_is_offered_while_either_kind_is_outdated(maria, bakery, press):
    offer = "Your answers, your plan or a source has changed"
    make(maria, "make_document")
    factories.make_action(bakery, "Another")
    make(maria)
    assert offer in pages.words(maria.see("documents"))
    make(maria, "make_document")
    assert offer not in pages.words(maria.see("documents"))


def test_the_real_press_prints_one_page_of_the_tables(maria, bakery):
    factories.make_answer(bakery, "wage", 0)
    factories.make_action(bakery, "Post the hours", owner="Sam Lee")

    words = words_of(maria.get(make(maria)).content)

    assert "Maria’s Bakery" in words
    assert "Post the hours" in words
    assert "Sam Lee" in words


def test_a_reader_makes_none(rita, press):
    assert rita.send("make_board_summary").status_code == 403
    assert press == []


def test_an_ordinary_plan_with_three_actions_stands_in_full():
    document = plans.make_plan(planned=3)
    said = " ".join(
        page.extract_text()
        for page in PdfReader(BytesIO(board_summary.render(document).content)).pages
    )
    assert "…" not in said
