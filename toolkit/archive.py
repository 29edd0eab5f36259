"""The archive: what a reader asked, the page of items found, the choices beside it.

Search is the same on both databases (decisions.md 30): a term matches where a word of the folded
``search_text`` begins with it, every term must match, and an earlier part (title, organization,
summary, facts) ranks higher.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator

from .catalogue import ROLES, Catalogue
from .finding import CLOSED, MOST_ORGANIZATIONS, NO_YEAR, PAGE_SIZE, Finding
from .models import Resource
from .search import fold, terms

LONGEST_QUERY = 200
LONGEST_ORGANIZATION = 250
# Values of a facet shown at once; the rest stand behind “More”.
SHOWN_VALUES = 8
FACETS = {
    "component": "Component",
    "kind": "Kind",
    "role": "How strategies use it",
    "organization": "Organization",
    "year": "Year",
    "federal": "Source",
    "verification": "How sure we are",
    "link": "Link health",
}
# Not asked for, the order is "relevance" where something is searched for, else "number".
SORTS = {
    "number": "Archive order",
    "newest": "Newest first",
    "title": "Title, A to Z",
}
YEAR = re.compile(r"[0-9]{4}")
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
ROLE_LABELS = {"guide": "Guide", "case": "Case study", "evidence": "Evidence"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a reader asked of the archive; an empty value asks for nothing."""

    q: str = ""
    component: str = ""
    kind: str = ""
    role: str = ""
    organization: str = ""
    year: str = ""
    federal: str = ""
    verification: str = ""
    link: str = ""
    sort: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Search:
        """Read an address's query; what cannot be a value of its facet counts as not asked."""
        # No value holds a NUL, or white space that shows nothing.
        asked = {
            name: " ".join(query.get(name, "").replace("\x00", "").split())
            for name in cls.__dataclass_fields__
        }
        asked["q"] = asked["q"][:LONGEST_QUERY]
        for name, allowed in {**CLOSED, "role": ROLES, "sort": SORTS}.items():
            if asked[name] not in allowed:
                asked[name] = ""
        if len(asked["organization"]) > LONGEST_ORGANIZATION:
            asked["organization"] = ""
        if asked["year"] != NO_YEAR and not YEAR.fullmatch(asked["year"]):
            asked["year"] = ""
        return cls(**asked)

    @property
    def terms(self) -> list[str]:
        """The words that are searched for."""
        return terms(self.q)

    @property
    def is_searchable(self) -> bool:
        """Whether the query, if there is one, holds a letter or digit to search for."""
        return not self.q or bool(self.terms)

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
    """The answer to one search: one query finds and counts, one reads the page.

    Finding reads every text, so the page's items are picked where the facets are counted.
    """

    def __init__(self, search: Search, catalogue: Catalogue) -> None:
        """``catalogue``: the live edition's; it names components and what strategies use."""
        self.components = {c.slug: c.label for c in catalogue.components}
        self.roles: dict[str, set[str]] = {role: set() for role in ROLES}
        for strategy in catalogue.strategies:
            for use in strategy.resources:
                self.roles[use.role].add(use.resource)
        self.search = self._known(search)
        self._finding: Finding | None = None

    def _known(self, search: Search) -> Search:
        """The search without a component or an organization that there is none of."""
        if search.component not in self.components:
            search = replace(search, component="")
        if search.organization:
            named = Resource.objects.filter(organization=search.organization, is_retired=False)
            if not named.exists():
                search = replace(search, organization="")
        return search

    def page(self, number: str) -> Page[Resource]:
        """A page of the items found; a number there is none of gives the nearest page."""
        wanted = int(number) if PAGE_NUMBER.fullmatch(number) else 1
        self._finding = Finding(self.search, self.roles, wanted)
        page: Page[Any] = Paginator(range(self.total), PAGE_SIZE).get_page(wanted)
        if page.number != wanted:
            self._finding = Finding(self.search, self.roles, page.number)
        numbers = self._finding.items
        rows = Resource.objects.defer("search_text").in_bulk(numbers, field_name="number")
        page.object_list = [rows[number] for number in numbers]
        return page

    @property
    def _counts(self) -> Mapping[tuple[str, str], int]:
        return self._finding.counts if self._finding else {}

    @property
    def total(self) -> int:
        """How many items were found."""
        return self._counts.get(("total", ""), 0)

    @cached_property
    def facets(self) -> list[Facet]:
        """The facets there is something to choose of."""
        facets = [Facet(name, title, self.values(name)) for name, title in FACETS.items()]
        return [facet for facet in facets if self._narrows(facet)]

    def _narrows(self, facet: Facet) -> bool:
        """Whether choosing or taking back one of its values changes what is shown."""
        return any(value.is_chosen or value.count < self.total for value in facet.values)

    @cached_property
    def chosen(self) -> list[FacetValue]:
        """What is chosen, each with the address that takes it back."""
        return [v for facet in self.facets for v in facet.values if v.is_chosen]

    @property
    def has_more_organizations(self) -> bool:
        """Whether there may be organizations besides those offered."""
        offered = sum(facet == "organization" for facet, _ in self._counts)
        return offered >= MOST_ORGANIZATIONS

    @property
    def without_facets(self) -> str:
        """The query of the address that searches the whole archive."""
        return Search(q=self.search.q, sort=self.search.sort).query()

    def values(self, name: str) -> list[FacetValue]:
        """The values of a facet that show at least one item, and the chosen one."""
        chosen = getattr(self.search, name)
        values = []
        for value, label in self._labels(name):
            is_chosen = value == chosen
            count = self.total if is_chosen else self._counts.get((name, value), 0)
            if count or is_chosen:
                # Following a chosen value takes it back.
                query = self.search.query(**{name: "" if is_chosen else value})
                values.append(FacetValue(label, count, f"?{query}", is_chosen))
        return values

    def _labels(self, name: str) -> Iterable[tuple[str, str]]:
        """The values of a facet and their words, in the order they are read."""
        if name == "year":
            years = {value for facet, value in self._counts if facet == "year"}
            years |= {self.search.year} - {""}
            known = sorted(years - {NO_YEAR}, reverse=True)
            return [*((year, year) for year in known), (NO_YEAR, "Year not known")]
        if name == "organization":
            return [(name, name) for name in self._organizations()]
        labels = {**CLOSED, "component": self.components, "role": ROLE_LABELS}
        return labels[name].items()

    def _organizations(self) -> list[str]:
        """Those with most items first, the rest by name."""
        counts = {name: n for (facet, name), n in self._counts.items() if facet == "organization"}
        if chosen := self.search.organization:
            # It need not be among the most.
            counts[chosen] = self.total
        by_count = sorted(counts, key=lambda name: (-counts[name], name))
        first, rest = by_count[:SHOWN_VALUES], by_count[SHOWN_VALUES:]
        return [*first, *sorted(rest, key=fold)]
