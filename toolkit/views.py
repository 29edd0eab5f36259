"""The toolkit's public pages: the archive, its items, the strategies; and staff's preview."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import add_never_cache_headers, get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import catalogue as cat
from .archive import Archive, Search
from .copies import CopyUnavailable, open_copy
from .editions import catalogue_for, live_edition
from .exporting import question_value
from .formats import PDF
from .forms import Shown
from .models import Edition, Question, Resource, ResourceCopy, ResourceRelation
from .overview import overview

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


# -- one item ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Support:
    """What an item does for one strategy of the live edition."""

    strategy: cat.Strategy
    component: str
    use: cat.ResourceUse
    is_named_employer: bool
    questions: list[str]


@require_safe
def resource(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one archive item with its provenance; a retired one while an edition names it."""
    row = get_object_or_404(
        Resource.objects.defer("search_text").prefetch_related("facts", "other_urls"), slug=slug
    )
    _require_shown(row)
    catalogue = live_catalogue()
    context = {
        "section": "archive",
        "resource": row,
        "components": row.components.order_by("resourcecomponent__position"),
        "relations": list(_relations(row)),
        "supports": list(_supports(catalogue, row)),
        "explains": [q for q in catalogue.questions.values() if q.why_source == slug],
        "sources": [c for c in catalogue.components if c.source == slug],
    }
    return render(request, "toolkit/resource.html", context)


def _require_shown(row: Resource) -> None:
    """Raise Http404 for an item that is out of use and that no edition names."""
    if row.is_retired and not Edition.objects.naming("resource", row.slug).exists():
        raise Http404("Retired, and named by no edition")


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
                    is_named_employer=_is_named_employer(catalogue, use),
                    questions=[catalogue.questions[s.question].text for s in strategy.serves],
                )


def _is_named_employer(catalogue: cat.Catalogue, use: cat.ResourceUse) -> bool:
    """Whether “They did it” may be said: a case of a named employer that fits well."""
    return use.fit == "good" and cat.is_employer_case(use, catalogue.facets.get(use.resource))


# -- one component ----------------------------------------------------------------------------


@require_safe
def component(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a component of the live edition: what it asks for, and what helps to get there."""
    catalogue = live_catalogue()
    if slug not in catalogue.by_slug:
        raise Http404("No component of the live edition")
    shown = overview(catalogue, slug)
    slugs = {shown.component.source, *(source.slug for source in shown.sources)}
    context = {
        "section": "about",
        "overview": shown,
        "component": shown.component,
        "components": catalogue.components,
        "rows": Resource.objects.defer("search_text").in_bulk(list(slugs), field_name="slug"),
    }
    return render(request, "toolkit/component.html", context)


# -- one captured copy ------------------------------------------------------------------------

# A copy is somebody else's work and may hold scripts: a browser saves it and runs nothing of it.
# Its address names its content, so it can be kept for good, and only as it is.
COPY_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable, no-transform",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Accept-Ranges": "none",
}


@require_safe
def copy(request: HttpRequest, slug: str, sha256: str) -> HttpResponseBase:
    """Hand out a captured copy as a file to be saved, byte for byte as it came in."""
    rows = ResourceCopy.objects.select_related("resource")
    found = get_object_or_404(rows, resource__slug=slug, sha256=sha256)
    _require_shown(found.resource)
    etag = f'"{found.sha256}"'
    response = get_conditional_response(request, etag=etag) or _attached(request, found)
    if response.status_code in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        for name, value in {**COPY_HEADERS, "ETag": etag}.items():
            response[name] = value
    return response


def _attached(request: HttpRequest, found: ResourceCopy) -> HttpResponseBase:
    """The copy's file, or a page that says why it cannot be had."""
    try:
        file = open_copy(found)
    except CopyUnavailable as problem:
        context = {"section": "archive", "copy": found, "problem": problem}
        page = render(request, "toolkit/copy_unavailable.html", context, status=problem.status)
        add_never_cache_headers(page)
        return page
    response = FileResponse(
        file,
        as_attachment=True,
        filename=found.download_name,
        # Of all formats only this one is opened by nothing that could run it as a page of ours.
        content_type=PDF.mime if found.format is PDF else "application/octet-stream",
    )
    if request.method == "HEAD":
        response.streaming_content = ()
    return response


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
            named = _is_named_employer(catalogue, use)
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
