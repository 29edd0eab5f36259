"""What turnover costs: told by the employer, worked out as a range, kept apart from the score."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from assessment import plan, workflow
from assessment.access import Access, employer
from assessment.forms import StepCostForm, TurnoverForm
from assessment.models import TurnoverEstimate
from assessment.reading import plan_for
from assessment.sentences import break_even
from assessment.turnover import HIGH_PERCENT, LOW_PERCENT, SOURCE, SOURCE_SLUG
from toolkit.models import Resource


@require_http_methods(["GET", "HEAD", "POST"])
@employer("plan")
def turnover(request: HttpRequest, access: Access) -> HttpResponse:
    """Tell of turnover and see what it may cost; a cost to try stands in the address."""
    estimate = _stored(access)
    form = TurnoverForm(
        request.POST if request.method == "POST" else None,
        instance=estimate,
        initial={} if estimate.pk else {"headcount": access.assessment.headcount},
    )
    if form.is_bound and form.is_valid():
        workflow.tell_turnover(estimate=form.save(commit=False))
        messages.success(request, "Your figures are saved.")
        return redirect("assessment:turnover", access.public_id)
    context = {
        "section": "plan",
        "assessment": access.assessment,
        "form": form,
        "source": SOURCE,
        "resource": Resource.objects.filter(slug=SOURCE_SLUG).first(),
        **(_worked_out(request, access) if estimate.pk and not form.is_bound else {}),
    }
    return render(
        request, "assessment/turnover.html", context, status=422 if form.is_bound else 200
    )


@require_POST
@employer("plan")
def remove_turnover(request: HttpRequest, access: Access) -> HttpResponse:
    """Forget what was told of turnover."""
    workflow.forget_turnover(assessment=access.assessment)
    messages.success(request, "The turnover figures were removed.")
    return redirect("assessment:turnover", access.public_id)


def _stored(access: Access) -> TurnoverEstimate:
    """What was told, or an empty form's beginning."""
    return TurnoverEstimate.objects.filter(assessment=access.assessment).first() or (
        TurnoverEstimate(
            assessment=access.assessment,
            low_percent=LOW_PERCENT,
            high_percent=HIGH_PERCENT,
        )
    )


def _worked_out(request: HttpRequest, access: Access) -> dict[str, object]:
    """What follows from the figures stored, for the plan's actions and for a cost to try."""
    told = _stored(access).value()
    actions = [
        action
        for horizon in plan_for(access, is_printed=False).horizons
        for action in horizon.actions
    ]
    step = StepCostForm(request.GET if "cost" in request.GET else None)
    tried = break_even(told, step.cleaned_data["cost"]) if step.is_valid() else ""
    return {"part": plan.turnover_part(told, actions), "step": step, "tried": tried}
