"""System checks for production, and the refusals that go with them."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.core.checks import run_checks

from jobquality import VERSION
from jobquality.checks import TAG
from jobquality.settings import TASK_BACKENDS
from scripts.configuration import clean_environment
from scripts.terminal import ROOT


def found(*, deploy: bool = True) -> set[str]:
    """The ids of our own checks that do not hold."""
    messages = run_checks(tags=[TAG], include_deployment_checks=deploy)
    assert all(message.hint or message.id == "jobquality.E002" for message in messages)
    return {str(message.id) for message in messages}


@pytest.fixture(autouse=True)
def deployed(settings) -> None:
    """As it should be."""
    settings.HAS_SECRET_KEY = True


def test_nothing_is_wrong_with_a_sound_deployment(settings) -> None:
    settings.METRICS_TOKEN = "a" * 16
    settings.ERROR_HOOK = "builtins.print"
    settings.ALLOWED_HOSTS = ["jobs.example.org"]
    assert found() == set()


def test_debug_where_others_come_by_is_warned_of(settings) -> None:
    settings.DEBUG = True
    assert found(deploy=False) == set()
    settings.ALLOWED_HOSTS = ["localhost", "jobs.example.org"]
    assert found(deploy=False) == {"jobquality.W001"}


@pytest.mark.parametrize("hook", ["nowhere.hook", "print", "jobquality.logs.nothing", "sys.path"])
def test_a_hook_that_is_none_is_named(settings, hook: str) -> None:
    settings.ERROR_HOOK = hook
    assert found(deploy=False) == {"jobquality.E002"}


def test_a_missing_key_is_named(settings) -> None:
    settings.HAS_SECRET_KEY = False
    assert (found(deploy=False), found()) == (set(), {"jobquality.E003"})


def test_a_place_for_copies_that_is_none_is_named(settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    options = {"location": tmp_path / "file" / "copies"}
    backend = {"BACKEND": "toolkit.copy_storage.WholeFileStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "copies": backend}
    assert found() == {"jobquality.E004"}


def test_a_token_easy_to_guess_is_named(settings) -> None:
    settings.METRICS_TOKEN = "a" * 15
    assert found() == {"jobquality.W005"}


@pytest.mark.parametrize(
    ("backend", "ids"), [("immediate", {"jobquality.W006"}), ("worker", set())]
)
def test_mail_without_a_worker_is_named(settings, backend: str, ids: set[str]) -> None:
    settings.TASKS = {"default": {"BACKEND": TASK_BACKENDS[backend]}}
    assert found() == set()
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    assert found() == ids


@pytest.mark.parametrize(("values", "serves"), [({}, False), ({"SECRET_KEY": "of ours"}, True)])
def test_no_site_is_served_without_a_key(values: dict[str, str], serves: bool) -> None:
    env = clean_environment(DATABASE_URL="sqlite:///:memory:", **values)
    done = subprocess.run(
        [sys.executable, "-c", "import jobquality.wsgi"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (0 if serves else 1)
    assert ("Set SECRET_KEY before serving the site." in done.stderr) is not serves


# Of every cookie: not sent over plain http, not read by scripts, not sent by other sites' forms.
COOKIE_SETTINGS = {
    f"{cookie}_COOKIE_{flag}": value
    for cookie in ("SESSION", "CSRF")
    for flag, value in {"SECURE": True, "HTTPONLY": True, "SAMESITE": "Lax"}.items()
}


@pytest.mark.parametrize(
    ("values", "is_secure"), [({}, True), ({"INSECURE_HTTP": "1"}, False), ({"DEBUG": "1"}, False)]
)
def test_cookies_are_as_closed_as_can_be(values: dict[str, str], *, is_secure: bool) -> None:
    """In a process of its own: the tests' settings let cookies pass over plain http."""
    code = (
        "import json; from jobquality import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {[*COOKIE_SETTINGS]}}}))"
    )
    env = clean_environment(DATABASE_URL="sqlite:///:memory:", **values)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    wanted = {
        name: is_secure if name.endswith("SECURE") else value
        for name, value in COOKIE_SETTINGS.items()
    }
    assert json.loads(done.stdout) == wanted


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
