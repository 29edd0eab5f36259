"""Words as the archive search compares them: folded to lower case, without accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from .resource_document import Fact

# Between the parts of a search text, so that a word never runs over from one into the next.
PART = "\x1f"


def fold(text: str) -> str:
    """``text`` in lower case, without accents, its white space made single."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(plain.casefold().replace("\x00", "").split())


def search_text(title: str, organization: str, summary: str, facts: Iterable[Fact]) -> str:
    """The one column that is searched: title, organization, summary and facts, in that order.

    Each word is preceded by a space, so that a term matches the beginning of a word.
    """
    parts = [title, organization, summary, " ".join(f.text for f in facts)]
    return PART.join(f" {_words(part)} " for part in parts)


def part_ends(text: str) -> list[int]:
    """How many characters of a search text its title takes, then the organization, the summary.

    A word that begins within the first of these is met in the title, and so on.
    """
    *ended, _ = text.split(PART)
    return [sum(len(part) + 1 for part in ended[: n + 1]) for n in range(len(ended))]


def component_slugs(slugs: Iterable[str]) -> str:
    """The components of an item as the archive counts them: sorted, a space around each."""
    return "".join(f" {slug}" for slug in sorted(slugs)) + " "


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())


def terms(query: str, *, most: int = 8) -> list[str]:
    """The terms of a query; at the most ``most`` are used."""
    return _words(query).split()[:most]
