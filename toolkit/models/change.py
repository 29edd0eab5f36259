"""Changes: what a row was after each saving, and who saved it."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Max, Q
from django.utils import timezone

from toolkit.dates import day_text

from .record import Record

NOUNS = [
    ("component", "Component"),
    ("question", "Question"),
    ("strategy", "Strategy"),
    ("resource", "Resource"),
]
EDITED, LOADED, BROUGHT_BACK, FOUND, DELETED = (
    "edited",
    "loaded",
    "brought-back",
    "found",
    "deleted",
)
HOWS = [
    (EDITED, "Edited"),
    (LOADED, "Loaded from files"),
    (BROUGHT_BACK, "Brought back"),
    (FOUND, "As it was found"),
    (DELETED, "Deleted"),
]


class ChangeQuerySet(models.QuerySet["Change"]):
    """Versions of rows."""

    def of(self, noun: str, slug: str) -> Self:
        """All versions of one row, the newest first."""
        return self.filter(noun=noun, slug=slug).order_by("-pk")

    def newest_of_each(self, noun: str, slugs: list[str]) -> Self:
        """The newest version of each of these rows."""
        rows = self.filter(noun=noun, slug__in=slugs)
        newest = rows.order_by().values("slug").annotate(newest=Max("pk")).values("newest")
        return self.filter(pk__in=newest)


class Change(Record):
    """One version of a row with all that belongs to it, as one document (decisions.md 13).

    ``document``: canonical JSON of the row after the saving. ``made_by_name`` stays when the user
    is deleted. Our own table, because what may be compared and brought back here is a document:
    django-simple-history and django-reversion record each table's rows, and their pages carry
    inline handlers that our content policy refuses (decisions.md 28).
    """

    instead = "save its row again"

    noun = models.CharField(max_length=10, choices=NOUNS)
    slug = models.SlugField(max_length=80, db_index=False)
    document = models.TextField()
    made_at = models.DateTimeField("when", default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_by_name = models.CharField("who", max_length=150, blank=True)
    how = models.CharField(max_length=12, choices=HOWS)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "change"
        verbose_name_plural = "recent changes"
        indexes = [models.Index(fields=["noun", "slug", "made_at"], name="change_of_row")]
        constraints = [
            models.CheckConstraint(
                condition=Q(noun__in=[value for value, _ in NOUNS]), name="change_noun_known"
            ),
            models.CheckConstraint(
                condition=Q(how__in=[value for value, _ in HOWS]), name="change_how_known"
            ),
            models.CheckConstraint(
                condition=~Q(slug="") & ~Q(document=""), name="change_names_a_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_noun_display()} {self.slug}, {day_text(self.made_at)}"

    @property
    def who(self) -> str:
        """Who made it, in words."""
        return self.made_by_name or ("a command" if self.how == LOADED else "an unknown person")
