"""Every sentence the product makes about an employer, built from data in this one place.

Pure: imports only the standard library, toolkit.catalogue, assessment.scoring and
assessment.turnover. A sentence reads naturally for none, one, two and many; it never blames, never
promises, and never compares without saying with what. The rules: decisions.md 17, 39.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Protocol

from assessment.scoring import BASIC_WEIGHT, Score, round_half_up
from assessment.turnover import (
    HIGH_PERCENT,
    LOW_PERCENT,
    MEDIAN_PERCENT,
    People,
    Span,
    Turnover,
    rounded,
)
from toolkit.catalogue import DOES_NOT_APPLY

STATE_TEXTS = {
    "scored": "",
    "quick": "Quick check: no score per component",
    "not-enough": "Not enough answers yet",
    "out": DOES_NOT_APPLY,
}
ANSWER_TEXTS = {
    "answered": "",
    "not-applicable": DOES_NOT_APPLY,
    "unanswered": "Not answered yet",
    "to-confirm": "Must be confirmed before it counts",
}
FIND_OUT_TEXTS = {
    "unanswered": "Not answered yet",
    "not-sure": "Marked “not sure”",
    "to-confirm": "Must be confirmed before it counts",
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
AREAS = {
    1: "an area you left for later",
    2: "an area of normal priority",
    3: "an area you put first",
}
NOTHING_TO_COMPARE = "First assessment: nothing to compare with yet."
NO_STRENGTH = "No practices are reported as in place yet."
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
        return "No questions are asked."
    if not result.applicable:
        return f"None of the {counted(asked, 'question')} applies."
    return f"{_answered(result, has_others=out > 0)}{_out_too(out)}."


def _answered(result: Score, *, has_others: bool) -> str:
    count, of = result.answered_applicable, result.applicable
    which = f" that {'applies' if of == 1 else 'apply'}" if has_others else ""
    is_one = count < 2
    # What waits to be confirmed was answered, too.
    verb = f"{_is(1 if is_one else count)} answered"
    if result.to_confirm:
        verb = f"{'has' if is_one else 'have'} an answer that counts"
    if of == 1:
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
        return "You are not being asked any questions right now."
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
        return "No questions were marked as not applying."
    if count == 1:
        return "One question does not apply and does not count in any score."
    return f"{count:,} questions do not apply and do not count in any score."


def find_out(count: int) -> str:
    """How many questions are to be found out about before they are planned for."""
    if not count:
        return "No questions are open."
    if count == 1:
        return "One question is open. Find out first, then plan for it."
    return f"{count:,} questions are open. Find out first, then plan for them."


# -- what is to be confirmed -----------------------------------------------------------------


def waiting(count: int) -> str:
    """How many answers are left out until they are confirmed; "" for none."""
    if not count:
        return ""
    if count == 1:
        return "1 answer is waiting to be confirmed and is not counted."
    return f"{count:,} answers are waiting to be confirmed and are not counted."


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
        return "1 answer would need to be confirmed and is left out of the second column."
    return f"{count:,} answers would need to be confirmed and are left out of the second column."


def no_longer_alike(count: int) -> str:
    """What is said of the answers that a move to another edition makes to confirm."""
    if count == 1:
        return (
            "This question has changed since you answered it. Your answer is kept and counts "
            "once you confirm or change it."
        )
    return (
        "These questions have changed since you answered them. Your answers are kept and count "
        "once you confirm or change them."
    )


def hidden_alike(count: int) -> str:
    """The same of answers to questions not asked at present; "" for none."""
    if not count:
        return ""
    if count == 1:
        return (
            "1 more answer, to a question you are not asked right now, would be marked the same "
            "way and shown to you if it is asked again."
        )
    return (
        f"{count:,} more answers, to questions you are not asked right now, would be marked the "
        "same way and shown to you if they are asked again."
    )


def retired(count: int) -> str:
    """What becomes of answers to questions that the edition no longer asks."""
    if count == 1:
        return (
            "Your edition no longer asks this question. Your answer is kept but does not count in "
            "any score."
        )
    return (
        "Your edition no longer asks these questions. Your answers are kept but do not count in "
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
    words = practices_in_place(result)
    return f"{words} in place or better" if result.answered_applicable else words


def practices_in_place(result: Score) -> str:
    """The same under a heading that says “in place or better”: “19 of 46 practices”."""
    count = result.answered_applicable
    return f"{result.in_place} of {counted(count, 'practice')}" if count else _no_answer(result)


def _no_answer(result: Score) -> str:
    if result.to_confirm:
        return "No answers count yet"
    if not result.applicable:
        return "No questions apply"
    return "No practices are answered yet"


def in_place(in_place: int, answered: int) -> str:
    """How many practices of a component are in place."""
    return f"{in_place} of {answered} in place" if answered else "No answers yet"


def _headline_sentence(result: Score) -> str:
    count, in_place = result.answered_applicable, result.in_place
    if not count:
        return f"{_no_answer(result)}."
    words = f"{in_place} of {count:,} {_are_in_place(result)}"
    if not in_place:
        words = f"None of the {count:,} practices answered is in place yet"
    if count == 1:
        words = f"The one practice answered is {'' if in_place else 'not yet '}in place"
    if result.is_quick:
        words = f"{basis(len(result.rows), True)}: {words[0].lower()}{words[1:]}"
    return f"{words}{_score_aside(result)}."


def headline_rest(result: Score) -> str:
    """The first sentence of the summary, beside a large “19 of 46” that has said its beginning.

    The whole of it where it does not begin with these numbers.
    """
    if result.is_quick or not result.in_place or result.answered_applicable == 1:
        return _headline_sentence(result)
    return f"{_are_in_place(result)}{_score_aside(result)}."


def _are_in_place(result: Score) -> str:
    return f"practices {_is(result.in_place)} in place or better"


def _score_aside(result: Score) -> str:
    return "" if result.shown is None else f" (score {_figure(result)})"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _figure(result: Score) -> str:
    return f"{result.shown} of 100, {result.band}{', provisional' if result.is_provisional else ''}"


def figure(result: Score) -> str:
    """The overall figure with its band, or why there is none."""
    if result.shown is not None:
        return f"Score {_figure(result)}."
    if len(result.out) == len(result.components):
        return "There is no score, because no questions apply."
    return "There is no score yet."


def no_step(result: Score) -> str:
    """What is said where no step is recommended."""
    if not result.applicable:
        return "No steps are recommended, because no questions apply."
    if not result.answered_applicable:
        return "No steps are recommended yet, because no answers count so far."
    return "No answer is below its target, so no steps are recommended."


def basic_needs(count: int) -> str:
    """How many basic needs are at “Not yet”; "" for none."""
    if not count:
        return ""
    if count == 1:
        return "One basic need is at “Not yet”. Address it before looking at averages."
    return f"{count:,} basic needs are at “Not yet”. Address them before looking at averages."


def not_enough(result: Score) -> str:
    """Which components have not enough answers yet, and what follows; "" for none."""
    labels = [c.label for c in result.not_enough]
    if not labels:
        return ""
    if result.shown is None:
        return "No component has enough answers for a score yet (at least half, by weight)."
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
        return "No questions apply, so there is no score."
    it = "it does" if len(labels) == 1 else "they do"
    return f"No questions in {joined(labels, 'or')} apply, so {it} not count in the score."


# -- why a step stands where it does ---------------------------------------------------------


def reason(*, weight: int, gap: int, importance: int, effort: str, is_effort_assumed: bool) -> str:
    """Every factor of a step’s place: ``weight`` 1 to 3, ``gap`` in levels, ``importance`` 1 to 3.

    The same on page, PDF and in the CSV.
    """
    step = f"takes {effort} effort"
    if is_effort_assumed:
        step = f"is assumed to take {effort} effort, because no strategy is offered for it yet"
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
        return "The plan has one more open action."
    return f"The plan has {count:,} more open actions."


def actions(count: int, done: int, dropped: int) -> str:
    """How many actions the plan holds, and how many of them are done or dropped."""
    if not count:
        return "The plan has no actions yet."
    parts = [f"{done:,} done"] * (done > 0) + [f"{dropped:,} dropped"] * (dropped > 0)
    said = f", {joined(parts)}" if parts else ""
    return f"The plan has {counted(count, 'action')}{said}."


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
    parts += [f"{joined(low)} {'has' if len(low) == 1 else 'have'} the most room to grow"] * (
        len(low) < 3
    )
    return f"Among your components, {joined(parts)}." if parts else ""


# -- money -----------------------------------------------------------------------------------


class Costed(Protocol):
    """What has an expected cost and a budget in whole dollars, or None, and a status."""

    @property
    def estimate(self) -> int | None: ...  # noqa: D102
    @property
    def budget(self) -> int | None: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102


def dollars(amount: int) -> str:
    """Whole dollars: "$1,200"."""
    return f"${amount:,}"


def money(actions: Collection[Costed]) -> str:
    """What actions are expected to cost together and what is set aside; "" where nothing is said.

    Dropped actions cost nothing and are left out.
    """
    kept = [a for a in actions if a.status != "dropped"]
    estimates = [a.estimate for a in kept if a.estimate is not None]
    budgets = [a.budget for a in kept if a.budget is not None]
    told = []
    if estimates:
        told.append(f"Expected cost: {dollars(sum(estimates))}{_of(len(estimates), len(kept))}.")
    if budgets:
        told.append(f"Set aside: {dollars(sum(budgets))}{_of(len(budgets), len(kept))}.")
    return " ".join(told)


def _of(told: int, count: int) -> str:
    return "" if told == count else f", from {told} of {count} actions"


# -- turnover --------------------------------------------------------------------------------


def turnover_limits(told: Turnover) -> tuple[str, ...]:
    """What to keep in mind about the figures, and where the share of a year's pay comes from."""
    is_ours = (told.low_percent, told.high_percent) == (LOW_PERCENT, HIGH_PERCENT)
    return (
        "This is a rule of thumb, not a promise, and it is not part of any score.",
        "Seasonal endings, retirements and dismissals are left out.",
        "Only departures you prevent can save money: some people leave whatever an employer does.",
        f"The study gives one middle figure, {MEDIAN_PERCENT}% of a year’s pay, from 27 cases in "
        "1992 to 2007, not counting executives and physicians.",
        "The range around it is ours: half as much to one and a half times as much."
        if is_ours
        else "The range is the employer’s own.",
    )


def span(amounts: Span) -> str:
    """A range of dollars, rounded as estimates are: "$42,000 to $120,000"."""
    low, high = rounded(amounts.low), rounded(amounts.high)
    return f"about {dollars(low)}" if low == high else f"{dollars(low)} to {dollars(high)}"


def percent(value: Fraction) -> str:
    """A share in percent: whole numbers, one decimal below 10."""
    return f"{round_half_up(value, 0 if value >= 10 or value.denominator == 1 else 1)}%"


def turnover_cost(told: Turnover) -> str:
    """What a year's leavers may have cost."""
    if not told.leavers:
        return "No one left by their own choice that year, so there is no cost to calculate."
    who = "one person" if told.leavers == 1 else f"{told.leavers:,} people"
    return f"Replacing the {who} who left may have cost {span(told.yearly)} that year."


def turnover_of_one(told: Turnover) -> str:
    """What one person less, leaving, may be worth."""
    return f"Each person who stays instead may save {span(told.per_leaver)}."


def break_even(told: Turnover, cost: int) -> str:
    """How many people a step of this cost, above 0, must keep to pay for itself."""
    people = told.break_even(cost)
    sentence = (
        f"It would pay for itself within a year if it kept {_people(people)} who would otherwise "
        "leave."
    )
    if people.fewest > told.leavers:
        return f"{sentence} Fewer people left that year, so this alone would not pay for it."
    return sentence


def _people(people: People) -> str:
    if people.fewest == people.most:
        return "1 person" if people.most == 1 else f"{people.most:,} people"
    return f"{people.fewest:,} to {people.most:,} people"


# -- since last time -------------------------------------------------------------------------

BESIDE = (
    "Actions are listed next to changes because they concern the same question or the same period. "
    "That does not mean one caused the other."
)
QUICK_APART = (
    "One of the two is a quick check and the other asks every question, so their scores are not "
    "compared. Individual answers can be."
)
# Why a question of the same meaning is not compared: for one, and for several.
NOT_COMPARED = {
    "waiting": ("question is waiting to be confirmed.", "questions are waiting to be confirmed."),
    "unanswered": (
        "question has no answer in one of the two.",
        "questions have no answer in one of the two.",
    ),
    "not-applicable": (
        "question does not apply in at least one of the two.",
        "questions do not apply in at least one of the two.",
    ),
    "not-asked": (
        "question was asked in only one of the two.",
        "questions were asked in only one of the two.",
    ),
}


def since_last(
    *,
    on: str,
    until: str = "",
    common: int,
    overall: tuple[int | None, int | None] | None,
    higher: int,
    lower: int,
    waiting: int,
    done: int,
    is_mixed: bool = False,
    was_quick: bool = False,
) -> tuple[str, ...]:
    """What moved since the earlier assessment, sentence by sentence; never why it moved.

    ``on``: its day in words; ``until``: that of the other, "" where that one is still being worked
    on. ``common``: questions compared, of which ``higher`` and ``lower``
    moved. ``overall``: the score over just those, then and now, None where none can be given.
    ``waiting``: answers to be confirmed. ``done``: actions done in between.
    """
    found = [
        f"As of {until}." if until else "",
        _moved(on, common, higher, lower, waiting),
        _moved_score(overall, f"{{}} on {until}" if until else "is {} now"),
        _mixed(on, was_quick=was_quick) if is_mixed else "",
        _still_waiting(waiting) if common else "",
        _done_meanwhile(done),
    ]
    return tuple(s for s in found if s)


def not_compared(reason: str, count: int) -> str:
    """How many questions are not compared for this reason, a key of ``NOT_COMPARED``."""
    one, several = NOT_COMPARED[reason]
    return f"{count} {one if count == 1 else several}"


def _moved(on: str, common: int, higher: int, lower: int, waiting: int) -> str:
    if not common and waiting:
        return f"Nothing can be compared with {on} yet: no answers are confirmed so far."
    if not common:
        return (
            f"Nothing can be compared with {on}: no question with the same meaning is answered in "
            "both."
        )
    if common == 1:
        how = "higher than" if higher else "lower than" if lower else "as it was"
        return f"The one question that can be compared is {how} on {on}."
    if common in (higher, lower) or not higher + lower:
        which = "Both" if common == 2 else f"All {common}"
        how = "higher than" if higher else "lower than" if lower else "as they were"
        return f"{which} questions that can be compared are {how} on {on}."
    same = common - higher - lower
    parts = [
        (higher, "higher"),
        (lower, "lower"),
        (same, "the same"),
    ]
    told = [f"{count} {_is(count)} {how}" for count, how in parts if count]
    return f"Since {on}, of {common} questions that can be compared, {joined(told)}."


def _moved_score(overall: tuple[int | None, int | None] | None, now: str) -> str:
    if overall is None or None in overall:
        return ""
    before, after = overall
    if before == after:
        return f"On just these questions, the score is still {after} of 100."
    return f"On just these questions, the score was {before} of 100 and {now.format(after)}."


def _mixed(on: str, *, was_quick: bool) -> str:
    which = f"The one from {on}" if was_quick else "This one"
    return f"{which} is a quick check; its score is not compared with one from all questions."


def _still_waiting(count: int) -> str:
    if not count:
        return ""
    return f"{count} {'answer is' if count == 1 else 'answers are'} still waiting to be confirmed."


def _done_meanwhile(count: int) -> str:
    if not count:
        return ""
    return (
        f"{count} {'action was' if count == 1 else 'actions were'} done in the meantime; these "
        f"figures cannot show what {'it' if count == 1 else 'they'} changed."
    )


# -- sets of steps ---------------------------------------------------------------------------


def steps_chosen(count: int) -> str:
    """The heading of what a set of steps changes: "With these 3 steps"."""
    if not count:
        return "No steps are checked yet"
    return "With this one step" if count == 1 else f"With these {count} steps"


def efforts_chosen(efforts: Sequence[tuple[str, int]]) -> str:
    """How many steps of a set take which effort: "2 low, 1 high"."""
    return ", ".join(f"{count} {effort}" for effort, count in efforts)


def days_chosen(longest: int | None, total: int | None, *, steps: int, without: int) -> str:
    """How long a set of ``steps`` takes to its first results, side by side and one by one.

    ``without`` counts the steps for which there is no estimate.
    """
    if longest is None or total is None:
        return (
            "There is no estimate of how long this takes, because no strategy is offered for it "
            "yet."
        )
    if steps == 1:
        return f"About {counted(longest, 'day')} to a first result."
    known = (
        f"Side by side, first results come within about {counted(longest, 'day')}, the longest "
        f"single step. One after another, in about {counted(total, 'day')}."
    )
    if steps - without == 1:
        known = f"About {counted(longest, 'day')} to a first result from one of them."
    if not without:
        return known
    rest = "step" if without == 1 else f"{without} steps"
    return f"{known} There is no estimate for the other {rest}."


def limits_allowed(*, within: int | None, is_low_effort_only: bool) -> str:
    """What a proposal kept to: "of low effort, with a first result within 90 days"; may be ""."""
    effort = "of low effort" if is_low_effort_only else ""
    days = f"with a first result within {counted(within, 'day')}" if within is not None else ""
    return ", ".join(part for part in (effort, days) if part)


def proposed(*, found: int, wanted: int, fitting: int, limits: str, is_scored: bool) -> str:
    """What came of a proposal: ``found`` of ``wanted`` steps, out of ``fitting`` that fit."""
    if not is_scored:
        return (
            "Nothing to propose yet: no component has enough answers for a score that could rise. "
            "Answer some more questions first."
        )
    among = f" {limits}" if limits else ""
    if not found:
        return (
            f"No open step{among} is left to propose. Allow more days or more effort, or look at "
            "the steps below."
            if limits
            else "No open step is left to propose: all are in your plan or have no score yet."
        )
    if found < wanted:
        fits = "Only one open step fits" if found == 1 else f"Only {found} open steps fit"
        checked = "It is checked." if found == 1 else "They are checked."
        return f"{fits}{':' + among if among else ''}. {checked}"
    steps = "one step" if found == 1 else f"{found} steps"
    raises = "raises" if found == 1 else "together raise"
    return (
        f"Checked: the {steps} that {raises} your overall figure the most, out of {fitting} open "
        f"{'step' if fitting == 1 else 'steps'}{among}."
    )


def adopted(added: int, known: int, *, closed: int = 0) -> str:
    """What became of a set of steps made into actions.

    ``known``: how many were in the plan before. ``closed``: how many were left out because they
    are no longer open.
    """
    first = "1 step was" if added == 1 else f"{added or 'No'} steps were"
    parts = [f"{first} added to your plan."]
    if known:
        parts.append(
            f"{known} {'was' if known == 1 else 'were'} already in it and "
            f"{'was' if known == 1 else 'were'} left unchanged."
        )
    if closed:
        parts.append(
            f"{closed} {'is' if closed == 1 else 'are'} no longer open and "
            f"{'was' if closed == 1 else 'were'} left out."
        )
    return " ".join(parts)


# -- working the plan ------------------------------------------------------------------------

FIELD_TEXTS = {
    "title": "What will be done",
    "next_step": "First step",
    "owner": "Who leads it",
    "due_on": "By when",
    "effort": "Effort",
    "cost": "Cost",
    "estimate": "Expected cost",
    "budget": "Set aside",
    "status": "Status",
    "notes": "Notes",
}
HAPPENED_TEXTS = {
    "added": "Added to the plan",
    "carried over": "Carried over from the earlier plan",
    "removed": "Removed from the plan",
    "put back": "Put back into the plan",
    "notes": "Notes changed",
}


def change_text(field: str, before: str, after: str) -> str:
    """One line of an action's history, without who and when: “Status: “Under way”, then “Done””."""
    if field in HAPPENED_TEXTS:
        return HAPPENED_TEXTS[field]
    label = FIELD_TEXTS.get(field, field)
    if not before:
        return f"{label}: “{after}”"
    if not after:
        return f"{label}: “{before}”, then nothing"
    return f"{label}: “{before}”, then “{after}”"


def done_text(statuses: Sequence[str]) -> str:
    """How far a list of actions has come: “2 of 6 done, 1 under way, 1 dropped”.

    ``statuses`` as stored. What was dropped is not counted among those to be done.
    """
    done, under_way, dropped = (
        sum(s == wanted for s in statuses) for wanted in ("done", "under-way", "dropped")
    )
    to_do = len(statuses) - dropped
    parts = [f"{done} of {to_do} done"] if to_do else []
    parts += [f"{under_way} under way"] if under_way else []
    parts += [f"{dropped} dropped"] if dropped else []
    return ", ".join(parts)


def look_again(before: str, now: str) -> str:
    """What was answered when an action was added, and what is answered now, each in words."""
    if before == now:
        return f"When you added it, the answer was “{before}”. It still is."
    return f"When you added it, the answer was “{before}”. Now it is “{now}”."


# -- the page for sharing --------------------------------------------------------------------

SHARED = (
    "Shared by the employer, from its own answers.",
    NOT_A_GRADE[0],
    "Employers answer for themselves, so do not rank one against another.",
)
