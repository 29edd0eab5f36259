"""Renewing all links of an assessment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from assessment.models import Assessment


class RenewForm(forms.Form):
    """What goes on after all links are renewed: mails to the address, later comparisons."""

    email = forms.ChoiceField(
        choices=[("keep", "It is mine: keep it"), ("remove", "Remove it")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Please say whether the address is yours. Nothing was renewed yet.",
            "invalid_choice": "Please choose one of the two. Nothing was renewed yet.",
        },
    )

    def __init__(
        self, data: QueryDict | None = None, *, email: str, later: list[Assessment], own: set[str]
    ) -> None:
        """``email``: the owner's address, "" without one. ``later``: those compared with this one.

        ``own``: public ids of those this browser owns; they may go on unless that is unticked.
        """
        super().__init__(data)
        self.later, self.own = later, own
        # One that ended, or began, since the page was drawn is no reason to refuse the form.
        self.keep = set(data.getlist("keep")) if data is not None else own
        if email:
            self.fields["email"].label = f"Links can be emailed to {email}. Is that you?"
        else:
            del self.fields["email"]

    @property
    def keeps_email(self) -> bool:
        """Whether mails may go on."""
        return bool(self.cleaned_data.get("email") == "keep")

    def rows(self) -> list[tuple[Assessment, Any]]:
        """Each later assessment, and whether it is ticked."""
        return [(one, one.public_id in self.keep) for one in self.later]
