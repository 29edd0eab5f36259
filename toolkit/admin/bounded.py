"""Lists of the desk that stay as fast however many rows there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

if TYPE_CHECKING:
    # Generic for the type checker only; at run time Django's classes take no parameters.
    AnyModelAdmin = admin.ModelAdmin[Any]
    AnyPaginator = Paginator[Any]
else:
    AnyModelAdmin = admin.ModelAdmin
    AnyPaginator = Paginator


class BoundedPaginator(AnyPaginator):
    """Pages of the first rows only: to count a million takes longer than to read a page."""

    most = 5_000

    @cached_property
    def count(self) -> int:
        """How many rows are listed, at most so many."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # a table's, never a list
        return rows[: self.most].count()


class BoundedAdmin(AnyModelAdmin):
    """A table that grows with use: listed in the order of its keys, the newest rows of it.

    What is not among them is searched for. A search or filter of such a table must be one that an
    index answers.
    """

    paginator = BoundedPaginator
    change_list_template = "admin/toolkit/bounded.html"
    ordering = ["-pk"]
    sortable_by = ()
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    actions = None
