"""Where an owner can be reached: for links and the notice before deletion, and nothing else."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class OwnerEmail(models.Model):
    """The address of one assessment's owner, given freely; a row only where there is one.

    A row of its own, which no page of readers, contributors or visitors ever loads. Nobody proved
    that the address is theirs, so nothing one row holds may decide what another row's owner gets.
    ``noticed_at``: when the notice before deletion was mailed.
    """

    assessment = models.OneToOneField(
        "assessment.Assessment", models.CASCADE, related_name="owner_email"
    )
    # In small letters, so that it is found however it is typed.
    email = models.EmailField(max_length=254)
    # Not used any more; the release before this one writes it, so it goes with the next.
    mailed_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["email"], name="owner_email")]
        constraints = [
            models.CheckConstraint(condition=~Q(email=""), name="owner_email_given"),
        ]

    def __str__(self) -> str:
        return self.email
