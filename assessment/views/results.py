"""Where the employer stands, and what to do first."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assessment import workflow
from assessment.access import Access, employer
from assessment.reading import plan_for


@require_safe
@employer("read")
def results(request: HttpRequest, access: Access) -> HttpResponse:
    """Headline, components, strengths and the ranked lists."""
    document = plan_for(access, is_printed=False)
    planned = {a.practice.slug for h in document.horizons for a in h.actions if a.practice}
    context = {
        "section": "results",
        "assessment": access.assessment,
        "document": document,
        "planned": planned,
        "has_actions": bool(document.horizons),
    }
    return render(request, "assessment/results.html", context)


@require_safe
@employer("read")
def arithmetic(request: HttpRequest, access: Access) -> HttpResponse:
    """The scorer's own trace, line by line."""
    document = plan_for(access, include_answers=True, is_printed=False)
    context = {"section": "results", "assessment": access.assessment, "document": document}
    return render(request, "assessment/arithmetic.html", context)


@require_POST
@employer("plan")
def continue_full(request: HttpRequest, access: Access) -> HttpResponse:
    """From the quick check to all 48; answers are kept."""
    workflow.continue_full(assessment=access.assessment)
    messages.success(request, "Your answers are kept. The other questions are now open.")
    return redirect("assessment:hub", access.public_id)
