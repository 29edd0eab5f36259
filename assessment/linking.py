"""The owner's links: a further one, a new one for the owner, and stopping some or all others.

Keyword-only, atomic; each holds the assessment, so that of two presses the second sees the first.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from assessment import reassessing, workflow
from assessment.access import MOST_LINKS, Access, make_link, stop
from assessment.models import AccessLink, Assessment


class Stopped(Exception):
    """A link does not work any more, or never was one of this assessment's."""


class InUse(Exception):
    """The link is the one this browser uses."""


@transaction.atomic
def add_link(*, assessment: Assessment, **fields: Any) -> AccessLink:
    """Make a further link, with the ``fields`` of make_link. Raises workflow.TooMany."""
    Assessment.objects.hold(assessment.pk)
    if AccessLink.objects.kept().filter(assessment=assessment).count() >= MOST_LINKS:
        raise workflow.TooMany
    link, _ = make_link(assessment, **fields)
    return link


@transaction.atomic
def add_owner_link(*, access: Access) -> AccessLink:
    """Make the owner a new link beside all others: the first step of renewing.

    It is made even where there are too many: whoever got hold of a link must not be able to keep
    the owner from renewing. The one made last then gives way, mostly that of an earlier press.
    """
    Assessment.objects.hold(access.assessment.pk)
    kept = AccessLink.objects.kept().filter(assessment=access.assessment)
    if kept.count() > MOST_LINKS:
        stop(kept.exclude(pk=access.link_id).order_by("-pk")[:1])
    link, _ = make_link(access.assessment, role="owner")
    return link


@transaction.atomic
def stop_others(
    *, access: Access, key: str, keep: Collection[str], keeps_email: bool
) -> AccessLink:
    """Stop every link but the owner's link of ``key``; return that one: the second step.

    Only a link that was shown before may stay, so that a lost reply locks nobody out. It is
    another row than the one in use: browsers hold the row's id, and those that opened the old link
    would otherwise stay in.

    ``keep``: public ids of the later assessments that may go on comparing themselves with this
    one; for all others that ends. The owner's address is forgotten unless ``keeps_email``, so that
    nobody who put in their own is mailed a link again. Raises Stopped, with nothing changed.
    """
    Assessment.objects.hold(access.assessment.pk)
    links = AccessLink.objects.filter(assessment=access.assessment)
    link = links.kept().filter(role="owner").of_key(key)
    if link is None:
        raise Stopped
    stop(links.filter(revoked_at=None).exclude(pk=link.pk))
    reassessing.end_comparisons(access.assessment.later.exclude(public_id__in=keep))
    if not keeps_email:
        workflow.keep_email(assessment=access.assessment, email="")
    return link


@transaction.atomic
def stop_link(*, access: Access, key: str) -> None:
    """Stop one link. Raises Stopped, or InUse for the one that this browser uses."""
    Assessment.objects.hold(access.assessment.pk)
    link = AccessLink.objects.kept().filter(assessment=access.assessment).of_key(key)
    if link is None:
        raise Stopped
    if link.pk == access.link_id:
        raise InUse
    stop([link])
