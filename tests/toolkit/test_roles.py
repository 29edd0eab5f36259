"""Roles: what editors, publishers and auditors may do, and that none sees an employer's answers."""

from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse

from assessment.models import Assessment
from tests.toolkit.small import load_and_publish, load_small
from toolkit import roles
from toolkit.models import Change, Edition, Question, Strategy
from toolkit.models.record import Record

pytestmark = pytest.mark.django_db
ROLES = (roles.EDITOR, roles.PUBLISHER, roles.AUDITOR)


def run() -> list[str]:
    out = StringIO()
    call_command("setup_roles", stdout=out)
    return out.getvalue().splitlines()


def held(role: str) -> set[str]:
    """Permissions of a group, as “app.codename”."""
    found = Group.objects.get(name=role).permissions.values_list(
        "content_type__app_label", "codename"
    )
    return {f"{app}.{codename}" for app, codename in found}


def member(role: str) -> Client:
    run()
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


# -- What each may do ------------------------------------------------------------------------


@pytest.mark.db
def test_setting_up_twice_changes_nothing_the_second_time() -> None:
    first = run()
    before = {role: held(role) for role in ROLES}
    assert [line.partition(":")[0] for line in first] == [*ROLES]
    assert run() == [f"{role}: permissions added: 0." for role in ROLES]
    assert {role: held(role) for role in ROLES} == before


def test_each_role_holds_what_its_name_says() -> None:
    run()
    editor, publisher, auditor = (held(role) for role in ROLES)
    assert {
        "toolkit.change_question",
        "toolkit.change_level",
        "toolkit.add_resource",
        "toolkit.delete_resourcefact",
        "toolkit.delete_strategyserves",
        "toolkit.view_change",
        "toolkit.view_edition",
    } <= editor
    assert (
        not {
            "toolkit.delete_question",
            "toolkit.delete_resource",
            "toolkit.change_edition",
            "toolkit.add_change",
            "toolkit.publish_edition",
        }
        & editor
    )
    assert publisher == editor | {"toolkit.publish_edition"}
    log = {"toolkit.view_auditentry", "toolkit.view_failedsignin"}
    assert auditor - log == {f"toolkit.view_{m._meta.model_name}" for m in roles.every_model()}
    assert log <= auditor
    assert not log & publisher


def test_no_role_holds_anything_outside_the_toolkit() -> None:
    """Neither answers nor users nor sessions."""
    run()
    for role in ROLES:
        assert {permission.partition(".")[0] for permission in held(role)} == {"toolkit"}


def test_every_permission_a_role_names_exists() -> None:
    known = set(
        Permission.objects.filter(content_type__app_label="toolkit").values_list(
            "codename", flat=True
        )
    )
    for role in ROLES:
        assert roles.permissions(role) - known == set()


def _is_edited_at_the_desk(model: Any) -> bool:
    """Whether somebody with every permission can add or change it in the admin."""
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True)
    pages = [page for m, page in admin.site._registry.items() if m is model]
    lines = [
        inline
        for page in admin.site._registry.values()
        for inline in page.get_inline_instances(request)
        if inline.model is model
    ]
    may_add = [page.has_add_permission(request) for page in pages]
    may_add += [inline.has_add_permission(request, None) for inline in lines]
    may_change = [options.has_change_permission(request) for options in (*pages, *lines)]
    return any(may_add + may_change)


@pytest.mark.parametrize("model", roles.every_model())
def test_each_model_is_content_edited_at_the_desk_or_a_record_nobody_changes(model: Any) -> None:
    """A new model that fails here is a record: derive it from ``toolkit.models.record.Record``."""
    assert (
        roles.is_content(model) == _is_edited_at_the_desk(model) == (not issubclass(model, Record))
    )


def test_what_a_site_gave_by_hand_is_kept_and_named() -> None:
    run()
    group = Group.objects.get(name=roles.AUDITOR)
    extra = Permission.objects.get(codename="view_answers")
    group.permissions.add(extra)
    group.permissions.remove(Permission.objects.get(codename="view_change"))
    lines = run()
    assert lines[-2:] == [
        "Auditor: permissions added: 1.",
        "  Given by hand and kept: assessment.view_answers",
    ]
    assert "assessment.view_answers" in held(roles.AUDITOR)


# -- What each meets at the desk -------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_no_role_opens_a_page_of_the_assessments(role: str) -> None:
    client = member(role)
    row = Assessment.objects.create(edition_number=1, name="Corner Bakery")
    pages = [
        (app, model._meta.model_name)
        for model in admin.site._registry
        if (app := model._meta.app_label) != "toolkit"
    ]
    assert ("assessment", "assessment") in pages
    for app, noun in pages:
        for action, arguments in [
            ("changelist", []),
            ("add", []),
            *((name, [row.pk]) for name in ("change", "history", "delete")),
        ]:
            address = reverse(f"admin:{app}_{noun}_{action}", args=arguments)
            # Django takes an unknown row of a page nobody may see back to the desk.
            assert client.get(address).status_code in {302, 403, 404}, address
            assert b"Corner Bakery" not in client.get(address, follow=True).content
    assert client.get(reverse("admin:assessment_assessment_changelist")).status_code == 403
    assert (
        client.get(reverse("admin:assessment_assessment_change", args=[row.pk])).status_code == 403
    )
    assert b"ssessment/assessment" not in client.get("/admin/").content


@pytest.mark.parametrize(
    ("role", "edits", "publishes"),
    [(roles.EDITOR, True, False), (roles.PUBLISHER, True, True), (roles.AUDITOR, False, False)],
)
def test_who_edits_and_who_publishes(role: str, *, edits: bool, publishes: bool) -> None:
    load_and_publish()
    client = member(role)
    wage = Question.objects.get(slug="wage")
    history = reverse("admin:toolkit_question_history", args=[wage.pk])
    version = Change.objects.of("question", "wage")[0]
    bring_back = reverse("admin:toolkit_question_bring_back", args=[wage.pk, version.pk])
    assert client.get(reverse("admin:toolkit_question_change", args=[wage.pk])).status_code == 200
    assert client.get(history).status_code == 200
    assert client.get(reverse("admin:toolkit_change_changelist")).status_code == 200
    assert client.get(reverse("admin:toolkit_edition_changelist")).status_code == 200
    assert client.get(bring_back).status_code == (200 if edits else 403)
    assert client.post(bring_back).status_code == (302 if edits else 403)
    assert (b"Bring this version back" in client.get(history).content) is False  # as it is now
    publish = reverse("admin:toolkit_edition_publish")
    assert client.get(publish).status_code == (200 if publishes else 403)
    assert Edition.objects.count() == 1


def test_editors_take_lines_away_but_delete_no_row() -> None:
    load_small()
    client = member(roles.EDITOR)
    row = Strategy.objects.get(slug="set-a-wage")
    page = client.get(reverse("admin:toolkit_strategy_change", args=[row.pk])).content.decode()
    assert 'name="serves-0-DELETE"' in page
    assert "Delete</a>" not in page
    delete = reverse("admin:toolkit_strategy_delete", args=[row.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert Strategy.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("role", [roles.EDITOR, roles.PUBLISHER])
def test_a_part_of_a_row_can_be_removed_but_neither_the_row_nor_a_copy(role: str) -> None:
    held = roles.permissions(role)
    assert {"delete_resourcefact", "delete_strategyserves", "delete_level"} <= held
    assert held.isdisjoint({"delete_resource", "delete_question", "delete_resourcecopy"})
