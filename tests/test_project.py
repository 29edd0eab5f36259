"""The repository's promises: README, commands, configuration, pins and what must not be in it."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.core.management import call_command
from packaging.requirements import Requirement

from scripts.configuration import variables

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = {"run", "test", "check", "bench", "soak"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    """The pinned versions of a requirements file, by package."""
    return {
        (requirement := Requirement(line)).name: str(requirement.specifier).removeprefix("==")
        for line in read(name).splitlines()
    }


def tracked_texts() -> dict[str, str]:
    """Every tracked text file, by path. A new file counts before it is added."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    contents = {
        name: (ROOT / name).read_bytes()
        for name in listed.split("\0")
        if name and (ROOT / name).is_file()
    }
    return {name: data.decode() for name, data in contents.items() if b"\0" not in data}


def make_targets(page: str) -> set[str]:
    """What the code of a page gives to make."""
    code = " ".join(re.findall(r"```.*?```|`[^`\n]+`", page, flags=re.DOTALL))
    return set(re.findall(r"\bmake +([a-z]+)", code))


# -- README -----------------------------------------------------------------------------------


def test_the_readme_and_the_makefile_name_the_same_commands() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), flags=re.MULTILINE))
    assert (make_targets(read("README.md")), targets) == (COMMANDS, COMMANDS | {"help"})


def test_no_other_page_names_a_target_there_is_not() -> None:
    pages = {name: text for name, text in tracked_texts().items() if name.endswith(".md")}
    found = {name: make_targets(text) - COMMANDS for name, text in pages.items()}
    assert {name: extra for name, extra in found.items() if extra} == {}


def test_every_target_is_phony() -> None:
    makefile = read("Makefile")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    assert phony.split() == re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE)


def test_the_readme_lists_every_environment_variable_that_is_read() -> None:
    _, _, section = read("README.md").partition("\n## Configuration\n")
    section = section.partition("\n## ")[0]
    listed = re.findall(r"^\| *`([A-Z0-9_]+)`", section, flags=re.MULTILINE)
    assert sorted(listed) == sorted(variables())


# -- Pages ------------------------------------------------------------------------------------

NUMBERS = r"[0-9]+(?:-[0-9]+)?"
# Where docs/production.md puts the repository.
ON_A_SERVER = "/+srv/jobquality/current/"


def in_one_line(text: str) -> str:
    """A text without its line breaks, and without what begins a line of a comment."""
    return re.sub(r"\s*\n\s*(?:#|//)?\s*", " ", text)


def cited(text: str) -> list[int]:
    """The numbers of decisions that a text cites; “9-11” stands for three."""
    lists = re.findall(rf"decisions\.md ({NUMBERS}(?:, {NUMBERS})*)", in_one_line(text))
    spans = [span.partition("-") for numbers in lists for span in numbers.split(", ")]
    return [n for first, _, last in spans for n in range(int(first), int(last or first) + 1)]


def test_every_page_named_is_in_the_repository() -> None:
    """By its path, by its name alone where it is in docs/, or from the page that links to it."""
    texts = tracked_texts()
    missing = [
        (file, name)
        for file, text in texts.items()
        for name in re.findall(rf"(?:{ON_A_SERVER})?([\w./-]*\w\.md\b)", text)
        if not {name, f"docs/{name}"} & {*texts}
        and not ((ROOT / file).parent / name).resolve().is_file()
    ]
    assert missing == []


def anchors(page: str) -> set[str]:
    """The names under which the headings of a page can be linked to."""
    headings = re.findall(r"^#+ (.+)$", page, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_to_a_part_of_a_page_leads_to_a_heading() -> None:
    pages = {name: text for name, text in tracked_texts().items() if name.endswith(".md")}
    links = [
        (file, page or Path(file).name, part)
        for file, text in pages.items()
        for page, part in re.findall(r"\]\(([^()\s:#]*)#([^()\s]+)\)", text)
    ]
    assert links
    assert [
        (file, page, part)
        for file, page, part in links
        if part not in anchors(((ROOT / file).parent / page).read_text(encoding="utf-8"))
    ] == []


def test_every_decision_cited_is_on_the_page_once() -> None:
    known = [
        int(n) for n in re.findall(r"^\*\*([0-9]+)\. ", read("docs/decisions.md"), re.MULTILINE)
    ]
    assert sorted(known) == list(range(1, len(known) + 1))
    found = {file: cited(text) for file, text in tracked_texts().items()}
    assert sum(map(len, found.values())) > len(known)
    assert {file: missing for file, c in found.items() if (missing := {*c} - {*known})} == {}


def test_citations_are_read_as_they_are_written() -> None:
    text = "decisions.md 3, 9-11; also\n    # (decisions.md\n    # 20,\n    # 41). decisions.md is"
    assert cited(text) == [3, 9, 10, 11, 20, 41]


# -- Dependencies -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_nothing_else(name: str) -> None:
    condition = r"\(?[a-z_]+ (?:[!=]=|>=|<) '[A-Za-z0-9.]+'\)?"
    line = rf"[a-z0-9-]+==[0-9][0-9a-z.]*( ; {condition}(?: (?:and|or) {condition})*)?"
    assert [found for found in read(name).splitlines() if not re.fullmatch(line, found)] == []


def test_the_test_requirements_hold_the_site_s_own() -> None:
    ours, tests = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: tests.get(name) for name in ours} == ours


def test_pins_are_within_the_bounds_of_pyproject() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    site, tests = project["project"]["dependencies"], project["dependency-groups"]["dev"]
    for listed, file in [(site, "requirements.txt"), (tests, "requirements-dev.txt")]:
        pinned = pins(file)
        wanted = [Requirement(text) for text in listed]
        assert [
            f"{want} is pinned at {pinned.get(want.name)}"
            for want in wanted
            if want.name not in pinned or pinned[want.name] not in want.specifier
        ] == []


def test_every_dependency_says_why_it_is_there() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    listed = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    reasons = dict(
        re.findall(r'^  "([^"]+)", +# (\S.*)$', read("pyproject.toml"), flags=re.MULTILINE)
    )
    assert [entry for entry in listed if entry not in reasons] == []


def test_what_the_site_imports_is_listed_and_not_there_by_chance() -> None:
    nodes = [
        node
        for folder in ("assessment", "jobquality", "toolkit")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    ]
    modules = [n.module or "" for n in nodes if isinstance(n, ast.ImportFrom) and not n.level]
    modules += [name.name for n in nodes if isinstance(n, ast.Import) for name in n.names]
    names = {module.partition(".")[0] for module in modules} - sys.stdlib_module_names
    project = tomllib.loads(read("pyproject.toml"))["project"]
    listed = {Requirement(text).name for text in project["dependencies"]}
    found = packages_distributions()
    assert {
        name
        for name in names
        if not (ROOT / name).is_dir()
        and not {package.lower().replace("_", "-") for package in found[name]} & listed
    } == set()


def test_python_version_is_one_the_project_allows() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert (read(".python-version"), project["requires-python"]) == ("3.13\n", ">=3.12")


# -- What must not be in it -------------------------------------------------------------------


def test_no_file_names_a_package_registry() -> None:
    # Spelled in halves, or this file would be the first to break its rule.
    hosts = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com"]
    hosts += ["deb." + "debian.org", "archive." + "ubuntu.com", "index-" + "url"]
    assert [
        (name, host) for name, text in tracked_texts().items() for host in hosts if host in text
    ] == []


def test_no_file_names_a_path_of_somebody_s_machine() -> None:
    machine_path = re.compile(r"(?<![\w./:}-])/(?:work|root|home|Users)/\w")
    assert [
        (name, found)
        for name, text in tracked_texts().items()
        for found in machine_path.findall(text)
    ] == []


def test_no_secret_or_database_is_tracked() -> None:
    command = ["git", "ls-files"]
    tracked = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    private = re.compile(r"(^|/)(\.env|data/|staticfiles/|\.venv/|__pycache__/)|\.sqlite3")
    assert [name for name in tracked.splitlines() if private.search(name)] == []


# -- Static files -----------------------------------------------------------------------------


def test_static_files_can_be_collected_for_production(tmp_path: Path, settings) -> None:
    """Hashing fails on any reference to a file that is not there."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "staticfiles.json").exists()
