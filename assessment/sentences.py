"""Every sentence the product makes about an employer, built from data in this one place.

Pure: imports only the standard library, toolkit.catalogue and assessment.scoring. A sentence reads
naturally for none, one, two and many; it never blames, never promises, and never compares without
saying with what. The rules: product.md "Results" and "Documents", decisions.md 17.
"""

from __future__ import annotations

from collections.abc import Sequence

from assessment.scoring import BASIC_WEIGHT, Score

STATE_TEXTS = {
    "scored": "",
    "quick": "Quick check: no score per component",
    "not-enough": "Not enough answers yet",
    "out": "Does not apply",
}
ANSWER_TEXTS = {
    "answered": "",
    "not-applicable": "Does not apply",
    "unanswered": "Not answered yet",
    "to-confirm": "To be confirmed before it counts",
}
FIND_OUT_TEXTS = {
    "unanswered": "Not answered yet",
    "not-sure": "Marked “not sure”",
    "to-confirm": "To be confirmed before it counts",
}
NOT_A_GRADE = (
    "This is not a grade: 75 means every practice is in place.",
    "Compare only with your own earlier results.",
    "Reported by management; workers were not surveyed.",
)
LIMITS = (
    "Reported by management; workers were not surveyed.",
    "This is not a legal compliance check.",
    "It is not issued or endorsed by the U.S. Department of Commerce or NIST.",
    "It is not meant for job ads, bids or grant applications.",
)
ORDER_NOTE = "Ordered by weight, distance to target, what you put first, and effort."
AREAS = {1: "an area you put later", 2: "an area of normal priority", 3: "an area you put first"}
NOTHING_TO_COMPARE = "First assessment: nothing to compare with yet."
NO_STRENGTH = "No practice is reported as in place yet."
NO_STRATEGY = "No strategy is offered for this yet."
RETIRED_STRATEGY = "The strategy chosen for this is no longer in this edition."
RETIRED_QUESTION = "The question this was chosen for is no longer in this edition."
NO_CASE = "No case study yet."
ANSWERS_LEFT_OUT = "The answer to each question is left out."
NOTES_LEFT_OUT = "Notes are left out."


# -- words and numbers -----------------------------------------------------------------------


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: “no answers”, “1 answer”, “1,200 answers”.

    ``many`` is needed only where it is not ``one`` with an s.
    """
    number = f"{count:,}" if count else "no"
    return f"{number} {noun(count, one, many)}"


def noun(count: int, one: str, many: str = "") -> str:
    """The noun for a number that stands apart from it: “answer” for 1, otherwise “answers”."""
    return one if count == 1 else many or f"{one}s"


def joined(names: Sequence[str], word: str = "and") -> str:
    """Names as a reader says them: “A”, “A and B”, “A, B and C”; "" for none."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def clipped(text: str, length: int) -> str:
    """``text`` on one line within ``length`` characters, the last one “…” where some are left out.

    It ends with a whole word where one ends within the last fifth, and elsewhere within a word.
    """
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    start = line[: max(length - 1, 0)]
    words, space, _ = start.rpartition(" ")
    is_near = line[len(start) : len(start) + 1] != " " and len(words) >= len(start) * 4 // 5
    return f"{(words if space and is_near else start).rstrip(' .,;:')}…"


# -- what was answered -----------------------------------------------------------------------


def answered(result: Score) -> str:
    """How many questions are answered, and how many do not apply."""
    asked = len(result.rows)
    out = asked - result.applicable
    if not asked:
        return "No question is asked."
    if not result.applicable:
        return f"None of the {counted(asked, 'question')} applies."
    return f"{_answered(result, ' that apply' if out else '')}{_out_too(out)}."


def _answered(result: Score, which: str) -> str:
    count, of = result.answered_applicable, result.applicable
    is_one = count < 2
    # What waits to be confirmed was answered, too.
    verb = f"{_is(1 if is_one else count)} answered"
    if result.to_confirm:
        verb = f"{'has' if is_one else 'have'} an answer that counts"
    if of == 1:
        which = which.replace("apply", "applies")
        if result.to_confirm:
            return f"The one question{which} has no answer that counts yet"
        return f"The one question{which} is {'' if count else 'not yet '}answered"
    if not count:
        return f"None of the {of:,} questions{which} {verb} yet"
    if count == of:
        return f"All {of:,} questions{which} {verb}"
    return f"{count:,} of {of:,} questions{which} {verb}"


def _out_too(count: int) -> str:
    return f"; {count:,} {'does' if count == 1 else 'do'} not apply" if count else ""


def progress(answered: int, asked: int, minutes: int) -> str:
    """How far the answering is, as the hub says it: questions answered, minutes left."""
    if not asked:
        return "No question is asked of you at present."
    done = f"{answered:,} of {asked:,} answered."
    if answered >= asked:
        return f"{done} Every question is answered."
    return f"{done} About {counted(minutes, 'minute')} left, in any order." if minutes else done


def basis(asked: int, is_quick: bool) -> str:
    """What a figure rests on, so that a quick one never passes for a full one."""
    if is_quick:
        return f"Quick check, {counted(asked, 'question')}"
    return f"{'All ' if asked > 1 else ''}{counted(asked, 'question')}".capitalize()


def quick(asked: int, in_full: int) -> str:
    """What a quick check is; ``in_full``: how many questions a full assessment asks."""
    return f"Quick check: {asked} of {counted(in_full, 'question')}, no score per component."


def go_on(count: int) -> str:
    """What the button says that leads from the quick check to the rest."""
    if not count:
        return "Continue with the full assessment"
    return f"Continue with the other {count:,}" if count > 1 else "Continue with the other one"


def not_applicable(count: int) -> str:
    """How many questions were marked as not applying."""
    if not count:
        return "No question was marked as not applying."
    if count == 1:
        return "One question does not apply and has no part in any score."
    return f"{count:,} questions do not apply and have no part in any score."


def find_out(count: int) -> str:
    """How many questions are to be found out about before they are planned for."""
    if not count:
        return "No question is open."
    if count == 1:
        return "One question is open. Find out first, then plan for it."
    return f"{count:,} questions are open. Find out first, then plan for them."


# -- what is to be confirmed -----------------------------------------------------------------


def waiting(count: int) -> str:
    """How many answers are left out until they are confirmed; "" for none."""
    if not count:
        return ""
    if count == 1:
        return "1 answer waits to be confirmed and is not counted."
    return f"{count:,} answers wait to be confirmed and are not counted."


def to_confirm(count: int) -> str:
    """The same as a notice above a page; "" for none."""
    if not count:
        return ""
    if count == 1:
        return "1 answer to confirm. It does not count until it is confirmed or changed."
    return f"{count:,} answers to confirm. They do not count until they are confirmed or changed."


def once_confirmed(count: int) -> str:
    """When the answers listed count again."""
    if count == 1:
        return "You answered this before. It counts again once you confirm or change it."
    return "You answered these before. They count again once you confirm or change them."


def would_wait(count: int) -> str:
    """What a move to another edition would leave out until it is confirmed."""
    if count == 1:
        return "1 answer would wait for you to confirm it and is left out of the second column."
    return (
        f"{count:,} answers would wait for you to confirm them and are left out of the second "
        "column."
    )


def no_longer_alike(count: int) -> str:
    """What is said of the answers that a move to another edition makes to confirm."""
    if count == 1:
        return (
            "This question is no longer quite what you answered. Your answer is kept, and counts "
            "once you confirm or change it."
        )
    return (
        "These questions are no longer quite what you answered. Your answers are kept, and count "
        "once you confirm or change them."
    )


def hidden_alike(count: int) -> str:
    """The same of answers to questions not asked at present; "" for none."""
    if not count:
        return ""
    if count == 1:
        return (
            "1 more answer, to a question not asked of you at present, would be marked the same "
            "way and shown to you should it be asked again."
        )
    return (
        f"{count:,} more answers, to questions not asked of you at present, would be marked the "
        "same way and shown to you should they be asked again."
    )


def retired(count: int) -> str:
    """What becomes of answers to questions that the edition no longer asks."""
    if count == 1:
        return (
            "Your edition no longer asks this question. Your answer is kept and has no part in any "
            "score."
        )
    return (
        "Your edition no longer asks these questions. Your answers are kept and have no part in "
        "any score."
    )


# -- what the answers come to ----------------------------------------------------------------


def summary(result: Score) -> tuple[str, ...]:
    """What the answers come to, sentence by sentence, the headline first."""
    sentences = [
        _headline_sentence(result),
        waiting(len(result.to_confirm)),
        _contrast(result),
        *NOT_A_GRADE,
    ]
    return tuple(s for s in sentences if s)


def headline(result: Score) -> str:
    """The first line of the results: “19 of 46 practices in place or better”."""
    count = result.answered_applicable
    if not count:
        return _no_answer(result).removesuffix(".").replace(" is answered", " answered")
    return f"{result.in_place} of {counted(count, 'practice')} in place or better"


def _no_answer(result: Score) -> str:
    if result.to_confirm:
        return "No answer counts yet."
    if not result.applicable:
        return "No question applies."
    return "No practice is answered yet."


def in_place(in_place: int, answered: int) -> str:
    """How many practices of a component are in place."""
    return f"{in_place} of {answered} in place" if answered else "No answers yet"


def _headline_sentence(result: Score) -> str:
    count, in_place = result.answered_applicable, result.in_place
    if not count:
        return _no_answer(result)
    words = f"{in_place} of {count:,} practices {_is(in_place)} in place or better"
    if not in_place:
        words = f"None of the {count:,} practices answered is in place yet"
    if count == 1:
        words = f"The one practice answered is {'' if in_place else 'not yet '}in place"
    if result.is_quick:
        words = f"{basis(len(result.rows), True)}: {words[0].lower()}{words[1:]}"
    return f"{words}{'' if result.shown is None else f' (score {_figure(result)})'}."


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _figure(result: Score) -> str:
    return f"{result.shown} of 100, {result.band}{', provisional' if result.is_provisional else ''}"


def figure(result: Score) -> str:
    """The overall figure with its band, or why there is none."""
    if result.shown is not None:
        return f"Score {_figure(result)}."
    if len(result.out) == len(result.components):
        return "There is no score, as no question applies."
    return "There is no score yet."


def no_step(result: Score) -> str:
    """What is said where no step is recommended."""
    if not result.applicable:
        return "No step is recommended, as no question applies."
    if not result.answered_applicable:
        return "No step is recommended yet, as no answer counts so far."
    return "No answer is below its target, so no step is recommended."


def basic_needs(count: int) -> str:
    """How many basic needs are at “Not yet”; "" for none."""
    if not count:
        return ""
    if count == 1:
        return "One basic need is at “Not yet” and comes before any average."
    return f"{count:,} basic needs are at “Not yet” and come before any average."


def not_enough(result: Score) -> str:
    """Which components have not enough answers yet, and what follows; "" for none."""
    labels = [c.label for c in result.not_enough]
    if not labels:
        return ""
    if result.shown is None:
        return "No component has enough answers for a score yet: at least half of it, by weight."
    verb, it = ("does", "it") if len(labels) == 1 else ("do", "them")
    return (
        f"{joined(labels)} {verb} not have enough answers yet (at least half, by weight), so the "
        f"overall figure leaves {it} out and is provisional."
    )


def out(result: Score) -> str:
    """Which components have no question that applies; "" for none."""
    labels = [c.label for c in result.out]
    if not labels:
        return ""
    if len(labels) == len(result.components):
        return "No question applies, so there is no score."
    it = "it has" if len(labels) == 1 else "they have"
    return f"No question in {joined(labels, 'or')} applies, so {it} no part in the score."


# -- why a step stands where it does ---------------------------------------------------------


def reason(*, weight: int, gap: int, importance: int, effort: str, is_effort_assumed: bool) -> str:
    """Every factor of a step’s place: ``weight`` 1 to 3, ``gap`` in levels, ``importance`` 1 to 3.

    The same on page, PDF and in the CSV.
    """
    step = f"takes {effort} effort"
    if is_effort_assumed:
        step = f"is taken as {effort} effort, as no strategy is offered for it yet"
    return (
        f"It has weight {weight} of {BASIC_WEIGHT}, is {counted(gap, 'level')} below your target "
        f"in {AREAS[importance]}, and {step}."
    )


# -- actions ---------------------------------------------------------------------------------


def more_actions(count: int) -> str:
    """How many open actions stand in the plan besides those named; "" for none."""
    if not count:
        return ""
    if count == 1:
        return "One more open action stands in the plan."
    return f"{count:,} more open actions stand in the plan."


def actions(count: int, done: int, dropped: int) -> str:
    """How many actions the plan holds, and how many of them are done or dropped."""
    if not count:
        return "The plan holds no action yet."
    parts = [f"{done:,} done"] * (done > 0) + [f"{dropped:,} dropped"] * (dropped > 0)
    said = f", {joined(parts)}" if parts else ""
    return f"The plan holds {counted(count, 'action')}{said}."


def _contrast(result: Score) -> str:
    """Which components are furthest along and which have the most room; "" where all are alike.

    A group of more than two says little and is left out.
    """
    scored = [(c.exact, c.component.label) for c in result.components if c.exact is not None]
    values = [value for value, _ in scored]
    if len(set(values)) < 2:
        return ""
    top = [label for value, label in scored if value == max(values)]
    low = [label for value, label in scored if value == min(values)]
    parts = [f"{joined(top)} {_is(len(top))} furthest along"] if len(top) < 3 else []
    parts += [f"{joined(low)} {'has' if len(low) == 1 else 'have'} the most room"] * (len(low) < 3)
    return f"Of your own components, {joined(parts)}." if parts else ""
