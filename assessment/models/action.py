"""A commitment: somebody does something by a day."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assessment.plan_document import PlanAction
from toolkit.catalogue import EFFORTS, TOP_LEVEL

STATUSES = [
    ("not-started", "Not started"),
    ("under-way", "Under way"),
    ("done", "Done"),
    ("dropped", "Dropped"),
]
MOST_ACTIONS = 100
# A removed action can be put back for so many days; of more than so many the oldest go at once.
KEPT_DAYS = 30
MOST_REMOVED = 100
MOST_DOLLARS = 100_000_000


def new_key() -> str:
    """An opaque key for addresses and calendar entries."""
    return secrets.token_urlsafe(6)


def today() -> date:
    """Today where the server is."""
    return timezone.localdate()


class ActionQuerySet(models.QuerySet["Action"]):
    """Actions."""

    def in_plan(self) -> ActionQuerySet:
        """Those that were not removed."""
        return self.filter(removed_at=None)

    def removed_lately(self) -> ActionQuerySet:
        """Those that can still be put back, the last removed first."""
        since = timezone.now() - timedelta(days=KEPT_DAYS)
        return self.filter(removed_at__gt=since).order_by("-removed_at", "-pk")

    def removed_long_ago(self) -> ActionQuerySet:
        """Those that can no longer be put back."""
        return self.filter(removed_at__lte=timezone.now() - timedelta(days=KEPT_DAYS))


class Action(models.Model):
    """One line of the plan. What came from the toolkit is copied when added (decisions.md 18)."""

    assessment = models.ForeignKey("assessment.Assessment", models.CASCADE, related_name="actions")
    key = models.CharField(max_length=12, unique=True, default=new_key)
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=200)
    next_step = models.CharField(max_length=500, blank=True)
    question = models.CharField(max_length=80, blank=True)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    strategy = models.CharField(max_length=80, blank=True)
    owner = models.CharField("who", max_length=100, blank=True)
    due_on = models.DateField("by when", null=True, blank=True)
    effort = models.CharField(
        max_length=6, blank=True, choices=[(e, e.capitalize()) for e in EFFORTS]
    )
    cost = models.CharField(max_length=100, blank=True)
    # Both in whole dollars: what it is expected to cost, and what was set aside for it.
    estimate = models.PositiveIntegerField(null=True, blank=True)
    budget = models.PositiveIntegerField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=STATUSES, default="not-started")
    drop_reason = models.CharField("why it was dropped", max_length=200, blank=True)
    done_on = models.DateField(null=True, blank=True)
    notes = models.TextField(max_length=2000, blank=True)
    added_on = models.DateField(default=today)
    changed_at = models.DateTimeField(auto_now=True)
    # Rises with every change, so that a calendar takes the newer entry (RFC 5545, SEQUENCE).
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # A removed action is out of the plan and can be put back; it is dropped for good after a while.
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(0, TOP_LEVEL)),
                name="action_level_0_4",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s for s, _ in STATUSES]), name="action_status_known"
            ),
            models.CheckConstraint(
                condition=Q(estimate__isnull=True) | Q(estimate__lte=MOST_DOLLARS),
                name="action_estimate_bounded",
            ),
            models.CheckConstraint(
                condition=Q(budget__isnull=True) | Q(budget__lte=MOST_DOLLARS),
                name="action_budget_bounded",
            ),
            models.CheckConstraint(
                condition=Q(drop_reason="") | Q(status="dropped"),
                name="action_drop_reason_of_dropped",
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(status="done"), name="action_done_on_of_done"
            ),
            models.UniqueConstraint(
                fields=["assessment", "question"],
                condition=~Q(question="") & Q(removed_at__isnull=True),
                name="action_once_per_question",
                violation_error_message="That step is already in the plan.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def follow_status(self) -> None:
        """Note the day it was done; keep a reason only where it was dropped."""
        if self.status != "done":
            self.done_on = None
        elif self.done_on is None:
            self.done_on = today()
        if self.status != "dropped":
            self.drop_reason = ""

    def value(self) -> PlanAction:
        """The action as documents hold it."""
        return PlanAction(
            key=self.key,
            title=self.title,
            next_step=self.next_step,
            question=self.question,
            level=self.level,
            strategy=self.strategy,
            owner=self.owner,
            due_on=self.due_on,
            effort=self.effort,
            cost=self.cost,
            estimate=self.estimate,
            budget=self.budget,
            status=self.status,
            drop_reason=self.drop_reason,
            done_on=self.done_on,
            notes=self.notes,
            added_on=self.added_on,
            sequence=self.sequence,
            changed_on=self.changed_at.date(),
        )
