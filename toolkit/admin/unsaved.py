"""A question as it stands in a form that was not saved, for the preview. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import capfirst

from toolkit import catalogue as cat
from toolkit.exporting import notes

if TYPE_CHECKING:
    # Generic for the type checker only; at run time Django's classes take no parameters.
    type AnyForm = forms.ModelForm[Any]
    type AnyFormSet = forms.BaseInlineFormSet[Any, Any, Any]

# Of a text too long to be saved, as much as a page can show.
LONGEST = 1000
NOTHING = "Nothing written yet"


def question(form: AnyForm, levels: AnyFormSet) -> cat.Question:
    """What was typed, right or wrong; of choices that are wrong or missing, what was saved.

    ``form`` and ``levels`` are validated already, so that the row holds all that is valid.
    """
    row = form.instance
    ladder = {level.instance.number: level for level in levels.forms}
    typed = [ladder.get(number) for number in range(len(cat.LEVEL_NAMES))]
    return cat.Question(
        slug=row.slug or "draft",
        code=_text(form, "code"),
        text=_text(form, "text") or NOTHING,
        hint=_text(form, "hint"),
        why=_text(form, "why"),
        why_source=row.why_source.slug if row.why_source_id else "",
        weight=row.weight or 0,
        weight_reason=_text(form, "weight_reason"),
        is_quick=row.is_quick,
        applies_if=row.applies_if,
        na_when=_text(form, "na_when"),
        levels=tuple(_text(level, "statement") or NOTHING for level in typed),
        next_steps=tuple(_text(level, "next_step") or NOTHING for level in typed[: cat.TOP_LEVEL]),
        pulse=_text(form, "pulse"),
        legal_notes=notes(row.legal_notes),
        meaning=row.meaning,
        component=row.component.slug if row.component_id else "",
    )


def _text(form: AnyForm | None, name: str) -> str:
    """The text in a field; what its reader may not change was not sent, and is as saved."""
    if form is None:
        return ""
    key = form.add_prefix(name)
    if key not in form.data:
        return str(getattr(form.instance, name))
    return str(form.cleaned_data.get(name, form.data[key]))[:LONGEST]


def problems(form: AnyForm, levels: AnyFormSet) -> list[str]:
    """Everything that would stop the form from being saved, each with the name of its field."""
    found = [*_problems(form)]
    for level in levels.forms:
        if level.add_prefix("statement") in level.data:
            found += (f"Level {level.level_name}: {problem}" for problem in _problems(level))
    return [*found, *map(str, levels.non_form_errors())]


def _problems(form: AnyForm) -> Iterator[str]:
    for name, errors in form.errors.items():
        label = capfirst(str(form.fields[name].label or name)) if name in form.fields else ""
        yield from (": ".join(filter(None, [label, str(error)])) for error in errors)
