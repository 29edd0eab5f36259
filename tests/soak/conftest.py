"""What the long runs stand on: real processes, on the tests' own database."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests import factories
from tests.soak.server import Server, served, tests_database_url, using


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Report a figure of a run: `make soak` prints what passing tests say."""

    def telling(**figures: object) -> None:
        for name, value in figures.items():
            record_property(name, value)
            print(f"{name.replace('_', ' ')}: {value}")

    return telling


@pytest.fixture
def elsewhere(
    django_db_setup: None, django_db_blocker: Any, settings: Any
) -> Iterator[Callable[[str], AbstractContextManager[None]]]:
    """Stand on a database of the test's own: ``with elsewhere(url):`` makes its tables."""
    # Tables as the models have them now: migrations are tested elsewhere and take seconds.
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    with django_db_blocker.unblock():
        yield using


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[Server]:
    """The site with the bakery's edition, served from the tests' database."""
    factories.publish_bakery_edition()
    with served(tests_database_url(), tmp_path / "server.log") as found:
        yield found


@pytest.fixture
def database() -> str:
    """Which database this is: “sqlite” or “postgresql”."""
    return connection.vendor


@pytest.fixture(scope="session")
def base_url() -> str:
    """None for all: each server here has an address of its own."""
    return ""
