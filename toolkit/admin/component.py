"""Components."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from toolkit.models import Component, Resource

from .content import IN_USE, ContentAdmin


@admin.register(Component)
class ComponentAdmin(ContentAdmin):
    """One of the eight components."""

    list_display = ["title", "code", "position", "question_count", "status"]
    list_filter = ["is_retired", "is_held_back"]
    search_fields = ["title", "label", "slug", "code", "summary"]
    ordering = ["position"]
    autocomplete_fields = ["source"]
    fieldsets = [
        (None, {"fields": ["title", "label", "slug", "code", "position"]}),
        ("What employers read", {"fields": ["summary", "toolkit_says", "source"]}),
        IN_USE,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Component]:
        """Components with the number of their questions in use."""
        in_use = Q(questions__is_retired=False)
        rows: QuerySet[Component] = super().get_queryset(request)
        return rows.annotate(in_use=Count("questions", filter=in_use))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save, and let archive items follow to a new slug: the archive searches by it."""
        super().save_related(request, form, formsets, change)
        if change and "slug" in form.changed_data:
            for resource in form.instance.resources.all():
                resource.save(update_fields=Resource.DERIVED)

    @admin.display(description="questions")
    def question_count(self, component: Component) -> str:
        """How many questions are in use, as a link to them."""
        count = getattr(component, "in_use", 0)
        return format_html(
            '<a href="{}?component__id__exact={}&amp;is_retired__exact=0">{} question{}</a>',
            reverse("admin:toolkit_question_changelist"),
            component.pk,
            count,
            "" if count == 1 else "s",
        )
