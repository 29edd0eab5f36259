"""Staff accounts: never deleted, their second factor reset by another superuser."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

# Each registers pages at the desk on which keys and recovery codes could be read.
from django_otp.plugins.otp_static import admin as _static  # noqa: F401
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp import admin as _totp  # noqa: F401
from django_otp.plugins.otp_totp.models import TOTPDevice

from toolkit import second_factor

for _model in (User, Group, StaticDevice, TOTPDevice):
    admin.site.unregister(_model)

GIVEN = {"is_active", "is_staff", "is_superuser", "groups", "user_permissions", "permissions"}


def with_rights(form: Any, message: Any) -> Any:
    """The log's message of a change, with the rights that were given or taken as they are now."""
    if not GIVEN & {*form.changed_data}:  # nor was it the form of a new password
        return message
    row: User | Group = form.instance
    if isinstance(row, Group):
        return f"Permissions now: {_listed(row.permissions.all())}."
    flags = [words for name, words in _FLAGS.items() if getattr(row, name)]
    return (
        f"Changed {', '.join(form.changed_data)}. Now: {', '.join(flags) or 'inactive'}; "
        f"groups: {_listed(row.groups.all())}; permissions: {_listed(row.user_permissions.all())}."
    )


_FLAGS = {"is_active": "active", "is_staff": "staff", "is_superuser": "superuser"}


def _listed(rows: Any) -> str:
    return ", ".join(getattr(row, "codename", str(row)) for row in rows) or "none"


@admin.register(User)
class StaffAdmin(UserAdmin[User]):
    """Staff accounts."""

    list_display = ("username", "first_name", "last_name", "is_staff", "is_active", "last_login")
    readonly_fields = ("second_factor", "leaving")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        ("Second factor", {"fields": ("second_factor",)}),
        ("When someone leaves", {"fields": ("leaving",)}),
    )

    def get_urls(self) -> list[URLPattern]:
        """The accounts' addresses, with the page that resets a second factor."""
        view = self.admin_site.admin_view(self.reset_view)
        return [
            path("<int:pk>/second-factor/reset/", view, name="reset_second_factor"),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: Django deletes what somebody did from the log with them."""
        return False

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """What the audit log says of a change: rights by name."""
        message = super().construct_change_message(request, form, formsets, add)
        return with_rights(form, message)

    @admin.display(description="leaving")
    def leaving(self, user: User) -> str:
        """Why there is no way to delete an account, and what to do instead."""
        return (
            "Uncheck “Active” above and save. Accounts are not deleted: that would also delete the "
            "person’s actions from the audit log. An inactive account cannot sign in, and anyone "
            "signed in with it is signed out right away."
        )

    @admin.display(description="second factor")
    def second_factor(self, user: User) -> SafeString | str:
        """What is set up, with a link to take it away."""
        held = second_factor.of(user)
        if not held.device:
            return "Not set up. If one is required, it is set up at the next sign-in."
        return format_html(
            'Set up{}. Recovery codes left: {}. <a href="{}">Reset it…</a>',
            f" {held.device.created_at:%Y-%m-%d}" if held.device.created_at else "",
            held.left,
            reverse("admin:reset_second_factor", args=[user.pk]),
        )

    def reset_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then take somebody else's second factor away. Superusers only."""
        user = get_object_or_404(User, pk=pk)
        if not request.user.is_superuser or request.user.pk == user.pk:
            raise PermissionDenied
        if request.method == "POST":
            said = "Reset by another superuser."
            if second_factor.reset(user, by=request.user, said=said):
                messages.success(request, f"The second factor of {user} is reset.")
            else:
                messages.info(request, f"{user} has no second factor. Nothing was changed.")
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": "Reset the second factor?",
            "opts": self.opts,
            "person": user,
            "held": second_factor.of(user),
        }
        return TemplateResponse(request, "admin/toolkit/second_factor/reset.html", context)


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """Groups, whose permissions the audit log names."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """What the audit log says of a change: permissions by name."""
        message = super().construct_change_message(request, form, formsets, add)
        return with_rights(form, message)
