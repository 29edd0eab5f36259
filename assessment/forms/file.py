"""A file to bring back."""

from __future__ import annotations

from django import forms
from django.core.files import File

from assessment.takeout_file import LARGEST


class FileForm(forms.Form):
    """The file to bring back."""

    file = forms.FileField(
        label="Your file",
        help_text="The .json file you saved from your assessment.",
        error_messages={
            "required": "Please choose the file first.",
            "empty": "The file is empty.",
        },
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    TOO_LARGE = f"The file is larger than {LARGEST // 1024 // 1024} MB, so it was not read."

    def clean_file(self) -> File[bytes]:
        """Refuse what is too large without reading it."""
        file: File[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(self.TOO_LARGE)
        return file
