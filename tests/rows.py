"""Rows of the toolkit that take long to make: made once in a process, then put back in a moment."""

from collections.abc import Callable

from django.apps import apps
from django.db import models, transaction

from toolkit.models import Resource


def rows_of_toolkit() -> list[models.Model]:
    """Every row of the toolkit's own tables, each table in the order it was filled."""
    tables = apps.get_app_config("toolkit").get_models(include_auto_created=True)
    # A proxy's rows are another app's: the log of the desk.
    own = [table for table in tables if not table._meta.proxy]
    return [row for table in own for row in table._base_manager.order_by("pk")]


def put_back(rows: list[models.Model]) -> None:
    """Fill the empty tables of the toolkit with rows that ``rows_of_toolkit`` returned."""
    by_table: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_table.setdefault(type(row), []).append(row)
    # PostgreSQL asks only at the end whether a row that another points at is there.
    with transaction.atomic():
        for table, its_rows in by_table.items():
            table._base_manager.bulk_create(its_rows)


class MadeOnce:
    """Call it in a test to have what ``make`` leaves in the empty tables of the toolkit.

    ``make`` runs the first time only, so it must always leave the same.
    """

    def __init__(self, make: Callable[[], object]) -> None:
        self.make = make
        self.rows: list[models.Model] | None = None

    def __call__(self) -> None:
        assert not Resource.objects.exists(), "the tables are filled already"
        if self.rows is None:
            self.make()
            self.rows = rows_of_toolkit()
        else:
            put_back(self.rows)
