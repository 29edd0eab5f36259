"""Which assessment stands before this one: placed by its owner, and taken away again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessment import access as accessing
from assessment import reassessing
from assessment.access import MAY, Access, employer
from assessment.forms import EarlierForm
from assessment.models import Assessment


@require_http_methods(["GET", "HEAD", "POST"])
@employer("own")
def earlier(request: HttpRequest, access: Access) -> HttpResponse:
    """List the assessments of this device that can stand before this one; place one."""
    choices = reassessing.placeable(access.assessment, _owned(request))
    form = EarlierForm(request.POST if request.method == "POST" else None, choices=choices)
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data["earlier"]
        chosen = next(a for a in choices if a.public_id == wanted)
        try:
            reassessing.place_earlier(assessment=access.assessment, earlier=chosen)
        except reassessing.CannotPlace as error:
            form.add_error("earlier", str(error))
        else:
            return redirect("assessment:progress", access.public_id)
    context = {
        "section": "progress",
        "assessment": access.assessment,
        "form": form,
        "choices": choices,
        "chosen": form["earlier"].value(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "assessment/earlier.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@employer("own")
def take_earlier_away(request: HttpRequest, access: Access) -> HttpResponse:
    """Ask, then compare this one no longer; both assessments stay as they are."""
    if request.method == "POST":
        reassessing.take_earlier_away(assessment=access.assessment)
        messages.success(request, "This assessment is no longer compared with an earlier one.")
        return redirect("assessment:results", access.public_id)
    placed = access.assessment.earlier
    context = {
        "section": "progress",
        "assessment": access.assessment,
        "is_held": placed in _owned(request),
    }
    return render(request, "assessment/take_earlier_away.html", context)


def _owned(request: HttpRequest) -> list[Assessment]:
    """The assessments that this browser owns. One query."""
    return [link.assessment for link in accessing.granted(request) if "own" in MAY[link.role]]
