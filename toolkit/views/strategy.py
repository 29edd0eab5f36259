"""One strategy, and what backs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from toolkit import catalogue as cat
from toolkit.editions import catalogue_for, live_catalogue
from toolkit.models import Edition, Resource


@dataclass(frozen=True, slots=True)
class Backing:
    """An archive item that backs a strategy, and the part it plays."""

    resource: Resource
    use: cat.ResourceUse
    is_named_employer: bool


@require_safe
def strategy(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one strategy as the live edition has it, else as the last edition that had it."""
    catalogue = live = live_catalogue()
    is_live = slug in live.strategies_by_slug
    if not is_live:
        catalogue = _last_catalogue_with(slug)
    shown = catalogue.strategies_by_slug[slug]
    context = {
        "section": "archive",
        "strategy": shown,
        "is_live": is_live,
        "component": catalogue.by_slug[shown.component],
        "component_is_live": shown.component in live.by_slug,
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
            named = cat.did_it(use, catalogue.facets.get(use.resource))
            yield Backing(rows[use.resource], use, named)
