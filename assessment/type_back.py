"""From digits written on a worksheet to stored answers, and what stands in the way of one.

A digit is saved as the page of its component would save it (decisions.md 3-5): a note typed there
stays, and an answer that says something else is replaced only by whoever has seen it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict

from assessment import answering, workflow
from assessment.access import Access
from assessment.models import Answer
from assessment.models.answer import Given
from assessment.sheet_code import SheetCode, read
from toolkit.catalogue import LEVEL_NAMES, TOP_LEVEL, Component, Question
from toolkit.dates import moment

NOT_SURE_DIGIT = "8"
NA_DIGIT = "9"
LEVELS = tuple(str(level) for level in range(TOP_LEVEL + 1))
# What may be chosen where sheet and assessment differ.
STORED, SHEET = "stored", "sheet"
LONGEST_SHOWN = 3


class Refused(Exception):
    """A sheet that cannot be typed back here; the message says why and what to do.

    ``edition``: that of the sheet, where it is another than the assessment's; otherwise 0.
    """

    def __init__(self, message: str, *, edition: int = 0) -> None:
        super().__init__(message)
        self.edition = edition


@dataclass(frozen=True, slots=True)
class Line:
    """One question as the page draws it: what is stored, what was typed, what is wrong with it.

    ``revision`` is that of the stored answer, 0 without one; ``now`` the stored answer in words;
    ``is_asked`` says that the sheet differs from it and somebody has to choose; ``when`` and ``by``
    tell then when it was stored and whose it is.
    """

    question: Question
    revision: int
    now: str
    typed: str = ""
    error: str = ""
    is_asked: bool = False
    by: str = ""
    when: str = ""

    @property
    def allowed(self) -> str:
        """The digits that may be typed, one after the other."""
        return "".join(digits_of(self.question))

    @property
    def rule(self) -> str:
        """What may be typed, in words."""
        return rule_of(self.question)

    @property
    def sheet(self) -> str:
        """What was typed, in words."""
        return words_of(given_of(self.typed))


@dataclass(frozen=True, slots=True)
class Fared:
    """How the lines of a sheet fared: those still to be settled, how many answers were saved."""

    lines: list[Line]
    saved: int
    open: int

    @property
    def has_collision(self) -> bool:
        """Whether somebody has to choose between sheet and assessment."""
        return any(line.is_asked for line in self.lines)

    @property
    def summary(self) -> str:
        """“6 answers saved, 1 still unanswered.”"""
        saved = f"{self.saved} answer{'s'[: self.saved != 1]} saved"
        left = f"{self.open or 'none'} still unanswered"
        return f"{saved if self.saved else 'Nothing was changed'}, {left}."


# -- digits ------------------------------------------------------------------------------------


def digits_of(question: Question) -> tuple[str, ...]:
    """The digits that a question takes."""
    return (*LEVELS, NOT_SURE_DIGIT, *([NA_DIGIT] if question.na_when else []))


def rule_of(question: Question) -> str:
    """Which digits a question takes, in words."""
    if question.na_when:
        return "Type 0 to 4, 8 for “not sure”, 9 for “does not apply”, or leave it empty."
    return "Type 0 to 4, 8 for “not sure”, or leave it empty. “Does not apply” is not offered here."


def given_of(digit: str, note: str = "") -> Given:
    """The answer that a digit stands for, with the note that is kept beside it."""
    return Given(
        level=int(digit) if digit in LEVELS else None,
        is_not_applicable=digit == NA_DIGIT,
        is_not_sure=digit == NOT_SURE_DIGIT,
        note=note,
    )


def words_of(given: Given) -> str:
    """An answer as its digit with what that means; nothing for no answer."""
    if given.is_not_applicable:
        words = f"{NA_DIGIT}, does not apply"
    elif given.level is not None:
        words = f"{given.level}, {LEVEL_NAMES[given.level]}"
    else:
        return f"{NOT_SURE_DIGIT}, not sure" if given.is_not_sure else ""
    return f"{words}, marked not sure" if given.is_not_sure else words


# -- the sheet ---------------------------------------------------------------------------------


def component_of_sheet(access: Access, typed: str) -> Component:
    """The component of the sheet whose code was typed. Raises Refused if it cannot be typed back.

    A correction keeps the number of its edition, so sheets printed before it are taken.
    """
    code = read(typed)
    answers = access.assessment.edition_number
    if code is None:
        raise Refused(
            "That is not a sheet code. Compare it with the code in the box at the top of "
            f"the sheet, such as {SheetCode(answers, 1)}, and type it again; or choose the "
            "component below."
        )
    if code.edition != answers:
        raise other_edition(access, code.edition)
    components = access.catalogue.components
    if code.component > len(components):
        raise Refused("No sheet has that code. Please check it against the sheet.")
    component = components[code.component - 1]
    if not access.may_see(component.slug):
        raise Refused(
            f"This sheet is for “{component.label}”, which your link does not cover. Give it to "
            "the person who shared the link."
        )
    return component


def other_edition(access: Access, edition: int) -> Refused:
    """The refusal of a sheet, or a page, of another edition than the assessment answers."""
    sheet = (
        f"This sheet is for edition {edition}" if edition else "This page is for another edition"
    )
    return Refused(
        f"{sheet}; this assessment uses edition {access.assessment.edition_number}. Its "
        "questions may differ, so nothing was saved.",
        edition=edition,
    )


def sheet_code(access: Access, component: Component) -> SheetCode:
    """The code printed on the sheet of a component in the edition that is answered."""
    place = access.catalogue.components.index(component) + 1
    return SheetCode(access.assessment.edition_number, place)


def lines_of(access: Access, component: Component, answers: Mapping[str, Answer]) -> list[Line]:
    """Each question asked, with what is stored."""
    return [
        line_of(question, answers.get(question.slug))
        for _, question in answering.numbered(access, component)
    ]


def line_of(question: Question, answer: Answer | None) -> Line:
    """A question with its stored answer, nothing typed."""
    if answer is None:
        return Line(question, revision=0, now="")
    now = words_of(Given(answer.level, answer.is_not_applicable, answer.is_not_sure))
    if answer.is_to_confirm and answer.choice:
        now = f"{now}, to be confirmed"
    return Line(question, revision=answer.revision, now=now)


def save_sheet(
    *, access: Access, component: Component, answers: dict[str, Answer], data: QueryDict
) -> Fared:
    """Save every digit typed that nothing stands against; return the others with what does.

    ``data``: per question, by slug, ``-digit``, and the ``-meaning`` and ``-revision`` it was drawn
    with; ``-take`` where somebody chose. ``answers`` is brought up to date. Raises Refused for a
    page of another edition, and workflow.EditionMoved when the edition changes meanwhile.
    """
    edition = str(data.get("edition", ""))
    if edition != str(access.assessment.edition_number):
        raise other_edition(access, int(edition) if edition.isdecimal() and len(edition) < 7 else 0)
    questions = [q for _, q in answering.numbered(access, component)]
    before = {q.slug: answers[q.slug].revision for q in questions if q.slug in answers}
    left = [_settle(access, q, answers, data) for q in questions if f"{q.slug}-digit" in data]
    now = [answers.get(q.slug) for q in questions]
    return Fared(
        lines=[line for line in left if line],
        saved=sum(a is not None and a.revision != before.get(a.question) for a in now),
        open=sum(not (a and (a.choice or a.is_not_sure)) for a in now),
    )


def _settle(
    access: Access, question: Question, answers: dict[str, Answer], data: QueryDict
) -> Line | None:
    """Save one digit, or leave the answer as it is; the line to show again if that cannot be."""
    typed = str(data.get(f"{question.slug}-digit", "")).strip()
    if not typed:
        return None
    stored = answers.get(question.slug)
    line = replace(line_of(question, stored), typed=typed[:LONGEST_SHOWN])
    if typed not in digits_of(question):
        return replace(line, error=line.rule)
    if answering.moved_on(access, question, data):
        return replace(line, error=answering.MOVED_ON_PAGE)
    given = given_of(typed, stored.note if stored else "")
    chosen = _chosen(stored, given, data)
    if stored and not chosen:
        return _asked(line, stored)
    collision = _save(access, question, given, answers) if chosen == SHEET else None
    if collision is None:
        return None
    return _asked(replace(line_of(question, collision), typed=typed), collision)


def _chosen(stored: Answer | None, given: Given, data: QueryDict) -> str:
    """Which of the two stands: SHEET, STORED, or "" where somebody has to say so first."""
    if stored is None:
        return SHEET
    if stored.says(given):
        return STORED
    if not _differs(stored, given):
        return SHEET
    # A choice holds for the answer that was seen.
    is_seen = str(data.get(f"{stored.question}-revision", "")) == str(stored.revision)
    taken = str(data.get(f"{stored.question}-take", ""))
    return taken if is_seen and taken in (STORED, SHEET) else ""


def _save(
    access: Access, question: Question, given: Given, answers: dict[str, Answer]
) -> Answer | None:
    """Save an answer and note it in ``answers``; what somebody else saved meanwhile instead."""
    before = answers.get(question.slug)
    saved = workflow.save_answer(
        assessment=access.assessment,
        question=question.slug,
        given=given,
        seen=before.revision if before else 0,
        by=access.by,
    )
    if saved.conflict is None:
        answers[question.slug] = saved.answer
    return saved.conflict


def _differs(stored: Answer, given: Given) -> bool:
    """Whether saving would replace something else that was said.

    A digit on an answer to be confirmed confirms it; “not sure” leaves its level as it is.
    """
    if stored.is_to_confirm:
        return given.has_choice and (stored.level, stored.is_not_applicable) != (
            given.level,
            given.is_not_applicable,
        )
    return stored.shown.has_choice or stored.shown.is_not_sure


def _asked(line: Line, stored: Answer) -> Line:
    return replace(line, is_asked=True, by=stored.saved_by, when=moment(stored.saved_at))
