"""Starting again from an assessment."""

from __future__ import annotations

from typing import Any

from django import forms

from assessment.models import Assessment


class ReassessForm(forms.Form):
    """How to start again: which questions, and whether open actions come along."""

    edition = forms.IntegerField(widget=forms.HiddenInput)
    mode = forms.ChoiceField(
        label="Which questions this time?",
        choices=[
            ("quick", "The quick check again: it can be compared with this one"),
            ("full", "All questions: its scores can’t be compared with a quick check"),
        ],
        widget=forms.RadioSelect,
    )
    carry_actions = forms.BooleanField(required=False)
    another = forms.BooleanField(required=False)

    def __init__(self, *args: Any, assessment: Assessment, edition: int, **kwargs: Any) -> None:
        """``assessment``: started from; ``edition``: the number of the one answered next."""
        super().__init__(*args, **kwargs)
        self.initial = {"edition": edition, "mode": assessment.mode}
        self.edition_number = edition
        if not assessment.is_quick:  # full to quick is not offered (decisions.md 7)
            del self.fields["mode"]

    def clean_edition(self) -> int:
        """Refuse an edition that was not the one looked at."""
        if self.cleaned_data["edition"] != self.edition_number:
            raise forms.ValidationError(
                "Nothing was started yet: a newer edition of the questions came out while you were "
                "on this page. This page now shows that edition."
            )
        return self.edition_number
