"""Whatever somebody uploads: a document that keeps to the description, or plain words."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import takeout_file
from assessment.takeout import FORMAT
from assessment.takeout_file import LARGEST, MOST_SHOWN, Problem, Refused

NOT_OURS = "This is not a file saved from a Job Quality Self-Assessment."
MANY = f"{NOT_OURS} It holds far too many values."
CANNOT = "This text contains a character that cannot be stored."
WHEN = "2026-11-22T09:30:00Z"


def document(**changes: Any) -> dict[str, Any]:
    """The smallest file that keeps to the description."""
    texts = ("name", "covers_name", "respondent", "sector", "size", "union_contract", "organizing")
    flags = ("shifts", "tipped", "seasonal", "temps", "part_time")
    bodies = ("is_nonprofit", "is_public_body", "is_federal_contractor")
    values: dict[str, Any] = {
        "format": FORMAT,
        "version": 1,
        "edition": {"number": 1, "revision": 0, "fingerprint": "a" * 64},
        "assessment": {
            **dict.fromkeys(texts, ""),
            **dict.fromkeys([f"has_{flag}" for flag in flags]),
            **dict.fromkeys([*bodies, "headcount", "declined_edition", "finished_at"]),
            **{"mode": "full", "covers": "organization", "importance": {}, "targets": {}},
            **{"has_earlier": False, "started_at": WHEN, "changed_at": WHEN},
        },
        "answers": [],
        "actions": [],
        "turnover_estimate": None,
        "moves": [],
    }
    return values | changes


def answer(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        **{"question": "wage", "level": 1, "note": "", "revision": 1},
        **dict.fromkeys(["is_not_applicable", "is_not_sure", "is_to_confirm"], False),
        **{"saved_at": WHEN, "saved_by": "The owner"},
    }
    return values | changes


def as_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


def refusal(data: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        takeout_file.read(data)
    return refused.value


def only_problem(data: bytes) -> Problem:
    (problem,) = refusal(data).problems
    return problem


def test_a_sound_file_is_read() -> None:
    whole = document(answers=[answer(), answer(question="no-longer-asked", level=None)])
    assert takeout_file.read(as_bytes(whole)) == whole
    assert takeout_file.read(b"\xef\xbb\xbf" + as_bytes(whole)) == whole


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", f"{NOT_OURS} It is not JSON: line 1 cannot be read."),
        (b'{\n"format": }', f"{NOT_OURS} It is not JSON: line 2 cannot be read."),
        (b"%PDF-1.7 \xff\xfe", "This is not a UTF-8 text file like the files saved here."),
        ("{}".encode("utf-16"), "This is not a UTF-8 text file like the files saved here."),
        (b'{"a":' * 30_000, f"{NOT_OURS} Its values are nested too deeply."),
        (b"[" * 500_000, MANY),
        (b"[" + b"0," * 100_000 + b"0]", MANY),
        (b'{"a": [' + b'"",' * 50_000 + b"0]}", MANY),
        (b'{"a": "' + b'\\"[' * 200_000 + b'"}', NOT_OURS),
        (b'"' + b'\\"' * 200_000, f"{NOT_OURS} It is not JSON: line 1 cannot be read."),
        (b'{"a": ' + b"9" * 5000 + b"}", f"{NOT_OURS} It contains a number that is far too long."),
        (b'{"a": NaN}', "NaN is where a whole number is expected."),
        (b'{"a": -Infinity}', "-Infinity is where a whole number is expected."),
        (b'{"a": 1e999}', "1e999 is where a whole number is expected."),
        (
            b'{"a": 0.' + b"1" * 9999 + b"}",
            f"0.{'1' * 38}… is where a whole number is expected.",
        ),
        (b'{"a": 1, "a": 2}', "“a” appears twice in one place, so it is unclear which one counts."),
        (b"[]", NOT_OURS),
        (b"null", NOT_OURS),
        (b'{"format": "another"}', NOT_OURS),
        (b'{"format": ["x"]}', NOT_OURS),
        (b"[" * 50_000 + b"]" * 50_000, f"{NOT_OURS} Its values are nested too deeply."),
        (b" " * (LARGEST + 1), "The file is larger than 8 MB."),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, bytes) else "",
)
def test_what_is_no_file_of_ours(data: bytes, message: str) -> None:
    assert only_problem(data) == Problem(message)


def test_a_later_version_says_so_before_anything_else() -> None:
    problem = only_problem(as_bytes({"format": FORMAT, "version": 2, "new": 1}))
    assert problem.message.startswith(
        "This file was saved by a newer release of the site, in version 2 of the format; this "
        "one reads version 1."
    )
    assert (
        "version 999999999 of"
        in only_problem(as_bytes({"format": FORMAT, "version": 10**4000 - 1})).message
    )


@pytest.mark.parametrize(
    ("changes", "message", "place"),
    [
        ({"note": "a\0b"}, CANNOT, "answers, number 1, note"),
        ({"note": "\ud800"}, CANNOT, "answers, number 1, note"),
        ({"level": "3"}, "This should be a whole number or null.", "answers, number 1, level"),
        ({"level": True}, "This should be a whole number or null.", "answers, number 1, level"),
        ({"level": 5}, "This should be from 0 to 4.", "answers, number 1, level"),
        ({"level": -(10**4000)}, "This should be from 0 to 4.", "answers, number 1, level"),
        ({"revision": 0}, "This should be from 1 to 1000000.", "answers, number 1, revision"),
        ({"is_not_sure": 1}, "This should be true or false.", "answers, number 1, is_not_sure"),
        (
            {"note": "x" * 2001},
            "This text is too long: at most 2000 characters.",
            "answers, number 1, note",
        ),
        ({"saved_by": ""}, "This should not be empty.", "answers, number 1, saved_by"),
        (
            {"question": "wage\n"},
            "This should be a short name such as “wage-floor”: letters, digits, hyphens.",
            "answers, number 1, question",
        ),
        (
            {"saved_at": "yesterday"},
            "This should be a time in UTC such as 2026-11-22T09:30:00Z.",
            "answers, number 1, saved_at",
        ),
        (
            {"saved_at": "0001-01-01T00:00:00Z"},
            "This should be a time in UTC such as 2026-11-22T09:30:00Z.",
            "answers, number 1, saved_at",
        ),
        ({"id": 7}, "“id” is not recognized here.", "answers, number 1"),
        (
            {"x" * 60: 1, "b": 2, "c": 3, "d": 4},
            f"“{'x' * 40}…”, “b”, “c” and 1 more are not recognized here.",
            "answers, number 1",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    changes: dict[str, Any], message: str, place: str
) -> None:
    # json.dumps writes integers of any length that Python may write.
    data = as_bytes(document(answers=[answer(**changes)]))
    assert only_problem(data) == Problem(message, place)


def test_what_is_missing_is_named() -> None:
    whole = document(answers=[answer(), 7])
    del whole["moves"], whole["answers"][0]["saved_by"]
    assert refusal(as_bytes(whole)).problems == [
        Problem("“moves” is missing."),
        Problem("“saved_by” is missing.", "answers, number 1"),
        Problem("This should be a group of values in { }.", "answers, number 2"),
    ]


def test_other_kinds_of_values() -> None:
    whole = document(turnover_estimate=5, edition=[], version=True)
    whole["assessment"] |= {"mode": "slow", "importance": {"pay": 4, "p q": 1}, "has_shifts": "yes"}
    problems = {problem.place: problem.message for problem in refusal(as_bytes(whole)).problems}
    assert problems == {
        "version": "This should be 1.",
        "edition": "This should be a group of values in { }.",
        "turnover_estimate": "This should be a group of values in { } or null.",
        "assessment, mode": 'This should be one of: "quick", "full".',
        "assessment, has_shifts": "This should be true or false or null.",
        "assessment, importance, pay": "This should be from 1 to 3.",
        "assessment, importance": (
            "This should be a short name such as “wage-floor”: letters, digits, hyphens."
        ),
    }


def test_of_many_problems_the_first_are_told() -> None:
    refused = refusal(as_bytes(document(answers=[7] * 400)))
    assert (len(refused.problems), refused.has_more) == (MOST_SHOWN, True)
    refused = refusal(as_bytes(document(answers=[7] * MOST_SHOWN)))
    assert (len(refused.problems), refused.has_more) == (MOST_SHOWN, False)


@pytest.mark.parametrize("entry", [{}, 1, []])
def test_forty_thousand_answers_are_too_many(entry: Any) -> None:
    assert only_problem(as_bytes(document(answers=[entry] * 40_000))) == Problem(
        "There are too many entries: at most 500.", "answers"
    )


def test_a_move_that_marks_an_answer_twice() -> None:
    move = {"from_number": 1, "to_number": 2, "marked": ["wage", "wage"], "revisions": 1}
    move |= {"by": "The owner", "moved_at": WHEN, "undone_at": None}
    assert only_problem(as_bytes(document(moves=[move]))) == Problem(
        "The same entry is here twice.", "moves, number 1, marked"
    )


def test_a_nest_within_a_sound_file() -> None:
    nest: Any = "end"
    for _ in range(400):
        nest = [nest]
    assert only_problem(as_bytes(document(answers=nest))) == Problem(
        "Values are nested too deeply.", "answers, number 1"
    )


def test_a_name_that_cannot_be_stored() -> None:
    whole = document()
    whole["assessment"]["targets"] = {"a\0": 1}
    assert only_problem(as_bytes(whole)) == Problem(
        "A name here contains a character that cannot be stored.", "assessment, targets"
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def parts(value: Any) -> int:
    """Texts, lists, groups and what comes after a comma."""
    if isinstance(value, dict):
        return 1 + max(len(value) - 1, 0) + sum(1 + parts(item) for item in value.values())
    if isinstance(value, list):
        return 1 + max(len(value) - 1, 0) + sum(map(parts, value))
    return int(isinstance(value, str))


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_parts_are_counted_as_they_are_read(value: Any, indent: int | None, ascii: bool) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=ascii).encode(errors="replace")
    assert sum(1 for _ in takeout_file.PART.finditer(data)) == parts(value)


@given(st.binary() | st.text().map(str.encode) | VALUES.map(as_bytes))
def test_no_bytes_get_past_it_or_break_it(data: bytes) -> None:
    assert refusal(data).problems


@given(VALUES, st.sampled_from([*document()]), st.data())
def test_no_value_in_a_sound_file_breaks_it(value: Any, name: str, data: Any) -> None:
    whole = document(answers=[answer()])
    inner = whole["assessment"] if data.draw(st.booleans()) else whole["answers"][0]
    where = data.draw(st.sampled_from([(whole, name), *((inner, key) for key in inner)]))
    where[0][where[1]] = value
    with suppress(Refused):
        assert takeout_file.read(as_bytes(whole)) == whole
