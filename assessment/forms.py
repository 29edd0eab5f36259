"""Forms of the assessment: about the employer, about an action, about a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from assessment.models import Action, Assessment
from assessment.models.access_link import SHOWN
from assessment.models.assessment import DEFAULT_IMPORTANCE, DEFAULT_TARGET, IMPORTANCES
from toolkit.catalogue import LEVEL_NAMES, TOP_LEVEL, Catalogue
from toolkit.models import Edition

if TYPE_CHECKING:
    AssessmentModelForm = forms.ModelForm[Assessment]
    ActionModelForm = forms.ModelForm[Action]
else:  # Django's own ModelForm takes no type at run time
    AssessmentModelForm = ActionModelForm = forms.ModelForm

YES_NO = [("", "Not said"), ("true", "Yes"), ("false", "No")]
FURTHEST_YEARS = 10


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


class ProfileForm(AssessmentModelForm):
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
        help_text="Some legal notes speak to contractors and grantees.",
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
            "respondent": "Who answers?",
            "sector": "Line of work",
            "size": "Size of the organization",
            "union_contract": "Are some jobs under a union contract?",
            "organizing": "Is organizing under way?",
        }
        help_texts = {
            "name": "Printed on your plan. Leave it out if you like.",
            "covers": "Answers differ between sites and jobs. Pick what you can speak for.",
            "covers_name": "Only if you picked one site or one group of jobs.",
            "headcount": "Printed on the plan, so that readers know what it speaks of.",
            "respondent": "Printed on the plan, so that readers know whose view it is.",
            "sector": "Puts case studies from your line of work first.",
            "size": "Puts strategies and case studies for your size first.",
            "union_contract": "Some changes may have to be bargained first. Never printed.",
            "organizing": "Some steps need advice then. Never printed.",
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
            "Leaves out questions that make no sense for you, and puts fitting notes in.",
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
        """``catalogue``: whose components may be put first."""
        super().__init__(*args, **kwargs)
        self.catalogue = catalogue
        self.fields["covers"].required = False  # left out, it stays as it is
        for name in ("sector", "size", "respondent"):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [("", "Rather not say"), *list(field.choices)[1:]]  # type: ignore[arg-type]
        for name in ("union_contract", "organizing"):
            self.fields[name].is_across = True  # type: ignore[attr-defined]
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
        """The fields under their headings; what may well wait is folded away."""
        return [
            *(
                Group(title, hint, [self[name] for name in names])
                for title, hint, names in self.groups
            ),
            Group(
                "What comes first for you?",
                "Moves a component’s steps up or down in your list; it changes no score. "
                "Not sure? Leave it at Normal.",
                [self[f"importance-{c.slug}"] for c in self.catalogue.components],
            ),
        ]

    def clean_headcount(self) -> int | None:
        """Refuse a headcount nobody has."""
        headcount = self.cleaned_data.get("headcount")
        if headcount is not None and not 1 <= headcount <= 5_000_000:
            raise forms.ValidationError("Please give a number of people, from 1 up.")
        return headcount

    def save(self, commit: bool = True) -> Assessment:
        """Put the importances beside the other values."""
        self.instance.importance = {
            c.slug: self.cleaned_data[f"importance-{c.slug}"]
            for c in self.catalogue.components
            if self.cleaned_data.get(f"importance-{c.slug}", DEFAULT_IMPORTANCE)
            != DEFAULT_IMPORTANCE
        }
        return super().save(commit)


class StartForm(ProfileForm):
    """The profile with the one choice that must be made: quick or full."""

    mode = forms.ChoiceField(
        label="How much time do you have?",
        choices=[
            ("quick", "Quick check: 16 questions, about 10 minutes"),
            ("full", "All 48 questions: 45 to 60 minutes, in as many sittings as you like"),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Please choose the quick check or all 48 questions.",
            "invalid_choice": "Please choose the quick check or all 48 questions.",
        },
    )

    class Meta(ProfileForm.Meta):
        fields = ("mode", *ProfileForm.Meta.fields)  # type: ignore[assignment]


class TargetsForm(forms.Form):
    """The level aimed at, per component."""

    def __init__(self, *args: Any, catalogue: Catalogue, targets: dict[str, int], **kwargs: Any):
        """``targets``: as stored, by component slug."""
        super().__init__(*args, **kwargs)
        for component in catalogue.components:
            self.fields[component.slug] = forms.TypedChoiceField(
                label=component.label,
                choices=[(n, LEVEL_NAMES[n]) for n in range(1, TOP_LEVEL + 1)],
                coerce=int,
                initial=targets.get(component.slug, DEFAULT_TARGET),
            )

    def chosen(self) -> dict[str, int]:
        """The targets that differ from the default."""
        return {k: v for k, v in self.cleaned_data.items() if v != DEFAULT_TARGET}


class ActionForm(ActionModelForm):
    """One action of the plan."""

    class Meta:
        model = Action
        fields = ("title", "next_step", "owner", "due_on", "effort", "cost", "status", "notes")
        labels = {
            "title": "What will you do?",
            "next_step": "First step",
            "owner": "Who leads it?",
            "due_on": "By when?",
            "effort": "Effort",
            "cost": "Cost",
            "status": "Status",
            "notes": "Notes",
        }
        help_texts = {
            "owner": "A role is enough: “shift lead”.",
            "cost": "In your own words: “about $400”, “two hours a week”.",
            "notes": "Printed only if you tick notes when you make the document.",
        }
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "next_step": forms.Textarea(attrs={"rows": 2}),
            "notes": forms.Textarea(attrs={"rows": 3}),
        }
        error_messages = {
            "title": {"required": "Please say what you will do."},
            "due_on": {"invalid": "Please give the day as year, month, day: 2027-03-31."},
        }

    def clean_due_on(self) -> date | None:
        """Refuse a day that is surely a slip of the keyboard; one that stood before may stand."""
        due_on: date | None = self.cleaned_data.get("due_on")
        if due_on is None or "due_on" not in self.changed_data:
            return due_on
        if not -366 <= (due_on - timezone.localdate()).days <= FURTHEST_YEARS * 366:
            raise forms.ValidationError(
                f"Please give a day within the next {FURTHEST_YEARS} years."
            )
        return due_on


class LinkForm(forms.Form):
    """A further link: for another device, a colleague, or a reader."""

    role = forms.ChoiceField(
        label="What may it do?",
        choices=[
            ("edit", "Edit: answers, plan and documents"),
            ("read", "Read: results, plan and documents"),
            ("contributor", "Answer one component, and see nothing else"),
            ("share", "See a page for sharing, and nothing else"),
        ],
        widget=forms.RadioSelect,
        initial="edit",
    )
    component = forms.ChoiceField(
        label="Which component?", required=False, help_text="Only for a link to one component."
    )
    shows = forms.ChoiceField(
        label="What does the page for sharing show?",
        required=False,
        choices=SHOWN,
        widget=forms.RadioSelect,
        help_text="Only for a link to the page for sharing. It is described above.",
    )
    label = forms.CharField(
        label="Whom is it for?",
        required=False,
        max_length=80,
        help_text="So that you know it again: “my phone”, “Ana, shift lead”.",
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
            self.add_error("shows", "Please choose what the page for sharing shows.")
        if data.get("role") != "share":
            data["shows"] = ""
        return data


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
