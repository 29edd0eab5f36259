"""Documents that were issued: kept, and always downloaded as the same bytes."""

from __future__ import annotations

from django.db import models

KEPT = 3  # of each kind
KINDS = [
    ("plan", "Action plan (PDF)"),
    ("board", "Board summary (PDF)"),
    ("word", "Action plan (Word)"),
]


class IssuedDocument(models.Model):
    """A PDF or Word file with the PlanDocument it was made from (decisions.md 20).

    The fingerprint tells the kinds apart as well: each has a template or a press of its own.
    ``pages`` is None where the program that opens it decides. Readers get none that ``has_notes``.
    """

    assessment = models.ForeignKey(
        "assessment.Assessment", models.CASCADE, related_name="documents", db_index=False
    )
    kind = models.CharField(max_length=5, choices=KINDS, default="plan")
    fingerprint = models.CharField(max_length=64)
    plan = models.TextField()
    content = models.BinaryField()
    pages = models.PositiveSmallIntegerField(null=True)
    has_notes = models.BooleanField(default=False, db_default=False)
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "fingerprint"], name="document_fingerprint_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[k for k, _ in KINDS]), name="document_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.issued_at:%Y-%m-%d}"
