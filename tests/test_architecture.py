"""The house's rules of who may import whom, held by walking the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# A package may import those to its right, never to its left.
LAYERS = ("jobquality", "assessment", "toolkit")
VAGUE_NAMES = {"utils", "helpers", "common", "services", "managers", "misc"}


def modules(package: str) -> list[Path]:
    found = [file for file in (ROOT / package).rglob("*.py") if "migrations" not in file.parts]
    assert found, f"{package} has no code"
    return sorted(found)


def imports(file: Path) -> Iterator[str]:
    """Yield the full name of every module that ``file`` imports, wherever in it."""
    package = file.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = package[: len(package) - node.level + 1] if node.level else ()
            yield ".".join([*parent, *([node.module] if node.module else [])])


def tops(file: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(file)}


@pytest.mark.parametrize("package", LAYERS)
def test_imports_point_one_way(package: str) -> None:
    above = set(LAYERS[: LAYERS.index(package)])
    offenders = {str(file.relative_to(ROOT)): tops(file) & above for file in modules(package)}
    assert {file: names for file, names in offenders.items() if names} == {}


@pytest.mark.parametrize("package", LAYERS)
def test_the_site_does_not_lean_on_its_tools(package: str) -> None:
    tools = {"tests", "bench", "scripts", "pytest", "hypothesis"}
    assert [file for file in modules(package) if tops(file) & tools] == []


def test_weasyprint_is_imported_for_documents_only() -> None:
    users = {
        file.relative_to(ROOT)
        for package in (*LAYERS, "scripts")
        for file in modules(package)
        if "weasyprint" in tops(file)
    }
    strays = [str(file) for file in users if file.parts[:2] != ("assessment", "documents")]
    assert (bool(users), strays) == (True, [])


@pytest.mark.parametrize("library", ["docx", "openpyxl", "icalendar"])
def test_a_file_format_is_known_to_documents_only(library: str) -> None:
    users = [file for package in LAYERS for file in modules(package) if library in tops(file)]
    strays = [file for file in users if file.relative_to(ROOT).parts[1] != "documents"]
    assert (bool(users), strays) == (True, [])


def test_only_the_link_check_asks_other_sites() -> None:
    everything = [file for package in (*LAYERS, "scripts") for file in modules(package)]
    users = {
        name: [str(file.relative_to(ROOT)) for file in everything if name in {*imports(file)}]
        for name in ("httpx2", "toolkit.link_fetch")
    }
    assert users == {
        # The smoke test of a server asks that server.
        "httpx2": ["toolkit/link_fetch.py", "scripts/smoke.py"],
        "toolkit.link_fetch": ["toolkit/management/commands/check_links.py"],
    }


@pytest.mark.parametrize("package", LAYERS)
def test_every_module_is_named_for_its_noun(package: str) -> None:
    assert [file for file in modules(package) if {*file.parts, file.stem} & VAGUE_NAMES] == []
