"""Lists kept in one column, each with a form field an editor can read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models


class LinesFormField(forms.CharField):
    """A text area with one item per line."""

    def __init__(self, **kwargs: Any) -> None:
        for unknown in ("encoder", "decoder"):
            kwargs.pop(unknown, None)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 6, "cols": 80}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(str(v) for v in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read lines as a list without empty ones."""
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the lists, not their spelling."""
        return bool((initial or []) != self.to_python(data))

    def validate(self, value: Any) -> None:
        """Refuse an empty list where one item is needed."""
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Items are validated by the model."""


class LinesField(models.JSONField):
    """A list of texts, one per line in forms."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", list)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        """One item per line."""
        return super().formfield(**{"form_class": LinesFormField, **kwargs})


class PicksField(LinesField):
    """A list of values out of ``picks``: pairs of value and label; boxes to tick in forms."""

    def __init__(self, *args: Any, picks: list[tuple[Any, str]] | None = None, **kwargs: Any):
        self.picks = picks or []
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        """Boxes to tick."""
        numeric = any(isinstance(value, int) for value, _ in self.picks)
        return forms.TypedMultipleChoiceField(
            choices=self.picks,
            coerce=int if numeric else str,
            empty_value=[],
            widget=forms.CheckboxSelectMultiple,
            required=not self.blank,
            label=(self.verbose_name or "").capitalize(),
            help_text=self.help_text,
        )

    def validate(self, value: Any, model_instance: Any) -> None:
        """Refuse what is not among the picks."""
        super().validate(value, model_instance)
        allowed = {pick for pick, _ in self.picks}
        if unknown := [v for v in value if v not in allowed]:
            raise ValidationError(f"Not among the choices: {', '.join(map(str, unknown))}.")


NOTE_HELP = "One note per line: the text, then “ | ”, then its source."


class NotesFormField(LinesFormField):
    """Legal notes, one per line: text | source."""

    def prepare_value(self, value: Any) -> Any:
        """Show each note as “text | source”."""
        if isinstance(value, list):
            return "\n".join(f"{n['text']} | {n['source']}" for n in value)
        return value

    def to_python(self, value: Any) -> Any:
        """Read each line back, insisting on a source."""
        notes = []
        for line in super().to_python(value):
            text, bar, source = line.rpartition(" | ")
            if not bar or not text.strip() or not source.strip():
                raise ValidationError(f"“{line[:60]}” has no source. {NOTE_HELP}")
            notes.append({"text": text.strip(), "source": source.strip()})
        return notes


class NotesField(LinesField):
    """A list of legal notes, each a text and its source."""

    def formfield(self, **kwargs: Any) -> Any:
        """One note per line."""
        return super().formfield(**{"form_class": NotesFormField, "help_text": NOTE_HELP, **kwargs})
