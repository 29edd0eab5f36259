"""How an archive item is cited: worked by hand, then what holds of any text."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.toolkit.small import CASE, GUIDE, load_and_publish
from toolkit.citations import Item, authors, bibtex, date_text, latex, ris, text
from toolkit.models import Resource
from toolkit.models.resource import KINDS, PRECISIONS

REPORT = Item(
    slug="costs-of-replacing",
    number=105,
    title="There Are Costs to Replacing Employees",
    is_title_ours=False,
    kind="report",
    organization="Center for Progress & Work",
    creators="H. Boushey and S.J. Glynn",
    published="2012-11-16",
    date_precision="day",
    original_url="https://example.org/costs_of%20work",
    archived_url="https://web.archive.org/web/20121120000000/https://example.org/costs",
    page="https://jobs.example/archive/costs-of-replacing/",
)
BARE = Item(
    slug="a-case",
    number=6,
    title="A firm that shares its profit",
    is_title_ours=True,
    kind="case-study",
    organization="Publisher not known",
    creators="",
    published="",
    date_precision="unknown",
    original_url="",
    archived_url="",
    page="https://jobs.example/archive/a-case/",
)


def test_one_line_of_text() -> None:
    assert text(REPORT) == (
        "H. Boushey and S.J. Glynn. “There Are Costs to Replacing Employees.” Center for Progress "
        "& Work, November 16, 2012. https://example.org/costs_of%20work. Archived at "
        "https://web.archive.org/web/20121120000000/https://example.org/costs. "
        "Job Quality Archive, item 105, https://jobs.example/archive/costs-of-replacing/."
    )
    assert text(BARE) == (
        "[A firm that shares its profit]. n.d. "
        "Job Quality Archive, item 6, https://jobs.example/archive/a-case/."
    )


def test_without_authors_the_organization_is_named_once() -> None:
    item = replace(REPORT, creators="Speakers from IDEO and MIT", archived_url="")
    assert text(item).startswith("Center for Progress & Work. “There Are Costs")
    assert text(item).count("Center for Progress & Work") == 1
    assert "IDEO" not in text(item) + bibtex(item) + ris(item)


@pytest.mark.parametrize(
    ("title", "shown"),
    [("Why?", "“Why?” "), ("Stop!", "“Stop!” "), ("Inc.", "“Inc.” "), ("So", "“So.” ")],
)
def test_a_title_ends_once(title: str, shown: str) -> None:
    assert shown in text(replace(REPORT, title=title))


def test_a_bibtex_entry() -> None:
    assert bibtex(REPORT) == (
        "@techreport{costs-of-replacing,\n"
        "  author = {H. Boushey and S.J. Glynn},\n"
        "  title = {{There Are Costs to Replacing Employees}},\n"
        "  institution = {Center for Progress \\& Work},\n"
        "  year = {2012},\n"
        "  month = {11},\n"
        "  day = {16},\n"
        "  url = {https://example.org/costs_of%20work},\n"
        "  note = {Archived at "
        "https://web.archive.org/web/20121120000000/https://example.org/costs. "
        "Job Quality Archive, item 105, https://jobs.example/archive/costs-of-replacing/.},\n"
        "}\n"
    )
    assert bibtex(BARE) == (
        "@misc{a-case,\n"
        "  title = {{[A firm that shares its profit]}},\n"
        "  note = {Job Quality Archive, item 6, https://jobs.example/archive/a-case/.},\n"
        "}\n"
    )


def test_an_organization_is_one_name_to_bibtex() -> None:
    entry = bibtex(replace(REPORT, creators="", kind="event", organization="Smith, Jones and Sons"))
    assert "@misc{" in entry
    assert "  author = {{Smith, Jones and Sons}},\n" in entry
    assert "  publisher = {Smith, Jones and Sons},\n" in entry


@pytest.mark.parametrize(
    ("plain", "spelled"),
    [
        ("50% of $5 & #1_a", r"50\% of \$5 \& \#1\_a"),
        ("{a}", r"\textbraceleft{}a\textbraceright{}"),
        ("~ ^ \\", r"\textasciitilde{} \textasciicircum{} \textbackslash{}"),
        ("Stüven, “Éclair” – ½ 世界", "Stüven, “Éclair” – ½ 世界"),
        ("one\r\ntwo\tthree\x0bfour\u2028five", "one two three four five"),
    ],
)
def test_special_characters_of_latex(plain: str, spelled: str) -> None:
    assert latex(plain) == spelled


def test_braces_in_an_address_are_escaped() -> None:
    item = replace(REPORT, original_url="https://example.org/{a}\\b c")
    assert "  url = {https://example.org/%7Ba%7D%5Cb%20c},\n" in bibtex(item)


def test_a_ris_record() -> None:
    assert ris(REPORT) == (
        "TY  - RPRT\r\n"
        "ID  - costs-of-replacing\r\n"
        "AU  - H. Boushey\r\n"
        "AU  - S.J. Glynn\r\n"
        "TI  - There Are Costs to Replacing Employees\r\n"
        "PB  - Center for Progress & Work\r\n"
        "PY  - 2012\r\n"
        "DA  - 2012/11/16/\r\n"
        "UR  - https://example.org/costs_of%20work\r\n"
        "UR  - https://web.archive.org/web/20121120000000/https://example.org/costs\r\n"
        "UR  - https://jobs.example/archive/costs-of-replacing/\r\n"
        "DP  - Job Quality Archive\r\n"
        "AN  - 105\r\n"
        "ER  - \r\n"
    )
    assert ris(BARE) == (
        "TY  - RPRT\r\n"
        "ID  - a-case\r\n"
        "TI  - [A firm that shares its profit]\r\n"
        "UR  - https://jobs.example/archive/a-case/\r\n"
        "DP  - Job Quality Archive\r\n"
        "AN  - 6\r\n"
        "ER  - \r\n"
    )


@pytest.mark.parametrize(
    ("kind", "ris_type"),
    [("brief", "RPRT"), ("article", "GEN"), ("event", "VIDEO"), ("tool", "ELEC"), ("?", "GEN")],
)
def test_kinds_of_ris(kind: str, ris_type: str) -> None:
    assert ris(replace(REPORT, kind=kind)).startswith(f"TY  - {ris_type}\r\n")


@pytest.mark.parametrize(
    ("published", "precision", "shown", "in_bibtex", "in_ris"),
    [
        ("", "unknown", "n.d.", "", ""),
        ("2022", "year", "2022", "year = {2022}", "PY  - 2022"),
        (
            "2022-09",
            "month",
            "September 2022",
            "year = {2022} month = {9}",
            "PY  - 2022 DA  - 2022/09//",
        ),
        ("2022-09-07", "year", "2022", "year = {2022}", "PY  - 2022"),
        (
            "2022-09-07",
            "day",
            "September 7, 2022",
            "year = {2022} month = {9} day = {7}",
            "PY  - 2022 DA  - 2022/09/07/",
        ),
        (
            "2020",
            "circa",
            "circa 2020",
            "year = {circa 2020}",
            "PY  - 2020 N1  - The date is approximate: circa 2020.",
        ),
        ("soon", "year", "soon", "", ""),
    ],
)
def test_a_date_is_as_exact_as_it_is_known(
    published: str, precision: str, shown: str, in_bibtex: str, in_ris: str
) -> None:
    item = replace(REPORT, published=published, date_precision=precision)
    assert date_text(item) == shown
    fields = re.findall(r"^  ((?:year|month|day) = .*),$", bibtex(item), flags=re.MULTILINE)
    assert " ".join(fields) == in_bibtex
    lines = [line for line in ris(item).split("\r\n") if line[:2] in {"PY", "DA", "N1"}]
    assert " ".join(lines) == in_ris


@pytest.mark.parametrize(
    ("creators", "names"),
    [
        ("", []),
        ("C. Rosen", ["C. Rosen"]),
        ("J. Fuller, M. Raman and others", ["J. Fuller", "M. Raman", "others"]),
        ("S. Mills De La Rosa, Élodie van Dyk", ["S. Mills De La Rosa", "Élodie van Dyk"]),
        ("O’Brien and Diaz-Linhart", ["O’Brien", "Diaz-Linhart"]),
        ("others", []),
        ("Speakers from IDEO and MIT", []),
        ("Economic Opportunities Program; the page names no author", []),
        ("Maureen Conway (moderator), Esteban Kelly", []),
        ("Rosen et al", []),
        ("a, b", []),
    ],
)
def test_authors_are_named_or_nobody_is(creators: str, names: list[str]) -> None:
    assert authors(creators) == names


def test_others_are_no_person_to_ris() -> None:
    item = replace(REPORT, creators="J. Fuller and others")
    assert re.findall("AU  - (.*)\r\n", ris(item)) == ["J. Fuller"]
    assert "author = {J. Fuller and others}" in bibtex(item)


# -- whatever is typed -------------------------------------------------------------------------

ANY = st.text(max_size=60)
ITEMS = st.builds(
    Item,
    slug=st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True),
    number=st.integers(1, 10_000),
    title=ANY,
    is_title_ours=st.booleans(),
    kind=st.sampled_from([kind for kind, _ in KINDS]),
    organization=ANY,
    creators=ANY | st.from_regex(r"[A-Z]\. [A-Z][a-z]+(, [A-Z]\. [A-Z][a-z]+)*", fullmatch=True),
    published=st.sampled_from(["", "2022", "2022-09", "2022-09-07", "2022-99", "{", "x\ny"]),
    date_precision=st.sampled_from([precision for precision, _ in PRECISIONS]),
    original_url=ANY,
    archived_url=ANY,
    page=st.just("https://jobs.example/archive/x/"),
)


def balance(entry: str) -> list[int]:
    """How deep in braces each character stands, as BibTeX counts: a backslash hides none."""
    depths, depth = [], 0
    for character in entry:
        depth += (character == "{") - (character == "}")
        depths.append(depth)
    return depths


@given(ITEMS)
def test_no_value_breaks_out_of_its_field(item: Item) -> None:
    assert len(text(item).splitlines()) == 1
    entry = bibtex(item)
    depths = balance(entry)
    # The brace that opens the entry is closed by its very last one.
    assert depths.index(0, entry.index("{")) == len(entry) - 2
    *fields, end = entry.removesuffix("\n").split("\n")[1:]
    assert end == "}"
    for field in fields:
        assert re.fullmatch(r"  [a-z]+ = \{[^\x00-\x1f]*\},", field)
        assert balance(field)[-1] == 0
    first, *lines, last, nothing = ris(item).split("\r\n")
    assert (first[:6], last, nothing) == ("TY  - ", "ER  - ", "")
    for line in lines:
        assert re.fullmatch(r"[A-Z][A-Z0-9]  - [^\x00-\x1f\x7f-\x9f\u2028\u2029]*", line)


# -- the files ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content_type", "begins"),
    [
        ("cite.bib", "application/x-bibtex; charset=utf-8", b"@misc{corner-bakery-case,"),
        ("cite.ris", "application/x-research-info-systems; charset=utf-8", b"TY  - RPRT\r\n"),
    ],
)
class TestFiles:
    def test_it_is_a_download(
        self, client: Client, name: str, content_type: str, begins: bytes
    ) -> None:
        load_and_publish()
        Resource.objects.filter(slug=CASE).update(organization="Publisher not seen")
        response: Any = client.get(f"/archive/{CASE}/{name}")
        assert (response.status_code, response["Content-Type"]) == (200, content_type)
        assert response["Content-Disposition"] == f'attachment; filename="{CASE}.{name[-3:]}"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response.content.startswith(begins)
        assert b"http://testserver/archive/corner-bakery-case/" in response.content

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_it_is_only_read(
        self, client: Client, method: str, name: str, content_type: str, begins: bytes
    ) -> None:
        assert getattr(client, method)(f"/archive/{GUIDE}/{name}").status_code == 405

    def test_what_has_no_page_has_no_citation(
        self, client: Client, name: str, content_type: str, begins: bytes
    ) -> None:
        load_and_publish()
        assert client.get(f"/archive/nothing/{name}").status_code == 404
        Resource.objects.create(
            slug="old",
            number=9,
            title="Old",
            kind="report",
            is_retired=True,
            verification="verified",
        )
        assert client.get(f"/archive/old/{name}").status_code == 404
