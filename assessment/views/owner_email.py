"""The owner's address: kept, changed, taken out; and a link mailed to it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from assessment import mailing, workflow
from assessment.access import Access, employer
from assessment.forms import OwnerEmailForm
from assessment.limiting import limited
from assessment.models import OwnerEmail
from assessment.views import links


@require_POST
@employer("own")
def owner_email(request: HttpRequest, access: Access) -> HttpResponse:
    """Keep the address, or take it out."""
    if not mailing.is_configured():
        raise Http404("This site sends no mail")
    form = OwnerEmailForm(request.POST)
    if not form.is_valid():
        return links.page(request, access, email_form=form, status=422)
    email = form.cleaned_data["email"]
    workflow.keep_email(assessment=access.assessment, email=email)
    messages.success(request, "Your address is kept." if email else "Your address is taken out.")
    return redirect("assessment:links", access.public_id)


@require_POST
@employer("own")
@limited("lost_link")
def mail_link(request: HttpRequest, access: Access) -> HttpResponse:
    """Mail the owner a link to this assessment."""
    if not mailing.is_configured():
        raise Http404("This site sends no mail")
    try:
        is_asked = mailing.ask_for_link(assessment=access.assessment)
    except OwnerEmail.DoesNotExist:
        messages.error(request, "Give an address first.")
        return redirect("assessment:links", access.public_id)
    if is_asked:
        words = "A mail with a link is on its way. It can take a few minutes; look in spam too."
        messages.success(request, words)
    else:
        words = "A link was mailed to that address less than ten minutes ago. Look in spam too."
        messages.error(request, words)
    return redirect("assessment:links", access.public_id)
