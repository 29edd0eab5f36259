"""Documents that were issued: kept, and always downloaded as the same bytes."""

from __future__ import annotations

from django.db import models

KEPT = 3


class IssuedDocument(models.Model):
    """A PDF with the PlanDocument it was made from (decisions.md 20)."""

    assessment = models.ForeignKey(
        "assessment.Assessment", models.CASCADE, related_name="documents"
    )
    fingerprint = models.CharField(max_length=64)
    plan = models.TextField()
    content = models.BinaryField()
    pages = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "fingerprint"], name="document_fingerprint_once"
            )
        ]

    def __str__(self) -> str:
        return f"Plan of {self.issued_at:%Y-%m-%d}"
