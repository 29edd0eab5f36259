"""The archive's one query: what a search finds, what each choice would show, one page of it.

Everything is counted from ``found`` (decisions.md 30): where words are searched for, each text is
read once; where not, one index holds all that is counted. The SQL is ours and the same on both
databases; what readers type reaches it as parameters only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Set
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Collate, Left, StrIndex, Substr
from django.db.models.lookups import GreaterThan

from .models import Resource
from .models.resource import KINDS, LINK_STATES, VERIFICATIONS

if TYPE_CHECKING:
    from .archive import Search

PAGE_SIZE = 20
# Organizations counted, those with most items: an archive may hold thousands.
MOST_ORGANIZATIONS = 30
NO_YEAR = "unknown"
FEDERAL = Q(is_federal=True) | Q(is_preserved=True)
# The facets whose values are known beforehand, and few.
CLOSED: dict[str, dict[str, str]] = {
    "kind": dict(KINDS),
    "federal": {"yes": "Federal source", "no": "Other source"},
    "verification": dict(VERIFICATIONS),
    "link": dict(LINK_STATES),
}


class Finding:
    """What one search finds.

    ``counts``: by facet and value, how many items choosing the value would show, and under
    ``("total", "")`` how many were found; ``items``: the numbers of the page's items, in order.
    """

    def __init__(self, search: Search, roles: Mapping[str, Set[str]], page: int) -> None:
        """Run the query. ``roles``: the slugs that strategies use, by role; ``page``: from 1."""
        self.search, self.roles = search, roles
        self.counts: Counter[tuple[str, str]] = Counter()
        self.items: list[int] = []
        if search.is_searchable:
            self._read(page)

    def _read(self, page: int) -> None:
        found, parameters = self._found().query.sql_with_params()
        used, more_parameters = self._used().query.sql_with_params()
        # Kept, a table costs more than what an index of it would answer (0004_resource_counted).
        kept = "MATERIALIZED" if self.search.terms else "NOT MATERIALIZED"
        tables = f"found AS {kept} ({found}), used AS MATERIALIZED ({used})"
        selects = [*self._selects(), self._select_page((page - 1) * PAGE_SIZE)]
        with connection.cursor() as cursor:
            sql = f"WITH {tables} {' UNION ALL '.join(selects)}"
            cursor.execute(sql, (*parameters, *more_parameters))
            rows = cursor.fetchall()
        places = {}
        for what, value, count in rows:
            if what == "item":
                places[count] = int(value)
            elif what == "use":
                self.counts.update(("role", r) for r in self.roles if value in self.roles[r])
            elif what == "closed":
                self._count_closed(dict(zip(CLOSED, value.split(), strict=True)), count)
            elif what == "components":
                self.counts.update(dict.fromkeys([("component", s) for s in value.split()], count))
            else:
                self.counts[what, value] = count
        self.items = [places[place] for place in sorted(places)]

    def _count_closed(self, alike: Mapping[str, str], count: int) -> None:
        """Count items ``alike`` in all closed facets wherever choosing a value shows them."""
        chosen = self.search.chosen
        hiding = {name for name in alike if chosen.get(name, alike[name]) != alike[name]}
        for name, value in alike.items():
            if hiding <= {name}:
                self.counts[name, value] += count
        if not hiding:
            self.counts["total", ""] += count

    # -- what is found ------------------------------------------------------------------------

    def _found(self) -> QuerySet[Resource, Any]:
        """The columns that are counted and sorted by, of what matches before any facet."""
        return self._matching().values(
            found_number=F("number"),
            of_kind=F("kind"),
            of_verification=F("verification"),
            of_link=F("link_state"),
            of_organization=F("organization"),
            of_components=F("component_slugs"),
            of_federal=F("is_federal"),
            of_preserved=F("is_preserved"),
            of_year=Case(
                When(published="", then=Value(NO_YEAR)), default=Substr("published", 1, 4)
            ),
            **self._sorted_by(),
            **self._has(),
        )

    def _used(self) -> QuerySet[Resource, Any]:
        """The same of the items that strategies use: a hundred or so, however large the archive."""
        # Django takes no query for a set of nothing; no slug is empty.
        slugs = set().union(*self.roles.values()) or {""}
        return self._matching().filter(slug__in=slugs).values(of_use=F("slug"), **self._has())

    def _matching(self) -> QuerySet[Resource]:
        matching = Resource.objects.filter(is_retired=False).order_by()
        for term in self.search.terms:
            if connection.vendor == "sqlite":
                # Halves a search for a rarer word: its INSTR goes from letter to letter.
                matching = matching.filter(_holds(term))
            matching = matching.filter(GreaterThan(_place(term), 0))
        return matching

    def _has(self) -> dict[str, Combinable]:
        """For each facet chosen, whether an item is of the value."""
        chosen = self.search.chosen
        return {f"has_{name}": _one_if(self._condition(name, chosen[name])) for name in chosen}

    def _condition(self, name: str, value: str) -> Q:
        """What the chosen value of a facet asks of an item."""
        conditions = {
            "component": Q(component_slugs__contains=f" {value} "),
            "role": Q(slug__in=self.roles.get(value, ())),
            "year": Q(published="") if value == NO_YEAR else Q(published__startswith=value),
            "federal": FEDERAL if value == "yes" else ~FEDERAL,
            "link": Q(link_state=value),
        }
        return conditions.get(name) or Q(**{name: value})

    def _sorted_by(self) -> dict[str, Combinable]:
        """The columns that the order asked for needs."""
        order = self.search.order
        if order == "relevance":
            places = {f"place_{n}": _place(term) for n, term in enumerate(self.search.terms)}
            ends = {f"end_{n}": F(end) for n, end in enumerate(Resource.PART_ENDS)}
            return {**places, **ends}
        if order == "title":
            # As search folds it, so that accents and quotes do not count.
            return {"sort_key": Collate(Left("search_text", 100), _plain())}
        return {"sort_key": F("published" if order == "newest" else "number")}

    # -- what is counted ----------------------------------------------------------------------

    def _selects(self) -> Iterator[str]:
        """What is read of the rows found; each row is a facet, a value and a count."""
        yield self._select_closed()
        for facet, column in (("year", "of_year"), ("components", "of_components")):
            where = self._where(but={facet.removesuffix("s")})
            yield f"SELECT '{facet}', {column}, COUNT(*) FROM found WHERE {where} GROUP BY {column}"
        yield f"SELECT 'use', of_use, 1 FROM used WHERE {self._where(but={'role'})}"
        yield f"SELECT 'organization', of_organization, items FROM ({self._most()}) AS most"

    def _select_closed(self) -> str:
        """How many items have the same values of all closed facets: one reading for all of them.

        No value holds a space; they stand as in CLOSED.
        """
        federal = "CASE WHEN of_federal OR of_preserved THEN 'yes' ELSE 'no' END"
        values = f"of_kind || ' ' || {federal} || ' ' || of_verification || ' ' || of_link"
        return (
            f"SELECT 'closed', {values}, COUNT(*) FROM found WHERE {self._where(but=CLOSED)} "
            "GROUP BY of_kind, of_verification, of_link, of_federal, of_preserved"
        )

    def _most(self) -> str:
        """The organizations with most items."""
        return (
            f"SELECT of_organization, COUNT(*) AS items FROM found "
            f"WHERE {self._where(but={'organization'})} GROUP BY of_organization "
            f'ORDER BY items DESC, of_organization COLLATE "{_plain()}" LIMIT {MOST_ORGANIZATIONS}'
        )

    def _select_page(self, start: int) -> str:
        """The numbers of a page's items, each with its place among all."""
        order = f"sort_key{' DESC' if self.search.order == 'newest' else ''}, found_number"
        page = f"ORDER BY {order} LIMIT {PAGE_SIZE} OFFSET {start}"
        return (
            f"SELECT 'item', CAST(found_number AS TEXT), ROW_NUMBER() OVER (ORDER BY {order}) FROM "
            f"(SELECT found_number, {self._sort_key()} AS sort_key FROM found "
            f"WHERE {self._where()} {page}) AS page"
        )

    def _sort_key(self) -> str:
        """What is sorted by; of a match the part it is in: 0 is the title, 3 the facts."""
        if self.search.order != "relevance":
            return "sort_key"
        part = (
            "CASE WHEN place_{0} <= end_0 THEN 0 WHEN place_{0} <= end_1 THEN 1 "
            "WHEN place_{0} <= end_2 THEN 2 ELSE 3 END"
        )
        return " + ".join(part.format(number) for number, _ in enumerate(self.search.terms))

    def _where(self, but: Container[str] = ()) -> str:
        """The chosen facets, all ``but`` some, as an SQL condition."""
        chosen = [f"has_{name} = 1" for name in self.search.chosen if name not in but]
        return " AND ".join(chosen) or "1 = 1"


def _place(term: str) -> StrIndex:
    """Where in an item's text a word first begins with a term, from 1; 0 is nowhere."""
    return StrIndex("search_text", Value(f" {term}"))


def _holds(term: str) -> Func:
    """Whether a term, which is letters and digits only, stands anywhere in an item's text."""
    pattern = Value(f"*{term}*")
    return Func(
        "search_text",
        pattern,
        arg_joiner=" GLOB ",
        template="(%(expressions)s)",
        output_field=BooleanField(),
    )


def _one_if(condition: Q) -> Case:
    """1 or 0: a truth both databases count and compare alike."""
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _plain() -> str:
    """The collation by which both databases sort a text letter by letter, alike."""
    return "C" if connection.vendor == "postgresql" else "BINARY"
