"""The quality of what employers read, as rules that an editor's change must keep as well.

The same code checks the content files, the draft in the tables and one row being edited. A
*problem* is beyond dispute and stops publishing; a *remark* is for an editor to weigh. What
holds together at all (slugs, five levels, a strategy for each level) is ``catalogue.problems``.
The rules: decisions.md 44, 45.

Knows neither framework nor tables; Pyphen, through ``wording``, is its only library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations

from . import wording
from .catalogue import (
    LEVEL_NAMES,
    SIZES,
    TOP_LEVEL,
    Catalogue,
    Component,
    LegalNote,
    Problem,
    Question,
    Strategy,
)
from .figures import missing
from .resource_document import ResourceDocument

MOST_WORDS = {"question": 16, "level": 16, "next step": 22, "strategy title": 9, "summary": 40}

# Grade 8 is what the design asks. It holds for each part of a component, so that plain levels
# cannot make up for a dense "why it matters".
HIGHEST_GRADE = 8.0
# Single sentences swing widely with one long word; beyond this one is listed for an editor, and
# of a component's questions no more than this share may be.
HARD_SENTENCE = 10.0
MOST_HARD = 0.05
SHORTEST_GRADED = 8
# Names are short, and the wording of legal notes is settled (decisions.md 44).
UNGRADED = ("The title", "A legal note")
# What the archive says of research is for those who want to look closer.
HIGHEST_GRADE_OF_RESOURCE = 10.0

# Of our 480 pairs of levels the most alike that differ in more than a quantity reach .67 (shared
# words in order, 1 = the same); "some" against "all" may reach .90 and is a ladder at work. Next
# steps reach .39.
MOST_ALIKE = {"level": 0.75, "next step": 0.6}
MOST_ALIKE_BUT_FOR_QUANTITY = 0.95
SAME_OPENING = 10
_QUANTITY = re.compile(
    r"\d|^(?:a|an|one|two|three|four|five|six|some|most|all|every|each|everyone|both|none|no|not|"
    r"any|half|nearly|more|less|least|also|part|full|part-time|full-time)$"
)

TOOLKIT_ACTION = re.compile(r"(?:RH|BE|DE|ER|JW|OC|PA|SC)-\d(?:\.\d)?")

MARKS = {".": "a period", "?": "a question mark"}

type Check = Callable[[str], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a row with the name editors know it by and the rules of its place."""

    label: str
    text: str
    ends_with: str = ".?"
    most_words: int = 0
    checks: tuple[Check, ...] = ()


# -- the passages of a row ---------------------------------------------------------------------

PLAIN = (wording.untidiness, wording.spelling, wording.jargon)
KIND = (*PLAIN, wording.blame)
PRACTICE = (*KIND, wording.preference)


def question_passages(question: Question) -> Iterator[Passage]:
    """Every text of a question that has one."""
    q = question
    yield Passage("The question", q.text, "?", MOST_WORDS["question"], KIND)
    yield Passage("The hint", q.hint, checks=KIND)
    yield Passage("Why it matters", q.why, checks=KIND)
    yield Passage("The reason for the weight", q.weight_reason, checks=KIND)
    yield Passage("“Does not apply”", q.na_when, checks=KIND)
    for number, text in enumerate(q.levels):
        checks: list[Check] = [*PRACTICE]
        if number < 2:
            checks.append(wording.accusation)
        if number:
            checks.append(wording.leaning)
        yield Passage(f"Level {number}", text, ".", MOST_WORDS["level"], tuple(checks))
    for number, text in enumerate(q.next_steps):
        label = f"The next step at level {number}"
        yield Passage(label, text, ".?", MOST_WORDS["next step"], PRACTICE)
    yield Passage("The pulse statement", q.pulse, checks=KIND)
    yield from _note_passages(q.legal_notes)


def component_passages(component: Component) -> Iterator[Passage]:
    """Every text of a component itself, its names aside: the title is the toolkit's."""
    yield Passage("The summary", component.summary, ".", MOST_WORDS["summary"], KIND)
    yield Passage("What the toolkit says", component.toolkit_says, checks=PLAIN)


def strategy_passages(strategy: Strategy) -> Iterator[Passage]:
    """Every text of a strategy."""
    yield Passage("The title", strategy.title, "", MOST_WORDS["strategy title"], PRACTICE)
    yield Passage("The summary", strategy.summary, checks=PRACTICE)
    for number, text in enumerate(strategy.steps, 1):
        yield Passage(f"Step {number}", text, checks=PRACTICE)
    for use in strategy.resources:
        yield Passage(f"Why “{use.resource}” is a loose fit", use.fit_note, checks=PLAIN)
    yield from _note_passages(strategy.legal_notes)


def resource_passages(item: ResourceDocument) -> Iterator[Passage]:
    """What is ours of an archive item; titles and names stay as their owners write them."""
    yield Passage("The summary", item.summary, checks=PLAIN)
    for number, fact in enumerate(item.facts, 1):
        yield Passage(f"Fact {number}", fact.text, checks=PLAIN)
    yield Passage("The caution", item.caution, checks=PLAIN)
    yield Passage("The note on the date", item.date_note, checks=PLAIN)
    yield Passage("The note on what was seen", item.verification_note, checks=PLAIN)
    for address in item.other_urls:
        yield Passage("The note on an address", address.note, checks=PLAIN)


def _note_passages(notes: Iterable[LegalNote]) -> Iterator[Passage]:
    for note in notes:
        yield Passage("A legal note", note.text, checks=PLAIN)


# Where in its file the text stands that a message begins with; levels count from 0, files from 1.
_KEYS = {
    "The question": "text",
    "The hint": "hint",
    "Why it matters": "why.text",
    "The reason for the weight": "weight_reason",
    "“Does not apply”": "na_when",
    "The pulse statement": "pulse",
    "A legal note": "legal_notes",
    "The summary": "summary",
    "What the toolkit says": "toolkit_says",
    "The title": "title",
    "The caution": "caution",
    "The note on the date": "date_note",
    "The note on what was seen": "verification_note",
    "The note on an address": "other_urls",
}
_NUMBERED_KEYS = (
    (re.compile(r"Level (\d): "), "levels[{}]", 1),
    (re.compile(r"The next step at level (\d): "), "next_steps[{}]", 1),
    (re.compile(r"Step (\d+): "), "steps[{}]", 0),
    (re.compile(r"Fact (\d+): "), "facts[{}].text", 0),
)


def _problem(noun: str, slug: str, message: str) -> Problem:
    """A problem that knows which text of its row it is about."""
    for pattern, key, first in _NUMBERED_KEYS:
        if found := pattern.match(message):
            return Problem(noun, slug, message, key.format(int(found[1]) + first))
    return Problem(noun, slug, message, _KEYS.get(message.partition(": ")[0], ""))


@lru_cache(maxsize=16_384)
def _flaws(passage: Passage) -> tuple[str, ...]:
    """What is wrong with a passage by itself; remembered, as most texts stay as they are."""
    if not passage.text:
        return ()
    found = [message for check in passage.checks for message in check(passage.text)]
    length = len(wording.words(passage.text))
    if passage.most_words and length > passage.most_words:
        found.append(f"It has {length} words; at most {passage.most_words}.")
    if passage.ends_with:
        if not passage.text.rstrip("\"”')").endswith(tuple(passage.ends_with)):
            found.append(f"It should end with {MARKS[passage.ends_with[0]]}.")
    elif passage.text.endswith((".", ",", ";", ":")):
        found.append("It should end without a punctuation mark.")
    return tuple(f"{passage.label}: {message}" for message in found)


def sources(catalogue: Catalogue) -> frozenset[str]:
    """Slugs of the archive items that a catalogue names as a source or offers with a strategy."""
    return frozenset(
        [c.source for c in catalogue.components]
        + [q.why_source for c in catalogue.components for q in c.questions]
        + [use.resource for s in catalogue.strategies for use in s.resources]
    )


# -- problems ----------------------------------------------------------------------------------


def problems(catalogue: Catalogue, resources: Mapping[str, ResourceDocument]) -> list[Problem]:
    """Every reason of quality against publishing this catalogue; empty means it may go out.

    ``resources``: the archive items by slug, at least those the catalogue names; what names an
    unknown one is passed over, as ``catalogue.problems`` tells it.
    """
    found: list[Problem] = []
    for component in catalogue.components:
        found += component_problems(component, resources)
        for question in component.questions:
            found += question_problems(question, resources)
    for strategy in catalogue.strategies:
        found += strategy_problems(strategy, catalogue, resources)
    return found


def component_problems(
    component: Component, resources: Mapping[str, ResourceDocument]
) -> Iterator[Problem]:
    """What is wrong with a component: its own texts, and the reading grade of each part."""
    messages = [message for p in component_passages(component) for message in _flaws(p)]
    messages += _without_source(
        "What the toolkit says", component.toolkit_says, resources, component.source
    )
    messages += _without_source(
        "The summary", component.summary, resources, component.source, reported_only=True
    )
    for label, texts in parts(component).items():
        if (grade := wording.grade(*texts)) > HIGHEST_GRADE:
            messages.append(
                f"{label}: reading grade {grade:.1f} on average; at most {HIGHEST_GRADE:g}. "
                "Use shorter sentences and everyday words."
            )
    messages += _too_many_hard_sentences(component)
    return (_problem("component", component.slug, message) for message in messages)


def parts(component: Component) -> dict[str, list[str]]:
    """The texts of a component by the part of the page they stand in, as the grade is measured."""
    questions = component.questions
    return {
        "The introduction": [component.summary, component.toolkit_says],
        "Questions and hints": [t for q in questions for t in (q.text, q.hint, q.na_when) if t],
        "Levels": [text for q in questions for text in q.levels],
        "Next steps": [text for q in questions for text in q.next_steps],
        "Why it matters": [q.why for q in questions],
        "Legal notes": [note.text for q in questions for note in q.legal_notes],
    }


@lru_cache(maxsize=16_384)
def is_hard(sentence: str) -> bool:
    """Whether a sentence reads above the grade that is listed; of a few words it says nothing."""
    return (
        len(wording.words(sentence)) >= SHORTEST_GRADED and wording.grade(sentence) > HARD_SENTENCE
    )


def _too_many_hard_sentences(component: Component) -> Iterator[str]:
    texts = [t for label, part in parts(component).items() if label != "Legal notes" for t in part]
    sentences = [sentence for text in texts for sentence in wording.sentences(text)]
    hard = [sentence for sentence in sentences if is_hard(sentence)]
    if len(hard) > max(1, MOST_HARD * len(sentences)):
        yield (
            f"{len(hard)} of {len(sentences)} sentences read above grade {HARD_SENTENCE:g}; "
            f"at most {MOST_HARD:.0%}. They are listed under “Wording to look at”."
        )


def question_problems(
    question: Question, resources: Mapping[str, ResourceDocument]
) -> Iterator[Problem]:
    """What is wrong with a question, its ladder and its evidence."""
    q = question
    messages = [message for p in question_passages(q) for message in _flaws(p)]
    messages += _alike("level", q.levels)
    messages += _alike("next step", q.next_steps)
    messages += _without_source("Why it matters", q.why, resources, q.why_source)
    messages += _without_source(
        "The reason for the weight", q.weight_reason, resources, q.why_source, also=[q.why]
    )
    # A share or a sum in a hint or a next step is a threshold, and thresholds stand in the ladder.
    for label, text in [
        ("The hint", q.hint),
        *((f"The next step at level {n}", text) for n, text in enumerate(q.next_steps)),
    ]:
        for figure in missing(text, [*q.levels, q.why], reported_only=True):
            messages.append(f"{label}: “{figure}” is neither in a level nor in “Why it matters”.")
    return (_problem("question", q.slug, message) for message in messages)


def strategy_problems(
    strategy: Strategy, catalogue: Catalogue, resources: Mapping[str, ResourceDocument]
) -> Iterator[Problem]:
    """What is wrong with a strategy.

    A share, a sum or a large count in it needs a source: a fact of one of its resources, or a
    level of a question it serves. Days, hours and how many to ask are advice and need none.
    """
    s = strategy
    messages = [message for p in strategy_passages(s) for message in _flaws(p)]
    grade = wording.grade(s.summary, *s.steps)
    if grade > HIGHEST_GRADE:
        messages.append(f"Reading grade {grade:.1f} on average; at most {HIGHEST_GRADE:g}.")
    served = [
        catalogue.questions[v.question] for v in s.serves if v.question in catalogue.questions
    ]
    known = [text for q in served for text in q.levels]
    for use in s.resources:
        if use.resource in resources:
            known += _evidence(resources[use.resource])
    for label, text in [
        ("The summary", s.summary),
        *((f"Step {n}", t) for n, t in enumerate(s.steps, 1)),
    ]:
        for figure in missing(text, known, reported_only=True):
            messages.append(
                f"{label}: “{figure}” is in no fact of its resources and no level it serves."
            )
    for text in sorted({text for text in s.steps if s.steps.count(text) > 1}):
        messages.append(f"The same step twice: “{text}”")
    for code in s.toolkit_ref:
        if not TOOLKIT_ACTION.fullmatch(code):
            messages.append(f"“{code}” is not an action in the toolkit; they look like “JW-1.2”.")
    return (_problem("strategy", s.slug, message) for message in messages)


def resource_problems(item: ResourceDocument) -> Iterator[Problem]:
    """What is wrong with an archive item. It goes live on saving, so publishing cannot stop it."""
    messages = [message for p in resource_passages(item) for message in _flaws(p)]
    for figure in missing(item.summary, _evidence(item)):
        messages.append(f"The summary: “{figure}” is in none of its facts.")
    for fact in item.facts:
        if not fact.source:
            messages.append(f"The fact “{fact.text}” does not say where we saw it.")
    if any(r.resource == item.slug for r in item.relations):
        messages.append("It is related to itself.")
    return (_problem("resource", item.slug, message) for message in messages)


def _evidence(item: ResourceDocument) -> list[str]:
    """The texts of an item that carry figures: its facts, its title and its date."""
    return [*(fact.text for fact in item.facts), item.title, item.published]


def _without_source(
    label: str,
    text: str,
    resources: Mapping[str, ResourceDocument],
    source: str,
    *,
    also: Iterable[str] = (),
    reported_only: bool = False,
) -> Iterator[str]:
    if source in resources:
        known = [*_evidence(resources[source]), *also]
        for figure in missing(text, known, reported_only=reported_only):
            yield f"{label}: “{figure}” is in no fact of its source “{source}”."


def _alike(noun: str, texts: Iterable[str]) -> Iterator[str]:
    for (n, one), (m, other) in combinations(enumerate(texts), 2):
        first, second = _tokens(one), _tokens(other)
        if not first or not second or one == other:
            continue  # catalogue.problems tells of what is missing or the same
        if len(first) > SAME_OPENING and first[:SAME_OPENING] == second[:SAME_OPENING]:
            yield f"The {noun}s at {n} and {m} begin with the same {SAME_OPENING} words."
        elif likeness(first, second) > _most_alike(noun, first, second):
            yield f"The {noun}s at {n} and {m} are nearly the same; say what is new in {m}."


@lru_cache(maxsize=16_384)
def likeness(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """How much of two texts is the same words in the same order: 0 nothing, 1 everything."""
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _most_alike(noun: str, first: tuple[str, ...], second: tuple[str, ...]) -> float:
    differing = {*first} ^ {*second}
    if any(_QUANTITY.search(word) for word in differing):
        return MOST_ALIKE_BUT_FOR_QUANTITY
    return MOST_ALIKE[noun]


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in wording.words(text))


# -- remarks -----------------------------------------------------------------------------------


def remarks(catalogue: Catalogue, resources: Iterable[ResourceDocument] = ()) -> list[Problem]:
    """What an editor may want to look at; none of it stops publishing.

    Sentences that read hard, words that cannot be checked, curly quotation marks, and levels for
    which no strategy suits some size. With ``resources`` everything about them too, as what is
    said of the archive is live already.
    """
    found: list[Problem] = []
    for component in catalogue.components:
        texts = component_passages(component)
        found += _worded("component", component.slug, texts)
        for question in component.questions:
            found += _worded("question", question.slug, question_passages(question))
            found += _unsuited(question, catalogue)
    for strategy in catalogue.strategies:
        found += _worded("strategy", strategy.slug, strategy_passages(strategy))
        found += _astray(strategy, catalogue)
    for item in resources:
        found += resource_problems(item)
        found += resource_remarks(item)
    return found


def resource_remarks(item: ResourceDocument) -> Iterator[Problem]:
    """What an editor may want to look at in an archive item."""
    texts = [p.text for p in resource_passages(item) if p.text]
    if (grade := wording.grade(*texts)) > HIGHEST_GRADE_OF_RESOURCE:
        yield Problem("resource", item.slug, f"Reading grade {grade:.1f} on average.")
    for passage in resource_passages(item):
        for message in wording.quotation(passage.text):
            yield Problem("resource", item.slug, f"{passage.label}: {message}")


def _worded(noun: str, slug: str, passages: Iterable[Passage]) -> Iterator[Problem]:
    for passage in passages:
        for message in _doubts(passage):
            yield Problem(noun, slug, f"{passage.label}: {message}")


@lru_cache(maxsize=16_384)
def _doubts(passage: Passage) -> tuple[str, ...]:
    found = [*wording.quotation(passage.text)]
    if passage.label.startswith("Level "):
        found += wording.vagueness(passage.text)
    if passage.label not in UNGRADED:
        for sentence in filter(is_hard, wording.sentences(passage.text)):
            found.append(f"Reading grade {wording.grade(sentence):.0f}: “{sentence}”")
    if passage.text[:1].islower():
        found.append("It begins with a lowercase letter.")
    return tuple(found)


def _astray(strategy: Strategy, catalogue: Catalogue) -> Iterator[Problem]:
    served = [v.question for v in strategy.serves if v.question in catalogue.questions]
    if strategy.component not in {catalogue.questions[slug].component for slug in served}:
        message = "It serves no question of its own component."
        yield Problem("strategy", strategy.slug, message)


def _unsuited(question: Question, catalogue: Catalogue) -> Iterator[Problem]:
    for level in range(TOP_LEVEL):
        served = catalogue.strategies_for(question.slug, level)
        sizes = [size for size in SIZES if served and not any(s.suits(size) for s in served)]
        if sizes:
            yield Problem(
                "question",
                question.slug,
                f"No strategy at level {level} ({LEVEL_NAMES[level]}) suits {', '.join(sizes)} "
                "people; those of other sizes are shown.",
            )
