"""Employers' data at the desk: closed, at every address, to staff without the one permission."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from assessment.models import Assessment
from tests import factories
from tests.staff import browser
from toolkit.audit import LOOKED

pytestmark = pytest.mark.django_db

# Names of assessments, offered while one types.
SUGGEST = "/admin/autocomplete/?app_label=assessment&model_name=answer&field_name=assessment&term=a"
OURS = [model for model in admin.site._registry if model._meta.app_label == "assessment"]


@pytest.fixture
def bakery(edition: Any) -> Assessment:
    bakery = factories.make_assessment(pk=7)
    factories.make_answer(bakery, "rest", 1)
    return bakery


@pytest.fixture
def nearly_all() -> Client:
    """Staff with every permission there is but the one."""
    user = User.objects.create_user("omar", is_staff=True)
    user.user_permissions.set(Permission.objects.exclude(codename="view_answers"))
    return browser(user)


def addresses(model: Any, pk: int) -> list[str]:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    rows = [reverse(f"{name}_{page}", args=[pk]) for page in ("change", "history", "delete")]
    kind = ContentType.objects.get_for_model(model).pk
    return [reverse(f"{name}_changelist"), reverse(f"{name}_add"), *rows, f"/admin/r/{kind}/7/"]


def test_the_desk_lists_no_table_of_the_machinery() -> None:
    """An administrator would see internal rows under a package's own words, as “Task Results”."""
    listed = {model._meta.app_label for model in admin.site._registry}
    assert listed == {"assessment", "auth", "toolkit"}


@pytest.mark.parametrize("model", OURS)
def test_every_address_is_closed_without_the_permission(
    bakery: Assessment, nearly_all: Client, model: Any
) -> None:
    for address in addresses(model, bakery.pk):
        for response in (nearly_all.get(address), nearly_all.post(address, {"post": "yes"})):
            assert response.status_code in {403, 404}, address
            assert bakery.name not in response.content.decode()
            assert bakery.public_id not in response.content.decode()
    assert nearly_all.get("/admin/assessment/").status_code == 404
    assert nearly_all.get(SUGGEST).status_code == 403
    assert not LogEntry.objects.filter(action_flag=LOOKED).exists()
    assert Assessment.objects.filter(pk=bakery.pk).exists()


def test_assessments_are_among_them() -> None:
    assert Assessment in OURS


@pytest.fixture
def looker() -> Client:
    """Staff with the one permission and no other."""
    user = User.objects.create_user("ines", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_answers"))
    return browser(user)


def looks() -> list[str]:
    found = LogEntry.objects.filter(action_flag=LOOKED).order_by("pk")
    return list(found.values_list("object_repr", flat=True))


LIST = "List of assessments"
AT = "/admin/assessment/assessment/"


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("", LIST),
        ("?q=Maria", LIST),
        ("?_popup=1", LIST),
        ("?name__startswith=Mar", LIST),
        ("7/change/", "{public_id}"),
        ("7/change/?_popup=1", "{public_id}"),
        ("7/history/", "{public_id}"),
    ],
)
def test_the_permission_alone_opens_them_and_each_look_is_on_record(
    bakery: Assessment, looker: Client, address: str, look: str
) -> None:
    response = looker.get(AT + address)
    assert response.status_code == 200
    assert bakery.name in response.content.decode()
    assert looks() == [look.format(public_id=bakery.public_id)]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (SUGGEST, 403),
        ("/admin/r/{kind}/7/", 403),
        (AT + "?_to_field=public_id", 400),
        (AT + "?_to_field=id", 400),
        (AT + "7/change/?_to_field=public_id", 400),
        (AT + "7/delete/", 403),
        (AT + "add/", 403),
    ],
)
def test_what_else_an_admin_has_for_a_row_stays_closed_with_it(
    bakery: Assessment, looker: Client, address: str, status: int
) -> None:
    kind = ContentType.objects.get_for_model(Assessment).pk
    address = address.format(kind=kind)
    for response in (looker.get(address), looker.post(address, {"post": "yes"})):
        assert response.status_code in {status, 403, 405}, address
        assert bakery.name not in response.content.decode()
        assert bakery.public_id not in str(response.headers) + response.content.decode()
