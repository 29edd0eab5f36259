"""A draft question as employers will see it; for staff."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from toolkit.exporting import question_value
from toolkit.forms import Shown
from toolkit.models import Question


@admin.site.admin_view
@require_safe
@permission_required("toolkit.view_question", raise_exception=True)
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Show staff a draft question as employers will see it once it is published."""
    row = get_object_or_404(
        Question.objects.select_related("component", "why_source").prefetch_related("levels"),
        slug=slug,
    )
    question = question_value(row, row.component.slug)
    context = {
        "row": row,
        "question": question,
        "shown": Shown(question=question, position=row.position),
        "steps": [*enumerate(question.next_steps)],
    }
    return render(request, "toolkit/preview.html", context)
