"""Which migrations this release has, beside those a database went through."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

type Name = tuple[str, str]  # app and migration


@cache
def of_this_release() -> dict[Name, Migration]:
    """Every migration of the installed apps, read from their files once; asks no database."""
    return dict(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def due(applied: Collection[Name]) -> list[Name]:
    """The migrations of this release that a database with ``applied`` still waits for."""
    return sorted(
        name
        for name, migration in of_this_release().items()
        if name not in applied and not (migration.replaces and {*migration.replaces} <= {*applied})
    )


def unknown(applied: Collection[Name]) -> list[Name]:
    """Those among ``applied`` that this release does not have: a newer one made them."""
    known = {*of_this_release()}
    known.update(old for one in of_this_release().values() for old in one.replaces)
    return sorted({*applied} - known)
