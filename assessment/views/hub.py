"""The hub: eight components, how far each is, what is left."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from assessment.access import Access, employer
from assessment.outline import outline
from assessment.reading import answers_of, newer_edition, replies_of, undoable_move
from assessment.retention import kept_until
from assessment.scoring import score


@require_safe
@employer("answer")
def hub(request: HttpRequest, access: Access) -> HttpResponse:
    """All components in any order; a contributor goes straight to the one to answer."""
    if access.component in access.catalogue.by_slug:
        return redirect("assessment:component", access.public_id, access.component)
    if access.component:
        return _nothing_to_answer(request)
    assessment = access.assessment
    answers = answers_of(assessment)
    profile, replies = assessment.profile(), replies_of(answers)
    newer = newer_edition(assessment)
    context = {
        "section": "assessment",
        "assessment": assessment,
        "outline": outline(access.catalogue, profile, replies),
        "to_confirm": score(access.catalogue, profile, replies).to_confirm,
        "newer": newer,
        "is_offered": newer is not None and not assessment.has_declined(newer.number),
        "undoable": undoable_move(assessment, answers) if access.is_owner else None,
        "kept_until": kept_until(assessment),
    }
    return render(request, "assessment/hub.html", context)


def _nothing_to_answer(request: HttpRequest) -> HttpResponse:
    """For a contributor whose component a newer edition left out."""
    context = {
        "title": "Your section is no longer part of this assessment",
        "lines": [
            "The assessment moved to a newer edition of the questions, which leaves out the "
            "section you answered. Your answers are kept.",
            "Ask the person who shared the link whether there is another section for you.",
        ],
    }
    return render(request, "assessment/error.html", context, status=404)
