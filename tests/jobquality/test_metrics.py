"""Figures for Prometheus: nobody's without the token."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils.timezone import now
from django_tasks_db.models import DBTaskResult

from jobquality import metrics
from scripts.terminal import ROOT
from tests import factories
from tests.people import person

pytestmark = pytest.mark.django_db

TOKEN = "figures-for-one-who-may-see-them"


@pytest.fixture
def is_on(settings) -> Iterator[None]:
    settings.METRICS_TOKEN = TOKEN
    metrics.counted.cache_clear()
    yield
    metrics.counted.cache_clear()


def figures(client: Client) -> dict[str, float]:
    response = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    lines = [line for line in response.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.mark.parametrize("given", [None, "", "Bearer ", "Bearer wrong", TOKEN, "Bearer é"])
def test_without_the_token_there_is_no_such_page(
    client: Client, is_on: None, given: str | None
) -> None:
    headers = {} if given is None else {"authorization": given}
    assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("given", ["Bearer ", "Bearer", f"Bearer {TOKEN}"])
def test_it_is_off_by_default(client: Client, given: str) -> None:
    assert client.get("/metrics", headers={"authorization": given}).status_code == 404
    assert metrics.counted() is None


def test_requests_are_counted_by_name_not_by_address(client: Client, is_on: None) -> None:
    factories.publish_bakery_edition()
    maria = person("maria", factories.make_assessment())
    client.get("/no/such/page/")
    answer = {"level": "2", "edition": "1", "meaning": "1", "revision": "7"}
    assert maria.send("save_answer", "wage", data=answer).status_code == 409
    found = figures(client)
    conflicts = (
        'jobquality_requests_total{method="POST",route="assessment:save_answer",status="409"}'
    )
    assert found[conflicts] == 1
    assert found['jobquality_requests_total{method="GET",route="-",status="404"}'] == 1
    assert found['jobquality_request_seconds_count{route="assessment:save_answer"}'] == 1
    assert maria.assessment.public_id not in str(found)


@pytest.mark.db
def test_errors_of_the_database_are_counted(
    client: Client, is_on: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr("assessment.views.home.live_catalogue", fail)
    with pytest.raises(DatabaseError):
        client.get("/")
    counted = {name: count for name, count in figures(client).items() if "_errors_total" in name}
    assert [*counted.values()] == [1]


@pytest.mark.db
def test_tasks_are_counted(client: Client, is_on: None) -> None:
    values = {"args_kwargs": {}, "task_path": "a.b", "backend_name": "x", "run_after": now()}
    for status in ("READY", "READY", "FAILED"):
        DBTaskResult.objects.create(**values, status=status)
    found = figures(client)
    assert found['jobquality_tasks{status="ready"}'] == 2
    assert found['jobquality_tasks{status="failed"}'] == 1


def test_a_method_of_a_stranger_s_own_makes_no_figure_of_its_own(
    client: Client, is_on: None
) -> None:
    client.generic("BREW", "/")
    assert any('method="other"' in name for name in figures(client))


SERVE = """
import os, jobquality.server
folder = os.environ["PROMETHEUS_MULTIPROC_DIR"]
assert os.path.isdir(folder)
if os.fork() == 0:
    raise SystemExit  # a worker that ends takes nothing away
os.wait()
assert os.path.isdir(folder)
print(folder)
"""


def test_workers_share_a_folder_that_goes_with_the_server() -> None:
    env = {**os.environ, "METRICS_TOKEN": TOKEN}
    env.pop("PROMETHEUS_MULTIPROC_DIR", None)
    command = [sys.executable, "-c", SERVE]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert not os.path.exists(done.stdout.strip())


WORK = """
import os, django
from django.conf import settings
settings.configure(METRICS_TOKEN="t", INSTALLED_APPS=[])
django.setup()
from jobquality import metrics
metrics.tasks = metrics.CollectorRegistry  # there is no database
for _ in range(2):
    if os.fork() == 0:
        metrics.count_request(route="home", method="GET", status=200, seconds=0.1)
        os._exit(0)
    os.wait()
print(metrics.text().decode())
"""


def test_the_figures_of_all_workers_are_added_up(tmp_path) -> None:
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-c", WORK]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert 'jobquality_requests_total{method="GET",route="home",status="200"} 2.0' in done.stdout
