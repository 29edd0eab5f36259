"""EMAIL_URL, and what mail needs besides."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from jobquality.mail_url import HOW, mailers
from scripts.configuration import clean_environment

ROOT = Path(__file__).resolve().parent.parent.parent


def test_without_it_there_is_no_mailer() -> None:
    assert mailers("") == {}


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("smtp://localhost", {"host": "localhost", "port": 25}),
        (
            "smtp+tls://maria%40example.org:s%3Acret%2F@mail.example.org",
            {
                "host": "mail.example.org",
                "port": 587,
                "use_tls": True,
                "username": "maria@example.org",
                "password": "s:cret/",
            },
        ),
        (
            "smtps://u:p@mail.example.org:4650/",
            {
                "host": "mail.example.org",
                "port": 4650,
                "use_ssl": True,
                "username": "u",
                "password": "p",
            },
        ),
    ],
)
def test_a_server_is_one_line(url: str, options: dict[str, object]) -> None:
    mailer = mailers(url)["default"]
    assert mailer["BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert mailer["OPTIONS"] == {"timeout": 10, **options}


def test_mails_can_be_printed_instead() -> None:
    assert mailers("console:")["default"]["BACKEND"].endswith("console.EmailBackend")


@pytest.mark.parametrize(
    "url",
    ["mail.example.org", "smtp://", "http://u:hidden@host", "smtp://host:port", "smtp://h/?tls=1"],
)
def test_what_cannot_be_read_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        mailers(url)
    assert str(refused.value) == HOW
    assert "hidden" not in HOW


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "{}"),
        ({"EMAIL_URL": "smtp://h"}, "EMAIL_URL needs SITE_URL and DEFAULT_FROM_EMAIL as well."),
        (
            {
                "EMAIL_URL": "smtp://h",
                "SITE_URL": "https://x.org/",
                "DEFAULT_FROM_EMAIL": "a@x.org",
            },
            "https://x.org a@x.org",
        ),
        ({"SITE_URL": "x.org"}, "SITE_URL must be the site's address"),
        ({"BACKUP_DAYS": "-1"}, "BACKUP_DAYS must be 0"),
        ({"OPERATOR_NAME": "two\nlines"}, "must each stand on one line"),
    ],
)
def test_mail_is_off_until_all_it_needs_is_set(values: dict[str, str], says: str) -> None:
    code = (
        "from jobquality import settings as s;"
        "print(s.MAILERS, s.SITE_URL, s.DEFAULT_FROM_EMAIL, s.SILENCED_SYSTEM_CHECKS)"
    )
    env = clean_environment(DATABASE_URL="sqlite://:memory:", **values)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert says in done.stdout + done.stderr
