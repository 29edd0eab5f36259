"""What needs an editor's attention: each rule looks at the draft tables and names the rows to mend.

A further heading is a further function from Rows to Matter, put into RULES in its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.utils import timezone

from . import catalogue as cat
from . import editions
from .dates import day_text
from .models import (
    Component,
    Question,
    Resource,
    ResourceComponent,
    ResourceCopy,
    ResourceRelation,
    Strategy,
    StrategyResource,
    StrategyServes,
)
from .models.copy import SOUND
from .models.question import PublishedModel, RetirableModel

# What a question and a component should be backed by (decisions.md 47).
GUIDES_PER_QUESTION = 2
GUIDES_PER_COMPONENT = 5
CASES_PER_COMPONENT = 3
STALE_AFTER = timedelta(days=180)
# More are not listed: nobody mends them in one sitting, and the page stays a page.
MOST_SHOWN = 200
NAMED_IN_FULL = 2


@dataclass(frozen=True, slots=True)
class Item:
    """One row to look at, and what about it."""

    noun: str
    pk: int | None
    name: str
    note: str = ""

    @property
    def page(self) -> str:
        """The name of the admin address at which the row is mended."""
        return f"admin:toolkit_{self.noun}_change"


@dataclass(frozen=True, slots=True)
class Matter:
    """One heading: why it matters and what to do, the rows, and what to say without any."""

    heading: str
    why: str
    items: tuple[Item, ...]
    empty: str = ""

    @property
    def shown(self) -> tuple[Item, ...]:
        """The rows that are listed."""
        return self.items[:MOST_SHOWN]

    @property
    def more(self) -> int:
        """How many further ones there are."""
        return max(len(self.items) - MOST_SHOWN, 0)

    @property
    def is_mixed(self) -> bool:
        """Whether rows of several kinds stand under it, so that each says its kind."""
        return len({item.noun for item in self.items}) > 1


@dataclass
class Backing:
    """What backs a question or a component: archive items in use, each once.

    A case counts as elsewhere (“They did it”): that of a named employer, if it fits well.
    """

    guides: set[int] = field(default_factory=set)
    cases: set[int] = field(default_factory=set)
    loose: dict[int, str] = field(default_factory=dict)
    unnamed: set[int] = field(default_factory=set)


class Rows:
    """The draft tables, read in as many queries as there are tables, retired rows included."""

    def __init__(self, today: date | None = None) -> None:
        self.today = today or timezone.localdate()
        self.components = {c.pk: c for c in Component.objects.order_by("position")}
        self.questions = {
            q.pk: q for q in Question.objects.order_by("component__position", "position")
        }
        self.strategies = {s.pk: s for s in Strategy.objects.order_by("title")}
        long = ("search_text", "summary", "caution", "description_source", "rights")
        self.resources = {r.pk: r for r in Resource.objects.order_by("number").defer(*long)}
        self.serves = list(StrategyServes.objects.order_by("pk"))
        self.uses = list(StrategyResource.objects.order_by("pk"))

    @cached_property
    def draft(self) -> cat.Catalogue:
        """What publishing now would freeze."""
        return editions.draft_catalogue()

    @cached_property
    def speaks_to(self) -> list[ResourceComponent]:
        """Which components archive items speak to."""
        return list(ResourceComponent.objects.order_by("pk"))

    @cached_property
    def relations(self) -> list[ResourceRelation]:
        """How archive items relate to each other."""
        return list(ResourceRelation.objects.order_by("pk"))

    @cached_property
    def copies(self) -> list[ResourceCopy]:
        """The captured copies."""
        return list(ResourceCopy.objects.order_by("resource__number", "pk"))

    @cached_property
    def live_uses(self) -> dict[int, list[StrategyResource]]:
        """Of each strategy in use, its resources in use."""
        found = defaultdict(list)
        for use in self.uses:
            in_use = not self.strategies[use.strategy_id].is_retired
            if in_use and not self.resources[use.resource_id].is_retired:
                found[use.strategy_id].append(use)
        return found

    def backing(self, questions: Iterable[Question]) -> Backing:
        """What backs these questions: the resources of the strategies that serve them."""
        wanted = {q.pk for q in questions}
        served_by = {s.strategy_id for s in self.serves if s.question_id in wanted}
        found = Backing()
        for strategy in served_by:
            for use in self.live_uses.get(strategy, ()):
                self._count(use, found)
        # A case that fits one strategy loosely and another well is no loose one.
        found.loose = {pk: note for pk, note in found.loose.items() if pk not in found.cases}
        return found

    def _count(self, use: StrategyResource, found: Backing) -> None:
        row = self.resources[use.resource_id]
        part = cat.ResourceUse(row.slug, use.role, use.fit)
        if use.role == "guide":
            found.guides.add(row.pk)
        elif cat.is_employer_case(part, cat.ResourceFacet(row.slug, row.kind, row.employer)):
            if use.fit == "good":
                found.cases.add(row.pk)
            else:
                found.loose.setdefault(row.pk, use.fit_note)
        elif use.role == "case":
            found.unnamed.add(row.pk)

    @cached_property
    def used_by(self) -> dict[int, list[str]]:
        """Of each archive item, what in use rests on it."""
        found: dict[int, list[str]] = defaultdict(list)
        for uses in self.live_uses.values():
            for use in uses:
                found[use.resource_id].append(f"strategy “{self.strategies[use.strategy_id]}”")
        for question in in_use(self.questions):
            found[question.why_source_id].append(f"question {question.code}")
        for component in in_use(self.components):
            found[component.source_id].append(f"component “{component.label}”")
        return found

    @cached_property
    def retired_and_named(self) -> list[Naming]:
        """Every place at which a row in use names a retired one."""
        return [n for n in self._namings() if n.named.is_retired and not n.by.is_retired]

    def _namings(self) -> Iterator[Naming]:
        resources, questions, components = self.resources, self.questions, self.components
        for c in components.values():
            yield Naming("component", c, "its source", "resource", resources[c.source_id])
        for q in questions.values():
            why = resources[q.why_source_id]
            yield Naming("question", q, "its component", "component", components[q.component_id])
            yield Naming("question", q, "the source of why it matters", "resource", why)
        for s in self.strategies.values():
            yield Naming("strategy", s, "its component", "component", components[s.component_id])
        for serves in self.serves:
            by, named = self.strategies[serves.strategy_id], questions[serves.question_id]
            yield Naming("strategy", by, "a question it serves", "question", named)
        for use in self.uses:
            by, item = self.strategies[use.strategy_id], resources[use.resource_id]
            yield Naming("strategy", by, "a resource that backs it", "resource", item)
        for link in self.speaks_to:
            r, c = resources[link.resource_id], components[link.component_id]
            yield Naming("resource", r, "a component it speaks to", "component", c)
        for relation in self.relations:
            r, item = resources[relation.resource_id], resources[relation.other_id]
            yield Naming("resource", r, "an item it relates to", "resource", item)


@dataclass(frozen=True, slots=True)
class Naming:
    """That one row names another, and as what."""

    noun: str
    by: RetirableModel
    as_what: str
    named_noun: str
    named: RetirableModel


def in_use[M: RetirableModel](rows: dict[int, M]) -> list[M]:
    """The rows that are not retired."""
    return [row for row in rows.values() if not row.is_retired]


def _item(noun: str, row: RetirableModel, note: str = "") -> Item:
    return Item(noun, row.pk, str(row), note)


def _resources(rows: Iterable[Resource], note: Callable[[Resource], str]) -> tuple[Item, ...]:
    return tuple(_item("resource", row, note(row)) for row in rows)


def _number(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def _first(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - NAMED_IN_FULL
    listed = ", ".join(names[:NAMED_IN_FULL])
    return f"{listed} and {more} more" if more > 0 else listed


# -- what stands in the way --------------------------------------------------------------------


def _about(rows: Rows, problems: Iterable[cat.Problem]) -> tuple[Item, ...]:
    """The rows that problems are about, each with its message."""
    tables: dict[str, dict[int, RetirableModel]] = {
        "component": {**rows.components},
        "question": {**rows.questions},
        "strategy": {**rows.strategies},
        "resource": {**rows.resources},
    }
    by_slug = {(noun, r.slug): r for noun, table in tables.items() for r in table.values()}
    found = []
    for problem in problems:
        row = by_slug.get((problem.noun, problem.slug))
        name = str(row) if row else "The toolkit"
        found.append(Item(problem.noun, row.pk if row else None, name, problem.message))
    return tuple(found)


def publish_problems(rows: Rows) -> Matter:
    """The very problems that the publish page lists."""
    return Matter(
        "Problems that stop publishing",
        "Nothing at all can be published until these are fixed. Open each row and fix it.",
        _about(rows, editions.draft_problems(rows.draft)),
        "The draft can be published as it is.",
    )


def naming_retired(rows: Rows) -> Matter:
    """Rows in use that name a retired row."""
    return Matter(
        "Rows that refer to something retired",
        "What is retired is not published, so these point to nothing. Refer to another row, or "
        "bring the retired one back.",
        tuple(
            _item(n.noun, n.by, f"refers to the retired {n.named_noun} “{n.named}” as {n.as_what}")
            for n in rows.retired_and_named
        ),
        "Every row in use refers only to rows in use.",
    )


def retired_but_named(rows: Rows) -> Matter:
    """The same from the other end: retired rows that rows in use still name."""
    namers: dict[tuple[str, RetirableModel], list[str]] = defaultdict(list)
    for n in rows.retired_and_named:
        namers[n.named_noun, n.named].append(f"{n.noun} “{n.by}”")
    return Matter(
        "Retired rows that are still in use elsewhere",
        "They were retired too early. Bring them back, or change the rows that refer to them.",
        tuple(
            _item(noun, row, f"used by the {_first(names)}")
            for (noun, row), names in namers.items()
        ),
        "Nothing in use refers to what was retired.",
    )


def held_back(rows: Rows) -> Matter:
    """Rows that publishing takes as last published, and since when they stand as they are."""
    tables: list[tuple[str, list[PublishedModel]]] = [
        ("component", [*in_use(rows.components)]),
        ("question", [*in_use(rows.questions)]),
        ("strategy", [*in_use(rows.strategies)]),
    ]
    return Matter(
        "Rows held back",
        "Employers do not see the changes made here. Finish the work and uncheck “Held back”.",
        tuple(
            _item(noun, row, f"last changed {day_text(timezone.localdate(row.changed_at))}")
            for noun, found in tables
            for row in found
            if row.is_held_back
        ),
        "Every row is published as it is now.",
    )


# -- what backs questions and components -------------------------------------------------------


def no_case(rows: Rows) -> Matter:
    """Questions for which nobody can be shown to have done it, not even loosely."""
    found = []
    for question in in_use(rows.questions):
        backing = rows.backing([question])
        if not backing.cases and not backing.loose:
            names = [f"“{rows.resources[pk]}”" for pk in sorted(backing.unnamed)]
            note = "no case study yet"
            if names:
                note += f": {_first(names)} is not the case of a named employer"
            found.append(_item("question", question, note))
    return Matter(
        "Questions with no case study",
        "Employers want to see that someone like them did it. Find a case study of a named "
        "employer and add it to a strategy that serves the question.",
        tuple(found),
        "Every question has one.",
    )


def loose_cases(rows: Rows) -> Matter:
    """Questions whose cases all fit loosely; with them why, as the editors said."""
    found = []
    for question in in_use(rows.questions):
        backing = rows.backing([question])
        if backing.loose and not backing.cases:
            notes = [f"“{rows.resources[pk]}”: {note}" for pk, note in backing.loose.items()]
            found.append(_item("question", question, " · ".join(notes)))
    return Matter(
        "Questions whose only case study is a loose fit",
        "A loose fit is shown as evidence, never as “They did it”. Look for a case that fits well.",
        tuple(found),
        "Every question with a case study has one that fits well.",
    )


def few_guides(rows: Rows) -> Matter:
    """Questions with fewer guides than an employer is promised."""
    found = []
    for question in in_use(rows.questions):
        guides = rows.backing([question]).guides
        if len(guides) < GUIDES_PER_QUESTION:
            found.append(_item("question", question, _number(len(guides), "guide")))
    return Matter(
        "Questions with fewer than two guides",
        "One guide can go offline or not suit; two leave a choice. Add another guide to a "
        "strategy that serves the question.",
        tuple(found),
        "Every question has two or more.",
    )


def thin_components(rows: Rows) -> Matter:
    """Components whose questions together are backed by too little."""
    found = []
    for component in in_use(rows.components):
        own = [q for q in in_use(rows.questions) if q.component_id == component.pk]
        backing = rows.backing(own)
        guides, cases = len(backing.guides), len(backing.cases)
        if guides < GUIDES_PER_COMPONENT or cases < CASES_PER_COMPONENT:
            note = f"{_number(guides, 'guide')}, " + (
                "no case studies"
                if not cases
                else f"{cases} case stud{'y' if cases == 1 else 'ies'}"
            )
            found.append(_item("component", component, note))
    return Matter(
        "Components with few sources",
        f"A component should be backed by at least {GUIDES_PER_COMPONENT} guides and "
        f"{CASES_PER_COMPONENT} case studies that fit well. Add more to the strategies that serve "
        "its questions.",
        tuple(found),
        "Each has enough guides and case studies.",
    )


def idle_strategies(rows: Rows) -> Matter:
    """Strategies no question leads to, or with nothing in use behind them."""
    serving = {s.strategy_id for s in rows.serves if not rows.questions[s.question_id].is_retired}
    found = []
    for strategy in in_use(rows.strategies):
        if strategy.pk not in serving:
            found.append(_item("strategy", strategy, "serves no question in use"))
        elif not rows.live_uses.get(strategy.pk):
            found.append(_item("strategy", strategy, "no resource in use backs it"))
    return Matter(
        "Strategies that lead nowhere",
        "Employers never see a strategy without a question, and should not see one with nothing "
        "behind it. Connect it, or retire it.",
        tuple(found),
        "Every strategy serves a question and is backed.",
    )


def wording(rows: Rows) -> Matter:
    """The very remarks that the publish page folds away."""
    return Matter(
        "Wording to look at",
        "Nothing here stops publishing. Reread each one, and say it more simply where you can.",
        _about(rows, editions.draft_remarks(rows.draft)),
        "No sentence stands out as hard to read.",
    )


# -- how far sources can be trusted ------------------------------------------------------------


def _is_weak(resource: Resource) -> bool:
    return resource.verification != "verified" or resource.is_title_ours


def _doubt(resource: Resource) -> str:
    doubts = [] if resource.verification == "verified" else [resource.get_verification_display()]
    return "; ".join([*doubts, *(["title is ours"] if resource.is_title_ours else [])])


def _weak(rows: Rows, *, is_used: bool) -> list[Resource]:
    """Weak sources, the least verified first."""
    found = [r for r in in_use(rows.resources) if _is_weak(r) and (r.pk in rows.used_by) == is_used]
    return sorted(found, key=lambda r: (r.verification != "unverified", r.number))


def weak_in_use(rows: Rows) -> Matter:
    """Sources not fully verified that something in use rests on."""
    return Matter(
        "Weak sources in use",
        "Employers are told to rely on them. Check each at its source and say so, or use another.",
        _resources(
            _weak(rows, is_used=True),
            lambda r: f"{_doubt(r)}; used by {_first(rows.used_by[r.pk])}",
        ),
        "Everything in use was seen at its source.",
    )


def weak_unused(rows: Rows) -> Matter:
    """Sources not fully verified that nothing rests on."""
    return Matter(
        "Weak sources not in use",
        "Only the archive shows them, marked as unsure. Verify one before a strategy uses it.",
        _resources(_weak(rows, is_used=False), _doubt),
        "Everything else in the archive was seen at its source too.",
    )


def unused(rows: Rows) -> Matter:
    """Archive items that back nothing."""
    return Matter(
        "Resources not in use",
        "No strategy, question or component in use relies on them, so no plan leads to them. Add "
        "each to a strategy, or leave it for people who search the archive.",
        _resources(
            (r for r in in_use(rows.resources) if r.pk not in rows.used_by),
            lambda r: r.get_kind_display(),
        ),
        "Every resource in use backs something.",
    )


# -- addresses ---------------------------------------------------------------------------------


def _checked(resource: Resource) -> str:
    day = resource.link_checked_on
    return f"checked {day_text(day)}" if day else "never checked"


def gone(rows: Rows) -> Matter:
    """Items whose original address no longer answers, those without a copy first."""
    found = [r for r in in_use(rows.resources) if r.link_state == "gone"]

    def note(resource: Resource) -> str:
        copy = "an archived address is known" if resource.archived_url else "no archived address"
        return f"{copy}; {_checked(resource)}"

    return Matter(
        "Addresses that are gone",
        "Readers who follow them find nothing. Find where the item is now, or an archived copy.",
        _resources(sorted(found, key=lambda r: bool(r.archived_url)), note),
        "No address is known to be gone.",
    )


def unreached(rows: Rows) -> Matter:
    """Items whose address did not answer, or is none that the public can reach."""
    states = {"unreachable", "not-public"}
    return Matter(
        "Addresses not reached",
        "They may be back tomorrow: one that fails for two weeks counts as gone. One that is not "
        "public does not help readers; use another.",
        _resources(
            (r for r in in_use(rows.resources) if r.link_state in states),
            lambda r: f"{r.get_link_state_display()}; {_checked(r)}",
        ),
        "Every address checked gave an answer.",
    )


def moved(rows: Rows) -> Matter:
    """Items whose address leads elsewhere, or shows something else."""
    return Matter(
        "Addresses that moved or changed",
        "What they show now may not be what we described. Look, and enter the new address.",
        _resources(
            (r for r in in_use(rows.resources) if r.link_state in {"moved", "changed"}),
            lambda r: f"{r.get_link_state_display()}; {_checked(r)}",
        ),
        "Every address checked still shows what it did.",
    )


def stale(rows: Rows) -> Matter:
    """Items whose address was checked too long ago, the longest ago first."""
    before = rows.today - STALE_AFTER
    checked = [(r.link_checked_on, r) for r in in_use(rows.resources) if r.link_checked_on]
    old = sorted(((day, r) for day, r in checked if day < before), key=lambda pair: pair[0])
    return Matter(
        f"Addresses not checked for {STALE_AFTER.days} days",
        "The archive tells readers when an address was last checked. Ask the site’s operator to "
        "check them again (check_links).",
        _resources((r for _, r in old), _checked),
        "Every check is recent.",
    )


def never_checked(rows: Rows) -> Matter:
    """Items with an address nobody has tried."""
    return Matter(
        "Addresses never checked",
        "It is not known whether they still work. Ask the site’s operator to check them "
        "(check_links).",
        _resources(
            (r for r in in_use(rows.resources) if r.original_url and not r.link_checked_on),
            lambda r: r.original_url,
        ),
        "Every address was checked.",
    )


def unsound_copies(rows: Rows) -> Matter:
    """Captured copies that were not found as they were when they were added."""
    return Matter(
        "Captured copies that are damaged or missing",
        "A copy may be the last one left. Restore exactly the same file from a backup, or add it "
        "again to the item.",
        tuple(
            Item(
                noun="resourcecopy",
                pk=copy.pk,
                name=str(rows.resources[copy.resource_id]),
                note=f"the file {copy.file_name} is {copy.get_state_display().lower()}",
            )
            for copy in rows.copies
            if copy.state != SOUND
        ),
        "Every copy was found as it was added.",
    )


def not_archived(rows: Rows) -> Matter:
    """Items that are lost if their publisher takes them down, those already without one first."""
    kept = {copy.resource_id for copy in rows.copies if copy.state == SOUND}
    found = [r for r in in_use(rows.resources) if not r.archived_url and r.pk not in kept]
    return Matter(
        "No archived address and no copy",
        "If the publisher takes these down, they are lost. Find or make an archived copy and note "
        "its address, or add a captured copy.",
        _resources(
            sorted(found, key=lambda r: bool(r.original_url)),
            lambda r: r.original_url or "no original address either",
        ),
        "Every item has one or the other.",
    )


# Every heading, the most serious first.
RULES: tuple[Callable[[Rows], Matter], ...] = (
    publish_problems,
    naming_retired,
    retired_but_named,
    gone,
    unsound_copies,
    weak_in_use,
    no_case,
    few_guides,
    loose_cases,
    thin_components,
    idle_strategies,
    wording,
    moved,
    unreached,
    held_back,
    unused,
    weak_unused,
    stale,
    never_checked,
    not_archived,
)


def matters(today: date | None = None) -> list[Matter]:
    """Every heading with its rows, the most serious first; ``today`` is for tests."""
    rows = Rows(today)
    return [rule(rows) for rule in RULES]
