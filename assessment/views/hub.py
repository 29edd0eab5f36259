"""The hub: eight components, how far each is, what is left."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from assessment.access import Access, employer
from assessment.outline import outline
from assessment.reading import answers_of, replies_of


@require_safe
@employer("answer")
def hub(request: HttpRequest, access: Access) -> HttpResponse:
    """All components in any order; a contributor goes straight to the one to answer."""
    if access.component:
        return redirect("assessment:component", access.public_id, access.component)
    assessment = access.assessment
    replies = replies_of(answers_of(assessment))
    context = {
        "section": "assessment",
        "assessment": assessment,
        "outline": outline(access.catalogue, assessment.profile(), replies),
        "kept_until": assessment.changed_at + timedelta(days=settings.RETENTION_DAYS),
    }
    return render(request, "assessment/hub.html", context)
