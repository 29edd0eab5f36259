"""What migrations make of rows that were there before them."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import F
from django.utils import timezone

from tests.toolkit.small import content
from toolkit.importing import load
from toolkit.models import Resource

pytestmark = [pytest.mark.django_db, pytest.mark.db]

BEFORE_FILLING = ("toolkit", "0002_archive_and_desk")


def fill_search_columns() -> None:
    """Run 0003 on the rows there are, with the models of its time."""
    apps = MigrationLoader(connection).project_state(BEFORE_FILLING).apps
    migration = import_module("toolkit.migrations.0003_fill_search_columns")
    migration.fill(apps, connection.schema_editor())


def test_items_of_before_get_what_saving_makes_for_the_search() -> None:
    load(content())
    Resource.objects.filter(number=1).update(search_text="")  # never saved by this app
    columns = ("slug", *Resource.DERIVED)
    expected = list(Resource.objects.exclude(number=1).values_list(*columns))
    assert expected
    Resource.objects.update(component_slugs="", title_end=0, organization_end=0, summary_end=0)

    fill_search_columns()

    assert list(Resource.objects.exclude(number=1).values_list(*columns)) == expected
    without_text = Resource.objects.get(number=1)
    assert (without_text.component_slugs, without_text.title_end) == (" pay ", 0)


def test_no_item_was_added_after_its_last_change() -> None:
    load(content())
    later = timezone.now() + timedelta(days=1)
    Resource.objects.filter(number=1).update(added_at=later)
    before = Resource.objects.get(number=2).added_at

    fill_search_columns()

    assert Resource.objects.filter(number=1, added_at=F("changed_at")).exists()
    assert Resource.objects.get(number=2).added_at == before
