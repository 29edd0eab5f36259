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


# -- the page for sharing --------------------------------------------------------------------

SHARED = (
    "Shared by the employer, from its own answers.",
    "This is not a grade: 75 means every practice is in place.",
    "Employers answer for themselves, so do not rank one against another.",
)
