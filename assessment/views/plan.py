"""The plan: what will be done, by whom, by when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assessment import workflow
from assessment.access import Access, employer
from assessment.forms import StatusForm
from assessment.forms.action import LONGEST_REASON
from assessment.models import Action
from assessment.models.action import KEPT_DAYS, STATUSES
from assessment.plan_document import PlanDocument
from assessment.reading import plan_for, standing_of, workings_of
from assessment.worklist import BY_HORIZON, BY_OWNER, Wanted, worklist


@dataclass(frozen=True, slots=True)
class Refused:
    """A form of a card that was not taken: whose card, and what was sent."""

    key: str
    form: StatusForm


@require_safe
@employer("read")
def plan(request: HttpRequest, access: Access) -> HttpResponse:
    """Actions by horizon or by owner, what to find out."""
    return plan_page(request, access)


def plan_page(
    request: HttpRequest, access: Access, *, refused: Refused | None = None
) -> HttpResponse:
    """The page of the plan, with the card whose form was refused, if one was."""
    document = plan_for(access, is_printed=False)
    context = {
        "section": "plan",
        "assessment": access.assessment,
        "document": document,
        "refused": refused,
        **_working(request, access, document),
    }
    return render(request, "assessment/plan.html", context, status=422 if refused else 200)


def _working(request: HttpRequest, access: Access, document: PlanDocument) -> dict[str, Any]:
    """What the page shows of the plan being worked on: cards, and what just happened to one."""
    workings, wanted = workings_of(access), wanted_of(request, access)
    removed = list(Action.objects.removed_lately().filter(assessment=access.assessment))
    gone, done = request.GET.get("removed"), request.GET.get("done", "")
    return {
        "worklist": worklist(document, workings, wanted),
        "by_horizon": wanted.grouped(BY_HORIZON),
        "by_owner": wanted.grouped(BY_OWNER),
        "statuses": [choice for choice in STATUSES if choice[0] != "dropped"],
        "longest_reason": LONGEST_REASON,
        "removed": removed,
        "kept_days": KEPT_DAYS,
        "just_removed": next((action for action in removed if action.key == gone), None),
        "just_done": worklist(document, workings, Wanted()).card(done) if done else None,
    }


def wanted_of(request: HttpRequest, access: Access) -> Wanted:
    """What the address asks to see of the plan."""
    return Wanted.from_query(request.GET.dict(), access.catalogue.by_slug)


@require_POST
@employer("plan")
def add_recommended(request: HttpRequest, access: Access, slug: str) -> HttpResponse:
    """Put the recommended step for a question into the plan."""
    if slug not in access.catalogue.questions:
        raise Http404("No such question")
    found = standing_of(access).found
    wanted = [step for step in found.ranked if step.question.slug == slug]
    if not wanted:
        messages.error(
            request,
            "Nothing was added: that question is no longer a gap. Its answer or the target was "
            "changed after the page was opened.",
        )
        return redirect("assessment:results", access.public_id)
    try:
        workflow.add_action(
            assessment=access.assessment,
            recommendation=wanted[0],
            question=wanted[0].question,
            by=access.by,
        )
    except workflow.TooMany as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "That step is in your plan.")
    return redirect("assessment:plan", access.public_id)
