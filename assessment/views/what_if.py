"""What a set of next steps would change: ticked, or proposed, and made into the plan."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assessment import sentences, workflow
from assessment.access import Access, employer
from assessment.forms import ProposalForm
from assessment.models import Action
from assessment.picture import picture
from assessment.proposal import Proposal, propose
from assessment.reading import Standing, standing_of
from assessment.recommendation import Recommendation, with_lifts
from assessment.what_if import chosen_steps, strategies_in, work_out

# Asked for by the page's own script: only what changes with the ticks.
FRAGMENT = "X-Fragment"


@require_safe
@employer("read")
def what_if(request: HttpRequest, access: Access) -> HttpResponse:
    """The open steps, and what the set in the address would change. Nothing is stored."""
    standing = standing_of(access)
    planned = _planned(access)
    form = _form(request)
    proposal = _proposal(form, standing, planned)
    steps = proposal.steps if proposal else _asked_for(request, standing)
    context = {
        "section": "results",
        "assessment": access.assessment,
        "planned": planned,
        **_result(access, standing, steps),
    }
    if request.headers.get(FRAGMENT) == "result":
        return render(request, "assessment/what_if.html#result", context)
    context |= {
        "form": form,
        "proposed": _said(proposal),
        "unknown": _unknown(request, standing),
        "picture": picture(standing.found.shown, is_quick=standing.score.is_quick),
        "basic_needs": standing.score.basic_needs_missing,
        **_choices(request, standing, steps),
    }
    status = 422 if form.errors else 200
    return render(request, "assessment/what_if.html", context, status=status)


@require_POST
@employer("plan")
def adopt(request: HttpRequest, access: Access) -> HttpResponse:
    """Make the steps sent into actions of the plan, all or none."""
    asked = request.POST.getlist("step")
    steps = chosen_steps(standing_of(access).found, asked, ())
    query = {"step": [step.question.slug for step in steps]}
    back = reverse("assessment:what_if", args=[access.public_id], query=query)
    if not steps:
        messages.error(request, "Nothing was added: check at least one step first.")
        return redirect(back)
    try:
        adopted = workflow.adopt_steps(assessment=access.assessment, steps=steps, by=access.by)
    except workflow.TooMany as error:
        messages.error(request, str(error))
        return redirect(back)
    closed = len({*asked}) - len(steps)
    messages.success(
        request,
        sentences.adopted(len(adopted.added), len(adopted.known), closed=closed),
    )
    return redirect("assessment:plan", access.public_id)


def _planned(access: Access) -> set[str]:
    """The questions whose step is in the plan. One query."""
    actions = Action.objects.in_plan().filter(assessment=access.assessment)
    return set(actions.exclude(question="").values_list("question", flat=True))


def _asked_for(request: HttpRequest, standing: Standing) -> tuple[Recommendation, ...]:
    return chosen_steps(
        standing.found,
        frozenset(request.GET.getlist("step")),
        frozenset(request.GET.getlist("strategy")),
    )


def _unknown(request: HttpRequest, standing: Standing) -> int:
    """How many steps and strategies of the address are not open (any more)."""
    questions = {step.question.slug for step in standing.found.ranked}
    strategies = {group.strategy.slug for group in strategies_in(standing.found)}
    return len({*request.GET.getlist("step")} - questions) + len(
        {*request.GET.getlist("strategy")} - strategies
    )


def _form(request: HttpRequest) -> ProposalForm:
    """What a proposal must keep to; until one is asked for, it is shown as typed."""
    if "propose" in request.GET:
        return ProposalForm(request.GET)
    typed = {name: request.GET[name] for name in ("count", "within", "low") if name in request.GET}
    return ProposalForm(initial=typed)


def _proposal(form: ProposalForm, standing: Standing, planned: set[str]) -> Proposal | None:
    if not (form.is_bound and form.is_valid()):
        return None
    return propose(
        found=standing.found, score=standing.score, planned=planned, limits=form.limits()
    )


def _said(proposal: Proposal | None) -> str:
    if proposal is None:
        return ""
    limits = proposal.limits
    return sentences.proposed(
        found=len(proposal.steps),
        wanted=limits.count,
        fitting=proposal.fitting,
        limits=sentences.limits_allowed(
            within=limits.within, is_low_effort_only=limits.is_low_effort_only
        ),
        is_scored=proposal.is_scored,
    )


def _result(
    access: Access, standing: Standing, steps: tuple[Recommendation, ...]
) -> dict[str, object]:
    """What the steps would change, in numbers and in words."""
    result = work_out(
        catalogue=access.catalogue,
        profile=standing.profile,
        replies=standing.replies,
        before=standing.score,
        steps=steps,
    )
    return {
        "result": result,
        "now": sentences.headline(result.before),
        "heading": sentences.steps_chosen(len(steps)),
        "efforts": sentences.efforts_chosen(result.efforts),
        "days": sentences.days_chosen(
            result.longest, result.total, steps=len(steps), without=result.without_days
        ),
    }


def _choices(
    request: HttpRequest, standing: Standing, steps: tuple[Recommendation, ...]
) -> dict[str, object]:
    """Every open step, the strategies that serve several of them, and which of all are ticked."""
    found = standing.found
    groups = [group for group in strategies_in(found) if len(group.steps) > 1]
    asked = frozenset(request.GET.getlist("strategy"))
    named = frozenset(request.GET.getlist("step"))
    # A step that is in the set by its strategy alone needs no tick of its own.
    by_strategy = {s.question.slug for g in groups if g.strategy.slug in asked for s in g.steps}
    chosen = {step.question.slug for step in steps}
    not_now = with_lifts(found.not_now, standing.profile, standing.replies, standing.score)
    return {
        "lists": [
            ("Start this month", found.start_this_month),
            ("Worth planning for", found.worth_planning),
            ("Not now", not_now),
        ],
        "groups": groups,
        "ticked": {slug for slug in chosen if slug in named or slug not in by_strategy},
        "ticked_strategies": {g.strategy.slug for g in groups if g.strategy.slug in asked},
    }
