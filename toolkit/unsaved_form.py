"""A form of the desk that was sent after the sign-in had ended: kept, and offered once more.

Going back in the browser would not save it: the form's token is renewed by signing in.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from .staff_session import ENDED, UNSAVED

# The name of the button that throws it away.
DISCARD = "_throw_away"
# Characters of names and values together; no form of the desk comes near it.
MOST = 100_000
NOT_KEPT = {"csrfmiddlewaretoken", DISCARD}


def answer(request: HttpRequest) -> HttpResponse | None:
    """What to answer in place of the page asked for; None for that page itself.

    To be asked of every page of the desk, before it is seen who is signed in and who is not.
    """
    session = request.session
    if not request.user.is_authenticated:
        # Only what was sent from a page of ours.
        is_ours = getattr(request, "csrf_processing_done", False)
        if request.method == "POST" and ENDED in session and is_ours:
            keep(request)
        return None
    kept: dict[str, Any] | None = session.get(UNSAVED)
    if kept is None or kept["path"] != request.get_full_path():
        return None
    if request.method != "POST":
        return _page(request, kept)
    del session[UNSAVED]
    return HttpResponseRedirect(kept["path"]) if DISCARD in request.POST else None


def keep(request: HttpRequest) -> None:
    """Put what was sent into the session, but nothing that holds a password."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in NOT_KEPT
    ]
    size = sum(len(name) + len(str(value)) for name, value in fields)
    if size > MOST or any("password" in name for name, _ in fields):
        return
    request.session[UNSAVED] = {
        "path": request.get_full_path(),
        "fields": fields,
        "had_files": bool(request.FILES),
    }


def _page(request: HttpRequest, kept: dict[str, Any]) -> HttpResponse:
    from django.contrib import admin  # the desk is made by what imports this

    context = {
        **admin.site.each_context(request),
        **kept,
        "title": "Your form was not saved yet",
        "discard": DISCARD,
    }
    page = TemplateResponse(request, "admin/toolkit/unsaved.html", context)
    page["Cache-Control"] = "no-store, private"
    return page
