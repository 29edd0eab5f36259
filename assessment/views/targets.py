"""What the employer aims for in each component, and what comes first."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessment import workflow
from assessment.access import Access, employer
from assessment.aim import Aim
from assessment.forms import AimForm
from assessment.reading import answers_of, replies_of
from assessment.scoring import ComponentScore, score


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A component with its form and where it stands."""

    form: AimForm
    now: ComponentScore


@require_http_methods(["GET", "HEAD", "POST"])
@employer("plan")
def targets(request: HttpRequest, access: Access) -> HttpResponse:
    """One row per component; a change that another page made meanwhile is shown, never undone."""
    rows = _rows(request, access)
    sent = [row.form for row in rows if row.form.is_bound]
    wrong = [form for form in sent if not form.is_valid()]
    status = 200
    if request.method == "POST":
        if not wrong and _stored(access, sent):
            messages.success(request, "Saved. Your gaps, their order and new documents use these.")
            return redirect("assessment:targets", access.public_id)
        status = 422 if wrong else 409
    context = {
        "section": "assessment",
        "assessment": access.assessment,
        "rows": rows,
        "status": status,
        "wrong": wrong,
    }
    return render(request, "assessment/targets.html", context, status=status)


def _rows(request: HttpRequest, access: Access) -> list[TargetRow]:
    """A row for each component; what was not sent of one is left as it is."""
    profile = access.assessment.profile()
    result = score(access.catalogue, profile, replies_of(answers_of(access.assessment)))
    return [
        TargetRow(
            AimForm(
                request.POST if f"{slug}-target" in request.POST else None,
                component=now.component,
                aim=Aim.in_profile(profile, slug),
            ),
            now,
        )
        for slug, now in result.by_slug.items()
    ]


def _stored(access: Access, sent: list[AimForm]) -> bool:
    """Store what was chosen; False, with each collision shown on its form, where it cannot be."""
    wanted = {f.component.slug: (f.cleaned_data["seen"], f.wanted) for f in sent}
    collisions = workflow.set_aims(assessment=access.assessment, wanted=wanted)
    for form in sent:
        if form.component.slug in collisions:
            form.show_collision(collisions[form.component.slug])
    return not collisions
