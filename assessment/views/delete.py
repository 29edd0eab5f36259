"""Deleting an assessment with everything in it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessment import access as accessing
from assessment import workflow
from assessment.access import Access, employer
from assessment.models import OwnerEmail


@require_http_methods(["GET", "HEAD", "POST"])
@employer("own")
def delete(request: HttpRequest, access: Access) -> HttpResponse:
    """Say what goes, ask for a tick, then delete for good."""
    is_confirmed = request.method == "POST" and "confirm" in request.POST
    if is_confirmed:
        accessing.leave(request, access.public_id)
        workflow.delete_assessment(assessment=access.assessment)
        messages.success(request, "The assessment and everything in it is deleted.")
        return redirect("assessment:device")
    context = {
        "section": "assessment",
        "assessment": access.assessment,
        "has_email": OwnerEmail.objects.filter(assessment=access.assessment).exists(),
        "is_compared": access.assessment.later.exists(),
        "is_unconfirmed": request.method == "POST",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "assessment/delete.html", context, status=status)
