"""The toolkit's public pages: the archive, its items, the strategies; and staff's preview."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_safe

from . import catalogue as cat
from . import citations, describing, metadata
from .archive import Archive, Search
from .editions import catalogue_for, live_edition
from .exporting import question_value
from .feed import NewItems
from .forms import Shown
from .models import Edition, Question, Resource, ResourceRelation

# How a relation reads from the other end.
INVERSE_RELATIONS = {
    "part-of": "Includes",
    "companion-of": "Companion of",
    "version-of": "Has the version",
    "cited-by": "Cites",
}


def live_catalogue() -> cat.Catalogue:
    """What is published now; empty before the first publishing.

    The document is read only by a process that has not parsed it yet.
    """
    edition = live_edition()
    return catalogue_for(edition) if edition else cat.Catalogue((), ())


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """Search the archive. Everything asked stands in the address, which can be shared."""
    found = Archive(Search.read(request.GET.dict()), live_catalogue())
    page = found.page(request.GET.get("page", ""))
    context = {
        "section": "archive",
        "archive": found,
        "search": found.search,
        "page": page,
        "previous": page.has_previous() and found.search.query(page=page.previous_page_number()),
        "next": page.has_next() and found.search.query(page=page.next_page_number()),
    }
    return render(request, "toolkit/archive.html", context)


# What is new, asked for again only if it has changed.
feed = require_safe(conditional_page(NewItems()))


# -- one item ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Support:
    """What an item does for one strategy of the live edition."""

    strategy: cat.Strategy
    component: str
    use: cat.ResourceUse
    is_named_employer: bool


@dataclass(frozen=True, slots=True)
class Backed:
    """A question that an item stands behind: by its strategies, by its “Why it matters”."""

    question: cat.Question
    component: str
    is_served: bool
    is_explained: bool


@require_safe
def resource(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one archive item with its provenance; a retired one while an edition names it."""
    row = _shown_row(slug, "facts", "other_urls")
    catalogue = live_catalogue()
    supports = list(_supports(catalogue, row))
    components = list(row.components.order_by("resourcecomponent__position"))
    relations = list(_relations(row))
    described = describing.described(row, components, relations, request.build_absolute_uri)
    context = {
        "section": "archive",
        "resource": row,
        "components": components,
        "relations": relations,
        "supports": supports,
        "questions": list(_questions(catalogue, row, supports)),
        "sources": [c for c in catalogue.components if c.source == slug],
        "page_address": described.item.page,
        "citation": citations.text(described.item),
        "json_block": metadata.json_block(metadata.schema_org(described)),
        "dublin_core": metadata.dublin_core(described),
    }
    return render(request, "toolkit/resource.html", context)


def _shown_row(slug: str, *parts: str) -> Resource:
    """The item of a public page with these of its rows.

    Raises Http404 for an unknown one, and for a retired one that no edition names.
    """
    rows = Resource.objects.defer("search_text").prefetch_related(*parts)
    row = get_object_or_404(rows, slug=slug)
    if row.is_retired and not Edition.objects.naming("resource", slug).exists():
        raise Http404("Retired, and named by no edition")
    return row


@require_safe
def cite_bib(request: HttpRequest, slug: str) -> HttpResponse:
    """Download the item's BibTeX entry."""
    item = describing.item_of(_shown_row(slug), request.build_absolute_uri)
    return _download(citations.bibtex(item), "application/x-bibtex", f"{slug}.bib")


@require_safe
def cite_ris(request: HttpRequest, slug: str) -> HttpResponse:
    """Download the item's RIS record."""
    item = describing.item_of(_shown_row(slug), request.build_absolute_uri)
    return _download(citations.ris(item), "application/x-research-info-systems", f"{slug}.ris")


def _download(content: str, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=f"{content_type}; charset=utf-8", headers=headers)


def _relations(row: Resource) -> Iterator[tuple[str, Resource]]:
    """What the item is to others, said from either end, each other item once."""
    seen: set[tuple[str, int]] = set()
    both = ResourceRelation.objects.select_related("resource", "other")
    for relation in [*both.filter(resource=row), *both.filter(other=row)]:
        is_ours = relation.resource_id == row.pk
        other = relation.other if is_ours else relation.resource
        inverse = INVERSE_RELATIONS[relation.relation]
        words = relation.get_relation_display() if is_ours else inverse
        if not other.is_retired and (words, other.pk) not in seen:
            seen.add((words, other.pk))
            yield words, other


def _supports(catalogue: cat.Catalogue, row: Resource) -> Iterator[Support]:
    for strategy in catalogue.strategies:
        for use in strategy.resources:
            if use.resource == row.slug:
                yield Support(
                    strategy=strategy,
                    component=catalogue.by_slug[strategy.component].label,
                    use=use,
                    is_named_employer=_is_named_employer(catalogue, row.slug),
                )


def _questions(
    catalogue: cat.Catalogue, row: Resource, supports: list[Support]
) -> Iterator[Backed]:
    """The questions the item stands behind, each once, in the order they are asked."""
    served = {serves.question for support in supports for serves in support.strategy.serves}
    for slug, question in catalogue.questions.items():
        is_explained = question.why_source == row.slug
        if slug in served or is_explained:
            label = catalogue.by_slug[question.component].label
            yield Backed(question, label, slug in served, is_explained)


def _is_named_employer(catalogue: cat.Catalogue, slug: str) -> bool:
    """Whether “They did it” may be said: a case study of a named employer."""
    facet = catalogue.facets.get(slug)
    return bool(facet and facet.kind == "case-study" and facet.employer)


# -- one strategy -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Backing:
    """An archive item that backs a strategy, and the part it plays."""

    resource: Resource
    use: cat.ResourceUse
    is_named_employer: bool


@require_safe
def strategy(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one strategy as the live edition has it, else as the last edition that had it."""
    catalogue = live_catalogue()
    is_live = slug in catalogue.strategies_by_slug
    if not is_live:
        catalogue = _last_catalogue_with(slug)
    shown = catalogue.strategies_by_slug[slug]
    context = {
        "section": "archive",
        "strategy": shown,
        "is_live": is_live,
        "component": catalogue.by_slug[shown.component],
        "serves": [(catalogue.questions[s.question], s.levels) for s in shown.serves],
        "backings": (backings := list(_backings(catalogue, shown))),
        "case_is_known": any(b.use.role == "case" and b.is_named_employer for b in backings),
    }
    return render(request, "toolkit/strategy.html", context)


def _last_catalogue_with(slug: str) -> cat.Catalogue:
    """The newest edition with a strategy of this name: plans made from it still lead here.

    Raises Http404 where there never was one.
    """
    edition = Edition.objects.naming("strategy", slug).newest_first().first()
    if edition is None:
        raise Http404("No edition has this strategy")
    return catalogue_for(edition)


def _backings(catalogue: cat.Catalogue, shown: cat.Strategy) -> Iterator[Backing]:
    slugs = [use.resource for use in shown.resources]
    rows = Resource.objects.defer("search_text").in_bulk(slugs, field_name="slug")
    for use in shown.resources:
        if use.resource in rows:
            named = _is_named_employer(catalogue, use.resource)
            yield Backing(rows[use.resource], use, named)


# -- staff ------------------------------------------------------------------------------------


@require_safe
@never_cache
@login_required
@permission_required("toolkit.view_question", raise_exception=True)
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Show staff a draft question as employers will see it once it is published."""
    row = get_object_or_404(
        Question.objects.select_related("component", "why_source").prefetch_related("levels"),
        slug=slug,
    )
    question = question_value(row, row.component.slug)
    context = {
        "row": row,
        "question": question,
        "shown": Shown(question=question, position=row.position),
        "steps": [*enumerate(question.next_steps)],
    }
    return render(request, "toolkit/preview.html", context)
