"""Blank worksheets: the page that lists them, and each as PDF, for anybody or for one employer."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from assessment.access import Access, employer
from assessment.documents import kept_sheets
from assessment.documents import worksheet as sheets
from assessment.limiting import limited
from assessment.scoring import FULL, QUICK, Profile
from toolkit import editions
from toolkit.models import Edition

# In an address, where a component's slug may stand: the sheets of all components in one file.
ALL = "all"


@require_safe
def worksheets(request: HttpRequest) -> HttpResponse:
    """The worksheets of the live edition, for anybody to print."""
    edition = editions.live_edition()
    listed = sheets.sheets_of(edition, Profile()) if edition else ()
    questions = [question for sheet in listed for question in sheet.questions]
    context = {
        "edition": edition,
        "sheets": listed,
        "count": len(questions),
        "quick_count": sum(question.is_quick for question in questions),
    }
    return render(request, "assessment/worksheets.html", context)


@require_safe
@limited("worksheet")
def worksheet(request: HttpRequest, slug: str) -> HttpResponse:
    """A worksheet of the live edition: “?questions=quick”, “?size=large”."""
    edition = editions.live_edition()
    if edition is None:
        raise Http404("Nothing is published")
    mode = QUICK if request.GET.get("questions") == QUICK else FULL
    return _file(request, edition, Profile(mode=mode), slug)


@require_safe
@employer("answer")
@limited("worksheet")
def own_worksheet(request: HttpRequest, access: Access, slug: str) -> HttpResponse:
    """A worksheet of the questions this employer is asked: “?size=large”."""
    if not access.may_see("" if slug == ALL else slug):
        raise Http404("No such component")
    edition = Edition.objects.defer("document").get(
        number=access.assessment.edition_number, revision=access.revision
    )
    return _file(request, edition, access.assessment.profile(), slug)


def _file(request: HttpRequest, edition: Edition, profile: Profile, slug: str) -> HttpResponse:
    component = "" if slug == ALL else slug
    is_large = request.GET.get("size") == "large"
    found = sheets.worksheet(edition, profile, component=component, is_large=is_large)
    if found is None:
        raise Http404("No such worksheet")
    response = HttpResponse(kept_sheets.content_of(found), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{found.name}.pdf")
    return response
