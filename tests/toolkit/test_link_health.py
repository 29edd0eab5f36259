"""Which addresses are due, what is kept of a check, and taking over a new address."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.toolkit.small import CASE, GUIDE, content, load_small
from toolkit.importing import load
from toolkit.link_check import Hop, Page, Reply
from toolkit.link_health import (
    RETRY_DAYS,
    Due,
    Place,
    Record,
    TakeOverError,
    due,
    latest_checks,
    move_of,
    take_over,
    write,
)
from toolkit.models import LinkCheck, Resource, ResourceAddress
from toolkit.models.link_check import MOST_KEPT

pytestmark = [pytest.mark.django_db, pytest.mark.db]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URL, ARCHIVED, LIST = "https://a.org/guide", "https://web.archive.org/web/2020/x", "https://b.org/l"
NEW = "https://new.org/guide"


@pytest.fixture
def guide() -> Resource:
    """An item with an address of each kind."""
    load_small()
    row = Resource.objects.get(slug=GUIDE)
    Resource.objects.filter(pk=row.pk).update(original_url=URL, archived_url=ARCHIVED)
    ResourceAddress.objects.create(resource=row, url=LIST, note="A list.", position=1)
    row.refresh_from_db()
    return row


def checked(resource: Resource, url: str = URL, days_ago: float = 0, **values: Any) -> LinkCheck:
    values = {"which": "original", "outcome": "live", "status": 200, **values}
    at = NOW - timedelta(days=days_ago)
    return LinkCheck.objects.create(resource=resource, url=url, checked_at=at, **values)


def urls(**options: Any) -> list[str]:
    return [one.url for one in due(today=NOW, **{"older_than": 30, **options})]


def answer(url: str = URL, *hops: tuple[int, str], status: int = 200) -> Reply:
    return Reply(
        url=url,
        hops=tuple(Hop(*hop) for hop in hops),
        status=status,
        page=Page("Good jobs guide", words=frozenset({"good", "jobs", "guide"}), length=900),
    )


def keep(resource: Resource, reply: Reply, which: str = "original", days_ago: float = 0) -> str:
    place = Due(reply.url, resource.title, [Place(resource.pk, which)])
    (outcome,) = write(place, reply, NOW - timedelta(days=days_ago))
    return outcome


def health(resource: Resource) -> tuple[str, str]:
    resource.refresh_from_db()
    return resource.link_state, str(resource.link_checked_on)


# -- the table --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constraint", "allowed", "also_allowed", "not_allowed"),
    [
        (
            "link_check_outcome_known",
            {"outcome": "live"},
            {"outcome": "not-public"},
            {"outcome": "not-checked"},
        ),
        ("link_check_address_known", {"which": "original"}, {"which": "other"}, {"which": "old"}),
        (
            "link_check_new_if_moved",
            {"outcome": "moved", "new_url": NEW},
            {"outcome": "moved", "new_url": ""},
            {"outcome": "live", "new_url": NEW},
        ),
    ],
)
def test_a_check_says_nothing_impossible(
    guide: Resource,
    constraint: str,
    allowed: dict[str, Any],
    also_allowed: dict[str, Any],
    not_allowed: dict[str, Any],
) -> None:
    checked(guide, **allowed)
    checked(guide, **also_allowed)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        checked(guide, **not_allowed)


def test_a_check_is_never_changed(guide: Resource) -> None:
    row = checked(guide)
    row.note = "Rewritten history"
    with pytest.raises(TypeError, match="never changed"):
        row.save()


# -- what is due ------------------------------------------------------------------------------


def test_every_address_of_every_item_is_due_at_first(guide: Resource) -> None:
    case = Resource.objects.get(slug=CASE)
    Resource.objects.filter(pk=case.pk).update(original_url=LIST, is_retired=True)
    found = due(today=NOW, older_than=30)
    assert [(one.url, one.title) for one in found] == [
        (URL, guide.title),
        (ARCHIVED, guide.title),
        (LIST, guide.title),
    ]
    # One that stands twice is asked once.
    assert found[2].places == [Place(guide.pk, "other"), Place(case.pk, "original")]


def test_never_checked_first_then_the_oldest(guide: Resource) -> None:
    checked(guide, URL, 40)
    checked(guide, URL, 31)
    checked(guide, ARCHIVED, 32)
    assert urls() == [LIST, ARCHIVED, URL]
    assert urls(limit=2) == [LIST, ARCHIVED]


@pytest.mark.parametrize(
    ("outcome", "days_ago", "older_than", "expected"),
    [
        ("live", 29, 30, False),
        ("live", 30, 30, True),
        ("gone", 29, 30, False),
        ("unreachable", RETRY_DAYS - 1, 30, False),
        ("unreachable", RETRY_DAYS, 30, True),
        ("live", 0, 0, True),
        ("live", 0, 1, False),
        ("unreachable", 1, 1, True),
    ],
)
def test_when_an_address_is_due(
    guide: Resource, outcome: str, days_ago: int, older_than: int, expected: bool
) -> None:
    checked(guide, URL, days_ago, outcome=outcome)
    assert (URL in urls(older_than=older_than)) is expected


def test_the_day_counts_and_not_the_hour(guide: Resource) -> None:
    """A daily run must not slip by a day because it began a minute sooner."""
    checked(guide, URL, 29.99)
    assert URL in urls()


def test_another_address_has_not_been_checked(guide: Resource) -> None:
    checked(guide, "https://a.org/before", 1)
    assert URL in urls()


def test_only_the_items_that_are_named(guide: Resource) -> None:
    Resource.objects.filter(slug=CASE).update(original_url="https://c.org/x")
    assert urls(slugs=[CASE]) == ["https://c.org/x"]
    assert set(urls(slugs=[CASE, GUIDE])) == {URL, ARCHIVED, LIST, "https://c.org/x"}


# -- what is kept -----------------------------------------------------------------------------


def test_a_check_is_kept_and_the_item_shows_it(guide: Resource) -> None:
    before = guide.changed_at
    assert keep(guide, answer(URL, (301, NEW))) == "moved"
    row = LinkCheck.objects.get()
    assert (row.which, row.url, row.status, row.new_url) == ("original", URL, 200, NEW)
    assert (row.checked_at, row.note) == (NOW, f"It permanently redirects to {NEW}")
    assert health(guide) == ("moved", "2026-11-23")
    # Nothing is replaced, and nobody edited the item.
    assert (guide.original_url, guide.changed_at) == (URL, before)


@pytest.mark.parametrize(("which", "url"), [("archived", ARCHIVED), ("other", LIST)])
def test_only_the_original_address_decides(guide: Resource, which: str, url: str) -> None:
    keep(guide, answer(url, status=404), which)
    assert LinkCheck.objects.get().outcome == "gone"
    assert health(guide) == ("not-checked", "None")


def test_an_address_changed_meanwhile_says_nothing_of_the_item(guide: Resource) -> None:
    keep(guide, answer("https://a.org/before", status=404))
    assert health(guide) == ("not-checked", "None")


def test_an_item_deleted_meanwhile_is_passed_over(guide: Resource) -> None:
    place = Due(URL, guide.title, [Place(guide.pk + 1000, "original")])
    assert write(place, answer(), NOW) == []
    assert not LinkCheck.objects.exists()


def test_one_result_for_all_places(guide: Resource) -> None:
    case = Resource.objects.get(slug=CASE)
    Resource.objects.filter(pk=case.pk).update(original_url=URL)
    place = Due(URL, "", [Place(guide.pk, "original"), Place(case.pk, "original")])
    assert write(place, answer(status=403), NOW) == ["refused", "refused"]
    assert [health(guide)[0], health(case)[0]] == ["refused", "refused"]


def test_what_cannot_be_reached_is_gone_after_five_days(guide: Resource) -> None:
    down = Reply(url=URL, failure="timeout")
    found = [keep(guide, down, days_ago=ago) for ago in (15, 12, 9, 6)]
    assert (found, health(guide)) == (["unreachable"] * 4, ("unreachable", "2026-11-17"))
    assert keep(guide, down, days_ago=0) == "gone"
    assert health(guide) == ("gone", "2026-11-23")
    note = "The site did not answer in time. It has failed on 5 days since November 8, 2026."
    assert LinkCheck.objects.newest_first()[0].note == note
    assert keep(guide, answer()) == "live"


def test_the_history_has_a_bound(guide: Resource) -> None:
    other = checked(guide, LIST, 999, which="other")
    for ago in range(MOST_KEPT + 5, 0, -1):
        keep(guide, answer(), days_ago=ago)
    kept = LinkCheck.objects.of_address(guide.pk, URL)
    days = [(NOW - row.checked_at).days for row in kept]
    assert days == [*range(1, MOST_KEPT + 1)]
    assert LinkCheck.objects.filter(pk=other.pk).exists()


def test_an_address_too_long_to_keep_is_not_cut(guide: Resource) -> None:
    keep(guide, answer(URL, (301, NEW + "/" + "x" * 9000)))
    row = LinkCheck.objects.get()
    assert (row.outcome, row.new_url, len(row.note)) == ("moved", "", 500)


# -- when the line is down --------------------------------------------------------------------


def dues(guide: Resource, *names: str) -> list[Due]:
    return [Due(f"https://{n}.org/x", "", [Place(guide.pk, "other")]) for n in names]


def test_failures_wait_for_an_answer(guide: Resource) -> None:
    a, b, c = dues(guide, "a", "b", "c")
    record = Record()
    record.add(a, Reply(url=a.url, failure="timeout"))
    assert (record.written, LinkCheck.objects.count()) == ([], 0)
    record.add(b, answer(b.url))
    assert record.written == ["unreachable", "live"]
    record.add(c, Reply(url=c.url, failure="no-name"))
    assert (record.written, len(record.held)) == (["unreachable", "live"], 1)
    assert record.controls() == [b.url]
    record.release()
    assert LinkCheck.objects.get(url=c.url).outcome == "unreachable"


def test_a_redirect_is_an_answer_too(guide: Resource) -> None:
    (a,) = dues(guide, "a")
    record = Record()
    record.add(a, Reply(url=a.url, hops=(Hop(302, "http://10.0.0.1/"),), failure="not-public"))
    assert record.written == ["not-public"]


def test_controls_answered_lately_each_at_another_site(guide: Resource) -> None:
    checked(guide, "https://a.org/1", 1)
    checked(guide, "https://www.a.org/2", 2)
    checked(guide, "https://b.org/1", 3, status=403, outcome="refused")
    checked(guide, "https://c.org/1", 1, status=None, outcome="unreachable")
    checked(guide, "https://d.org/1", 9)
    checked(guide, "https://e.org/1", 8)
    checked(guide, "https://f.org/1", 10)
    record = Record()
    record.add(dues(guide, "d")[0], Reply(url="https://d.org/x", failure="timeout"))
    assert record.controls() == ["https://a.org/1", "https://b.org/1", "https://e.org/1"]


# -- a new address ----------------------------------------------------------------------------


@pytest.fixture
def move(guide: Resource) -> LinkCheck:
    """The check that found the guide moved."""
    keep(guide, answer(URL, (301, NEW)))
    return LinkCheck.objects.get()


def others(resource: Resource) -> list[tuple[str, str]]:
    return [*resource.other_urls.values_list("url", "note")]


def test_the_new_address_is_taken_over_and_the_old_kept(guide: Resource, move: LinkCheck) -> None:
    taken = take_over(check=move)
    assert (taken.pk, taken.original_url) == (guide.pk, NEW)
    assert health(guide) == ("not-checked", "None")
    assert others(guide) == [
        (LIST, "A list."),
        (URL, "The original address until it moved; it redirected on November 23, 2026."),
    ]
    assert urls()[0] == NEW


def test_a_second_press_changes_nothing(guide: Resource, move: LinkCheck) -> None:
    take_over(check=move)
    with pytest.raises(TakeOverError, match="has changed since you opened it"):
        take_over(check=move)
    assert len(others(guide)) == 2


def test_a_later_check_counts(guide: Resource, move: LinkCheck) -> None:
    keep(guide, answer())
    with pytest.raises(TakeOverError, match="has changed since you opened it"):
        take_over(check=move)
    guide.refresh_from_db()
    assert guide.original_url == URL


def test_an_old_address_is_not_listed_twice(guide: Resource, move: LinkCheck) -> None:
    ResourceAddress.objects.create(resource=guide, url=URL, note="Known.", position=9)
    take_over(check=move)
    assert others(guide) == [(LIST, "A list."), (URL, "Known.")]


@pytest.mark.parametrize("new", ["https://no_name/x", NEW + "/" + "x" * 500])
def test_an_address_the_form_would_refuse_is_not_taken_over(guide: Resource, new: str) -> None:
    keep(guide, answer(URL, (301, new)))
    with pytest.raises(TakeOverError, match="cannot be stored as it is"):
        take_over(check=LinkCheck.objects.get())
    guide.refresh_from_db()
    assert guide.original_url == URL


def test_the_latest_check_of_each_address_it_has_now(guide: Resource, move: LinkCheck) -> None:
    checked(guide, "https://a.org/before", 0)
    checked(guide, LIST, 3, which="other")
    latest = checked(guide, LIST, 2, which="other")
    found = latest_checks(guide)
    assert found == [move, latest]
    assert move_of(guide, found) == move
    assert move_of(guide, [latest]) is None


# -- an edited address ------------------------------------------------------------------------


def test_another_original_address_counts_as_not_checked(guide: Resource) -> None:
    keep(guide, answer())
    guide.refresh_from_db()
    guide.rights = "Public domain."
    guide.save()
    assert health(guide) == ("live", "2026-11-23")
    guide.original_url = NEW
    guide.save(update_fields=["search_text"])
    assert health(guide) == ("live", "2026-11-23")
    guide.original_url = NEW
    guide.save()
    assert health(guide) == ("not-checked", "None")


def test_loading_files_anew_keeps_what_was_found() -> None:
    load_small()
    assert timezone.localdate()
    row = Resource.objects.get(slug=GUIDE)
    Resource.objects.filter(pk=row.pk).update(link_state="gone", link_checked_on="2026-11-23")
    load(content(), overwrite=True)
    assert health(row) == ("gone", "2026-11-23")
