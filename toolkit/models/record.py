"""Records: rows that say what happened."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class Record(models.Model):
    """A row inserted once and never changed. Everything else in the toolkit is content.

    Roles tell the two apart by this class: nobody may change a record (see ``roles``).
    """

    instead: ClassVar[str]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; refuse to change what happened. Raises TypeError on an update."""
        if self.pk is not None:
            name = self._meta.verbose_name
            raise TypeError(f"This {name} is never changed: {self.instead} instead.")
        super().save(*args, **kwargs)
