"""The environment variables that configure the project, read off its code."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from scripts.terminal import ROOT

VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


def variables() -> set[str]:
    """Name every environment variable that the settings or a command read."""
    files = [ROOT / "jobquality" / "settings.py", *sorted((ROOT / "scripts").glob("*.py"))]
    return {name for file in files for name in _read_in(file)}


def _read_in(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=func) if ast.unparse(func) == "dj_database_url.config":
                yield "DATABASE_URL"
            # os.environ.get("X"), os.getenv("X"), env_flag("X") and their like.
            case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]) if (
                "env" in ast.unparse(func) and VARIABLE.fullmatch(name)
            ):
                yield name
            case ast.Subscript(slice=ast.Constant(value=str(name)), ctx=ast.Load()) if (
                ast.unparse(node.value) == "os.environ"
            ):
                yield name


def clean_environment(**values: str) -> dict[str, str]:
    """Copy the environment without the project's own variables, then with ``values``.

    So a developer's local settings change no test and no check.
    """
    own = variables() | {"DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in own} | values
