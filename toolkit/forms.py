"""The form of one question, shared by the assessment and the editor's preview."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django import forms

from toolkit.catalogue import NA, Question

NOTE_LENGTH = 2000


def mark(choice: str, is_not_sure: bool, note: str) -> str:
    """A short mark of an answer, by which a page knows whether its reader changed it."""
    text = "\x00".join([choice, "1" if is_not_sure else "", note])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer that is to be confirmed, as the page tells it.

    ``name``: its level in a word; ``line``: the statement it was given to; ``text``: the question
    it was given to; both "" where they read the same today or are not known. ``choice``: the radio
    to confirm it with, "" where that is no longer offered.
    """

    name: str
    line: str
    text: str
    choice: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as a page draws it: the answer it shows and what there is to say about it.

    ``revision``: of the stored answer, 0 when there is none; ``was``: the mark of the stored
    answer; ``conflict``: what somebody else saved in the meantime, with ``by``, ``at``, ``words``
    and ``note``; ``to_confirm``: an answer given before, which counts once it is confirmed.
    """

    question: Question
    position: int
    choice: str = ""
    is_not_sure: bool = False
    note: str = ""
    revision: int | str = 0
    was: str = ""
    errors: tuple[str, ...] = ()
    conflict: object = None
    to_confirm: Earlier | None = None


class QuestionForm(forms.Form):
    """One question's answer: a level or “does not apply”, “not sure”, and a note.

    ``revision``: of the answer this form was drawn from, 0 when there was none; ``meaning``: of the
    question as drawn; ``was``: the mark of the answer as drawn.
    """

    choice = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    is_not_sure = forms.BooleanField(required=False, label="Not sure, come back later")
    note = forms.CharField(
        required=False,
        max_length=NOTE_LENGTH,
        label="What would you show?",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "max_length": f"Please keep the note under {NOTE_LENGTH:,} characters. "
            "It was not saved; shorten it here.",
            "null_characters_not_allowed": "The note contains characters that are not text.",
        },
    )
    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)
    meaning = forms.IntegerField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)
    was = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, question: Question, position: int = 0, **kwargs: Any) -> None:
        """``question``: what is asked; ``position``: its number on the page."""
        self.question, self.position = question, position
        kwargs.setdefault("prefix", question.slug)
        super().__init__(*args, **kwargs)
        choices = [(str(n), text) for n, text in enumerate(question.levels)]
        if question.na_when:
            choices.append((NA, question.na_when))
        self.offered = {value for value, _ in choices}
        field = self.fields["choice"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        field.error_messages["invalid_choice"] = "Please choose one of the lines below."

    def shown(self) -> Shown:
        """The question with what was sent, right or wrong."""
        choice = str(self["choice"].value() or "")
        return Shown(
            question=self.question,
            position=self.position,
            # Only what is offered can be drawn as chosen.
            choice=choice if choice in self.offered else "",
            is_not_sure=bool(self["is_not_sure"].value()),
            note=str(self["note"].value() or ""),
            revision=str(self["revision"].value() or 0),
            was=str(self["was"].value() or ""),
            errors=tuple(str(e) for errors in self.errors.values() for e in errors),
        )
