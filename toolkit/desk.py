"""The editors' desk: Django's admin, with the pages that belong to no single table."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from . import unsaved_form
from .forged_query import readable
from .staff_session import ENDED

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
    "AuditEntry",
    "FailedSignIn",
)

# Django's flag of the last of its three kinds of entry; the audit log numbers on from it.
DELETION = 3
# Digits of a key that every database can look for.
LONGEST_KEY = 10


class Desk(AdminSite):
    """The admin site of this project."""

    login_template = "admin/toolkit/login.html"
    logout_template = "admin/toolkit/signed_out.html"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The tables in the order of the work, not of the alphabet; ours before others'."""
        apps: list[Any] = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=_place)
        return sorted(apps, key=lambda app: app["app_label"] != "toolkit")

    # -- who gets in --------------------------------------------------------------------------

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff whose second factor, where one is asked for, has been given."""
        from . import second_factor  # needs the tables, which are not there yet

        if not super().has_permission(request):
            return False
        # Asked several times for each page; where it is not asked of everybody it takes a query.
        if not hasattr(request, "owes_code"):
            request.owes_code = second_factor.is_owed(request.user)  # type: ignore[attr-defined]
        return not request.owes_code  # type: ignore[attr-defined]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Guard a page; who has given the password and not yet a code is asked for that."""
        # A filter that no database can read is no failure of ours.
        guarded = super().admin_view(readable(view), cacheable)

        @wraps(guarded)
        def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if AdminSite.has_permission(self, request) and not self.has_permission(request):
                return _ask_for_code(request.get_full_path())
            if answer := unsaved_form.answer(request):
                return answer
            response: HttpResponse = guarded(request, *args, **kwargs)
            return response

        return asking

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Sign in; who only lacks the code is taken there. Says so when a sign-in has ended."""
        if request.method == "GET" and AdminSite.has_permission(self, request):
            from .admin.second_factor import onward

            if not self.has_permission(request):
                return _ask_for_code(onward(request))
        context = {
            "title": "Sign in to the desk",
            "has_ended": ENDED in request.session,
            "hours": settings.STAFF_SIGN_IN_AGE // 3600,
        }
        return super().login(request, {**context, **(extra_context or {})})

    @method_decorator([never_cache, csrf_protect])
    def sign_out(self, request: HttpRequest) -> HttpResponse:
        """Sign out, also from between password and code."""
        if not request.user.is_authenticated:
            return HttpResponseRedirect(reverse("admin:index"))
        response: HttpResponse = self.logout(request, {"title": "Signed out"})
        return response

    # -- pages --------------------------------------------------------------------------------

    def get_log_entries(self, request: HttpRequest) -> Any:
        """What the first page lists as done by oneself: work, and not each sign-in."""
        return super().get_log_entries(request).filter(action_flag__lte=DELETION)

    def view_on_site(
        self, request: HttpRequest, content_type_id: str, object_id: str
    ) -> HttpResponse:
        """Go to a row's page of the site, whose address is for those who may see the row."""
        from django.contrib.contenttypes.models import ContentType
        from django.contrib.contenttypes.views import shortcut

        is_key = content_type_id.isdecimal() and len(content_type_id) < LONGEST_KEY
        kind = ContentType.objects.filter(pk=content_type_id).first() if is_key else None
        page = self._registry.get(kind.model_class()) if kind else None  # type: ignore[arg-type]
        if page is None or not page.view_on_site or not page.has_view_permission(request):
            raise PermissionDenied
        return shortcut(request, content_type_id, object_id)

    def get_urls(self) -> list[Any]:
        """The admin's addresses, with our own pages before them."""
        # The pages need the tables, which are not there yet when the site is made.
        from .admin import attention, exchange, second_factor

        view = self.admin_view
        return [
            path(
                "r/<path:content_type_id>/<path:object_id>/",
                view(self.view_on_site),
                name="view_on_site",
            ),
            path("logout/", self.sign_out, name="logout"),
            path("second-factor/", view(second_factor.second_factor), name="second_factor"),
            path("second-factor/code/", second_factor.enter_code, name="enter_code"),
            path("second-factor/set-up/", second_factor.set_up, name="set_up"),
            path(
                "second-factor/recovery-codes/",
                view(second_factor.recovery_codes),
                name="recovery_codes",
            ),
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


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to where the sign-in goes on, the password or the code, and from there back."""
    # It needs the tables, which are not there yet when the site is made.
    from django.contrib.auth.views import redirect_to_login

    if AdminSite.has_permission(admin.site, request):
        return _ask_for_code(request.get_full_path())
    return redirect_to_login(request.get_full_path(), reverse("admin:login"))


def _ask_for_code(then: str) -> HttpResponseRedirect:
    """Send to the page that asks for a code, and from there to ``then``."""
    return HttpResponseRedirect(reverse("admin:enter_code", query={"next": then}))


def _place(table: dict[str, Any]) -> int:
    """Where a table stands in the list; what is not of the desk keeps its place after it."""
    name = table["object_name"]
    return ORDER.index(name) if name in ORDER else len(ORDER)
