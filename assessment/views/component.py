"""The questions of one component: the page, and each answer saving itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assessment import answering, workflow
from assessment.access import Access, employer
from assessment.answering import again_if_edition_moved
from assessment.limiting import limited
from assessment.models import Answer
from assessment.outline import outline
from assessment.reading import answers_of, replies_of
from toolkit.catalogue import Component, Question
from toolkit.forms import Shown


@require_http_methods(["GET", "HEAD", "POST"])
@again_if_edition_moved
@employer("answer")
@limited("answer", "POST")
def component(request: HttpRequest, access: Access, slug: str) -> HttpResponse:
    """Show the questions of a component; a plain POST saves the whole page."""
    shown = _component(access, slug)
    answers = answers_of(access.assessment)
    if request.method != "POST":
        questions = answering.drawn(access, shown, answers)
        return _page(request, access, shown, answers, questions)
    page = answering.save_page(access=access, component=shown, answers=answers, data=request.POST)
    if page.is_saved:
        return redirect(_after(request, access, slug, answers))
    status = 409 if page.has_collision else 422
    return _page(request, access, shown, answers, page.questions, status=status)


def _page(
    request: HttpRequest,
    access: Access,
    component: Component,
    answers: Mapping[str, Answer],
    questions: list[Shown],
    *,
    status: int = 200,
) -> HttpResponse:
    overview = outline(access.catalogue, access.assessment.profile(), replies_of(answers))
    context: dict[str, Any] = {
        "section": "assessment",
        "assessment": access.assessment,
        "component": component,
        "questions": questions,
        "outline": overview,
        "entry": overview.entry(component.slug),
        "after": overview.after(component.slug),
        "before": overview.before(component.slug),
        "has_problem": status != 200,
    }
    return render(request, "assessment/component.html", context, status=status)


def _after(request: HttpRequest, access: Access, slug: str, answers: Mapping[str, Answer]) -> str:
    """Where to go once the page is saved: back to the question pressed, on, or to the review."""
    here = partial(reverse, "assessment:component", args=[access.public_id, slug])
    if pressed := request.POST.get("clear") or request.POST.get("confirm"):
        return here(fragment=pressed if pressed in access.catalogue.questions else None)
    if access.component:
        return here(query={"saved": 1})
    overview = outline(access.catalogue, access.assessment.profile(), replies_of(answers))
    following = overview.after(slug)
    if following is None:
        return reverse("assessment:review", args=[access.public_id])
    return reverse("assessment:component", args=[access.public_id, following.component.slug])


def _component(access: Access, slug: str) -> Component:
    found = access.catalogue.by_slug.get(slug)
    if found is None or not access.may_see(slug):
        raise Http404("No such component")
    return found


def _question(access: Access, slug: str) -> Question:
    found = access.catalogue.questions.get(slug)
    if found is None or not access.may_see(found.component):
        raise Http404("No such question")
    if not access.assessment.profile().asks(found):
        raise Http404("That question is not asked")
    return found


@require_POST
@again_if_edition_moved
@employer("answer")
@limited("answer")
def save_answer(request: HttpRequest, access: Access, slug: str) -> HttpResponse:
    """Save one answer and say so, or say in plain words why it was not saved."""
    if retired := answering.retired(access, slug, request.POST):
        return JsonResponse(retired, status=409)
    question = _question(access, slug)
    if moved := answering.moved_on(access, question, request.POST):
        return JsonResponse(moved, status=409)
    form = answering.bound_form(question, request.POST)
    if not form.is_valid():
        problem = {"problem": "invalid", "message": answering.first_error(form)}
        return JsonResponse(problem, status=422)
    given = answering.given(form)
    saved = workflow.save_answer(
        assessment=access.assessment,
        question=slug,
        given=given,
        seen=form.cleaned_data["revision"],
        by=access.by,
    )
    if saved.conflict:
        return JsonResponse(answering.conflict_data(question, saved.conflict), status=409)
    return JsonResponse({"revision": saved.revision, "was": answering.mark_of(given)})
