"""Blank worksheets that were printed: kept for whoever asks for the same one."""

from __future__ import annotations

from django.db import models

# Anybody may ask for 36 of an edition; the rest is room for the edition before it and for employers
# whose answers about their workplace leave questions out. At about 60 kB each some 8 MB.
MOST_KEPT = 128


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
