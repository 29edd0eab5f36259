"""Link health at the desk: what each check found, and taking over the address a page moved to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from toolkit import history
from toolkit.link_health import TakeOverError, latest_checks, move_of, take_over
from toolkit.models import LinkCheck, Resource
from toolkit.models.change import EDITED

from .bounded import ReadOnly
from .content import KEY

if TYPE_CHECKING:
    from .content import ContentAdmin as _Base
else:
    _Base = object


@admin.register(LinkCheck)
class LinkCheckAdmin(ReadOnly, admin.ModelAdmin[Any]):
    """What was found; the command `check_links` adds to it, and takes the oldest away."""

    list_display = ["day", "outcome", "url", "item", "note"]
    list_display_links = ["day"]
    list_filter = ["outcome", "which", "checked_at"]
    list_select_related = ["resource"]
    list_per_page = 50
    date_hierarchy = "checked_at"
    search_fields = ["url", "new_url", "resource__title"]
    search_help_text = "Search in addresses and titles."
    ordering = ["-checked_at", "-pk"]
    fields = ("resource", "which", "url", "checked_at", "outcome", "status", "new_url", "note")
    readonly_fields = fields
    actions = None

    class Media:
        css = {"all": ["link_checks.css"]}

    @admin.display(description="checked", ordering="checked_at")
    def day(self, check: LinkCheck) -> str:
        """The day alone: the minute of a check says nothing."""
        return date_format(timezone.localdate(check.checked_at), "M j, Y")

    @admin.display(description="resource", ordering="resource__title")
    def item(self, check: LinkCheck) -> str:
        """The item's title; as a plain column it would not wrap."""
        return str(check.resource)


class LinkHealth(_Base):
    """The part of an archive item's admin that shows its link health."""

    def get_urls(self) -> list[URLPattern]:
        """The item's addresses, with the page that takes over a new address."""
        view = self.admin_site.admin_view(self.take_over_view)
        return [
            path("<int:pk>/take-over/", view, name="toolkit_resource_take_over"),
            *super().get_urls(),
        ]

    @property
    def media(self) -> forms.Media:
        """With what lays the link checks out."""
        base: forms.Media = super().media
        return base + forms.Media(css={"all": ["link_checks.css"]})

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Resource | None:
        """The item, with whether a new address may be taken over by whoever looks at it."""
        resource: Resource | None = super().get_object(request, *args, **kwargs)
        if resource is not None:
            may_change = self.has_change_permission(request, resource)
            resource.may_take_over = may_change  # type: ignore[attr-defined]
        return resource

    @admin.display(description="link checks")
    def link_checks(self, resource: Resource) -> SafeString | str:
        """The latest check of each of its addresses, and what can be done about it."""
        if resource.pk is None:
            return "None yet."
        checks = latest_checks(resource)
        context = {
            "resource": resource,
            "checks": checks,
            "move": getattr(resource, "may_take_over", False) and move_of(resource, checks),
            "history": f"{reverse('admin:toolkit_linkcheck_changelist')}"
            f"?resource__id__exact={resource.pk}",
        }
        return render_to_string("admin/toolkit/resource/link_checks.html", context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """An item's checks go with it, though nobody may delete one by itself."""
        deleted, counts, needed, protected = super().get_deleted_objects(objs, request)
        needed.discard(LinkCheck._meta.verbose_name)
        return deleted, counts, needed, protected

    def take_over_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what taking over the new address does; on POST do it."""
        resource = get_object_or_404(Resource, pk=pk)
        if not self.has_change_permission(request, resource):
            raise PermissionDenied
        page = reverse("admin:toolkit_resource_change", args=[pk])
        if request.method == "POST":
            self.take_over(request, resource)
            return HttpResponseRedirect(page)
        check = move_of(resource, latest_checks(resource))
        if check is None:
            raise Http404("The original address has not moved")
        context = {
            **self.admin_site.each_context(request),
            "title": "Use the new address",
            "opts": self.opts,
            "resource": resource,
            "check": check,
            "page": page,
        }
        return TemplateResponse(request, "admin/toolkit/resource/take_over.html", context)

    def take_over(self, request: HttpRequest, resource: Resource) -> None:
        """Take over the address of the check that was shown, or say why not."""
        given = request.POST.get("check", "")
        key = int(given) if KEY.fullmatch(given) else 0
        known = resource.link_checks.filter(pk=key).first()
        try:
            if known is None:
                raise TakeOverError("The link check you looked at is no longer kept.")
            with transaction.atomic():
                history.before_saving("resource", [resource.slug])
                changed = take_over(check=known)
                history.record("resource", [resource.slug], how=EDITED, by=request.user)
        except TakeOverError as error:
            messages.error(request, f"Nothing was changed. {error} Look again below.")
            return
        self.log_change(request, changed, f"Switched to the new address {known.new_url}")
        messages.success(
            request,
            "The new address is now the original address, and the old one is listed under “Other "
            "addresses”. The next link check will look at both.",
        )
