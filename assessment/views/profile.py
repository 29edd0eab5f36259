"""What the employer said of itself, changed later."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessment.access import Access, employer
from assessment.forms import ProfileForm
from assessment.models import Assessment
from assessment.reading import answers_of
from assessment.scoring import Profile
from toolkit.catalogue import Question


@require_http_methods(["GET", "HEAD", "POST"])
@employer("plan")
def profile(request: HttpRequest, access: Access) -> HttpResponse:
    """Edit the profile; a flag that would hide answers names them first.

    The confirmation carries the slugs that were named: it covers those and no others.
    """
    assessment = access.assessment
    before = assessment.profile()
    data = request.POST if request.method == "POST" else None
    form = ProfileForm(data, instance=assessment, catalogue=access.catalogue)
    hidden: list[Question] = []
    if data is not None and form.is_valid():
        changed = form.save(commit=False)
        hidden = _newly_hidden(access, before, changed)
        if {q.slug for q in hidden} <= set(data.get("confirm_hidden", "").split()):
            changed.save(update_fields=[*form.Meta.fields, "changed_at"])
            messages.success(request, "Your changes are saved.")
            return redirect("assessment:hub", access.public_id)
    context = {
        "section": "assessment",
        "assessment": assessment,
        "form": form,
        "hidden": hidden,
    }
    status = 422 if form.is_bound and not hidden else 200
    return render(request, "assessment/profile.html", context, status=status)


def _newly_hidden(access: Access, before: Profile, changed: Assessment) -> list[Question]:
    """Answered questions that the changed profile would no longer ask."""
    asks = changed.profile().asks
    answered = {s for s, a in answers_of(access.assessment).items() if a.choice or a.note}
    return [
        question
        for slug, question in access.catalogue.questions.items()
        if slug in answered and before.asks(question) and not asks(question)
    ]
