"""PostgreSQL restarted under load: clear errors, the queue sent again, nothing confirmed lost."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from itertools import cycle, islice
from pathlib import Path

import pytest
from django.db import connection

from tests import factories, postgres
from tests.pages import plain
from tests.soak.employers import (
    all_is_as_confirmed,
    employers,
    wait_for_more,
    wait_for_status,
)
from tests.soak.server import served

type Elsewhere = Callable[[str], AbstractContextManager[None]]


def restart_under_load(elsewhere: Elsewhere, log: Path, *, restarts: int) -> dict[str, object]:
    """Stop and start PostgreSQL so many times, every other time as by a crash; the figures."""
    with ExitStack() as stack:
        # As in production: what a commit says is stored has to outlive the server's own end.
        url = stack.enter_context(postgres.private_postgres(is_durable=True))
        stack.enter_context(elsewhere(url))
        factories.publish_bakery_edition()
        server = stack.enter_context(served(url, log))
        people = employers(server.url, restarts)
        for one in people:
            stack.callback(one.close)
        for mode in islice(cycle(["immediate", "fast"]), restarts):
            wait_for_more(people, 20)
            connection.close()  # the tests' own is no part of this
            postgres.stop(url, mode)
            wait_for_status(people, 503)
            page = people[0].see()
            assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
            assert "The site is temporarily unavailable" in plain(page.text)
            postgres.start(url)
        wait_for_more(people, 20)
        for one in people:
            one.stop()
        for one in people:
            all_is_as_confirmed(one)
            assert set(one.statuses) <= {200, 503}
        return {
            "restarts": restarts,
            "answers_confirmed": sum(one.count for one in people),
            "told_503": sum(one.statuses.get(503, 0) for one in people),
            "lost": 0,
        }


def test_a_restarted_database_loses_nothing_and_the_site_recovers(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    figures = restart_under_load(elsewhere, tmp_path / "server.log", restarts=1)
    assert figures["told_503"]


@pytest.mark.soak
@pytest.mark.disk
def test_thirty_restarts(elsewhere: Elsewhere, tmp_path: Path, tell) -> None:
    tell(**restart_under_load(elsewhere, tmp_path / "server.log", restarts=30))
