"""`make check`: everything that can be said about the code without running its tests."""

import secrets
import sys
import tempfile
from collections.abc import Iterator

from scripts import set_up
from scripts.configuration import clean_environment
from scripts.terminal import ROOT, say, step

DJANGO_VERSION = "6.1"

type Check = tuple[str, list[str]]


def main() -> None:
    """Run every check, stopping at the first that fails with its name as the last line."""
    set_up.environment(set_up.TEST)
    with tempfile.TemporaryDirectory(prefix="jobquality-check-") as folder:
        # As deployed: DEBUG off, a folder for copies, and a database migrated from nothing.
        env = clean_environment(
            SECRET_KEY=secrets.token_urlsafe(50),
            ALLOWED_HOSTS="example.org",
            DATABASE_URL=f"sqlite:///{folder}/check.sqlite3",
            COPIES_DIR=folder,
        )
        for name, command in checks():
            step(name, command, env=env)
    say("Every check passed.")


def checks() -> Iterator[Check]:
    """Each check's name and command, the quickest first."""
    python = str(set_up.PYTHON)
    manage = [python, "-W", "error", "manage.py"]
    yield "Lint (ruff check)", [python, "-m", "ruff", "check"]
    yield "Format (ruff format)", [python, "-m", "ruff", "format", "--check"]
    yield "Templates (djade)", [*_djade(), *_templates()]
    yield "Types (mypy)", [python, "-m", "mypy", "."]
    yield "Deployment (check --deploy)", [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    yield "Migrations complete", [*manage, "makemigrations", "--check", "--dry-run", "--no-input"]
    yield "Migrations safe on a running site", [python, "-m", "scripts.lint_migrations"]
    yield "Migrations apply", [*manage, "migrate", "--verbosity", "0"]
    yield "Content (load_content --check)", [*manage, "load_content", "--check"]


def _djade() -> list[str]:
    return [str(set_up.PYTHON.with_name("djade")), "--check", "--target-version", DJANGO_VERSION]


def _templates() -> list[str]:
    found = sorted(
        str(file.relative_to(ROOT))
        for folder in (ROOT / "templates", *ROOT.glob("*/templates"))
        for file in folder.rglob("*.html")
    )
    if not found:
        sys.exit("Failed: no template was found")
    return found


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
