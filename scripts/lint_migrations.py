"""Migrations that would break a running site, by what they do to PostgreSQL.

While an update is under way the release before still runs: a column that it writes must not go,
and one that it does not know needs a default in the database (``db_default``), or its next INSERT
fails.
"""

import os
import sys
from collections.abc import Mapping, Sequence

import django
from django.db import connections

from scripts import system_packages
from tests.postgres import private_postgres

APPS = ("assessment", "toolkit")
BEFORE_USE = "landed before any site was in use, so that no earlier release ran meanwhile"
# What is accepted all the same: migration, the linter's codes, and why. Never add one because it
# is easier: change it in two releases instead, first to be unused, then to be gone.
ACCEPTED: Mapping[tuple[str, str], tuple[Sequence[str], str]] = {
    ("toolkit", "0002_archive_and_desk"): (
        ("NOT_NULL", "CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE"),
        BEFORE_USE,
    ),
    ("assessment", "0003_decide_and_work"): (
        ("NOT_NULL", "ADD_UNIQUE", "DROP_INDEX", "CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE"),
        BEFORE_USE,
    ),
}
ADVICE = """\
These migrations would break the release that still runs while they are applied. Give a new column
db_default or null=True; take a column away one release after the last that used it. If one must go
through as it is, name it in scripts/lint_migrations.py with the reason."""


def lint(apps: Sequence[str]) -> bool:
    """Print what is wrong with the migrations of these apps; returns whether nothing is.

    Needs Django set up; asks its default database for its SQL and changes nothing there.
    """
    from django_migration_linter import MigrationLinter

    linter = MigrationLinter(no_cache=True, include_apps=apps, quiet=["ok"])
    for (app, name), migration in sorted(linter.migration_loader.disk_migrations.items()):
        if app in apps:
            linter.exclude_migration_tests, _ = ACCEPTED.get((app, name), ((), ""))
            linter.lint_migration(migration)
    return not linter.has_errors


def main() -> int:
    """Lint against a PostgreSQL of our own; returns the exit code."""
    system_packages.require(system_packages.POSTGRES)
    with private_postgres() as url:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "jobquality.settings"}
        django.setup()
        try:
            is_sound = lint(APPS)
        finally:
            connections.close_all()
    if not is_sound:
        print(ADVICE)
    return 0 if is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
