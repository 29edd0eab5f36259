"""Content as files: taken out as one zip, and brought in after a look at what would change."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from toolkit import audit
from toolkit.bodies import takes_file
from toolkit.catalogue import ContentError, Fault
from toolkit.content_files import Key
from toolkit.content_zip import LARGEST_UPLOAD, pack
from toolkit.dry_run import DryRun, MovedOnError, dry_run, load_upload
from toolkit.exporting import export_files
from toolkit.models import Upload

NOUNS = ("component", "question", "strategy", "resource")
# More would not be read; the rest is counted.
MOST_PROBLEMS = 200
GONE = (
    "That file is no longer waiting. It was imported or discarded, you uploaded another one, or "
    "two hours have passed. To go on, upload it again."
)


def may(request: HttpRequest, *actions: str) -> bool:
    """Whether the signed-in person may do all of these to every content table."""
    names = (f"toolkit.{action}_{noun}" for action in actions for noun in NOUNS)
    return all(request.user.has_perm(name) for name in names)


class UploadForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label="Zip or .yaml file",
        help_text=(
            "A zip of content files, as the export makes it; it may contain only some of them. Or "
            "one of its .yaml files by itself."
        ),
        error_messages={"empty": "The file is empty."},
    )

    def clean_file(self) -> File[bytes]:
        """Refuse at once what is larger than any content."""
        file: File[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_UPLOAD:
            most = LARGEST_UPLOAD // 1024 // 1024
            raise forms.ValidationError(
                f"The file is larger than {most} MB. Content files are never that large."
            )
        return file


@require_safe
def export_content(request: HttpRequest) -> HttpResponse:
    """Send all content as one zip of the files that ``export_content`` writes."""
    if not may(request, "view"):
        raise PermissionDenied
    name = f"jobquality-content-{timezone.now():%Y-%m-%d}.zip"
    audit.record(request.user, audit.EXPORTED, "All content.", about=Upload, name=name)
    return HttpResponse(
        pack(export_files()),
        content_type="application/zip",
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )


@takes_file(LARGEST_UPLOAD)
@require_http_methods(["GET", "HEAD", "POST"])
def import_content(request: HttpRequest) -> HttpResponse:
    """Take a file; if it can be loaded, keep it and show what that would do."""
    if not may(request, "add", "change"):
        raise PermissionDenied
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form)
    Upload.objects.expired().delete()
    file: File[bytes] = form.cleaned_data["file"]
    name, data = file.name or "", file.read()
    try:
        dry_run(name, data)
    except ContentError as error:
        return _form_page(request, UploadForm(), name, error.problems)
    sha256 = hashlib.sha256(data).hexdigest()
    kept = {"name": name, "sha256": sha256, "data": data, "uploaded_at": timezone.now()}
    Upload.objects.keep(request.user, **kept)
    return HttpResponseRedirect(reverse("admin:toolkit_dry_run", args=[sha256]))


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_import(request: HttpRequest, sha256: str) -> HttpResponse:
    """Show what the uploaded file would do; on POST do exactly that, or discard it."""
    if not may(request, "add", "change"):
        raise PermissionDenied
    upload = Upload.objects.waiting_for(request.user, sha256)
    if upload is None:
        messages.warning(request, GONE)
        return HttpResponseRedirect(reverse("admin:toolkit_import"))
    if "discard" in request.POST:
        upload.delete()
        messages.info(request, f"Discarded {upload.name}. Nothing was changed.")
        return HttpResponseRedirect(reverse("admin:toolkit_import"))
    name, data, replaced = upload.name, bytes(upload.data), _replaced(request)
    if "load" in request.POST and _load(request, upload, replaced):
        return HttpResponseRedirect(reverse("admin:toolkit_import"))
    try:
        run = dry_run(name, data, replaced)
    except ContentError as error:
        return _form_page(request, UploadForm(), name, error.problems)
    return _dry_run_page(request, upload, run)


def _replaced(request: HttpRequest) -> bool | set[Key]:
    """The rows changed by staff that are ticked to be replaced; True for all of them."""
    if "replace_all" in request.POST:
        return True
    ticked = (value.partition(" ") for value in request.POST.getlist("replace"))
    return {(noun, slug) for noun, _, slug in ticked}


def _load(request: HttpRequest, upload: Upload, replaced: bool | set[Key]) -> bool:
    """Load what was confirmed, or say why not; whether it was loaded."""
    try:
        confirmed = request.POST.get("fingerprint", "")
        outcome = load_upload(
            upload=upload, fingerprint=confirmed, replaced=replaced, by=request.user
        )
    except MovedOnError:
        messages.warning(
            request,
            "Nothing was imported: someone has changed the content since this was shown. This "
            "is what the import would do now. Look again, then confirm.",
        )
        return False
    except ContentError:
        messages.error(request, "Nothing was imported. See below why, and what to check.")
        return False
    if outcome is None:
        messages.warning(request, GONE)
        return True
    messages.success(
        request,
        f"Imported {upload.name}: {len(outcome.added)} added, {len(outcome.updated)} changed, "
        f"{len(outcome.kept)} kept as staff left them. Nothing was published.",
    )
    return True


def _form_page(
    request: HttpRequest,
    form: UploadForm,
    name: str = "",
    problems: list[Fault] | None = None,
) -> TemplateResponse:
    """The page that asks for a file, with what was wrong with the last one."""
    found = problems or []
    return _page(
        request,
        "import.html",
        title="Import content",
        form=form,
        name=name,
        problems=found[:MOST_PROBLEMS],
        count=len(found),
        more=max(len(found) - MOST_PROBLEMS, 0),
    )


def _dry_run_page(request: HttpRequest, upload: Upload, run: DryRun) -> TemplateResponse:
    """The page with what would be done."""
    return _page(request, "dry_run.html", title="Check the import", upload=upload, run=run)


def _page(request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
    shown = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, f"admin/toolkit/{template}", shown)
