"""What the site has to hold and to answer, worked out without it: plain rules on plain values.

Written from docs/decisions.md, not from the code it is held against. Of the product it reads only
what an edition says of its questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import floor

from tests.soak import small_editions
from toolkit.catalogue import Catalogue, Question

MAY = {
    "owner": {"", "answer", "read", "plan", "own", "share"},
    "edit": {"", "answer", "read", "plan", "share"},
    "contributor": {"", "answer"},
    "read": {"", "read", "share"},
    "share": {"", "share"},
}
CLOSED = {"done", "dropped"}


@dataclass(frozen=True)
class Given:
    """An answer as somebody gives it."""

    choice: str = ""
    is_not_sure: bool = False
    note: str = ""


@dataclass(frozen=True)
class Stored:
    """An answer as it is kept. ``choice``: “0” to “4”, “na” or nothing."""

    choice: str
    is_not_sure: bool
    note: str
    revision: int
    is_to_confirm: bool = False

    @property
    def shown(self) -> Given:
        """What its question shows: nothing chosen while it is to be confirmed."""
        return Given("" if self.is_to_confirm else self.choice, self.is_not_sure, self.note)


@dataclass
class Link:
    """A private link."""

    pk: int
    secret: str
    role: str
    component: str = ""
    is_working: bool = True


@dataclass
class Planned:
    """An action of the plan, in it or removed."""

    title: str
    question: str = ""
    status: str = "not-started"
    sequence: int = 0
    is_removed: bool = False


@dataclass
class Moved:
    """A move to another edition that was not undone."""

    before: int
    marked: set[str]
    revisions: dict[str, int]


@dataclass
class Kept:
    """One employer's assessment. ``is_gone``: deleted or purged, and never to answer again."""

    pk: int
    public_id: str
    edition: int
    mode: str
    flags: dict[str, bool | None]
    links: list[Link] = field(default_factory=list)
    answers: dict[str, Stored] = field(default_factory=dict)
    actions: dict[str, Planned] = field(default_factory=dict)
    aims: dict[str, tuple[int, int]] = field(default_factory=dict)
    moves: list[Moved] = field(default_factory=list)
    documents: dict[str, bytes] = field(default_factory=dict)
    turnover: int | None = None
    is_finished: bool = False
    earlier: int | None = None
    is_gone: bool = False

    # -- what is asked --------------------------------------------------------------------------

    @property
    def catalogue(self) -> Catalogue:
        """The edition it answers, as corrected last."""
        return small_editions.of_edition(self.edition)

    def asks(self, question: Question) -> bool:
        """Whether it is asked: of the mode, and not hidden by a “no”."""
        is_hidden = bool(question.applies_if) and self.flags.get(question.applies_if) is False
        return not is_hidden and (question.is_quick or self.mode == "full")

    def asked(self, component: str = "") -> list[Question]:
        """The questions asked, of one component or of all."""
        return [
            q
            for q in self.catalogue.questions.values()
            if self.asks(q) and component in ("", q.component)
        ]

    # -- answering ------------------------------------------------------------------------------

    def save(self, question: str, given: Given, seen: int) -> int | None:
        """Save an answer seen at a revision; the revision it has now, None for a conflict."""
        stored = self.answers.get(question)
        if stored is None:
            # Nothing can be overwritten, whatever somebody claims to have seen.
            seen = 0
        elif stored.revision != seen:
            return stored.revision if stored.shown == given else None
        choice, waits = given.choice, False
        if stored and stored.is_to_confirm and not given.choice:
            choice, waits = stored.choice, True
        self.answers[question] = Stored(choice, given.is_not_sure, given.note, seen + 1, waits)
        return seen + 1

    # -- moving ---------------------------------------------------------------------------------

    def move(self, number: int) -> None:
        """Move to a newer edition, marking what is not like for like."""
        old, new = self.catalogue, small_editions.of_edition(number)
        marked = {
            slug
            for slug, answer in self.answers.items()
            if answer.choice
            and not answer.is_to_confirm
            and (after := new.questions.get(slug))
            and (
                (before := old.questions.get(slug)) is None
                or before.meaning != after.meaning
                or (answer.choice == "na" and not after.na_when)
            )
        }
        self._mark(marked, is_to_confirm=True)
        self.moves.append(Moved(self.edition, marked, self.revisions))
        self.edition = number

    def undo_move(self) -> bool:
        """Take the last move back, unless an answer was saved since; whether it was."""
        if not self.moves or self.moves[-1].revisions != self.revisions:
            return False
        last = self.moves.pop()
        self._mark(last.marked, is_to_confirm=False)
        self.edition = last.before
        # Of two moves only the last can be taken back.
        self.moves.clear()
        return True

    def _mark(self, slugs: set[str], *, is_to_confirm: bool) -> None:
        for slug in slugs:
            answer = self.answers[slug]
            self.answers[slug] = replace(
                answer, is_to_confirm=is_to_confirm, revision=answer.revision + 1
            )

    @property
    def revisions(self) -> dict[str, int]:
        """The revision of each answer."""
        return {slug: answer.revision for slug, answer in self.answers.items()}

    # -- counting -------------------------------------------------------------------------------

    def counts(self, question: Question) -> str:
        """What its answer counts as: a level, “na”, or nothing."""
        stored = self.answers.get(question.slug)
        if stored is None or stored.is_to_confirm:
            return ""
        return "" if stored.choice == "na" and not question.na_when else stored.choice

    def progress(self, component: str = "") -> tuple[int, int]:
        """How many of the questions asked are answered, and how many are asked."""
        questions = self.asked(component)
        return sum(bool(self.counts(q)) for q in questions), len(questions)

    def coverage(self, component: str) -> Fraction | None:
        """Weight with a level ÷ weight that applies; None where nothing applies."""
        applicable = [q for q in self.asked(component) if self.counts(q) != "na"]
        if not applicable:
            return None
        leveled = [q for q in applicable if self.counts(q)]
        return Fraction(sum(q.weight for q in leveled), sum(q.weight for q in applicable))

    def part(self, component: str) -> Fraction | None:
        """The score of a component, exact; None below half of its weight."""
        coverage = self.coverage(component)
        if coverage is None or coverage < Fraction(1, 2):
            return None
        leveled = [q for q in self.asked(component) if self.counts(q) not in ("", "na")]
        points = sum(q.weight * int(self.counts(q)) for q in leveled)
        return Fraction(100 * points, sum(4 * q.weight for q in leveled))

    def score(self) -> int | None:
        """The overall figure as shown; None before any component has enough answers."""
        parts = [p for c in small_editions.COMPONENTS if (p := self.part(c)) is not None]
        return rounded(sum(parts, Fraction()) / len(parts)) if parts else None

    def target(self, component: str) -> int:
        """The level aimed at."""
        return self.aims.get(component, (3, 2))[0]

    def gaps(self) -> list[str]:
        """The questions with a sure level below its target: each has a step."""
        return [
            q.slug
            for q in self.asked()
            if self.counts(q) not in ("", "na")
            and not self.answers[q.slug].is_not_sure
            and int(self.counts(q)) < self.target(q.component)
        ]

    # -- the plan -------------------------------------------------------------------------------

    def in_plan(self) -> dict[str, Planned]:
        """The actions that were not removed, by key."""
        return {key: action for key, action in self.actions.items() if not action.is_removed}

    def planned(self) -> set[str]:
        """The questions that have an action."""
        return {action.question for action in self.in_plan().values()} - {""}


def rounded(value: Fraction) -> int:
    """Half up, once."""
    return floor(value + Fraction(1, 2))


def keeps(held: str, offered: str) -> bool:
    """Whether a browser keeps the role it holds when it opens a link of another."""
    return MAY[offered] < MAY[held] or (offered == "share" and held != "share")


def merged(stored: int, seen: int, wanted: int) -> int | None:
    """A value that one page set while another may have changed it; None for a collision."""
    if wanted == seen:
        return stored
    return wanted if stored in (seen, wanted) else None


def running(kept: list[Kept]) -> Iterator[Kept]:
    """Those not gone."""
    return (one for one in kept if not one.is_gone)
