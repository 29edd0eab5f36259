"""Files of the plan as it stands: spreadsheets, calendar. Made when asked for, never kept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from assessment.access import Access, employer
from assessment.documents import calendar as due_dates
from assessment.documents import spreadsheet
from assessment.limiting import limited
from assessment.plan_document import PlanDocument
from assessment.reading import plan_for
from assessment.views.documents import OFFICE, disposition, notes_ticked

WORKBOOK_TYPE = f"{OFFICE}.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
CALENDAR_TYPE = "text/calendar; charset=utf-8"


@require_safe
@employer("read")
@limited("file")
def workbook(request: HttpRequest, access: Access) -> HttpResponse:
    """Actions, and answers if ticked, as a workbook."""
    document = _plan(request, access)
    return _file(document, spreadsheet.render_workbook(document), WORKBOOK_TYPE, "plan", "xlsx")


@require_safe
@employer("read")
def actions_csv(request: HttpRequest, access: Access) -> HttpResponse:
    """The actions as a plain list."""
    document = _plan(request, access)
    return _file(document, spreadsheet.render_actions(document), CSV_TYPE, "actions", "csv")


@require_safe
@employer("read")
def answers_csv(request: HttpRequest, access: Access) -> HttpResponse:
    """The answers as a plain list: whoever asks for it has ticked them."""
    document = _plan(request, access, include_answers=True)
    return _file(document, spreadsheet.render_answers(document), CSV_TYPE, "answers", "csv")


@require_safe
@employer("read")
def calendar(request: HttpRequest, access: Access) -> HttpResponse:
    """The due dates as a calendar."""
    document = plan_for(access)
    content = due_dates.render_calendar(document)
    return _file(document, content, CALENDAR_TYPE, "due dates", "ics")


def _plan(request: HttpRequest, access: Access, *, include_answers: bool = False) -> PlanDocument:
    """The plan with what was ticked. Raises PermissionDenied if a reader asks for notes."""
    return plan_for(
        access,
        include_answers=include_answers or "include_answers" in request.GET,
        include_notes=notes_ticked(request.GET, access),
    )


def _file(
    document: PlanDocument, content: bytes, kind: str, what: str, ending: str
) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = disposition(
        what, document.cover.organization, document.as_of, ending
    )
    return response
