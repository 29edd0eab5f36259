"""The owner's address: saved, changed, removed; and a link mailed to it."""

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

SAVED = "Your address is saved."
REMOVED = "Your address is removed."
# Of an address that got too many: to say so would tell that somebody else here uses it.
ASKED = (
    "An email with a link is on its way, unless that address got several within the last hour. It "
    "can take a few minutes. Check your spam folder too."
)
LATELY = "You asked for a link less than ten minutes ago. Check your spam folder too."


@require_POST
@employer("own")
def owner_email(request: HttpRequest, access: Access) -> HttpResponse:
    """Save the address, or remove it."""
    if not mailing.is_configured():
        raise Http404("This site sends no mail")
    form = OwnerEmailForm(request.POST)
    if not form.is_valid():
        return links.page(request, access, email_form=form, status=422)
    email = form.cleaned_data["email"]
    workflow.keep_email(assessment=access.assessment, email=email)
    messages.success(request, SAVED if email else REMOVED)
    return redirect("assessment:links", access.public_id)


@require_POST
@employer("own")
@limited("mail_link")
def mail_link(request: HttpRequest, access: Access) -> HttpResponse:
    """Mail the owner a link to this assessment."""
    if not mailing.is_configured():
        raise Http404("This site sends no mail")
    try:
        is_asked = mailing.ask_for_link(assessment=access.assessment)
    except OwnerEmail.DoesNotExist:
        messages.error(request, "Add an email address first.")
    else:
        (messages.success if is_asked else messages.error)(request, ASKED if is_asked else LATELY)
    return redirect("assessment:links", access.public_id)
