"""What a proposed set of steps must keep to."""

from __future__ import annotations

from django import forms

from assessment.proposal import MOST_COUNT, USUAL_COUNT, Limits

MOST_DAYS = 3650


class ProposalForm(forms.Form):
    """What a proposed set of steps must keep to."""

    count = forms.TypedChoiceField(
        label="How many steps?",
        choices=[(n, str(n)) for n in range(1, MOST_COUNT + 1)],
        coerce=int,
        initial=USUAL_COUNT,
        empty_value=USUAL_COUNT,  # type: ignore[arg-type]
        required=False,
    )
    within = forms.IntegerField(
        label="First result within (days)",
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        error_messages={
            "invalid": "Please give a whole number of days, or leave it empty.",
            "min_value": "Please give a number of days from 1 up, or leave it empty.",
            "max_value": f"Please give at most {MOST_DAYS:,} days, or leave it empty.",
        },
    )
    low = forms.BooleanField(label="Low effort only", required=False)

    def limits(self) -> Limits:
        """What was allowed."""
        data = self.cleaned_data
        return Limits(count=data["count"], within=data["within"], is_low_effort_only=data["low"])
