"""Assessments this browser has access to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment import access as accessing
from assessment.access import Access, employer


@require_safe
def device(request: HttpRequest) -> HttpResponse:
    """List them; say how to get one back."""
    context = {"section": "device", "links": accessing.granted(request)}
    return accessing.private(render(request, "assessment/device.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@employer("")
def leave_one(request: HttpRequest, access: Access) -> HttpResponse:
    """Ask, then take this browser's access away."""
    if request.method == "POST":
        accessing.leave(request, access.public_id)
        messages.success(
            request, "That assessment was removed from this device. It was not deleted."
        )
        return redirect("assessment:device")
    return render(request, "assessment/leave.html", {"assessment": access.assessment})


@require_POST
def leave_all(request: HttpRequest) -> HttpResponse:
    """Take this browser's access to every assessment away."""
    accessing.leave(request)
    messages.success(
        request, "All assessments were removed from this device. They were not deleted."
    )
    return redirect("assessment:device")
