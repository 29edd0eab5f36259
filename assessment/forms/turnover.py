"""What turnover costs, and a cost to try."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from assessment.models import TurnoverEstimate
from assessment.models.action import MOST_DOLLARS
from assessment.models.turnover_estimate import MOST_PAY, MOST_PEOPLE, MOST_PERCENT
from assessment.turnover import MEDIAN_PERCENT


class TurnoverForm(forms.ModelForm[TurnoverEstimate]):
    """How many left, what they earned, and what replacing them takes."""

    class Meta:
        model = TurnoverEstimate
        fields = ("headcount", "leavers", "pay", "low_percent", "high_percent", "is_in_documents")
        labels = {
            "headcount": "How many people do you employ, on average over the year?",
            "leavers": "How many of them left by their own choice that year?",
            "pay": "What do these jobs pay in a year, on average, in dollars?",
            "low_percent": "Low estimate: cost to replace one person, as a percent of a year’s pay",
            "high_percent": (
                "High estimate: cost to replace one person, as a percent of a year’s pay"
            ),
            "is_in_documents": "Put this into the documents I make",
        }
        help_texts = {
            "leavers": "Leave out seasonal endings, retirements and dismissals.",
            "pay": "For people on an hourly wage: the wage × hours a week × 52.",
            "low_percent": f"Half of the study’s middle figure, {MEDIAN_PERCENT}%.",
            "high_percent": "One and a half times that figure. Change both if you know better.",
            "is_in_documents": "Left out unless you check this. It is never shown with a score.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most, unit) in self.bounds.items():
            field = self.fields[name]
            assert isinstance(field, forms.IntegerField)
            field.min_value, field.max_value = least, most
            field.error_messages |= {
                "required": "Please give a number; a good guess will do.",
                "invalid": f"Please give a whole number{unit}, in digits only.",
            }
            said = f"Please give a number{unit} from {least:,} to {most:,}."
            # The model's own bounds would answer in words of their own.
            field.validators = [
                MinValueValidator(least, said),
                MaxValueValidator(most, said),
            ]
            field.widget.attrs |= {"min": least, "max": most, "inputmode": "numeric"}

    bounds = {
        "headcount": (1, MOST_PEOPLE, " of people"),
        "leavers": (0, MOST_PEOPLE, " of people"),
        "pay": (1, MOST_PAY, " of dollars"),
        "low_percent": (1, MOST_PERCENT, ""),
        "high_percent": (1, MOST_PERCENT, ""),
    }

    def clean(self) -> dict[str, Any]:
        """The two ends of the range in their order."""
        data = super().clean() or {}
        low, high = data.get("low_percent"), data.get("high_percent")
        if low is not None and high is not None and low > high:
            self.add_error(
                "high_percent", "The high estimate cannot be less than the low estimate."
            )
        return data


class StepCostForm(forms.Form):
    """A cost to try out: when would a step of that cost pay for itself?"""

    cost = forms.IntegerField(
        label="Cost of a step, in dollars",
        min_value=1,
        max_value=MOST_DOLLARS,
        error_messages={
            "required": "Please give the cost in whole dollars.",
            "invalid": "Please give the cost in whole dollars, in digits.",
            "min_value": "Please give a cost above 0: what costs nothing has nothing to earn back.",
            "max_value": f"Please give a cost up to ${MOST_DOLLARS:,}.",
        },
    )
