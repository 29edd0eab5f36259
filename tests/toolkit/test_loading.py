"""Files to tables and back: repeatable, refused whole or taken whole, staff's edits kept."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.toolkit.small import GUIDE, publish, question, small_documents, strategy
from toolkit.content_files import FOLDERS
from toolkit.exporting import export_content, to_yaml
from toolkit.importing import CONTENT, load, read_content
from toolkit.models import (
    Component,
    Edition,
    Level,
    Question,
    Resource,
    Strategy,
    StrategyServes,
)

type Documents = dict[str, list[dict[str, Any]]]

pytestmark = pytest.mark.django_db


def write(folder: Path, documents: Documents) -> Path:
    for noun, subfolder in FOLDERS.items():
        (folder / subfolder).mkdir(parents=True, exist_ok=True)
        for document in documents[noun]:
            (folder / subfolder / f"{document['slug']}.yaml").write_text(to_yaml(document))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*.yaml"))
    }


def run(*arguments: Any) -> list[str]:
    out = StringIO()
    call_command("load_content", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def refusal(*arguments: Any) -> list[str]:
    with pytest.raises(CommandError) as error:
        run(*arguments)
    return str(error.value).splitlines()


@pytest.fixture
def documents() -> Documents:
    return small_documents()


@pytest.fixture
def folder(tmp_path: Path, documents: Documents) -> Path:
    return write(tmp_path / "content", documents)


@pytest.fixture
def rewrite(folder: Path, documents: Documents) -> Callable[[], None]:
    """Write the files again after a test changed their documents."""

    def write_again() -> None:
        write(folder, documents)

    return write_again


# -- Loading ---------------------------------------------------------------------------------


@pytest.mark.db
def test_loading_twice_changes_nothing_the_second_time(folder: Path) -> None:
    assert run(folder) == ["7 added", "0 updated", "0 unchanged"]
    before = Question.objects.order_by("pk").values_list()
    rows = list(before)
    assert run(folder) == ["0 added", "0 updated", "7 unchanged"]
    assert list(before.all()) == rows
    assert [q.code for q in Question.objects.all()] == ["PAY-1", "PAY-2", "BN-1"]
    assert Level.objects.count() == 15


def test_loading_never_publishes_by_itself(folder: Path) -> None:
    run(folder)
    assert not Edition.objects.exists()


def test_check_tells_what_would_be_done_and_does_nothing(folder: Path) -> None:
    assert run(folder, "--check") == [
        "Content is sound: 2 components, 3 questions, 3 strategies, 2 resources.",
        "7 would be added",
        "0 would be updated",
        "0 would be unchanged",
    ]
    assert not Component.objects.exists()


@pytest.mark.db
def test_a_changed_file_changes_its_row(
    folder: Path, documents: Documents, rewrite: Callable[[], None]
) -> None:
    run(folder)
    documents["strategy"][0]["title"] = "Set a fair wage"
    documents["resource"][0]["facts"] = [{"text": "Née", "source": "p. 2", "basis": "direct"}]
    documents["component"][0]["questions"][0]["levels"][1] = "Begun."
    rewrite()
    assert run(folder) == ["0 added", "3 updated", "4 unchanged"]
    assert Strategy.objects.get(slug="set-a-wage").title == "Set a fair wage"
    assert Level.objects.get(question__slug="wage", number=1).statement == "Begun."
    guide = Resource.objects.get(slug=GUIDE)
    assert [f.text for f in guide.facts.all()] == ["Née"]
    assert " nee " in guide.search_text
    assert "cafe" not in guide.search_text
    assert run(folder) == ["0 added", "0 updated", "7 unchanged"]


@pytest.mark.db
def test_questions_may_change_places_and_codes(
    folder: Path, documents: Documents, rewrite: Callable[[], None]
) -> None:
    run(folder)
    wage, raises = documents["component"][0]["questions"]
    wage["code"], raises["code"] = raises["code"], wage["code"]
    documents["component"][0]["questions"] = [raises, wage]
    rewrite()
    run(folder)
    pay = Question.objects.filter(component__slug="pay").order_by("position")
    assert list(pay.values_list("slug", "code", "position")) == [
        ("raises", "PAY-1", 1),
        ("wage", "PAY-2", 2),
    ]


@pytest.mark.db
def test_a_question_its_file_no_longer_has_is_retired_in_its_place(
    folder: Path, documents: Documents, rewrite: Callable[[], None]
) -> None:
    run(folder)
    documents["component"][0]["questions"][1] = question("tips", "PAY-2", "pay")
    documents["strategy"][1] = strategy("plan-raises", "tips")
    rewrite()
    run(folder)
    rows = Question.objects.filter(component__slug="pay").order_by("slug")
    assert list(rows.values_list("slug", "code", "position", "is_retired")) == [
        ("raises", "PAY-2", 2, True),
        ("tips", "PAY-2", 2, False),
        ("wage", "PAY-1", 1, False),
    ]


# -- What staff changed ----------------------------------------------------------------------


@pytest.mark.db
def test_rows_changed_by_staff_are_kept_and_named(
    folder: Path, documents: Documents, rewrite: Callable[[], None]
) -> None:
    run(folder)
    Strategy.objects.filter(slug="set-a-wage").update(title="As staff say")
    Level.objects.filter(question__slug="leave", number=0).update(statement="As staff say.")
    documents["strategy"][0]["title"] = "As the file says"
    documents["strategy"][1]["title"] = "As the file says"
    documents["component"][1]["summary"] = "As the file says."
    rewrite()
    told = [
        "0 added",
        "1 updated",
        "4 unchanged",
        "kept, changed by staff: component benefits (--overwrite replaces it)",
        "kept, changed by staff: strategy set-a-wage (--overwrite replaces it)",
    ]
    assert run(folder) == told
    assert Strategy.objects.get(slug="set-a-wage").title == "As staff say"
    assert Strategy.objects.get(slug="plan-raises").title == "As the file says"
    assert Component.objects.get(slug="benefits").summary == "All about benefits."


@pytest.mark.db
def test_overwrite_replaces_them(folder: Path) -> None:
    run(folder)
    Strategy.objects.filter(slug="set-a-wage").update(title="As staff say")
    Level.objects.filter(question__slug="leave", number=0).update(statement="As staff say.")
    assert run(folder, "--overwrite") == ["0 added", "2 updated", "5 unchanged"]
    assert Strategy.objects.get(slug="set-a-wage").title == "Set a wage"
    assert Level.objects.get(question__slug="leave", number=0).statement == "leave at 0."


def test_rows_without_a_file_are_named_until_they_are_retired(folder: Path) -> None:
    run(folder)
    (folder / "strategies" / "offer-leave.yaml").unlink()
    write(folder, {**small_documents(), "strategy": [strategy("give-leave", "leave")]})
    assert run(folder)[-1] == "only in the tables: strategy offer-leave"
    assert not Strategy.objects.get(slug="offer-leave").is_retired
    Strategy.objects.filter(slug="offer-leave").update(is_retired=True)
    assert run(folder) == ["0 added", "0 updated", "7 unchanged"]


def test_a_row_once_equal_to_its_file_counts_as_loaded(
    folder: Path, documents: Documents, rewrite: Callable[[], None]
) -> None:
    run(folder)
    Strategy.objects.filter(slug="set-a-wage").update(title="Agreed")
    for title, outcome in [("Agreed", "0 updated"), ("Later", "1 updated")]:
        documents["strategy"][0]["title"] = title
        rewrite()
        assert run(folder)[1] == outcome
    assert Strategy.objects.get(slug="set-a-wage").title == "Later"


@pytest.mark.db
def test_a_file_never_lowers_a_meaning_nor_takes_publishing_for_an_edit(
    folder: Path, documents: Documents, rewrite: Callable[[], None]
) -> None:
    run(folder)
    publish()
    documents["component"][0]["questions"][0]["text"] = "What about tips?"
    rewrite()
    run(folder)
    assert publish().label == "2.0"
    assert Question.objects.get(slug="wage").meaning == 2
    assert run(folder) == ["0 added", "0 updated", "7 unchanged"]
    documents["component"][0]["questions"][0]["hint"] = "Cash counts."
    rewrite()
    assert run(folder)[1] == "1 updated"
    assert Question.objects.get(slug="wage").meaning == 2
    assert publish().label == "2.1"


# -- Broken files ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("noun", "change", "problem"),
    [
        (
            "strategy",
            {"days": "soon"},
            "strategies/set-a-wage.yaml, line 10, days: expected a whole number, found text",
        ),
        ("strategy", {"title": None}, "strategies/set-a-wage.yaml, line 3, title: missing"),
        ("strategy", {"efort": "low"}, "strategies/set-a-wage.yaml, line 26, efort: unknown key"),
        (
            "component",
            {"position": True},
            "components/pay.yaml, line 2, position: expected a whole number, "
            "found yes or no (True)",
        ),
        (
            "resource",
            {"sectors": [72]},
            f"archive/{GUIDE}.yaml, line 17, sectors[1]: expected text, found a whole number (72); "
            "put it in quotation marks",
        ),
    ],
)
def test_a_broken_file_is_refused_whole_naming_file_and_key(
    *,
    folder: Path,
    documents: Documents,
    rewrite: Callable[[], None],
    noun: str,
    change: dict[str, Any],
    problem: str,
) -> None:
    documents[noun][0] |= change
    rewrite()
    assert refusal(folder) == ["1 problem(s), nothing was loaded:", f"  {problem}"]
    assert not Component.objects.exists()


def test_every_problem_of_every_file_is_told(
    folder: Path, documents: Documents, rewrite: Callable[[], None]
) -> None:
    documents["strategy"][0]["days"] = "soon"
    documents["component"][0]["questions"][1]["weight"] = None
    rewrite()
    (folder / "archive" / f"{GUIDE}.yaml").write_text("title: [unclosed")
    told = refusal(folder)
    assert told[0] == "3 problem(s), nothing was loaded:"
    text = "\n".join(told[1:])
    assert "strategies/set-a-wage.yaml, line 10, days: expected a whole number" in text
    assert "components/pay.yaml, line 36, questions[2].weight: missing" in text
    assert f"archive/{GUIDE}.yaml, line 1: a list in square brackets is not closed" in text


def test_a_file_is_named_for_its_slug(folder: Path) -> None:
    (folder / "strategies" / "set-a-wage.yaml").rename(folder / "strategies" / "other.yaml")
    assert refusal(folder)[1:] == [
        "  strategies/other.yaml, line 1, slug: “set-a-wage” is not the name of the file"
    ]


@pytest.mark.parametrize(
    ("noun", "change", "problem"),
    [
        ("resource", {"kind": "poem"}, f"archive/{GUIDE}.yaml, line 4, kind: "),
        ("resource", {"title": "x" * 251}, f"archive/{GUIDE}.yaml, line 3, title: "),
        ("resource", {"original_url": "javascript:x"}, f"archive/{GUIDE}.yaml, line 16, original_"),
        (
            "resource",
            {
                "other_urls": [
                    {"url": u, "note": "A copy."} for u in ("https://a.org/", "javascript:x")
                ]
            },
            f"archive/{GUIDE}.yaml, line 19, other_urls[2].url: Enter a valid URL.",
        ),
        (
            "resource",
            {"facts": [{"text": "So.", "source": "p. 1", "basis": "rumor"}]},
            f"archive/{GUIDE}.yaml, line 15, facts[1].basis: Value 'rumor' is not a valid choice. "
            "Choose one of: direct, companion, inference.",
        ),
        ("strategy", {"title": "x" * 121}, "strategies/set-a-wage.yaml, line 3, title: "),
        ("component", {"code": "TOO-LONG-A-CODE"}, "components/pay.yaml, line 3, code: "),
    ],
)
@pytest.mark.db
def test_what_does_not_fit_its_column_is_refused_whole(
    *,
    folder: Path,
    documents: Documents,
    rewrite: Callable[[], None],
    noun: str,
    change: dict[str, Any],
    problem: str,
) -> None:
    run(folder)
    documents["resource"][1]["title"] = "Would have been changed"
    documents[noun][0] |= change
    rewrite()
    told = refusal(folder)
    assert told[0] == "1 problem(s), nothing was loaded:"
    assert told[1].startswith(f"  {problem}")
    assert not Resource.objects.filter(title="Would have been changed").exists()


def test_a_strategy_for_a_question_that_was_not_taken_is_refused(
    folder: Path, documents: Documents, rewrite: Callable[[], None]
) -> None:
    run(folder)
    Component.objects.filter(slug="benefits").update(summary="As staff say.")
    documents["component"][1]["questions"].append(question("meals", "BN-2", "benefits"))
    documents["strategy"].append(strategy("share-meals", "meals"))
    rewrite()
    assert refusal(folder)[1:] == [
        "  strategies/share-meals.yaml, line 15, serves[1].question: “meals” is not in the tables: "
        "its component was changed by staff and is kept as it is. Replace that too, or leave this "
        "out."
    ]
    assert not Strategy.objects.filter(slug="share-meals").exists()


# -- The first load --------------------------------------------------------------------------


@pytest.mark.db
def test_only_an_empty_toolkit_is_loaded_and_published(folder: Path) -> None:
    assert run(folder, "--publish-if-empty")[-1] == "Published Edition 1.0."
    Strategy.objects.filter(slug="set-a-wage").update(title="As staff say")
    assert run(folder, "--publish-if-empty") == ["The toolkit has content already; left as it is."]
    assert [e.label for e in Edition.objects.all()] == ["1.0"]
    assert Strategy.objects.get(slug="set-a-wage").title == "As staff say"


# -- Exporting -------------------------------------------------------------------------------


def test_staff_s_edits_are_exported(folder: Path, tmp_path: Path) -> None:
    run(folder)
    Strategy.objects.filter(slug="set-a-wage").update(title="As staff say")
    StrategyServes.objects.filter(strategy__slug="set-a-wage").update(levels=[0])
    Strategy.objects.filter(slug="offer-leave").update(is_retired=True)
    out = StringIO()
    call_command("export_content", str(tmp_path / "out"), stdout=out)
    assert out.getvalue() == "6 files written.\n"
    exported = (tmp_path / "out" / "strategies" / "set-a-wage.yaml").read_text()
    assert "title: As staff say\n" in exported
    assert not (tmp_path / "out" / "strategies" / "offer-leave.yaml").exists()


@pytest.mark.db
def test_the_real_content_survives_export_and_import_byte_for_byte(tmp_path: Path) -> None:
    load(read_content())
    export_content(tmp_path / "first")
    first = files(tmp_path / "first")
    assert set(first) == set(files(CONTENT))
    assert read_content(tmp_path / "first") == read_content(), "the files say the same"
    assert run(tmp_path / "first") == ["0 added", "0 updated", f"{len(first)} unchanged"]
    Strategy.objects.all().delete()
    Question.objects.all().delete()
    Resource.objects.update(is_retired=True)
    load(read_content(tmp_path / "first"), overwrite=True)
    export_content(tmp_path / "second")
    assert files(tmp_path / "second") == first
