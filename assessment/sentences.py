"""Every sentence the product makes about an employer, built from data in this one place.

Pure: imports only the standard library, toolkit.catalogue and assessment.scoring. A sentence reads
naturally for none, one, two and many; it never blames, never promises, and never compares without
saying with what. The rules: product.md "Results" and "Documents", decisions.md 17.
"""

from __future__ import annotations

from assessment.scoring import Score

STATE_TEXTS = {
    "scored": "",
    "quick": "Quick check: no score per component",
    "not-enough": "Not enough answers yet",
    "out": "Nothing in it applies",
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
NO_STRATEGY = "No strategy is offered for this yet."
RETIRED_STRATEGY = "The strategy chosen for this is no longer in this edition."
RETIRED_QUESTION = "The question this was chosen for is no longer in this edition."
NO_CASE = "No case study yet."
ANSWERS_LEFT_OUT = "The answer to each question is left out."
NOTES_LEFT_OUT = "Notes are left out."


def summary(result: Score) -> tuple[str, ...]:
    """What the answers come to, sentence by sentence, the headline first."""
    sentences = [_headline_sentence(result), _waiting(result), _contrast(result), *NOT_A_GRADE]
    return tuple(s for s in sentences if s)


def _headline_sentence(result: Score) -> str:
    if result.shown is None:
        return f"{result.headline}."
    provisional = ", provisional" if result.is_provisional else ""
    quick = f"{result.label}: " if result.is_quick else ""
    return f"{quick}{result.headline} (score {result.shown} of 100, {result.band}{provisional})."


def _waiting(result: Score) -> str:
    """How many answers are left out until they are confirmed."""
    count = len(result.to_confirm)
    if not count:
        return ""
    one = count == 1
    return (
        f"{count} {'answer waits' if one else 'answers wait'} to be confirmed and "
        f"{'is' if one else 'are'} not counted."
    )


def _contrast(result: Score) -> str:
    """Which component is furthest along and which has the most room, where one alone is."""
    scored = [(c.exact, c.component.label) for c in result.components if c.exact is not None]
    values = [value for value, _ in scored]
    if len(set(values)) < 2:
        return ""
    top = [label for value, label in scored if value == max(values)]
    low = [label for value, label in scored if value == min(values)]
    parts = [f"{top[0]} is furthest along"] if len(top) == 1 else []
    parts += [f"{low[0]} has the most room"] if len(low) == 1 else []
    return f"{'; '.join(parts)}." if parts else ""


# -- since last time -------------------------------------------------------------------------

BESIDE = (
    "An action stands beside a change because both belong to the same question, or to the same "
    "time. That does not show that the one brought about the other."
)
QUICK_APART = (
    "One of the two is a quick check and the other asks every question, so their scores are not "
    "put side by side. Single answers can be compared."
)
# Why a question of the same meaning is not compared: for one, and for several.
NOT_COMPARED = {
    "waiting": ("question waits to be confirmed.", "questions wait to be confirmed."),
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
        return f"Nothing can be compared with {on} yet: no answer is confirmed so far."
    if not common:
        return (
            f"Nothing can be compared with {on}: no question of the same meaning is answered in "
            "both."
        )
    if common == 1:
        how = "higher than" if higher else "lower than" if lower else "as it was"
        return f"The one question that can be compared stands {how} on {on}."
    if common in (higher, lower) or not higher + lower:
        which = "Both" if common == 2 else f"All {common}"
        how = "higher than" if higher else "lower than" if lower else "as they did"
        return f"{which} questions that can be compared stand {how} on {on}."
    same = common - higher - lower
    parts = [
        (higher, "higher"),
        (lower, "lower"),
        (same, "as they did" if same > 1 else "as it did"),
    ]
    told = [f"{count} {'stands' if count == 1 else 'stand'} {how}" for count, how in parts if count]
    return f"Since {on}, of {common} questions that can be compared, {_listed(told)}."


def _listed(parts: list[str]) -> str:
    """“a”, “a and b”, “a, b and c”."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def _moved_score(overall: tuple[int | None, int | None] | None, now: str) -> str:
    if overall is None or None in overall:
        return ""
    before, after = overall
    if before == after:
        return f"Over just these, the score stays at {after} of 100."
    return f"Over just these, the score was {before} of 100 and {now.format(after)}."


def _mixed(on: str, *, was_quick: bool) -> str:
    which = f"The one of {on}" if was_quick else "This one"
    return f"{which} is a quick check; its score is not put beside that of all questions."


def _still_waiting(count: int) -> str:
    if not count:
        return ""
    return (
        f"{count} {'answer still waits' if count == 1 else 'answers still wait'} to be confirmed."
    )


def _done_meanwhile(count: int) -> str:
    if not count:
        return ""
    return (
        f"{count} {'action was' if count == 1 else 'actions were'} done in between; what "
        f"{'it' if count == 1 else 'they'} changed, these figures cannot tell."
    )
