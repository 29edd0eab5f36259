"""A move to a newer edition."""

from __future__ import annotations

from django import forms

from assessment.models import Assessment
from toolkit.models import Edition


class MoveForm(forms.Form):
    """Which move its sender looked at: from which edition to which."""

    from_number = forms.IntegerField(widget=forms.HiddenInput)
    to_number = forms.IntegerField(widget=forms.HiddenInput)

    def is_about(self, assessment: Assessment, newer: Edition) -> bool:
        """Whether that is the move offered now."""
        return self.is_valid() and self.cleaned_data == {
            "from_number": assessment.edition_number,
            "to_number": newer.number,
        }
