"""Private links: the exchange for access, and the owner's page of links."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment import access as accessing
from assessment.access import Access, employer
from assessment.forms import LinkForm
from assessment.models import AccessLink

SHOWN = "shown_secret"
MOST_LINKS = 50
ELSEWHERE = {
    "title": "Open this link in another browser",
    "lines": [
        "This browser answers questions of the same assessment, and keeps doing so. The link you "
        "opened shows a page for sharing, which a link to answer does not reach.",
        "To see that page, open the link in a private window or on another device.",
    ],
}


@require_safe
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Exchange a private link for access and go to a clean address."""
    link = accessing.open_secret(request, secret)
    if link is None:
        response = render(request, "assessment/link_gone.html", status=404)
    elif link.role == "share":
        response = _to_shared_page(request, link)
    elif link.role == "read":
        response = redirect("assessment:results", link.assessment.public_id)
    else:
        response = redirect("assessment:hub", link.assessment.public_id)
    # Only here: the address itself is the secret and must not travel on.
    response["Referrer-Policy"] = "no-referrer"
    return accessing.private(response)


def _to_shared_page(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """Go to the page for sharing; whoever holds a better link here sees what this one shows."""
    access = accessing.access_for(request, link.assessment.public_id)
    if "share" not in accessing.MAY[access.role]:
        return render(request, "assessment/error.html", ELSEWHERE, status=403)
    address = reverse("assessment:shared", args=[access.public_id])
    return redirect(address if access.link_id == link.pk else f"{address}?shows={link.shows}")


@require_safe
@employer("own")
def links(request: HttpRequest, access: Access) -> HttpResponse:
    """The owner's links; one just made is shown in full, this once."""
    shown = request.session.pop(SHOWN, None)
    return _page(request, access, LinkForm(catalogue=access.catalogue), shown)


def _page(
    request: HttpRequest, access: Access, form: LinkForm, shown: Any, status: int = 200
) -> HttpResponse:
    working = AccessLink.objects.working().filter(assessment=access.assessment)
    fresh = next((x for x in working if shown and x.pk == shown["link"]), None)
    secret_url = ""
    if fresh:
        secret_url = request.build_absolute_uri(
            reverse("assessment:open_link", args=[shown["secret"]])
        )
    context = {
        "section": "assessment",
        "assessment": access.assessment,
        "links": working,
        "labels": {c.slug: c.label for c in access.catalogue.components},
        "form": form,
        "fresh": fresh,
        "secret_url": secret_url,
    }
    return render(request, "assessment/links.html", context, status=status)


@require_http_methods(["POST"])
@employer("own")
def new_link(request: HttpRequest, access: Access) -> HttpResponse:
    """Make a further link and show it once."""
    form = LinkForm(request.POST, catalogue=access.catalogue)
    if not form.is_valid():
        return _page(request, access, form, None, status=422)
    working = AccessLink.objects.working().filter(assessment=access.assessment)
    if working.count() >= MOST_LINKS:
        form.add_error(None, f"An assessment has up to {MOST_LINKS} links. Stop one first.")
        return _page(request, access, form, None, status=422)
    link, secret = accessing.make_link(access.assessment, **form.cleaned_data)
    request.session[SHOWN] = {"link": link.pk, "secret": secret}
    return redirect("assessment:links", access.public_id)


@require_POST
@employer("own")
def rotate_links(request: HttpRequest, access: Access) -> HttpResponse:
    """Renew the owner's link and revoke all others."""
    link, secret = accessing.rotate(access)
    accessing.grant(request, link)
    request.session[SHOWN] = {"link": link.pk, "secret": secret}
    messages.success(request, "All earlier links have stopped working.")
    return redirect("assessment:links", access.public_id)


@require_POST
@employer("own")
def revoke_link(request: HttpRequest, access: Access, pk: int) -> HttpResponse:
    """Stop one link from working. The owner's own link is renewed, not revoked."""
    link = get_object_or_404(AccessLink, pk=pk, assessment=access.assessment, revoked_at=None)
    if link.role == "owner":
        messages.error(request, "Your own link is renewed, not revoked: use “Renew all links”.")
    else:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        messages.success(request, "That link has stopped working.")
    return redirect("assessment:links", access.public_id)
