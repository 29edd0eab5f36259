"""The check of migrations refuses what would break the release that still runs."""

import importlib
import sys
from pathlib import Path
from textwrap import indent

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

from scripts import check, lint_migrations
from scripts.lint_migrations import ACCEPTED, APPS, lint

MIGRATION = """\
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = {dependencies}
    operations = [
{operations}
    ]
"""
FIRST = """\
migrations.CreateModel("Thing", [
    ("id", models.BigAutoField(primary_key=True)),
    ("note", models.TextField()),
    ("level", models.IntegerField()),
]),"""


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("operation", "is_safe"),
    [
        ('migrations.RemoveField("thing", "note"),', False),
        ('migrations.RenameField("thing", "note", "remark"),', False),
        ('migrations.DeleteModel("Thing"),', False),
        ('migrations.AddField("thing", "who", models.TextField(default="x")),', False),
        (
            'migrations.AddField("thing", "who", models.TextField(default="x"), '
            "preserve_default=False),",
            False,
        ),
        ('migrations.AddField("thing", "who", models.TextField(null=True)),', True),
        ('migrations.AddField("thing", "who", models.TextField(db_default="x")),', True),
        ('migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),', True),
    ],
)
def test_a_migration_is_refused_or_not(
    operation: str, is_safe: bool, tmp_path: Path, monkeypatch, capsys
) -> None:
    folder = tmp_path / "later" / "migrations"
    folder.mkdir(parents=True)
    (tmp_path / "later" / "__init__.py").touch()
    (folder / "__init__.py").touch()
    migrations = {
        "0001_initial": ("[]", FIRST),
        "0002_next": ("[('later', '0001_initial')]", operation),
    }
    for name, (dependencies, operations) in migrations.items():
        text = MIGRATION.format(dependencies=dependencies, operations=indent(operations, " " * 8))
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for module in [name for name in sys.modules if name.partition(".")[0] == "later"]:
        monkeypatch.delitem(sys.modules, module)
    importlib.invalidate_caches()
    # SQLite makes the table anew, which looks like a new column that must not be empty. The check
    # itself asks PostgreSQL, whatever the site runs on.
    is_safe = is_safe and not (connection.vendor == "sqlite" and "db_default" in operation)
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, "later"]):
        assert lint(["later"]) is is_safe
    assert ("(later, 0002_next)... ERR" in capsys.readouterr().out) is not is_safe


def test_every_exception_is_of_a_migration_there_is_and_says_why() -> None:
    root = Path(lint_migrations.__file__).parent.parent
    for (app, name), (codes, reason) in ACCEPTED.items():
        assert (root / app / "migrations" / f"{name}.py").exists()
        assert (app in APPS, bool(codes), len(reason) > 20) == (True, True, True)


def test_it_is_among_the_checks() -> None:
    assert [
        command[1:] for _, command in check.checks() if "scripts.lint_migrations" in command
    ] == [["-m", "scripts.lint_migrations"]]
