"""The owner's address, and the address somebody asks a link for."""

from __future__ import annotations

from typing import Any

from django import forms

USED_FOR = (
    "Used only to email you a link to your assessment when you ask for one, and a notice before it "
    "is deleted. Anyone who reads email at this address can open the assessment. Nobody you share "
    "a link with sees it."
)


def email_field(**options: Any) -> forms.EmailField:
    """A field for one address."""
    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    return forms.EmailField(
        max_length=254,
        widget=widget,
        error_messages={"invalid": "Please type an address such as name@example.org."},
        **options,
    )


class OwnerEmailForm(forms.Form):
    """The owner's address; left empty, it is removed."""

    email = email_field(label="Your email address", required=False, help_text=USED_FOR)


class LostLinkForm(forms.Form):
    """The address somebody left with an assessment whose link is lost."""

    email = email_field(
        label="Your email address", help_text="The one you left with the assessment."
    )
