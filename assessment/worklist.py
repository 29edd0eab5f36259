"""The plan as it is worked on: its actions grouped, filtered and counted.

Pure: imports only the standard library, assessment.plan_document, assessment.sentences and
toolkit.catalogue. It prints what the plan document holds and adds what only the page needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from assessment.plan_document import ActionLine, Horizon, PlanDocument, PracticeLine
from assessment.sentences import change_text, done_text, look_again, money
from toolkit.catalogue import LEVEL_NAMES

BY_HORIZON, BY_OWNER = "horizon", "owner"
NOBODY, NOBODY_TEXT = "nobody", "No one assigned yet"
UNTIED, UNTIED_TEXT = "none", "Not linked to a component"
TO_DO = "to-do"
# Filters by status: those that are stored, and the one that people ask for most.
STATUS_CHOICES = {
    TO_DO: "Still to do",
    "not-started": "Not started",
    "under-way": "Under way",
    "done": "Done",
    "dropped": "Dropped",
}
LONGEST_OWNER = 100


# -- what goes in, besides the plan document ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an action's history: the field, both values in words, who and when."""

    field: str
    before: str
    after: str
    by: str
    at: datetime

    @property
    def text(self) -> str:
        """What changed, in words."""
        return change_text(self.field, self.before, self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """What only the page needs of an action.

    ``component``: the slug of its question's component, "" for an action of one's own. ``level``:
    where its question stood when it was added. ``changes``: the newest first.
    """

    sequence: int
    component: str = ""
    level: int | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asked to see, as the address of the page says it; "" where all."""

    by: str = BY_HORIZON
    status: str = ""
    owner: str = ""
    component: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str], components: Iterable[str]) -> Wanted:
        """Read an address; what it cannot mean counts as not said."""
        status, component = query.get("status", ""), query.get("component", "")
        return cls(
            by=BY_OWNER if query.get("by") == BY_OWNER else BY_HORIZON,
            status=status if status in STATUS_CHOICES else "",
            owner=query.get("owner", "").strip()[:LONGEST_OWNER],
            component=component if component in {UNTIED, *components} else "",
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything may be left out."""
        return bool(self.status or self.owner or self.component)

    @property
    def is_in_order(self) -> bool:
        """Whether all actions stand in the order that can be changed."""
        return self.by == BY_HORIZON and not self.is_filtered

    @property
    def parameters(self) -> dict[str, str]:
        """The same as an address says it; empty where nothing was asked."""
        said = {"status": self.status, "owner": self.owner, "component": self.component}
        if self.by != BY_HORIZON:
            said = {"by": self.by, **said}
        return {name: value for name, value in said.items() if value}

    @property
    def query(self) -> str:
        """The same as the end of an address, "" where nothing was asked."""
        return f"?{urlencode(self.parameters)}" if self.parameters else ""

    def grouped(self, by: str) -> Wanted:
        """The same actions, grouped ``by`` horizon or owner."""
        return replace(self, by=by)

    def takes(self, line: ActionLine, working: Working) -> bool:
        """Whether an action is among those wanted."""
        is_status = self.status in {"", line.status} or (
            self.status == TO_DO and line.status in {"not-started", "under-way"}
        )
        is_component = self.component in {"", working.component or UNTIED}
        return is_status and is_component and (not self.owner or _is_led_by(line, self.owner))


# -- what comes out ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LookAgain:
    """A question to look at again, now that the action it was for is done.

    ``has_moved``: whether its answer differs from the one at the time the action was added.
    """

    practice: PracticeLine
    component: str
    text: str
    has_moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One action on the page. ``number`` of ``of`` is its place in its group."""

    line: ActionLine
    working: Working
    number: int
    of: int

    @property
    def is_first(self) -> bool:
        """Whether none stands before it."""
        return self.number == 1

    @property
    def is_last(self) -> bool:
        """Whether none stands after it."""
        return self.number == self.of

    @property
    def look_again(self) -> LookAgain | None:
        """The question a done action was for; None while it is not done or was for none asked."""
        practice, level = self.line.practice, self.working.level
        if self.line.status != "done" or practice is None or level is None:
            return None
        return LookAgain(
            practice=practice,
            component=self.working.component,
            text=look_again(LEVEL_NAMES[level], practice.standing),
            has_moved=practice.level != level,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Actions under one heading; ``horizon`` where they are grouped by horizon."""

    title: str
    done: str
    money: str
    cards: tuple[Card, ...]
    horizon: Horizon | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """The page: groups of cards, how far the whole plan has come, and what can be chosen.

    ``total`` counts the actions in the plan, ``shown`` those wanted.
    """

    wanted: Wanted
    groups: tuple[Group, ...]
    total: int
    shown: int
    done: str
    statuses: tuple[Choice, ...]
    owners: tuple[Choice, ...]
    components: tuple[Choice, ...]

    @property
    def chosen(self) -> list[str]:
        """What it is filtered by, in words."""
        choices = (*self.statuses, *self.owners, *self.components)
        return [choice.label for choice in choices if choice.is_chosen]

    def card(self, key: str) -> Card | None:
        """The card of an action, if it is shown."""
        cards = (card for group in self.groups for card in group.cards)
        return next((card for card in cards if card.line.key == key), None)


# -- putting it together -----------------------------------------------------------------------


def worklist(document: PlanDocument, workings: Mapping[str, Working], wanted: Wanted) -> Worklist:
    """The page of a plan document. ``workings`` by the key of the action."""
    pairs = [
        (horizon, line)
        for horizon in document.horizons
        for line in horizon.actions
        if line.key in workings  # taken out while the page was made
    ]
    lines = [line for _, line in pairs]
    taken = [(h, line) for h, line in pairs if wanted.takes(line, workings[line.key])]
    names = _owners(lines, wanted.owner)
    parts = _by_owner(taken, names) if wanted.by == BY_OWNER else _by_horizon(taken)
    return Worklist(
        wanted=wanted,
        groups=tuple(_group(title, horizon, chosen, workings) for title, horizon, chosen in parts),
        total=len(lines),
        shown=len(taken),
        done=done_text([line.status for line in lines]),
        statuses=_choices(STATUS_CHOICES.items(), wanted.status),
        owners=_choices(names.items(), _folded(wanted.owner)),
        components=_choices(_components(document, workings, wanted.component), wanted.component),
    )


type _Part = tuple[str, Horizon | None, list[ActionLine]]
type _Pair = tuple[Horizon, ActionLine]


def _by_horizon(pairs: Sequence[_Pair]) -> list[_Part]:
    horizons = {horizon.days: horizon for horizon, _ in pairs}
    return [(h.title, h, [line for at, line in pairs if at is h]) for h in horizons.values()]


def _by_owner(pairs: Sequence[_Pair], names: Mapping[str, str]) -> list[_Part]:
    """By who leads, whatever the case of the letters; nobody last."""
    lines = [line for _, line in pairs]
    parts: list[_Part] = [
        (name, None, [line for line in lines if _is_led_by(line, key)])
        for key, name in names.items()
    ]
    return [part for part in parts if part[2]]


def _group(
    title: str,
    horizon: Horizon | None,
    lines: Sequence[ActionLine],
    workings: Mapping[str, Working],
) -> Group:
    cards = tuple(
        Card(line=line, working=workings[line.key], number=number, of=len(lines))
        for number, line in enumerate(lines, 1)
    )
    done = done_text([line.status for line in lines])
    return Group(title, done, money(lines), cards, horizon)


def _folded(owner: str) -> str:
    """A name without the case of its letters and its spaces; nobody's has a name of its own."""
    return " ".join(owner.casefold().split())


def _is_led_by(line: ActionLine, owner: str) -> bool:
    return (_folded(line.owner) or NOBODY) == _folded(owner)


def _owners(lines: Iterable[ActionLine], wanted: str) -> dict[str, str]:
    """Folded names and names as first typed, by alphabet; a name asked for stays to be chosen."""
    names: dict[str, str] = {}
    for name in (*(line.owner for line in lines), wanted):
        if _folded(name) not in {"", NOBODY}:
            names.setdefault(_folded(name), name)
    in_order = dict(sorted(names.items()))
    is_nobody = _folded(wanted) == NOBODY or any(_is_led_by(line, NOBODY) for line in lines)
    return in_order | ({NOBODY: NOBODY_TEXT} if is_nobody else {})


def _components(
    document: PlanDocument, workings: Mapping[str, Working], wanted: str
) -> Iterable[tuple[str, str]]:
    """Those that have an action, and the one asked for."""
    there = {working.component or UNTIED for working in workings.values()} | {wanted}
    for component in document.components:
        if component.slug in there:
            yield component.slug, component.label
    if UNTIED in there:
        yield UNTIED, UNTIED_TEXT


def _choices(found: Iterable[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == chosen) for value, label in found)
