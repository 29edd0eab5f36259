"""The bakery, its people, and the edition it answers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessment.models import Assessment
from tests import factories
from tests.people import Person, person
from toolkit.models import Edition

TRANSACTION_WORDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@pytest.fixture
def edition(db) -> Edition:
    """The small edition, live."""
    return factories.publish_bakery_edition()


@pytest.fixture
def real_edition(db) -> Edition:
    """The edition of the content files, live."""
    return factories.publish_real_edition()


@pytest.fixture
def bakery(edition: Edition) -> Assessment:
    """Maria's assessment, with nothing answered."""
    return factories.make_assessment()


@pytest.fixture
def maria(bakery: Assessment) -> Person:
    """The owner."""
    return person("maria", bakery)


@pytest.fixture
def sam(bakery: Assessment) -> Person:
    """Someone with an edit link."""
    return person("sam", bakery)


@pytest.fixture
def ana(bakery: Assessment) -> Person:
    """The contributor to job security."""
    return person("ana", bakery)


@pytest.fixture
def rita(bakery: Assessment) -> Person:
    """A reader."""
    return person("rita", bakery)


@pytest.fixture
def omar(bakery: Assessment) -> Person:
    """A stranger, who knows the address and has no link."""
    return person("omar", bakery)


@pytest.fixture
def at_most() -> Callable[[int], AbstractContextManager[None]]:
    """Fail on more queries than that, statements of transactions left out (decisions.md 32)."""

    @contextmanager
    def counting(most: int) -> Iterator[None]:
        with CaptureQueriesContext(connection) as captured:
            yield
        asked = [q["sql"] for q in captured if not q["sql"].startswith(TRANSACTION_WORDS)]
        assert len(asked) <= most, "\n".join(asked)

    return counting


@pytest.fixture
def mail_on(settings, django_capture_on_commit_callbacks, mailoutbox) -> Callable[..., Any]:
    """A site that sends mail: ``mail_on(call)`` calls and returns the mails that this sent."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    settings.DEFAULT_FROM_EMAIL = "Job Quality <jobs@example.org>"
    settings.SITE_URL = "https://jobs.example.org"

    def sent(call: Callable[[], object]) -> list[EmailMessage]:
        before = len(mailoutbox)
        with django_capture_on_commit_callbacks(execute=True):
            call()
        return list(mailoutbox[before:])

    return sent
