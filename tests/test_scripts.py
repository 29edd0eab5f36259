"""The commands' own rules: what they read, what they name as missing, how they count."""

import logging
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from jobquality.logs import JsonFormatter
from scripts import configuration, run, run_tests, soak, soak_wapiti, system_packages
from scripts.run_tests import Tally
from scripts.terminal import ROOT
from tests import factories
from tests.postgres import PostgresError, _Server


def test_environment_variables_are_found_however_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jobquality").mkdir()
    (tmp_path / "jobquality" / "settings.py").write_text(
        'A = os.environ.get("ONE", "")\nB = os.environ["TWO"]\nC = env_flag("THREE")\n'
        'os.environ["WRITTEN"] = "1"\nD = os.getenv("FOUR")\nE = dj_database_url.config()\n'
    )
    monkeypatch.setattr(configuration, "ROOT", tmp_path)
    assert configuration.variables() == {"ONE", "TWO", "THREE", "FOUR", "DATABASE_URL"}


def test_local_settings_reach_no_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "of the developer")
    monkeypatch.setenv("DEBUG", "1")
    monkeypatch.setenv("LC_TIME", "C")
    env = configuration.clean_environment(DATABASE_URL="sqlite:///x")
    assert (env.get("SECRET_KEY"), env.get("DEBUG"), env["LC_TIME"]) == (None, None, "C")
    assert env["DATABASE_URL"] == "sqlite:///x"


def test_what_cannot_be_installed_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "_apt_prefix", lambda: None)
    need = system_packages.Need(what="A thing", packages=("one", "two"), is_there=lambda: False)
    line = "A thing is missing; install it with: apt-get install one two"
    assert system_packages.missing(need) == line
    with pytest.raises(SystemExit, match=line):
        system_packages.require(need)


def test_what_is_there_is_not_installed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "_apt_install", lambda *_: pytest.fail("installed"))
    need = system_packages.Need(what="A thing", packages=("one",), is_there=lambda: True)
    assert system_packages.missing(need) == ""


def test_a_port_in_use_is_said_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(run, "PORT", str(other.getsockname()[1]))
        with pytest.raises(SystemExit, match="is in use: stop what uses it, or choose another"):
            run.require_free_port()


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setattr(run, "PORT", port)
    with pytest.raises(SystemExit, match="PORT must be a number from 1 to 65535"):
        run.require_free_port()


def test_the_local_key_is_made_once_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "KEY_FILE", tmp_path / "data" / "secret_key")
    first = run.local_key()
    assert (len(first) > 50, run.local_key()) == (True, first)
    assert run.KEY_FILE.stat().st_mode & 0o777 == 0o600


def test_errors_count_as_failed_and_the_last_line_adds_up(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="9" failures="1" errors="2" skipped="1"/></testsuites>'
    )
    tally = run_tests._read(report) + Tally(10)
    assert str(tally) == "Tests: 15 passed, 3 failed, 1 skipped"


def test_a_part_that_cannot_run_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "missing", lambda need: f"{need.what} is missing")
    tally, reason = run_tests._run(run_tests.PARTS[2])
    assert tally == Tally(failed=1)
    assert reason == "NOT RUN: a PostgreSQL server (the database tests) is missing"


def test_what_is_too_long_for_every_test_is_left_to_soak() -> None:
    assert [part.name for part in run_tests.PARTS if "not soak" not in part.marks] == []
    assert [part.name for part in soak.PARTS if not part.marks.startswith("soak and ")] == []


def test_soak_without_libreoffice_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "missing", lambda need: f"{need.what} is missing")
    tally, reason = run_tests._run(soak.PARTS[0])
    assert tally == Tally(failed=1)
    assert reason == "NOT RUN: LibreOffice (opens the Word and Excel files) is missing"


def test_libreoffice_counts_only_with_writer_and_calc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tmp_path / "soffice"
    monkeypatch.setattr(shutil, "which", lambda _: str(found))
    seen = []
    for name in ("soffice", "libswlo.so", "libsclo.so"):
        (tmp_path / name).touch()
        seen.append(system_packages.LIBREOFFICE.is_there())
    assert seen == [False, False, True]


def test_a_database_program_that_fails_says_why_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "initdb").write_text("#!/bin/sh\necho first\necho second\nexit 1\n")
    (tmp_path / "initdb").chmod(0o755)
    server = _Server(folder=tmp_path, binaries=tmp_path, user=None)
    with pytest.raises(PostgresError, match=r"^initdb failed: first \| second$"):
        server.run("initdb")


def test_the_finder_names_what_to_install_where_there_is_no_python(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/bash", "scripts/python", "--version"],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "install the packages python3 and python3-venv" in done.stderr


@pytest.mark.django_db
def test_the_scan_reads_from_the_log_what_the_site_failed(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr("assessment.views.home.live_catalogue", fail)
    client.raise_request_exception = False
    with caplog.at_level(logging.INFO, logger="jobquality.request"):
        client.get("/")
        client.get("/no-such-page/")
    log = "\n".join(JsonFormatter().format(record) for record in caplog.records)
    assert soak_wapiti.FAILED.findall(log) == ["GET assessment:home 500"]


@pytest.mark.parametrize(
    ("addresses", "code", "is_shown", "doubts"),
    [
        (soak_wapiti.LEAST, 0, True, 0),
        (soak_wapiti.LEAST - 1, 0, True, 1),
        (soak_wapiti.LEAST, 2, True, 1),
        (soak_wapiti.LEAST, 0, False, 1),
    ],
)
def test_a_scan_in_which_nothing_was_done_is_no_good_news(
    addresses: int, code: int, is_shown: bool, doubts: int
) -> None:
    scan = soak_wapiti.Scan("desk", addresses, ())
    judged = soak_wapiti.with_doubts(scan, code=code, is_shown=is_shown)
    assert len([finding for finding in judged.findings if not finding.is_explained]) == doubts


@pytest.mark.django_db(transaction=True)
def test_each_scan_s_cookie_opens_the_page_it_is_about(
    live_server: Any, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The desk too, which asks for a code after the password."""
    settings.STAFF_SECOND_FACTOR = True
    factories.publish_bakery_edition()
    call_command("shell", "--command", soak_wapiti.SEED, verbosity=0)
    public_id, *cookies = re.findall("^SEED (.*)$", capsys.readouterr().out, flags=re.MULTILINE)
    pages = [f"{live_server.url}{path}" for path in ("/", f"/a/{public_id}/", "/admin/")]
    shown = [[soak_wapiti.is_shown(page, cookie) for page in pages] for cookie in cookies]
    assert shown == [[True, False, False], [True, True, False], [True, False, True]]
