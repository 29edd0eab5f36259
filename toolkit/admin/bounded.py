"""Tables of the desk that only grow: lists that stay fast, and rows that nobody changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property


class BoundedPaginator(Paginator[Any]):
    """Pages of the first rows only: to count a million takes longer than to read a page."""

    most = 5_000

    @cached_property
    def count(self) -> int:
        """How many rows are listed, at most so many."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows[: self.most].count()


class ReadOnly:
    """Rows of the desk that nobody adds, changes or deletes there, whatever they may do.

    Before the admin's own class among the bases, tables and inlines alike.
    """

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


class BoundedAdmin(admin.ModelAdmin[Any]):
    """A table that grows with use: listed in the order of its keys, the newest rows of it.

    What is not among them is searched for. A search or filter of such a table must be one that an
    index answers.
    """

    paginator = BoundedPaginator
    change_list_template = "admin/toolkit/bounded.html"
    ordering = ["-pk"]
    sortable_by: ClassVar[tuple[str, ...]] = ()
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    actions = None


class TimeFilter(admin.SimpleListFilter):
    """Narrow a log by when it was written: the last days, or one of its years.

    Django's own bar of dates sorts every row to know the years. A log's rows are in the order of
    time, so its first and its last tell them.
    """

    title = "time"
    parameter_name = "when"
    field: ClassVar[str]
    days: ClassVar = {"1": "Last 24 hours", "7": "Last 7 days", "30": "Last 30 days"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The last days, then each year from the last row's to the first's."""
        times = model_admin.model._default_manager.values_list(self.field, flat=True)
        newest, oldest = times.order_by("-pk").first(), times.order_by("pk").first()
        years = range(newest.year, oldest.year - 1, -1) if newest and oldest else ()
        return [*self.days.items(), *((str(year), str(year)) for year in years)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What was written in the time chosen; a time that is not offered chooses none."""
        chosen = self.value()
        if chosen in self.days:
            since = timezone.now() - timedelta(days=int(chosen))
            return queryset.filter(**{f"{self.field}__gte": since})
        if chosen in dict(self.lookup_choices):
            return queryset.filter(**{f"{self.field}__year": int(chosen)})
        return queryset
