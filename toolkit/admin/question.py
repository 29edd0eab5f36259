"""Questions, each with its ladder of five levels."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from toolkit.catalogue import LEVEL_NAMES, TOP_LEVEL
from toolkit.models import Level, Question

from .content import IN_USE, ContentAdmin, InlineFormSet, TabularInline, sentences


class Ladder(InlineFormSet):
    """The five levels of a question, 0 to 4; rows not there yet stand empty in their place."""

    def total_form_count(self) -> int:
        """Five, whatever is sent."""
        return min(super().total_form_count(), len(LEVEL_NAMES))

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # not in the stubs
        if form.instance.pk is None:
            taken = {level.number for level in self.get_queryset()}
            missing = [n for n in range(len(LEVEL_NAMES)) if n not in taken]
            form.instance.number = missing[i - self.initial_form_count()]
        number = form.instance.number
        form.level_name = f"{number} {LEVEL_NAMES[number]}"
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label} of level {form.level_name}"
        # The database demands as much; said here, it is said beside the field.
        form.fields["next_step"].required = number < TOP_LEVEL
        form.fields["next_step"].disabled = number == TOP_LEVEL
        return form


class LevelInline(TabularInline):
    """All five levels at once; there are never more or fewer."""

    model = Level
    formset = Ladder
    template = "admin/toolkit/question/levels.html"
    fields = ["statement", "next_step"]
    min_num = max_num = len(LEVEL_NAMES)
    extra = 0
    can_delete = False
    verbose_name_plural = "the five levels, and the next step on from each"
    formfield_overrides = sentences(rows=3, cols=48)


@admin.register(Question)
class QuestionAdmin(ContentAdmin):
    """One practice an employer is asked about."""

    inlines = [LevelInline]
    change_form_template = "admin/toolkit/question/change_form.html"
    list_display = [
        "code",
        "text",
        "weight",
        "is_quick",
        "applies_if",
        "status",
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
    search_fields = ["code", "text", "slug", "hint", "why", "levels__statement"]
    search_help_text = "Search in codes, questions, hints and levels."
    ordering = ["component__position", "position"]
    autocomplete_fields = ["component", "why_source"]
    fieldsets = [
        (None, {"fields": ["component", "code", "position", "slug", "text", "hint"]}),
        ("Why it matters", {"fields": ["why", "why_source", "weight", "weight_reason"]}),
        ("Whom it is asked", {"fields": ["is_quick", "applies_if", "na_when"]}),
        ("Notes", {"fields": ["legal_notes", "pulse"]}),
        IN_USE,
    ]
