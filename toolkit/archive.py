"""The archive's query: what is searched, what is chosen, what is counted beside each choice.

Search is the same on both databases (decisions.md 30): a term matches where a word of the folded
``search_text`` begins with it, every term must match, and an earlier part (title, organization,
summary, facts) ranks higher.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Collate, Left, StrIndex, Substr
from django.db.models.lookups import GreaterThan

from .catalogue import ROLES, Catalogue
from .models import Resource, ResourceComponent
from .models.resource import KINDS
from .search import PART, terms

PAGE_SIZE = 20
LONGEST_QUERY = 200
# Values of a facet shown at once; the rest stand behind “More”.
SHOWN_VALUES = 8
FACETS = {
    "component": "Component",
    "kind": "Kind",
    "role": "What strategies use it for",
    "year": "Year",
    "federal": "Federal source",
    "verification": "How sure we are",
}
# Not asked for, the order is "relevance" where something is searched for, else "number".
SORTS = {
    "number": "Archive order",
    "newest": "Newest first",
    "title": "Title, A to Z",
}
NO_YEAR = "unknown"
YEAR = re.compile(r"[0-9]{4}")
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
ROLE_LABELS = {"guide": "Guide", "case": "Case study", "evidence": "Evidence"}
VERIFICATION_LABELS = {
    "verified": "Verified",
    "partly-verified": "Partly verified",
    "unverified": "Not verified",
}
FEDERAL_LABELS = {"yes": "Archived federal source", "no": "Other source"}
FEDERAL = Q(is_federal=True) | Q(is_preserved=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a reader asked of the archive; an empty value asks for nothing."""

    q: str = ""
    component: str = ""
    kind: str = ""
    role: str = ""
    year: str = ""
    federal: str = ""
    verification: str = ""
    sort: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Search:
        """Read an address's query; what cannot be a value of its facet counts as not asked."""
        asked = {name: query.get(name, "").strip() for name in cls.__dataclass_fields__}
        asked["q"] = " ".join(asked["q"].replace("\x00", "").split())[:LONGEST_QUERY]
        for name, allowed in {
            "kind": [kind for kind, _ in KINDS],
            "role": ROLES,
            "federal": FEDERAL_LABELS,
            "verification": VERIFICATION_LABELS,
            "sort": SORTS,
        }.items():
            if asked[name] not in allowed:
                asked[name] = ""
        if asked["year"] != NO_YEAR and not YEAR.fullmatch(asked["year"]):
            asked["year"] = ""
        return cls(**asked)

    @property
    def terms(self) -> list[str]:
        """The words that are searched for."""
        return terms(self.q)

    @property
    def order(self) -> str:
        """The order in force."""
        return self.sort or ("relevance" if self.terms else "number")

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """The orders to choose from, the one not asked for first."""
        if self.q:
            return [("", "Best match first"), *SORTS.items()]
        return [("" if value == "number" else value, label) for value, label in SORTS.items()]

    @property
    def chosen(self) -> dict[str, str]:
        """The facets a value was chosen of."""
        return {name: value for name in FACETS if (value := getattr(self, name))}

    @property
    def is_empty(self) -> bool:
        """Whether nothing narrows the archive down."""
        return not self.q and not self.chosen

    def query(self, **changes: Any) -> str:
        """The query of the address that asks for this, with ``changes``."""
        changed = replace(self, **{k: v for k, v in changes.items() if k != "page"})
        pairs = {name: getattr(changed, name) for name in self.__dataclass_fields__}
        return urlencode(
            {name: value for name, value in {**pairs, "page": changes.get("page")}.items() if value}
        )


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: how many items it would show, and the address that shows them."""

    label: str
    count: int
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow the archive down, its values in the order they are read."""

    name: str
    title: str
    values: list[FacetValue]

    @property
    def first(self) -> list[FacetValue]:
        """The values shown at once: the chosen one always among them."""
        chosen = [v for v in self.values[SHOWN_VALUES:] if v.is_chosen]
        return [*self.values[:SHOWN_VALUES], *chosen]

    @property
    def more(self) -> list[FacetValue]:
        """The values behind “More”."""
        return [v for v in self.values[SHOWN_VALUES:] if not v.is_chosen]


class Archive:
    """The answer to one search: two queries, one that finds and counts, one that reads a page.

    Finding reads every text, so the page's items are picked where the facets are counted.
    """

    def __init__(self, search: Search, catalogue: Catalogue) -> None:
        """``catalogue``: the live edition's; it names components and what strategies use."""
        self.components = {c.slug: c.label for c in catalogue.components}
        known = search.component in self.components
        self.search = search if known else replace(search, component="")
        self.roles: dict[str, set[str]] = {role: set() for role in ROLES}
        for strategy in catalogue.strategies:
            for use in strategy.resources:
                self.roles[use.role].add(use.resource)
        self._counts: dict[tuple[str, str], int] = {}
        self._items: list[int] = []

    @property
    def is_searchable(self) -> bool:
        """Whether the query, if there is one, holds a letter or digit to search for."""
        return not self.search.q or bool(self.search.terms)

    @property
    def total(self) -> int:
        """How many items were found."""
        return self._counts.get(("total", ""), 0)

    def page(self, number: str) -> Page[Resource]:
        """A page of the items found; a number there is none of gives the nearest page."""
        wanted = int(number) if PAGE_NUMBER.fullmatch(number) else 1
        self._find(wanted)
        page: Page[Any] = Paginator(range(self.total), PAGE_SIZE).get_page(wanted)
        if page.number != wanted:
            self._find(page.number)
        rows = Resource.objects.defer("search_text").in_bulk(self._items)
        page.object_list = [rows[pk] for pk in self._items]
        return page

    @cached_property
    def facets(self) -> list[Facet]:
        """Every facet with the values that show at least one item, and the chosen ones."""
        facets = [Facet(name, title, self._values(name)) for name, title in FACETS.items()]
        return [facet for facet in facets if facet.values]

    @cached_property
    def chosen(self) -> list[FacetValue]:
        """What is chosen, each with the address that takes it back."""
        return [v for facet in self.facets for v in facet.values if v.is_chosen]

    @property
    def without_facets(self) -> str:
        """The query of the address that searches the whole archive."""
        return Search(q=self.search.q, sort=self.search.sort).query()

    # -- what is found ------------------------------------------------------------------------

    def _matching(self) -> QuerySet[Resource]:
        found = Resource.objects.filter(is_retired=False).order_by()
        if not self.is_searchable:
            return found.none()
        for term in self.search.terms:
            found = found.filter(GreaterThan(StrIndex("search_text", Value(f" {term}")), 0))
        return found

    def _condition(self, name: str, value: str) -> Q | Exists:
        """What the chosen value of a facet asks of an item."""
        if name == "component":
            named = ResourceComponent.objects.filter(resource=OuterRef("pk"), component__slug=value)
            return Exists(named)
        if name == "role":
            return Q(slug__in=self.roles[value])
        if name == "year":
            return Q(published="") if value == NO_YEAR else Q(published__startswith=value)
        if name == "federal":
            return FEDERAL if value == "yes" else ~FEDERAL
        return Q(**{name: value})

    def _sort_key(self) -> Combinable:
        if self.search.order == "relevance":
            return _rank(self.search.terms)
        if self.search.order == "title":
            return _folded_title()
        return F("published" if self.search.order == "newest" else "number")

    def _found(self) -> QuerySet[Resource, Any]:
        """The columns that are counted and sorted by, of what matches before any facet."""
        chosen = self.search.chosen
        return self._matching().values(
            found_id=F("pk"),
            found_number=F("number"),
            sort_key=self._sort_key(),
            of_kind=F("kind"),
            of_verification=F("verification"),
            of_federal=Case(When(FEDERAL, then=Value("yes")), default=Value("no")),
            of_year=Case(
                When(published="", then=Value(NO_YEAR)), default=Substr("published", 1, 4)
            ),
            **{f"is_{role}": _one_if(Q(slug__in=self.roles[role])) for role in ROLES},
            **{f"has_{name}": _one_if(self._condition(name, chosen[name])) for name in chosen},
        )

    # -- what is counted ----------------------------------------------------------------------

    def _find(self, page: int) -> None:
        """Count what each facet's values show, and pick the items of a page; one query."""
        if not self.is_searchable:
            return
        found, parameters = self._found().query.sql_with_params()
        selects = [*self._selects(), self._select_page((page - 1) * PAGE_SIZE)]
        sql = f"WITH found AS MATERIALIZED ({found}) {' UNION ALL '.join(selects)}"
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows = cursor.fetchall()
        items = sorted((place, int(pk)) for what, pk, place in rows if what == "item")
        self._items = [pk for _, pk in items]
        self._counts = {(what, value): count for what, value, count in rows if what != "item"}

    def _selects(self) -> Iterator[str]:
        """One SELECT per facet over the rows found."""
        yield self._select("total", "''")
        for name in ("kind", "year", "federal", "verification"):
            yield f"{self._select(name, f'of_{name}')} GROUP BY of_{name}"
        for role in ROLES:
            yield self._select("role", f"'{role}'", f"is_{role} = 1")
        joined = (
            "found JOIN toolkit_resourcecomponent link ON link.resource_id = found_id "
            "JOIN toolkit_component component ON component.id = link.component_id"
        )
        yield f"{self._select('component', 'component.slug', rows=joined)} GROUP BY component.slug"

    def _select(self, facet: str, value: str, *conditions: str, rows: str = "found") -> str:
        """Count rows by ``value``, the other facets as chosen."""
        where = self._where(*conditions, but=facet)
        # Every name is one of ours; what readers type is in the parameters of "found".
        return f"SELECT '{facet}', {value}, COUNT(*) FROM {rows} WHERE {where}"  # noqa: S608

    def _select_page(self, start: int) -> str:
        """The ids of a page's items, each with its place among all."""
        direction = "DESC" if self.search.order == "newest" else "ASC"
        order = f"ORDER BY sort_key {direction}, found_number"
        page = f"{order} LIMIT {PAGE_SIZE} OFFSET {start}"
        return (
            f"SELECT 'item', CAST(found_id AS TEXT), ROW_NUMBER() OVER ({order}) "  # noqa: S608
            f"FROM (SELECT * FROM found WHERE {self._where()} {page}) AS page"
        )

    def _where(self, *conditions: str, but: str = "") -> str:
        """The chosen facets, all ``but`` one, as an SQL condition."""
        chosen = [f"has_{name} = 1" for name in self.search.chosen if name != but]
        return " AND ".join([*conditions, *chosen]) or "1 = 1"

    # -- what is read -------------------------------------------------------------------------

    def _values(self, name: str) -> list[FacetValue]:
        chosen = getattr(self.search, name)
        values = []
        for value, label in self._labels(name):
            count = self._counts.get((name, value), 0)
            if count or value == chosen:
                # Following a chosen value takes it back.
                query = self.search.query(**{name: "" if value == chosen else value})
                values.append(FacetValue(label, count, f"?{query}", value == chosen))
        return values

    def _labels(self, name: str) -> Iterable[tuple[str, str]]:
        """The values of a facet and their words, in the order they are read."""
        if name == "year":
            years = {value for facet, value in self._counts if facet == "year"}
            years |= {self.search.year} - {""}
            known = sorted(years - {NO_YEAR}, reverse=True)
            return [*((year, year) for year in known), (NO_YEAR, "Year not known")]
        labels: dict[str, Iterable[tuple[str, str]]] = {
            "component": self.components.items(),
            "kind": KINDS,
            "role": ROLE_LABELS.items(),
            "federal": FEDERAL_LABELS.items(),
            "verification": VERIFICATION_LABELS.items(),
        }
        return labels[name]


def _one_if(condition: Q | Exists) -> Case:
    """1 or 0: a truth both databases count and compare alike."""
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _folded_title() -> Combinable:
    """The title as search folds it: both databases then sort it by the same letters."""
    plain = "C" if connection.vendor == "postgresql" else "BINARY"
    return Collate(Left("search_text", 100), plain)


class Like(Func):
    """Whether a text is like a pattern; Django's own lookups would escape its wildcards."""

    arity = 2
    arg_joiner = " LIKE "
    template = "%(expressions)s"
    output_field = BooleanField()


def _rank(searched: list[str]) -> Combinable:
    """For each term, the first part it is met in; 0 is the title, 3 the facts.

    A term is met in the title where all three ends of parts still follow, and so on. Terms are
    letters and digits only, so every wildcard is one of these.
    """
    rank: Combinable = Value(0)
    for term in searched:
        places = [
            When(Like("search_text", Value(f"% {term}{f'%{PART}' * ends}%")), then=Value(3 - ends))
            for ends in (3, 2, 1)
        ]
        rank = rank + Case(*places, default=Value(3))
    return rank
