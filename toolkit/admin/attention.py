"""The page of what needs attention."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from toolkit.attention import matters

from .exchange import may


@require_safe
def attention(request: HttpRequest) -> HttpResponse:
    """Show every heading with the rows to mend; whoever may see the tables may see it."""
    if not may(request, "view"):
        raise PermissionDenied
    found = matters()
    context = {
        **admin.site.each_context(request),
        "title": "What needs attention",
        "matters": found,
        "count": sum(bool(matter.items) for matter in found),
    }
    return TemplateResponse(request, "admin/toolkit/attention.html", context)
