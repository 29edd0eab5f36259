"""One answer to one question; saved by one statement, never overwritten silently."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from assessment.scoring import Reply
from toolkit.catalogue import NA, TOP_LEVEL
from toolkit.forms import NOTE_LENGTH


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gave as an answer, before it is saved."""

    level: int | None = None
    is_not_applicable: bool = False
    is_not_sure: bool = False
    note: str = ""

    @property
    def has_choice(self) -> bool:
        """Whether a line was chosen: a level, or “does not apply”."""
        return self.level is not None or self.is_not_applicable


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Answers."""

    def revisions(self) -> int:
        """The sum of their revisions: another sum later means that something was saved."""
        return self.aggregate(total=models.Sum("revision"))["total"] or 0

    def save_given(
        self, *, assessment_id: int, edition: int, question: str, given: Given, seen: int, by: str
    ) -> Answer | None:
        """Save an answer if it is still at revision ``seen`` (0: none yet); return it as stored.

        ``edition``: the number of the edition it was given to. None means that nothing was
        written: somebody saved in between, or the assessment moved to another edition. One
        statement on both databases, because read-then-write loses answers under concurrency
        (decisions.md 3, 4).

        Choosing a line confirms an answer that is to be confirmed; without a choice its old
        level stays as it is, still to be confirmed, and only note and "not sure" are saved.
        """
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(
                _UPSERT[connection.vendor],
                [
                    question,
                    given.level,
                    given.is_not_applicable,
                    given.is_not_sure,
                    given.note,
                    connection.ops.adapt_datetimefield_value(now),
                    by,
                    assessment_id,
                    edition,
                    seen,
                ],
            )
            row = cursor.fetchone()
        if row is None:
            return None
        key, level, is_not_applicable, is_to_confirm, revision = row
        return Answer(
            pk=key,
            assessment_id=assessment_id,
            question=question,
            level=level,
            is_not_applicable=bool(is_not_applicable),
            is_not_sure=given.is_not_sure,
            is_to_confirm=bool(is_to_confirm),
            note=given.note,
            revision=revision,
            saved_at=now,
            saved_by=by,
        )


# A page that shows an answer to confirm shows no choice, so an empty choice decides nothing.
_IS_UNDECIDED = """
    assessment_answer.is_to_confirm AND excluded.level IS NULL AND NOT excluded.is_not_applicable
"""
# Rows are never deleted while the assessment lives, so an insert always means "none yet"; an
# existing row must be at the revision that was seen, which 0 never is. PostgreSQL also locks the
# assessment's row for others' changes: a move to another edition, which changes it first, then
# either comes before this statement, which finds another edition, or marks what it has written.
_STATEMENT = """
    INSERT INTO assessment_answer
        (assessment_id, question, level, is_not_applicable, is_not_sure, is_to_confirm, note,
         saved_at, saved_by, revision)
    SELECT id, %s, %s, %s, %s, false, %s, %s, %s, 1
    FROM assessment_assessment WHERE id = %s AND edition_number = %s
    {lock}
    ON CONFLICT (assessment_id, question) DO UPDATE SET
        level = CASE WHEN {is_undecided} THEN assessment_answer.level ELSE excluded.level END,
        is_not_applicable = CASE WHEN {is_undecided} THEN assessment_answer.is_not_applicable
            ELSE excluded.is_not_applicable END,
        is_not_sure = excluded.is_not_sure,
        is_to_confirm = {is_undecided},
        note = excluded.note,
        saved_at = excluded.saved_at,
        saved_by = excluded.saved_by,
        revision = assessment_answer.revision + 1
    WHERE assessment_answer.revision = %s
    RETURNING id, level, is_not_applicable, is_to_confirm, revision
"""
_UPSERT = {
    vendor: _STATEMENT.format(is_undecided=_IS_UNDECIDED, lock=lock)
    for vendor, lock in {"sqlite": "", "postgresql": "FOR SHARE"}.items()
}


class Answer(models.Model):
    """A row exists once anything was saved; ``revision`` only rises (decisions.md 1)."""

    assessment = models.ForeignKey(
        "assessment.Assessment", models.CASCADE, related_name="answers", db_index=False
    )
    question = models.CharField(max_length=80)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    is_not_applicable = models.BooleanField(default=False)
    is_not_sure = models.BooleanField(default=False)
    is_to_confirm = models.BooleanField(default=False)
    note = models.TextField(max_length=NOTE_LENGTH, blank=True)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=80, help_text="The role that saved it.")

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "question"], name="answer_once"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(0, TOP_LEVEL)),
                name="answer_level_0_4",
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(is_not_applicable=False),
                name="answer_level_or_na",
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="answer_revision_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.choice or 'unanswered'}"

    @property
    def choice(self) -> str:
        """The chosen radio: “0” to “4”, “na”, or nothing."""
        if self.is_not_applicable:
            return NA
        return "" if self.level is None else str(self.level)

    def reply(self) -> Reply:
        """The answer as the pure rules see it."""
        return Reply(
            level=self.level,
            is_not_applicable=self.is_not_applicable,
            is_not_sure=self.is_not_sure,
            is_to_confirm=self.is_to_confirm,
            note=self.note,
        )

    @property
    def shown(self) -> Given:
        """The answer as its question shows it: one that is to be confirmed has no choice."""
        if self.is_to_confirm:
            return Given(is_not_sure=self.is_not_sure, note=self.note)
        return Given(self.level, self.is_not_applicable, self.is_not_sure, self.note)

    def says(self, given: Given) -> bool:
        """Whether it already holds exactly this: a reply that was lost and sent again."""
        return given == self.shown
