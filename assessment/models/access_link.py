"""Links that open an assessment; only a hash of each secret is stored."""

from __future__ import annotations

import hashlib
import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

ROLES = [
    ("owner", "Owner"),
    ("edit", "May edit"),
    ("contributor", "Answers one component"),
    ("read", "May read"),
    ("share", "Sees the shared page"),
]
# The page a link leads to; all others lead to the hub.
PAGES = {"read": "assessment:results", "share": "assessment:shared"}
# What the page for sharing shows, chosen by the owner.
SHOWN = [("scores", "Scores only"), ("plan", "Scores and plan")]

# Of an assessment's links that were stopped, so many are kept.
MOST_STOPPED = 100


def new_secret() -> str:
    """A secret of 192 random bits, safe in an address."""
    return secrets.token_urlsafe(24)


def hash_secret(secret: str) -> str:
    """SHA-256 of a secret. Not keyed by SECRET_KEY, so that a rotated key breaks no link."""
    return hashlib.sha256(secret.encode()).hexdigest()


class AccessLinkQuerySet(models.QuerySet["AccessLink"]):
    """Access links."""

    def working(self) -> AccessLinkQuerySet:
        """Links neither revoked nor expired."""
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()), revoked_at__isnull=True
        )

    def waiting(self) -> AccessLinkQuerySet:
        """Working ones that were mailed and not opened yet.

        No page tells of them: anybody may have a link mailed to an address they know, and what
        comes of it must be seen nowhere but in that mailbox.
        """
        return self.working().filter(mailed_at__isnull=False, expires_at__isnull=False)

    def kept(self) -> AccessLinkQuerySet:
        """Working ones but those that wait: a mail that nobody opens uses up no room."""
        return self.working().exclude(mailed_at__isnull=False, expires_at__isnull=False)

    def of_key(self, key: str) -> AccessLink | None:
        """The one of these with that key, if any. Reads them all: ask it of one assessment's."""
        return next((link for link in self if link.key == key), None)

    def forget_stopped(self, assessment_id: int) -> None:
        """Drop the oldest links of an assessment that were stopped, beyond the last MOST_STOPPED.

        A browser that opened one finds nothing, as before. Keys are never given out again.
        """
        stopped = self.filter(assessment=assessment_id).exclude(revoked_at=None).order_by("-pk")
        self.filter(pk__in=list(stopped.values_list("pk", flat=True)[MOST_STOPPED:])).delete()


class AccessLink(models.Model):
    """One way in: its role, and for a contributor the one component (decisions.md 21-22)."""

    assessment = models.ForeignKey("assessment.Assessment", models.CASCADE, related_name="links")
    role = models.CharField(max_length=11, choices=ROLES)
    component = models.CharField(max_length=80, blank=True)
    shows = models.CharField(max_length=6, choices=SHOWN, blank=True)
    label = models.CharField(max_length=80, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)
    # Set for a link that was mailed: until it is opened it also expires.
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = AccessLinkQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[r for r, _ in ROLES]), name="link_role_known"
            ),
            models.CheckConstraint(
                condition=(Q(role="contributor") & ~Q(component=""))
                | (~Q(role="contributor") & Q(component="")),
                name="link_component_for_contributor",
            ),
            models.CheckConstraint(
                condition=(Q(role="share") & Q(shows__in=[s for s, _ in SHOWN]))
                | (~Q(role="share") & Q(shows="")),
                name="link_shows_for_share",
            ),
            models.CheckConstraint(
                condition=Q(mailed_at__isnull=True) | Q(role="owner"), name="link_mailed_to_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.label}".strip()

    @property
    def page(self) -> str:
        """The name of the page it leads to."""
        return PAGES.get(self.role, "assessment:hub")

    @property
    def key(self) -> str:
        """What names it in an address: the number of its row would tell how many links are made."""
        return salted_hmac("assessment.link", str(self.pk), algorithm="sha256").hexdigest()[:20]
