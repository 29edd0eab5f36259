"""Captured copies: added on their item's page, then for reading but for what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from toolkit import copies
from toolkit.copies import CopyError
from toolkit.dates import moment
from toolkit.formats import Format, UnknownFormat, recognize
from toolkit.models import Resource, ResourceCopy
from toolkit.receiving import ReceivedFile, receiving

MAY_ADD = "toolkit.add_resourcecopy"
# The first page of the web is of 1991; an earlier year is a slip.
FIRST_YEAR = 1991
CHECKS_SHOWN = 12


class CaptureForm(forms.ModelForm[ResourceCopy]):
    """What is known of how a copy was made."""

    class Meta:
        model = ResourceCopy
        fields = [
            "captured_on",
            "captured_time",
            "captured_from",
            "capture_method",
            "captured_by",
            "note",
        ]
        widgets = {
            "captured_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "captured_time": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "captured_from": forms.URLInput(attrs={"size": 80}),
            "capture_method": forms.TextInput(attrs={"size": 80}),
            "captured_by": forms.TextInput(attrs={"size": 80}),
            "note": forms.Textarea(attrs={"rows": 2, "cols": 80}),
        }

        error_messages = {
            "captured_on": {"required": "Give the day the copy was made."},
            "capture_method": {"required": "Say in a few words how the copy was made."},
        }

    def clean(self) -> dict[str, Any]:
        """Nothing is captured before there was a web, or in the future."""
        cleaned = super().clean() or self.cleaned_data
        if day := cleaned.get("captured_on"):
            at = datetime.combine(day, cleaned.get("captured_time") or time.min, tzinfo=UTC)
            if day.year < FIRST_YEAR:
                self.add_error("captured_on", "Check the year: the web did not exist yet.")
            elif at > timezone.now():
                self.add_error("captured_on", "This is in the future. Times here are UTC.")
        return cleaned


class UploadForm(CaptureForm):
    """A file, and what is known of how it was captured."""

    file = forms.FileField(
        widget=forms.FileInput(attrs={"accept": ".pdf,.html,.htm,.warc,.gz,.wacz"}),
        error_messages={
            "required": "Choose the file to keep.",
            "invalid": "Choose the file to keep.",
            "empty": "This file is empty. Save the page or document once more, then choose it.",
        },
        help_text="PDF, saved web page (HTML), WARC or WACZ.",
    )
    field_order = ["file"]

    format: Format
    # The same file, already listed with the item but missing or damaged.
    lost: ResourceCopy | None = None

    def __init__(self, *args: Any, resource: Resource, **kwargs: Any) -> None:
        """``resource``: the item the copy is of."""
        self.resource = resource
        super().__init__(*args, **kwargs)
        known = [url for url in (resource.original_url, resource.archived_url) if url]
        if known:
            self.fields["captured_from"].help_text = format_html(
                "The address the copy was made from. Empty means unknown. Known for this item: {}",
                format_html_join(", ", "<code>{}</code>", ((url,) for url in known)),
            )

    def clean_file(self) -> ReceivedFile:
        """The file, if it came whole, is of a format that is kept, and is named like it."""
        file: ReceivedFile = self.cleaned_data["file"]
        if file.problem:
            raise ValidationError(file.problem)
        try:
            self.format = recognize(file)
        except UnknownFormat as error:
            raise ValidationError(f"{error} Nothing was kept.") from error
        if not self.format.suits(str(file.name)):
            raise ValidationError(
                f"The name is “{file.name}”, but inside it is a different kind of file: "
                f"{self.format.label}, which should end in {self.format.ending}. Check that it is "
                "the right file. If it is, rename it and choose it again."
            )
        self._find_twin(file)
        return file

    def _find_twin(self, file: ReceivedFile) -> None:
        twin = self.resource.copies.filter(sha256=file.sha256).first()
        if twin is not None and twin.is_sound:
            raise ValidationError(
                f"This same file is already kept with this item, captured {twin.captured_words}. "
                "There is nothing to add."
            )
        self.lost = twin

    def copy(self, by: Any) -> ResourceCopy:
        """The row that describes the file, not saved. ``by``: who adds it."""
        file: ReceivedFile = self.cleaned_data["file"]
        copy = self.save(commit=False)
        copy.resource, copy.kind, copy.file_name = self.resource, self.format.kind, str(file.name)
        copy.sha256, copy.size = file.sha256, file.size or 0
        copy.uploaded_by, copy.uploaded_by_name = by, by.get_username()
        return copy


@admin.register(ResourceCopy)
class ResourceCopyAdmin(admin.ModelAdmin[Any]):
    """The files the archive keeps. A file is never changed; what is said of it can be mended."""

    form = CaptureForm
    delete_confirmation_template = "admin/toolkit/resourcecopy/delete_confirmation.html"
    view_on_site = False
    actions = None
    list_per_page = 50
    list_display = ["captured", "item", "kind", "shown_size", "state", "verified_at"]
    list_select_related = ["resource"]
    list_filter = ["state", "kind"]
    search_fields = ["resource__title", "resource__slug", "sha256", "file_name", "captured_from"]
    search_help_text = "Search in titles of items, SHA-256, file names and addresses."
    fieldsets = [
        (
            "The file",
            {
                "fields": [
                    "item",
                    "download",
                    "kind",
                    "exact_size",
                    "sha256",
                    "file_name",
                    "uploaded",
                ]
            },
        ),
        ("How it was captured", {"fields": [*CaptureForm.Meta.fields]}),
        ("Is it unchanged?", {"fields": ["state", "verified_at", "checks"]}),
    ]
    readonly_fields = [
        "item",
        "download",
        "kind",
        "exact_size",
        "sha256",
        "file_name",
        "uploaded",
        "state",
        "verified_at",
        "checks",
    ]

    def get_urls(self) -> list[URLPattern]:
        """Copies' addresses, with the page that adds one to an item."""
        upload = receiving(MAY_ADD)(self.admin_site.admin_view(self.upload_view))
        return [
            path("add/<int:resource>/", upload, name="toolkit_resourcecopy_upload"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResourceCopy]:
        """Copies with their items, in one query."""
        return super().get_queryset(request).select_related("resource")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never here: a copy is added on the page of its item."""
        return False

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Remove the row, and the file if no other copy is the same."""
        assert isinstance(obj, ResourceCopy)
        copies.remove(obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say what would be lost; on POST remove it."""
        copy = self.get_object(request, object_id)
        same = ResourceCopy.objects.filter(sha256=copy.sha256) if copy else None
        context = {
            "title": "Remove this captured copy?",
            "others": same.exclude(pk=copy.pk).select_related("resource") if same and copy else (),
            **(extra_context or {}),
        }
        return super().delete_view(request, object_id, context)

    # -- adding -------------------------------------------------------------------------------

    def upload_view(self, request: HttpRequest, resource: int) -> HttpResponse:
        """The form that adds a copy to an item; on POST keep the file."""
        return require_http_methods(["GET", "HEAD", "POST"])(self._upload_view)(request, resource)

    def _upload_view(self, request: HttpRequest, resource: int) -> HttpResponse:
        if not request.user.has_perm(MAY_ADD):
            raise PermissionDenied
        item = get_object_or_404(Resource.objects.defer("search_text"), pk=resource)
        if request.method != "POST":
            return self._upload_page(request, UploadForm(resource=item))
        form = UploadForm(request.POST, request.FILES, resource=item)
        if form.is_valid() and self._keep(request, form):
            return HttpResponseRedirect(reverse("admin:toolkit_resource_change", args=[item.pk]))
        return self._upload_page(request, form)

    def _keep(self, request: HttpRequest, form: UploadForm) -> bool:
        """Keep the file of a valid form, or put the reason on the form; whether it is kept."""
        file = form.cleaned_data["file"]
        try:
            if form.lost is not None:
                copies.put_back(form.lost, file)
                self.log_change(request, form.lost, "Restored the file.")
                messages.success(request, "The file was missing or damaged and is now restored.")
            else:
                copy = copies.add(form.copy(by=request.user), file)
                self.log_addition(request, copy, f"Added to “{copy.resource}”: {copy.sha256}")
                size = filesizeformat(copy.size)
                messages.success(request, f"Kept: {copy} ({size}). The archive shows it now.")
        except CopyError as error:
            form.add_error("file", str(error))
            return False
        return True

    def _upload_page(self, request: HttpRequest, form: UploadForm) -> TemplateResponse:
        fieldsets: Any = [
            (None, {"fields": ["file"]}),
            ("How it was captured", {"fields": CaptureForm.Meta.fields}),
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": "Add a captured copy",
            "opts": self.opts,
            "resource": form.resource,
            "form": form,
            "adminform": AdminForm(form, fieldsets, {}, model_admin=self),
        }
        return TemplateResponse(request, "admin/toolkit/resourcecopy/upload.html", context)

    # -- columns and fields -------------------------------------------------------------------

    @admin.display(description="captured", ordering="captured_on")
    def captured(self, copy: ResourceCopy) -> str:
        """When it was captured."""
        return copy.captured_words

    @admin.display(description="item", ordering="resource__title")
    def item(self, copy: ResourceCopy) -> SafeString:
        """The archive item it is of."""
        address = reverse("admin:toolkit_resource_change", args=[copy.resource_id])
        return format_html('<a href="{}">{}</a>', address, copy.resource)

    @admin.display(description="size", ordering="size")
    def shown_size(self, copy: ResourceCopy) -> str:
        """How large it is, in plain units."""
        return filesizeformat(copy.size)

    @admin.display(description="size")
    def exact_size(self, copy: ResourceCopy) -> str:
        """How large it is, to the byte."""
        return f"{copy.size:,} bytes"

    @admin.display(description="file")
    def download(self, copy: ResourceCopy) -> SafeString | str:
        """A link to the file, while it can be had."""
        if not copy.is_sound:
            return "It cannot be downloaded: see below."
        return format_html(
            '<a href="{}">Download {}</a>', copy.get_absolute_url(), copy.download_name
        )

    @admin.display(description="added")
    def uploaded(self, copy: ResourceCopy) -> str:
        """By whom and when it was added."""
        return f"{moment(copy.uploaded_at)} by {copy.uploaded_by_name or 'an unknown person'}"

    @admin.display(description="checks")
    def checks(self, copy: ResourceCopy) -> SafeString:
        """The last times the whole file was read against its SHA-256."""
        lines = ((str(check),) for check in copy.checks.all()[:CHECKS_SHOWN])
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines))


def copies_of(resource: Resource, *, may_add: bool) -> str:
    """The copies of an item, for its page in the admin, with a link to add one."""
    if resource.pk is None:
        return "Save the item first; then a copy can be added here."
    context = {"resource": resource, "copies": resource.copies.all(), "may_add": may_add}
    return render_to_string("admin/toolkit/resourcecopy/of_resource.html", context)
