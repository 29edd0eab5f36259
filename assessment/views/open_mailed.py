"""Opening a link that came by email: once, by a button, for a new link to keep."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessment import access as accessing
from assessment.limiting import limited


@require_http_methods(["GET", "HEAD", "POST"])
@limited("open_link")
def open_mailed(request: HttpRequest, secret: str) -> HttpResponse:
    """Show a button, because programs that look through mail follow links; then open it."""
    link = None
    if request.method == "POST":
        link = accessing.open_mailed(secret)
        works = link is not None
    else:
        works = accessing.mailed_link(secret) is not None
    if link:
        accessing.grant(request, link)
        accessing.show_once(request, link)
        messages.success(request, "The emailed link has now been used. Save this new one instead.")
        response: HttpResponse = redirect("assessment:links", link.assessment.public_id)
    else:
        context = {"works": works}
        status = 200 if works else 404
        response = render(request, "assessment/open_mailed.html", context, status=status)
    # The address itself is the secret and must not travel on; yet with "no-referrer" Chromium
    # posts "Origin: null", and the form would be refused.
    response["Referrer-Policy"] = "no-referrer" if link else "strict-origin"
    return accessing.private(response)
