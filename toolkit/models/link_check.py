"""What was found each time an address of an archive item was checked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .record import Record
from .resource import LINK_STATES, Resource, values

OUTCOMES = [(value, label) for value, label in LINK_STATES if value != "not-checked"]
ADDRESSES = [
    ("original", "Original address"),
    ("archived", "Archived address"),
    ("other", "Other address"),
]

# Checks kept of each address. Two years of monthly checks: enough to see when a page went, and to
# tell a site that is away for a while from one that is gone; without a bound the table would grow
# for ever.
MOST_KEPT = 24


class LinkCheckQuerySet(models.QuerySet["LinkCheck"]):
    """Checks of addresses."""

    def of_address(self, resource: int, url: str) -> LinkCheckQuerySet:
        """The checks of one address of an item, newest first."""
        return self.filter(resource=resource, url=url).newest_first()

    def newest_first(self) -> LinkCheckQuerySet:
        """The latest check first."""
        return self.order_by("-checked_at", "-pk")

    def prune(self, resource: int, url: str) -> None:
        """Delete all but the newest checks of an address."""
        kept = self.of_address(resource, url).values_list("pk", flat=True)[:MOST_KEPT]
        self.filter(resource=resource, url=url).exclude(pk__in=[*kept]).delete()


class LinkCheck(Record):
    """One check of one address. Inserted by `check_links`, never changed."""

    instead = "check again"

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="link_checks")
    which = models.CharField("which address", max_length=8, choices=ADDRESSES)
    url = models.URLField("address", max_length=700)
    checked_at = models.DateTimeField("checked", default=timezone.now)
    outcome = models.CharField(max_length=12, choices=OUTCOMES)
    status = models.PositiveSmallIntegerField(
        "HTTP status", null=True, blank=True, help_text="Empty if the site gave no answer."
    )
    new_url = models.URLField("new address", max_length=700, blank=True)
    note = models.CharField(max_length=500, blank=True)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_at", "-pk"]
        verbose_name = "link check"
        indexes = [
            models.Index(fields=["resource", "-checked_at"], name="link_check_resource"),
            models.Index(fields=["outcome", "-checked_at"], name="link_check_outcome"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=values(OUTCOMES)), name="link_check_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(which__in=values(ADDRESSES)), name="link_check_address_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="moved") | Q(new_url=""), name="link_check_new_if_moved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.url}"
