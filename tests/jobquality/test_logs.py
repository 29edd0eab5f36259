"""What the logs and the error reports say, and all that they must never say."""

import io
import json
import logging
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.exceptions import SuspiciousOperation
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from gunicorn.http.errors import InvalidHeader, InvalidRequestLine
from gunicorn.workers.base import Worker

from assessment.models import Answer, Assessment
from assessment.models.answer import Given
from jobquality import errors, logs
from jobquality.errors import ErrorHandler
from jobquality.logs import JsonFormatter
from tests import factories
from tests.people import Person, person

pytestmark = pytest.mark.django_db

# One of each that must not get out; made to be found wherever it lands.
SECRET = "zq-secret-Vr9vScZeMjWq1C9iMUGJ71XMp6"
NOTE = "zq-note we pay Bob too little"
NAME = "zq-name Harbor Bakery"
MAIL = "zq-mail@example.org"
QUERY = "zq-query"
COOKIE = "zq-cookie"
AGENT = "zq-agent"
ADDRESS = "203.0.113.77"
PRIVATE = [SECRET, "zq-", "Bob", "Harbor", ADDRESS, "example.org"]


class Said:
    """Everything the site writes or sends anywhere but to the browser."""

    def __init__(self, stream: io.StringIO, hooked: list[dict[str, Any]]) -> None:
        self.stream, self.hooked = stream, hooked

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == "jobquality.request"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["level"] == "ERROR"]

    def everything(self) -> str:
        mails = [f"{one.subject}\n{one.body}\n{one.message()}" for one in mail.outbox]
        return "\n".join([self.stream.getvalue(), repr(self.hooked), *mails])


hooked: list[dict[str, Any]] = []


def hook(error: dict[str, Any]) -> None:
    hooked.append(error)


@pytest.fixture
def said(settings, monkeypatch: pytest.MonkeyPatch) -> Said:
    """The site's own log as configured, with e-mail and a hook."""
    settings.ADMINS = ["admin@jobs.invalid"]
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    settings.ERROR_HOOK = f"{__name__}.hook"
    hooked.clear()
    # Beside pytest's own.
    ours = {*logging.getLogger("django").handlers} & {*logging.getLogger().handlers}
    (console,) = (one for one in ours if isinstance(one.formatter, JsonFormatter))
    (to_errors,) = (one for one in ours if isinstance(one, ErrorHandler))
    monkeypatch.setattr(to_errors, "mailed", {})
    stream = io.StringIO()
    monkeypatch.setattr(console, "stream", stream)
    return Said(stream, hooked)


@pytest.fixture
def maria() -> Person:
    factories.publish_bakery_edition()
    bakery = factories.make_assessment(name=NAME)
    maria = person(
        "maria",
        bakery,
        raise_request_exception=False,
        headers={"user-agent": AGENT, "x-request-id": f"{SECRET[:20]}"},
        REMOTE_ADDR=ADDRESS,
    )
    maria.cookies["other"] = COOKIE
    return maria


def nothing_private(said: Said, maria: Person) -> None:
    text = said.everything()
    assert text
    private = [*PRIVATE, maria.secret, maria.assessment.public_id, maria.cookies["sessionid"].value]
    assert [word for word in private if word and word in text] == []


def fails(message: str) -> Callable[..., Any]:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(message)

    return fail


# -- A line for each request --------------------------------------------------------------------


def test_a_request_has_one_line_that_names_the_page_only(said: Said, maria: Person) -> None:
    response = maria.get(maria.address("hub"), {"q": QUERY})
    (line,) = said.requests[-1:]
    assert line.pop("time").endswith("+00:00")
    assert (line.pop("ms") > 0, line.pop("queries") > 0) == (True, True)
    assert re.fullmatch(r"GET assessment:hub 200, [\d.]+ ms, \d+ queries", str(line.pop("message")))
    assert line == {
        "level": "INFO",
        "logger": "jobquality.request",
        "request_id": response["X-Request-ID"],
        "method": "GET",
        "route": "assessment:hub",
        "status": 200,
    }
    nothing_private(said, maria)


def test_every_query_is_counted(said: Said, maria: Person) -> None:
    with CaptureQueriesContext(connection) as asked:
        maria.see("leave")
    assert 0 < said.requests[-1]["queries"] == len(asked)


def test_staff_are_told_by_number_and_employers_not(said: Said, admin_client: Client) -> None:
    admin_client.get("/admin/")
    staff = User.objects.get()
    assert said.requests[-1]["staff"] == staff.pk
    assert staff.username not in said.everything().replace("admin:index", "")
    Client().get("/")
    assert "staff" not in said.requests[-1]


def test_what_is_nowhere_and_what_is_refused_name_no_address(said: Said, maria: Person) -> None:
    for address in (f"/open/{SECRET}/", f"/{SECRET}/", f"/a/{SECRET}/", f"/?{QUERY}=1"):
        maria.get(address, headers={"referer": f"https://example.org/open/{SECRET}/"})
    maria.get("/", headers={"host": f"{QUERY}.example.org"})
    assert [(line["route"], line["status"]) for line in said.requests][-5:] == [
        ("assessment:open_link", 404),
        ("-", 404),
        ("assessment:hub", 404),
        ("assessment:home", 200),
        ("-", 400),
    ]
    nothing_private(said, maria)


@pytest.mark.parametrize(
    ("given", "is_behind", "is_taken"),
    [
        ("0123456789abcdef0123456789abcdef", True, True),
        ("3f0c1a52-7e1d-4f6e-9a9b-0d5c8a7e6f10", True, True),
        ("0123456789abcdef0123456789abcdef", False, False),
        ("short", True, False),
        ("x" * 65, True, False),
        ("0123456789abcdef\n", True, False),
        ("maria@example.org-0123", True, False),
        ("", True, False),
    ],
)
def test_a_request_id_is_taken_from_a_trusted_proxy_only(
    settings, client: Client, given: str, is_behind: bool, is_taken: bool
) -> None:
    settings.IS_BEHIND_PROXY = is_behind
    found = client.get("/privacy/", headers={"x-request-id": given})["X-Request-ID"]
    assert found == given if is_taken else re.fullmatch("[0-9a-f]{16}", found)


def test_every_line_of_a_request_bears_its_id(said: Said, maria: Person, monkeypatch) -> None:
    def view(*args: Any) -> HttpResponse:
        logging.getLogger("assessment.something").warning("Half of %s", 2)
        return HttpResponse()

    monkeypatch.setattr("assessment.views.home.render", view)
    response = maria.get("/privacy/")
    line = next(line for line in said.lines if line["message"] == "Half of 2")
    assert line["request_id"] == response["X-Request-ID"]
    logging.getLogger("assessment.something").warning("Outside")
    assert "request_id" not in said.lines[-1]


# -- Errors -------------------------------------------------------------------------------------


def test_an_error_has_a_reference_on_its_page(said: Said, maria: Person, monkeypatch) -> None:
    monkeypatch.setattr("assessment.views.hub.render", fails(f"{NOTE} {SECRET}"))
    response = maria.see("hub")
    reference = response["X-Request-ID"]
    assert response.status_code == 500
    assert f"<code>{reference}</code>" in response.text
    (error,) = said.errors
    assert (error["request_id"], error["route"], error["status"]) == (
        reference,
        "assessment:hub",
        500,
    )
    assert error["exception"][0]["type"] == "builtins.RuntimeError"
    assert error["exception"][0]["at"][-1].endswith(" fail")
    nothing_private(said, maria)


def test_an_error_goes_to_the_admins_and_to_the_hook(said: Said, maria, monkeypatch) -> None:
    monkeypatch.setattr("assessment.views.hub.render", fails(NOTE))
    for _ in range(3):
        maria.see("hub")
    assert said.hooked == said.errors
    assert [one["route"] for one in said.hooked] == ["assessment:hub"] * 3
    # The same error is mailed once in a while, another at once.
    assert [one.subject for one in mail.outbox] == ["[Django] Error at assessment:hub"]
    assert json.loads(str(mail.outbox[0].body)) == said.hooked[0]
    monkeypatch.setattr("assessment.views.plan.render", fails(NOTE))
    maria.see("plan")
    assert len(mail.outbox) == 2
    monkeypatch.setattr(errors, "MAILED_FOR", 0)
    maria.see("hub")
    assert len(mail.outbox) == 3
    nothing_private(said, maria)


def test_a_hook_that_fails_stops_neither_the_mail_nor_the_page(
    said: Said, maria: Person, settings, monkeypatch
) -> None:
    settings.ERROR_HOOK = f"{__name__}.broken_hook"
    monkeypatch.setattr("assessment.views.hub.render", fails(NOTE))
    assert maria.see("hub").status_code == 500
    assert len(mail.outbox) == 1
    assert [line["message"] for line in said.lines if line["level"] == "WARNING"] == [
        "An error could not be passed on"
    ]
    nothing_private(said, maria)


def broken_hook(error: dict[str, Any]) -> None:
    logging.getLogger("somebody").error("An error in the hook")  # must not call it again
    raise RuntimeError(NOTE)


def test_mail_that_fails_stops_nothing(said: Said, maria: Person, monkeypatch) -> None:
    monkeypatch.setattr(errors, "mail_admins", fails(SECRET))
    monkeypatch.setattr("assessment.views.hub.render", fails(NOTE))
    assert maria.see("hub").status_code == 500
    assert len(said.hooked) == 1
    nothing_private(said, maria)


def test_false_host_names_and_missing_pages_are_no_errors_to_be_told_of(said: Said) -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/nowhere/").status_code == 404
    assert (said.hooked, mail.outbox) == ([], [])


# -- Every way to the log -----------------------------------------------------------------------


def post_answer(maria: Person) -> Any:
    data = {"wage-choice": "2", "wage-note": NOTE, "wage-meaning": "1", "wage-revision": "0"}
    return maria.send("save_answer", "wage", data={**data, "edition": "1", "email": MAIL})


def refused_by_the_database(*, assessment: Assessment, given: Given, **_: Any) -> Any:
    """Both databases name what they refuse; PostgreSQL quotes the whole row."""
    with transaction.atomic():
        Answer.objects.create(
            assessment=assessment,
            question="wage",
            level=1,
            is_not_applicable=True,
            note=given.note,
            saved_by=NAME,
            saved_at=timezone.now(),
        )


def raised_from(*args: Any, **kwargs: Any) -> Any:
    try:
        raise ValueError(NOTE)
    except ValueError as error:
        raise KeyError(SECRET) from error


def raised_during(*args: Any, **kwargs: Any) -> Any:
    try:
        raise ValueError(NOTE)
    except ValueError:
        raise KeyError(SECRET)  # noqa: B904


def suspicious(*args: Any, **kwargs: Any) -> Any:
    raise SuspiciousOperation(f"{NOTE} {SECRET}")


def logged_by_others(*args: Any, **kwargs: Any) -> Any:
    logging.getLogger("weasyprint").error("Failed to load %s", NOTE)
    logging.getLogger("django.template").warning("Cannot render %r", {"note": NOTE})
    logging.getLogger("urllib").warning("GET %s from %s", f"/open/{SECRET}/?q={QUERY}", ADDRESS)
    logging.getLogger("py.warnings").warning("%s", NOTE, exc_info=RuntimeError(SECRET))
    raise RuntimeError(NOTE)


PATHS = {
    "raised": fails(f"{NOTE} {SECRET} {MAIL} {ADDRESS}"),
    "refused by the database": refused_by_the_database,
    "raised from another": raised_from,
    "raised during another": raised_during,
    "suspicious": suspicious,
    "logged by others": logged_by_others,
}


TYPES = {
    "raised": "RuntimeError",
    "refused by the database": "IntegrityError",
    "raised from another": "KeyError",
    "raised during another": "KeyError",
    "suspicious": "SuspiciousOperation",
    "logged by others": "RuntimeError",
}


@pytest.mark.db
@pytest.mark.parametrize("path", PATHS)
def test_nothing_typed_gets_out_by_any_path(
    said: Said, maria: Person, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("assessment.views.component.workflow.save_answer", PATHS[path])
    response = post_answer(maria)
    assert response.status_code == (400 if path == "suspicious" else 500)
    assert [word for word in (SECRET, NOTE, MAIL, maria.secret) if word in response.text] == []
    (expected, *_) = (line for line in said.errors if "exception" in line)
    assert expected["exception"][0]["type"].endswith(TYPES[path])
    assert said.requests[-1]["status"] == response.status_code
    nothing_private(said, maria)


@pytest.mark.parametrize("view", ["open_secret", "grant"])
def test_no_private_link_gets_out_when_it_fails(
    said: Said, maria: Person, monkeypatch, view: str
) -> None:
    monkeypatch.setattr(f"assessment.access.{view}", fails(SECRET))
    assert maria.get(f"/open/{maria.secret}/", {"from": QUERY}).status_code == 500
    assert said.errors[0]["route"] == "assessment:open_link"
    nothing_private(said, maria)


def test_no_posted_form_gets_out_when_its_token_is_missing(said: Said, maria: Person) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"user-agent": AGENT}, REMOTE_ADDR=ADDRESS)
    strict.cookies = maria.cookies
    address = reverse("assessment:save_answer", args=[maria.assessment.public_id, "wage"])
    assert strict.post(address, {"note": NOTE, "level": SECRET}).status_code == 403
    assert strict.post("/start/", {"name": NAME, "email": MAIL}).status_code == 403
    nothing_private(said, maria)


def test_no_password_gets_out_when_signing_in_fails(said: Said, maria: Person) -> None:
    maria.post("/admin/login/?next=/admin/", {"username": MAIL, "password": SECRET})
    nothing_private(said, maria)


def test_a_line_that_cannot_be_made_prints_no_values(capsys) -> None:
    """logging prints message and arguments of what it cannot format, unless told otherwise."""
    assert logging.raiseExceptions is False
    logging.getLogger("django").error("%d", NOTE)
    logging.getLogger("assessment").error("%d", NOTE)
    captured = capsys.readouterr()
    assert NOTE not in captured.out + captured.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /open/Vr9vSc/ failed", "GET /open/[hidden]/ failed"),
        ("https://x/a/rCX4/plan/?a=b&c", "https://x/a/[hidden]/plan/?[hidden]"),
        ("to maria@example.org now", "to [e-mail] now"),
        ("from 203.0.113.77", "from [ip]"),
        ("from 2001:db8::8a2e:370:7334", "from [ip]"),
        ("at 12:34:56, in 4.5 s", "at 12:34:56, in 4.5 s"),
        ("assessment:hub", "assessment:hub"),
    ],
)
def test_what_looks_private_is_hidden(text: str, expected: str) -> None:
    assert logs.without_private(text) == expected


def test_what_postgresql_says_without_data_is_kept() -> None:
    class Diagnosis:
        constraint_name = "answer_level_or_na"

    error = IntegrityError(NOTE)
    cause = RuntimeError(NOTE)
    cause.sqlstate, cause.diag = "23514", Diagnosis()  # type: ignore[attr-defined]
    error.__cause__ = cause
    outer, inner = logs.exception_told(error)
    assert (outer["type"], inner["sqlstate"], inner["constraint"]) == (
        "django.db.utils.IntegrityError",
        "23514",
        "answer_level_or_na",
    )


def test_causes_that_go_round_come_to_an_end() -> None:
    first, second = RuntimeError(), RuntimeError()
    first.__cause__, second.__cause__ = second, first
    assert len(logs.exception_told(first)) == 2


def test_an_error_that_never_was_a_request_is_told_too(said: Said) -> None:
    try:
        raise RuntimeError(NOTE)
    except RuntimeError:
        logging.getLogger("toolkit.copies").exception("A copy could not be stored")
    (error,) = said.errors
    assert (error["message"], "route" in error) == ("A copy could not be stored", False)
    assert said.hooked == [error]
    assert mail.outbox[0].subject == "[Django] Error at -"


def test_a_failed_unit_is_reported_as_an_error_of_ours_is(said: Said) -> None:
    call_command("report_failure", "jobquality-backup")
    (error,) = said.errors
    assert error["message"] == "jobquality-backup failed. See: journalctl -u jobquality-backup"
    assert said.hooked == [error]
    assert error["message"] in mail.outbox[0].body


def test_the_request_line_survives_a_request_without_a_route(said: Said) -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=204)

    response = logs.RequestLogMiddleware(answer)(RequestFactory().generic("BREW", "/x"))
    assert (said.requests[-1]["method"], said.requests[-1]["route"]) == ("other", "-")
    assert response["X-Request-ID"] == said.requests[-1]["request_id"]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (InvalidHeader(f"Cookie: {SECRET}"), "Invalid request"),
        (InvalidRequestLine(f"GET /open/{SECRET}/ x"), "Invalid request"),
        (RuntimeError(SECRET), "Error handling request %s %s"),
    ],
)
def test_gunicorn_tells_nothing_of_a_request_it_cannot_serve(
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    message: str,
) -> None:
    """As its workers say it: some of what they say has its values filled in already."""
    for name in ("default_environ", "Response"):
        monkeypatch.setattr(f"gunicorn.workers.base.{name}", lambda *_: MagicMock())
    log = logging.getLogger("gunicorn.proved")
    worker: Any = SimpleNamespace(log=log, cfg=None)
    monkeypatch.setattr(log, "access", lambda *_: None, raising=False)
    request = SimpleNamespace(method="GET", uri=f"/archive/?q={QUERY}")
    try:
        raise error
    except Exception as raised:
        Worker.handle_error(worker, request, None, (ADDRESS, 1), raised)
    (record,) = caplog.records
    said = logs.told(record)
    assert said["message"] == message
    assert [word for word in PRIVATE if word in str(said)] == []


def test_gunicorn_s_other_lines_are_told() -> None:
    for said in ("Worker (pid:%s) exited with code %s.", "WORKER TIMEOUT (pid:%s)"):
        record = logging.LogRecord("gunicorn.error", logging.ERROR, "", 0, said, (1, 2), None)
        assert logs.told(record)["message"] == said
