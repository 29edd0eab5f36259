"""What is mailed to owners: links they ask for, and the notice before deletion.

Nothing anybody typed stands in an email but the address it goes to: else a stranger could write to
others in the site's name. Nobody proves that an address is theirs, so an email says of each
assessment what its owner knows it by, and no more. No subject and no log holds a secret, an address
or a name.
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
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from assessment import access, limiting, operator, tasks
from assessment.models import AccessLink, Assessment, OwnerEmail

log = logging.getLogger(__name__)

LINKS_SUBJECT = "Your link to the Job Quality Self-Assessment"
NOTICE_SUBJECT = "Your job quality self-assessment will be deleted soon"
# One email lists no more assessments than that.
MOST_LISTED = 50
ANSWERED = Q(level__isnull=False) | Q(is_not_applicable=True)


class NotSent(Exception):
    """The mail server could not be reached or did not take the mail."""


def is_configured() -> bool:
    """Whether this site sends mail at all."""
    return bool(settings.MAILERS)


def normal(email: str) -> str:
    """An address as it is stored and looked up."""
    return email.strip().lower()


# -- links that were asked for ---------------------------------------------------------------


def ask_for_links(*, email: str) -> None:
    """Mail links to the assessments of an address, if there are any and none were mailed lately.

    Nothing tells which it was, here or anywhere else on the site: every address is counted, and the
    same is asked of the database and of the queue for each.
    """
    is_due = limiting.is_due("links_to_address", normal(email))
    keys = list(_first_and_last(OwnerEmail.objects.filter(email=normal(email))))
    transaction.on_commit(partial(tasks.send_links.enqueue, keys if is_due else []))


def _first_and_last(rows: QuerySet[OwnerEmail]) -> list[int]:
    """The keys of these rows; of more than MOST_LISTED those given first and those given last.

    A stranger who gives the address for many assessments crowds out none that had it before.
    """
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    half = MOST_LISTED // 2
    return keys if len(keys) <= MOST_LISTED else [*keys[:half], *keys[-half:]]


def ask_for_link(*, assessment: Assessment) -> bool:
    """Mail the owner a link to this assessment; False where they asked for one lately.

    Raises OwnerEmail.DoesNotExist where no address is known. Whether others had too many mailed to
    that address is not said: it would tell who uses it.
    """
    row = OwnerEmail.objects.get(assessment=assessment)
    if not limiting.is_due("link_of_assessment", str(assessment.pk)):
        return False
    if limiting.is_due("link_to_address", row.email):
        transaction.on_commit(partial(tasks.send_links.enqueue, [row.pk]))
    return True


def send_links(owner_emails: Sequence[int]) -> None:
    """Mail links to the assessments of these rows, all of one address.

    Takes keys only, and makes the secrets itself, so that none stands in a queue. An email that
    cannot be sent takes its links back. It is not asked for again: a pause cut short would tell
    that the address is known.
    """
    rows = list(OwnerEmail.objects.filter(pk__in=owner_emails).order_by("pk"))
    made = [made for row in rows if (made := _make_link(row))]
    if not made:
        return
    listed = [
        {
            "assessment": link.assessment,
            "answered": link.assessment.answers.filter(ANSWERED).count(),
            "address": address("open_mailed", secret),
        }
        for link, secret in made
    ]
    try:
        _send(LINKS_SUBJECT, "mail/links.txt", rows[0].email, {"listed": listed})
    except NotSent as error:
        AccessLink.objects.filter(pk__in=[link.pk for link, _ in made]).delete()
        _log_failure("links", error, rows)


@transaction.atomic
def _make_link(row: OwnerEmail) -> tuple[AccessLink, str] | None:
    """A link for a mail; None where the owner took the address out meanwhile.

    Asked once the assessment is held, for renewing all links holds it too.
    """
    Assessment.objects.hold(row.assessment_id)
    still = OwnerEmail.objects.filter(pk=row.pk).select_related("assessment").first()
    return access.make_mailed_link(still.assessment) if still else None


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
    ids = ", ".join(str(row.assessment_id) for row in rows)
    log.error("Could not mail %s (%s) for the assessments of row id %s", what, error, ids)
