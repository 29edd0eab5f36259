"""Hostile text in every field that anybody can type into, through everything the site puts out.

The fields are read from the models: a new one is hostile here from its first day. What single
outputs do with single texts stands in their own tests; here all meet all.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from html.parser import HTMLParser
from itertools import product
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from icalendar import Calendar
from pypdf import PdfReader

from assessment import mailing
from assessment.documents import pdf, press
from assessment.models import AccessLink, Action, Move, OwnerEmail, TurnoverEstimate
from assessment.urls import employer_patterns
from tests import factories
from tests.browser.addresses import POSTED, names
from tests.people import Person, person
from tests.toolkit.small import GUIDE, load_and_publish
from toolkit import editions
from toolkit.catalogue import from_document
from toolkit.models import FailedSignIn, LinkCheck, Resource

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_wording")]
# A tag that no page has: whoever lets it through made markup of text.
TAG = "evil-x"
# A formula, a broken line, the ends of attribute, tag, section and template, a reversed name and a
# control character. 7919 + 1 stands on a page only where a template was filled in twice.
TEXT = f"=1\r\n\"'><{TAG} onload=1>{{{{7919|add:1}}}}{{% now 'Y' %}}&lt;{TAG}&gt;]]>\u202e\x01"
# Texts that nobody types: keys, hashes, names of other rows, words of our own, addresses that
# have to be such, and what is made of the rest.
NOT_TYPED = {
    *("AccessLink.component", "AccessLink.secret_hash", "Action.key", "Action.question"),
    *("Action.strategy", "ActionChange.by", "ActionChange.field", "Answer.question"),
    *("Answer.saved_by", "Assessment.public_id", "IssuedDocument.fingerprint"),
    *("IssuedDocument.plan", "Move.by", "RequestCount.key", "Change.slug", "Change.document"),
    *("ResourceCopy.sha256", "Edition.fingerprint", "Edition.document", "Component.slug"),
    *("Component.loaded_hash", "Component.code", "Question.slug", "Question.loaded_hash"),
    *("Question.code", "Resource.slug", "Resource.loaded_hash", "Resource.published"),
    *("Resource.original_url", "Resource.archived_url", "Resource.component_slugs"),
    *("Resource.search_text", "ResourceAddress.url", "ResourceCopy.captured_from"),
    *("LinkCheck.url", "LinkCheck.new_url", "Strategy.slug", "Strategy.loaded_hash"),
    *("Upload.name", "Upload.sha256", "Question.pulse", "DocumentOrder.fingerprint"),
    *("PrintedSheet.key", "OwnerEmail.email"),
}

ONLY: dict[str, dict[str, Any]] = {
    "Action.drop_reason": {"status": "dropped"},
    "Level.next_step": {"number__lt": 4},
}


def typed(app: str) -> Iterator[tuple[type[models.Model], str, int]]:
    """Every text of an app that somebody types: its table, name and length."""
    for model in apps.get_app_config(app).get_models():
        for field in model._meta.fields:
            is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
            if is_text and f"{model.__name__}.{field.name}" not in NOT_TYPED:
                yield model, field.name, field.max_length or 2000


def make_hostile(app: str) -> set[str]:
    """Put ``TEXT`` into every typed field of every row; returns the fields that had a row."""
    filled = set()
    for model, name, most in typed(app):
        # What the database allows in some of the rows only.
        only = ONLY.get(f"{model.__name__}.{name}", {})
        rows = model._default_manager.filter(**only)
        if rows.update(**{name: TEXT[:most]}):
            filled.add(f"{model.__name__}.{name}")
    return filled


class Markup(HTMLParser):
    """What a browser would make of a page: tags that are not ours, handlers, what it would load."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if TAG in tag or tag in {"iframe", "object", "embed", "base", "style"}:
            self.problems.append(f"<{tag}>")
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or TAG in name or name == "style":
                self.problems.append(f"<{tag} {name}>")
            if name in {"src", "href", "action", "formaction"} and re.match(
                r"(javascript|data|vbscript|file|//)", address
            ):
                self.problems.append(f"<{tag} {name}={address[:40]}>")


def problems_of(response: Any) -> list[str]:
    """What is wrong with an answer, whatever it is."""
    kind = response["Content-Type"].partition(";")[0]
    content = response.content if not response.streaming else response.getvalue()
    read = {
        "text/html": of_page,
        "application/pdf": of_pdf,
        "text/csv": of_csv,
        "text/calendar": of_calendar,
        "application/atom+xml": of_feed,
    }.get(kind)
    if read is None and "openxml" in kind:
        read = of_workbook if "sheet" in kind else of_office
    found = read(content) if read else []
    found += [
        f"header {n}" for n, v in response.headers.items() if f"<{TAG}" in v or not v.isprintable()
    ]
    return found


def of_page(content: bytes) -> list[str]:
    page = content.decode()
    return Markup(page).problems + (["filled in twice"] if "7920" in page else [])


def of_pdf(content: bytes) -> list[str]:
    reader = PdfReader(io.BytesIO(content))
    actions = [
        annotation.get_object().get("/A", {}).get("/URI", "")
        for page in reader.pages
        for annotation in page.get("/Annots", [])
    ]
    found = [f"annotation {uri}" for uri in actions if TAG in uri or not _is_ours(uri)]
    root: Any = reader.trailer["/Root"]
    found += [f"{key}" for key in ("/OpenAction", "/AA", "/JavaScript") if key in root]
    return found + (["attachment"] if list(reader.attachments) else [])


def _is_ours(uri: str) -> bool:
    return not uri or uri.startswith(("http://", "https://", "mailto:"))


def of_csv(content: bytes) -> list[str]:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [cell[:20] for row in rows for cell in row if cell[:1] in set("=+-@\t\r")]


def of_calendar(content: bytes) -> list[str]:
    calendar = Calendar.from_ical(content)
    found = [
        str(e.name) for e in calendar.walk() if e.name not in {"VCALENDAR", "VEVENT", "VALARM"}
    ]
    count = sum(e.name == "VEVENT" for e in calendar.walk())
    found += [f"{count} events"] if count != Action.objects.exclude(due_on=None).count() else []
    return found + [line for line in content.decode().splitlines() if line.startswith("ATTACH")]


def of_feed(content: bytes) -> list[str]:
    tags = {element.tag for element in ElementTree.fromstring(content).iter()}  # noqa: S314 (ours)
    return [tag for tag in tags if TAG in tag]


def of_workbook(content: bytes) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    found = [f"formula in {c.coordinate}" for c in cells if c.data_type == "f"]
    return found + of_office(content)


def of_office(content: bytes) -> list[str]:
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            text = archive.read(name)
            if not name.endswith((".xml", ".rels")):
                continue
            ElementTree.fromstring(text)  # noqa: S314 (made by us a moment ago)
            if f"<{TAG}".encode() in text:
                found.append(f"markup in {name}")
            if name.endswith(".rels") and (b"file:" in text or TAG.encode() in text):
                found.append(f"relation in {name}")
    return found


# -- the site ----------------------------------------------------------------------------------


@pytest.fixture
def owner(db: None) -> Person:
    """The owner of an assessment that has a row in every table."""
    load_and_publish()
    today = timezone.localdate()
    earlier = factories.make_assessment(name="Earlier")
    bakery = factories.make_assessment(earlier=earlier)
    for assessment, slug in product((earlier, bakery), ("wage", "raises", "leave")):
        factories.make_answer(assessment, slug, 1, note="A note.", is_not_sure=True)
    for n, status in enumerate(("not-started", "dropped", "done")):
        fields: dict[str, Any] = {
            "due_on": today,
            "status": status,
            "drop_reason": "x" if n == 1 else "",
        }
        action = factories.make_action(bakery, key=f"action-{n}", **fields)
        action.changes.create(field="title", before="a", after="b", by="The owner")
    factories.make_action(bakery, removed_at=timezone.now())
    TurnoverEstimate.objects.create(
        assessment=bakery, headcount=40, leavers=4, pay=40000, low_percent=20, high_percent=50
    )
    Move.objects.create(assessment=earlier, from_number=1, to_number=2, revisions=0, by="The owner")
    maria = person("maria", bakery)
    AccessLink.objects.update(label="For Sam")
    return maria


def of_employer(maria: Person) -> Iterator[tuple[str, Any]]:
    """Every page and file of the employer."""
    args = {
        "component": ["pay"],
        "own_worksheet": ["pay"],
        "type_back_sheet": ["pay"],
        "edit_action": ["action-0"],
    }
    ticked = {"include_answers": "on", "include_notes": "on"}
    for pattern in employer_patterns:
        name = str(pattern.name)
        if f"assessment:{name}" not in POSTED and name not in {"download", "making"}:
            yield name, maria.get(maria.address(name, *args.get(name, [])), ticked)
    for name in ("make_document", "make_board_summary", "make_word"):
        yield name, maria.get(maria.send(name, data=ticked)["Location"])


def of_everybody(client: Client) -> Iterator[tuple[str, Any]]:
    """Every public page and file that there is; employers' own addresses are not."""
    for name in set(names()) - POSTED:
        for key in ([], ["pay"], [GUIDE], ["set-a-wage"]):
            try:
                address = reverse(name, args=key)
            except NoReverseMatch:
                continue
            response = client.get(address)
            if response.status_code == 200:
                yield address, response


def problems_in(seen: Iterable[tuple[str, Any]], *, shown_on: int) -> dict[str, list[str]]:
    """What is wrong with which answer; at least so many must show the text, as text."""
    found, shown = {}, 0
    for name, response in seen:
        assert response.status_code == 200, (name, response.status_code)
        problems = problems_of(response)
        shown += f"&lt;{TAG}".encode() in response.content
        if problems:
            found[name] = problems
    assert shown >= shown_on
    return found


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the printing of documents fetched."""
    fetched: list[str] = []
    fetch = press.FontFetcher.fetch

    def spy(self: Any, url: str, headers: Any = None) -> Any:
        fetched.append(url)
        return fetch(self, url, headers)

    monkeypatch.setattr(press.FontFetcher, "fetch", spy)
    return fetched


def test_what_an_employer_types_is_only_ever_text(owner: Person, connections: list[str]) -> None:
    filled = make_hostile("assessment")
    assert filled == {f"{m.__name__}.{n}" for m, n, _ in typed("assessment")}
    assert problems_in(of_employer(owner), shown_on=24) == {}
    assert connections
    assert set(connections) <= set(pdf.FONTS)


def test_no_mail_holds_what_an_employer_types(owner: Person, mail_on: Callable[..., Any]) -> None:
    address = "maria@example.org"
    OwnerEmail.objects.create(assessment=owner.assessment, email=address)
    make_hostile("assessment")
    mails = mail_on(lambda: mailing.ask_for_links(email=address))
    mails += mail_on(lambda: mailing.send_notice([OwnerEmail.objects.get()], until=[date.max]))
    assert len(mails) == 2
    for sent in mails:
        # Not as it is sent: there an encoding would hide it. Nor whole: lines are wrapped.
        said = f"{sent.subject} {sent.body} {sent.extra_headers}"
        assert "onload" not in said
        assert "7920" not in said


def test_what_an_editor_types_is_only_ever_text(
    owner: Person, client: Client, connections: list[str]
) -> None:
    make_hostile("toolkit")
    document = editions.draft_document()
    newest = editions.live_edition()
    assert newest is not None
    factories.make_edition(
        from_document(json.loads(document)), number=newest.number, revision=newest.revision + 1
    )
    assert problems_in(of_employer(owner), shown_on=12) == {}
    assert problems_in(of_everybody(client), shown_on=8) == {}
    assert connections
    assert set(connections) <= set(pdf.FONTS)


def test_the_desk_shows_it_as_text(owner: Person, admin_client: Client) -> None:
    resource = Resource.objects.get(slug=GUIDE)
    LinkCheck.objects.create(
        resource=resource, which="original", url=resource.original_url, outcome="moved"
    )
    FailedSignIn.objects.create(username="x", path_info="x")
    for app in ("assessment", "toolkit"):
        make_hostile(app)

    def desk() -> Iterator[tuple[str, Any]]:
        for model in admin.site._registry:
            where = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            yield where, admin_client.get(reverse(f"{where}_changelist"))
            yield f"{where}?q", admin_client.get(reverse(f"{where}_changelist"), {"q": "evil"})
            first = model._default_manager.order_by("pk").first()
            for page in ("change", "history"):
                if first is None:
                    continue
                address = reverse(f"{where}_{page}", args=[first.pk])
                yield f"{where}_{page}", admin_client.get(address)

    assert problems_in(desk(), shown_on=20) == {}
