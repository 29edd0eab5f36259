"""Every sentence the product makes about an employer, built from data in this one place.

Pure: imports only the standard library, toolkit.catalogue and assessment.scoring. A sentence reads
naturally for none, one, two and many; it never blames, never promises, and never compares without
saying with what. The rules: product.md "Results" and "Documents", decisions.md 17.
"""

from __future__ import annotations

from collections.abc import Sequence

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
NAMED = 3  # of a list, before "and 4 more"
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


# -- sets of steps ---------------------------------------------------------------------------


def steps_chosen(count: int) -> str:
    """The heading of what a set of steps changes: "With these 3 steps"."""
    if not count:
        return "No step is ticked yet"
    return "With this one step" if count == 1 else f"With these {count} steps"


def efforts_chosen(efforts: Sequence[tuple[str, int]]) -> str:
    """How many steps of a set take which effort: "2 low, 1 high"."""
    return ", ".join(f"{count} {effort}" for effort, count in efforts)


def days_chosen(longest: int | None, total: int | None, *, steps: int, without: int) -> str:
    """How long a set of ``steps`` takes to its first results, side by side and one by one.

    ``without`` counts the steps for which nobody says how long they take.
    """
    if longest is None or total is None:
        return "Nobody says how long this takes: no strategy is offered for it yet."
    if steps == 1:
        return f"About {_days(longest)} to a first result."
    known = (
        f"Side by side, first results within about {_days(longest)}, which is the longest single "
        f"step. One after the other, about {_days(total)}."
    )
    if steps - without == 1:
        known = f"About {_days(longest)} to a first result of one of them."
    if not without:
        return known
    rest = "step" if without == 1 else f"{without} steps"
    return f"{known} No strategy says how long the other {rest} would take."


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def limits_allowed(*, within: int | None, is_low_effort_only: bool) -> str:
    """What a proposal kept to: "of low effort, with a first result within 90 days"; may be ""."""
    effort = "of low effort" if is_low_effort_only else ""
    days = f"with a first result within {_days(within)}" if within is not None else ""
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
            else "No open step is left to propose: all are in your plan, or wait for a score."
        )
    if found < wanted:
        fits = "Only one open step fits" if found == 1 else f"Only {found} open steps fit"
        ticked = "It is ticked." if found == 1 else "They are ticked."
        return f"{fits}{':' + among if among else ''}. {ticked}"
    steps = "one step" if found == 1 else f"{found} steps"
    lifts = "lifts" if found == 1 else "together lift"
    return (
        f"Ticked: the {steps} that {lifts} your overall figure most, out of {fitting} open "
        f"{'step' if fitting == 1 else 'steps'}{among}."
    )


def adopted(added: int, known: Sequence[str], *, closed: int = 0) -> str:
    """What became of a set of steps made into actions.

    ``known``: titles of those that were in the plan before. ``closed``: how many were left out
    because they are no longer open.
    """
    first = "1 step was" if added == 1 else f"{added or 'No'} steps were"
    parts = [f"{first} added to your plan."]
    if known:
        stay = "it is" if len(known) == 1 else "they are"
        parts.append(f"In it already, and left as {stay}: {_named(known)}.")
    if closed:
        parts.append(
            f"{closed} {'is' if closed == 1 else 'are'} no longer open and "
            f"{'was' if closed == 1 else 'were'} left out."
        )
    return " ".join(parts)


def _named(titles: Sequence[str]) -> str:
    """The first few titles, and how many more there are."""
    names = ", ".join(f"“{title}”" for title in titles[:NAMED])
    more = len(titles) - NAMED
    return f"{names} and {more} more" if more > 0 else names
