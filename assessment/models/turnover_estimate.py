"""What an employer told us of its turnover, to see what it may cost a year."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from assessment.turnover import Turnover

MOST_PEOPLE = 5_000_000
MOST_PAY = 10_000_000
MOST_PERCENT = 500


class TurnoverEstimate(models.Model):
    """The figures behind "What turnover costs you"; kept apart from the answers and the score.

    ``leavers``: how many left by their own choice within a year, without seasonal endings,
    retirements and dismissals. ``pay``: average yearly pay in dollars. ``low_percent`` and
    ``high_percent``: what replacing one person costs, in percent of a year's pay.
    """

    assessment = models.OneToOneField(
        "assessment.Assessment", models.CASCADE, related_name="turnover_estimate"
    )
    headcount = models.PositiveIntegerField()
    leavers = models.PositiveIntegerField()
    pay = models.PositiveIntegerField()
    low_percent = models.PositiveSmallIntegerField()
    high_percent = models.PositiveSmallIntegerField()
    is_in_documents = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(headcount__range=(1, MOST_PEOPLE)), name="turnover_headcount_bounded"
            ),
            models.CheckConstraint(
                condition=Q(leavers__range=(0, MOST_PEOPLE)), name="turnover_leavers_bounded"
            ),
            models.CheckConstraint(
                condition=Q(pay__range=(1, MOST_PAY)), name="turnover_pay_bounded"
            ),
            models.CheckConstraint(
                condition=Q(low_percent__gte=1)
                & Q(low_percent__lte=F("high_percent"))
                & Q(high_percent__lte=MOST_PERCENT),
                name="turnover_percents_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leavers} of {self.headcount} left"

    def value(self) -> Turnover:
        """The figures as the pure rules see them."""
        return Turnover(
            headcount=self.headcount,
            leavers=self.leavers,
            pay=self.pay,
            low_percent=self.low_percent,
            high_percent=self.high_percent,
        )
