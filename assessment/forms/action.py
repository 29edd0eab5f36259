"""An action of the plan, whole or only its status."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from assessment.models import Action
from assessment.models.action import MOST_DOLLARS, STATUSES

FURTHEST_YEARS = 10
LONGEST_REASON = Action._meta.get_field("drop_reason").max_length
MOST_SEQUENCE = 2**31 - 1  # what the column holds


class DollarsField(forms.IntegerField):
    """Whole dollars, typed as people do: “1200”, “1,200”, “$1,200”."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 14, "class": "short"})

    def __init__(self, **kwargs: Any) -> None:
        said = f"Please give whole dollars from 0 to {MOST_DOLLARS:,}, without cents."
        super().__init__(
            required=False,
            min_value=0,
            max_value=MOST_DOLLARS,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), said),
            **kwargs,
        )
        # The widget of a number would take neither comma nor dollar sign.
        self.widget.attrs.pop("min", None)
        self.widget.attrs.pop("max", None)

    def to_python(self, value: Any) -> int | None:
        """Read past the dollar sign, the commas and spaces."""
        if isinstance(value, str):
            value = value.strip().removeprefix("$").replace(",", "").replace(" ", "")
        return super().to_python(value)


class ActionForm(forms.ModelForm[Action]):
    """One action of the plan. ``sequence`` is the state of it that was seen."""

    sequence = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=MOST_SEQUENCE
    )
    estimate = DollarsField(
        label="What will it cost, in dollars?", help_text="Your best guess, in whole dollars."
    )
    budget = DollarsField(
        label="Set aside for it, in dollars", help_text="What is already in the budget for it."
    )

    class Meta:
        model = Action
        fields = (
            "title",
            "next_step",
            "owner",
            "due_on",
            "effort",
            "cost",
            "estimate",
            "budget",
            "status",
            "drop_reason",
            "notes",
        )
        labels = {
            "title": "What will you do?",
            "next_step": "First step",
            "owner": "Who leads it?",
            "due_on": "By when?",
            "effort": "Effort",
            "cost": "Cost",
            "status": "Status",
            "drop_reason": "Why was it dropped?",
            "notes": "Notes",
        }
        help_texts = {
            "owner": "A role is enough: “shift lead”.",
            "cost": "In your own words: “about $400”, “two hours a week”.",
            "drop_reason": "Only for a dropped action, so that no one has to ask again.",
            "notes": "Printed only if you check “Add the notes” when you make the document.",
        }
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "next_step": forms.Textarea(attrs={"rows": 2}),
            "notes": forms.Textarea(attrs={"rows": 3}),
        }
        error_messages = {
            "title": {"required": "Please say what you will do."},
            "due_on": {"invalid": "Please give the date as year, month, day: 2027-03-31."},
        }

    def clean_due_on(self) -> date | None:
        """Refuse a day that is surely a slip of the keyboard; one that stood before may stand."""
        due_on: date | None = self.cleaned_data.get("due_on")
        if due_on is None or "due_on" not in self.changed_data:
            return due_on
        if not -366 <= (due_on - timezone.localdate()).days <= FURTHEST_YEARS * 366:
            raise forms.ValidationError(
                f"Please give a date within the next {FURTHEST_YEARS} years."
            )
        return due_on

    def clean(self) -> dict[str, Any]:
        """A dropped action needs its reason, and no other keeps one."""
        return clean_reason(self, super().clean() or {})


class StatusForm(forms.Form):
    """The status of an action, as its card in the plan sends it."""

    sequence = forms.IntegerField(min_value=0, max_value=MOST_SEQUENCE)
    status = forms.ChoiceField(choices=STATUSES)
    drop_reason = forms.CharField(required=False, max_length=LONGEST_REASON)

    def clean(self) -> dict[str, Any]:
        """A dropped action needs its reason, and no other keeps one."""
        return clean_reason(self, super().clean() or {})


def clean_reason(form: forms.BaseForm, data: dict[str, Any]) -> dict[str, Any]:
    """The cleaned data with a reason exactly where an action is dropped."""
    if data.get("status") != "dropped":
        data["drop_reason"] = ""
    elif not data.get("drop_reason") and "drop_reason" not in form.errors:
        form.add_error("drop_reason", "Please say in a few words why you are dropping it.")
    return data
