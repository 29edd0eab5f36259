"""Captured copies: the files the archive keeps itself, and every check that they are unchanged."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from toolkit.dates import day_text, moment, time_of_day
from toolkit.formats import FORMATS, Format

from .record import Record

SOUND, MISSING, DAMAGED = "sound", "missing", "damaged"
STATES = [
    (SOUND, "Sound"),
    (MISSING, "Missing"),
    (DAMAGED, "Damaged"),
]
COPY_KINDS = [(known.kind, known.label) for known in FORMATS.values()]


class ResourceCopy(models.Model):
    """A file captured from an archive item's address, kept under its SHA-256.

    The fields are what provenance asks of a copy (PREMIS object, DataRefuge package). Written by
    toolkit.copies only, which stores the file; the same file may be kept for several items.
    """

    # Protected: a copy may be the last there is, so it is removed on purpose or not at all.
    resource = models.ForeignKey("toolkit.Resource", models.PROTECT, related_name="copies")
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("size in bytes")
    kind = models.CharField("format", max_length=8, choices=COPY_KINDS)
    file_name = models.CharField(max_length=255, help_text="What the file was called when added.")
    captured_on = models.DateField(
        "day of capture", help_text="When the copy was made (UTC), not when the item came out."
    )
    captured_time = models.TimeField(
        "time of capture",
        null=True,
        blank=True,
        help_text="UTC. Leave empty if only the day is known.",
    )
    captured_from = models.URLField(
        "taken from",
        max_length=700,
        blank=True,
        help_text="The address the copy was made from. Empty means not known.",
    )
    capture_method = models.CharField(
        "method of capture",
        max_length=300,
        help_text="For example: saved in a browser, downloaded by hand, crawl, sent by a person.",
    )
    captured_by = models.CharField(
        max_length=250, blank=True, help_text="The person, or the tool and its version, if known."
    )
    note = models.CharField(
        max_length=500, blank=True, help_text="What a reader should know, such as missing pages."
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Stays when the account goes.
    uploaded_by_name = models.CharField(max_length=150, blank=True)
    state = models.CharField(max_length=8, choices=STATES, default=SOUND)
    verified_at = models.DateTimeField(
        "last verified", help_text="When the file was last read and found unchanged."
    )

    class Meta:
        ordering = ["-captured_on", F("captured_time").desc(nulls_last=True), "-pk"]
        verbose_name = "captured copy"
        verbose_name_plural = "captured copies"
        indexes = [models.Index(fields=["sha256"], name="copy_sha256")]
        constraints = [
            models.UniqueConstraint(fields=["resource", "sha256"], name="copy_once_per_resource"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}\Z"), name="copy_sha256_shape"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="copy_size_positive"),
            models.CheckConstraint(condition=Q(kind__in=list(FORMATS)), name="copy_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=[state for state, _ in STATES]), name="copy_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format.label}, captured {self.captured_words}"

    def get_absolute_url(self) -> str:
        """Where it is downloaded."""
        return reverse("toolkit:copy", args=[self.resource.slug, self.sha256])

    @property
    def format(self) -> Format:
        """What kind of file it is."""
        return FORMATS[self.kind]

    @property
    def captured_words(self) -> str:
        """When it was captured, as exactly as known: “March 7, 2025, 14:22 UTC”."""
        day = day_text(self.captured_on)
        return f"{day}, {time_of_day(self.captured_time)}" if self.captured_time else day

    @property
    def is_sound(self) -> bool:
        """Whether the file was there and unchanged when it was last looked at."""
        return self.state == SOUND

    @property
    def download_name(self) -> str:
        """What a browser saves it as; nothing of the name it was uploaded with."""
        return f"{self.resource.slug}-{self.sha256[:8]}{self.format.ending}"


class CopyCheck(Record):
    """One reading of a copy's whole file against its SHA-256 (PREMIS event: fixity check)."""

    instead = "verify the copy again"

    copy = models.ForeignKey(ResourceCopy, models.CASCADE, related_name="checks")
    checked_at = models.DateTimeField()
    result = models.CharField(max_length=8, choices=STATES)

    class Meta:
        ordering = ["-checked_at", "-pk"]
        verbose_name = "check of a copy"
        verbose_name_plural = "checks of copies"
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=[state for state, _ in STATES]), name="check_result_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_result_display()}, {moment(self.checked_at)}"
