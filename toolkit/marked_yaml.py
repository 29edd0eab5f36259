"""YAML as content files use it: plain values, each with the line it stands in.

Read from the parser's events rather than by its loader, because that forgets lines, takes the
last of two equal keys without a word, and follows anchors and tags, which a file somebody
uploads could use to fill the memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from .catalogue import Fault

# The parser in C is forty times as fast; both give the same events.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Content is four deep (a question's legal notes); anything beyond is no content.
DEEPEST = 10
# The largest content file holds some two hundred.
MOST_VALUES = 5_000
# No number or date is longer; beyond this a value is text, whatever it looks like.
LONGEST_NUMBER = 40
LONGEST_KEY = 60
READ_AS_VALUES = {
    f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "timestamp")
}
NOT_USED = "anchors, aliases and tags (&, * and ! before a value) are not used in content files"

# Controls, halves of a character pair, and what is no character at all: no database stores them.
NOT_TEXT = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")

# What the parser says, and what to do about it. The two parsers word some of it differently.
ADVICE = [
    (
        "mapping values are not allowed",
        "this line cannot be read: check its indentation; text with a colon in it must be in "
        "quotation marks",
    ),
    ("cannot start any token", "text that begins like this must be in quotation marks"),
    ("escape", "within double quotation marks a \\ must be written twice"),
    ("undefined alias", NOT_USED),
    ("duplicate anchor", NOT_USED),
    ("tag", NOT_USED),
    ("block", "the indentation does not fit the lines above, or a “- ” is missing"),
    ("did not find expected key", "the indentation does not fit the lines above"),
]
# Of these the line where it began helps more than the line where the parser gave up.
ADVICE_ON_BEGINNING = [
    (
        "could not find expected ':'",
        "a key without its colon, or a text whose further lines are not indented",
    ),
    ("',' or ']'", "a list in square brackets is not closed, or a comma is missing"),
    ("',' or '}'", "a brace is not closed, or a comma is missing"),
    ("end of stream", "a quotation mark is opened and never closed"),
]


@dataclass(frozen=True, slots=True)
class Marked:
    """What a file says, and the line of each key path in it ("questions[2].why.text")."""

    value: Any
    lines: dict[str, int]


def read_yaml(data: bytes, file: str, problems: list[Fault]) -> Marked | None:
    """Read a file; append what is wrong to ``problems``; None if there is nothing to go on with."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = "not saved as UTF-8; save it again as plain text with the encoding UTF-8"
        problems.append(Fault(file, "", message, line))
        return None
    if found := NOT_TEXT.search(text):
        line = text[: found.start()].count("\n") + 1
        problems.append(Fault(file, "", _no_text(found[0]), line))
        return None
    builder = _Builder(text, file, problems)
    try:
        return builder.read()
    except _Stop:
        return None
    except yaml.MarkedYAMLError as error:
        problems.append(_unreadable(file, text, error))
    except yaml.YAMLError as error:
        problems.append(Fault(file, "", f"not readable as YAML: {error}"))
    return None


def _no_text(character: str) -> str:
    return f"holds a character that is no text (U+{ord(character):04X}); take it out"


def _unreadable(file: str, text: str, error: yaml.MarkedYAMLError) -> Fault:
    """What the parser gave up on, in plain words."""
    said = f"{error.context or ''} {error.problem or ''}".strip()
    for part, message in ADVICE_ON_BEGINNING:
        if part in said and error.context_mark:
            return Fault(file, "", message, error.context_mark.line + 1)
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Fault(file, "", f"not readable as YAML: {said}")
    shown = [*text.split("\n"), ""][mark.line]
    if shown.lstrip(" ").startswith("\t"):
        message = "indented with a tab; use spaces"
    else:
        found = (advice for part, advice in ADVICE if part in said)
        message = next(found, f"not readable as YAML: {said}")
    return Fault(file, "", message, mark.line + 1)


class _Stop(Exception):
    """The file is not worth reading on."""


class _Builder:
    """Builds values out of the parser's events and notes the line of each."""

    def __init__(self, text: str, file: str, problems: list[Fault]) -> None:
        self.file, self.problems = file, problems
        self.events: Iterator[Any] = yaml.parse(text, Loader=LOADER)
        self.scalars: Any = yaml.SafeLoader("")
        self.lines: dict[str, int] = {}
        self.is_usable = True
        self.count = 0

    def problem(self, event: Any, path: str, message: str) -> None:
        line = event.start_mark.line + 1
        self.problems.append(Fault(self.file, path, message, line))

    def read(self) -> Marked | None:
        """The one document of the file."""
        next(self.events)
        event = next(self.events)
        value = None
        if not isinstance(event, yaml.StreamEndEvent):
            value = self.value(next(self.events), "", 0)
            next(self.events)
            if not isinstance(after := next(self.events), yaml.StreamEndEvent):
                self.problem(after, "", "begins a second document (a line “---”); a file has one")
                self.is_usable = False
        if value is None and self.is_usable:
            self.problem(event, "", "the file is empty")
            self.is_usable = False
        return Marked(value, self.lines) if self.is_usable else None

    def value(self, event: Any, path: str, depth: int) -> Any:
        """The value that begins with ``event``, read to its end."""
        self.lines.setdefault(path, event.start_mark.line + 1)
        if depth > DEEPEST:
            self.problem(event, path, f"nested more than {DEEPEST} deep; no content is")
            raise _Stop
        self.count += 1
        if self.count > MOST_VALUES:
            self.problem(event, path, f"more than {MOST_VALUES:,} values; no content file has them")
            raise _Stop
        if event.anchor or getattr(event, "tag", None):
            self.problem(event, path, NOT_USED)
            self.is_usable = False
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path, depth)
        return None if isinstance(event, yaml.AliasEvent) else self.scalar(event, path)

    def mapping(self, path: str, depth: int) -> dict[str, Any]:
        """Keys with their values; of a key that stands twice the first counts."""
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = event.value[:LONGEST_KEY] if isinstance(event, yaml.ScalarEvent) else "?"
            inner = f"{path}.{key}" if path else key
            if key == "?":
                self.problem(event, path, "a key must be one word")
                self.value(event, inner, depth + 1)
            elif event.anchor or event.tag:
                self.problem(event, inner, NOT_USED)
                self.is_usable = False
            is_again = key in found
            if is_again:
                first = self.lines[inner]
                self.problem(event, inner, f"this key appears twice, first in line {first}")
            self.lines.setdefault(inner, event.start_mark.line + 1)
            value = self.value(next(self.events), inner, depth + 1)
            if not is_again and key != "?":
                found[key] = value
        return found

    def sequence(self, path: str, depth: int) -> list[Any]:
        """The values of a list."""
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.value(event, f"{path}[{len(found) + 1}]", depth + 1))
        return found

    def scalar(self, event: Any, path: str) -> Any:
        """Text, or what YAML takes an unquoted word for: a number, yes or no, a date, nothing."""
        text: str = event.value
        if found := NOT_TEXT.search(text):
            self.problem(event, path, _no_text(found[0]))
            return NOT_TEXT.sub(" ", text)
        tag = self.scalars.resolve(yaml.ScalarNode, text, event.implicit)
        if tag not in READ_AS_VALUES or len(text) > LONGEST_NUMBER:
            return text
        try:
            return self.scalars.construct_object(yaml.ScalarNode(tag, text))
        except (ValueError, yaml.YAMLError):
            self.problem(event, path, f"“{text}” is no number or date; put it in quotation marks")
            return text
