"""What the long runs stand on: real processes, on the tests' own database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests import factories
from tests.soak.server import Server, served, tests_database_url


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Report a figure of a run: `make soak` prints what passing tests say."""

    def telling(**figures: object) -> None:
        for name, value in figures.items():
            record_property(name, value)
            print(f"{name.replace('_', ' ')}: {value}")

    return telling


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
