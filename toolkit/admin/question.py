"""Questions, each with its ladder of five levels."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models
from django.http import HttpRequest

from toolkit.catalogue import LEVEL_NAMES, TOP_LEVEL
from toolkit.models import Level, Question

from .content import IN_USE, ContentAdmin, InlineFormSet, TabularInline

LINES = forms.Textarea(attrs={"rows": 3, "cols": 60})


class Ladder(InlineFormSet):
    """The five levels of a question, 0 to 4; rows not there yet stand empty in their place."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # not in the stubs
        if form.instance.pk is None:
            taken = {level.number for level in self.get_queryset()}
            missing = [n for n in range(len(LEVEL_NAMES)) if n not in taken]
            form.instance.number = missing[i - self.initial_form_count()]
        # The database demands as much; said here, it is said beside the field.
        is_top = form.instance.number == TOP_LEVEL
        if "next_step" in form.fields:
            form.fields["next_step"].required = not is_top
            form.fields["next_step"].disabled = is_top
        return form


class LevelInline(TabularInline):
    """All five levels at once; there are never more or fewer."""

    model = Level
    formset = Ladder
    fields = ["level", "statement", "next_step"]
    readonly_fields = ["level"]
    min_num = max_num = len(LEVEL_NAMES)
    extra = 0
    can_delete = False
    verbose_name_plural = "the five levels and the next step from each"
    formfield_overrides = {models.CharField: {"widget": LINES}}

    @admin.display(description="level")
    def level(self, level: Level) -> str:
        """Its number and name."""
        if level.number is None:
            return ""
        return f"{level.number} {LEVEL_NAMES[level.number]}"


@admin.register(Question)
class QuestionAdmin(ContentAdmin):
    """One practice an employer is asked about."""

    inlines = [LevelInline]
    change_form_template = "admin/toolkit/question/change_form.html"
    list_display = [
        "code",
        "text",
        "component",
        "weight",
        "is_quick",
        "applies_if",
        "is_held_back",
        "is_retired",
    ]
    list_display_links = ["code", "text"]
    list_filter = [
        "is_retired",
        "is_held_back",
        "component",
        "weight",
        "is_quick",
        "applies_if",
    ]
    list_select_related = ["component"]
    search_fields = ["code", "text", "slug", "hint", "why", "levels__statement"]
    search_help_text = "Search in codes, questions, hints and levels."
    ordering = ["component__position", "position"]
    autocomplete_fields = ["component", "why_source"]
    formfield_overrides = {models.CharField: {"widget": forms.Textarea(attrs={"rows": 2})}}
    fieldsets = [
        (None, {"fields": ["component", "code", "position", "slug", "text", "hint"]}),
        ("Why it matters", {"fields": ["why", "why_source", "weight", "weight_reason"]}),
        ("Whom it is asked", {"fields": ["is_quick", "applies_if", "na_when"]}),
        ("Notes", {"fields": ["legal_notes", "pulse"]}),
        IN_USE,
    ]

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Sentences get two lines; codes and slugs stay short."""
        if db_field.name == "code":
            kwargs["widget"] = AdminTextInputWidget(attrs={"size": 10})
        return super().formfield_for_dbfield(db_field, request, **kwargs)
