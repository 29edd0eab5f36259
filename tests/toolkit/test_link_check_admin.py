"""Link health at the desk: what editors see of it, and taking over a new address."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.toolkit.small import CASE, GUIDE, load_small
from tests.toolkit.test_admin import EDITS, Form, page, sign_in, text
from toolkit.models import LinkCheck, Resource

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OLD, NEW = "https://a.org/guide", "https://new.org/guide?x=1&y=<b>"
LIST = reverse("admin:toolkit_linkcheck_changelist")


@pytest.fixture
def guide() -> Resource:
    load_small()
    Resource.objects.filter(slug=GUIDE).update(original_url=OLD)
    return Resource.objects.get(slug=GUIDE)


@pytest.fixture
def editor() -> Client:
    return sign_in("editor", EDITS)


def checked(resource: Resource, url: str = OLD, hours_ago: int = 0, **values: Any) -> LinkCheck:
    values = {"which": "original", "outcome": "live", "status": 200, **values}
    at = NOW - timedelta(hours=hours_ago)
    return LinkCheck.objects.create(resource=resource, url=url, checked_at=at, **values)


@pytest.fixture
def move(guide: Resource) -> LinkCheck:
    return checked(guide, outcome="moved", new_url=NEW, note="It permanently redirects.")


def take_over(resource: Resource) -> str:
    return reverse("admin:toolkit_resource_take_over", args=[resource.pk])


# -- an item's link checks --------------------------------------------------------------------


def test_an_item_shows_the_latest_check_of_each_address(editor: Client, guide: Resource) -> None:
    checked(guide, hours_ago=30, outcome="live")
    checked(guide, outcome="refused", status=403, note="The site blocked our check.")
    guide.other_urls.create(url="https://b.org/l", note="")
    checked(guide, "https://b.org/l", which="other", outcome="unreachable", status=None)
    response = editor.get(page(guide))
    words = text(response)
    assert (
        "Original address https://a.org/guide Blocked our check November 23, 2026 403 "
        "The site blocked our check. Other address https://b.org/l Not reached "
        "November 23, 2026 – – All checks kept for this item" in words
    )
    assert "Take over" not in words
    found = Form(response.content.decode())
    history = found.links["All checks kept for this item"]
    assert history == f"{LIST}?resource__id__exact={guide.pk}"
    assert "3 link checks" in text(editor.get(history))


def test_an_item_not_checked_yet_says_so(editor: Client, guide: Resource) -> None:
    assert "Not checked yet. The command check_links does this" in text(editor.get(page(guide)))
    bare = Resource.objects.get(slug=CASE)
    assert "It has no address to check." in text(editor.get(page(bare)))
    assert "Link checks: None yet." in text(editor.get(reverse("admin:toolkit_resource_add")))


def test_the_number_of_checks_costs_no_queries(editor: Client, guide: Resource) -> None:
    counts = []
    for n in (1, 2):
        for _ in range(n):
            checked(guide)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            editor.get(page(guide))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_item_can_be_deleted_with_its_checks(editor: Client, guide: Resource) -> None:
    row = Resource.objects.create(
        slug="spare",
        number=99,
        title="Spare",
        kind="guide",
        organization="Nobody",
        summary="None.",
        verification="verified",
        description_source="A test.",
    )
    checked(row)
    assert editor.post(page(row, "delete"), {"post": "yes"}).status_code == 302
    assert not LinkCheck.objects.exists()


# -- the list of checks -----------------------------------------------------------------------


def test_checks_are_found_by_outcome_day_and_address(editor: Client, guide: Resource) -> None:
    checked(guide, "https://a.org/one", outcome="gone", status=404)
    checked(guide, "https://b.org/two", hours_ago=24 * 40)
    assert "1 result" in text(editor.get(LIST, {"q": "a.org"}))
    assert "1 result" in text(editor.get(LIST, {"q": "Good jobs", "outcome__exact": "gone"}))
    october = text(editor.get(LIST, {"checked_at__year": "2026", "checked_at__month": "10"}))
    assert ("b.org/two" in october, "a.org/one" in october) == (True, False)
    assert "2 link checks" in text(editor.get(LIST))


def test_the_list_costs_the_same_for_one_and_three(editor: Client, guide: Resource) -> None:
    counts = []
    for n in (1, 2):
        for _ in range(n):
            checked(guide)
        with CaptureQueriesContext(connection) as queries:
            assert editor.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_checks_are_for_reading(editor: Client, guide: Resource) -> None:
    row = checked(guide)
    assert "https://a.org/guide" in text(editor.get(page(row)))
    assert editor.post(page(row), {"note": "Other."}).status_code == 403
    assert editor.post(page(row, "delete"), {"post": "yes"}).status_code == 403
    assert editor.get("/admin/toolkit/linkcheck/add/").status_code == 403
    assert b'name="action"' not in editor.get(LIST).content


def test_who_may_not_look_does_not(guide: Resource) -> None:
    row = checked(guide)
    stranger = sign_in("stranger")
    assert [stranger.get(a).status_code for a in (LIST, page(row))] == [403, 403]
    assert Client().get(LIST).status_code == 302


# -- taking over ------------------------------------------------------------------------------


def test_the_new_address_is_shown_before_it_is_taken_over(
    editor: Client, guide: Resource, move: LinkCheck
) -> None:
    response = editor.get(page(guide))
    assert Form(response.content.decode()).links["Use the new address…"] == take_over(guide)
    response = editor.get(take_over(guide))
    shown = Form(response.content.decode())
    assert shown.headings == ["Use the new address"]
    assert f"Original address now {OLD} New address https://new.org" in text(response)
    assert b"y=<b>" not in response.content
    assert b"y=&lt;b&gt;" in response.content
    assert shown.inline == []
    guide.refresh_from_db()
    assert guide.original_url == OLD


def press(client: Client, guide: Resource) -> Any:
    values = Form(client.get(take_over(guide)).content.decode()).values
    return client.post(take_over(guide), values, follow=True)


def test_one_press_takes_it_over(editor: Client, guide: Resource) -> None:
    new = "https://new.org/guide"
    checked(guide, outcome="moved", new_url=new)
    response = press(editor, guide)
    assert response.redirect_chain == [(page(guide), 302)]
    assert "The new address is now the original address" in text(response)
    guide.refresh_from_db()
    assert (guide.original_url, guide.link_state) == (new, "not-checked")
    assert [a.url for a in guide.other_urls.all()] == [OLD]
    entry = LogEntry.objects.get(action_flag=2)
    assert (entry.object_id, entry.get_change_message()) == (
        str(guide.pk),
        f"Switched to the new address {new}",
    )


def test_a_second_press_says_that_nothing_changed(editor: Client, guide: Resource) -> None:
    checked(guide, outcome="moved", new_url="https://new.org/guide")
    values = Form(editor.get(take_over(guide)).content.decode()).values
    editor.post(take_over(guide), values)
    response = editor.post(take_over(guide), values, follow=True)
    assert "Nothing was changed. The item or its link check has changed" in text(response)
    assert (guide.other_urls.count(), LogEntry.objects.filter(action_flag=2).count()) == (1, 1)


@pytest.mark.parametrize("check", ["", "0", "x", "-1", "9" * 30, "²"])
def test_a_check_that_is_not_there(
    editor: Client, guide: Resource, move: LinkCheck, check: str
) -> None:
    response = editor.post(take_over(guide), {"check": check}, follow=True)
    assert "Nothing was changed. The link check you looked at is no longer kept." in text(response)
    guide.refresh_from_db()
    assert guide.original_url == OLD


def test_the_check_of_another_item_is_none_of_this_one(
    editor: Client, guide: Resource, move: LinkCheck
) -> None:
    other = Resource.objects.get(slug=CASE)
    editor.post(take_over(other), {"check": move.pk})
    assert not Resource.objects.filter(original_url=NEW).exists()


def test_an_address_the_form_would_refuse(editor: Client, guide: Resource) -> None:
    checked(guide, outcome="moved", new_url="https://no_name/x")
    response = press(editor, guide)
    assert "Nothing was changed. The new address cannot be stored as it is" in text(response)


def test_there_is_nothing_to_take_over(editor: Client, guide: Resource) -> None:
    checked(guide)
    assert editor.get(take_over(guide)).status_code == 404
    missing = reverse("admin:toolkit_resource_take_over", args=[guide.pk + 1000])
    assert editor.get(missing).status_code == 404


def test_only_who_may_change_the_item_may_take_over(guide: Resource, move: LinkCheck) -> None:
    reader = sign_in("reader", r"toolkit.^view_")
    assert reader.get(take_over(guide)).status_code == 403
    assert reader.post(take_over(guide), {"check": move.pk}).status_code == 403
    assert Client().post(take_over(guide), {"check": move.pk}).status_code == 302
    guide.refresh_from_db()
    assert guide.original_url == OLD
    assert "Take over" not in text(reader.get(page(guide)))
