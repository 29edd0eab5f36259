"""What happened to an action: when, by whom, from what to what. Never changed."""

from __future__ import annotations

from django.db import models

# So many an assessment keeps, so that all of it fits in a file that can be brought back.
MOST_HISTORY = 1000
# Of a longer text, such as a first step of 500 letters, the history shows the beginning.
WORDS_LENGTH = 200


class ActionChangeQuerySet(models.QuerySet["ActionChange"]):
    """Changes."""

    def forget_oldest(self, assessment_id: int) -> None:
        """Drop what an assessment has beyond the newest MOST_HISTORY."""
        kept = self.filter(action__assessment=assessment_id).order_by("-pk")
        oldest = list(kept.values_list("pk", flat=True)[MOST_HISTORY : MOST_HISTORY + 1])
        if oldest:
            # Deleted by key: no database deletes across a join.
            keys = kept.filter(pk__lte=oldest[0]).values_list("pk", flat=True)
            self.filter(pk__in=list(keys)).delete()


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

    objects = ActionChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.field}: {self.before or 'nothing'} to {self.after or 'nothing'}"
