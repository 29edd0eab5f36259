"""Everything the employer gave us as a file: saved, described, and brought back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from assessment import access as accessing
from assessment import restoring, takeout, takeout_file
from assessment.access import Access, employer
from assessment.forms import FileForm
from assessment.limiting import TooManyRequests, count, limited, told
from assessment.takeout_file import Refused
from toolkit.bodies import takes_file

TOO_MANY = (
    "Many files were restored from here within the last day, so this one was not read. Your "
    "file is unchanged: choose it again in {wait}."
)


@require_safe
@employer("own")
@limited("file")
def export_json(request: HttpRequest, access: Access) -> HttpResponse:
    """Hand everything the employer gave us over as one file."""
    name = f"job-quality-{timezone.localdate()}.json"
    return HttpResponse(
        takeout.to_json(takeout.takeout(access)),
        content_type="application/json",
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )


@require_safe
def export_schema(request: HttpRequest) -> HttpResponse:
    """The description of such a file, for whoever reads it with a program."""
    return HttpResponse(takeout.SCHEMA, content_type="application/schema+json")


def _too_large(request: HttpRequest) -> HttpResponse:
    """The page of the form, for a body so long that nothing of it was kept."""
    form = FileForm({}, MultiValueDict())
    form.errors["file"] = form.error_class([form.TOO_LARGE])
    return _import_page(request, form, status=422)


@takes_file(takeout_file.LARGEST, _too_large)
@require_http_methods(["GET", "HEAD", "POST"])
def import_json(request: HttpRequest) -> HttpResponse:
    """Take a file that was saved here, make its assessment anew and show its new private link."""
    is_sent = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if is_sent else FileForm()
    if is_sent and form.is_valid():
        try:
            return _brought_back(request, form.cleaned_data["file"].read())
        except Refused as refusal:
            return _import_page(request, form, refusal, status=422)
        except TooManyRequests as refused:
            form.add_error("file", TOO_MANY.format(wait=refused.words))
            return told(_import_page(request, form), refused)
    return _import_page(request, form, status=422 if is_sent else 200)


def _import_page(
    request: HttpRequest, form: FileForm, refusal: Refused | None = None, *, status: int = 200
) -> HttpResponse:
    context = {"section": "start", "form": form, "refusal": refusal}
    return accessing.private(render(request, "assessment/import_json.html", context, status=status))


def _brought_back(request: HttpRequest, data: bytes) -> HttpResponse:
    """Raises Refused or TooManyRequests, with nothing stored."""
    count(request, "bring_back")
    link, _ = restoring.restore(document=takeout_file.read(data))
    accessing.grant(request, link)
    accessing.show_once(request, link)
    messages.success(request, "Your assessment is restored, with a new private link.")
    return redirect("assessment:links", link.assessment.public_id)
