"""What moving an assessment to a newer edition changes for it, worked out before anything moves.

Pure: imports only the standard library, toolkit.catalogue, assessment.scoring and
assessment.sentences. The rules: decisions.md 7, 10, 12. Like for like is the same slug with the
same meaning; every other answer is to be confirmed, and counts nowhere until it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from assessment.scoring import ComponentScore, Profile, Reply, Score, score
from assessment.sentences import STATE_TEXTS, practices_in_place
from toolkit.catalogue import DOES_NOT_APPLY, FLAGS, LEVEL_NAMES, Catalogue, Component, Question

NOT_ENOUGH = STATE_TEXTS["not-enough"]
THE_QUESTION = "The question"
NOT_IN_EDITION = "Not in this edition"

type ConfirmReason = Literal["meaning", "offer", "returned"]

CONFIRM_TEXTS: dict[ConfirmReason, str] = {
    "meaning": "The meaning of the question has changed.",
    "offer": "“Does not apply” is no longer offered here.",
    "returned": "The question was left out for a while and is asked again.",
}


# -- the parts of a preview ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wording:
    """One text of a question, as it was and as it is now; "" where there is none."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """An answer that is to be confirmed after the move.

    ``before`` is the question as it was answered, None where the old edition does not know it.
    ``answer`` is its level in a word; ``was_line`` the old statement of that level and
    ``now_line`` the new one, "" for "does not apply". ``others``: further texts that read
    differently, beside the question and that line.
    """

    before: Question | None
    after: Question
    reason: ConfirmReason
    answer: str
    was_line: str = ""
    now_line: str = ""
    others: tuple[Wording, ...] = ()

    @property
    def reason_text(self) -> str:
        """Why it has to be confirmed, in a sentence."""
        return CONFIRM_TEXTS[self.reason]

    @property
    def is_reworded(self) -> bool:
        """Whether the question itself reads differently."""
        return self.before is not None and self.before.text != self.after.text

    @property
    def is_line_reworded(self) -> bool:
        """Whether the line that was chosen reads differently."""
        return self.before is not None and self.was_line != self.now_line


@dataclass(frozen=True, slots=True)
class Changed:
    """A question of both editions, with the texts of it that read differently."""

    before: Question
    after: Question
    wordings: tuple[Wording, ...] = ()


@dataclass(frozen=True, slots=True)
class Relocated:
    """A question that stands under another component."""

    question: Question
    before: Component
    after: Component


@dataclass(frozen=True, slots=True)
class Listed:
    """A question that comes or goes, why, and what was answered ("" where nothing was)."""

    question: Question
    reason: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class ComponentLine:
    """A component's score before and after, in words."""

    label: str
    before: str
    after: str

    @property
    def is_same(self) -> bool:
        """Whether it stays as it is."""
        return self.before == self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePreview:
    """What a move would change for one employer; each list is in the order of the questions.

    ``added``: asked of this employer and unknown to the old edition. ``removed``: asked or
    answered before and unknown to the new one; answers are kept. ``begins`` and ``ceases``: known
    to both, but asked only after or only before. ``to_confirm``: answers the move marks, of the
    questions asked after it; ``hidden_to_confirm`` counts those of questions not asked.
    ``changed``: another meaning, and no answer that counts. ``reworded``: same meaning, other
    words, the answer stays. ``marked``: slugs of all answers the move marks.
    """

    before: Score
    after: Score
    added: tuple[Listed, ...]
    removed: tuple[Listed, ...]
    begins: tuple[Listed, ...]
    ceases: tuple[Listed, ...]
    to_confirm: tuple[Confirm, ...]
    hidden_to_confirm: int
    changed: tuple[Changed, ...]
    reworded: tuple[Changed, ...]
    reweighted: tuple[Changed, ...]
    relocated: tuple[Relocated, ...]
    components_added: tuple[Component, ...]
    components_removed: tuple[Component, ...]
    marked: tuple[str, ...]

    @property
    def changes_questions(self) -> bool:
        """Whether any question reads, counts or stands differently for this employer."""
        return any(
            [
                *(self.added, self.removed, self.begins, self.ceases, self.to_confirm),
                *(self.changed, self.reworded, self.reweighted, self.relocated),
            ]
        )

    @property
    def components(self) -> tuple[ComponentLine, ...]:
        """Every component of either edition, those of the new one first."""
        before, after = self.before.by_slug, self.after.by_slug
        named = {**{s: c.component for s, c in before.items()}}
        named |= {s: c.component for s, c in after.items()}
        return tuple(
            ComponentLine(named[s].label, component_words(before.get(s)), component_words(c))
            for s, c in [*after.items(), *((s, None) for s in before if s not in after)]
        )

    @property
    def overall(self) -> ComponentLine:
        """The overall figure before and after, in words."""
        return ComponentLine("Overall", overall_words(self.before), overall_words(self.after))

    @property
    def in_place(self) -> ComponentLine:
        """How many practices are in place or better, before and after."""
        return ComponentLine(
            "In place or better", *map(practices_in_place, (self.before, self.after))
        )

    @property
    def waiting(self) -> int:
        """How many answers wait to be confirmed after the move, those that waited before too."""
        return len(self.after.to_confirm)


# -- what becomes to confirm -----------------------------------------------------------------


def to_be_confirmed(
    old: Catalogue, new: Catalogue, replies: Mapping[str, Reply]
) -> dict[str, ConfirmReason]:
    """Slugs of the answers that a move from ``old`` to ``new`` marks as to confirm, and why.

    Asked or not: an answer hidden by a flag comes back with the flag. Answers marked already are
    left out, and so is what is no answer (only a note, only "not sure").
    """
    found: dict[str, ConfirmReason] = {}
    for slug, question in new.questions.items():
        reply = replies.get(slug)
        if reply is None or not reply.is_answer or reply.is_to_confirm:
            continue
        if reason := _confirm_reason(old.questions.get(slug), question, reply):
            found[slug] = reason
    return found


def _confirm_reason(before: Question | None, after: Question, reply: Reply) -> ConfirmReason | None:
    if before is None:
        # Which wording it was given to is no longer known to the old edition.
        return "returned"
    if before.meaning != after.meaning:
        return "meaning"
    return "offer" if reply.is_not_applicable and not after.na_when else None


def with_marks(replies: Mapping[str, Reply], marked: Collection[str]) -> dict[str, Reply]:
    """The answers with those of ``marked`` made to confirm."""
    return {
        slug: replace(reply, is_to_confirm=True) if slug in marked else reply
        for slug, reply in replies.items()
    }


# -- the preview -----------------------------------------------------------------------------


def preview(
    old: Catalogue, new: Catalogue, profile: Profile, replies: Mapping[str, Reply]
) -> MovePreview:
    """What moving from ``old`` to ``new`` would change. ``replies`` by question slug."""
    reasons = to_be_confirmed(old, new, replies)
    is_asked = {s: profile.asks(q) for s, q in new.questions.items()}
    was_asked = {s: profile.asks(q) for s, q in old.questions.items()}
    both = [s for s in new.questions if is_asked[s] and was_asked.get(s)]
    kept = [Changed(old.questions[s], new.questions[s]) for s in both]
    return MovePreview(
        before=score(old, profile, replies),
        after=score(new, profile, with_marks(replies, reasons)),
        added=tuple(
            Listed(q) for s, q in new.questions.items() if is_asked[s] and s not in old.questions
        ),
        removed=tuple(
            Listed(q, answer=answer_words(q, replies.get(s)))
            for s, q in old.questions.items()
            if s not in new.questions and (was_asked[s] or answer_words(q, replies.get(s)))
        ),
        begins=tuple(
            Listed(
                q,
                _begin_reason(old.questions[s], q, profile),
                "" if s in reasons else answer_words(old.questions[s], replies.get(s)),
            )
            for s, q in new.questions.items()
            if is_asked[s] and s in old.questions and not was_asked[s]
        ),
        ceases=tuple(
            Listed(q, _cease_reason(q, profile), answer_words(old.questions[s], replies.get(s)))
            for s, q in new.questions.items()
            if not is_asked[s] and was_asked.get(s)
        ),
        to_confirm=tuple(
            _confirm(old.questions.get(s), new.questions[s], reason, replies[s])
            for s, reason in reasons.items()
            if is_asked[s]
        ),
        hidden_to_confirm=sum(not is_asked[s] for s in reasons),
        changed=tuple(
            replace(c, wordings=tuple(wordings(c.before, c.after)))
            for c in kept
            if c.before.meaning != c.after.meaning and c.after.slug not in reasons
        ),
        reworded=tuple(
            replace(c, wordings=found)
            for c in kept
            if c.before.meaning == c.after.meaning and c.after.slug not in reasons
            for found in [tuple(wordings(c.before, c.after))]
            if found
        ),
        reweighted=tuple(c for c in kept if c.before.weight != c.after.weight),
        relocated=tuple(
            Relocated(c.after, old.by_slug[c.before.component], new.by_slug[c.after.component])
            for c in kept
            if c.before.component != c.after.component
        ),
        components_added=tuple(c for c in new.components if c.slug not in old.by_slug),
        components_removed=tuple(c for c in old.components if c.slug not in new.by_slug),
        marked=tuple(reasons),
    )


def _confirm(
    before: Question | None, after: Question, reason: ConfirmReason, reply: Reply
) -> Confirm:
    found = wordings(before, after) if before else ()
    if reply.level is None:
        others = tuple(w for w in found if w.what != THE_QUESTION)
        return Confirm(before, after, reason, DOES_NOT_APPLY, others=others)
    name = LEVEL_NAMES[reply.level]
    return Confirm(
        before,
        after,
        reason,
        name,
        was_line=before.levels[reply.level] if before else "",
        now_line=after.levels[reply.level],
        others=tuple(w for w in found if w.what not in (THE_QUESTION, _line(name))),
    )


def _line(level_name: str) -> str:
    return f"The line “{level_name}”"


def wordings(before: Question, after: Question) -> Iterator[Wording]:
    """The texts an answer rests on that read differently: question, hint, levels, the offer."""
    if before.text != after.text:
        yield Wording(THE_QUESTION, before.text, after.text)
    if before.hint != after.hint:
        yield Wording("The hint", before.hint, after.hint)
    for name, old, new in zip(LEVEL_NAMES, before.levels, after.levels, strict=True):
        if old != new:
            yield Wording(_line(name), old, new)
    if before.na_when != after.na_when:
        yield Wording(f"“{DOES_NOT_APPLY}”", before.na_when, after.na_when)


def _begin_reason(before: Question, after: Question, profile: Profile) -> str:
    if profile.is_quick and not before.is_quick:
        return "It is now in the quick check."
    if after.applies_if:
        return f"It is now asked where {FLAGS.get(after.applies_if, after.applies_if)}."
    return "It is now asked of everyone."


def _cease_reason(after: Question, profile: Profile) -> str:
    if profile.is_quick and not after.is_quick:
        return "It is no longer in the quick check."
    return f"It is now asked only where {FLAGS.get(after.applies_if, after.applies_if)}."


# -- in words --------------------------------------------------------------------------------


def answer_words(question: Question, reply: Reply | None) -> str:
    """An answer in the words of the question it was given to; "" where nothing was answered."""
    if reply is None or not reply.is_answer:
        return ""
    if reply.level is None:
        return DOES_NOT_APPLY
    return f"{LEVEL_NAMES[reply.level]}: {question.levels[reply.level]}"


def component_words(result: ComponentScore | None) -> str:
    """A component's score as a page says it; never a 0 where there is none."""
    if result is None:
        return NOT_IN_EDITION
    return str(result.shown) if result.shown is not None else STATE_TEXTS[result.state]


def overall_words(result: Score) -> str:
    """The overall figure as a page says it."""
    if result.shown is None:
        return NOT_ENOUGH
    provisional = ", provisional" if result.is_provisional else ""
    return f"{result.shown} of 100, {result.band}{provisional}"
