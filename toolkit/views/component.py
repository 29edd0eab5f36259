"""One component of the toolkit."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from toolkit.editions import live_catalogue
from toolkit.models import Resource
from toolkit.overview import overview


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
