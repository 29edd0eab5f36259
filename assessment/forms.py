"""Forms of the assessment: about the employer, about an action, about a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone

from assessment.aim import Aim
from assessment.models import Action, Assessment, TurnoverEstimate
from assessment.models.access_link import SHOWN
from assessment.models.action import MOST_DOLLARS, STATUSES
from assessment.models.assessment import DEFAULT_IMPORTANCE, IMPORTANCES
from assessment.models.turnover_estimate import MOST_PAY, MOST_PEOPLE, MOST_PERCENT
from assessment.proposal import MOST_COUNT, USUAL_COUNT, Limits
from assessment.sentences import counted
from assessment.turnover import MEDIAN_PERCENT
from toolkit.catalogue import LEVEL_NAMES, TOP_LEVEL, Catalogue, Component
from toolkit.models import Edition

if TYPE_CHECKING:
    AssessmentModelForm = forms.ModelForm[Assessment]
    ActionModelForm = forms.ModelForm[Action]
    TurnoverModelForm = forms.ModelForm[TurnoverEstimate]
else:  # Django's own ModelForm takes no type at run time
    AssessmentModelForm = ActionModelForm = TurnoverModelForm = forms.ModelForm

YES_NO = [("", "Not said"), ("true", "Yes"), ("false", "No")]
FURTHEST_YEARS = 10
MOST_DAYS = 3650


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
        ]

    def save(self, commit: bool = True) -> Assessment:
        """Put the importances beside the other values."""
        self.instance.importance = {
            c.slug: self.cleaned_data[f"importance-{c.slug}"]
            for c in self.catalogue.components
            if self.cleaned_data.get(f"importance-{c.slug}", DEFAULT_IMPORTANCE)
            != DEFAULT_IMPORTANCE
        }
        return super().save(commit)


class AimForm(forms.Form):
    """What an employer aims for in one component: a row of the page of targets.

    ``seen`` is the aim the page was drawn with, so that one changed elsewhere since is noticed.
    """

    target = forms.TypedChoiceField(
        label="Target",
        choices=[(n, LEVEL_NAMES[n]) for n in range(1, TOP_LEVEL + 1)],
        coerce=int,
    )
    importance = forms.TypedChoiceField(label="What comes first", choices=IMPORTANCES, coerce=int)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: QueryDict | None, *, component: Component, aim: Aim) -> None:
        """``aim``: as stored, for ``component``; its slug is the prefix."""
        super().__init__(
            data,
            prefix=component.slug,
            initial={"target": aim.target, "importance": aim.importance, "seen": str(aim)},
        )
        self.component = component
        self.elsewhere: Aim | None = None
        for name in ("target", "importance"):
            self.fields[name].widget.attrs["aria-label"] = (
                f"{self.fields[name].label}: {component.label}"
            )

    def clean_seen(self) -> Aim | None:
        """The aim the page was drawn with; None where that cannot be told."""
        return Aim.of(self.cleaned_data["seen"])

    @property
    def wanted(self) -> Aim:
        """The aim chosen."""
        return Aim(self.cleaned_data["target"], self.cleaned_data["importance"])

    def show_collision(self, stored: Aim) -> None:
        """Say what was chosen elsewhere meanwhile; sent once more, this form has seen it."""
        self.elsewhere = stored
        self.data = {**self.data, self.add_prefix("seen"): str(stored)}


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


MOST_SEQUENCE = 2**31 - 1  # what the column holds


class ActionForm(ActionModelForm):
    """One action of the plan. ``sequence`` is the state of it that was seen."""

    sequence = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=MOST_SEQUENCE
    )
    estimate = DollarsField(
        label="What will it cost, in dollars?", help_text="Your best guess, in whole dollars."
    )
    budget = DollarsField(
        label="Set aside for it, in dollars", help_text="What is in the budget for it already."
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
            "drop_reason": "Only for a dropped action, so that nobody has to ask again.",
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

    def clean(self) -> dict[str, Any]:
        """A dropped action needs its reason, and no other keeps one."""
        return clean_reason(self, super().clean() or {})


class StatusForm(forms.Form):
    """The status of an action, as its card in the plan sends it."""

    sequence = forms.IntegerField(min_value=0, max_value=MOST_SEQUENCE)
    status = forms.ChoiceField(choices=STATUSES)
    drop_reason = forms.CharField(
        required=False, max_length=Action._meta.get_field("drop_reason").max_length
    )

    def clean(self) -> dict[str, Any]:
        """A dropped action needs its reason, and no other keeps one."""
        return clean_reason(self, super().clean() or {})


def clean_reason(form: forms.BaseForm, data: dict[str, Any]) -> dict[str, Any]:
    """The cleaned data with a reason exactly where an action is dropped."""
    if data.get("status") != "dropped":
        data["drop_reason"] = ""
    elif not data.get("drop_reason") and "drop_reason" not in form.errors:
        form.add_error("drop_reason", "Please say in a few words why it is dropped.")
    return data


class TurnoverForm(TurnoverModelForm):
    """How many left, what they earned, and what replacing them takes."""

    class Meta:
        model = TurnoverEstimate
        fields = ("headcount", "leavers", "pay", "low_percent", "high_percent", "is_in_documents")
        labels = {
            "headcount": "How many people do you employ, on average over the year?",
            "leavers": "How many of them left by their own choice in that year?",
            "pay": "What do these jobs pay in a year, on average, in dollars?",
            "low_percent": "Replacing one person costs at least, in percent of a year’s pay",
            "high_percent": "… and at most",
            "is_in_documents": "Put this into the documents I make",
        }
        help_texts = {
            "leavers": "Leave out seasonal endings, retirements and dismissals.",
            "pay": "For people on an hourly wage: the wage × hours a week × 52.",
            "low_percent": f"Half of the study’s middle figure, {MEDIAN_PERCENT}%.",
            "high_percent": "One and a half times it. Change both as you know better.",
            "is_in_documents": "Left out unless you tick this. It never stands beside a score.",
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
            self.add_error("high_percent", "The most cannot be less than the least.")
        return data


class StepCostForm(forms.Form):
    """A cost to try out: when would a step of that cost pay for itself?"""

    cost = forms.IntegerField(
        label="A step that costs, in dollars",
        min_value=1,
        max_value=MOST_DOLLARS,
        error_messages={
            "required": "Please give the cost in whole dollars.",
            "invalid": "Please give the cost in whole dollars, in digits.",
            "min_value": "Please give a cost above 0: what costs nothing has nothing to earn back.",
            "max_value": f"Please give a cost up to ${MOST_DOLLARS:,}.",
        },
    )


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


class ReassessForm(forms.Form):
    """How to start again: which questions, and whether open actions come along."""

    edition = forms.IntegerField(widget=forms.HiddenInput)
    mode = forms.ChoiceField(
        label="Which questions this time?",
        choices=[
            ("quick", "The quick check again: it can be compared with this one"),
            ("full", "All questions: its scores do not stand beside those of a quick check"),
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
                "Nothing was started yet: a newer edition of the questions came out while you "
                "looked. This page now tells of that one."
            )
        return self.edition_number


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
