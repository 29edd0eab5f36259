"""The privacy page, held against the facts it states."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from assessment.limiting import LIMITS
from assessment.models import Assessment
from assessment.models.document import KEPT, KINDS
from tests import factories
from tests.pages import words
from toolkit import audit

pytestmark = pytest.mark.django_db


def page(address: str = "/privacy/") -> str:
    return words(Client().get(address))


def test_the_cookies_are_those_it_names_and_last_as_long(bakery, maria) -> None:
    maria.get("/start/")
    maria.send("put_back_action", factories.make_action(bakery).key)
    ages = {name: int(cookie["max-age"] or 0) for name, cookie in maria.cookies.items()}
    assert ages.keys() == {"sessionid", "csrftoken", "messages"}
    assert {(c["httponly"], c["samesite"]) for c in maria.cookies.values()} == {(True, "Lax")}
    text = page()
    assert "Three cookies. “sessionid”" in text
    assert "“messages” holds a sentence on what you just did" in text
    assert ages["messages"] == 0
    maria.see("plan")
    assert maria.cookies["messages"].value == ""
    assert f"“csrftoken”, kept for {ages['csrftoken'] // 86_400} days" in text
    assert f"for {ages['sessionid'] // 86_400} days after you last opened or left one" in text


def test_it_states_every_time_that_is_set(settings) -> None:
    settings.RETENTION_DAYS, settings.BACKUP_DAYS = 123, 45
    text = page()
    assert "An assessment is kept for 123 days after its last change" in text
    assert "backups last up to 45 days more" in text
    assert "An action removed from a plan stays for 30 days" in text
    settings.BACKUP_DAYS = 0
    assert "The operator of this site says that there are no backups of it." in page()


def test_it_states_how_long_addresses_are_kept() -> None:
    assert f"keeps the internet address for {audit.ADDRESS_DAYS} days" in page()
    longest = max(limit.seconds for limit in LIMITS.values())
    assert longest + 86_400 <= 2 * 86_400  # until the daily run after its end
    assert "a fingerprint of the address for at most two days" in page()


def test_it_speaks_of_mail_only_where_there_is_any(mail_on, settings) -> None:
    text = page()
    assert "An email address, only if you leave one." in text
    assert "a notice goes there 30 days before" in text
    assert "we ask for no email address" not in text
    settings.MAILERS = {}
    text = page()
    assert "There is no account and we ask for no email address." in text
    assert "mail" not in text.lower().replace("email address", "")


@pytest.mark.parametrize("address", ["/privacy/", "/accessibility/", "/lost-link/"])
def test_it_says_who_runs_the_site_or_that_nobody_said(address, settings) -> None:
    assert "The operator of this site has not listed a contact here" in page(address)
    settings.OPERATOR_NAME, settings.OPERATOR_CONTACT = "The <b>O’Hara</b> Fund", "help@example.org"
    assert "This site is run by The <b>O’Hara</b> Fund: help@example.org" in page(address)
    assert 'href="mailto:help@example.org"' in Client().get(address).content.decode()


def test_the_last_three_documents_are_what_is_kept() -> None:
    assert (KEPT, [kind for kind, _ in KINDS]) == (3, ["plan", "board", "word"])
    assert "three PDF plans, three board summaries and three Word files" in page()


def test_a_look_by_staff_is_recorded_without_the_name(bakery, admin_client) -> None:
    admin_client.get(f"/admin/assessment/assessment/{bakery.pk}/change/")
    (look,) = LogEntry.objects.filter(action_flag=audit.LOOKED, object_id=str(bakery.pk))
    assert (look.object_repr, look.user.is_staff) == (bakery.public_id, True)
    assert look.action_time.date() == timezone.now().date()
    assert "by a key and not by its name" in page()


def test_looking_at_an_assessment_is_no_change(bakery, maria) -> None:
    before = Assessment.objects.values("changed_at").get()
    for name in ("hub", "results", "plan", "links"):
        maria.see(name)
    assert Assessment.objects.values("changed_at").get() == before
    assert "Looking at it is not a change." in page()
