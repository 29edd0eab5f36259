"""Before the results: what is open. Finishing with gaps is allowed and said."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assessment import workflow
from assessment.access import Access, employer
from assessment.outline import outline
from assessment.reading import answers_of, replies_of, retired_answers
from assessment.scoring import score


@require_safe
@employer("plan")
def review(request: HttpRequest, access: Access) -> HttpResponse:
    """Answers to confirm, unanswered and “not sure” questions, each a link; what is retired."""
    profile = access.assessment.profile()
    answers = answers_of(access.assessment)
    replies = replies_of(answers)
    result = score(access.catalogue, profile, replies)
    context = {
        "section": "assessment",
        "assessment": access.assessment,
        "score": result,
        "unanswered": [q for q in result.unanswered if q not in result.to_confirm],
        "retired": retired_answers(access, answers),
        "outline": outline(access.catalogue, profile, replies),
    }
    return render(request, "assessment/review.html", context)


@require_POST
@employer("plan")
def finish(request: HttpRequest, access: Access) -> HttpResponse:
    """Note the day and go to the results."""
    workflow.finish(assessment=access.assessment)
    return redirect("assessment:results", access.public_id)
