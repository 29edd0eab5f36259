"""The audit log at the desk: who did what, and which sign-ins failed. Nobody changes any of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from toolkit import audit
from toolkit.models import AuditEntry, FailedSignIn

from .bounded import BoundedAdmin, ReadOnly, TimeFilter


class RecordAdmin(ReadOnly, BoundedAdmin):
    """A log: a list to search, narrow and read, the newest first."""

    change_list_template = "admin/toolkit/audit.html"
    list_display_links = None
    heading = said = ""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, with a sentence of what it holds."""
        context = {"title": self.heading, "said": self.said}
        return super().changelist_view(request, {**context, **(extra_context or {})})


class KindFilter(admin.SimpleListFilter):
    """Narrow the log by the kind of act."""

    title = "kind of act"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every kind, whether there are entries of it or not."""
        return [(key, words) for key, (words, _) in audit.KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The entries of the kind chosen; what is no kind chooses none."""
        words_and_entries = audit.KINDS.get(self.value() or "")
        return queryset.filter(words_and_entries[1]) if words_and_entries else queryset


class PersonFilter(admin.SimpleListFilter):
    """Narrow the log by who did it; staff, of whom there are few."""

    title = "person"
    parameter_name = "user"
    most = 200

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Everybody with a staff account, past ones too."""
        users = get_user_model()._default_manager.order_by("username")
        names = users.values_list("pk", "username")[: self.most]
        return [(str(pk), name) for pk, name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The entries of the person chosen; what is nobody's key chooses none."""
        chosen = self.value()
        is_key = chosen is not None and chosen.isdecimal() and len(chosen) < 10
        return queryset.filter(user_id=int(chosen)) if is_key and chosen else queryset


class EntryTimeFilter(TimeFilter):
    """Narrow the audit log by time."""

    field = "action_time"


class FailureTimeFilter(TimeFilter):
    """Narrow the failed sign-ins by time."""

    field = "attempt_time"


@admin.register(AuditEntry)
class AuditEntryAdmin(RecordAdmin):
    """What signed-in staff did."""

    heading = "Audit log"
    said = (
        "What staff did, newest first; times are UTC. No one can change this list. It contains no "
        "passwords, codes or employers’ answers. Search in people, rows and details."
    )
    list_display = ["action_time", "user", "act", "object", "details"]
    list_select_related = ["user", "content_type"]
    list_filter = [EntryTimeFilter, KindFilter, PersonFilter]
    search_fields = ["user__username", "object_repr", "change_message"]

    @admin.display(description="what")
    def act(self, entry: AuditEntry) -> str:
        """What was done, in words."""
        return audit.WORDS.get(entry.action_flag, f"Act {entry.action_flag}")

    @admin.display(description="to what")
    def object(self, entry: AuditEntry) -> SafeString | str:
        """The row it was done to, by its kind and its name at that time."""
        kind = entry.content_type.name if entry.content_type else ""
        return format_html("{}: {}", kind, entry.object_repr) if kind else entry.object_repr

    @admin.display(description="details")
    def details(self, entry: AuditEntry) -> str:
        """More of it, shortened to what a list can show."""
        return entry.get_change_message()[:500]


@admin.register(FailedSignIn)
class FailedSignInAdmin(RecordAdmin):
    """Sign-ins that failed, with the name that was tried."""

    heading = "Failed sign-ins"
    said = (
        "Sign-ins with a wrong name or password, newest first, for 90 days; times are UTC. After "
        "five from one address, no one can sign in from it for 15 minutes; after a hundred with "
        "one name, no one can sign in with that name. Tries in that time are not listed. Wrong "
        "codes after the right password are in the audit log. Search in names that were tried and "
        "in addresses."
    )
    list_display = ["attempt_time", "username", "ip_address", "outcome"]
    list_filter = [FailureTimeFilter, ("locked_out", admin.BooleanFieldListFilter)]
    search_fields = ["username", "ip_address"]

    @admin.display(description="result")
    def outcome(self, failure: FailedSignIn) -> str:
        """Whether it was one too many."""
        return "Refused, and locked out" if failure.locked_out else "Refused"
