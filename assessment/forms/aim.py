"""What an employer aims for in a component."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from assessment.aim import Aim
from assessment.models.assessment import IMPORTANCES
from toolkit.catalogue import LEVEL_NAMES, TOP_LEVEL, Component


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
