"""What changed between two documents of one row, in plain words. Pure, like the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from . import catalogue as cat

# A correction may change only these; everything else that is read by scoring, by the choice of
# recommendations or by an employer as the question itself makes a new edition (decisions.md 10).
CORRECTABLE = {
    "component": {"title", "label", "summary", "toolkit_says", "source"},
    "question": {"hint", "why", "weight_reason", "next_steps", "pulse", "legal_notes"},
    "strategy": {"title", "summary", "steps", "toolkit_ref", "legal_notes"},
}
# Also correctable, but only where the publisher says that the meaning is the same.
WORDING = {"question": {"text", "levels", "na_when"}}

WORDS = {
    "text": "the question",
    "levels": "the level statements",
    "next_steps": "the next steps",
    "why": "why it matters",
    "weight": "the weight",
    "weight_reason": "the reason for the weight",
    "quick": "whether it is in the quick check",
    "applies_if": "whom it applies to",
    "na_when": "when it does not apply",
    "pulse": "the pulse statement",
    "legal_notes": "the legal notes",
    "meaning": "its meaning",
    "serves": "the questions and levels it serves",
    "resources": "its resources",
    "days": "the days to a first result",
    "toolkit_ref": "the toolkit actions it names",
    "toolkit_says": "what the toolkit says",
    "position": "its position",
    "kind": "the kind",
    "is_title_ours": "whether the title is ours",
    "date_precision": "how exactly the date is known",
    "facts": "what it says",
    "components": "the components it speaks to",
    "original_url": "the original address",
    "archived_url": "the archived address",
    "other_urls": "its other addresses",
    "relations": "how it relates to others",
    "verification": "how sure we are of it",
    "is_federal": "whether it is federal",
    "is_preserved": "whether it is of the preserved federal collection",
    "description_source": "who wrote the summary, and from what",
    "is_retired": "whether it is retired",
    "is_held_back": "whether it is held back",
    "employer": "the employer it is about",
    "sectors": "the sectors",
    "employer_sizes": "the employer sizes",
}
YES_NO = {"quick", "is_title_ours", "is_federal", "is_preserved", "is_retired", "is_held_back"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One change of one row, in plain words: between two editions, or two versions of the row."""

    noun: str
    slug: str
    title: str
    what: str
    before: str = ""
    after: str = ""
    is_correction: bool = False
    needs_same_meaning: bool = False
    is_added: bool = False

    @property
    def kind(self) -> str:
        """What sort of change it is, in the past tense: “reworded”."""
        if self.is_added:
            return "added"
        if self.what.endswith(" is removed."):
            return "removed"
        if self.what == "The weight changed.":
            return "re-weighted"
        return "reworded" if self.is_correction else "changed otherwise"

    @property
    def subject(self) -> str:
        """What changed, for a column of a table: “The hint”."""
        return self.what.removesuffix(" changed.")


def in_short(found: Iterable[Difference]) -> list[str]:
    """Rows counted by what happens to them: “2 questions reworded”, “1 strategy added”."""
    rows: dict[tuple[str, str], set[str]] = {}
    for difference in found:
        rows.setdefault((difference.noun, difference.kind), set()).add(difference.slug)
    return [f"{_count(len(slugs), noun)} {kind}" for (noun, kind), slugs in rows.items()]


def _count(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun.removesuffix('y')}ies" if noun.endswith("y") else f"{number} {noun}s"


def compare(
    item: tuple[str, str], title: str, before: cat.Document, after: cat.Document
) -> Iterator[Difference]:
    """What differs from ``before`` to ``after``, key by key; ``item`` is noun and slug."""
    noun, slug = item
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        # To begin or to cease offering "does not apply" is no matter of wording.
        wording = key in WORDING.get(noun, ()) and bool(old) and bool(new)
        what = WORDS.get(key, f"the {key.replace('_', ' ')}")
        shown_before, shown_after = _shown(key, old, new)
        yield Difference(
            noun,
            slug,
            title,
            f"{what[0].upper()}{what[1:]} changed.",
            shown_before,
            shown_after,
            is_correction=wording or key in CORRECTABLE.get(noun, ()),
            needs_same_meaning=wording,
        )


def _shown(key: str, before: Any, after: Any) -> tuple[str, str]:
    """Both values in plain words; of lists that are equally long only the lines that differ."""
    if not isinstance(before or after, list):
        return _plain(key, before), _plain(key, after)
    old, new = _lines(key, before or []), _lines(key, after or [])
    if len(old) == len(new):
        pairs = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
        old, new = [a for a, _ in pairs], [b for _, b in pairs]
    return "\n".join(old), "\n".join(new)


def _lines(key: str, values: list[Any]) -> list[str]:
    if key in {"levels", "next_steps"}:
        return [f"{n} {cat.LEVEL_NAMES[n]}: {text}" for n, text in enumerate(values)]
    if key == "steps":
        return [f"{n}. {text}" for n, text in enumerate(values, 1)]
    return [_plain(key, value) for value in values]


def _plain(key: str, value: Any) -> str:
    if key in YES_NO:
        return "yes" if value else "no"
    if key == "applies_if":
        return f"Only where {cat.FLAGS.get(value, value)}" if value else "Everyone"
    if key == "meaning":
        return ""  # A count of the meanings it has had, which says nothing to a reader.
    if isinstance(value, dict):
        first, *rest = (
            ", ".join(map(str, v)) if isinstance(v, list) else str(v) for v in value.values()
        )
        return f"{first} ({'; '.join(rest)})" if rest else first
    return "" if value is None else str(value)
