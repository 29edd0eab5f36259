"""Archive items: live, not frozen; what is saved here is shown at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from toolkit.models import (
    Component,
    Question,
    Resource,
    ResourceAddress,
    ResourceComponent,
    ResourceFact,
    ResourceRelation,
    Strategy,
)

from .content import ContentAdmin, OrderedInline, sentences
from .copy import MAY_ADD, copies_of
from .link_check import LinkHealth


class FactInline(OrderedInline):
    """What the item says."""

    model = ResourceFact
    fields = ["position", "text", "source", "basis"]
    formfield_overrides = {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4, "cols": 42})},
        **sentences(rows=4, cols=20),
    }


class AddressInline(OrderedInline):
    """Where else it can be found."""

    model = ResourceAddress
    fields = ["position", "url", "note"]


class ComponentInline(OrderedInline):
    """Which components it speaks to; the first is its main one."""

    model = ResourceComponent
    fields = ["position", "component"]
    autocomplete_fields = ["component"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResourceComponent]:
        """Rows with their components, in one query."""
        return super().get_queryset(request).select_related("component")


class RelationInline(OrderedInline):
    """How it relates to other items."""

    model = ResourceRelation
    fk_name = "resource"
    fields = ["position", "relation", "other"]
    autocomplete_fields = ["other"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResourceRelation]:
        """Rows with the other items, in one query."""
        return super().get_queryset(request).select_related("other")


@admin.register(Resource)
class ResourceAdmin(LinkHealth, ContentAdmin):
    """One archive item with its provenance."""

    inlines = [FactInline, AddressInline, ComponentInline, RelationInline]
    after_saving = (
        "The archive shows it right away. Its kind, employer, sectors and sizes reach plans after "
        "the next publication."
    )
    list_display = [
        "number",
        "shown_title",
        "kind",
        "organization",
        "year",
        "verification",
        "link_state",
        "status",
    ]
    list_display_links = ["number", "shown_title"]
    list_filter = [
        "is_retired",
        "kind",
        "verification",
        "link_state",
        "is_federal",
        "is_preserved",
        "components",
    ]
    search_fields = ["title", "organization", "slug", "summary", "employer", "facts__text"]
    search_help_text = "Search in titles, organizations, summaries, employers and facts."
    ordering = ["number"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = [
        "link_state",
        "link_checked_on",
        "link_checks",
        "copies_kept",
        "where_used",
    ]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "number",
                    "title",
                    "is_title_ours",
                    "slug",
                    "kind",
                    "organization",
                    "creators",
                    "collector",
                    "summary",
                ]
            },
        ),
        ("When it came out", {"fields": ["published", "date_precision", "date_note"]}),
        ("Who it is about", {"fields": ["employer", "sectors", "employer_sizes"]}),
        (
            "Where it is",
            {
                "fields": [
                    "original_url",
                    "archived_url",
                    "link_state",
                    "link_checked_on",
                    "link_checks",
                ]
            },
        ),
        ("Captured copies", {"fields": ["copies_kept"]}),
        (
            "How sure we are",
            {
                "fields": [
                    "verification",
                    "verification_note",
                    "caution",
                    "is_federal",
                    "is_preserved",
                    "rights",
                    "description_source",
                ]
            },
        ),
        ("In use", {"fields": ["where_used", "is_retired"]}),
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new item gets the next free number."""
        highest = Resource.objects.aggregate(highest=models.Max("number"))["highest"] or 0
        return {"number": highest + 1, **super().get_changeform_initial_data(request)}

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Resource | None:
        """The item, which knows whether its reader may add a copy to it."""
        resource: Resource | None = super().get_object(request, object_id, from_field)
        if resource is not None:
            resource.may_add_copy = request.user.has_perm(MAY_ADD)  # type: ignore[attr-defined]
        return resource

    def save_related(
        self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool
    ) -> None:
        """Save the facts and components, then what the archive search reads of them."""
        super().save_related(request, form, formsets, change)
        form.instance.save(update_fields=Resource.DERIVED)

    @admin.display(description="title", ordering="title")
    def shown_title(self, resource: Resource) -> str:
        """The title; one that is ours stands in brackets."""
        return resource.shown_title

    @admin.display(description="year", ordering="published")
    def year(self, resource: Resource) -> str:
        """The year it came out."""
        return resource.year

    @admin.display(description="copies kept here")
    def copies_kept(self, resource: Resource) -> str:
        """Its captured copies, and the way to add one."""
        return copies_of(resource, may_add=getattr(resource, "may_add_copy", False))

    @admin.display(description="where it is used")
    def where_used(self, resource: Resource) -> SafeString | str:
        """Links to the rows in use that name it; before it is retired they must name another."""
        if resource.pk is None:
            return "Nowhere yet."
        used: list[tuple[str, Any, str]] = [
            *(
                ("component", row.pk, row.title)
                for row in Component.objects.filter(source=resource, is_retired=False)
            ),
            *(
                ("question", row.pk, f"{row.code} {row.text}")
                for row in Question.objects.filter(why_source=resource, is_retired=False)
            ),
            *(
                ("strategy", row.pk, row.title)
                for row in Strategy.objects.filter(uses__resource=resource, is_retired=False)
            ),
        ]
        if not used:
            return "Nowhere."
        links = format_html_join(
            "",
            '<li>{}: <a href="{}">{}</a></li>',
            (
                (noun, reverse(f"admin:toolkit_{noun}_change", args=[pk]), title)
                for noun, pk, title in used
            ),
        )
        return format_html("<ul>{}</ul>", links)
