"""What tests of the whole site share."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import override_settings


@pytest.fixture
def tasks(transactional_db: None) -> Iterator[Any]:
    """The table of tasks, whether or not the site has a queue."""
    installed = [*settings.INSTALLED_APPS]
    has_queue = "django_tasks_db" in installed
    with override_settings(INSTALLED_APPS=installed + ["django_tasks_db"] * (not has_queue)):
        model: Any = apps.get_app_config("django_tasks_database").get_model("DBTaskResult")
        if has_queue:
            yield model.objects
            return
        with connection.schema_editor() as editor:
            editor.create_model(model)
        try:
            yield model.objects
        finally:
            with connection.schema_editor() as editor:
                editor.delete_model(model)
