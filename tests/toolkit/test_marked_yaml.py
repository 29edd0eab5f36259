"""YAML with its lines: what is read as what, and each slip told in plain words with its line."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from toolkit import marked_yaml
from toolkit.catalogue import Fault
from toolkit.exporting import to_yaml
from toolkit.marked_yaml import NOT_USED, Marked, read_yaml

FILE = "pay.yaml"


def told(data: bytes | str) -> list[str]:
    """Every problem of a file that has nothing but problems of form."""
    problems: list[Fault] = []
    read_yaml(data.encode() if isinstance(data, str) else data, FILE, problems)
    return [str(problem).removeprefix(f"{FILE}, ") for problem in problems]


def read(text: str) -> Marked:
    problems: list[Fault] = []
    marked = read_yaml(text.encode(), FILE, problems)
    assert problems == []
    assert marked is not None
    return marked


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser in C is not everywhere; the other must say the same."""
    monkeypatch.setattr(marked_yaml, "LOADER", getattr(yaml, request.param))


def test_every_value_is_marked_with_the_line_of_its_key() -> None:
    marked = read(
        "slug: pay\n"
        "summary: A long one that\n"
        "  goes on.\n"
        "questions:\n"
        "  - slug: wage\n"
        "    why:\n"
        "      text: So.\n"
        "    levels:\n"
        "      - One.\n"
        "      - Two.\n"
    )
    assert marked.value["questions"] == [
        {"slug": "wage", "why": {"text": "So."}, "levels": ["One.", "Two."]}
    ]
    assert marked.lines == {
        "": 1,
        "slug": 1,
        "summary": 2,
        "questions": 4,
        "questions[1]": 5,
        "questions[1].slug": 5,
        "questions[1].why": 6,
        "questions[1].why.text": 7,
        "questions[1].levels": 8,
        "questions[1].levels[1]": 9,
        "questions[1].levels[2]": 10,
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b: c\n", "line 1: this line cannot be read: check its indentation"),
        ("a: 1\nfoo\nb: 2\n", "line 2: a key without its colon"),
        ("a:\n\t- x\n", "line 2: indented with a tab; use spaces"),
        ("a:\n  b: 1\n\tc: 2\n", "line 3: indented with a tab; use spaces"),
        ('a: 1\nb: "open\nc: 2\n', "line 2: a quotation mark is opened and never closed"),
        ("a:\n  - x\n - y\n", "line 3: the indentation does not fit the lines above"),
        ("a: 1\nb: @foo\n", "line 2: text that begins like this must be in quotation"),
        ("a: 1\nb: [1, 2\nc: 3\n", "line 2: a list in square brackets is not closed"),
        ("a: {x: 1\nb: 3\n", "line 1: a brace is not closed"),
        ('a: "C:\\dir"\n', "line 1: within double quotation marks a \\ must be written twice"),
        ("a: &x 1\n", f"line 1, a: {NOT_USED}"),
        ("a: 1\nb: *x\n", f"line 2, b: {NOT_USED}"),
        ("a: !!python/object:os.system x\n", f"line 1, a: {NOT_USED}"),
        ("a: !e!x 1\n", f"line 1: {NOT_USED}"),
        ("a: 1\nb: 2\na: 3\n", "line 3, a: this key appears twice, first in line 1"),
        ("a: 1\n---\nb: 2\n", "line 2: begins a second document"),
        ("", "line 1: the file is empty"),
        ("# Nothing yet.\n", "the file is empty"),
        ("? [a]\n: 1\nb: 2\n", "line 1: a key must be one word"),
        ("a: 2022-13-45\n", "line 1, a: “2022-13-45” is no number or date; put it in quotation"),
        ('a: 1\nb: "x\\0y"\n', "line 2, b: holds a character that is no text (U+0000)"),
        ("a: 1\nb: x\x07\n", "line 2: holds a character that is no text (U+0007)"),
        (b"a: 1\nb: caf\xe9\n", "line 2: not saved as UTF-8"),
        ("a: 1".encode("utf-16"), "line 1: not saved as UTF-8"),
        ("[" * 2000, "line 1, [1][1][1][1][1][1][1][1][1][1][1]: nested more than 10 deep"),
    ],
)
def test_each_slip_is_told_with_its_line(text: str | bytes, line: str) -> None:
    (said,) = told(text)
    assert line in said


def test_a_file_of_nothing_but_tiny_values_is_not_read_to_its_end() -> None:
    (said,) = told("a:\n" + "- 1\n" * 100_000)
    assert said == "line 5000, a[4999]: more than 5,000 values; no content file has them"


def test_anchors_cannot_fill_the_memory() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    assert len(told(bomb)) == 61


def test_unquoted_words_are_what_yaml_takes_them_for() -> None:
    text = 'a: 1\nb: yes\nc: "1"\nd: 1.5\ne: ~\nf: 1-9\ng: 2022-09-07\nh: =\ni: <<\n'
    value = read(text).value
    assert (value["a"], value["b"], value["c"], value["d"], value["e"]) == (1, True, "1", 1.5, None)
    assert (value["f"], str(value["g"]), value["h"], value["i"]) == ("1-9", "2022-09-07", "=", "<<")
    assert read(f"a: {'9' * 5000}").value == {"a": "9" * 5000}


def test_a_mark_of_the_encoding_is_no_part_of_the_first_key() -> None:
    assert read("\ufeffslug: pay\r\ntitle: Pay\r\n").value == {"slug": "pay", "title": "Pay"}


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff\u2028\u2029"),
    max_size=60,
).filter(lambda text: "\ufeff" not in text)


@given(
    st.dictionaries(
        st.sampled_from(["title", "summary", "notes", "why"]),
        st.one_of(TEXT, st.integers(-9999, 9999), st.booleans(), st.lists(TEXT, max_size=3)),
        min_size=1,
    )
)
def test_whatever_is_written_is_read_back(document: dict[str, object]) -> None:
    assert read(to_yaml(document)).value == document
    assert read(to_yaml(document)).value == yaml.safe_load(to_yaml(document))
