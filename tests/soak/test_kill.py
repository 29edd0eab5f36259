"""The server killed in the midst of autosaves: what it confirmed is there, what waits arrives."""

import random
from contextlib import ExitStack

import pytest
from django.db import connection

from tests.soak.employers import all_is_as_confirmed, employers, nothing_is_lost, wait_for_more
from tests.soak.server import Server

pytestmark = pytest.mark.db
MOST_BETWEEN = 80  # answers confirmed between a start and the next kill


def kill_and_restart(server: Server, *, kills: int, seed: int) -> dict[str, object]:
    """Kill a server so many times, each after a random number of answers; returns the figures.

    Fails if anything confirmed is not there before it starts again, if an employer is ever told of
    a conflict with itself, or if in the end site and database differ from what was confirmed.
    """
    moments = random.Random(seed)
    interrupted = unconfirmed = 0
    people = employers(server.url, seed)
    with ExitStack() as leaving:
        for one in people:
            leaving.callback(one.close)
        for _ in range(kills):
            wait_for_more(people, moments.randint(1, MOST_BETWEEN))
            server.kill()
            interrupted += sum(len(one.queue) for one in people)
            unconfirmed += sum(nothing_is_lost(one) for one in people)
            server.start()
        wait_for_more(people, 20)
        for one in people:
            one.stop()
        for one in people:
            all_is_as_confirmed(one)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA integrity_check")
                assert cursor.fetchall() == [("ok",)]
    return {
        "kills": kills,
        "answers_confirmed": sum(one.count for one in people),
        "on_their_way_when_killed": interrupted,
        "stored_without_reply": unconfirmed,
        "sent_again": sum(one.resent for one in people),
        "lost": 0,
    }


def test_a_killed_server_has_lost_nothing_it_confirmed(server: Server) -> None:
    assert kill_and_restart(server, kills=1, seed=1)["answers_confirmed"]


@pytest.mark.soak
def test_fifty_killed_servers_have_lost_nothing_they_confirmed(
    server: Server, database: str, tell
) -> None:
    seed = random.randrange(2**32)
    print(f"seed: {seed}")
    tell(database=database, **kill_and_restart(server, kills=50, seed=seed))
