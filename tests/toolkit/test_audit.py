"""The audit log: what it holds, who sees it, that nobody changes it and nothing goes from it."""

from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment.models import Assessment
from tests.pages import words
from tests.staff import PASSWORD, account, browser
from tests.toolkit.small import load_and_publish, load_small
from toolkit import audit, roles
from toolkit.content_zip import pack
from toolkit.exporting import export_files

pytestmark = pytest.mark.django_db

LOG = "/admin/toolkit/auditentry/"
FAILED = "/admin/toolkit/failedsignin/"


@pytest.fixture
def roles_made() -> None:
    call_command("setup_roles", stdout=StringIO())


@pytest.fixture
def auditor(roles_made: None) -> Client:
    return browser(account("ines", role=roles.AUDITOR))


def listed(client: Client, query: str = "", address: str = LOG) -> list[str]:
    """The rows of a log, each in words, the newest first."""
    rows = client.get(address + query).context["cl"].result_list
    name = audit.WORDS
    if address == FAILED:
        return [f"{row.username} {row.ip_address} {row.locked_out}" for row in rows]
    return [f"{row.user}: {name[row.action_flag]}: {row.object_repr}" for row in rows]


def test_sign_ins_sign_outs_and_failures_are_on_record(auditor: Client) -> None:
    account("ada")
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.post("/admin/login/", {"username": "ada", "password": "wrong"})
    client.post("/admin/login/", {"username": "nobody", "password": "wrong"})
    client.post("/admin/login/", {"username": "ada", "password": PASSWORD})
    client.post("/admin/logout/")
    assert listed(auditor, "?kind=sign-in")[:2] == ["ada: Signed out: ada", "ada: Signed in: ada"]
    assert "From 192.0.2.7." in words(auditor.get(LOG))
    assert listed(auditor, "", FAILED) == ["nobody 192.0.2.7 False", "ada 192.0.2.7 False"]
    for n in range(3):
        client.post("/admin/login/", {"username": f"n{n}", "password": "wrong"})
    assert "Refused, and locked out" in words(auditor.get(FAILED + "?locked_out__exact=1"))


def test_publishing_exports_imports_and_looks_are_on_record(auditor: Client) -> None:
    load_and_publish()
    row = Assessment.objects.create(edition_number=1, name="Corner Bakery")
    ada = browser(account("ada"))
    ada.get(f"/admin/assessment/assessment/{row.pk}/change/")
    ada.get("/admin/toolkit/export/")
    page = ada.post("/admin/toolkit/import/", {"file": zipped()}, follow=True)
    ada.post(page.redirect_chain[-1][0], {
        "load": "1", "fingerprint": page.context["run"].fingerprint
    })  # fmt: skip
    found = listed(auditor)
    assert f"ada: Viewed an employer’s data: {row.public_id}" in found
    assert listed(auditor, "?kind=looks") == [f"ada: Viewed an employer’s data: {row.public_id}"]
    files = listed(auditor, "?kind=files")
    assert files[0] == "ada: Content imported: content.zip"
    assert files[1].startswith("ada: Content exported: jobquality-content-")
    assert "Corner Bakery" not in words(auditor.get(LOG))


def zipped() -> BytesIO:
    file = BytesIO(pack(export_files()))
    file.name = "content.zip"
    return file


def test_rights_are_on_record_by_name(auditor: Client) -> None:
    user = account("omar", role=roles.EDITOR)
    ada = browser(account("ada"))
    fields = {
        "username": "omar", "is_active": "on", "is_staff": "on", "groups":
        [Group.objects.get(name=roles.PUBLISHER).pk],
        "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00",
    }  # fmt: skip
    assert ada.post(f"/admin/auth/user/{user.pk}/change/", fields).status_code == 302
    said = LogEntry.objects.get(action_flag=2).get_change_message()
    assert "Now: active, staff; groups: Publisher; permissions: none." in said
    group = Group.objects.get(name=roles.EDITOR)
    ada.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Editor", "permissions": []})
    said = LogEntry.objects.filter(action_flag=2)[0].get_change_message()
    assert said == "Permissions now: none."
    assert listed(auditor, "?kind=accounts") == [
        "ada: Changed: Editor",
        "ada: Changed: omar",
    ]


def test_a_new_password_is_noted_and_not_told(auditor: Client) -> None:
    ada, user = browser(account("ada")), account("omar")
    new = "vermilion-harbor-17"
    ada.post(f"/admin/auth/user/{user.pk}/password/", {
        "password1": new, "password2": new, "usable_password": "true", "set-password": "1",
    })  # fmt: skip
    assert User.objects.get(pk=user.pk).check_password(new)
    assert "Changed password." in words(auditor.get(LOG + "?kind=accounts"))
    assert new not in str(list(LogEntry.objects.values()))


def test_it_is_searched_and_narrowed(auditor: Client) -> None:
    ada, eve = account("ada"), account("eve")
    audit.record(ada, audit.EXPORTED, "All content.", name="one.zip")
    audit.record(eve, audit.EXPORTED, "All content.", name="two.zip")
    assert listed(auditor, "?q=one.zip") == ["ada: Content exported: one.zip"]
    assert listed(auditor, f"?user={eve.pk}") == ["eve: Content exported: two.zip"]
    assert len(listed(auditor, "?user=x&kind=nothing")) == 3
    assert auditor.get(f"{LOG}?user={'9' * 50}").status_code == 200


@pytest.mark.parametrize(
    ("when", "expected"),
    [("1", "d"), ("7", "dc"), ("30", "dcb"), ("2026", "dcb"), ("2025", ""), ("2024", "a")],
)
def test_it_is_narrowed_to_the_last_days_and_to_a_year(
    auditor: Client, monkeypatch: pytest.MonkeyPatch, when: str, expected: str
) -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    LogEntry.objects.all().delete()
    for name, days in (("a", 800), ("b", 29), ("c", 6), ("d", 0)):
        entry = audit.record(account(name), audit.EXPORTED, "", name=name)
        LogEntry.objects.filter(pk=entry.pk).update(action_time=now - timedelta(days=days))
    LogEntry.objects.exclude(action_flag=audit.EXPORTED).delete()
    rows = auditor.get(f"{LOG}?when={when}").context["cl"].result_list
    assert "".join(row.object_repr for row in rows) == expected


@pytest.mark.parametrize("when", ["0", "2023", "0000", "99999999999999999999", "x", "-1", "۷"])
def test_a_time_that_is_not_offered_narrows_nothing(auditor: Client, when: str) -> None:
    audit.record(account("ada"), audit.EXPORTED, "", name="a")
    for address in (LOG, FAILED):
        assert auditor.get(f"{address}?when={when}").status_code == 200
    assert len(listed(auditor, f"?when={when}")) == LogEntry.objects.count()


@pytest.mark.parametrize("kind", audit.KINDS)
def test_every_kind_is_a_list(auditor: Client, kind: str) -> None:
    assert auditor.get(f"{LOG}?kind={kind}").status_code == 200


def test_every_act_has_its_words_and_its_kind() -> None:
    user = account("ada")
    for act in audit.WORDS:
        if act > 3:
            entry = audit.record(user, act, "")
            kinds = [
                k for k, (_, q) in audit.KINDS.items() if LogEntry.objects.filter(q, pk=entry.pk)
            ]
            assert kinds, act


def test_it_takes_the_same_queries_however_long(
    auditor: Client, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ada = account("ada")
    counts = []
    for more in (1, 3, 60):
        for n in range(more):
            audit.record(ada, audit.EXPORTED, "", name=f"{n}.zip")
        with CaptureQueriesContext(connection) as queries:
            assert len(listed(auditor)) <= 50
        counts.append(len(queries))
    assert len({*counts[1:]}) == 1
    assert counts[0] <= counts[1] <= 16


@pytest.mark.parametrize("address", [LOG, FAILED])
def test_nobody_changes_it(address: str) -> None:
    ada = account("ada")
    client = browser(ada)
    client.post("/admin/login/", {"username": "x", "password": "x"})
    pk = LogEntry.objects.get().pk if address == LOG else "1"
    for page in ("add/", f"{pk}/delete/"):
        assert client.get(address + page).status_code in {302, 403}
        assert client.post(address + page, {"post": "yes"}).status_code in {302, 403}
    assert client.post(f"{address}{pk}/change/", {"object_repr": "x"}).status_code in {302, 403}
    chosen = {"action": "delete_selected", "_selected_action": pk, "post": "yes"}
    client.post(address, chosen)
    assert [e.object_repr for e in LogEntry.objects.all()] == ["ada"]


@pytest.mark.parametrize("role", [roles.EDITOR, roles.PUBLISHER])
@pytest.mark.parametrize("address", [LOG, FAILED])
def test_it_takes_a_permission_of_its_own(roles_made: None, role: str, address: str) -> None:
    client = browser(account("omar", role=role))
    assert client.get(address).status_code == 403
    assert "Audit log" not in words(client.get("/admin/"))


def test_staff_are_not_deleted_and_the_page_says_why() -> None:
    user = account("omar")
    client = browser(account("ada"))
    page = words(client.get(f"/admin/auth/user/{user.pk}/change/"))
    assert (
        "Accounts are not deleted: that would also delete the person’s actions from the audit log"
        in page
    )
    delete = f"/admin/auth/user/{user.pk}/delete/"
    assert client.get(delete).status_code == client.post(delete, {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": user.pk, "post": "yes"}
    client.post("/admin/auth/user/", chosen)
    assert User.objects.filter(username="omar").exists()


def test_the_first_page_lists_work_and_not_sign_ins() -> None:
    load_small()
    client = browser(account("ada"))
    assert "None available" in words(client.get("/admin/"))


def test_the_preview_of_the_log_is_linked_from_its_twin(auditor: Client) -> None:
    assert reverse("admin:toolkit_failedsignin_changelist") in auditor.get(LOG).content.decode()
    assert LOG in auditor.get(FAILED).content.decode()
