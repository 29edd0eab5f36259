"""When a private link is lost: what can be done, and a mail with new ones."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assessment import access as accessing
from assessment import mailing, operator
from assessment.forms import LostLinkForm
from assessment.limiting import TooManyRequests, count, told

TOO_MANY = "Too many links were asked for from here. Nothing was sent. Please ask again in {wait}."


@require_http_methods(["GET", "HEAD", "POST"])
def lost_link(request: HttpRequest) -> HttpResponse:
    """Say what can be done; take an address and email it links, whether or not it is known."""
    is_sent = request.method == "POST"
    form = LostLinkForm(request.POST if is_sent else None) if mailing.is_configured() else None
    if form is None or not form.is_bound or not form.is_valid():
        return _page(request, form, status=422 if is_sent else 200)
    try:
        count(request, "lost_link")
    except TooManyRequests as refused:
        form.add_error("email", TOO_MANY.format(wait=refused.words))
        return told(_page(request, form), refused)
    mailing.ask_for_links(email=form.cleaned_data["email"])
    return accessing.private(redirect("assessment:lost_link_asked"))


def _page(request: HttpRequest, form: LostLinkForm | None, *, status: int = 200) -> HttpResponse:
    context = {
        "section": "device",
        "form": form,
        "links": accessing.granted(request),
        "session_days": settings.SESSION_COOKIE_AGE // 86_400,
        **operator.told(),
    }
    return accessing.private(render(request, "assessment/lost_link.html", context, status=status))


@require_safe
def lost_link_asked(request: HttpRequest) -> HttpResponse:
    """The same words for every address."""
    context = {"section": "device", "form": mailing.is_configured()}
    return accessing.private(render(request, "assessment/lost_link_asked.html", context))
