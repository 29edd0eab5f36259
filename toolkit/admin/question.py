"""Questions, each with its ladder of five levels."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import BaseInlineFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from toolkit import history
from toolkit.catalogue import LEVEL_NAMES, TOP_LEVEL
from toolkit.forms import Shown
from toolkit.models import Level, Question

from . import unsaved
from .content import IN_USE, ContentAdmin, sentences


class Ladder(BaseInlineFormSet[Any, Any, Any]):
    """The five levels of a question, 0 to 4; rows not there yet stand empty in their place."""

    def total_form_count(self) -> int:
        """Five, whatever is sent."""
        return min(super().total_form_count(), len(LEVEL_NAMES))

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # not in the stubs
        if form.instance.pk is None:
            taken = {level.number for level in self.get_queryset()}
            missing = [n for n in range(len(LEVEL_NAMES)) if n not in taken]
            place = i - self.initial_form_count()
            # Only a request no page made runs out of places; it is refused as taking one twice.
            form.instance.number = missing[place] if 0 <= place < len(missing) else i
        number = form.instance.number
        form.level_name = f"{number} {LEVEL_NAMES[number]}"
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label} of level {form.level_name}"
        # The database demands as much; said here, it is said beside the field.
        form.fields["next_step"].required = number < TOP_LEVEL
        form.fields["next_step"].disabled = number == TOP_LEVEL
        return form


class LevelInline(admin.TabularInline[Any, Any]):
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
    search_fields = [
        "code",
        "text",
        "slug",
        "hint",
        "why",
        "na_when",
        "levels__statement",
        "levels__next_step",
        "served_by__strategy__title",
        "served_by__strategy__summary",
    ]
    search_help_text = (
        "Search in codes, questions, hints, levels, next steps and the strategies that serve them."
    )
    ordering = ["component__position", "position"]
    autocomplete_fields = ["component", "why_source"]
    fieldsets = [
        (None, {"fields": ["component", "code", "position", "slug", "text", "hint"]}),
        ("Why it matters", {"fields": ["why", "why_source", "weight", "weight_reason"]}),
        ("Who is asked", {"fields": ["is_quick", "applies_if", "na_when"]}),
        ("Notes", {"fields": ["legal_notes", "pulse"]}),
        IN_USE,
    ]

    def get_urls(self) -> list[URLPattern]:
        """Questions' addresses, with the preview of what is typed."""
        view = self.admin_site.admin_view(self.preview_view)
        return [
            path("preview/", view, name="toolkit_question_preview_new"),
            path("<int:object_id>/preview/", view, name="toolkit_question_preview"),
            *super().get_urls(),
        ]

    @method_decorator([require_http_methods(["GET", "HEAD", "POST"]), never_cache])
    def preview_view(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """Show what the form holds as an employer would see it, and write nothing."""
        row = self.get_object(request, str(object_id)) if object_id else None
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if object_id and row is None:
            raise Http404("No such question")
        if request.method != "POST" or not self._may_type(request, row):
            # Come back here by signing in again, or with nothing to type: what was saved.
            if row is None:
                return redirect("admin:toolkit_question_changelist")
            return redirect("toolkit:preview", row.slug)
        form, levels = self._filled_in(request, row)
        question = unsaved.question(form, levels)
        context = {
            "row": form.instance,
            "question": question,
            "shown": Shown(question=question, position=form.instance.position or 1),
            "steps": [*enumerate(question.next_steps)],
            "is_unsaved": True,
            "problems": unsaved.problems(form, levels),
        }
        return TemplateResponse(request, "toolkit/preview.html", context)

    def _may_type(self, request: HttpRequest, row: Question | None) -> bool:
        """Whether they may change this question, or add one."""
        if row is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, row)

    def _filled_in(
        self, request: HttpRequest, row: Question | None
    ) -> tuple[ModelForm[Question], BaseInlineFormSet[Any, Any, Any]]:
        """The form and its levels as they were sent, validated and not saved."""
        data = request.POST.copy()
        if row:
            # That somebody saved meanwhile is told when this is saved.
            data["seen"] = history.mark(self.noun, row.slug)
        form = self.get_form(request, row, change=row is not None)(data, instance=row)
        form.is_valid()
        # Asked for by itself: Django leaves it out for who may not see levels.
        inline = LevelInline(Question, self.admin_site)
        formset = inline.get_formset(request, row)
        prefix = formset.get_default_prefix()
        levels = formset(**self.get_formset_kwargs(request, form.instance, inline, prefix))
        levels.is_valid()
        return form, levels
