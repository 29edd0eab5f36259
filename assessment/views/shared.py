"""The page for sharing: what an owner lets somebody outside see, and nothing else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessment.access import Access, employer
from assessment.models.access_link import SHOWN
from assessment.reading import plan_for
from assessment.sentences import SHARED


@require_safe
@employer("share")
def shared(request: HttpRequest, access: Access) -> HttpResponse:
    """What the visitor's link shows; for everybody who may read anyway, a preview of either."""
    wanted = access.shows or request.GET.get("shows", "")
    shows = "plan" if wanted == "plan" else "scores"
    context = {
        "assessment": access.assessment,
        "document": plan_for(access, is_printed=False),
        "cautions": SHARED,
        "shows_plan": shows == "plan",
        "shows_words": dict(SHOWN)[shows],
        "is_preview": not access.shows,
    }
    return render(request, "assessment/shared.html", context)
