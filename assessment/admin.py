"""Employers' assessments: closed to editors, and every look at them is logged."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse

# Registers a page at the desk, on which the rows of the queue are for programmers.
from django_tasks_db import admin as _queue  # noqa: F401
from django_tasks_db.models import DBTaskResult

from assessment.models import Answer, Assessment
from toolkit import audit
from toolkit.admin.bounded import BoundedAdmin, ReadOnly

# What has become of tasks is told by /health/ready, /metrics and the log.
admin.site.unregister(DBTaskResult)

MAY_LOOK = "assessment.view_answers"


class AnswerInline(ReadOnly, admin.TabularInline[Answer, Assessment]):
    """The answers, for reading."""

    model = Answer
    fields = ("question", "choice", "is_not_sure", "is_to_confirm", "note", "saved_at", "saved_by")
    readonly_fields = fields
    ordering = ["question"]
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only with the permission of its own."""
        return request.user.has_perm(MAY_LOOK)


@admin.register(Assessment)
class AssessmentAdmin(ReadOnly, BoundedAdmin):
    """For reading, with “Can see employers' answers”; Django's own “can view” is not enough."""

    inlines = [AnswerInline]
    list_display = ["public_id", "name", "edition_number", "mode", "started_at", "changed_at"]
    search_fields = ["public_id", "name"]
    view_on_site = False
    search_help_text = "The public id, or the beginning of the name as it was written."

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the desk shows it at all."""
        return request.user.has_perm(MAY_LOOK)

    def has_view_permission(self, request: HttpRequest, obj: Assessment | None = None) -> bool:
        """Only with the permission of its own."""
        return request.user.has_perm(MAY_LOOK)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Assessment], search_term: str
    ) -> tuple[QuerySet[Assessment], bool]:
        """What an index finds: the id, or the beginning of the name; not words within it."""
        if term := search_term.strip():
            queryset = queryset.filter(Q(public_id=term) | Q(name__startswith=term))
        return queryset, False

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Never: no form of the desk refers to an assessment, so none suggests their names."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; looking at it is logged."""
        response = super().changelist_view(request, extra_context)
        if response.status_code == HTTPStatus.OK:
            said, name = "Looked at the list.", "List of assessments"
            audit.record(request.user, audit.LOOKED, said, about=Assessment, name=name)
        return response

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Assessment | None:
        """The row that a page is about, whichever page; handing it over is logged.

        By public id, never by name: the log outlives what its employer deletes.
        """
        row = super().get_object(request, object_id, from_field)
        if row is not None and self.has_view_permission(request, row):
            audit.record(request.user, audit.LOOKED, "Opened it.", about=row, name=row.public_id)
        return row
