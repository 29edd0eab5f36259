"""Strategies, with the questions they serve and the resources that back them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from toolkit.models import Strategy, StrategyResource, StrategyServes

from .content import IN_USE, ContentAdmin, OrderedInline, sentences


class ServesInline(OrderedInline):
    """Which questions it serves, and at which of their levels."""

    model = StrategyServes
    fields = ["position", "question", "levels"]
    autocomplete_fields = ["question"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StrategyServes]:
        """Rows with their questions, in one query."""
        return super().get_queryset(request).select_related("strategy", "question")


class UsesInline(OrderedInline):
    """Which archive items back it, and in what role."""

    model = StrategyResource
    fields = ["position", "resource", "role", "fit", "fit_note"]
    autocomplete_fields = ["resource"]
    formfield_overrides = sentences(cols=40)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StrategyResource]:
        """Rows with their resources, in one query."""
        return super().get_queryset(request).select_related("strategy", "resource")


@admin.register(Strategy)
class StrategyAdmin(ContentAdmin):
    """A move an employer can make."""

    inlines = [ServesInline, UsesInline]
    list_display = [
        "title",
        "component",
        "effort",
        "days",
        "served",
        "status",
    ]
    list_filter = ["is_retired", "is_held_back", "component", "effort", "uses__role"]
    list_select_related = ["component"]
    search_fields = [
        "title",
        "slug",
        "summary",
        "steps",
        "serves__question__code",
        "serves__question__text",
        "uses__resource__title",
    ]
    search_help_text = "Search in titles, summaries, steps, questions served and resources."
    ordering = ["component__position", "slug"]
    autocomplete_fields = ["component"]
    prepopulated_fields = {"slug": ["title"]}
    fieldsets = [
        (None, {"fields": ["title", "slug", "component", "summary", "steps"]}),
        ("For whom, and how much effort", {"fields": ["effort", "days", "sizes"]}),
        ("Notes", {"fields": ["toolkit_ref", "legal_notes"]}),
        IN_USE,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Strategy]:
        """Strategies with the questions they serve."""
        return super().get_queryset(request).prefetch_related("serves__question")

    @admin.display(description="serves")
    def served(self, strategy: Strategy) -> Any:
        """Codes of the questions it serves."""
        codes = ", ".join(s.question.code for s in strategy.serves.all())
        return codes or format_html("<em>{}</em>", "no question")
