"""What the employer said of itself, changed later."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessment import workflow
from assessment.access import Access, employer
from assessment.forms import ProfileForm
from assessment.reading import answers_of
from assessment.scoring import newly_hidden
from toolkit.catalogue import Question


@require_http_methods(["GET", "HEAD", "POST"])
@employer("plan")
def profile(request: HttpRequest, access: Access) -> HttpResponse:
    """Edit the profile; a flag that would hide answers names them first.

    The confirmation carries the slugs that were named: it covers those and no others.
    """
    assessment, before = access.assessment, access.assessment.profile()
    data = request.POST if request.method == "POST" else None
    form = ProfileForm(data, instance=assessment, catalogue=access.catalogue)
    hidden: Sequence[Question] = ()
    if data is not None and form.is_valid():
        answered = {s for s, a in answers_of(assessment).items() if a.choice or a.note}
        after = form.instance.profile()
        hidden = newly_hidden(access.catalogue, before=before, after=after, answered=answered)
        if {q.slug for q in hidden} <= set(data.get("confirm_hidden", "").split()):
            workflow.save_profile(assessment=form.instance, fields=form.Meta.fields)
            messages.success(request, "Your changes are saved.")
            return redirect("assessment:hub", access.public_id)
    context = {"section": "assessment", "assessment": assessment, "form": form, "hidden": hidden}
    status = 422 if form.is_bound and not hidden else 200
    return render(request, "assessment/profile.html", context, status=status)
