"""The printed plan, read back by other programs than the one that wrote it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import outloud
import pytest
import weasyprint
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from assessment.documents import pdf, press, printed_plan
from assessment.plan_document import Cover, PlanAction, PlanDocument
from tests import plans

ROOT = Path(__file__).parent.parent.parent
STATES = {
    "typical": plans.make_plan,
    "empty": plans.empty_plan,
    "quick": plans.quick_plan,
    "provisional": plans.provisional_plan,
    "nothing-applies": plans.nothing_applies_plan,
    "one-out": plans.one_out_plan,
    "hostile": plans.hostile_plan,
    "since-last": plans.since_last_plan,
}
SECTIONS = [
    "Contents",
    "Summary",
    "Where you stand",
    "Find out",
    "Where to start",
    "Your actions",
    "Not now",
    "The arithmetic",
    "Sources",
]


@cache
def document_of(state: str) -> PlanDocument:
    return STATES[state]()


@cache
def printed(state: str) -> pdf.RenderedPdf:
    """Each state is printed once for all tests: that takes a second or two."""
    return printed_plan.render(document_of(state))


def reader_of(state: str) -> PdfReader:
    return PdfReader(BytesIO(printed(state).content))


@cache
def pages_of(state: str) -> tuple[str, ...]:
    """The words of each page, every run of white space one space."""
    return tuple(squeezed(page.extract_text()) for page in reader_of(state).pages)


def words_of(state: str) -> str:
    return " ".join(pages_of(state))


def squeezed(text: str) -> str:
    return " ".join(text.split())


def said(text: str) -> str:
    """A text of the plan as it is printed."""
    return squeezed(text.replace("→", "to").replace("≈", "is about"))


def dictionaries(reader: PdfReader) -> list[Any]:
    """Every dictionary of the file."""
    trailer: Any = reader.trailer
    numbers = range(1, trailer["/Size"])
    found = [reader.get_object(IndirectObject(n, 0, reader)) for n in numbers]
    return [item for item in found if isinstance(item, DictionaryObject)]


def elements(reader: PdfReader, kind: str) -> list[Any]:
    return [d for d in dictionaries(reader) if d.get("/S") == kind and "/P" in d]


def bookmarks(reader: PdfReader) -> dict[str, tuple[int, list[str]]]:
    """Page and inner bookmarks of each outermost bookmark."""
    found: dict[str, tuple[int, list[str]]] = {}
    last = ""
    for item in reader.outline:
        if isinstance(item, list):
            found[last][1].extend(str(i["/Title"]) for i in item if not isinstance(i, list))
        else:
            last = str(item["/Title"])
            page = reader.get_destination_page_number(item)
            assert page is not None
            found[last] = (page + 1, [])
    return found


# -- what the file is --------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_it_is_a_tagged_document_with_language_title_and_date(state):
    reader = reader_of(state)
    root: Any = reader.trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/Type"] == "/StructTreeRoot"
    assert root["/Lang"] == "en-US"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"]).startswith("D:20261122")
    assert str(reader.metadata["/ModDate"]).startswith("D:20261122")
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    assert len(reader.pages) == printed(state).pages


def test_the_title_names_the_organization():
    metadata = reader_of("typical").metadata

    assert metadata is not None
    assert metadata.title == "Job quality action plan: Harbor Street Bakery"


@pytest.mark.parametrize("state", ["typical", "empty", "quick", "hostile"])
def test_an_independent_checker_finds_no_error(state, tmp_path):
    file = tmp_path / "plan.pdf"
    file.write_bytes(printed(state).content)

    result = outloud.check(str(file))

    assert result.error is None
    assert [f"{f.rule}: {f.message}" for f in result.findings if f.severity == "error"] == []
    assert result.errors == 0


def test_the_checker_has_nothing_else_to_say_of_a_typical_plan(tmp_path):
    file = tmp_path / "plan.pdf"
    file.write_bytes(printed("typical").content)

    found = {f.rule for f in outloud.check(str(file)).findings if f.severity == "warning"}

    # WeasyPrint tags running headers as content (decisions.md 43). An address is printed as text
    # too.
    assert found <= {"PAG-001"}


def test_header_cells_say_what_they_head():
    headers = elements(reader_of("typical"), "/TH")
    scopes = [str(header["/A"]["/Scope"]) for header in headers]

    assert set(scopes) == {"/Column", "/Row"}
    for header, scope in zip(headers, scopes, strict=True):
        in_head = header["/P"]["/P"]["/S"] == "/THead"
        assert scope == ("/Column" if in_head else "/Row")


def test_links_are_printable_and_pictures_have_words():
    reader = reader_of("typical")
    links = [d for d in dictionaries(reader) if d.get("/Subtype") == "/Link"]
    figures = elements(reader, "/Figure")

    assert links
    assert all(int(link["/F"]) & pdf.PRINT_FLAG for link in links)
    assert len(figures) == 9
    # In the order of the file, which is not the order of reading.
    assert {str(figure["/Alt"]) for figure in figures} >= {
        "Bar for Recruitment & Hiring: a score of 50 out of 100, with the target marked at 75",
        "Impact and effort of 6 recommended steps",
    }


@pytest.mark.parametrize("state", ["typical", "empty", "quick", "provisional"])
def test_only_our_fonts_are_in_it_and_all_are_embedded(state):
    described = [d for d in dictionaries(reader_of(state)) if d.get("/Type") == "/FontDescriptor"]
    names = {str(d["/FontName"]).partition("+")[2] for d in described}

    assert names == {"Public-Sans", "Public-Sans-Bold", "Source-Serif-4-Bold"}
    assert all("/FontFile2" in d or "/FontFile3" in d for d in described)


def test_other_scripts_are_printed_with_a_font_that_is_embedded_too():
    described = [d for d in dictionaries(reader_of("hostile")) if d.get("/FontName")]
    fonts = [d for d in described if d.get("/Type") == "/FontDescriptor"]

    assert all("/FontFile2" in d or "/FontFile3" in d for d in fonts)


def test_a_typical_plan_is_of_the_length_people_read():
    assert 12 <= printed("typical").pages <= 18


def test_every_page_is_us_letter():
    assert {tuple(p.mediabox) for p in reader_of("typical").pages} == {(0, 0, 612, 792)}


# -- the same bytes ----------------------------------------------------------------------------


def test_another_process_prints_the_same_bytes():
    code = (
        "import hashlib, django; django.setup()\n"
        "from assessment.documents.printed_plan import render\n"
        "from tests.plans import make_plan\n"
        "print(hashlib.sha256(render(make_plan()).content).hexdigest())"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "jobquality.settings",
        "PYTHONHASHSEED": "4711",
        "TZ": "Pacific/Auckland",
    }
    other = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert other.stdout.strip() == hashlib.sha256(printed("typical").content).hexdigest()


def test_the_template_s_version_covers_every_file_of_documents_and_the_fonts(monkeypatch, tmp_path):
    version = printed_plan.TEMPLATE_VERSION
    assert re.fullmatch(r"[0-9a-f]{64}", version)
    folder = Path(shutil.copytree(pdf.FOLDER, tmp_path / "documents"))
    monkeypatch.setattr(pdf, "FOLDER", folder)
    assert pdf.template_version(printed_plan.TEMPLATE) == version
    versions = {version, pdf.template_version("documents/another.html")}

    for number, file in enumerate(sorted(folder.iterdir()), 3):
        file.write_bytes(file.read_bytes() + b" ")
        versions.add(pdf.template_version(printed_plan.TEMPLATE))
        assert len(versions) == number
    (folder / "_part.html").touch()
    versions.add(pdf.template_version(printed_plan.TEMPLATE))
    assert len(versions) == number + 1
    monkeypatch.setattr(pdf, "FONTS", {**pdf.FONTS, "font:more": b"more"})
    assert pdf.template_version(printed_plan.TEMPLATE) not in versions


# -- what it says ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_every_section_is_bookmarked_and_listed_with_its_page(state):
    marks = bookmarks(reader_of(state))
    answers = ["Appendix: every answer"] if state == "hostile" else []

    since = ["Since last time"] if state == "since-last" else []
    assert list(marks) == SECTIONS[:3] + since + SECTIONS[3:] + answers
    contents = pages_of(state)[marks["Contents"][0] - 1]
    for title, (page, _) in list(marks.items())[1:]:
        assert title in pages_of(state)[page - 1]
        assert f"{title} {page} " in contents


def test_bookmarks_lead_to_the_actions_by_horizon():
    assert bookmarks(reader_of("typical"))["Your actions"][1] == [
        "Within 30 days",
        "Within 90 days",
        "Within 180 days",
        "Within a year or later",
    ]


@pytest.mark.parametrize("state", STATES)
def test_the_cover_says_what_it_is_and_what_it_is_not(state):
    document, words = document_of(state), words_of(state)
    cover = words[: words.index("Contents")]

    assert "Action plan" in cover
    assert document.as_of_text in cover
    assert f"Edition {document.edition}" in cover
    assert [limit for limit in document.limits if limit not in cover] == []


def test_the_cover_says_who_answered_for_what():
    cover = pages_of("typical")[0]

    assert "Harbor Street Bakery" in cover
    assert "The whole organization, about 40 people" in cover
    assert cover.lower().count("about 40 people") == 1
    assert "Owner or chief executive" in cover
    assert "46 of 47 questions that apply are answered; 1 does not apply." in cover
    assert "Provisional" not in cover
    assert "Quick check" not in cover


def test_the_cover_says_what_was_not_said():
    cover = pages_of("empty")[0]

    assert "Organization not named" in cover
    assert "Covers Not given" in cover
    assert "Answered by Not given" in cover


def test_quick_and_provisional_stand_on_the_cover():
    assert "Quick check: 16 of 48 questions, no score per component" in pages_of("quick")[0]
    assert "Provisional: not every component has enough answers yet" in pages_of("provisional")[0]


@pytest.mark.parametrize("state", STATES)
def test_figures_components_and_limits_are_printed(state):
    document, words = document_of(state), words_of(state)
    figures = document.figures
    number = f"{figures.in_place} of {figures.answered} "

    assert number in words or not figures.in_place
    texts = [
        # The number is printed large beside the words that follow it.
        *(sentence.removeprefix(number) for sentence in document.summary),
        *(c.label for c in document.components),
        *(c.in_place_text for c in document.components),
        *(said(c.arithmetic) for c in document.components),
        said(document.figures.arithmetic),
        *(line.text for line in document.basic_needs_missing),
        *(line.text for line in document.not_applicable),
        *(line.text for line in document.strengths),
        *(f"{line.practice.component} · {line.reason}" for line in document.find_out),
    ]
    assert [text for text in texts if text and squeezed(text) not in words] == []


@pytest.mark.parametrize("state", ["typical", "quick", "provisional", "one-out"])
def test_the_summary_has_one_page(state):
    marks = bookmarks(reader_of(state))

    assert marks["Where you stand"][0] == marks["Summary"][0] + 1


@pytest.mark.parametrize("state", ["typical", "quick", "provisional", "one-out"])
def test_recommendations_give_reason_and_backing_here_or_in_the_action(state):
    document, words = document_of(state), words_of(state)
    shown = document.start_this_month + document.worth_planning

    assert shown
    for line in shown:
        assert squeezed(line.next_step) in words
        assert line.reason in words
        assert squeezed(line.support.why) in words
        assert [step for step in line.support.steps if squeezed(step) not in words] == []
        cited = line.support.guides + line.support.evidence + line.support.cases
        assert [c for c in cited if squeezed(c.card.shown_title) not in words] == []
    assert [x for x in document.not_now if squeezed(x.next_step) not in words] == []


def test_actions_say_who_by_when_and_what_stands_behind_them():
    document, words = document_of("typical"), words_of("typical")
    actions = [a for h in document.horizons for a in h.actions]

    assert len(actions) == 5
    for action in actions:
        assert action.practice is not None
        after = words[words.index(f"{action.title} {action.practice.component}") :]
        for text in (action.owner, action.due_text, action.next_step, *action.support.missing):
            assert squeezed(text) in after
        assert f"component score {said(action.lift)} with this step" in after
        for note in action.support.legal_notes:
            assert squeezed(note.text) in after
        for case in action.support.cases:
            assert f"{case.label}: {squeezed(case.card.shown_title)} [{case.number}]" in after
            assert squeezed(case.card.caution) in after
    assert "Status: Not started Under way (now) Done Dropped" in words
    assert "About $200" in words


def test_what_an_action_lacks_is_said():
    words = words_of("hostile")

    assert "No date yet" in words
    assert "Your own action, or a question no longer asked" in words


@pytest.mark.parametrize("state", ["typical", "quick"])
def test_sources_say_how_sure_we_are_and_what_is_missing(state):
    document, words = document_of(state), words_of(state)

    assert document.sources
    for number, card in enumerate(document.sources, 1):
        entry = words[words.index(f"[{number}] {squeezed(card.shown_title)}") :]
        assert squeezed(card.verification) in entry
        assert squeezed(card.caution) in entry
        if not card.address:
            assert "Address not known" in entry
    addresses = {c.address for c in document.sources if c.address}
    linked = {
        str(d["/A"]["/URI"])
        for d in dictionaries(reader_of(state))
        if d.get("/Subtype") == "/Link" and "/URI" in d.get("/A", {})
    }
    assert linked == addresses


def test_an_empty_plan_says_what_is_missing():
    words = words_of("empty")

    for text in (
        "No practices are answered yet.",
        "The plan has no actions yet.",
        "No practices are reported as in place yet.",
        "This plan cites no sources.",
        "Overall: There is no score yet.",
        "There are no low-effort steps to recommend.",
        "48 questions are open.",
    ):
        assert text in words


def test_a_quick_check_prints_no_score_per_component():
    words = words_of("quick")

    assert "No score in a quick check" in words
    (figure,) = elements(reader_of("quick"), "/Figure")
    assert str(figure["/Alt"]) == "Impact and effort of 6 recommended steps"
    assert "because a quick check has no score per component that could rise" in words
    assert "3 × 2 = 6" in words


def test_the_picture_is_printed_with_the_same_numbers_as_its_document():
    picture = document_of("typical").picture
    words = words_of("typical")

    assert picture is not None
    assert [dot.number for dot in picture.dots] == [1, 2, 3, 7, 10, 14]
    for dot in picture.dots:
        line = f"{dot.number} {dot.next_step} {dot.component} {dot.effort.capitalize()} {dot.days}"
        assert f"{line} {said(dot.impact)}" in words


def test_without_a_step_there_is_no_picture():
    assert "Impact and effort" not in words_of("empty")


def test_basic_needs_come_before_the_average():
    page = pages_of("one-out")[2]

    assert page.index("7 basic needs are at “Not yet”") < page.index(
        "None of the 42 practices answered is"
    )


def test_a_component_in_which_nothing_applies_is_named():
    words = words_of("one-out")
    assert "No questions in Benefits apply, so it does not count in the score." in words


# -- what is left out --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "notes", "has_answers", "has_answer_notes", "has_action_notes"),
    [
        (False, False, False, False, False),
        (True, False, True, False, False),
        (False, True, False, False, True),
        (True, True, True, True, True),
    ],
)
def test_answers_and_notes_are_printed_only_if_included(
    answers, notes, has_answers, has_answer_notes, has_action_notes
):
    document = plans.make_plan(include_answers=answers, include_notes=notes)

    html = printed_plan.html_of(document)

    assert ("Appendix: every answer" in html) == has_answers
    assert ("Note: Note on " in html) == has_answer_notes
    assert ("Note on action 0." in html) == has_action_notes
    assert ("About this copy." in html) == (not answers or not notes)


def test_the_appendix_holds_every_answer_with_its_points():
    document, words = document_of("hostile"), words_of("hostile")
    rows = [row for component in document.components for row in component.rows]

    assert len(rows) == 48
    for row in rows:
        assert squeezed(row.practice.text) in words
    assert "6 of 8" in words


def test_only_a_row_with_a_note_may_run_over_a_page():
    document = plans.make_plan(include_answers=True, include_notes=True)
    rows = [row for component in document.components for row in component.rows]

    actions = [action for horizon in document.horizons for action in horizon.actions]
    noted = sum(bool(line.note) for line in rows) + sum(bool(line.notes) for line in actions)
    assert printed_plan.html_of(document).count('<tr class="noted">') == noted == 48 + 5


def test_numbers_that_leap_are_explained():
    words = words_of("typical")

    assert "A step’s number is its place among all steps, including those under “Not now”." in words
    assert "These are below target too, but further down among steps of similar effort." in words


# -- hostile text ------------------------------------------------------------------------------


def test_hostile_text_is_printed_as_text():
    words = words_of("hostile").replace(" ", "")

    for text in (
        "<script>alert(1)</script>",
        "<imgsrc=file:///etc/passwd>",
        "@importurl(http://127.0.0.1:9/y);body{background:url(file:///etc/hosts)}",
        "{{document.title}}{%now'Y'%}&lt;b&gt;\"'\\\\",
        "secondline]]>-->",
        "T" * 150,
        "N" * 900,
    ):
        assert text in words
    assert "root:" not in words


def test_no_control_character_or_turned_text_reaches_the_file():
    unprintable = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"

    assert re.findall(unprintable, printed_plan.html_of(document_of("hostile"))) == []
    metadata = reader_of("hostile").metadata
    assert metadata is not None
    assert re.findall(r"[\x00-\x1f\u202e]", metadata.title or "") == []


def test_a_hostile_name_stays_within_its_running_header():
    for page in pages_of("hostile")[2:]:
        header = page[-140:].replace(" ", "")
        assert "Jobqualityactionplan" in header
        assert "<script>alert(1)</script>" in header


@pytest.mark.parametrize("name", ["'", '"', "\\", '";}@page{size:1in}', "}", "url(x)", "\\22 "])
def test_a_name_cannot_reach_the_style_sheet(name):
    document = plans.make_plan("", cover=Cover(organization=f"{name} Bakery"))

    page = PdfReader(BytesIO(printed_plan.render(document).content)).pages[2]

    assert squeezed(f"Job quality action plan {name} Bakery") in squeezed(page.extract_text())
    assert tuple(page.mediabox) == (0, 0, 612, 792)


def test_right_to_left_names_are_printed():
    # Letters come out in the order of the eye or of the ear, depending on who extracts them.
    words = words_of("hostile")

    assert "مخبز" in words or "مخبز"[::-1] in words


# -- nothing is fetched ------------------------------------------------------------------------

OTHER_ADDRESSES = [
    "file:///etc/passwd",
    "http://127.0.0.1:9/x",
    "https://example.org/x.css",
    "ftp://example.org/x",
    "data:text/plain,x",
    "font:../../../etc/passwd",
    "font:",
    "",
]


@pytest.mark.parametrize("address", OTHER_ADDRESSES)
def test_the_fetcher_refuses_everything_but_our_fonts(address):
    for fetch in (press.FETCHER.fetch, press.FETCHER.open, press.FETCHER):
        with pytest.raises(ValueError, match="may not fetch"):
            fetch(address)


def test_the_fetcher_serves_our_three_fonts():
    assert list(pdf.FONTS) == [
        "font:public-sans-400.woff2",
        "font:public-sans-650.woff2",
        "font:source-serif-4-650.woff2",
    ]
    for name in pdf.FONTS:
        assert press.FETCHER.fetch(name).read()[:4] == b"\0\1\0\0"


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Every address asked for; a connection or a file opened by WeasyPrint fails the test."""
    addresses: list[str] = []
    fetch = press.FontFetcher.fetch

    def spy(self: Any, url: str, headers: Any = None) -> Any:
        addresses.append(url)
        return fetch(self, url, headers)

    def refuse(*args: Any) -> None:
        raise AssertionError(f"a connection to {args}")

    monkeypatch.setattr(press.FontFetcher, "fetch", spy)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return addresses


def test_a_hostile_plan_asks_for_our_fonts_and_nothing_else(asked):
    document = plans.make_plan(
        "", cover=Cover(organization=plans.HOSTILE, covers=plans.HOSTILE, answered_by="x")
    )

    printed_plan.render(document)

    assert set(asked) == set(pdf.FONTS)


def test_even_markup_that_got_through_could_fetch_nothing(asked):
    """The second wall, should a template ever forget to escape."""
    page = (
        "<link rel=stylesheet href=http://127.0.0.1:9/a.css><img src=file:///etc/passwd alt=''>"
        "<style>@import url(http://127.0.0.1:9/b.css);p{background:url(file:///etc/hosts)}</style>"
        "<object data=file:///etc/passwd></object><link rel=attachment href=file:///etc/passwd>"
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg><p>Text"
    )

    content = weasyprint.HTML(string=page, url_fetcher=press.FETCHER).write_pdf()

    reader = PdfReader(BytesIO(content))
    assert reader.pages[0].extract_text().strip() == "Text"
    assert list(reader.attachments) == []
    assert asked
    assert not set(asked) & set(pdf.FONTS)


# -- what the employer set of an action --------------------------------------------------------


def test_an_action_says_what_it_costs_and_how_it_ended():
    said: dict[str, dict[str, Any]] = {
        "paid": {"status": "done", "done_on": plans.AS_OF, "estimate": 1200, "budget": 0},
        "words": {"status": "dropped", "drop_reason": "Nobody asked for it.", "cost": "a van"},
        "both": {"status": "not-started", "estimate": 0, "cost": "a van"},
        "neither": {"status": "not-started"},
    }
    actions = [PlanAction(key=key, title=f"Do {key}", **set_) for key, set_ in said.items()]

    html = printed_plan.html_of(plans.make_plan(actions=actions))

    assert "<td>$1,200<br>$0 set aside</td>" in html
    assert '<p class="status">Done on November 22, 2026.</p>' in html
    assert "<td>a van</td>" in html
    assert '<p class="status">Why it was dropped: Nobody asked for it.</p>' in html
    assert "<td>$0: a van</td>" in html
    assert "<td>Not estimated</td>" in html
    assert html.count("Done on") == html.count("Why it was dropped") == 1


def test_sixty_long_actions_are_laid_out_as_a_reader_expects(tmp_path):
    document = plans.long_plan()
    printed = printed_plan.render(document)
    pages = PdfReader(BytesIO(printed.content)).pages
    headings = {h.title for h in document.horizons} | set(SECTIONS)

    for page in pages[2:]:
        lines = [squeezed(line) for line in page.extract_text().splitlines() if line.strip()]
        # The last two lines are those of header and footer; what a heading heads is never overleaf.
        assert lines[-1].startswith("Page ")
        assert lines[-3] not in headings
    # The summary is the one page after the contents, whatever was typed.
    assert squeezed(pages[4].extract_text()).startswith("Where you stand")
    (tmp_path / "plan.pdf").write_bytes(printed.content)
    assert outloud.check(str(tmp_path / "plan.pdf")).errors == 0
