"""Public pages that need no assessment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessment.models import Assessment
from toolkit import editions
from toolkit.catalogue import LEVEL_NAMES, Catalogue
from toolkit.models import Resource

FEATURED = (
    "the-hartford-claims-automation",
    "a-few-cool-hardware-stores",
    "internet-for-all-child-care",
)


def live_catalogue() -> Catalogue | None:
    """The catalogue of the live edition, or None before the first publishing."""
    edition = editions.live_edition()
    return editions.catalogue_for(edition) if edition else None


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The promise, the start, a sample plan, the archive."""
    featured = {r.slug: r for r in Resource.objects.filter(slug__in=FEATURED)}
    context = {
        "featured": [featured[slug] for slug in FEATURED if slug in featured],
        "catalogue": live_catalogue(),
        "has_sample": Assessment.objects.filter(is_sample=True).exists(),
    }
    return render(request, "assessment/home.html", context)


@require_safe
def how_scoring_works(request: HttpRequest) -> HttpResponse:
    """Every rule of the score, and what is ours and what is the toolkit's."""
    context = {"section": "scoring", "catalogue": live_catalogue(), "level_names": LEVEL_NAMES}
    return render(request, "assessment/how_scoring_works.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the toolkit is, its eight components, and its status."""
    return render(request, "assessment/about.html", {"catalogue": live_catalogue()})


@require_safe
def coaches(request: HttpRequest) -> HttpResponse:
    """How to run it with a room of firms."""
    return render(request, "assessment/coaches.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, who can see it, and for how long."""
    return render(request, "assessment/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was done for access, and what is known to be missing."""
    return render(request, "assessment/accessibility.html")
