"""The assessment that stands before another."""

from __future__ import annotations

from typing import Any

from django import forms

from assessment.models import Assessment


class EarlierForm(forms.Form):
    """Which assessment of this device stands before this one, by its public id."""

    earlier = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": "Please choose one.",
            "invalid_choice": "Please choose one of those listed.",
        },
    )

    def __init__(self, *args: Any, choices: list[Assessment], **kwargs: Any) -> None:
        """``choices``: those that may be placed there."""
        super().__init__(*args, **kwargs)
        field = self.fields["earlier"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(a.public_id, a.shown_name) for a in choices]
