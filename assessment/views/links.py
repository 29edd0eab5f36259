"""Private links: the exchange for access, and the owner's page of links."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment import access as accessing
from assessment import linking, mailing, workflow
from assessment.access import MAY, MOST_LINKS, Access, employer
from assessment.forms import LinkForm, OwnerEmailForm, RenewForm
from assessment.models import AccessLink, OwnerEmail

ELSEWHERE = {
    "title": "Open this link in another browser",
    "lines": [
        "This browser answers questions of the same assessment, and keeps doing so. The link you "
        "opened shows the shared page, which a link to answer does not reach.",
        "To see that page, open the link in a private window or on another device.",
    ],
}

GONE = (
    "That new link does not work, so the others were left alone: your old link still works. Make "
    "another new link."
)


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
    is_seen = request.method == "GET"
    fresh = accessing.take_shown(request, access.public_id) if is_seen else None
    return page(request, access, fresh=fresh)


def page(
    request: HttpRequest,
    access: Access,
    *,
    form: LinkForm | None = None,
    email_form: OwnerEmailForm | None = None,
    renew_form: RenewForm | None = None,
    fresh: tuple[AccessLink, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of links, with those of its forms that were sent, and a link to be shown."""
    link, secret = fresh or (None, "")
    # One that was made to renew the links does not open this browser yet.
    if link and link.role == "owner" and link.pk != access.link_id:
        renew_form = _renew_form(request, access, link=link.key)
    email = _email(access)
    context = {
        "section": "assessment",
        "assessment": access.assessment,
        "links": _listed(access),
        "form": form or LinkForm(catalogue=access.catalogue),
        "fresh": link,
        "secret_url": _address(request, secret) if link else "",
        "sends_mail": mailing.is_configured(),
        "email": email,
        "email_form": email_form or OwnerEmailForm(initial={"email": email}),
        "renew_form": renew_form,
    }
    return render(request, "assessment/links.html", context, status=status)


def _listed(access: Access) -> list[tuple[AccessLink, str]]:
    """The links that work, each with the name of the component it is for."""
    labels = {component.slug: component.label for component in access.catalogue.components}
    kept = AccessLink.objects.kept().filter(assessment=access.assessment)
    return [(link, labels.get(link.component, "")) for link in kept]


def _address(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("assessment:open_link", args=[secret]))


def _email(access: Access) -> str:
    """The owner's address, which only this page shows; "" without one. One query."""
    known = OwnerEmail.objects.filter(assessment=access.assessment)
    return known.values_list("email", flat=True).first() or ""


def _renew_form(
    request: HttpRequest, access: Access, data: QueryDict | None = None, *, link: str = ""
) -> RenewForm:
    owned = {x.assessment.public_id for x in accessing.granted(request) if "own" in MAY[x.role]}
    later = list(access.assessment.later.order_by("started_at", "pk"))
    return RenewForm(data, link=link, email=_email(access), later=later, own=owned)


@require_http_methods(["POST"])
@employer("own")
def new_link(request: HttpRequest, access: Access) -> HttpResponse:
    """Make a further link and show it once."""
    form = LinkForm(request.POST, catalogue=access.catalogue)
    if not form.is_valid():
        return page(request, access, form=form, status=422)
    try:
        link = linking.add_link(assessment=access.assessment, **form.cleaned_data)
    except workflow.TooMany:
        form.add_error(None, f"An assessment has up to {MOST_LINKS} links. Stop one first.")
        return page(request, access, form=form, status=422)
    accessing.show_once(request, link)
    return redirect("assessment:links", access.public_id)


@require_POST
@employer("own")
def new_owner_link(request: HttpRequest, access: Access) -> HttpResponse:
    """Make the owner a new link and show it once, with a button to stop all others."""
    accessing.show_once(request, linking.add_owner_link(access=access))
    return redirect("assessment:links", access.public_id)


@require_POST
@employer("own")
def rotate_links(request: HttpRequest, access: Access) -> HttpResponse:
    """Stop all links but the owner's new one, which this browser then uses."""
    form = _renew_form(request, access, request.POST)
    if not form.is_valid():
        return page(request, access, renew_form=form, status=422)
    try:
        link = linking.stop_others(access=access, **form.meant())
    except linking.Stopped:
        form.add_error(None, GONE)
        return page(request, access, renew_form=form, status=422)
    accessing.grant(request, link)
    messages.success(request, "All other links have stopped working.")
    return redirect("assessment:links", access.public_id)


@require_POST
@employer("own")
def revoke_link(request: HttpRequest, access: Access, key: str) -> HttpResponse:
    """Stop one link from working. The owner's link in use here is renewed, not stopped."""
    try:
        linking.stop_link(access=access, key=key)
    except linking.Stopped:
        raise Http404("No such link") from None
    except linking.InUse:
        messages.error(request, "You use that link here. To replace it, make a new one below.")
    else:
        messages.success(request, "That link has stopped working.")
    return redirect("assessment:links", access.public_id)
