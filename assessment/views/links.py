"""Private links: the exchange for access, and the owner's page of links."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment import access as accessing
from assessment import mailing, workflow
from assessment.access import MAY, MOST_LINKS, Access, employer
from assessment.forms import LinkForm, OwnerEmailForm, RenewForm
from assessment.models import AccessLink, OwnerEmail

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
    else:
        response = redirect(link.page, link.assessment.public_id)
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
    return page(request, access, shown=accessing.take_shown(request, access.public_id))


def page(
    request: HttpRequest,
    access: Access,
    *,
    form: LinkForm | None = None,
    email_form: OwnerEmailForm | None = None,
    renew_form: RenewForm | None = None,
    shown: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of links, with those of its forms that were sent."""
    working = AccessLink.objects.working().filter(assessment=access.assessment)
    fresh = next((x for x in working if shown and x.pk == shown["link"]), None)
    email = _email(access)
    context = {
        "section": "assessment",
        "assessment": access.assessment,
        "links": working,
        "labels": {c.slug: c.label for c in access.catalogue.components},
        "form": form or LinkForm(catalogue=access.catalogue),
        "fresh": fresh,
        "secret_url": _address(request, shown["secret"]) if fresh and shown else "",
        "sends_mail": mailing.is_configured(),
        "email": email,
        "email_form": email_form or OwnerEmailForm(initial={"email": email}),
        "renew_form": renew_form or _renew_form(request, access),
    }
    return render(request, "assessment/links.html", context, status=status)


def _address(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("assessment:open_link", args=[secret]))


def _email(access: Access) -> str:
    """The owner's address, which only this page shows; "" without one. One query."""
    known = OwnerEmail.objects.filter(assessment=access.assessment)
    return known.values_list("email", flat=True).first() or ""


def _renew_form(request: HttpRequest, access: Access, data: QueryDict | None = None) -> RenewForm:
    owned = {x.assessment.public_id for x in accessing.granted(request) if "own" in MAY[x.role]}
    later = list(access.assessment.later.order_by("started_at", "pk"))
    return RenewForm(data, email=_email(access), later=later, own=owned)


@require_http_methods(["POST"])
@employer("own")
def new_link(request: HttpRequest, access: Access) -> HttpResponse:
    """Make a further link and show it once."""
    form = LinkForm(request.POST, catalogue=access.catalogue)
    if not form.is_valid():
        return page(request, access, form=form, status=422)
    kept = AccessLink.objects.kept().filter(assessment=access.assessment)
    if kept.count() >= MOST_LINKS:
        form.add_error(None, f"An assessment has up to {MOST_LINKS} links. Stop one first.")
        return page(request, access, form=form, status=422)
    link, secret = accessing.make_link(access.assessment, **form.cleaned_data)
    accessing.show_once(request, link, secret)
    return redirect("assessment:links", access.public_id)


@require_POST
@employer("own")
def rotate_links(request: HttpRequest, access: Access) -> HttpResponse:
    """Renew the owner's link and revoke all others."""
    form = _renew_form(request, access, request.POST)
    if not form.is_valid():
        return page(request, access, renew_form=form, status=422)
    link, secret = workflow.renew_links(access=access, keep=form.keep, keeps_email=form.keeps_email)
    accessing.grant(request, link)
    accessing.show_once(request, link, secret)
    messages.success(request, "All earlier links have stopped working.")
    return redirect("assessment:links", access.public_id)


@require_POST
@employer("own")
def revoke_link(request: HttpRequest, access: Access, pk: int) -> HttpResponse:
    """Stop one link from working. The owner's link in use here is renewed, not revoked."""
    link = get_object_or_404(AccessLink, pk=pk, assessment=access.assessment, revoked_at=None)
    if link.pk == access.link_id:
        messages.error(request, "Your own link is renewed, not revoked: use “Renew all links”.")
    else:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        messages.success(request, "That link has stopped working.")
    return redirect("assessment:links", access.public_id)
