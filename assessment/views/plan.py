"""The plan: what will be done, by whom, by when."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment import workflow
from assessment.access import Access, employer
from assessment.documents import issuing
from assessment.forms import ActionForm
from assessment.models import Action
from assessment.reading import answers_of, plan_for, replies_of
from assessment.recommendation import recommend
from assessment.scoring import score


@require_safe
@employer("read")
def plan(request: HttpRequest, access: Access) -> HttpResponse:
    """Actions by horizon, what to find out, documents."""
    document = plan_for(access)
    issued = issuing.issued(access)
    context = {
        "section": "plan",
        "assessment": access.assessment,
        "document": document,
        "issued": issued,
        "has_changed": issuing.has_changed(access, issued),
    }
    return render(request, "assessment/plan.html", context)


@require_POST
@employer("plan")
def add_recommended(request: HttpRequest, access: Access, slug: str) -> HttpResponse:
    """Put the recommended step for a question into the plan."""
    profile = access.assessment.profile()
    replies = replies_of(answers_of(access.assessment))
    result = score(access.catalogue, profile, replies)
    found = recommend(access.catalogue, profile, replies, result)
    wanted = [r for r in (*found.shown, *found.not_now) if r.question.slug == slug]
    if not wanted:
        raise Http404("Nothing is recommended for that question")
    try:
        action = workflow.add_action(
            assessment=access.assessment, recommendation=wanted[0], question=wanted[0].question
        )
    except workflow.TooMany as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{action.title}” is in your plan.")
    return redirect("assessment:plan", access.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@employer("plan")
def new_action(request: HttpRequest, access: Access) -> HttpResponse:
    """Write an action of one's own."""
    action = Action(assessment=access.assessment)
    return _action_page(request, access, action, "Add your own action")


@require_http_methods(["GET", "HEAD", "POST"])
@employer("plan")
def edit_action(request: HttpRequest, access: Access, key: str) -> HttpResponse:
    """Change an action: who, by when, status, notes."""
    action = get_object_or_404(Action, assessment=access.assessment, key=key)
    return _action_page(request, access, action, "Edit action")


def _action_page(request: HttpRequest, access: Access, action: Action, title: str) -> HttpResponse:
    form = ActionForm(request.POST if request.method == "POST" else None, instance=action)
    if form.is_bound and form.is_valid():
        try:
            _store(form)
        except workflow.TooMany as error:
            form.add_error(None, str(error))
        else:
            return redirect("assessment:plan", access.public_id)
    context = {
        "section": "plan",
        "assessment": access.assessment,
        "form": form,
        "action": action,
        "title": title,
    }
    return render(request, "assessment/action.html", context, status=422 if form.is_bound else 200)


def _store(form: ActionForm) -> None:
    action = form.save(commit=False)
    if action.pk is None:
        workflow.append_action(action)
    else:
        action.save()
        workflow.touch(action.assessment)


@require_http_methods(["GET", "HEAD", "POST"])
@employer("plan")
def remove_action(request: HttpRequest, access: Access, key: str) -> HttpResponse:
    """Ask, then take an action out of the plan."""
    action = get_object_or_404(Action, assessment=access.assessment, key=key)
    if request.method == "POST":
        action.delete()
        workflow.touch(access.assessment)
        messages.success(request, f"“{action.title}” was removed from your plan.")
        return redirect("assessment:plan", access.public_id)
    context = {"section": "plan", "assessment": access.assessment, "action": action}
    return render(request, "assessment/remove_action.html", context)
