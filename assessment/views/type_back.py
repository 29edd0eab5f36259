"""Typing worksheets back: the code of a sheet, then a digit per question."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from assessment import type_back as sheets
from assessment.access import Access, employer
from assessment.answering import again_if_edition_moved
from assessment.limiting import limited
from assessment.outline import outline
from assessment.reading import answers_of, replies_of
from toolkit.catalogue import Component


@require_safe
@employer("answer")
def type_back(request: HttpRequest, access: Access) -> HttpResponse:
    """Ask for the code of a sheet, or a component; a good code leads to its questions."""
    typed = request.GET.get("code", "")
    if not typed.strip():
        return _start(request, access)
    try:
        component = sheets.component_of_sheet(access, typed)
    except sheets.Refused as refused:
        return _start(request, access, refused, status=422)
    return redirect("assessment:type_back_sheet", access.public_id, component.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@again_if_edition_moved
@employer("answer")
@limited("type_back", "POST")
def type_back_sheet(request: HttpRequest, access: Access, slug: str) -> HttpResponse:
    """A digit for each question of a component; what cannot be saved is shown again by itself."""
    component = access.catalogue.by_slug.get(slug)
    if component is None or not access.may_see(slug):
        raise Http404("No such component")
    answers = answers_of(access.assessment)
    if request.method != "POST":
        lines = sheets.lines_of(access, component, answers)
        return _sheet(request, access, component, lines=lines)
    try:
        fared = sheets.save_sheet(
            access=access, component=component, answers=answers, data=request.POST
        )
    except sheets.Refused as refused:
        return _start(request, access, refused, status=409)
    if fared.lines:
        return _sheet(request, access, component, lines=fared.lines, fared=fared)
    messages.success(request, f"{component.label}: {fared.summary}")
    start = reverse("assessment:type_back", args=[access.public_id], query={"after": slug})
    return redirect(start)


def _sheet(
    request: HttpRequest,
    access: Access,
    component: Component,
    *,
    lines: list[sheets.Line],
    fared: sheets.Fared | None = None,
) -> HttpResponse:
    context = {
        "section": "assessment",
        "assessment": access.assessment,
        "component": component,
        "code": sheets.sheet_code(access, component),
        "lines": lines,
        "fared": fared,
    }
    status = 200 if fared is None else 409 if fared.has_collision else 422
    return render(request, "assessment/type_back_sheet.html", context, status=status)


def _start(
    request: HttpRequest, access: Access, refused: sheets.Refused | None = None, status: int = 200
) -> HttpResponse:
    profile, replies = access.assessment.profile(), replies_of(answers_of(access.assessment))
    overview = outline(access.catalogue, profile, replies)
    after = request.GET.get("after", "")
    context = {
        "section": "assessment",
        "assessment": access.assessment,
        "entries": [e for e in overview.entries if access.may_see(e.component.slug)],
        "typed": request.GET.get("code", "")[:40],
        "refused": refused,
        "is_after": overview.entry(after) is not None and not access.component,
        "following": None if access.component else overview.after(after),
    }
    return render(request, "assessment/type_back.html", context, status=status)
