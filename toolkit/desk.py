"""The editors' desk: Django's admin, with the pages that belong to no single table."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.urls import path

from .forged_query import readable

# What editors write comes first, then what the archive keeps, then what is on record.
ORDER = (
    "Question",
    "Strategy",
    "Resource",
    "Component",
    "ResourceCopy",
    "LinkCheck",
    "Change",
    "Edition",
)


class Desk(admin.AdminSite):
    """The admin site of this project."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The tables in the order of the work, not of the alphabet; ours before others'."""
        apps: list[Any] = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=_place)
        return sorted(apps, key=lambda app: app["app_label"] != "toolkit")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, and a filter that no database can read is no failure of ours."""
        return super().admin_view(readable(view), cacheable)

    def get_urls(self) -> list[Any]:
        """The admin's addresses, with our own pages before them."""
        # The pages need the tables, which are not there yet when the site is made.
        from .admin import attention, exchange

        view = self.admin_view
        return [
            path("toolkit/attention/", view(attention.attention), name="toolkit_attention"),
            path("toolkit/export/", view(exchange.export_content), name="toolkit_export"),
            path("toolkit/import/", view(exchange.import_content), name="toolkit_import"),
            path(
                "toolkit/import/<slug:sha256>/",
                view(exchange.confirm_import),
                name="toolkit_dry_run",
            ),
            *super().get_urls(),
        ]


class DeskConfig(AdminConfig):
    """Django's admin app, with our site in place of its own."""

    default_site = "toolkit.desk.Desk"


def _place(table: dict[str, Any]) -> int:
    """Where a table stands in the list; what is not of the desk keeps its place after it."""
    name = table["object_name"]
    return ORDER.index(name) if name in ORDER else len(ORDER)
