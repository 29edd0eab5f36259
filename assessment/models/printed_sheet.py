"""Blank worksheets that were printed: kept for whoever asks for the same one."""

from __future__ import annotations

from django.db import models

# There are 62 of an edition: nine, full or quick, in two sizes, and those of employers whose
# answers about their workplace leave questions out. At 70 kB each, 70 MB. Were more asked for than
# are kept, one after the other would be printed anew, for ever.
MOST_KEPT = 1000


class PrintedSheet(models.Model):
    """A worksheet as PDF. ``key`` is of everything that decides what is printed; nobody's own."""

    key = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    pages = models.PositiveSmallIntegerField()
    printed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-printed_at", "-pk"]

    def __str__(self) -> str:
        return f"Worksheet printed {self.printed_at:%Y-%m-%d}"
