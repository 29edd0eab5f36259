"""What is printed of two assessments side by side: plain text, whole numbers and tuples.

Pure: imports only the standard library. assessment.progress puts it together; the page, the PDF
and the board summary print it. The rules: decisions.md 10, 17, 19.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePair:
    """A score then and now over the same questions, 0 to 100, both by one edition's weights.

    ``questions``: how many it rests on. ``before`` and ``after`` are None where no question is
    common. ``change`` is the difference in words: "+4.2", "no change".
    """

    label: str
    questions: int
    before: int | None
    after: int | None
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """A practice that stands higher or lower than it did.

    ``steps`` is how many levels it rose, below 0 where it fell. The statements are those of the
    wording answered then and now. ``done`` are the actions done in between for this question.
    """

    slug: str
    component: str
    text: str
    steps: int
    before: str
    before_statement: str
    after: str
    after_statement: str
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingLine:
    """A question that reads differently, as it read then and as it reads now."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLine:
    """An assessment with its own figures, as its own results print them.

    ``shown`` runs from 0 to 100, None without a score. ``standing`` is that figure in words.
    """

    on: str
    on_text: str
    edition: str
    label: str
    is_quick: bool
    headline: str
    shown: int | None
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceLast:
    """Two assessments of one employer side by side, ready to print.

    ``before`` and ``after`` are as published. ``edition`` names whose weights measure both like
    for like. ``apart`` says why no scores stand side by side ("" where they do). ``components`` is
    empty in a quick check. ``same`` counts the practices that stand as they did. ``done`` are the
    actions done in between beside no change. ``left_out`` says, in sentences, what is not compared.
    """

    summary: tuple[str, ...]
    before: PublishedLine
    after: PublishedLine
    edition: str
    confirmed: str
    apart: str
    common: int
    overall: ScorePair | None
    components: tuple[ScorePair, ...]
    improved: tuple[ChangeLine, ...]
    slipped: tuple[ChangeLine, ...]
    same: int
    done: tuple[str, ...]
    beside: str
    left_out: tuple[str, ...]
    added: tuple[str, ...]
    retired: tuple[str, ...]
    changed: tuple[WordingLine, ...]
    reworded: tuple[WordingLine, ...]
