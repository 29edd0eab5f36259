"""Starting an assessment, without an account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessment import access, workflow
from assessment.forms import StartForm
from assessment.limiting import TooManyRequests, count, told
from assessment.models import Assessment
from toolkit import editions

TOO_MANY = (
    "Many assessments were started from here in the last hour, so this one was not. What you "
    "chose is kept on this page: send it again in {wait}."
)


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
        try:
            return _started(request, form)
        except TooManyRequests as refused:
            form.add_error(None, TOO_MANY.format(wait=refused.words))
            return told(_page(request, form), refused)
    return _page(request, form, status=422 if form.is_bound else 200)


def _started(request: HttpRequest, form: StartForm) -> HttpResponse:
    """Raises TooManyRequests, with nothing stored."""
    count(request, "start")
    link, _ = workflow.start_assessment(
        assessment=form.save(commit=False), email=form.cleaned_data.get("email", "")
    )
    access.grant(request, link)
    access.show_once(request, link)
    return redirect("assessment:links", link.assessment.public_id)


def _page(request: HttpRequest, form: StartForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "section": "start"}
    return render(request, "assessment/start.html", context, status=status)
