"""A file of content that somebody uploaded and has not confirmed yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from .record import Record

# Long enough to read a dry run of the whole content, with a meeting in between.
KEPT = timedelta(hours=2)


class UploadQuerySet(models.QuerySet["Upload"]):
    """Uploads waiting to be confirmed."""

    def expired(self) -> UploadQuerySet:
        """Those nobody came back for."""
        return self.filter(uploaded_at__lt=timezone.now() - KEPT)

    def keep(self, user: Any, **values: Any) -> None:
        """Put an upload in the place of this person's last one."""
        if self.filter(by=user).update(**values):
            return
        try:
            with transaction.atomic():
                self.create(by=user, **values)
        except IntegrityError:
            # Pressed twice: the other press has just made the first.
            self.filter(by=user).update(**values)

    def waiting_for(self, user: Any, sha256: str) -> Upload | None:
        """What ``user`` uploaded under this hash, if it is still kept."""
        found = self.filter(by=user, sha256=sha256, uploaded_at__gte=timezone.now() - KEPT)
        return found.first()


class Upload(Record):
    """What stands between the dry run and its confirmation, for any process to read.

    One for each person, so that nothing piles up: the next upload takes its place.
    """

    instead = "upload the file again"

    by = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    data = models.BinaryField()
    uploaded_at = models.DateTimeField(default=timezone.now)

    objects = UploadQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
