"""Starting again: a new assessment from this one, each answer to be confirmed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessment import access as accessing
from assessment import reassessing
from assessment.access import Access, employer
from assessment.forms import ReassessForm
from assessment.limiting import limited
from assessment.reading import answers_of, replies_of
from assessment.scoring import score
from toolkit import editions
from toolkit.models import Edition


@require_http_methods(["GET", "HEAD", "POST"])
@employer("own")
@limited("start", "POST")
def reassess(request: HttpRequest, access: Access) -> HttpResponse:
    """Explain it; then start the new one and show its private link once."""
    edition = editions.live_edition()
    assert edition is not None  # the one this assessment answers, or a newer one
    sent = request.POST if request.method == "POST" else None
    form = ReassessForm(sent, assessment=access.assessment, edition=edition.number)
    context = _context(request, access, edition, form)
    if not form.is_bound or not context["answered"] or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "assessment/reassess.html", context, status=status)
    try:
        link, _ = reassessing.start_again(
            earlier=access.assessment,
            catalogue=editions.catalogue_for(edition),
            edition_number=edition.number,
            mode=form.cleaned_data.get("mode", access.assessment.mode),
            carry_actions=form.cleaned_data["carry_actions"],
            another=form.cleaned_data["another"],
            by=access.by,
        )
    except reassessing.AlreadyStarted:  # pressed twice: the page leads to the one there is
        return redirect("assessment:reassess", access.public_id)
    accessing.grant(request, link, renews_key=False)
    accessing.show_once(request, link)
    return redirect("assessment:links", link.assessment.public_id)


def _context(
    request: HttpRequest, access: Access, edition: Edition, form: ReassessForm
) -> dict[str, Any]:
    answers = answers_of(access.assessment)
    result = score(access.catalogue, access.assessment.profile(), replies_of(answers))
    return {
        "section": "assessment",
        "assessment": access.assessment,
        "form": form,
        "newer": edition if edition.number > access.assessment.edition_number else None,
        "answered": result.answered_applicable + len(result.not_applicable),
        "to_confirm": result.to_confirm,
        "not_taken": reassessing.not_taken(
            old=access.catalogue, new=editions.catalogue_for(edition), answers=answers
        ),
        "open_actions": len(reassessing.open_actions(access.assessment)),
        "later": reassessing.unconfirmed_later(access.assessment),
        "held": request.session[accessing.GRANTS],
        # A link made just now, and not looked at yet, is shown on its page.
        "to_show": accessing.to_show(request),
    }
