"""Content files read as a whole or in part: each problem at its line, what is there counts too."""

import re
from typing import Any

import pytest

from tests.toolkit.small import CASE, GUIDE, content, question, resource, small_documents, strategy
from toolkit.catalogue import ContentError
from toolkit.content_files import FOLDERS, Content, read_files
from toolkit.exporting import to_yaml

type Documents = dict[str, list[dict[str, Any]]]


@pytest.fixture
def documents() -> Documents:
    return small_documents()


def files(documents: Documents) -> dict[str, bytes]:
    return {
        f"{FOLDERS[noun]}/{document['slug']}.yaml": to_yaml(document).encode()
        for noun, found in documents.items()
        for document in found
    }


def told(given: dict[str, bytes], over: Content | None = None) -> list[str]:
    with pytest.raises(ContentError) as error:
        read_files(given, over=over)
    return [str(problem) for problem in error.value.problems]


def line_of(data: bytes, text: str) -> int:
    """The line in which ``text`` stands first."""
    return next(n for n, line in enumerate(data.decode().splitlines(), 1) if text in line)


# -- A whole folder --------------------------------------------------------------------------


def test_files_say_what_their_documents_say(documents: Documents) -> None:
    assert read_files(files(documents)).documents() == content(documents).documents()


@pytest.mark.parametrize(
    ("noun", "change", "key", "message"),
    [
        ("component", {"source": "gone"}, "source", "Unknown source “gone”."),
        ("strategy", {"effort": "huge"}, "effort", "The effort must be low, medium or high."),
        ("strategy", {"component": "gone"}, "component", "Unknown component “gone”."),
        ("resource", {"components": ["pay", "gone"]}, "components[2]", "Unknown component “gone”."),
        (
            "resource",
            {"components": ["pay", "pay"]},
            "components[2]",
            "It names the component “pay” more than once.",
        ),
        ("resource", {"number": 2}, "number", None),
    ],
)
def test_a_broken_reference_is_named_by_file_line_and_key(
    *, documents: Documents, noun: str, change: dict[str, Any], key: str, message: str | None
) -> None:
    documents[noun][0] |= change
    given = files(documents)
    path = f"{FOLDERS[noun]}/{documents[noun][0]['slug']}.yaml"
    stem, _, nth = key.partition("[")
    line = line_of(given[path], f"{stem}:") + int(nth.rstrip("]") or 0)
    message = message or f"The number 2 is that of “{GUIDE}”."
    if key == "number":
        path, line = f"archive/{CASE}.yaml", line_of(given[f"archive/{CASE}.yaml"], "number:")
    assert told(given) == [f"{path}, line {line}, {key}: {message}"]


def test_a_problem_of_a_question_stands_in_its_component_s_file(documents: Documents) -> None:
    documents["component"][0]["questions"][1]["why"]["source"] = "gone"
    given = files(documents)
    line = line_of(given["components/pay.yaml"], "source: gone")
    assert told(given) == [
        f"components/pay.yaml, line {line}, questions[2].why.source: "
        "Unknown source “gone” under “Why it matters”."
    ]


@pytest.mark.parametrize(
    ("noun", "change", "key", "line"),
    [
        ("component", {"toolkit_says": "The programme."}, "toolkit_says", "toolkit_says"),
        ("question", {"levels": [*"abcd", "Stakeholders."]}, "questions[1].levels[5]", "Stake"),
        ("question", {"next_steps": [*"abc", "Leverage it."]}, "questions[1].next_steps[4]", "Lev"),
        ("strategy", {"steps": ["Begin.", "Go on.", "Utilize it."]}, "steps[3]", "Utilize"),
    ],
)
def test_a_flaw_of_wording_is_named_by_its_line_and_key(
    documents: Documents, noun: str, change: dict[str, Any], key: str, line: str
) -> None:
    pay = documents["component"][0]
    (pay["questions"][0] if noun == "question" else documents[noun][0]).update(change)
    given = files(documents)
    name = next(n for n, data in given.items() if line.encode() in data)
    expected = f"{name}, line {line_of(given[name], line)}, {key}: "
    assert [problem for problem in told(given) if problem.startswith(expected)] != []


def test_a_strategy_names_each_resource_once(documents: Documents) -> None:
    documents["strategy"][0]["resources"].append({"resource": GUIDE, "role": "evidence"})
    given = files(documents)
    line = line_of(given["strategies/set-a-wage.yaml"], "role: evidence") - 1
    assert told(given) == [
        f"strategies/set-a-wage.yaml, line {line}, resources[3]: "
        f"It names the resource “{GUIDE}” more than once."
    ]


def test_an_unknown_relation_and_an_unserved_level(documents: Documents) -> None:
    documents["resource"][1]["relations"] = [{"relation": "part-of", "resource": "gone"}]
    documents["strategy"][0]["serves"][0]["levels"] = [0, 1, 2]
    assert [re.sub(r"line \d+", "line", said) for said in told(files(documents))] == [
        "components/pay.yaml, line, questions[1]: No strategy serves it at level 3 (In place).",
        f"archive/{CASE}.yaml, line, relations[1].resource: Unknown resource “gone”.",
    ]


def test_file_names_and_folders(documents: Documents) -> None:
    given = files(documents)
    given["articles/x.yaml"] = b"a: 1"
    given["archive/My file.yaml"] = b"a: 1"
    given["strategies/other.yaml"] = given.pop("strategies/set-a-wage.yaml")
    given["readme.yaml"] = b"a: 1\n"
    assert told(given) == [
        "articles/x.yaml: unknown folder “articles”; "
        "the folders are components, strategies, archive",
        "archive/My file.yaml: "
        "a file is named for its slug: small letters, digits and hyphens, then .yaml",
        "strategies/other.yaml, line 1, slug: “set-a-wage” is not the name of the file",
        "readme.yaml, line 1: cannot tell what it is: it has none of the keys "
        "questions (a component), steps (a strategy) or number (an archive item)",
    ]


def test_a_row_may_not_stand_in_two_files(documents: Documents) -> None:
    given = files(documents)
    given["set-a-wage.yaml"] = given["strategies/set-a-wage.yaml"]
    assert told(given) == [
        "set-a-wage.yaml, line 1, slug: “set-a-wage” is also in strategies/set-a-wage.yaml"
    ]


def test_reading_stops_where_nothing_is_right() -> None:
    junk = "".join(f"k{n}:\n" for n in range(600)).encode()
    assert len(told({f"strategies/s{n}.yaml": junk for n in range(9)})) < 2_000


def test_nothing_but_a_list_is_one_problem_and_an_empty_file_another(documents: Documents) -> None:
    given = files(documents)
    given["components/pay.yaml"] = b"- a\n- b\n"
    given["components/benefits.yaml"] = b""
    assert told(given) == [
        "components/pay.yaml, line 1: expected keys with values, found a list",
        "components/benefits.yaml, line 1: the file is empty",
    ]


# -- Some of the files -----------------------------------------------------------------------


@pytest.fixture
def stored() -> Content:
    """What is there already."""
    return content()


def test_a_single_file_may_name_what_is_there(documents: Documents, stored: Content) -> None:
    given = files({"strategy": [strategy("more-pay", "wage")]})
    (found,) = read_files(given, over=stored).strategies
    assert found.slug == "more-pay"


def test_a_file_without_a_folder_is_known_by_its_keys(
    documents: Documents, stored: Content
) -> None:
    given = {path.rpartition("/")[2]: data for path, data in files(documents).items()}
    assert read_files(given, over=stored) == read_files(files(documents))


def test_a_single_file_is_checked_against_what_is_there(stored: Content) -> None:
    assert told(files({"strategy": [strategy("more-pay", "tips")]}), stored) == [
        "strategies/more-pay.yaml, line 15, serves[1].question: Unknown question “tips”."
    ]
    assert told(files({"resource": [resource("more", 1)]}), stored) == [
        f"archive/more.yaml, line 2, number: The number 1 is that of “{GUIDE}”."
    ]


def test_what_a_file_takes_away_from_rows_that_are_not_among_the_files_is_said(
    documents: Documents, stored: Content
) -> None:
    del documents["component"][0]["questions"][1]
    given = {"components/pay.yaml": files(documents)["components/pay.yaml"]}
    assert told(given, stored) == [
        "strategy plan-raises (not in these files), serves[1].question: Unknown question “raises”."
    ]


def test_what_was_wrong_before_is_no_reason_to_refuse_a_file(
    documents: Documents, stored: Content
) -> None:
    """A half-finished draft can be exported, changed and brought back."""
    documents["component"][0]["questions"].append(question("tips", "PAY-3", "pay"))
    over = content(documents)
    assert len(told(files(documents))) == 4
    assert read_files(files(documents), over=over) == over
    documents["strategy"][0]["days"] = 0
    assert [said.partition(": ")[2] for said in told(files(documents), over)] == [
        "Days to a first result must be at least 1."
    ]
