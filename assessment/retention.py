"""How long an assessment is kept: what counts as its last change, and what is then deleted.

The one place with that rule (decisions.md 26). Everything an employer changes counts; looking at
it, opening a link or asking for one by mail does not.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from assessment import mailing, reassessing
from assessment.models import (
    AccessLink,
    Action,
    ActionChange,
    Answer,
    Assessment,
    IssuedDocument,
    Move,
    OwnerEmail,
    RequestCount,
    TurnoverEstimate,
)

# Days before deletion that a known address gets the notice.
NOTICE_DAYS = 30
# Days that a link which works no longer is kept, so that nobody wonders where it went.
STOPPED_LINK_DAYS = 30
BATCH = 200

# What tells of a change beside the assessment's own row: the table, its moment, the way to the
# assessment. Saving an answer is one statement and leaves the assessment's own row alone.
CHANGES: tuple[tuple[type[models.Model], str, str], ...] = (
    (Answer, "saved_at", "assessment"),
    (Action, "changed_at", "assessment"),
    (ActionChange, "changed_at", "action__assessment"),
    (Move, "moved_at", "assessment"),
    (Move, "undone_at", "assessment"),
    (TurnoverEstimate, "changed_at", "assessment"),
    (IssuedDocument, "issued_at", "assessment"),
)


def last_change() -> Greatest:
    """The moment of the last change, as an expression over assessments."""
    brought_back = Coalesce(F("brought_back_at"), F("changed_at"))
    return Greatest(F("changed_at"), brought_back, *(_newest(*change) for change in CHANGES))


def _newest(model: type[models.Model], moment: str, way: str) -> Coalesce:
    # The databases differ in what the greatest of something and NULL is.
    rows = model._default_manager.filter(**{way: OuterRef("pk")}).order_by()
    newest = rows.values(way).annotate(newest=Max(moment)).values("newest")
    return Coalesce(Subquery(newest), F("changed_at"))


def kept_until(assessment: Assessment) -> date:
    """The day until which an assessment is kept if nothing changes. One query."""
    rows = Assessment.objects.filter(pk=assessment.pk).annotate(last_change=last_change())
    return until(rows.values_list("last_change", flat=True).get())


def until(changed_at: datetime) -> date:
    """The day until which an assessment last changed then is kept."""
    return (changed_at + timedelta(days=settings.RETENTION_DAYS)).date()


# -- what is due -----------------------------------------------------------------------------


def _notice_days() -> int:
    return min(NOTICE_DAYS, settings.RETENTION_DAYS)


def _unchanged_for(days: int) -> QuerySet[Any]:
    """Assessments not changed for so many days, but for the sample."""
    since = timezone.now() - timedelta(days=days)
    # What the rows themselves say first: it spares most of them the look into other tables.
    rows = Assessment.objects.filter(is_sample=False, changed_at__lte=since)
    return rows.annotate(last_change=last_change()).filter(last_change__lte=since)


def deletable() -> QuerySet[Any]:
    """Assessments whose time is over.

    One whose owner left an address stays until 30 days after the notice, where mail is sent at
    all: so nobody who was to be told loses it untold.
    """
    rows = _unchanged_for(settings.RETENTION_DAYS)
    if not mailing.is_configured():
        return rows
    told_by = timezone.now() - timedelta(days=_notice_days())
    untold = OwnerEmail.objects.filter(assessment=OuterRef("pk")).exclude(
        noticed_at__lte=told_by, noticed_at__gte=OuterRef("last_change")
    )
    return rows.filter(~Exists(untold))


def to_notice() -> QuerySet[OwnerEmail]:
    """Addresses to tell that an assessment is to be deleted; none where no mail is sent.

    Each once: a change after the notice makes another one due in its time.
    """
    if not mailing.is_configured():
        return OwnerEmail.objects.none()
    due = _unchanged_for(settings.RETENTION_DAYS - _notice_days()).filter(pk=OuterRef("assessment"))
    told = due.filter(last_change__lte=OuterRef("noticed_at"))
    return OwnerEmail.objects.filter(Exists(due)).filter(Q(noticed_at__isnull=True) | ~Exists(told))


@dataclass(frozen=True, slots=True)
class Due:
    """What a run would do: how many assessments to delete, by month of their last change."""

    by_month: dict[str, int]
    oldest: date | None
    notices: int

    @property
    def count(self) -> int:
        """How many assessments are to be deleted."""
        return sum(self.by_month.values())


def due() -> Due:
    """What is due now. It reads the moments only, one batch after the other."""
    moments = deletable().order_by().values_list("last_change", flat=True).iterator(2000)
    months: Counter[str] = Counter()
    oldest: datetime | None = None
    for moment in moments:
        months[f"{moment:%Y-%m}"] += 1
        oldest = min(oldest or moment, moment)
    return Due(dict(sorted(months.items())), oldest.date() if oldest else None, to_notice().count())


# -- doing it --------------------------------------------------------------------------------


def purge() -> Generator[int]:
    """Delete what is due, a batch in a transaction of its own; yields how many each one held.

    To stop at any moment loses nothing: the next run goes on.
    """
    last = 0
    while keys := _keys(deletable().filter(pk__gt=last)):
        last = keys[-1]
        yield _purge(keys)


@transaction.atomic
def _purge(keys: list[int]) -> int:
    Assessment.objects.hold(*keys)
    # Somebody may have come back while this run was looking.
    keys = _keys(deletable().filter(pk__in=keys))
    reassessing.end_comparisons(Assessment.objects.filter(earlier__in=keys))
    Assessment.objects.filter(pk__in=keys).delete()
    return len(keys)


def _keys(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def notify() -> Generator[int]:
    """Mail the notices that are due, one to an address; yields how many assessments each told of.

    Raises NotSent when the mail server fails: those told are noted, the rest waits for the next
    run.
    """
    last = ""
    while email := _next_email(last):
        last = email
        rows = list(to_notice().filter(email=email).select_related("assessment").order_by("pk"))
        if rows:
            mailing.send_notice(rows, until=[_deleted_after(row) for row in rows])
            OwnerEmail.objects.filter(pk__in=[r.pk for r in rows]).update(noticed_at=timezone.now())
            yield len(rows)


def _next_email(last: str) -> str | None:
    rows = to_notice().filter(email__gt=last).order_by("email")
    return rows.values_list("email", flat=True).first()


def _deleted_after(row: OwnerEmail) -> date:
    """When the assessment may be deleted: no sooner than the notice was given."""
    told = timezone.localdate() + timedelta(days=_notice_days())
    return max(kept_until(row.assessment), told)


def tidy() -> int:
    """Delete what no page shows any more: removed actions, links that stopped; returns how many.

    And counts of requests that are over: the limits delete them only when others are counted.
    """
    RequestCount.objects.over(now=int(time.time())).delete()
    long_ago = timezone.now() - timedelta(days=STOPPED_LINK_DAYS)
    stopped = AccessLink.objects.filter(Q(revoked_at__lte=long_ago) | Q(expires_at__lte=long_ago))
    return _clear(Action.objects.removed_long_ago()) + _clear(stopped)


def _clear(rows: QuerySet[Any]) -> int:
    count = 0
    while keys := _keys(rows):
        rows.model._default_manager.filter(pk__in=keys).delete()
        count += len(keys)
    return count
