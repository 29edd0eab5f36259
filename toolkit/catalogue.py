"""The published knowledge as frozen values: what an employer's page, score and plan are made of.

Pure: imports only the standard library. One parser reads content files and edition documents,
one serialiser writes both, so that reading and writing again gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

LEVEL_NAMES = ("Not yet", "Starting", "Partial", "In place", "Leading")
TOP_LEVEL = 4
IN_PLACE = 3
# The sixth choice of a question that offers it: its value in a form, its words.
NA = "na"
DOES_NOT_APPLY = "Does not apply"
SIZES = ("1-9", "10-49", "50-249", "250-999", "1000+")
EFFORTS = ("low", "medium", "high")
ROLES = ("guide", "case", "evidence")
FITS = ("good", "loose")
# What tells of one employer; collections and articles only mention some.
CASE_KINDS = ("case-study", "profile")
FLAGS = {
    "shifts": "people work shifts",
    "tipped": "some jobs are tipped",
    "seasonal": "some work is seasonal",
    "temps": "temporary or contract workers are used",
    "part_time": "some people work part time",
}

type Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a document: in which file, under which key, in which line.

    ``key`` is the path to it ("questions[2].why.text", counted from 1), empty for the whole;
    ``line`` is None where the document has no lines (an edition) or is not among the files.
    """

    file: str
    key: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        return f"{', '.join(part for part in (self.file, line, self.key) if part)}: {self.message}"


class ContentError(ValueError):
    """Content that cannot be read. ``problems`` names each by file, line, key and reason."""

    def __init__(self, problems: list[Fault]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


# How a level statement that adds to the one below begins.
AS_ABOVE = "As above, "


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: its file, the path of keys to it, and the lines of all paths.

    ``lines``: the line of each key path of the file, as its reader noted them; may be empty.
    """

    file: str
    key: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)

    def at(self, key: str) -> Place:
        """The place of what stands under ``key`` here: "why.text", "[2]"."""
        dot = "." if self.key and key and not key.startswith("[") else ""
        return replace(self, key=f"{self.key}{dot}{key}")

    @property
    def line(self) -> int | None:
        """Its line; of what is missing, that of the nearest thing around it."""
        path = self.key
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path)

    def fault(self, message: str) -> Fault:
        """``message`` about what stands here."""
        return Fault(self.file, self.key, message, self.line)


@dataclass(frozen=True, slots=True)
class LegalNote:
    """A note to seek advice, with where it comes from. Never advice itself."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Question:
    """One practice and its ladder of five statements.

    ``meaning`` rises when text or levels come to mean something else; answers compare like for
    like only under the same slug and meaning (decisions.md 10).
    """

    slug: str
    code: str
    text: str
    why: str
    why_source: str
    weight: int
    weight_reason: str
    levels: tuple[str, ...]
    next_steps: tuple[str, ...]
    pulse: str
    component: str
    hint: str = ""
    is_quick: bool = False
    applies_if: str = ""
    na_when: str = ""
    legal_notes: tuple[LegalNote, ...] = ()
    meaning: int = 1

    def in_full(self, level: int) -> str:
        """The statement of a level as it reads away from the ladder: “As above” written out.

        “As above, and each is dated.” becomes the statement below, then “Each is dated.”
        """
        statement = self.levels[level]
        if level == 0 or not statement.startswith(AS_ABOVE):
            return statement
        added = statement.removeprefix(AS_ABOVE).removeprefix("and ")
        return f"{self.in_full(level - 1)} {added[:1].upper()}{added[1:]}"


@dataclass(frozen=True, slots=True)
class Component:
    """One of the toolkit's eight components with its questions in order."""

    slug: str
    position: int
    code: str
    title: str
    label: str
    summary: str
    toolkit_says: str
    source: str
    questions: tuple[Question, ...]

    @property
    def has_own_label(self) -> bool:
        """Whether most pages call it by a shorter name than the toolkit does."""
        return self.label != self.title


@dataclass(frozen=True, slots=True)
class Serves:
    """That a strategy serves a question at the named present levels."""

    question: str
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """The role a resource plays for a strategy; a loose fit says why it is loose."""

    resource: str
    role: str
    fit: str = "good"
    fit_note: str = ""


@dataclass(frozen=True, slots=True)
class Strategy:
    """A move that gets there: concrete steps, effort, days to a first result."""

    slug: str
    component: str
    title: str
    summary: str
    steps: tuple[str, ...]
    effort: str
    days: int
    sizes: tuple[str, ...]
    serves: tuple[Serves, ...]
    resources: tuple[ResourceUse, ...]
    toolkit_ref: tuple[str, ...] = ()
    legal_notes: tuple[LegalNote, ...] = ()

    def suits(self, size: str) -> bool:
        """Whether it suits an employer of this size; an unknown size is suited by all."""
        return not size or size in self.sizes


@dataclass(frozen=True, slots=True)
class ResourceFacet:
    """What selects or orders a resource; frozen with the edition (decisions.md 11)."""

    slug: str
    kind: str
    employer: str = ""
    sectors: tuple[str, ...] = ()
    employer_sizes: tuple[str, ...] = ()


def is_employer_case(use: ResourceUse, facet: ResourceFacet | None) -> bool:
    """Whether a resource is used as the case of a named employer."""
    return bool(use.role == "case" and facet and facet.employer and facet.kind in CASE_KINDS)


def did_it(use: ResourceUse, facet: ResourceFacet | None) -> bool:
    """Whether “They did it” may be said: the case of a named employer, and it fits well."""
    return use.fit == "good" and is_employer_case(use, facet)


@dataclass(frozen=True)
class Catalogue:
    """Everything one edition publishes, indexed for reading."""

    components: tuple[Component, ...]
    strategies: tuple[Strategy, ...]
    resources: tuple[ResourceFacet, ...] = ()

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Questions by slug, in the order of components and positions."""
        return {q.slug: q for c in self.components for q in c.questions}

    @cached_property
    def quick(self) -> tuple[Question, ...]:
        """The questions of the quick check, in order."""
        return tuple(q for q in self.questions.values() if q.is_quick)

    @cached_property
    def by_slug(self) -> dict[str, Component]:
        """Components by slug, in order."""
        return {c.slug: c for c in self.components}

    @cached_property
    def facets(self) -> dict[str, ResourceFacet]:
        """Frozen facets of the resources that strategies name, by slug."""
        return {r.slug: r for r in self.resources}

    @cached_property
    def strategies_by_slug(self) -> dict[str, Strategy]:
        """Strategies by slug."""
        return {s.slug: s for s in self.strategies}

    @cached_property
    def _served(self) -> dict[tuple[str, int], tuple[Strategy, ...]]:
        served: dict[tuple[str, int], list[Strategy]] = {}
        for strategy in self.strategies:
            for serves in strategy.serves:
                for level in serves.levels:
                    served.setdefault((serves.question, level), []).append(strategy)
        return {key: tuple(value) for key, value in served.items()}

    def strategies_for(self, question: str, level: int, size: str = "") -> list[Strategy]:
        """Strategies that serve a question at its present level.

        First those that suit the size, then lower effort, then slug (decisions.md 17).
        """
        return sorted(
            self._served.get((question, level), ()),
            key=lambda s: (not s.suits(size), _effort_rank(s.effort), s.slug),
        )


def _effort_rank(effort: str) -> int:
    """Low before medium before high; an unknown one, which the checks refuse, comes last."""
    return EFFORTS.index(effort) if effort in EFFORTS else len(EFFORTS)


# -- reading ---------------------------------------------------------------------------------


# What kinds of values are called in words, the narrower kind first: yes is a number to Python.
KINDS = (
    (bool, "yes or no"),
    (str, "text"),
    (int, "a whole number"),
    (float, "a number with a fraction"),
    (date, "a date"),
    (list, "a list"),
    (Mapping, "keys with values"),
)


def _called(value: object) -> str:
    """What a value is, in words."""
    found = next((words for kind, words in KINDS if isinstance(value, kind)), "something else")
    return f"{found} ({value})" if isinstance(value, (bool, int, float, date)) else found


def _unexpected(value: object, kind: type) -> str:
    """That ``value`` is not of the kind its key takes, and what to do where it can be told."""
    wanted = next(words for known, words in KINDS if known is kind)
    quote = kind is str and isinstance(value, (bool, int, float, date))
    hint = "; put it in quotation marks" if quote else ""
    return f"expected {wanted}, found {_called(value)}{hint}"


class Reader:
    """Reads one mapping key by key and collects every problem instead of stopping at the first."""

    def __init__(self, data: object, place: str | Place, problems: list[Fault]) -> None:
        """``place``: where the mapping stands, or the name of the document that it is."""
        self.place = place if isinstance(place, Place) else Place(place)
        self.problems = problems
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        self.used: set[str] = set()
        self.is_mapping = isinstance(data, Mapping)
        if not self.is_mapping:
            self.problem("", "missing" if data is None else _unexpected(data, Mapping))

    def problem(self, key: str, message: str) -> None:
        """Note ``message`` about what stands under ``key``."""
        self.problems.append(self.place.at(key).fault(message))

    def take[T](self, key: str, kind: type[T], default: T | None = None) -> T:
        """The value under ``key``; a missing or wrong one is a problem, its stand-in empty."""
        self.used.add(key)
        value = self.data.get(key)
        if value is None:
            if default is not None:
                return default
            if self.is_mapping:
                self.problem(key, "missing")
            return kind()
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.problem(key, _unexpected(value, kind))
            return kind()
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """The text under ``key``, trimmed."""
        return self.take(key, str, default).strip()

    def whole(self, key: str, default: int | None = None) -> int:
        """The whole number under ``key``."""
        return self.take(key, int, default)

    def flag(self, key: str) -> bool:
        """The yes or no under ``key``; no when absent."""
        return self.take(key, bool, False)

    def values[T](self, key: str, kind: type[T], *, optional: bool = False) -> tuple[T, ...]:
        """The list of values of one kind under ``key``; others are problems, and left out."""
        found = []
        for n, value in enumerate(self.take(key, list, [] if optional else None), 1):
            if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
                found.append(value)
            else:
                self.problem(f"{key}[{n}]", _unexpected(value, kind))
        return tuple(found)

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        """The list of texts under ``key``, each trimmed."""
        return tuple(text.strip() for text in self.values(key, str, optional=optional))

    def each(self, key: str, *, optional: bool = False) -> Iterator[Reader]:
        """A reader for each mapping in the list under ``key``."""
        for n, item in enumerate(self.take(key, list, [] if optional else None), 1):
            yield Reader(item, self.place.at(f"{key}[{n}]"), self.problems)

    def inner(self, key: str) -> Reader:
        """A reader for the mapping under ``key``."""
        self.used.add(key)
        # Of what is no mapping nothing else is missing.
        problems = self.problems if self.is_mapping else []
        return Reader(self.data.get(key), self.place.at(key), problems)

    def done(self) -> None:
        """Report the keys nobody asked for: most are misspelled."""
        for key in self.data:
            if key not in self.used:
                self.problem(str(key), "unknown key")


def _legal_notes(reader: Reader) -> tuple[LegalNote, ...]:
    notes = []
    for item in reader.each("legal_notes", optional=True):
        notes.append(LegalNote(text=item.text("text"), source=item.text("source")))
        item.done()
    return tuple(notes)


def read_question(
    data: object, place: str | Place, problems: list[Fault], *, component: str = ""
) -> Question:
    """Read one question of this component; append what is wrong to ``problems``."""
    return _read_question(Reader(data, place, problems), component)


def _read_question(reader: Reader, component: str) -> Question:
    why = reader.inner("why")
    question = Question(
        slug=reader.text("slug"),
        code=reader.text("code"),
        text=reader.text("text"),
        hint=reader.text("hint", ""),
        why=why.text("text"),
        why_source=why.text("source"),
        weight=reader.whole("weight"),
        weight_reason=reader.text("weight_reason"),
        is_quick=reader.flag("quick"),
        applies_if=reader.text("applies_if", ""),
        na_when=reader.text("na_when", ""),
        levels=reader.texts("levels"),
        next_steps=reader.texts("next_steps"),
        pulse=reader.text("pulse"),
        legal_notes=_legal_notes(reader),
        meaning=reader.whole("meaning", 1),
        component=component,
    )
    why.done()
    reader.done()
    return question


def read_component(data: object, place: str | Place, problems: list[Fault]) -> Component:
    """Read one component document; append what is wrong to ``problems``."""
    return _read_component(Reader(data, place, problems))


def _read_component(reader: Reader) -> Component:
    slug = reader.text("slug")
    component = Component(
        slug=slug,
        position=reader.whole("position"),
        code=reader.text("code"),
        title=reader.text("title"),
        label=reader.text("label"),
        summary=reader.text("summary"),
        toolkit_says=reader.text("toolkit_says"),
        source=reader.text("source"),
        questions=tuple(_read_question(item, slug) for item in reader.each("questions")),
    )
    reader.done()
    return component


def _read_serves(reader: Reader) -> Serves:
    serves = Serves(reader.text("question"), reader.values("levels", int))
    reader.done()
    return serves


def _read_use(reader: Reader) -> ResourceUse:
    use = ResourceUse(
        resource=reader.text("resource"),
        role=reader.text("role"),
        fit=reader.text("fit", "good"),
        fit_note=reader.text("fit_note", ""),
    )
    reader.done()
    return use


def read_strategy(data: object, place: str | Place, problems: list[Fault]) -> Strategy:
    """Read one strategy document; append what is wrong to ``problems``."""
    return _read_strategy(Reader(data, place, problems))


def _read_strategy(reader: Reader) -> Strategy:
    strategy = Strategy(
        slug=reader.text("slug"),
        component=reader.text("component"),
        title=reader.text("title"),
        summary=reader.text("summary"),
        steps=reader.texts("steps"),
        effort=reader.text("effort"),
        days=reader.whole("days"),
        sizes=reader.texts("sizes"),
        serves=tuple(_read_serves(item) for item in reader.each("serves")),
        resources=tuple(_read_use(item) for item in reader.each("resources")),
        toolkit_ref=reader.texts("toolkit_ref", optional=True),
        legal_notes=_legal_notes(reader),
    )
    reader.done()
    return strategy


def _read_facet(reader: Reader) -> ResourceFacet:
    facet = ResourceFacet(
        slug=reader.text("slug"),
        kind=reader.text("kind"),
        employer=reader.text("employer", ""),
        sectors=reader.texts("sectors", optional=True),
        employer_sizes=reader.texts("employer_sizes", optional=True),
    )
    reader.done()
    return facet


def from_document(document: object) -> Catalogue:
    """Read a whole edition document. Raises ContentError naming every problem."""
    problems: list[Fault] = []
    reader = Reader(document, "document", problems)
    components = [_read_component(item) for item in reader.each("components")]
    catalogue = Catalogue(
        components=tuple(sorted(components, key=lambda c: c.position)),
        strategies=tuple(_read_strategy(item) for item in reader.each("strategies")),
        resources=tuple(_read_facet(i) for i in reader.each("resources", optional=True)),
    )
    reader.done()
    if problems:
        raise ContentError(problems)
    return catalogue


# -- writing ---------------------------------------------------------------------------------


def without_empty(pairs: Iterable[tuple[str, Any]]) -> Document:
    """A document of these pairs, those without a value left out."""
    return {
        key: value
        for key, value in pairs
        if value is not None and value is not False and value not in ("", [])
    }


def _write_notes(notes: tuple[LegalNote, ...]) -> list[Document]:
    return [{"text": n.text, "source": n.source} for n in notes]


def write_question(question: Question) -> Document:
    """The document of a question: plain values in a fixed order, empty ones left out."""
    q = question
    return without_empty(
        [
            ("slug", q.slug),
            ("code", q.code),
            ("text", q.text),
            ("hint", q.hint),
            ("why", {"text": q.why, "source": q.why_source}),
            ("weight", q.weight),
            ("weight_reason", q.weight_reason),
            ("quick", q.is_quick),
            ("applies_if", q.applies_if),
            ("na_when", q.na_when),
            ("levels", list(q.levels)),
            ("next_steps", list(q.next_steps)),
            ("pulse", q.pulse),
            ("legal_notes", _write_notes(q.legal_notes)),
            ("meaning", q.meaning if q.meaning > 1 else None),
        ]
    )


def write_component(component: Component) -> Document:
    """The document of a component with its questions."""
    c = component
    return {
        "slug": c.slug,
        "position": c.position,
        "code": c.code,
        "title": c.title,
        "label": c.label,
        "summary": c.summary,
        "toolkit_says": c.toolkit_says,
        "source": c.source,
        "questions": [write_question(q) for q in c.questions],
    }


def write_strategy(strategy: Strategy) -> Document:
    """The document of a strategy."""
    s = strategy
    return without_empty(
        [
            ("slug", s.slug),
            ("component", s.component),
            ("title", s.title),
            ("summary", s.summary),
            ("steps", list(s.steps)),
            ("effort", s.effort),
            ("days", s.days),
            ("sizes", list(s.sizes)),
            ("serves", [{"question": v.question, "levels": list(v.levels)} for v in s.serves]),
            (
                "resources",
                [
                    without_empty(
                        [
                            ("resource", u.resource),
                            ("role", u.role),
                            ("fit", u.fit if u.fit != "good" else None),
                            ("fit_note", u.fit_note),
                        ]
                    )
                    for u in s.resources
                ],
            ),
            ("toolkit_ref", list(s.toolkit_ref)),
            ("legal_notes", _write_notes(s.legal_notes)),
        ]
    )


def to_document(catalogue: Catalogue) -> Document:
    """The document of a whole catalogue, ready for :func:`canonical`."""
    return {
        "components": [write_component(c) for c in catalogue.components],
        "strategies": [write_strategy(s) for s in catalogue.strategies],
        "resources": [
            without_empty(
                [
                    ("slug", r.slug),
                    ("kind", r.kind),
                    ("employer", r.employer),
                    ("sectors", list(r.sectors)),
                    ("employer_sizes", list(r.employer_sizes)),
                ]
            )
            for r in catalogue.resources
        ],
    }


def canonical(document: Document) -> str:
    """The one text of a document: the same content always gives the same bytes."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def text_of(catalogue: Catalogue) -> str:
    """The canonical text of a whole catalogue."""
    return canonical(to_document(catalogue))


def fingerprint(text: str) -> str:
    """SHA-256 of a canonical text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


# -- checking --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """Why content may not be published. ``noun`` and ``slug`` name the row to mend.

    ``key``: the path, within the row's document, of what is wrong.
    """

    noun: str
    slug: str
    message: str
    key: str = field(default="", compare=False)


def problems(catalogue: Catalogue, resource_slugs: Iterable[str]) -> list[Problem]:
    """Every reason against publishing this catalogue, all at once; empty means it may go out.

    ``resource_slugs``: the archive items that exist and are not retired.
    """
    known = set(resource_slugs)
    found = [*_duplicates(catalogue)]
    for component in catalogue.components:
        found += _component_problems(component, known)
        for question in component.questions:
            found += _question_problems(question, catalogue, known)
    for strategy in catalogue.strategies:
        found += _strategy_problems(strategy, catalogue, known)
    return found


def _duplicates(catalogue: Catalogue) -> Iterator[Problem]:
    nouns: dict[str, list[str]] = {
        "component": [c.slug for c in catalogue.components],
        "question": [q.slug for c in catalogue.components for q in c.questions],
        "strategy": [s.slug for s in catalogue.strategies],
    }
    for noun, slugs in nouns.items():
        for slug in sorted({s for s in slugs if slugs.count(s) > 1}):
            yield Problem(noun, slug, "The slug is used more than once.", "slug")
    if not catalogue.components:
        yield Problem("component", "", "There is no component to publish.")


def _component_problems(component: Component, known: set[str]) -> Iterator[Problem]:
    if component.source not in known:
        message = f"Unknown source “{component.source}”."
        yield Problem("component", component.slug, message, "source")
    if not component.questions:
        yield Problem("component", component.slug, "It has no questions.", "questions")


def _question_problems(
    question: Question, catalogue: Catalogue, known: set[str]
) -> Iterator[Problem]:
    def problem(message: str, key: str = "") -> Problem:
        return Problem("question", question.slug, message, key)

    for key in ("slug", "code", "text", "why", "pulse"):
        if not getattr(question, key):
            yield problem(f"The {key} is missing.", "why.text" if key == "why" else key)
    if len(question.levels) != len(LEVEL_NAMES) or not all(question.levels):
        yield problem("It needs a statement for each of the five levels.", "levels")
    elif len(set(question.levels)) != len(LEVEL_NAMES):
        yield problem("Two levels carry the same statement.", "levels")
    if len(question.next_steps) != TOP_LEVEL or not all(question.next_steps):
        yield problem("It needs a next step for each of levels 0 to 3.", "next_steps")
    if question.weight not in (1, 2, 3):
        yield problem("The weight must be 1, 2 or 3.", "weight")
    if not question.weight_reason.startswith(("Basic need", "Evidence")):
        message = "The reason for the weight must begin “Basic need” or “Evidence”."
        yield problem(message, "weight_reason")
    if question.why_source not in known:
        message = f"Unknown source “{question.why_source}” under “Why it matters”."
        yield problem(message, "why.source")
    if question.applies_if and question.applies_if not in FLAGS:
        yield problem(f"Unknown profile flag “{question.applies_if}”.", "applies_if")
    for level in range(TOP_LEVEL):
        if not catalogue.strategies_for(question.slug, level):
            yield problem(f"No strategy serves it at level {level} ({LEVEL_NAMES[level]}).")


def _strategy_problems(
    strategy: Strategy, catalogue: Catalogue, known: set[str]
) -> Iterator[Problem]:
    def problem(message: str, key: str = "") -> Problem:
        return Problem("strategy", strategy.slug, message, key)

    for key in ("slug", "title", "summary"):
        if not getattr(strategy, key):
            yield problem(f"The {key} is missing.", key)
    if strategy.component not in catalogue.by_slug:
        yield problem(f"Unknown component “{strategy.component}”.", "component")
    if strategy.effort not in EFFORTS:
        yield problem("The effort must be low, medium or high.", "effort")
    if not 3 <= len(strategy.steps) <= 6:
        yield problem("It needs three to six steps.", "steps")
    if strategy.days < 1:
        yield problem("Days to a first result must be at least 1.", "days")
    if not strategy.sizes or not set(strategy.sizes) <= set(SIZES):
        yield problem("It needs at least one known size.", "sizes")
    if not any(use.role == "guide" for use in strategy.resources):
        yield problem("It needs at least one guide.", "resources")
    yield from _link_problems(strategy, catalogue, known)


def _link_problems(strategy: Strategy, catalogue: Catalogue, known: set[str]) -> Iterator[Problem]:
    def problem(message: str, key: str = "") -> Problem:
        return Problem("strategy", strategy.slug, message, key)

    served = [serves.question for serves in strategy.serves]
    if not served:
        yield problem("It serves no question.", "serves")
    for slug in sorted({q for q in served if served.count(q) > 1}):
        message = f"It names “{slug}” more than once among the questions it serves."
        yield problem(message, "serves")
    for n, serves in enumerate(strategy.serves, 1):
        if serves.question not in catalogue.questions:
            yield problem(f"Unknown question “{serves.question}”.", f"serves[{n}].question")
        if not serves.levels or not set(serves.levels) <= set(range(TOP_LEVEL)):
            message = f"Levels served for “{serves.question}” must be among 0 to 3."
            yield problem(message, f"serves[{n}].levels")
    for n, use in enumerate(strategy.resources, 1):
        key = f"resources[{n}]"
        if use.resource not in known:
            yield problem(f"Unknown resource “{use.resource}”.", f"{key}.resource")
        if use.role not in ROLES or use.fit not in FITS:
            yield problem(f"Unknown role or fit for “{use.resource}”.", f"{key}.role")
        if use.fit == "loose" and not use.fit_note:
            yield problem(f"The loose fit of “{use.resource}” must say why it is loose.", key)
