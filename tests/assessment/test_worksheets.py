"""Blank worksheets: what is printed, for whom, and that nobody's answers are on it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any

import outloud
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from assessment.documents import worksheet as sheets
from assessment.models import Assessment
from assessment.scoring import FULL, QUICK, Profile
from assessment.sheet_code import SheetCode, read
from tests import factories
from tests.factories import JOB_SECURITY
from tests.pages import heading, html, words
from toolkit import catalogue as cat
from toolkit.models import Edition

COMPONENTS = [*factories.real_catalogue().by_slug]
printed = cache(sheets.printed)
ABSENT = "Does not apply (write 9)."


@cache
def real_edition_row() -> Edition:
    """The real edition as its row holds it, without a database."""
    document = cat.text_of(factories.real_catalogue())
    return Edition(
        number=2,
        revision=3,
        fingerprint=cat.fingerprint(document),
        document=document,
        published_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    )


def made(mode: str = FULL, component: str = "", *, is_large: bool = False) -> sheets.Worksheet:
    found = sheets.worksheet(
        real_edition_row(), Profile(mode=mode), component=component, is_large=is_large
    )
    assert found is not None
    return found


def squeezed(text: str) -> str:
    """A text with every run of white space one space, and none where a line ends in a hyphen."""
    return " ".join(text.split()).replace("- ", "-")


@cache
def pages_of(mode: str = FULL, *, is_large: bool = False) -> tuple[str, ...]:
    """The words of each page of all sheets, printed once for all tests."""
    content = printed(made(mode, is_large=is_large)).content
    return tuple(squeezed(p.extract_text()) for p in PdfReader(BytesIO(content)).pages)


def sheet_of(slug: str, *, is_large: bool = False) -> list[str]:
    """The words of each page of one component's sheet, by the code at the edge of the page."""
    code = f"Sheet {SheetCode(2, COMPONENTS.index(slug) + 1)}"
    return [page for page in pages_of(is_large=is_large) if code in page]


def file_words(response: Any) -> str:
    """The words of a PDF that was downloaded."""
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return squeezed(" ".join(p.extract_text() for p in PdfReader(BytesIO(response.content)).pages))


# -- what is printed ---------------------------------------------------------------------------


@pytest.mark.parametrize("slug", COMPONENTS)
def test_a_sheet_holds_every_question_with_its_digits(slug):
    component = factories.real_catalogue().by_slug[slug]
    page = " ".join(sheet_of(slug))
    for question in component.questions:
        _, _, after = page.partition(f"{question.code} {squeezed(question.text)}")
        assert after, question.code
        block = re.split(r" Note (?!stay)", f"{after} ")[0]
        assert squeezed(question.hint) in block
        for level in range(5):
            assert f"{level} {squeezed(question.in_full(level))} {cat.LEVEL_NAMES[level]}" in block
        assert "8 Not sure (write 8)" in block
        assert (f"9 {ABSENT} {squeezed(question.na_when)}" in block) == bool(question.na_when)
        assert (ABSENT in block) == bool(question.na_when)


@pytest.mark.parametrize("is_large", [False, True])
def test_every_page_says_edition_component_code_and_number(is_large):
    pages = pages_of(is_large=is_large)
    heads = [
        f"{component.label} · Sheet {SheetCode(2, number)}"
        for number, component in enumerate(factories.real_catalogue().components, 1)
    ]
    assert {head for page in pages for head in heads if head in page} == {*heads}
    for at, page in enumerate(pages, 1):
        assert "Edition 2.3" in page
        assert sum(head in page for head in heads) == 1
        assert f"Page {at} of {len(pages)}" in page
        assert "no names, complaints, injuries or legal opinions" in page


def test_a_component_has_a_file_of_its_own():
    pay = printed(made(component="pay"))
    pages = [squeezed(p.extract_text()) for p in PdfReader(BytesIO(pay.content)).pages]
    assert len(pages) == len(sheet_of("pay")) == pay.pages
    for page, among_all in zip(pages, sheet_of("pay"), strict=True):
        assert re.sub(r"Page \d+ of \d+", "", page) == re.sub(r"Page \d+ of \d+", "", among_all)


@pytest.mark.parametrize("slug", COMPONENTS)
@pytest.mark.parametrize("is_large", [False, True])
def test_no_question_is_split_over_pages(slug, is_large):
    pages = sheet_of(slug, is_large=is_large)
    for question in factories.real_catalogue().by_slug[slug].questions:
        (page,) = [p for p in pages if f"{question.code} {squeezed(question.text)}" in p]
        _, _, after = page.partition(squeezed(question.text))
        assert squeezed(question.in_full(4)) in after
        assert " Note" in after.partition("Not sure (write 8)")[2]


def test_a_sheet_says_how_to_answer_and_has_room_for_role_and_date():
    first = sheet_of("pay")[0]
    assert "choose the highest line that is fully true today; between two, the lower" in first
    assert "Your role (not your name)" in first
    assert " Date" in first
    assert "An empty box leaves the question open." in first
    code = re.search(r"Sheet code ([\d-]+)", first)
    assert code is not None
    assert read(code[1]) == SheetCode(2, COMPONENTS.index("pay") + 1)


def test_all_components_are_in_one_file_each_with_its_own_code():
    page = " ".join(pages_of())
    assert [str(SheetCode(2, n)) in page for n in range(1, 9)] == [True] * 8
    assert page.count("Your role (not your name)") == 8
    questions = factories.real_catalogue().questions.values()
    assert [q.code for q in questions if f"{q.code} {squeezed(q.text)}" not in page] == []


def test_the_quick_check_holds_its_sixteen_and_says_so():
    page = " ".join(pages_of(QUICK))
    shown = [
        q.is_quick
        for q in factories.real_catalogue().questions.values()
        if f"{q.code} {squeezed(q.text)}" in page
    ]
    assert shown == [True] * 16
    assert "Job quality worksheet, quick check · Edition 2.3" in page


def fonts_of(worksheet: sheets.Worksheet) -> set[float]:
    """The sizes of the letters in a PDF's text, in points."""
    sizes: set[float] = set()

    def visit(text: str, _: Any, matrix: list[float], __: Any, size: float) -> None:
        if text.strip():
            # WeasyPrint counts in pixels of three quarters of a point.
            sizes.add(round(abs(size * matrix[0]) * 0.75, 1))

    for page in PdfReader(BytesIO(printed(worksheet).content)).pages:
        page.extract_text(visitor_text=visit)
    return sizes


def test_large_print_has_letters_of_eighteen_points():
    plain, large = fonts_of(made(component="pay")), fonts_of(made(component="pay", is_large=True))
    # At the edge of the page it is 12 points.
    assert min(large) == 12
    assert sorted(large)[1] >= 18
    assert min(plain) < 10


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize("mode", [FULL, QUICK])
def test_an_independent_checker_finds_no_error(mode, is_large, tmp_path):
    file = tmp_path / "sheet.pdf"
    file.write_bytes(printed(made(mode, is_large=is_large)).content)
    result = outloud.check(str(file))
    assert result.error is None
    assert result.errors == 0
    # WeasyPrint tags running headers as content (decisions.md 43).
    assert {f.rule for f in result.findings} <= {"PAG-001"}


def test_the_same_sheet_is_the_same_bytes():
    first = printed(made(component="pay")).content
    assert sheets.printed(made(component="pay")).content == first


def test_hostile_wording_is_text():
    hostile = "<script>alert(1)</script><img src=file:///etc/passwd> {{ 1 }}\x00\u202e"
    catalogue = factories.with_question(factories.bakery_catalogue(), "wage", text=hostile)
    document = cat.text_of(catalogue)
    edition = Edition(
        number=1,
        fingerprint=cat.fingerprint(document),
        document=document,
        published_at=timezone.now(),
    )
    found = sheets.worksheet(edition, Profile(), component="pay")
    assert found is not None
    text = " ".join(
        p.extract_text() for p in PdfReader(BytesIO(sheets.printed(found).content)).pages
    )
    assert "<script>alert(1)</script>" in squeezed(text)


def test_another_edition_size_or_choice_of_questions_is_another_sheet():
    row = real_edition_row()
    later = Edition(
        number=3,
        fingerprint=row.fingerprint,
        document=row.document,
        published_at=row.published_at,
    )
    some = Profile(flags={"shifts": False})
    kinds = {
        sheets.worksheet(row, Profile()),
        sheets.worksheet(row, Profile(), is_large=True),
        sheets.worksheet(row, Profile(mode=QUICK)),
        sheets.worksheet(row, Profile(), component="pay"),
        sheets.worksheet(row, some),
        sheets.worksheet(later, Profile()),
    }
    assert len(kinds) == 6
    # Where the flag hides nothing the very same sheet is printed for everybody.
    assert sheets.worksheet(row, some, component="pay") in kinds


# -- who gets which ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_anybody_finds_every_sheet_of_the_live_edition(edition):
    page = Client().get(reverse("assessment:worksheets"))
    assert (page.status_code, heading(page)) == (200, "Worksheets to print")
    assert "These are for edition 1.0." in words(page)
    links = {
        link.replace("&amp;", "&") for link in re.findall(r'"(/worksheets/[^"]+)"', html(page))
    }
    names = {"all.pdf", "pay.pdf", f"{JOB_SECURITY}.pdf"}
    assert links == {
        *(f"/worksheets/{n}" for n in names),
        *(f"/worksheets/{n}?size=large" for n in names),
        "/worksheets/all.pdf?questions=quick",
        "/worksheets/all.pdf?questions=quick&size=large",
    }
    for link in links:
        assert "Text of wage?" in file_words(Client().get(link)) or JOB_SECURITY in link
    saved_as = Client().get("/worksheets/all.pdf?questions=quick&size=large")
    assert saved_as["Content-Disposition"] == (
        'attachment; filename="job-quality-worksheets-quick-check-edition-1.0-large-print.pdf"'
    )
    assert "sessionid" not in saved_as.cookies


@pytest.mark.django_db
def test_before_the_first_publishing_the_page_says_so():
    page = Client().get(reverse("assessment:worksheets"))
    assert "There is nothing to print yet" in words(page)
    assert Client().get(reverse("assessment:worksheet", args=["all"])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["nothing", "wage"])
def test_there_is_no_sheet_of_what_is_no_component(slug, edition):
    assert Client().get(reverse("assessment:worksheet", args=[slug])).status_code == 404


@pytest.mark.django_db
def test_unknown_wishes_are_passed_over(edition):
    odd = Client().get("/worksheets/pay.pdf?size=huge&questions=%00&x=1")
    assert "Text of ranges?" in file_words(odd)
    assert odd["Content-Disposition"].endswith('"job-quality-worksheet-pay-edition-1.0.pdf"')


@pytest.mark.django_db
def test_the_live_edition_s_sheets_take_two_queries_when_printed_before(edition, at_most):
    Client().get("/worksheets/pay.pdf")
    with at_most(2):
        assert Client().get("/worksheets/pay.pdf").status_code == 200


@pytest.mark.django_db
def test_an_assessment_s_sheets_leave_out_what_is_not_asked(bakery, maria):
    assert "Text of notice?" in file_words(maria.see("own_worksheet", "all"))
    Assessment.objects.update(has_shifts=False)
    page = file_words(maria.see("own_worksheet", "all"))
    assert "Text of notice?" not in page
    assert "Text of rest?" in page
    Assessment.objects.update(mode="quick")
    page = file_words(maria.see("own_worksheet", "all"))
    assert "Text of wage?" in page
    assert "Text of ranges?" not in page
    assert "quick check" in page
    # Nothing of the component is asked any more.
    assert maria.see("own_worksheet", JOB_SECURITY).status_code == 404


@pytest.mark.django_db
def test_an_assessment_s_sheets_are_of_its_own_edition(bakery, maria):
    newer = factories.with_question(factories.bakery_catalogue(), "wage", text="Another text?")
    factories.make_edition(newer, number=2)
    page = file_words(maria.see("own_worksheet", "pay"))
    assert "Text of wage?" in page
    assert str(SheetCode(1, 1)) in page
    public = file_words(Client().get("/worksheets/pay.pdf"))
    assert "Another text?" in public
    assert str(SheetCode(2, 1)) in public


@pytest.mark.django_db
def test_a_sheet_is_blank(bakery, maria):
    Assessment.objects.update(covers_name="Dock 7", name="Maria’s Bakery")
    factories.make_answer(bakery, "wage", 3, note="Private to the owner.")
    page = file_words(maria.see("own_worksheet", "all"))
    for private in ("Maria", "Dock 7", "Private to the owner"):
        assert private not in page


@pytest.mark.django_db
def test_a_contributor_prints_their_component_only(bakery, ana):
    assert "Text of rest?" in file_words(ana.see("own_worksheet", JOB_SECURITY))
    assert ana.see("own_worksheet", "all").status_code == 404


@pytest.mark.django_db
def test_large_print_is_offered_to_an_employer_too(bakery, maria):
    response = maria.get(maria.address("own_worksheet", "pay") + "?size=large")
    assert "large-print" in response["Content-Disposition"]


@pytest.mark.django_db
def test_the_page_for_coaches_leads_here(edition):
    assert reverse("assessment:worksheets") in html(Client().get(reverse("assessment:coaches")))
