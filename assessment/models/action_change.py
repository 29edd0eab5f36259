"""What happened to an action: when, by whom, from what to what. Never changed."""

from __future__ import annotations

from django.db import models


class ActionChange(models.Model):
    """One change of one field of an action, in the words the employer saw.

    ``field``: the action's field, or "added", "carried over", "removed", "put back". ``before`` and
    ``after``: the values in words, "" where there was none. Notes are not repeated here: only that
    they changed.
    """

    action = models.ForeignKey("assessment.Action", models.CASCADE, related_name="changes")
    field = models.CharField(max_length=20)
    before = models.CharField(max_length=500, blank=True)
    after = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=80, help_text="The role that changed it.")
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.field}: {self.before or 'nothing'} to {self.after or 'nothing'}"
