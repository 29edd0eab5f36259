"""Starting an assessment, without an account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessment import access, workflow
from assessment.forms import StartForm
from assessment.models import Assessment
from toolkit import editions


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Ask for mode and profile; make the assessment and show its private link once."""
    edition = editions.live_edition()
    if edition is None:
        return render(request, "assessment/not_ready.html", {"section": "start"}, status=503)
    catalogue = editions.catalogue_for(edition)
    mode = request.GET.get("mode", "")
    form = StartForm(
        request.POST if request.method == "POST" else None,
        instance=Assessment(edition_number=edition.number),
        catalogue=catalogue,
        initial={"mode": mode if mode in ("quick", "full") else None},
    )
    if request.method == "POST" and form.is_valid():
        link, secret = workflow.start_assessment(
            assessment=form.save(commit=False), email=form.cleaned_data.get("email", "")
        )
        access.grant(request, link)
        access.show_once(request, link, secret)
        return redirect("assessment:links", link.assessment.public_id)
    status = 422 if form.is_bound else 200
    return render(
        request, "assessment/start.html", {"form": form, "section": "start"}, status=status
    )
