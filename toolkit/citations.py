"""How an archive item is cited: one line of text, a BibTeX entry, a RIS record. Pure.

Nothing is made up: what is not known is left out, a date is as exact as it is known, and a title
that is ours stands in brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .dates import DAY, MONTH, PLACES, read_date
from .provenance import known_organization

ARCHIVE = "Job Quality Archive"
# Kinds whose print is a report of an organization, in the sense of BibTeX's @techreport and RIS's
# RPRT. “Article” does not tell a journal from a newspaper or a blog, so it stays general.
REPORTS = {"report", "brief", "framework", "guide", "case-study", "case-collection"}
RIS_TYPES = {
    **dict.fromkeys(REPORTS, "RPRT"),
    "event": "VIDEO",
    "tool": "ELEC",
    "toolkit": "ELEC",
    "profile": "ELEC",
}
# “A. Asfaw, R. Pana-Cryan and R. Rosa”: words that begin with a capital, or a small particle.
WORD = r"(?:[^\W\d_a-z][\w.’'-]*|d[aeiou]|van|von|der|la)"
NAME = re.compile(rf"{WORD}(?: {WORD})*")
OTHERS = "others"
LATEX = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces even behind a backslash, so a single one must be spelled out.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "#$%&_"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is cited of an archive item; empty means unknown. ``page``: its address here."""

    slug: str
    number: int
    title: str
    is_title_ours: bool
    kind: str
    organization: str
    creators: str
    published: str
    date_precision: str
    original_url: str
    archived_url: str
    page: str

    @property
    def shown_title(self) -> str:
        """The title; one that is ours stands in brackets."""
        return f"[{self.title}]" if self.is_title_ours else self.title

    @property
    def publisher(self) -> str:
        """The organization, if one is known."""
        return known_organization(self.organization)

    @property
    def is_circa(self) -> bool:
        """Whether the date is approximate."""
        return self.date_precision == "circa"


def authors(creators: str) -> list[str]:
    """The names in a list of authors, “others” last; none if it is a description, not a list.

    “Speakers from IDEO and MIT” names nobody, and a program is no person: rather no author than
    a wrong one.
    """
    names = [name.strip() for name in re.split(r", | and ", creators)]
    *named, last = names
    if last != OTHERS:
        named = names
    if not named or not all(NAME.fullmatch(name) for name in named):
        return []
    return names


def _names(item: Item) -> str:
    """Who is named first: the authors, else the organization."""
    return item.creators if authors(item.creators) else item.publisher


def date_text(item: Item) -> str:
    """The date as cited: “September 7, 2022”, “2022”, “circa 2020”, “n.d.”."""
    if not item.published:
        return "n.d."
    shown, _ = read_date(item.published, item.date_precision)
    return f"circa {shown}" if item.is_circa else shown


def iso_date(item: Item) -> str:
    """The date for machines, as exact as it is known: “2022-09”; nothing if none is."""
    return "-".join(_date_parts(item))


def text(item: Item) -> str:
    """One line in the manner of the Chicago notes.

    Who. Title. Publisher, date. Original address. Archived at … . Where it stands here.
    """
    by = item.publisher if authors(item.creators) else ""
    sentences = [
        _names(item),
        item.shown_title if item.is_title_ours else f"“{_stopped(one_line(item.title))}”",
        ", ".join(part for part in (by, date_text(item)) if part),
        item.original_url,
        *_notes(item),
    ]
    return " ".join(_ended(sentence) for part in sentences if (sentence := one_line(part)))


def _stopped(title: str) -> str:
    return title if title[-1:] in ".?!" else f"{title}."


def _ended(sentence: str) -> str:
    """A sentence with its full stop; “n.d.” and a quoted title have theirs."""
    return sentence if sentence.endswith((".", ".”", "?”", "!”")) else f"{sentence}."


def one_line(value: str) -> str:
    """A value without line breaks or control characters, its white space made single."""
    plain = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in value)
    return " ".join(plain.split())


# -- BibTeX -----------------------------------------------------------------------------------


def bibtex(item: Item) -> str:
    """An entry for BibTeX and BibLaTeX, in UTF-8."""
    is_report = item.kind in REPORTS and bool(item.publisher)
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in _bibtex_fields(item, is_report))
    return f"@{'techreport' if is_report else 'misc'}{{{item.slug},\n{lines}}}\n"


def _bibtex_fields(item: Item, is_report: bool) -> Iterator[tuple[str, str]]:
    if named := authors(item.creators):
        yield "author", " and ".join(latex(name) for name in named)
    elif item.publisher:
        # A second pair of braces: one name, whatever commas and “and” are in it.
        yield "author", f"{{{latex(item.publisher)}}}"
    yield "title", f"{{{latex(item.shown_title)}}}"
    if item.publisher:
        yield "institution" if is_report else "publisher", latex(item.publisher)
    yield from _bibtex_date(item)
    if item.original_url:
        yield "url", _bibtex_address(item.original_url)
    yield "note", latex(" ".join(_ended(note) for note in _notes(item)))


def _bibtex_date(item: Item) -> Iterator[tuple[str, str]]:
    parts = _date_parts(item)
    if parts:
        yield "year", f"circa {parts[0]}" if item.is_circa else parts[0]
    if len(parts) >= MONTH:
        yield "month", parts[1].lstrip("0")
    if len(parts) == DAY:
        yield "day", parts[2].lstrip("0")


def _date_parts(item: Item) -> list[str]:
    """Year, month and day of a date, as many as are known; the year alone of a circa."""
    if not re.fullmatch(r"\d{4}(-\d\d){0,2}", item.published):
        return []
    parts = item.published.split("-")[: PLACES[item.date_precision]]
    return parts[:1] if item.is_circa else parts


def _notes(item: Item) -> Iterator[str]:
    if item.archived_url:
        yield f"Archived at {item.archived_url}"
    yield f"{ARCHIVE}, item {item.number}, {item.page}"


def latex(value: str) -> str:
    """A text as LaTeX reads it: one line, its special characters spelled out."""
    return "".join(LATEX.get(character, character) for character in one_line(value))


def _bibtex_address(address: str) -> str:
    """An address for the field “url”, which is read as it stands but for braces."""
    for character in "{}\\":
        address = address.replace(character, f"%{ord(character):02X}")
    return one_line(address).replace(" ", "%20")


# -- RIS --------------------------------------------------------------------------------------


def ris(item: Item) -> str:
    """A RIS record: tag, two spaces, hyphen, space, value; lines end with CR LF."""
    lines = [("TY", RIS_TYPES.get(item.kind, "GEN")), *_ris_fields(item), ("ER", "")]
    return "".join(f"{tag}  - {one_line(value)}\r\n" for tag, value in lines)


def _ris_fields(item: Item) -> Iterable[tuple[str, str]]:
    yield "ID", item.slug
    for name in authors(item.creators) or [item.publisher]:
        if name and name != OTHERS:
            yield "AU", name
    yield "TI", item.shown_title
    if item.publisher:
        yield "PB", item.publisher
    if parts := _date_parts(item):
        yield "PY", parts[0]
        if len(parts) >= MONTH:
            yield "DA", "/".join([*parts, "", ""][:DAY]) + "/"
    if item.is_circa:
        yield "N1", f"The date is approximate: {date_text(item)}."
    for address in (item.original_url, item.archived_url, item.page):
        if address:
            yield "UR", address
    yield "DP", ARCHIVE
    yield "AN", str(item.number)
