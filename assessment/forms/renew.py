"""Renewing the links of an assessment: stopping all but the owner's new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from assessment.models import Assessment


class RenewForm(forms.Form):
    """The link that stays when all others stop, and what else goes on: emails, comparisons."""

    # One that is missing, or stopped meanwhile, is refused where the links are stopped.
    link = forms.CharField(required=False, widget=forms.HiddenInput)
    email = forms.ChoiceField(
        choices=[("keep", "Yes, keep it"), ("remove", "Remove it")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Please say whether the address is yours. No link was stopped yet.",
            "invalid_choice": "Please choose one of the two. No link was stopped yet.",
        },
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        link: str,
        email: str,
        later: list[Assessment],
        own: set[str],
    ) -> None:
        """``link``: the key of the link that stays. ``email``: the owner's address, "" without one.

        ``later``: the assessments compared with this one.
        ``own``: public ids of those this browser owns; they may go on unless that is unticked.
        """
        super().__init__(data, initial={"link": link})
        self.later, self.own = later, own
        # One that ended, or began, since the page was drawn is no reason to refuse the form.
        self.keep = set(data.getlist("keep")) if data is not None else own
        if email:
            self.fields["email"].label = f"Links can be emailed to {email}. Is that you?"
        else:
            del self.fields["email"]

    def meant(self) -> dict[str, Any]:
        """What was chosen, as linking.stop_others takes it."""
        return {
            "key": self.cleaned_data["link"],
            "keep": self.keep,
            "keeps_email": self.cleaned_data.get("email") == "keep",
        }

    def rows(self) -> list[tuple[Assessment, Any]]:
        """Each later assessment, and whether it is ticked."""
        return [(one, one.public_id in self.keep) for one in self.later]
