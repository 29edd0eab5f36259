"""One archive item: its page, and its citation to take along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from toolkit import catalogue as cat
from toolkit import citations, describing, metadata
from toolkit.editions import live_catalogue
from toolkit.models import Edition, Resource, ResourceRelation

# How a relation reads from the other end.
INVERSE_RELATIONS = {
    "part-of": "Includes",
    "companion-of": "Companion of",
    "version-of": "Has the version",
    "cited-by": "Cites",
}


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
    require_shown(row)
    return row


def require_shown(row: Resource) -> None:
    """Raise Http404 for an item that is out of use and that no edition names."""
    if row.is_retired and not Edition.objects.naming("resource", row.slug).exists():
        raise Http404("Retired, and named by no edition")


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
    headers = {"Content-Disposition": content_disposition_header(True, name)}
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
                    is_named_employer=cat.did_it(use, catalogue.facets.get(use.resource)),
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
            yield Backed(question, label, is_explained)
