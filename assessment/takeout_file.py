"""Reads a file that somebody wants to bring back: bytes in, a document or plain words out.

Nothing here touches the database. What a file may hold is described by the schema; this module
says in plain words, with the place, where a file does not keep to it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from assessment.takeout import FORMAT, SCHEMA, VERSION, Document

# In bytes. Whatever one assessment may hold fits, with every text as long as it may be in the
# letters that take most: tests/hostile/test_sizes.py builds it. A usual file has 100 kB.
LARGEST = 8 * 1024 * 1024
# Texts, lists, groups and what comes after a comma. The fullest file has a third of it, while 8 MB
# of “[],” would be three million values and take 200 MB to read.
MOST_PARTS = 100_000
# A text in quotes with all that is in it, or what begins another value.
PART = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?|[\[{,]', re.DOTALL)
# No list of ours is longer; what comes after in a longer one is not even looked at.
MOST_ENTRIES = 2000
MOST_SHOWN = 20
DEEPEST = 8
KINDS = {
    "object": "a group of values in { }",
    "array": "a list in [ ]",
    "string": "text in quotes",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}
NOT_OURS = "This is not a file saved from a Job Quality Self-Assessment."

type Place = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where in the file; ``place`` is "" where it is the file as a whole."""

    message: str
    place: str = ""


class Refused(Exception):
    """A file cannot be brought back; ``problems`` are the first of the reasons, at least one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems[:MOST_SHOWN]
        self.has_more = len(problems) > MOST_SHOWN


def place(path: Place) -> str:
    """A place in the file for people: "answers, number 3, level"; entries count from one."""
    return ", ".join(f"number {key + 1}" if isinstance(key, int) else key for key in path)


def read(data: bytes) -> Document:
    """The document in a file. Raises Refused with every problem, up to a limit, that it has."""
    if len(data) > LARGEST:
        raise Refused([Problem(f"The file is larger than {LARGEST // 1024 // 1024} MB.")])
    document = _parsed(data)
    for problems in (_whole_problems, _value_problems, _schema_problems):
        found = list(islice(problems(document), MOST_SHOWN + 1))
        if found:
            raise Refused(found)
    assert isinstance(document, dict)
    return document


# -- text to values --------------------------------------------------------------------------


def _parsed(data: bytes) -> Any:
    if any(islice(PART.finditer(data), MOST_PARTS, None)):
        raise Refused([Problem(f"{NOT_OURS} It holds far too many values.")])
    try:
        return json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_once_each,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except UnicodeDecodeError:
        reason = "This is not a UTF-8 text file like the files saved here."
    except RecursionError:
        reason = f"{NOT_OURS} Its values are nested too deeply."
    except json.JSONDecodeError as error:
        reason = f"{NOT_OURS} It is not JSON: line {error.lineno} cannot be read."
    except _Misfit as error:
        reason = str(error)
    except ValueError:  # a number of more digits than Python reads
        reason = f"{NOT_OURS} It contains a number that is far too long."
    raise Refused([Problem(reason)])


class _Misfit(Exception):
    """The text is JSON to some readers, and not what we take."""


def _once_each(pairs: list[tuple[str, Any]]) -> Document:
    values = dict(pairs)
    if len(values) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise _Misfit(
            f"“{_short(twice)}” appears twice in one place, so it is unclear which one counts."
        )
    return values


def _no_number(word: str) -> Any:
    raise _Misfit(f"{_short(word)} is where a whole number is expected.")


# -- what no description can say -------------------------------------------------------------


def _whole_problems(document: Any) -> Iterator[Problem]:
    """Whether this is a file of ours at all, and of a version this release reads."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        yield Problem(NOT_OURS)
        return
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        yield Problem(
            f"This file was saved by a newer release of the site, in version {str(version)[:9]} "
            f"of the format; this one reads version {VERSION}. Ask the site’s operator to "
            "update it."
        )


def _value_problems(document: Any) -> Iterator[Problem]:
    """What no database keeps, anywhere in the file. Never deeper than a file of ours goes."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        if len(path) > DEEPEST:
            yield Problem("Values are nested too deeply.", place(path[:2]))
            return
        if isinstance(value, str) and not _is_storable(value):
            yield Problem("This text contains a character that cannot be stored.", place(path))
        elif isinstance(value, list):
            # One too long is refused by its description, whatever stands in it.
            waiting += [((*path, n), v) for n, v in enumerate(value[: MOST_ENTRIES + 1])][::-1]
        elif isinstance(value, dict):
            if len(value) > MOST_ENTRIES:
                yield Problem("There are too many entries.", place(path))
                return
            if not all(map(_is_storable, value)):
                yield Problem(
                    "A name here contains a character that cannot be stored.", place(path)
                )
                return
            waiting += [((*path, name), item) for name, item in value.items()][::-1]


def _is_storable(text: str) -> bool:
    # PostgreSQL stores no NUL, and half a character is no text in UTF-8.
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


# -- what the description says ---------------------------------------------------------------


_validator = Draft202012Validator(json.loads(SCHEMA))


def _schema_problems(document: Any) -> Iterator[Problem]:
    for error in _validator.iter_errors(document):
        yield Problem(_in_words(error), place([_short(k) for k in error.absolute_path]))
        if error.validator == "maxItems":
            return  # what else is wrong with a hundred thousand entries helps nobody


def _in_words(error: ValidationError) -> str:
    """What is wrong with one value; the library's own words are made for programmers."""
    schema: Any = error.schema
    rule, value = str(error.validator), error.validator_value
    if "title" in schema and rule in {"type", "pattern"}:
        return f"This should be {schema['title']}."
    if rule == "required":
        return f"“{_missing(error)}” is missing."
    if rule == "additionalProperties":
        return f"{_unknown(error)} not recognized here."
    return _WORDS.get(rule, "This does not match the format.").format(
        kinds=" or ".join(KINDS[kind] for kind in _listed(schema.get("type", "object"))),
        offered=", ".join(json.dumps(v) for v in schema.get("enum", [schema.get("const")])),
        least=schema.get("minimum"),
        most=schema.get("maximum"),
        value=value,
    )


_WORDS = {
    "type": "This should be {kinds}.",
    "enum": "This should be one of: {offered}.",
    "const": "This should be {offered}.",
    "minimum": "This should be from {least} to {most}.",
    "maximum": "This should be from {least} to {most}.",
    "minLength": "This should not be empty.",
    "maxLength": "This text is too long: at most {value} characters.",
    "maxItems": "There are too many entries: at most {value}.",
    "uniqueItems": "The same entry is here twice.",
    "maxProperties": "There are too many entries: at most {value}.",
}


def _listed(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds


def _missing(error: ValidationError) -> str:
    # One error per name, and only its message says which.
    wanted: list[str] = error.validator_value  # type: ignore[assignment]
    return next(name for name in wanted if error.message.startswith(f"'{name}'"))


def _unknown(error: ValidationError) -> str:
    schema: Any = error.schema
    instance: Any = error.instance
    names = [f"“{_short(name)}”" for name in instance if name not in schema["properties"]]
    others = len(names) - 3
    more = f" and {others} more" if others > 0 else ""
    return f"{', '.join(names[:3])}{more} {'is' if len(names) == 1 else 'are'}"


def _short(key: str | int) -> Any:
    return f"{key[:40]}…" if isinstance(key, str) and len(key) > 40 else key
