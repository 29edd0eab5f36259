"""A further link to an assessment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from assessment.models.access_link import SHOWN
from toolkit.catalogue import Catalogue

# In days.
LASTS = [
    ("", "When I stop it"),
    ("7", "After 1 week"),
    ("30", "After 30 days"),
    ("90", "After 90 days"),
]


class LinkForm(forms.Form):
    """A further link: for another device, a colleague, or a reader."""

    role = forms.ChoiceField(
        label="What may it do?",
        choices=[
            ("edit", "Edit: answers, plan and documents"),
            ("read", "Read: results, plan and documents"),
            ("contributor", "Answer one component, and see nothing else"),
            ("share", "See the shared page, and nothing else"),
        ],
        widget=forms.RadioSelect,
        initial="edit",
    )
    component = forms.ChoiceField(
        label="Which component?", required=False, help_text="Only for a link to one component."
    )
    shows = forms.ChoiceField(
        label="What does the shared page show?",
        required=False,
        choices=SHOWN,
        widget=forms.RadioSelect,
        help_text="Only for a link to the shared page. It is described above.",
    )
    label = forms.CharField(
        label="Who is it for?",
        required=False,
        max_length=80,
        help_text="So you recognize it later: “my phone”, “Ana, shift lead”.",
    )
    lasts = forms.TypedChoiceField(
        label="When does it stop working?",
        choices=LASTS,
        coerce=lambda days: timedelta(days=int(days)),
        empty_value=None,
        required=False,
        help_text="You can always stop it sooner.",
    )

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        """``catalogue``: whose components may be shared."""
        super().__init__(*args, **kwargs)
        field = self.fields["component"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose one"), *((c.slug, c.label) for c in catalogue.components)]

    def clean(self) -> dict[str, Any]:
        """A contributor's link needs its component, a shared page what it shows; others neither."""
        data = super().clean() or {}
        if data.get("role") == "contributor" and not data.get("component"):
            self.add_error("component", "Please choose the component this person answers.")
        if data.get("role") != "contributor":
            data["component"] = ""
        if data.get("role") == "share" and not data.get("shows"):
            self.add_error("shows", "Please choose what the shared page shows.")
        if data.get("role") != "share":
            data["shows"] = ""
        return data
