"""Who changed what and when, and how to bring a version back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from toolkit import history, reverting
from toolkit.dates import moment
from toolkit.differences import Difference
from toolkit.models import Change
from toolkit.models.change import DELETED, EDITED
from toolkit.models.question import RetirableModel

from .bounded import ReadOnly


def when(change: Change) -> str:
    """When a version was made, to the minute: “November 3, 2026, 2:05 p.m. UTC”."""
    return moment(change.made_at)


class HistoryAdmin(admin.ModelAdmin[Any]):
    """A row whose every saving is kept, compared and can be undone.

    Django's own log goes on beside it.
    """

    @property
    def noun(self) -> str:
        """What the history calls its rows."""
        return str(self.opts.model_name)

    # -- keeping -----------------------------------------------------------------------------

    def save_model(
        self, request: HttpRequest, obj: RetirableModel, form: ModelForm[Any], change: bool
    ) -> None:
        """Save, having kept the version that is about to be replaced."""
        rows = self.model._default_manager.filter(pk=obj.pk).values_list("slug", flat=True)
        old = rows.first() if change else None
        if old:
            history.before_saving(self.noun, [old])
        super().save_model(request, obj, form, change)
        if old and old != obj.slug:
            history.rename(self.noun, old, obj.slug)

    def save_related(
        self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool
    ) -> None:
        """Save what belongs to the row, then keep the version all of it makes."""
        super().save_related(request, form, formsets, change)
        history.record(self.noun, [form.instance.slug], how=EDITED, by=request.user)

    def delete_model(self, request: HttpRequest, obj: RetirableModel) -> None:
        """Delete, having kept the last version."""
        history.record(self.noun, [obj.slug], how=DELETED, by=request.user)
        super().delete_model(request, obj)

    # -- showing -----------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """The row's addresses, with the page that brings a version back."""
        view = self.admin_site.admin_view(
            require_http_methods(["GET", "POST"])(self.bring_back_view)
        )
        name = f"toolkit_{self.noun}_bring_back"
        return [path("<path:object_id>/history/<int:key>/", view, name=name), *super().get_urls()]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every version of a row, the newest first."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404("No such row")
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        page, versions = history.versions(self.noun, row.slug, request.GET.get("p", 1))
        context = {
            "title": f"History: {row}",
            "page": page,
            "versions": versions,
            "unrecorded": history.differences_to_present(self.noun, row.slug),
            "may_bring_back": self.has_change_permission(request, row),
            **(extra_context or {}),
        }
        return self._history_page(request, "history", row, context)

    def bring_back_view(self, request: HttpRequest, object_id: str, key: int) -> HttpResponse:
        """Show what bringing a version back would change; on POST bring it back."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404("No such row")
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        change = get_object_or_404(Change.objects.of(self.noun, row.slug), pk=key)
        if request.method == "POST" and self._bring_back(request, row, change):
            return HttpResponseRedirect(
                reverse(f"admin:toolkit_{self.noun}_history", args=[row.pk])
            )
        context = {
            "title": "Bring this version back?",
            "change": change,
            "differences": history.differences_from_present(change),
            "obstacles": reverting.obstacles(change),
            "seen": history.mark(self.noun, row.slug),
        }
        return self._history_page(request, "bring_back", row, context)

    def _bring_back(self, request: HttpRequest, row: RetirableModel, change: Change) -> bool:
        """Bring it back and say so, or say why not; whether the row is now as it was then."""
        if not history.differences_from_present(change):
            messages.info(request, f"The {self.noun} is as it was then. Nothing was changed.")
            return True
        try:
            reverting.bring_back(change, by=request.user, seen=request.POST.get("seen", ""))
        except reverting.DoesNotFitError as error:
            for reason in error.reasons:
                messages.error(request, f"Not brought back: {reason}")
            return False
        said = f"Brought back the version of {when(change)}."
        self.log_change(request, row, said)
        self.message_user(request, said, messages.SUCCESS)
        return True

    def _history_page(
        self, request: HttpRequest, name: str, row: RetirableModel, context: dict[str, Any]
    ) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "row": row}
        return TemplateResponse(request, f"admin/toolkit/{name}.html", {**shared, **context})


class ByKind(admin.ChoicesFieldListFilter):
    """Changes of questions, of strategies, and so on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "kind of row"


class BySaver(admin.AllValuesFieldListFilter):
    """Changes by who saved them; those of no person have a name to press as well."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Everybody who saved something."""
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or "No one at the desk"}


@admin.register(Change)
class ChangeAdmin(ReadOnly, admin.ModelAdmin[Change]):
    """All changes of all rows, for whoever has to know; they come from saving only."""

    list_display = ["time", "kind", "row", "what", "who", "how"]
    list_display_links = ["time", "row"]
    list_filter = [("noun", ByKind), "how", ("made_by_name", BySaver)]
    date_hierarchy = "made_at"
    search_fields = ["slug", "document", "made_by_name"]
    search_help_text = "Search in the text as it was saved, in short names and in who saved it."
    list_per_page = 50
    actions = None
    change_form_template = "admin/toolkit/change/change_form.html"
    fields = ("time", "who", "how", "row_history", "what_changed", "contents")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        """Changes, each with the document before it."""
        earlier = Change.objects.filter(
            noun=OuterRef("noun"), slug=OuterRef("slug"), pk__lt=OuterRef("pk")
        ).order_by("-pk")
        before = Subquery(earlier.values("document")[:1])
        return super().get_queryset(request).annotate(before=before)

    @admin.display(description="when", ordering="pk")
    def time(self, change: Change) -> str:
        """When it was saved."""
        return when(change)

    @admin.display(description="kind", ordering="noun")
    def kind(self, change: Change) -> str:
        """Whether it is a question, a strategy, and so on."""
        return change.get_noun_display()

    @admin.display(description="row")
    def row(self, change: Change) -> str:
        """What the row was called then."""
        return history.name(change)

    @admin.display(description="who", ordering="made_by_name")
    def who(self, change: Change) -> str:
        """Who saved it."""
        return change.who

    @admin.display(description="what")
    def what(self, change: Change) -> str:
        """What changed, without the words themselves."""
        if change.how == DELETED:
            return "It was deleted."
        return " ".join(d.what for d in self._differences(change)) or _without_differences(change)

    @admin.display(description="what changed")
    def what_changed(self, change: Change) -> SafeString | str:
        """What changed, before and after."""
        found = self._differences(change)
        context = {"differences": found, "before": "Before", "after": "After"}
        return (
            render_to_string("admin/toolkit/_differences.html", context)
            if found
            else _without_differences(change)
        )

    def _differences(self, change: Change) -> list[Difference]:
        before = getattr(change, "before", None)
        return history.compared(change, json.loads(before), history.read(change)) if before else []

    @admin.display(description="the row as it was")
    def contents(self, change: Change) -> SafeString:
        """Every value of the version, in words."""
        lines = ((name, linebreaksbr(text)) for name, text in history.contents(change))
        return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", lines))

    @admin.display(description="its history")
    def row_history(self, change: Change) -> SafeString | str:
        """Link to the history of the row, where a version can be brought back."""
        model = history.MODELS[change.noun]
        row = model._default_manager.filter(slug=change.slug).first()
        if row is None:
            return "The row was deleted."
        address = reverse(f"admin:toolkit_{change.noun}_history", args=[row.pk])
        return format_html('<a href="{}">History of “{}”</a>', address, row)


def _without_differences(change: Change) -> str:
    if change.how == DELETED:
        return "It was deleted."
    return "It was added." if change.how == EDITED else "This is the first version kept."
