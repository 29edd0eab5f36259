"""An assessment that is deleted while a request to it is under way: gone, and nothing comes back.

Each address is called with what its form sends, so that it comes as far as storing something.
"""

from typing import Any

import pytest
from django.apps import apps

from assessment import access
from assessment.models import Assessment, PrintedSheet, RequestCount
from tests import factories
from tests.people import Person

from .test_access import NAMES, RULES, call_address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]

ANSWER = {"edition": "1", "rest-meaning": "1", "rest-revision": "0", "rest-choice": "2"}
SENT: dict[str, dict[str, Any]] = {
    "profile": {"covers": "site", "name": "Renamed"},
    "targets": {"pay-target": "4", "pay-importance": "3"},
    "component": ANSWER,
    "save_answer": ANSWER,
    "type_back_sheet": {"edition": "1", "rest": "2"},
    "adopt": {"step": ["wage"]},
    "new_action": {"title": "Post the hours", "status": "not-started"},
    "edit_action": {"title": "Changed", "status": "done", "sequence": "0"},
    "set_status": {"status": "done", "sequence": "0"},
    "order_action": {"to": "down"},
    "turnover": {"headcount": "40", "leavers": "4", "pay": "40000", "low": "20", "high": "50"},
    "new_link": {"role": "read"},
    "owner_email": {"email": "maria@example.org"},
    "move": {"from": "1", "to": "2"},
    "reassess": {"edition": "2", "mode": "full"},
    "delete": {"confirm": "on"},
}


@pytest.fixture
def gone_after_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another tab deletes the assessment as soon as a request has looked at its link."""
    read = access.access_for

    def read_and_delete(*args: Any) -> access.Access:
        found = read(*args)
        Assessment.objects.filter(pk=found.assessment.pk).delete()
        return found

    monkeypatch.setattr(access, "access_for", read_and_delete)


def of_assessments() -> list[Any]:
    """Every table of rows that belong to an assessment, and assessments themselves."""
    models = apps.get_app_config("assessment").get_models()
    others = {PrintedSheet, RequestCount}
    return [model._default_manager.all() for model in models if model not in others]


def test_nothing_fails_and_nothing_is_stored(gone_after_reading, mail_on) -> None:
    factories.publish_bakery_edition()
    factories.make_edition(factories.bakery_catalogue(), number=2)
    statuses = {}
    for name in NAMES:
        for method in {"GET", "POST"} & {*RULES[name].methods}:
            bakery = factories.make_assessment()
            factories.make_answer(bakery, "wage", 0)
            factories.make_action(bakery, key="an-action")
            maria = Person(bakery, raise_request_exception=False).given("owner")
            address = call_address(bakery, name)
            response = getattr(maria, method.lower())(address, SENT.get(name, {}))
            statuses[f"{method} {name}"] = response.status_code
            assert not any(rows.exists() for rows in of_assessments()), f"{method} {name}"
    assert {name: status for name, status in statuses.items() if status >= 500} == {}
    assert statuses["POST profile"] == statuses["POST new_action"] == 404
