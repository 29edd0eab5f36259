"""A move of an assessment to a newer edition (decisions.md 12)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

# A move can be made and undone again and again; of the undone ones so many are kept.
MOST_UNDONE = 20


class MoveQuerySet(models.QuerySet["Move"]):
    """Moves."""

    def forget_undone(self, assessment_id: int) -> None:
        """Drop the oldest of an assessment's undone moves; its newest move always stays."""
        undone = self.filter(assessment=assessment_id).exclude(undone_at=None).order_by("-pk")
        self.filter(pk__in=list(undone.values_list("pk", flat=True)[MOST_UNDONE:])).delete()


class Move(models.Model):
    """From which edition to which, whose answers it marked, and whether it was undone.

    ``marked``: slugs of the answers this move, and no earlier one, made to confirm. ``revisions``:
    the sum of the revisions of all answers right after the move. They only rise, so another sum
    means that an answer was saved since; no clock can say that as surely.
    """

    assessment = models.ForeignKey("assessment.Assessment", models.CASCADE, related_name="moves")
    from_number = models.PositiveIntegerField()
    to_number = models.PositiveIntegerField()
    marked = models.JSONField(default=list, blank=True)
    revisions = models.PositiveIntegerField()
    by = models.CharField(max_length=80, help_text="The role that moved it.")
    moved_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = MoveQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(from_number__gte=1), name="move_from_positive"),
            models.CheckConstraint(condition=Q(to_number__gt=F("from_number")), name="move_newer"),
            models.UniqueConstraint(
                fields=["assessment", "to_number"],
                condition=Q(undone_at=None),
                name="move_once_per_edition",
            ),
        ]

    def __str__(self) -> str:
        return f"From edition {self.from_number} to {self.to_number}"
