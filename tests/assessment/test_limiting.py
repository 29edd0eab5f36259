"""Limits on how often: where they stand, that a workshop never meets them, that nothing is lost."""

from __future__ import annotations

import json
import re
import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessment import limiting
from assessment.limiting import LIMITS, Limit
from assessment.models import AccessLink, Answer, Assessment, IssuedDocument, RequestCount
from assessment.takeout import FORMAT
from tests import factories
from tests.browser.addresses import names
from tests.pages import heading, html, sends, words
from tests.people import Person, person

pytestmark = pytest.mark.django_db
WORKSHOP = 40
# Which limit counts which address; written out by hand.
LIMITED = {
    "make_document": "document",
    "make_board_summary": "document",
    "make_word": "document",
    "workbook": "file",
    "export_json": "file",
    "sample": "worksheet",
    "worksheet": "worksheet",
    "own_worksheet": "worksheet",
    "type_back_sheet": "type_back",
    "mail_link": "mail_link",
    "open_mailed": "open_link",
    "reassess": "start",
    "component": "answer",
    "save_answer": "answer",
}


@pytest.fixture(autouse=True)
def limits(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """In force, with nothing counted so far."""
    settings.RATE_LIMITS = 1
    monkeypatch.setattr(limiting, "_in_memory", limiting._Memory())


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, clock: list[int]):
    """Put another limit in the place of one; no second passes by itself."""

    def put(name: str, **limit: Any) -> None:
        is_shared = LIMITS[name].is_shared
        monkeypatch.setitem(LIMITS, name, Limit(seconds=600, is_shared=is_shared, **limit))

    return put


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The time in Unix seconds, to be set."""
    now = [1_000_000]
    monkeypatch.setattr(limiting, "_now", lambda: now[0])
    return now


def answer(**changes: Any) -> dict[str, Any]:
    data = {"edition": "1", "wage-meaning": "1", "wage-revision": "0", "wage-choice": "2"}
    return data | changes


def started(client: Client, **extra: Any) -> Any:
    return client.post(reverse("assessment:start"), {"mode": "full", "covers": "site"}, **extra)


# -- counting ----------------------------------------------------------------------------------


@pytest.mark.db
def test_a_count_rises_in_its_window_and_begins_anew_after_it() -> None:
    counts = RequestCount.objects.all()
    assert counts.count_one({"a": 10, "b": 20}, now=0) == {"a": (1, 10), "b": (1, 20)}
    assert counts.count_one({"b": 25, "a": 15}, now=5) == {"a": (2, 10), "b": (2, 20)}
    assert counts.count_one({"a": 20, "b": 30}, now=10) == {"a": (1, 20), "b": (3, 20)}
    assert set(counts.over(now=20).values_list("key", flat=True)) == {"a", "b"}
    assert not counts.over(now=19).exists()


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_of_those_who_ask_at_once_each_is_counted() -> None:
    def ask(of: str) -> None:
        try:
            for _ in range(25):
                RequestCount.objects.all().count_one({of: 100, "overall": 100}, now=0)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(f"network-{n % 2}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = dict(RequestCount.objects.values_list("key", "count"))
    assert counted == {"network-0": 50, "network-1": 50, "overall": 100}


def test_counting_in_memory_is_the_same() -> None:
    counts = limiting._Memory()
    assert counts.count_one({"a": 10, "b": 20}, now=0) == {"a": (1, 10), "b": (1, 20)}
    assert counts.count_one({"a": 15}, now=5) == {"a": (2, 10)}
    assert counts.count_one({"a": 20}, now=10) == {"a": (1, 20)}


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiting._Memory, "MOST", 10)
    counts = limiting._Memory()
    for n in range(100):
        counts.count_one({f"network-{n}": 1000}, now=0)
        assert len(counts.counts) <= 11
    counts.count_one({"later": 3000}, now=2000)
    assert len(counts.counts) <= 11


@pytest.mark.db
def test_a_limited_request_takes_one_statement_more(edition, only) -> None:
    assert started(Client()).status_code == 302  # and what a first request brings with it
    only("start", network=5, overall=5)
    with CaptureQueriesContext(connection) as captured:
        started(Client())
    assert sum("assessment_requestcount" in query["sql"] for query in captured) == 1


@pytest.mark.db
def test_saving_an_answer_keeps_to_its_three_statements(maria, at_most) -> None:
    with at_most(3):
        assert maria.send("save_answer", "wage", data=answer()).status_code == 200
    assert not RequestCount.objects.exclude(pk__in=opened_by_cast()).exists()


def opened_by_cast() -> list[str]:
    """Keys of what opening a link counted."""
    return list(RequestCount.objects.filter(count=1).values_list("pk", flat=True))


@pytest.mark.db
def test_what_is_over_is_thrown_away(edition, clock) -> None:
    started(Client())
    assert RequestCount.objects.count() == 2
    clock[0] += 3600
    Client().get("/open/nothing/")
    # Those of the opening remain, those of the start, an hour old, are gone.
    assert set(RequestCount.objects.values_list("ends", flat=True)) == {clock[0] + 600}


def test_no_address_and_no_secret_is_stored(edition, settings) -> None:
    started(Client(), REMOTE_ADDR="203.0.113.7")
    Client().get("/open/a-secret/", REMOTE_ADDR="203.0.113.7")
    keys = set(RequestCount.objects.values_list("key", flat=True))
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)
    # Another site's key gives others: they cannot be told from a list of all addresses.
    settings.SECRET_KEY = "another"
    started(Client(), REMOTE_ADDR="203.0.113.7")
    assert len(set(RequestCount.objects.values_list("key", flat=True)) - keys) == 2


# -- who is counted ----------------------------------------------------------------------------


@pytest.mark.db
def test_a_network_that_asks_too_often_is_refused_and_others_are_not(edition, only) -> None:
    only("start", network=2, overall=100)
    codes = [started(Client(), REMOTE_ADDR="203.0.113.7").status_code for _ in range(3)]
    assert codes == [302, 302, 429]
    assert started(Client(), REMOTE_ADDR="203.0.113.8").status_code == 302
    assert Assessment.objects.count() == 3


@pytest.mark.db
def test_a_site_with_many_networks_is_counted_as_one_too(edition, only) -> None:
    only("start", network=2, overall=100)
    codes = [
        started(Client(), REMOTE_ADDR=f"2001:db8:1:{n}::1").status_code
        for n in range(2 * limiting.SITE_TIMES + 1)
    ]
    assert codes == [302] * 2 * limiting.SITE_TIMES + [429]
    assert started(Client(), REMOTE_ADDR="2001:db8:2::1").status_code == 302
    assert started(Client(), REMOTE_ADDR="203.0.113.7").status_code == 302


def test_no_site_uses_up_what_is_served_to_all() -> None:
    for name, limit in LIMITS.items():
        if limit.network and limit.overall:
            assert limit.network * limiting.SITE_TIMES < limit.overall, name


def test_all_together_are_refused_in_the_end(edition, only) -> None:
    only("start", network=100, overall=2)
    codes = [started(Client(), REMOTE_ADDR=f"203.0.113.{n}").status_code for n in range(3)]
    assert codes == [302, 302, 429]


def test_a_spoofed_address_does_not_help(edition, only, settings) -> None:
    only("start", network=2)
    spoofed = ["1.1.1.1", "2.2.2.2", "3.3.3.3"]
    for is_behind_proxy, header in ((False, "{}"), (True, "{}, 203.0.113.7")):
        settings.IS_BEHIND_PROXY = is_behind_proxy
        codes = [
            started(
                Client(), REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR=header.format(address)
            ).status_code
            for address in spoofed
        ]
        assert codes == [302, 302, 429]


def test_one_assessment_that_asks_too_often_slows_no_other(bakery, only, maria) -> None:
    only("file", assessment=2)
    other = person("maria", factories.make_assessment())
    assert [maria.see("workbook").status_code for _ in range(3)] == [200, 200, 429]
    assert other.see("workbook").status_code == 200


@pytest.mark.db
@pytest.mark.parametrize("scale", [0, 1, 10])
@pytest.mark.parametrize("name", limiting.PAUSES)
def test_a_pause_lets_so_many_emails_through_however_limits_are_scaled(
    name, scale, settings, clock
) -> None:
    settings.RATE_LIMITS = scale
    pause = limiting.PAUSES[name]
    due = [limiting.is_due(name, "maria@example.org") for _ in range(pause.most + 2)]
    assert due == [True] * pause.most + [False] * 2
    assert limiting.is_due(name, "sam@example.org")
    clock[0] += pause.seconds
    assert limiting.is_due(name, "maria@example.org")
    # What is over is thrown away.
    clock[0] += pause.seconds
    limiting.is_due(name, "sam@example.org")
    assert RequestCount.objects.count() == 2


def test_no_address_can_be_read_from_a_pause(clock) -> None:
    limiting.is_due("links_to_address", "maria@example.org")
    assert all(re.fullmatch("[0-9a-f]{64}", row.key) for row in RequestCount.objects.all())


def test_a_mail_is_asked_for_so_often_and_the_form_says_so(only, mail_on) -> None:
    only("lost_link", network=1)
    sent = {"email": "Nobody@example.org"}
    assert Client().post(reverse("assessment:lost_link"), sent).status_code == 302
    response = Client().post(reverse("assessment:lost_link"), sent)
    assert (response.status_code, response["Retry-After"]) == (429, "600")
    assert "Nothing was sent. Please ask again in 10 minutes." in words(response)
    assert 'value="Nobody@example.org"' in html(response)


def test_limits_can_be_scaled_and_switched_off(edition, only, settings) -> None:
    only("start", network=2)
    settings.RATE_LIMITS = 2
    assert [started(Client()).status_code for _ in range(5)] == [302] * 4 + [429]
    settings.RATE_LIMITS = 0
    assert started(Client()).status_code == 302
    assert RequestCount.objects.get().count == 5


# -- where -------------------------------------------------------------------------------------


def test_every_costly_address_is_limited() -> None:
    from assessment import urls

    patterns: list[Any] = [*urls.employer_patterns, *urls.urlpatterns]
    found = {
        str(pattern.name): pattern.callback.limit
        for pattern in patterns
        if getattr(getattr(pattern, "callback", None), "limit", "")
    }
    assert found == LIMITED
    assert set(LIMITED) <= {name.removeprefix("assessment:") for name in names()}
    assert set(LIMITED.values()) <= set(LIMITS)


def test_opening_an_unknown_link_is_limited_more_strictly(bakery, only) -> None:
    only("unknown_link", network=2)
    codes = [Client().get(f"/open/guess-{n}/").status_code for n in range(3)]
    assert codes == [404, 404, 429]
    # Somebody in the same room with a link that works is not shut out.
    assert person("maria", bakery).see("hub").status_code == 200
    assert LIMITS["unknown_link"].network < LIMITS["open_link"].network  # type: ignore[operator]


def test_a_link_opened_too_often_grants_nothing(bakery, maria, only, caplog) -> None:
    only("open_link", network=1)
    with caplog.at_level("INFO"):
        somebody = Person(bakery)
        somebody.secret = maria.secret
        response = somebody.open()
    assert response.status_code == 429
    assert somebody.session.get("grants") is None
    # The address is a secret that works: neither pages it leads to nor the log learn it.
    assert response["Referrer-Policy"] == "no-referrer"
    assert maria.secret not in html(response)
    assert maria.secret not in caplog.text


@pytest.mark.parametrize(
    "name", [n for n in LIMITED if LIMITED[n] in {"document", "file", "type_back"}]
)
def test_a_limited_address_answers_with_a_page(name, bakery, maria, only) -> None:
    only(LIMITED[name], assessment=0)
    args = ["job-security"] if name == "type_back_sheet" else []
    is_form = name in {"make_document", "make_board_summary", "make_word", "type_back_sheet"}
    response = (maria.send if is_form else maria.see)(name, *args)
    assert (response.status_code, heading(response)) == (429, "Please wait a moment")
    assert response["Retry-After"] == "600"
    assert "Nothing was changed." in words(response)
    assert "Wait 10 minutes" in words(response)
    assert ("what you typed is still there" in words(response)) == is_form
    assert response["Cache-Control"] == "no-store, private"
    assert not IssuedDocument.objects.exists()


def test_starting_again_counts_as_a_start(bakery, maria, only) -> None:
    only("start", network=0)
    response = maria.send("reassess")
    assert (response.status_code, heading(response)) == (429, "Please wait a moment")


def test_looking_at_a_form_is_not_counted(bakery, maria, only) -> None:
    only("type_back", assessment=0)
    only("answer", assessment=0)
    assert maria.see("type_back_sheet", "job-security").status_code == 200
    assert maria.see("component", "pay").status_code == 200


# -- nothing is lost ---------------------------------------------------------------------------


def test_a_start_that_is_refused_keeps_what_was_typed(edition, only) -> None:
    only("start", network=0)
    data = {"mode": "quick", "covers": "site", "name": "Maria’s Bakery", "size": "10-49"}
    response = Client().post(reverse("assessment:start"), data)
    assert (response.status_code, response["Retry-After"]) == (429, "600")
    assert "Many assessments were started from here" in words(response)
    assert "send it again in 10 minutes" in words(response)
    kept = sends(response)
    assert {name: kept[name] for name in data} == data
    assert not Assessment.objects.exists()


def test_a_file_that_is_refused_can_be_chosen_again(edition, only) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    only("bring_back", network=0)
    file = SimpleUploadedFile("mine.json", json.dumps({"format": FORMAT}).encode())
    response = Client().post(reverse("assessment:import_json"), {"file": file})
    assert (response.status_code, response["Retry-After"]) == (429, "600")
    assert heading(response) == "Restore an assessment from a file"
    assert "choose it again in 10 minutes" in words(response)
    assert response["Cache-Control"] == "no-store, private"


def test_a_page_s_script_is_told_to_wait(bakery, maria, only) -> None:
    only("answer", assessment=1)
    sent = {"data": answer(), "headers": {"Accept": "application/json"}}
    address = maria.address("save_answer", "wage")
    assert maria.post(address, **sent).status_code == 200
    response = maria.post(address, **sent)
    assert (response.status_code, response["Retry-After"]) == (429, "600")
    assert response.json() == {"problem": "too many"}
    assert Answer.objects.get().level == 2


def test_a_whole_page_that_is_refused_is_kept_by_the_browser(bakery, maria, only) -> None:
    only("answer", assessment=0)
    response = maria.send("component", "pay", data=answer())
    assert (response.status_code, heading(response)) == (429, "Please wait a moment")
    assert "use your browser’s Back button" in words(response)
    assert not Answer.objects.exists()


def test_a_day_of_files_brought_back_fills_no_disk() -> None:
    limit, most = limiting.LIMITS["bring_back"], 5_000_000  # bytes stored of the fullest file
    assert limit.seconds == limiting.DAY
    assert limit.overall is not None
    assert limit.overall * most <= 1_500_000_000


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        (5, "a minute"),
        (61, "2 minutes"),
        (3600, "60 minutes"),
        (3601, "2 hours"),
        (86_400, "24 hours"),
    ],
)
def test_how_long_to_wait_is_said_in_words(wait: int, said: str) -> None:
    assert limiting.TooManyRequests(wait).words == said


# -- a workshop --------------------------------------------------------------------------------


def test_forty_employers_in_one_room_meet_no_limit(edition) -> None:
    """Each starts, opens the link on a second device and makes documents, all from one address.

    What is slow to make is only counted: it is one and the same request for each.
    """
    for _ in range(WORKSHOP):
        client = Client()
        assert started(client).status_code == 302
        link = AccessLink.objects.latest("pk")
        request = client.get("/").wsgi_request
        request.access = type(  # type: ignore[attr-defined]
            "Held", (), {"assessment": link.assessment}
        )()
        for name, times in {
            "open_link": 4,
            "unknown_link": 2,
            "document": 4,
            "file": 5,
            "worksheet": 10,
            "type_back": 24,
            "bring_back": 2,
            "lost_link": 1,
            "mail_link": 1,
        }.items():
            for _ in range(times):
                limiting.count(request, name)
        # Every question, its note in four pieces, at the same minute.
        for _ in range(48 * 2):
            limiting.count(request, "answer")
