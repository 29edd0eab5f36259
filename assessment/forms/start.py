"""What is asked before the first question."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from assessment import mailing
from assessment.forms.owner_email import USED_FOR, email_field
from assessment.forms.profile import Group, ProfileForm
from assessment.models import Assessment
from assessment.models.assessment import DEFAULT_IMPORTANCE, IMPORTANCES
from assessment.sentences import counted
from toolkit.catalogue import Catalogue


class StartForm(ProfileForm):
    """The profile with what comes first, and the one choice that must be made: quick or full."""

    mode = forms.ChoiceField(
        label="How much time do you have?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Please choose the quick check or all questions.",
            "invalid_choice": "Please choose the quick check or all questions.",
        },
    )

    class Meta(ProfileForm.Meta):
        fields = ("mode", *ProfileForm.Meta.fields)  # type: ignore[assignment]

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        """``catalogue``: the one that would be answered, which says how many questions it has."""
        super().__init__(*args, catalogue=catalogue, **kwargs)
        cast(forms.ChoiceField, self.fields["mode"]).choices = [
            (
                "quick",
                f"Quick check: {counted(len(catalogue.quick), 'question')}, about 10 minutes",
            ),
            (
                "full",
                f"All {counted(len(catalogue.questions), 'question')}: 45 to 60 minutes, in as "
                "many sittings as you like",
            ),
        ]
        if mailing.is_configured():
            self.fields["email"] = email_field(
                label="Your email address", required=False, help_text=USED_FOR
            )
        for component in catalogue.components:
            self.fields[f"importance-{component.slug}"] = forms.TypedChoiceField(
                label=component.label,
                choices=IMPORTANCES,
                coerce=int,
                empty_value=DEFAULT_IMPORTANCE,  # type: ignore[arg-type]
                required=False,
                initial=self.instance.importance.get(component.slug, DEFAULT_IMPORTANCE),
                widget=forms.RadioSelect,
            )
            self.fields[f"importance-{component.slug}"].is_across = True  # type: ignore[attr-defined]

    def bound_groups(self) -> list[Group]:
        """The fields under their headings, and what comes first."""
        return [
            *super().bound_groups(),
            Group(
                "What comes first for you?",
                "Moves a component’s steps up or down in your list; it changes no score. "
                "Not sure? Leave it at Normal.",
                [self[f"importance-{c.slug}"] for c in self.catalogue.components],
            ),
            *([Group("In case you lose your link", "", [self["email"]])] if self.has_email else []),
        ]

    @property
    def has_email(self) -> bool:
        """Whether it asks for an address: only where the site sends mail."""
        return "email" in self.fields

    def save(self, commit: bool = True) -> Assessment:
        """Put the importances beside the other values."""
        self.instance.importance = {
            c.slug: self.cleaned_data[f"importance-{c.slug}"]
            for c in self.catalogue.components
            if self.cleaned_data.get(f"importance-{c.slug}", DEFAULT_IMPORTANCE)
            != DEFAULT_IMPORTANCE
        }
        return super().save(commit)
