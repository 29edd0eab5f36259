"""Where an owner can be reached: for links and the notice before deletion, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from .access_link import AccessLink

# An address gets no more than one mail of links in so long a time.
PAUSE = timedelta(minutes=10)


class OwnerEmailQuerySet(models.QuerySet["OwnerEmail"]):
    """Addresses of owners."""

    def claim(self, email: str) -> bool:
        """Note that a mail goes to ``email`` now; False where it is unknown or got one lately.

        One statement: of two presses at once one gets True. An assessment whose link was mailed
        lately waits as well: else its owner could write to an address again and again by taking it
        out and putting it back.
        """
        now = timezone.now()
        lately = OwnerEmail.objects.filter(email=OuterRef("email"), mailed_at__gt=now - PAUSE)
        mailed = AccessLink.objects.filter(
            assessment=OuterRef("assessment"), mailed_at__gt=now - PAUSE
        )
        free = self.filter(
            Q(mailed_at__isnull=True) | Q(mailed_at__lte=now - PAUSE),
            ~Exists(lately),
            ~Exists(mailed),
            email=email,
        )
        return bool(free.update(mailed_at=now))


class OwnerEmail(models.Model):
    """The address of one assessment's owner, given freely; a row only where there is one.

    A row of its own, which no page of readers, contributors or visitors ever loads. ``mailed_at``:
    when a link was last mailed; ``noticed_at``: when the notice before deletion was.
    """

    assessment = models.OneToOneField(
        "assessment.Assessment", models.CASCADE, related_name="owner_email"
    )
    # In small letters, so that it is found however it is typed.
    email = models.EmailField(max_length=254)
    mailed_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField(null=True, blank=True)

    objects = OwnerEmailQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["email"], name="owner_email")]
        constraints = [
            models.CheckConstraint(condition=~Q(email=""), name="owner_email_given"),
        ]

    def __str__(self) -> str:
        return self.email
