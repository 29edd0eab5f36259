"""Files of the plan as it stands: Word, spreadsheets, calendar. Made when asked for, never kept."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from assessment.access import Access, employer
from assessment.documents import calendar as due_dates
from assessment.documents import spreadsheet
from assessment.documents import word as word_file
from assessment.limiting import limited
from assessment.plan_document import PlanDocument
from assessment.reading import plan_for
from assessment.views.documents import disposition

OFFICE = "application/vnd.openxmlformats-officedocument"
WORD_TYPE = f"{OFFICE}.wordprocessingml.document"
WORKBOOK_TYPE = f"{OFFICE}.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
CALENDAR_TYPE = "text/calendar; charset=utf-8"


@require_safe
@employer("read")
@limited("file")
def word(request: HttpRequest, access: Access) -> HttpResponse:
    """The plan as a Word file."""
    document = _plan(request, access)
    return _file(document, word_file.render_plan(document), WORD_TYPE, "plan", "docx")


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
    include_notes = "include_notes" in request.GET
    if include_notes and not access.may_plan:
        raise PermissionDenied("Notes are for those who work on the plan.")
    return plan_for(
        access,
        include_answers=include_answers or "include_answers" in request.GET,
        include_notes=include_notes,
    )


def _file(
    document: PlanDocument, content: bytes, kind: str, what: str, ending: str
) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = disposition(
        what, document.cover.organization, document.as_of, ending
    )
    return response
