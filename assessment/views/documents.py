"""Documents: the page that offers them, those made and kept, and the sample for anybody."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from assessment import tasks
from assessment.access import Access, employer
from assessment.documents import issuing, ordering
from assessment.documents.calendar import undated
from assessment.limiting import limited
from assessment.models import DocumentOrder, IssuedDocument
from assessment.reading import plan_for
from assessment.workflow import TooMany

# Asked for by the page's own script: only what changes while it waits.
FRAGMENT = "X-Fragment"
NAME_LENGTH = 60
OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind of document is to whoever has it: the words for it, its file, who makes it."""

    what: str
    file: str
    content_type: str
    ending: str
    made_by: str  # the name of an address
    otherwise: str  # what can be had in its place


PDF_TYPE, WORD_TYPE = "application/pdf", f"{OFFICE}.wordprocessingml.document"
FORMS = {
    "plan": Form("plan", "PDF", PDF_TYPE, "pdf", "assessment:make_document", "Word"),
    "board": Form("board summary", "PDF", PDF_TYPE, "pdf", "assessment:make_board_summary", "Word"),
    "word": Form("plan", "Word file", WORD_TYPE, "docx", "assessment:make_word", "Excel"),
}


@require_safe
@employer("read")
def documents(request: HttpRequest, access: Access) -> HttpResponse:
    """Take it along: every document there is, what it is good for, and those made so far."""
    document = plan_for(access, is_printed=False)
    issued = issuing.issued(access)
    context = {
        "section": "documents",
        "assessment": access.assessment,
        "action_count": sum(len(horizon.actions) for horizon in document.horizons),
        "undated": undated(document),
        "issued": issued,
        "has_changed": issuing.has_changed(access, issued),
    }
    return render(request, "assessment/documents.html", context)


@require_POST
@employer("plan")
@limited("document")
def make_document(request: HttpRequest, access: Access) -> HttpResponse:
    """Make the PDF plan, or find the one already made of the same plan, and hand it over."""
    return _made(
        request,
        access,
        kind="plan",
        include_answers="include_answers" in request.POST,
        include_notes=notes_ticked(request.POST, access),
    )


@require_POST
@employer("read")
@limited("document")
def make_word(request: HttpRequest, access: Access) -> HttpResponse:
    """Make the plan as a Word file, or find the one already made of it, and hand it over."""
    return _made(
        request,
        access,
        kind="word",
        include_answers="include_answers" in request.POST,
        include_notes=notes_ticked(request.POST, access),
    )


@require_POST
@employer("plan")
@limited("document")
def make_board_summary(request: HttpRequest, access: Access) -> HttpResponse:
    """Make the board summary, or find the one already made of the same plan; hand it over."""
    return _made(request, access, kind="board", include_answers=False, include_notes=False)


def notes_ticked(data: QueryDict, access: Access) -> bool:
    """Whether a form asks for notes. Raises PermissionDenied if a reader does."""
    is_ticked = "include_notes" in data
    if is_ticked and not access.may_plan:
        raise PermissionDenied("Only people who work on the plan can include notes.")
    return is_ticked


def _made(request: HttpRequest, access: Access, **wanted: Any) -> HttpResponse:
    """The way to a document: its download, or the page that says how far a worker has come."""
    try:
        found = ordering.order(access, **wanted)
    except TooMany as error:
        messages.error(request, str(error))
        return redirect("assessment:documents", access.public_id)
    name = "download" if isinstance(found, IssuedDocument) else "making"
    return redirect(f"assessment:{name}", access.public_id, found.fingerprint)


@require_safe
@employer("read")
def making(request: HttpRequest, access: Access, fingerprint: str) -> HttpResponse:
    """How far a worker has come with a document, and in the end where to get it."""
    orders = DocumentOrder.objects.select_related("document")
    if not access.may_plan:
        orders = orders.filter(kind="word", include_notes=False)
    order = get_object_or_404(
        orders.defer("document__content", "document__plan"),
        assessment=access.assessment,
        fingerprint=fingerprint,
    )
    context = {
        "section": "documents",
        "assessment": access.assessment,
        "order": order,
        "form": FORMS[order.kind],
        "state": ordering.state_of(order),
        "ahead": tasks.ahead_of(order.task),
    }
    is_script = request.headers.get(FRAGMENT) == "making"
    template = "assessment/making.html#making" if is_script else "assessment/making.html"
    return render(request, template, context)


@require_safe
@employer("read")
def download(request: HttpRequest, access: Access, fingerprint: str) -> HttpResponse:
    """A document that was issued: the same bytes each time."""
    document = get_object_or_404(issuing.open_to(access), fingerprint=fingerprint)
    return _attached(document)


@require_safe
@limited("worksheet")
def sample(request: HttpRequest) -> HttpResponse:
    """The plan of the sample employer, for anybody."""
    document = issuing.issue_sample()
    if document is not None:
        return _attached(document)
    context = {
        "title": "There is no sample plan here yet",
        "lines": [
            "This site has no sample employer. Its operator can create one with a single command."
        ],
    }
    return render(request, "assessment/error.html", context, status=HTTPStatus.NOT_FOUND)


def _attached(document: IssuedDocument) -> HttpResponse:
    form = FORMS[document.kind]
    response = HttpResponse(bytes(document.content), content_type=form.content_type)
    response["Content-Disposition"] = disposition(
        form.what, *issuing.head_of(document), form.ending
    )
    return response


def disposition(what: str, organization: str, as_of: str, ending: str) -> str:
    """What to save a document as: letters, digits, spaces and ``-``, ``.``, ``’``, ``&`` only.

    ``what`` it is ("plan"), ``as_of`` its ISO date, ``ending`` without the dot ("pdf"). The name
    stands in it twice (RFC 6266): in ASCII for every browser, in UTF-8 for those that read it.
    """
    # Any other character could end the header, leave the folder or turn the name around.
    words = " ".join(re.sub(r"[^\w.’&-]+", " ", organization).split())
    name = f"Job quality {what} {words[:NAME_LENGTH].strip(' .')} {as_of}.{ending}"
    name = name.replace("  ", " ")
    ascii_name = unicodedata.normalize("NFKD", name.replace("’", "")).encode("ascii", "ignore")
    plain = " ".join(ascii_name.decode().split())
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
