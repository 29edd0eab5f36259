"""Documents asked for that a worker makes: kept for a day."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django_tasks_db.models import DBTaskResult

from .document import KINDS

# Of one assessment, and of all; each takes a worker some seconds.
MOST_WAITING = 3  # one of each kind
MOST_WAITING_IN_ALL = 200
# Of one assessment, for pages still open; none is older than a day.
MOST_KEPT = 6


class DocumentOrder(models.Model):
    """Somebody asked for a document of this kind with these choices, and a worker makes it.

    ``fingerprint`` is of the plan as it stood then, so that pressing twice is one order.
    ``document`` is what was made of the plan as it stood when the worker came to it. How far it has
    come is said by the row of the queue, ``task``, alone.
    """

    assessment = models.ForeignKey("assessment.Assessment", models.CASCADE, related_name="orders")
    kind = models.CharField(max_length=5, choices=KINDS, default="plan")
    include_answers = models.BooleanField(default=False)
    include_notes = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64)
    task = models.UUIDField(default=uuid4)
    document = models.ForeignKey(
        "assessment.IssuedDocument", models.SET_NULL, null=True, related_name="+"
    )
    ordered_at = models.DateTimeField()

    class Meta:
        ordering = ["-ordered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "fingerprint"], name="order_fingerprint_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[k for k, _ in KINDS]), name="order_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, ordered {self.ordered_at:%Y-%m-%d}"


@receiver(post_delete, sender=DocumentOrder)
def forget_task(instance: DocumentOrder, **_: Any) -> None:
    """Take an order's row out of the queue with it, but not from under a worker that holds it."""
    DBTaskResult.objects.filter(pk=instance.task).exclude(status="RUNNING").delete()
