"""Strategies: the moves that close a gap, and what backs them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from toolkit.catalogue import EFFORTS, FITS, LEVEL_NAMES, ROLES, SIZES, TOP_LEVEL

from .fields import LinesField, NotesField, PicksField
from .question import PublishedModel


class Strategy(PublishedModel):
    """A move an employer can make, in concrete steps."""

    component = models.ForeignKey("toolkit.Component", models.PROTECT, related_name="strategies")
    title = models.CharField(max_length=120)
    summary = models.TextField(max_length=500)
    steps = LinesField(help_text="Three to six steps, one per line.")
    effort = models.CharField(max_length=6, choices=[(e, e.capitalize()) for e in EFFORTS])
    days = models.PositiveSmallIntegerField("days to a first result")
    sizes = PicksField("sizes it suits", picks=[(s, s) for s in SIZES])
    toolkit_ref = LinesField(
        "toolkit actions",
        blank=True,
        help_text="Codes of the toolkit's actions this carries out, one per line.",
    )
    legal_notes = NotesField(blank=True)

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "strategies"
        constraints = [
            models.CheckConstraint(condition=Q(effort__in=EFFORTS), name="strategy_effort_known"),
            models.CheckConstraint(condition=Q(days__gte=1), name="strategy_days_positive"),
        ]

    def __str__(self) -> str:
        return self.title


class StrategyServes(models.Model):
    """That a strategy serves a question at some of its levels."""

    strategy = models.ForeignKey(Strategy, models.CASCADE, related_name="serves")
    question = models.ForeignKey("toolkit.Question", models.PROTECT, related_name="served_by")
    position = models.PositiveSmallIntegerField(default=0)
    levels = PicksField(picks=list(enumerate(LEVEL_NAMES[:TOP_LEVEL])))

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "question it serves"
        verbose_name_plural = "questions it serves"
        constraints = [
            models.UniqueConstraint(fields=["strategy", "question"], name="serves_question_once")
        ]

    def __str__(self) -> str:
        return f"{self.strategy} → {self.question}"


class StrategyResource(models.Model):
    """The role an archive item plays for a strategy."""

    strategy = models.ForeignKey(Strategy, models.CASCADE, related_name="uses")
    resource = models.ForeignKey("toolkit.Resource", models.PROTECT, related_name="used_by")
    position = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=10, choices=[(r, r.capitalize()) for r in ROLES])
    fit = models.CharField(
        max_length=5, choices=[(f, f.capitalize()) for f in FITS], default="good"
    )
    fit_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "resource"
        constraints = [
            models.UniqueConstraint(fields=["strategy", "resource"], name="strategy_resource_once"),
            models.CheckConstraint(condition=Q(role__in=ROLES), name="strategy_resource_role"),
            models.CheckConstraint(
                condition=Q(fit="good") | (Q(fit="loose") & ~Q(fit_note="")),
                name="loose_fit_says_why",
                violation_error_message="A loose fit must say why it is loose.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.resource}"
