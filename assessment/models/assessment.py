"""One employer's run through the questions."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from assessment.scoring import Profile
from toolkit.catalogue import FLAGS, SIZES

SECTORS = [
    ("11", "Farming, forestry, fishing"),
    ("21", "Mining, oil and gas"),
    ("22", "Utilities"),
    ("23", "Construction"),
    ("31-33", "Manufacturing"),
    ("42", "Wholesale"),
    ("44-45", "Retail"),
    ("48-49", "Transportation and warehousing"),
    ("51", "Information"),
    ("52", "Finance and insurance"),
    ("53", "Real estate and rental"),
    ("54", "Professional and technical services"),
    ("55", "Management of companies"),
    ("56", "Administrative and support services"),
    ("61", "Education"),
    ("62", "Health care and social assistance"),
    ("71", "Arts, entertainment, recreation"),
    ("72", "Hotels and restaurants"),
    ("81", "Other services"),
    ("92", "Public administration"),
]
MODES = [("quick", "Quick check"), ("full", "All questions")]
COVERS = [
    ("organization", "The whole organization"),
    ("site", "One site"),
    ("jobs", "One group of jobs"),
]
RESPONDENTS = [
    ("owner", "Owner or chief executive"),
    ("hr", "Human resources"),
    ("manager", "Manager or supervisor"),
    ("team", "Several people together"),
    ("other", "Someone else"),
]
PRIVATE_CHOICES = [("", "Rather not say"), ("yes", "Yes"), ("no", "No")]
IMPORTANCES = [(1, "Later"), (2, "Normal"), (3, "First")]


def new_public_id() -> str:
    """An opaque public id: it stands in addresses and is no secret."""
    return secrets.token_urlsafe(9)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Assessments."""

    def hold(self, *keys: int) -> None:
        """Make whoever else changes these, by primary key, wait until the transaction ends.

        First of all in a transaction: another press of the same button then waits for this one,
        and whoever holds several holds them in one order.
        """
        list(self.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))

    def running_in_words(self) -> str:
        """How many assessments a publishing finds running, by the edition they answer.

        Every one not deleted is running. Those on the live edition follow a correction; a new
        edition is offered to the owners of all.
        """
        found = dict(
            self.order_by("-edition_number")
            .values_list("edition_number")
            .annotate(count=models.Count("pk"))
        )
        count = sum(found.values())
        words = f"{count} running assessment{'' if count == 1 else 's'}"
        if len(found) > 1:
            return f"{words} ({', '.join(f'{n} on edition {e}' for e, n in found.items())})"
        return f"{words} on edition {next(iter(found))}" if found else words


class Assessment(models.Model):
    """What an employer told us of itself, and which edition it answers."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id)
    edition_number = models.PositiveIntegerField()
    # The newest edition its owner chose not to move to; offered again with the next one.
    declined_edition = models.PositiveIntegerField(null=True, blank=True, editable=False)
    mode = models.CharField(max_length=5, choices=MODES, default="full")
    name = models.CharField(max_length=120, blank=True)
    covers = models.CharField(max_length=12, choices=COVERS, default="organization")
    covers_name = models.CharField(max_length=120, blank=True)
    headcount = models.PositiveIntegerField(null=True, blank=True)
    respondent = models.CharField(max_length=8, choices=RESPONDENTS, blank=True)
    sector = models.CharField(max_length=5, choices=SECTORS, blank=True)
    size = models.CharField(max_length=8, choices=[(s, s) for s in SIZES], blank=True)
    # Each flag: yes, no or not said. Only "no" hides questions (decisions.md 7).
    has_shifts = models.BooleanField(null=True, blank=True)
    has_tipped = models.BooleanField(null=True, blank=True)
    has_seasonal = models.BooleanField(null=True, blank=True)
    has_temps = models.BooleanField(null=True, blank=True)
    has_part_time = models.BooleanField(null=True, blank=True)
    is_nonprofit = models.BooleanField(null=True, blank=True)
    is_public_body = models.BooleanField(null=True, blank=True)
    is_federal_contractor = models.BooleanField(null=True, blank=True)
    union_contract = models.CharField(max_length=3, choices=PRIVATE_CHOICES, blank=True)
    organizing = models.CharField(max_length=3, choices=PRIVATE_CHOICES, blank=True)
    importance = models.JSONField(default=dict, blank=True)
    targets = models.JSONField(default=dict, blank=True)
    # The assessment it was started from, or that its owner placed before it.
    earlier = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="later"
    )
    # Since when the one that stood before it is gone: deleted, or its owner ended the comparison.
    earlier_gone_on = models.DateField(null=True, blank=True, editable=False)
    # When it was made anew from a file, whose own times are older.
    brought_back_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_sample = models.BooleanField(default=False, editable=False)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        # Each for a question that is asked of all assessments at once; docs/scaling.md.
        indexes = [
            models.Index(fields=["changed_at"], name="assessment_by_change"),
            # Only so does PostgreSQL find the beginning of a text.
            models.Index(
                fields=["name"], opclasses=["varchar_pattern_ops"], name="assessment_by_name"
            ),
            models.Index(
                fields=["started_at"], condition=Q(is_sample=True), name="assessment_sample"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=[m for m, _ in MODES]), name="assessment_mode_known"
            ),
            models.CheckConstraint(
                condition=Q(size__in=["", *SIZES]), name="assessment_size_known"
            ),
            models.CheckConstraint(
                condition=Q(edition_number__gte=1), name="assessment_edition_positive"
            ),
            models.CheckConstraint(
                condition=Q(declined_edition__isnull=True) | Q(declined_edition__gte=1),
                name="assessment_declined_positive",
            ),
            models.CheckConstraint(
                condition=Q(earlier__isnull=True) | ~Q(earlier=F("pk")),
                name="assessment_not_its_own_earlier",
            ),
        ]
        permissions = [("view_answers", "Can see employers' answers")]

    def __str__(self) -> str:
        return self.shown_name

    def get_absolute_url(self) -> str:
        """The hub."""
        return reverse("assessment:hub", args=[self.public_id])

    @property
    def shown_name(self) -> str:
        """The organization's name, or what stands in its place."""
        return self.name or "Your organization"

    @property
    def is_quick(self) -> bool:
        """Whether this is the quick check."""
        return self.mode == "quick"

    def has_declined(self, number: int) -> bool:
        """Whether its owner chose to stay rather than move to that edition or a newer one."""
        return self.declined_edition is not None and self.declined_edition >= number

    @property
    def covers_words(self) -> str:
        """What it covers, as documents print it."""
        words = self.get_covers_display()
        if self.covers_name:
            words = f"{words}: {self.covers_name}"
        if self.headcount:
            words = f"{words}, about {self.headcount:,} people"
        return words

    def profile(self) -> Profile:
        """What the pure rules need to know."""
        return Profile(
            mode=self.mode,
            size=self.size,
            sector=self.sector,
            flags={flag: getattr(self, f"has_{flag}") for flag in FLAGS},
            importance=self.importance,
            targets=self.targets,
        )
