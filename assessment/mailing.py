"""What is mailed to owners: links they ask for, and the notice before deletion.

Nothing anybody typed stands in a mail but the address it goes to: else a stranger could write to
others in the site's name. No subject and no log holds a secret, an address or a name.
"""

from __future__ import annotations

import logging
import smtplib
import textwrap
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from assessment import access, operator, tasks
from assessment.models import AccessLink, Assessment, OwnerEmail

log = logging.getLogger(__name__)

LINKS_SUBJECT = "Your link to the Job Quality Self-Assessment"
NOTICE_SUBJECT = "Your job quality self-assessment will be deleted soon"
# One mail lists no more assessments than that, those changed last first.
MOST_LISTED = 50


class NotSent(Exception):
    """The mail server could not be reached or did not take the mail."""


def is_configured() -> bool:
    """Whether this site sends mail at all."""
    return bool(settings.MAILERS)


def normal(email: str) -> str:
    """An address as it is stored and looked up."""
    return email.strip().lower()


# -- links that were asked for ---------------------------------------------------------------


@transaction.atomic
def ask_for_links(*, email: str) -> None:
    """Mail links to all assessments of an address, if there are any and none were mailed lately.

    Nothing says which it was, and the request does the same either way: two statements, and then
    the sending, which has nothing to do without a row.
    """
    is_free = OwnerEmail.objects.claim(normal(email))
    rows = OwnerEmail.objects.filter(email=normal(email)).order_by("-assessment__changed_at")
    keys = list(rows.values_list("pk", flat=True)[:MOST_LISTED])
    transaction.on_commit(partial(tasks.send_links.enqueue, keys if is_free else []))


@transaction.atomic
def ask_for_link(*, assessment: Assessment) -> bool:
    """Mail the owner a link to this assessment; False where one was mailed to them lately.

    Raises OwnerEmail.DoesNotExist where no address is known.
    """
    row = OwnerEmail.objects.get(assessment=assessment)
    is_free = OwnerEmail.objects.claim(row.email)
    if is_free:
        transaction.on_commit(partial(tasks.send_links.enqueue, [row.pk]))
    return is_free


def send_links(owner_emails: Sequence[int]) -> None:
    """Mail links to the assessments of these rows, all of one address.

    Takes keys only, and makes the secrets itself, so that none stands in a queue. A mail that
    cannot be sent takes its links back, and another may be asked for at once.
    """
    rows = list(OwnerEmail.objects.filter(pk__in=owner_emails).select_related("assessment"))
    if not rows:
        return
    made = [(row.assessment, *access.make_mailed_link(row.assessment)) for row in rows]
    listed = [
        {"assessment": assessment, "address": address("open_mailed", secret)}
        for assessment, _, secret in made
    ]
    try:
        _send(LINKS_SUBJECT, "mail/links.txt", rows[0].email, {"listed": listed})
    except NotSent as error:
        AccessLink.objects.filter(pk__in=[link.pk for _, link, _ in made]).delete()
        OwnerEmail.objects.filter(email=rows[0].email).update(mailed_at=None)
        _log_failure("links", error, rows)


# -- the notice before deletion --------------------------------------------------------------


def send_notice(rows: Sequence[OwnerEmail], *, until: Sequence[date]) -> None:
    """Tell the owner of ``rows``, all of one address, when each assessment may be deleted.

    ``until``: those days, in the same order. The mail holds no link that opens anything: it is
    read days later, and leads to where one can be asked for. Raises NotSent.
    """
    listed = [
        {"assessment": row.assessment, "until": day} for row, day in zip(rows, until, strict=True)
    ][:MOST_LISTED]
    try:
        _send(NOTICE_SUBJECT, "mail/notice.txt", rows[0].email, {"listed": listed})
    except NotSent as error:
        _log_failure("a notice", error, rows)
        raise


# -- sending ---------------------------------------------------------------------------------


def address(name: str, *args: Any) -> str:
    """The whole address of a page of the site, for a mail."""
    return settings.SITE_URL + reverse(f"assessment:{name}", args=args)


def _send(subject: str, template: str, email: str, context: dict[str, Any]) -> None:
    context |= {
        "site": settings.SITE_URL,
        "lost_link": address("lost_link"),
        **operator.told(),
        "retention_days": settings.RETENTION_DAYS,
    }
    message = EmailMessage(
        subject,
        _wrapped(render_to_string(template, context)),
        to=[email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused:
        # The address takes no mail, now or ever: no fault of the server, and no use in trying on.
        log.warning("A mail server refused the recipient of a mail.")
    except OSError as error:  # what smtplib, ssl and sockets raise
        raise NotSent(type(error).__name__) from None


def _wrapped(text: str) -> str:
    """Lines as long as mail programs show them; an address is never broken."""
    wrap = partial(textwrap.fill, width=72, break_long_words=False, break_on_hyphens=False)
    return "\n".join(wrap(line) for line in text.splitlines())


def _log_failure(what: str, error: NotSent, rows: Sequence[OwnerEmail]) -> None:
    ids = ", ".join(row.assessment.public_id for row in rows)
    log.error("Could not mail %s (%s) for the assessments %s", what, error, ids)
