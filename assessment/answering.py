"""Between a posted form and a stored answer: what was given, and what collides with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.http import QueryDict
from django.utils import timezone

from assessment import workflow
from assessment.access import Access
from assessment.models import Answer
from assessment.models.answer import Given
from assessment.scoring import asked
from toolkit.catalogue import Component, Question
from toolkit.forms import NOT_APPLICABLE, QuestionForm, Shown, mark

type Outcome = Literal["saved", "invalid", "collided"]

MOVED = (
    "The question has changed since you opened this page. Your choice is kept here but not saved. "
    "Reload the page and check it against the new wording."
)
MOVED_ON_PAGE = (
    "The question has changed since you opened this page. Your choice is kept below but not saved: "
    "check it against the new wording, then save again."
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """What somebody else saved in the meantime, as the page tells it."""

    by: str
    at: str
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was posted: its questions as they are to be shown, and how each one fared."""

    questions: list[Shown]
    outcomes: list[Outcome]

    @property
    def is_saved(self) -> bool:
        """Whether nothing on the page is left unsaved."""
        return all(outcome == "saved" for outcome in self.outcomes)

    @property
    def has_collision(self) -> bool:
        """Whether an answer or its question changed in the meantime."""
        return "collided" in self.outcomes


def numbered(access: Access, component: Component) -> list[tuple[int, Question]]:
    """The questions of a component this employer is asked, with their number among all asked."""
    everything = asked(access.catalogue, access.assessment.profile())
    return [(n, q) for n, q in enumerate(everything, 1) if q.component == component.slug]


def drawn(access: Access, component: Component, answers: Mapping[str, Answer]) -> list[Shown]:
    """Each question asked, showing what is stored."""
    return [
        draw(question, answers.get(question.slug), number)
        for number, question in numbered(access, component)
    ]


def draw(question: Question, answer: Answer | None, position: int) -> Shown:
    """A question showing its stored answer."""
    stored = given_of(answer)
    return Shown(
        question=question,
        position=position,
        choice=choice_of(stored) if not stored.is_not_applicable or question.na_when else "",
        is_not_sure=stored.is_not_sure,
        note=stored.note,
        revision=answer.revision if answer else 0,
        was=mark_of(stored),
    )


def bound_form(question: Question, data: QueryDict, position: int = 0) -> QuestionForm:
    """The form of a question as it was sent.

    A browser sends a line break as two characters, counts it as one against the limit, and its
    scripts send one: all count as one here, or a note would seem changed that nobody touched.
    """
    name = f"{question.slug}-note"
    note = str(data.get(name, ""))
    if "\r" in note:
        data = data.copy()
        data[name] = note.replace("\r\n", "\n").replace("\r", "\n")
    return QuestionForm(data, question=question, position=position)


def given(form: QuestionForm) -> Given:
    """What a valid form gives as an answer."""
    choice = form.cleaned_data["choice"]
    return Given(
        level=int(choice) if choice.isdigit() else None,
        is_not_applicable=choice == NOT_APPLICABLE,
        is_not_sure=form.cleaned_data["is_not_sure"],
        note=form.cleaned_data["note"],
    )


def given_of(answer: Answer | None) -> Given:
    """What a stored answer holds, in the same terms."""
    if answer is None:
        return Given()
    return Given(answer.level, answer.is_not_applicable, answer.is_not_sure, answer.note)


def choice_of(shown: Given) -> str:
    """The radio that stands for an answer."""
    if shown.is_not_applicable:
        return NOT_APPLICABLE
    return "" if shown.level is None else str(shown.level)


def mark_of(shown: Given) -> str:
    """The mark by which a page knows whether its reader changed an answer."""
    return mark(choice_of(shown), shown.is_not_sure, shown.note)


def first_error(form: QuestionForm) -> str:
    """The first thing wrong with a form, in plain words."""
    return next(str(error) for errors in form.errors.values() for error in errors)


def words_of(question: Question, shown: Given) -> str:
    """An answer in words."""
    if shown.is_not_applicable:
        return "Does not apply"
    if shown.level is None:
        return "Not sure" if shown.is_not_sure else "No answer"
    return question.in_full(shown.level)


def conflict_of(question: Question, answer: Answer) -> Conflict:
    """What the page says about a collision."""
    at = timezone.localtime(answer.saved_at)
    return Conflict(
        by=answer.saved_by,
        at=f"{at:%H:%M} UTC",
        words=words_of(question, given_of(answer)),
        note=answer.note,
    )


def conflict_data(question: Question, answer: Answer) -> dict[str, Any]:
    """A collision for the page's script: theirs in full, so that one press can take it."""
    shown = given_of(answer)
    return {
        "problem": "conflict",
        "by": answer.saved_by,
        "saved_at": answer.saved_at.isoformat(),
        "words": words_of(question, shown),
        "choice": choice_of(shown),
        "is_not_sure": shown.is_not_sure,
        "note": shown.note,
        "revision": answer.revision,
        "was": mark_of(shown),
    }


def moved_on(access: Access, question: Question, data: QueryDict) -> dict[str, Any] | None:
    """Whether edition or meaning moved on since the page was drawn; then with the new wording."""
    edition = data.get("edition", "")
    meaning = data.get(f"{question.slug}-meaning", "")
    if edition == str(access.assessment.edition_number) and meaning == str(question.meaning):
        return None
    return {
        "problem": "moved",
        "message": MOVED,
        "text": question.text,
        "levels": list(question.levels),
    }


def save_page(
    *, access: Access, component: Component, answers: dict[str, Answer], data: QueryDict
) -> Page:
    """Save every question of a page that its reader changed; return what is to be shown again.

    A question changed in another place is not overwritten: it comes back with both answers,
    ready to be saved on purpose (decisions.md 5). ``answers`` is brought up to date.
    """
    fared = [
        _save_sent(access, question, number, answers, data)
        for number, question in numbered(access, component)
    ]
    return Page([shown for shown, _ in fared], [outcome for _, outcome in fared])


def _save_sent(
    access: Access, question: Question, position: int, answers: dict[str, Answer], data: QueryDict
) -> tuple[Shown, Outcome]:
    if f"{question.slug}-revision" in data:
        sent = _cleared(data, question)
        form = bound_form(question, sent, position)
        is_valid = form.is_valid()
        if moved_on(access, question, sent):
            form.add_error(None, MOVED_ON_PAGE)
            return form.shown(), "collided"
        if not is_valid:
            return form.shown(), "invalid"
        if conflict := _save(access, question, form, answers):
            return _conflicting(form, question, conflict), "collided"
    # Otherwise the question was not on the page when it was drawn: its flag or edition changed.
    return draw(question, answers.get(question.slug), position), "saved"


def _cleared(data: QueryDict, question: Question) -> QueryDict:
    if data.get("clear") != question.slug:
        return data
    changed = data.copy()
    changed[f"{question.slug}-choice"] = ""
    return changed


def _save(
    access: Access, question: Question, form: QuestionForm, answers: dict[str, Answer]
) -> Answer | None:
    wanted = given(form)
    if mark_of(wanted) == form.cleaned_data["was"]:
        return None
    saved = workflow.save_answer(
        assessment=access.assessment,
        question=question.slug,
        given=wanted,
        seen=form.cleaned_data["revision"],
        by=access.by,
    )
    if saved.conflict:
        return saved.conflict
    answers[question.slug] = Answer(
        assessment=access.assessment,
        question=question.slug,
        level=wanted.level,
        is_not_applicable=wanted.is_not_applicable,
        is_not_sure=wanted.is_not_sure,
        note=wanted.note,
        revision=saved.revision,
        saved_at=timezone.now(),
        saved_by=access.by,
    )
    return None


def _conflicting(form: QuestionForm, question: Question, answer: Answer) -> Shown:
    """The question again with the reader's choice, now standing on the newer revision."""
    return replace(
        form.shown(),
        revision=answer.revision,
        was=mark_of(given_of(answer)),
        conflict=conflict_of(question, answer),
    )
