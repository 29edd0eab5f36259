"""Word and Excel files as LibreOffice opens them: by a program that did not write them."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from assessment.documents import spreadsheet, word
from assessment.documents.printable import printable
from assessment.plan_document import PlanAction
from tests import plans
from tests.plans import actions_in, plan_in

pytestmark = pytest.mark.soak

PATIENCE = 180


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile of LibreOffice of our own: the user's may be open in a window."""
    return tmp_path_factory.mktemp("libreoffice")


def converted(file: Path, kind: str, profile: Path) -> Path:
    """``file`` as LibreOffice saves it under another format, beside it."""
    command = [
        shutil.which("soffice") or "soffice",
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        str(file.parent / "converted"),
        str(file),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    result = file.parent / "converted" / f"{file.stem}.{kind.partition(':')[0]}"
    assert result.exists(), f"{done.stdout} {done.stderr}"
    return result


def squeezed(text: str) -> str:
    return re.sub(r"[\s☐☒\ufeff]|•|\x0c", "", text)


@pytest.mark.parametrize("state", plans.STATES)
def test_libreoffice_reads_every_word_of_the_word_file(state, profile, tmp_path):
    document = plan_in(state)
    file = tmp_path / "plan.docx"
    file.write_bytes(word.render_plan(document))

    said = squeezed(converted(file, "txt:Text (encoded):UTF8", profile).read_text())

    for action in actions_in(document):
        for text in (action.title, action.next_step, action.owner, action.due_text, action.notes):
            assert squeezed(printable(text)) in said
        assert [s for s in action.support.steps if squeezed(s) not in said] == []
    texts = [
        *document.limits,
        *(c.label for c in document.components),
        *(line.practice.text for line in document.find_out),
        *(line.next_step for line in document.not_now),
        *(card.shown_title for card in document.sources),
        *(card.address for card in document.sources),
    ]
    assert [text for text in texts if squeezed(text) not in said] == []


@pytest.mark.parametrize("state", ["typical", "hostile", "long-names"])
def test_libreoffice_prints_the_word_file(state, profile, tmp_path):
    file = tmp_path / "plan.docx"
    file.write_bytes(word.render_plan(plan_in(state)))

    reader = PdfReader(converted(file, "pdf", profile))
    pages = [page.extract_text() for page in reader.pages]
    count = len(pages)

    assert 12 <= count <= 40
    assert squeezed(f"Page 2 of {count}") in squeezed(pages[1])
    # The cover has no running header, every other page has.
    assert [page.startswith("Job quality action plan") for page in pages] == (
        [False] + [True] * (count - 1)
    )
    for limit in plan_in(state).limits:
        assert squeezed(limit) in squeezed(" ".join(pages))


def test_libreoffice_keeps_headings_and_tables_when_it_saves_the_word_file(profile, tmp_path):
    file = tmp_path / "plan.docx"
    file.write_bytes(word.render_plan(plan_in("typical")))
    before = docx.Document(str(file))

    after = docx.Document(str(converted(file, "docx", profile)))

    for style in ("Heading 1", "Heading 2", "Heading 3"):
        found = [
            [p.text for p in d.paragraphs if p.style is not None and p.style.name == style]
            for d in (before, after)
        ]
        assert found[0]
        assert found[0] == found[1]
    assert len(after.tables) == len(before.tables)
    assert after.core_properties.title == before.core_properties.title


@pytest.mark.parametrize("state", plans.STATES)
def test_libreoffice_reads_the_same_actions_from_the_workbook(state, profile, tmp_path):
    document = plan_in(state)
    file = tmp_path / "plan.xlsx"
    file.write_bytes(spreadsheet.render_workbook(document))

    # The first sheet, in UTF-8, every cell as it is shown.
    table = converted(file, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true", profile)
    with table.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))

    actions = actions_in(document)
    assert [row["Action"] for row in rows] == [printable(a.title) for a in actions]
    assert [row["Owner"] for row in rows] == [printable(a.owner) for a in actions]
    assert [bool(row["Due"]) for row in rows] == [bool(a.due_on) for a in actions]


def test_libreoffice_takes_nothing_typed_for_a_formula(profile, tmp_path):
    action = PlanAction(key="k", title="=1+1", next_step="+2", owner="@SUM(1)", cost="-3")
    document = plans.make_plan("", actions=[action])
    workbook, plain = tmp_path / "plan.xlsx", tmp_path / "actions.csv"
    workbook.write_bytes(spreadsheet.render_workbook(document))
    plain.write_bytes(spreadsheet.render_actions(document))

    shown = converted(workbook, "csv", profile).read_text(encoding="utf-8-sig")
    again = converted(plain, "ods", profile)
    listed = converted(again, "csv", profile).read_text(encoding="utf-8-sig")

    assert "=1+1,+2," in shown.replace('"', "")
    assert "'=1+1,'+2," in listed.replace('"', "")
