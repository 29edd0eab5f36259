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
    bakery = factories.make_assessment()
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
    return [reverse(f"{name}_changelist"), reverse(f"{name}_add"), *rows, f"/admin/r/{kind}/{pk}/"]


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


def test_the_permission_alone_opens_them_and_each_look_is_on_record(bakery: Assessment) -> None:
    user = User.objects.create_user("ines", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_answers"))
    client = browser(user)
    closed = {"add", "delete"}
    for address in addresses(Assessment, bakery.pk)[:5]:
        expected = 403 if address.rstrip("/").rpartition("/")[2] in closed else 200
        assert client.get(address).status_code == expected, address
    looks = LogEntry.objects.filter(action_flag=LOOKED).values_list("object_repr", flat=True)
    assert sorted(looks) == sorted([bakery.public_id, "List of assessments"])
