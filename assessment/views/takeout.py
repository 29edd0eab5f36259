"""Everything the employer gave us as a file: saved, described, and brought back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assessment import access as accessing
from assessment import restoring, takeout, takeout_file
from assessment.access import Access, employer
from assessment.forms import FileForm
from assessment.takeout_file import Refused


@require_safe
@employer("own")
def export_json(request: HttpRequest, access: Access) -> HttpResponse:
    """Hand everything the employer gave us over as one file."""
    return HttpResponse(
        takeout.to_json(takeout.takeout(access)),
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="job-quality-{timezone.localdate()}.json"'
        },
    )


@require_safe
def export_schema(request: HttpRequest) -> HttpResponse:
    """The description of such a file, for whoever reads it with a program."""
    return HttpResponse(takeout.SCHEMA, content_type="application/schema+json")


@require_http_methods(["GET", "HEAD", "POST"])
def import_json(request: HttpRequest) -> HttpResponse:
    """Take a file that was saved here, make its assessment anew and show its new private link."""
    is_sent = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if is_sent else FileForm()
    refusal: Refused | None = None
    if is_sent and form.is_valid():
        try:
            return _brought_back(request, form.cleaned_data["file"].read())
        except Refused as error:
            refusal = error
    context = {"section": "start", "form": form, "refusal": refusal}
    status = 422 if is_sent else 200
    return accessing.private(render(request, "assessment/import_json.html", context, status=status))


def _brought_back(request: HttpRequest, data: bytes) -> HttpResponse:
    """Raises Refused, with nothing stored, where the file cannot be brought back."""
    link, secret = restoring.restore(document=takeout_file.read(data))
    accessing.grant(request, link)
    accessing.show_once(request, link, secret)
    messages.success(request, "Your assessment is back, with a new private link.")
    return redirect("assessment:links", link.assessment.public_id)
