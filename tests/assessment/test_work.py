"""The worker as a process: it prints, it is killed in the midst, and another takes it up."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult

from assessment.models import IssuedDocument
from tests import factories
from tests.people import person
from tests.queue import QUEUED, start_worker, until, work


def test_without_a_queue_there_is_nothing_to_do(db):
    with pytest.raises(CommandError, match="Without TASKS=worker the site does everything itself"):
        call_command("work")


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_what_a_worker_was_killed_over_is_printed_by_the_next(settings):
    settings.TASKS = QUEUED
    factories.publish_bakery_edition()
    maria = person("maria", factories.make_assessment())
    address = str(maria.send("make_document")["Location"])

    killed = start_worker()
    try:
        until(DBTaskResult.objects.filter(status="RUNNING").exists)
    finally:
        killed.kill()
        killed.wait()
    assert not IssuedDocument.objects.exists()
    assert DBTaskResult.objects.get().status == "RUNNING"

    work()

    document = IssuedDocument.objects.get()
    assert bytes(document.content).startswith(b"%PDF")
    assert f"documents/made/{document.fingerprint}/" in maria.get(address).content.decode()
    assert len(DBTaskResult.objects.get().worker_ids) == 2
