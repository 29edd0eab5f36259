"""Moving to a newer edition: what would change, move, stay, take it back (decisions.md 12)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assessment import workflow
from assessment.access import Access, employer
from assessment.forms import MoveForm
from assessment.reading import (
    answers_of,
    newer_edition,
    preview_of,
    replies_of,
    retired_answers,
    undoable_move,
)
from assessment.scoring import score
from toolkit.models import Edition


@require_safe
@employer("own")
def edition(request: HttpRequest, access: Access) -> HttpResponse:
    """What a newer edition would change for this employer; without one, that there is none."""
    newer = newer_edition(access.assessment)
    return _preview(request, access, newer) if newer else _current(request, access)


@require_POST
@employer("own")
def move(request: HttpRequest, access: Access) -> HttpResponse:
    """Move to the edition that was looked at; if another is live by now, show that one first."""
    newer = newer_edition(access.assessment)
    if newer is None:  # pressed twice
        return redirect("assessment:hub", access.public_id)
    if not MoveForm(request.POST).is_about(access.assessment, newer):
        return _preview(request, access, newer, status=409)
    try:
        workflow.move_to_edition(assessment=access.assessment, edition=newer, by=access.by)
    except workflow.EditionMoved:
        messages.error(
            request, "Nothing was changed: a newer edition came out while you were on this page."
        )
        return redirect("assessment:edition", access.public_id)
    return redirect("assessment:hub", access.public_id)


@require_POST
@employer("own")
def decline(request: HttpRequest, access: Access) -> HttpResponse:
    """Stay on the edition the assessment answers; the newer one is not offered again."""
    newer = newer_edition(access.assessment)
    if newer is None:
        return redirect("assessment:hub", access.public_id)
    if not MoveForm(request.POST).is_about(access.assessment, newer):
        return _preview(request, access, newer, status=409)
    workflow.decline_edition(assessment=access.assessment, number=newer.number)
    messages.success(request, f"You stay on edition {access.edition_label}. Nothing was changed.")
    return redirect("assessment:hub", access.public_id)


@require_POST
@employer("own")
def undo_move(request: HttpRequest, access: Access) -> HttpResponse:
    """Take the last move back, or say why that is no longer possible."""
    try:
        undone = workflow.undo_move(assessment=access.assessment)
    except workflow.CannotUndo as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            f"You are back on edition {undone.from_number}. Your answers are as they were.",
        )
    return redirect("assessment:hub", access.public_id)


def _preview(
    request: HttpRequest, access: Access, newer: Edition, *, status: int = 200
) -> HttpResponse:
    context = {
        "section": "assessment",
        "assessment": access.assessment,
        "newer": newer,
        "is_declined": access.assessment.has_declined(newer.number),
        "preview": preview_of(access, newer),
        "has_changed": status != 200,
    }
    return render(request, "assessment/edition.html", context, status=status)


def _current(request: HttpRequest, access: Access) -> HttpResponse:
    assessment = access.assessment
    answers = answers_of(assessment)
    context: dict[str, Any] = {
        "section": "assessment",
        "assessment": assessment,
        "waiting": score(access.catalogue, assessment.profile(), replies_of(answers)).to_confirm,
        "undoable": undoable_move(assessment, answers),
        "retired": retired_answers(access, answers),
    }
    return render(request, "assessment/edition.html", context)
