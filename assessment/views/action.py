"""One action of the plan: written, changed, ordered, removed and put back."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assessment import workflow, working
from assessment.access import Access, employer
from assessment.forms import ActionForm, StatusForm
from assessment.models import Action
from assessment.reading import change_of
from assessment.views.plan import Refused, plan_page, wanted_of


def while_it_lasts(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Not found, where an action is deleted for good between reading and changing it."""

    @wraps(view)
    def found(request: HttpRequest, access: Access, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, access, **kwargs)
        except Action.DoesNotExist:
            raise Http404("That action is gone, or not in that part of the plan") from None

    return found


@require_http_methods(["GET", "HEAD", "POST"])
@employer("plan")
def new_action(request: HttpRequest, access: Access) -> HttpResponse:
    """Write an action of one's own."""
    action = Action(assessment=access.assessment)
    form = ActionForm(request.POST if request.method == "POST" else None, instance=action)
    if form.is_bound and form.is_valid():
        try:
            workflow.append_action(form.save(commit=False), by=access.by)
        except workflow.TooMany as error:
            form.add_error(None, str(error))
        else:
            return _to_plan(request, access, action)
    return _form_page(request, access, form, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@employer("plan")
@while_it_lasts
def edit_action(request: HttpRequest, access: Access, key: str) -> HttpResponse:
    """Change an action: who, by when, status, notes."""
    action = _action(access, key)
    if request.method != "POST":
        if action.removed_at:
            raise Http404("That action was removed")
        form = ActionForm(instance=action, initial={"sequence": action.sequence})
        return _form_page(request, access, form)
    form = ActionForm(request.POST, instance=action)
    if form.is_valid():
        try:
            working.change_action(
                action=action, seen=form.cleaned_data["sequence"] or 0, by=access.by
            )
        except working.ActionMoved as moved:
            return _edit_moved(request, access, form, moved.current)
        except (workflow.TooMany, working.CannotPutBack) as error:
            form.add_error(None, str(error))
        else:
            is_newly_done = action.status == "done" and "status" in form.changed_data
            return _to_plan(request, access, action, done=is_newly_done)
    return _form_page(request, access, form, status=422)


@require_POST
@employer("plan")
@while_it_lasts
def set_status(request: HttpRequest, access: Access, key: str) -> HttpResponse:
    """Change the status of an action, from its card."""
    action = _action(access, key)
    form = StatusForm(request.POST)
    if not form.is_valid():
        return plan_page(request, access, refused=Refused(key, form))
    given = form.cleaned_data
    action.status, action.drop_reason = given["status"], given["drop_reason"]
    try:
        working.change_action(action=action, seen=given["sequence"], by=access.by)
    except working.ActionMoved as moved:
        return _status_moved(request, access, given, moved.current)
    except (workflow.TooMany, working.CannotPutBack) as error:
        messages.error(request, str(error))
    return _to_plan(request, access, action, done=action.status == "done")


@require_POST
@employer("plan")
@while_it_lasts
def order_action(request: HttpRequest, access: Access, key: str) -> HttpResponse:
    """Move an action up or down among those of its horizon, or in front of another."""
    action = get_object_or_404(Action.objects.in_plan(), assessment=access.assessment, key=key)
    to, before = request.POST.get("to"), request.POST.get("before")
    if to in {"up", "down"}:
        place = working.order_action(action=action, to="up" if to == "up" else "down")
    else:
        place = working.order_action(action=action, before=before)
    now = f"is now number {place.number} of {place.of}."
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"words": f"“{action.title}” {now}"})
    messages.success(request, f"That action {now}")
    return _to_plan(request, access, action, fragment=f"{_button(to, place)}-{action.key}")


def _button(pressed: str | None, place: working.Place) -> str:
    """The button that keeps the focus: the one pressed, or the other at an end of the list."""
    if pressed == "up":
        return "down" if place.number == 1 else "up"
    return "up" if place.number == place.of else "down"


@require_POST
@employer("plan")
@while_it_lasts
def remove_action(request: HttpRequest, access: Access, key: str) -> HttpResponse:
    """Take an action out of the plan, and offer to undo that."""
    working.remove_action(action=_action(access, key), by=access.by)
    query = wanted_of(request, access).query
    address = reverse("assessment:plan", args=[access.public_id])
    return redirect(f"{address}{query or '?'}{'&' if query else ''}removed={key}#undo")


@require_POST
@employer("plan")
@while_it_lasts
def put_back_action(request: HttpRequest, access: Access, key: str) -> HttpResponse:
    """Put a removed action back where it stood."""
    action = _action(access, key)
    try:
        working.put_back(action=action, by=access.by)
    except (workflow.TooMany, working.CannotPutBack) as error:
        messages.error(request, str(error))
        return redirect("assessment:plan", access.public_id)
    messages.success(request, "That action is back in your plan.")
    return _to_plan(request, access, action)


# -- fetching and answering --------------------------------------------------------------------


def _action(access: Access, key: str) -> Action:
    """An action of this assessment, removed or not."""
    return get_object_or_404(Action, assessment=access.assessment, key=key)


def _to_plan(
    request: HttpRequest, access: Access, action: Action, *, done: bool = False, fragment: str = ""
) -> HttpResponse:
    """Back to the plan as it was looked at, at the action; a done one is spoken of at the top."""
    query = wanted_of(request, access).query
    if done:
        query += f"{'&' if query else '?'}done={action.key}"
        fragment = "done"
    address = reverse("assessment:plan", args=[access.public_id])
    return redirect(f"{address}{query}#{fragment or f'action-{action.key}'}")


def _edit_moved(
    request: HttpRequest, access: Access, form: ActionForm, current: Action
) -> HttpResponse:
    """The form with what was typed, and what the action says by now beside it."""
    differences = working.differences(current, form.instance)
    seen = request.POST.copy()
    seen["sequence"] = str(current.sequence)
    again = ActionForm(seen, instance=current)
    return _form_page(request, access, again, 409, moved=True, differences=differences)


def _status_moved(
    request: HttpRequest, access: Access, given: dict[str, Any], current: Action
) -> HttpResponse:
    """The form as the action stands by now, with the status that was pressed."""
    status = {"status": given["status"], "drop_reason": given["drop_reason"]}
    wanted = copy(current)
    wanted.status, wanted.drop_reason = given["status"], given["drop_reason"]
    differences = working.differences(current, wanted)
    form = ActionForm(instance=current, initial={**status, "sequence": current.sequence})
    return _form_page(request, access, form, 409, moved=True, differences=differences)


def _form_page(
    request: HttpRequest, access: Access, form: ActionForm, status: int = 200, **more: Any
) -> HttpResponse:
    action, query = form.instance, wanted_of(request, access).query
    history = action.changes.all() if action.pk else []
    context = {
        "section": "plan",
        "assessment": access.assessment,
        "form": form,
        "action": action,
        "query": query,
        "title": "Edit action" if action.pk else "Add your own action",
        "history": [change_of(row) for row in history],
        "back": f"{reverse('assessment:plan', args=[access.public_id])}{query}",
        **more,
    }
    return render(request, "assessment/action.html", context, status=status)
