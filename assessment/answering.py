"""Between a posted form and a stored answer: what was given, and what collides with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, QueryDict

from assessment import workflow
from assessment.access import Access
from assessment.models import Answer
from assessment.models.answer import Given
from assessment.reading import earlier_questions
from assessment.scoring import asked
from toolkit.catalogue import DOES_NOT_APPLY, LEVEL_NAMES, NA, Component, Question
from toolkit.dates import moment
from toolkit.forms import Earlier, QuestionForm, Shown, mark

type Outcome = Literal["saved", "invalid", "collided"]

MOVED = (
    "The question has changed since you opened this page. Your choice is kept here but not saved. "
    "Reload the page and check it against the new wording."
)
MOVED_ON_PAGE = (
    "The question has changed since you opened this page. Your choice is kept below but not saved: "
    "check it against the new wording, then save again."
)

RETIRED = (
    "This question is no longer asked, because the assessment now uses another edition of the "
    "questions. Your choice is not saved. Reload the page."
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


def again_if_edition_moved(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a request anew where the assessment moved to another edition while it was answered.

    Above ``@employer``: the view then reads the edition it has moved to, and says what that means
    for what was sent. Nothing was saved of it before.
    """

    @wraps(view)
    def looking_again(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except workflow.EditionMoved:
            return looking_again(request, *args, **kwargs)

    return looking_again


def numbered(access: Access, component: Component) -> list[tuple[int, Question]]:
    """The questions of a component this employer is asked, with their number among all asked."""
    everything = asked(access.catalogue, access.assessment.profile())
    return [(n, q) for n, q in enumerate(everything, 1) if q.component == component.slug]


def drawn(access: Access, component: Component, answers: Mapping[str, Answer]) -> list[Shown]:
    """Each question asked, showing what is stored; one more query with answers to confirm."""
    earlier = earlier_of(access, component, answers)
    return [
        draw(question, answers.get(question.slug), number, earlier.get(question.slug))
        for number, question in numbered(access, component)
    ]


def earlier_of(
    access: Access, component: Component, answers: Mapping[str, Answer]
) -> dict[str, Earlier]:
    """The answers of a component that are to be confirmed, by slug."""
    waiting = {
        q.slug: answers[q.slug]
        for q in component.questions
        if q.slug in answers and answers[q.slug].is_to_confirm and answers[q.slug].choice
    }
    before = earlier_questions(access.assessment, waiting)
    return {
        slug: _earlier(access.catalogue.questions[slug], before.get(slug), answer)
        for slug, answer in waiting.items()
    }


def _earlier(question: Question, before: Question | None, answer: Answer) -> Earlier:
    text = before.text if before and before.text != question.text else ""
    if answer.level is None:
        choice = NA if question.na_when else ""
        return Earlier(name=DOES_NOT_APPLY, line="", text=text, choice=choice)
    line = before.levels[answer.level] if before else ""
    return Earlier(
        name=LEVEL_NAMES[answer.level],
        line=line if line != question.levels[answer.level] else "",
        text=text,
        choice=str(answer.level),
    )


def draw(
    question: Question, answer: Answer | None, position: int, earlier: Earlier | None = None
) -> Shown:
    """A question showing its stored answer; one that is to be confirmed shows no choice."""
    stored = given_of(answer)
    return Shown(
        question=question,
        position=position,
        choice=choice_of(stored) if not stored.is_not_applicable or question.na_when else "",
        is_not_sure=stored.is_not_sure,
        note=stored.note,
        revision=answer.revision if answer else 0,
        was=mark_of(stored),
        to_confirm=earlier,
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
        is_not_applicable=choice == NA,
        is_not_sure=form.cleaned_data["is_not_sure"],
        note=form.cleaned_data["note"],
    )


def given_of(answer: Answer | None) -> Given:
    """What a stored answer shows, in the same terms."""
    return answer.shown if answer else Given()


def choice_of(shown: Given) -> str:
    """The radio that stands for an answer."""
    if shown.is_not_applicable:
        return NA
    return "" if shown.level is None else str(shown.level)


def mark_of(shown: Given) -> str:
    """The mark by which a page knows whether its reader changed an answer."""
    return mark(choice_of(shown), shown.is_not_sure, shown.note)


def first_error(form: QuestionForm) -> str:
    """The first thing wrong with a form, in plain words."""
    return next(str(error) for errors in form.errors.values() for error in errors)


def words_of(question: Question, answer: Answer) -> str:
    """A stored answer in words."""
    if answer.is_to_confirm:
        return "An earlier answer, still to be confirmed"
    shown = given_of(answer)
    if shown.is_not_applicable:
        return DOES_NOT_APPLY
    if shown.level is None:
        return "Not sure" if shown.is_not_sure else "No answer"
    return question.in_full(shown.level)


def conflict_of(question: Question, answer: Answer) -> Conflict:
    """What the page says about a collision."""
    return Conflict(
        by=answer.saved_by,
        at=moment(answer.saved_at),
        words=words_of(question, answer),
        note=answer.note,
    )


def conflict_data(question: Question, answer: Answer) -> dict[str, Any]:
    """A collision for the page's script: theirs in full, so that one press can take it."""
    shown = given_of(answer)
    return {
        "problem": "conflict",
        "by": answer.saved_by,
        "saved_at": answer.saved_at.isoformat(),
        "words": words_of(question, answer),
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


def retired(access: Access, slug: str, data: QueryDict) -> dict[str, Any] | None:
    """Whether a question was asked by the edition it was drawn from and is no longer."""
    number = data.get("edition", "")
    if slug in access.catalogue.questions or not number.isdecimal():
        return None
    if number == str(access.assessment.edition_number):
        return None
    return {"problem": "retired", "message": RETIRED}


def save_page(
    *, access: Access, component: Component, answers: dict[str, Answer], data: QueryDict
) -> Page:
    """Save every question of a page that its reader changed; return what is to be shown again.

    A question changed in another place is not overwritten: it comes back with both answers,
    ready to be saved on purpose (decisions.md 5). ``answers`` is brought up to date.
    """
    earlier = earlier_of(access, component, answers)
    fared = [
        _save_sent(access, draw(q, answers.get(q.slug), number, earlier.get(q.slug)), answers, data)
        for number, q in numbered(access, component)
    ]
    return Page([shown for shown, _ in fared], [outcome for _, outcome in fared])


def _save_sent(
    access: Access, stored: Shown, answers: dict[str, Answer], data: QueryDict
) -> tuple[Shown, Outcome]:
    """Save one question of a page; return it as it is to be shown again, and how it fared."""
    question = stored.question
    # A question that was not on the page when it was drawn (its flag or edition changed), or that
    # its reader left alone, is shown as it is stored.
    if f"{question.slug}-revision" not in data:
        return stored, "saved"
    sent = _pressed(data, stored)
    form = bound_form(question, sent, stored.position)
    is_valid = form.is_valid()
    if is_valid and mark_of(given(form)) == form.cleaned_data["was"]:
        return stored, "saved"
    if moved_on(access, question, sent):
        form.add_error(None, MOVED_ON_PAGE)
        return _moved(form, stored), "collided"
    if not is_valid:
        return replace(form.shown(), to_confirm=stored.to_confirm), "invalid"
    if conflict := _save(access, question, form, answers):
        return _conflicting(form, stored, conflict), "collided"
    saved = answers[question.slug]
    earlier = stored.to_confirm if saved.is_to_confirm else None
    return draw(question, saved, stored.position, earlier), "saved"


def _pressed(data: QueryDict, stored: Shown) -> QueryDict:
    """What was sent, with the choice that the button pressed stands for."""
    slug, earlier = stored.question.slug, stored.to_confirm
    if data.get("clear") == slug:
        choice = ""
    elif data.get("confirm") == slug and earlier is not None:
        choice = earlier.choice
    else:
        return data
    changed = data.copy()
    changed[f"{slug}-choice"] = choice
    return changed


def _moved(form: QuestionForm, stored: Shown) -> Shown:
    """The question in its new wording with the reader's choice, which is not saved.

    Beside an answer to confirm the page says what was answered before, so the next save may
    replace it; any other answer is replaced only at the revision that the reader has seen.
    """
    shown = form.shown()
    if stored.to_confirm is None:
        return shown
    return replace(shown, revision=stored.revision, was=stored.was, to_confirm=stored.to_confirm)


def _save(
    access: Access, question: Question, form: QuestionForm, answers: dict[str, Answer]
) -> Answer | None:
    saved = workflow.save_answer(
        assessment=access.assessment,
        question=question.slug,
        given=given(form),
        seen=form.cleaned_data["revision"],
        by=access.by,
    )
    if saved.conflict:
        return saved.conflict
    answers[question.slug] = saved.answer
    return None


def _conflicting(form: QuestionForm, stored: Shown, answer: Answer) -> Shown:
    """The question again with the reader's choice, now standing on the newer revision."""
    return replace(
        form.shown(),
        revision=answer.revision,
        was=mark_of(given_of(answer)),
        conflict=conflict_of(stored.question, answer),
        to_confirm=stored.to_confirm if answer.is_to_confirm else None,
    )
