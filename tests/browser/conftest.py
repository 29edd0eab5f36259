"""The published site, and employers with answers whose links a browser can open."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, expect

from assessment import access, workflow
from assessment.models import Answer, Assessment, RequestCount
from assessment.views.home import live_catalogue
from tests.rows import put_back, rows_of_toolkit
from toolkit.catalogue import Catalogue, Question

# Milliseconds: long enough for a busy machine.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
OWNER = access.ROLE_WORDS["owner"]


@pytest.fixture
def new_context(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """Open a browser that gives up sooner than Playwright on what does not come."""

    def impatient(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(PATIENCE)
        return context

    return impatient


@pytest.fixture(scope="session")
def published_rows(django_db_setup: None, django_db_blocker: Any) -> list[models.Model]:
    """Every row of the published toolkit, read from the content files once.

    Loading the files takes seconds, and each test begins with empty tables.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_content", "--publish-if-empty", stdout=StringIO())
        rows = rows_of_toolkit()
        transaction.set_rollback(True)
    return rows


@pytest.fixture(autouse=True)
def site(published_rows: list[models.Model], transactional_db: None) -> None:
    """Publish the toolkit anew for each test."""
    put_back(published_rows)


@pytest.fixture
def catalogue(site: None) -> Catalogue:
    """What is published."""
    catalogue = live_catalogue()
    assert catalogue is not None
    return catalogue


class Mails:
    """What the site mailed, the last one last."""

    def __init__(self, sent: list[EmailMessage]) -> None:
        self.sent = sent

    def path(self) -> str:
        """The path of the link in the last mail."""
        (found,) = re.findall(r"(/open/mailed/[\w-]+/)", str(self.sent[-1].body))
        return str(found)

    def let_the_pause_pass(self) -> None:
        """As if the last mail were older than the pause between two."""
        RequestCount.objects.update(ends=0)


@pytest.fixture
def mails(settings: Any, mailoutbox: list[EmailMessage]) -> Mails:
    """A site that sends mail, caught here."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    settings.SITE_URL = "https://jobs.example.org"
    return Mails(mailoutbox)


@dataclass(frozen=True)
class Employer:
    """An assessment, the secret of its owner's link and the questions it is asked."""

    assessment: Assessment
    secret: str
    questions: list[Question]

    def enter(self, page: Page) -> None:
        """Open the private link in a browser."""
        page.goto(f"/open/{self.secret}/")

    def address(self, name: str, *args: Any) -> str:
        """The path of one of the employer's pages."""
        return reverse(f"assessment:{name}", args=[self.assessment.public_id, *args])

    def component_of(self, question: Question) -> str:
        """The path of the page that asks ``question``."""
        return self.address("component", question.component)

    def answer_to(self, question: Question) -> Answer | None:
        """The answer as it is stored now."""
        return self.assessment.answers.filter(question=question.slug).first()

    def level_of(self, question: Question) -> int | None:
        """The level stored now, None without an answer."""
        answer = self.answer_to(question)
        return answer.level if answer else None

    def give(self, question: Question, level: int | None, **fields: Any) -> Answer:
        """Store an answer as another device would, at the next revision."""
        before = self.answer_to(question)
        row = before or Answer(assessment=self.assessment, question=question.slug, revision=0)
        for name, value in {"note": "", **fields, "level": level}.items():
            setattr(row, name, value)
        row.revision += 1
        row.saved_at, row.saved_by = timezone.now(), OWNER
        row.save()
        return row


@pytest.fixture
def make_employer(catalogue: Catalogue) -> Callable[..., Employer]:
    """Start an assessment: ``levels`` answers its first questions, other values are its fields."""

    def make(*, levels: str = "", mode: str = "quick", **fields: Any) -> Employer:
        assessment = Assessment(
            edition_number=1,
            mode=mode,
            **{"name": "Harbor Street Bakery", "size": "10-49", **fields},
        )
        _, secret = workflow.start_assessment(assessment=assessment)
        profile = assessment.profile()
        questions = [q for q in catalogue.questions.values() if profile.asks(q)]
        employer = Employer(assessment, secret, questions)
        for question, level in zip(questions, levels, strict=False):
            employer.give(question, int(level))
        return employer

    return make


@pytest.fixture
def employer(make_employer: Callable[..., Employer]) -> Employer:
    """A bakery that has begun the quick check and answered nothing."""
    return make_employer()


class OnPage:
    """A question as it stands on a page of the browser."""

    def __init__(self, page: Page, question: Question) -> None:
        self.page, self.slug = page, question.slug
        self.box: Locator = page.locator(f"#{question.slug}")
        self.status: Locator = self.box.locator("[data-status]")
        self.note: Locator = self.box.locator("textarea")
        self.dialog: Locator = self.box.locator(".dialog")
        self.clear: Locator = self.box.get_by_role("button", name="Clear answer")

    def radio(self, level: int | str) -> Locator:
        """The radio of a level, or of “na”."""
        return self.box.locator(f"input[type=radio][value='{level}']")

    def line(self, level: int | str) -> Locator:
        """The line of a level, all of which can be pressed."""
        return self.box.locator(f".ladder label:has(input[value='{level}'])")

    def choose(self, level: int | str) -> None:
        """Press the line of a level, as a finger or a mouse would."""
        self.line(level).click()

    def open_note(self) -> None:
        """Open the box of the note."""
        self.box.get_by_text("What would you show?").click()

    def queued(self) -> Any:
        """What waits on this device for the question, None when everything is confirmed."""
        items = self.page.evaluate(
            "Object.entries(localStorage).filter(([key]) => key.startsWith('answers:'))"
            ".map(([, value]) => JSON.parse(value))"
        )
        return next((found[self.slug] for found in items if self.slug in found), None)
