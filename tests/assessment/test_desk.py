"""The list of assessments at the desk: as fast with a million as with a few."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessment.models import Assessment
from tests.factories import make_assessment
from tests.pages import Response, words
from toolkit.admin.bounded import BoundedAdmin, BoundedPaginator

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LIST = "/admin/assessment/assessment/"


@pytest.fixture
def auditor() -> Client:
    """May see employers' answers."""
    user = User.objects.create_user("auditor", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_answers"))
    client = Client()
    client.force_login(user)
    return client


def listed(response: Response) -> list[str]:
    """The public ids on a page of the list."""
    return [row.public_id for row in response.context["cl"].result_list]


def test_the_newest_come_first_and_only_so_many_of_them(
    auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedPaginator, "most", 3)
    monkeypatch.setattr(BoundedAdmin, "list_per_page", 2)
    ids = [make_assessment().public_id for _ in range(4)]

    page = auditor.get(LIST)

    assert [*listed(page), *listed(auditor.get(LIST, {"p": 2}))] == ids[:0:-1]
    assert "These are the newest 3; there may be more. Use the search to find others." in words(
        page
    )


def test_a_list_with_room_says_nothing_of_more(auditor: Client) -> None:
    make_assessment()

    assert "there may be more" not in words(auditor.get(LIST))


def test_all_that_is_counted_is_what_could_be_listed(auditor: Client) -> None:
    make_assessment()

    with CaptureQueriesContext(connection) as queries:
        auditor.get(LIST)

    counting = [q["sql"] for q in queries if "COUNT(" in q["sql"]]
    assert len(counting) == 1
    assert f"LIMIT {BoundedPaginator.most}" in counting[0]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lake-side-0001", ["lake-side-0001"]),
        (" lake-side-0001 ", ["lake-side-0001"]),
        ("Lakeside Ba", ["lake-side-0001"]),
        ("Bakery", []),
        ("lake-side", []),
        ("100%", []),
    ],
)
def test_search_takes_the_id_or_the_beginning_of_the_name(
    auditor: Client, typed: str, found: list[str]
) -> None:
    make_assessment(public_id="lake-side-0001", name="Lakeside Bakery")
    make_assessment(name="Harbor Street")

    assert listed(auditor.get(LIST, {"q": typed})) == found


def test_as_many_queries_for_three_as_for_one(auditor: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            auditor.get(LIST)
        return len(queries)

    make_assessment()
    one = asked()
    make_assessment()
    make_assessment()
    assert asked() == one


def test_one_assessment_is_found_from_the_list(auditor: Client) -> None:
    row = make_assessment(name="Lakeside Bakery")
    address = reverse("admin:assessment_assessment_change", args=[row.pk])

    assert address in auditor.get(LIST).content.decode()
    assert Assessment.objects.get().name in words(auditor.get(address))
