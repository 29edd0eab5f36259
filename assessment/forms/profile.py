"""What an employer says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from assessment.models import Assessment
from toolkit.catalogue import Catalogue

YES_NO = [("", "No answer"), ("true", "Yes"), ("false", "No")]


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading; with a hint they are folded away until opened."""

    title: str
    hint: str
    fields: list[forms.BoundField]

    @property
    def is_folded(self) -> bool:
        """Whether it starts closed."""
        return bool(self.hint)

    @property
    def has_errors(self) -> bool:
        """Whether something in it must be looked at."""
        return any(field.errors for field in self.fields)


class YesNoField(forms.TypedChoiceField):
    """Yes, no or not said, as three radios side by side."""

    is_across = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=YES_NO,
            coerce=lambda value: value == "true",
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        """Show a stored value as its radio."""
        return {True: "true", False: "false", None: ""}.get(value, value)


class ProfileForm(forms.ModelForm[Assessment]):
    """What an employer says of itself. Everything may be skipped."""

    has_shifts = YesNoField(
        label="Do people work shifts?", help_text="“No” leaves out the question on schedules."
    )
    has_part_time = YesNoField(
        label="Do some people work part time?",
        help_text="“No” leaves out the question on benefits for part-time staff.",
    )
    has_temps = YesNoField(
        label="Do you use temporary or contract workers?",
        help_text="“No” leaves out the question on temporary work.",
    )
    has_tipped = YesNoField(label="Do some jobs earn tips?")
    has_seasonal = YesNoField(label="Is some work seasonal?")
    is_nonprofit = YesNoField(label="Are you a nonprofit?")
    is_public_body = YesNoField(
        label="Are you a public body?", help_text="A records request may reach what you type here."
    )
    is_federal_contractor = YesNoField(
        label="Do you hold federal contracts or grants?",
        help_text="Some legal notes are for contractors and grantees.",
    )

    class Meta:
        model = Assessment
        fields = (
            "name",
            "covers",
            "covers_name",
            "headcount",
            "respondent",
            "sector",
            "size",
            "has_shifts",
            "has_part_time",
            "has_temps",
            "has_tipped",
            "has_seasonal",
            "is_nonprofit",
            "is_public_body",
            "is_federal_contractor",
            "union_contract",
            "organizing",
        )
        labels = {
            "name": "Organization name",
            "covers": "What does this cover?",
            "covers_name": "Which site or jobs?",
            "headcount": "How many people work there?",
            "respondent": "Who is answering?",
            "sector": "Line of work",
            "size": "Size of the organization",
            "union_contract": "Are some jobs under a union contract?",
            "organizing": "Is organizing under way?",
        }
        help_texts = {
            "name": "Printed on your plan. Leave it out if you like.",
            "covers": "Answers differ between sites and jobs. Pick what you can speak for.",
            "covers_name": "Only if you picked one site or one group of jobs.",
            "headcount": "Printed on the plan, so that readers know what it covers.",
            "respondent": "Printed on the plan, so that readers know whose view it is.",
            "sector": "Puts case studies from your line of work first.",
            "size": "Puts strategies and case studies for your size first.",
            "union_contract": "Some changes may have to be bargained first. Never printed.",
            "organizing": "If so, some steps need advice first. Never printed.",
        }
        widgets = {
            "covers": forms.RadioSelect,
            "union_contract": forms.RadioSelect,
            "organizing": forms.RadioSelect,
            "headcount": forms.NumberInput(attrs={"min": 1, "max": 5_000_000}),
        }

    groups = (
        (
            "About your organization",
            "",
            ("name", "covers", "covers_name", "headcount", "respondent", "sector", "size"),
        ),
        (
            "What fits your workplace?",
            "Leaves out questions that don’t fit your workplace and adds notes that do.",
            (
                "has_shifts",
                "has_part_time",
                "has_temps",
                "has_tipped",
                "has_seasonal",
                "is_nonprofit",
                "is_public_body",
                "is_federal_contractor",
                "union_contract",
                "organizing",
            ),
        ),
    )

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        """``catalogue``: whose components there are."""
        super().__init__(*args, **kwargs)
        self.catalogue = catalogue
        self.fields["covers"].required = False  # left out, it stays as it is
        for name in ("sector", "size", "respondent"):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [("", "Rather not say"), *list(field.choices)[1:]]  # type: ignore[arg-type]
        for name in ("union_contract", "organizing"):
            self.fields[name].is_across = True  # type: ignore[attr-defined]

    def bound_groups(self) -> list[Group]:
        """The fields under their headings; what may well wait is folded away."""
        return [
            Group(title, hint, [self[name] for name in names]) for title, hint, names in self.groups
        ]

    def clean_headcount(self) -> int | None:
        """Refuse a headcount nobody has."""
        headcount = self.cleaned_data.get("headcount")
        if headcount is not None and not 1 <= headcount <= 5_000_000:
            raise forms.ValidationError("Please give a number of people, from 1 up.")
        return headcount
