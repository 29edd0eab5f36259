"""Every address of the site, read from the resolver, sent what no form and no link of ours sends.

Nothing may fail on our side, and nothing that is sent to one assessment may change another. Seeded,
so that a failure can be had again: FUZZ_SEED sets the seed, FUZZ_ROUNDS how many bodies each
address is sent. `make soak` sends many more.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from assessment import workflow
from assessment.models import AccessLink, Action, Answer, Assessment, TurnoverEstimate
from tests import factories
from tests.pages import sends
from tests.people import person
from tests.toolkit.small import GUIDE, load_and_publish
from toolkit import models as toolkit_models

SEED = int(os.environ.get("FUZZ_SEED", "5"))
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "3"))
SOAK_ROUNDS = 150

VALUES = (
    *("", " ", "0", "1", "-1", "2", "4", "5", "9" * 20, "9" * 400, "1e308", "NaN", "0x10", "1,5"),
    *("on", "off", "true", "null", "None", "[]", "{}", '{"a": 1}', "quick", "full", "na", "done"),
    *("0000-00-00", "9999-12-31", "10000-01-01", "2026-02-30", "1-1-1", "2026-11-22T09:30"),
    *("<script>alert(1)</script>", "'\"><img src=x>", "{{ 7|add:7 }}", "{% now 'Y' %}", "24:61"),
    *("' OR 1=1 --", "../../etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/"),
    *("a\r\nB: c", "=1+1", "@x", "\t", "\n", "\x00", "a\x00b", "\x1b[2J", "\ufeff", "\u202e"),
    *("\u2066", "\ufffe", "😀", "é" * 300, "a" * 5000, "Z" + "\u0338" * 200, "१२", "٣", "𝟜"),
    *("İ", "ﬀ", "1_000", "+4", " 4 ", "pay", "wage", "leave", "benefits", "a-b", "-", "owner"),
    *("x" * 81, "delete_selected"),
)
# What no text can hold, as the bytes of a form.
BYTES = (b"%ED%A0%80", b"%FF%FE", b"%C3%28", b"%", b"%u0041", b"\xff\xfe", b"%00")
TYPES = (
    *("application/json", "text/plain", "", "application/x-www-form-urlencoded; charset=utf-16"),
    *("application/x-www-form-urlencoded; charset=nonsense", "multipart/form-data"),
    *("multipart/form-data; boundary=", "multipart/mixed; boundary=x", "application/octet-stream"),
    "multipart/form-data; boundary=x; charset=utf-7",
)
# Names that forms of Django and of ours read beside their fields.
NAMES = (
    *("action", "_selected_action", "index", "select_across", "_save", "_continue", "_popup"),
    *("form-TOTAL_FORMS", "form-INITIAL_FORMS", "levels-TOTAL_FORMS", "facts-0-id", "next"),
    *("csrfmiddlewaretoken", "confirm", "edition", "file", "replace", "fingerprint", "load"),
    *("discard", "q", "p", "o", "all", "e", "pk", "id", "page", "sort", "kind", "mode", "code"),
    *("size", "post", "clear", "slug", "_facets", "_to_field", "_changelist_filters"),
)
# Sent now and then beside a body: a cookie in quotes holds any character by its number.
HEADERS = (
    *("Accept-Language", "Host", "HX-Request", "If-Modified-Since", "If-None-Match", "Origin"),
    *("Range", "Referer", "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-ID"),
)
COOKIES = ("sessionid", "csrftoken", "messages", "", "\xff")
HEADER_VALUES = (
    *(r'"\000aaaaaaaa"', r'"\377\377\377\377"', '"', ";;=;", "a" * 5000, "\xe9\xff", "1:[[]", "-1"),
    *("bytes=0-,5-1", "W/", "null", "http://[", "Mon, 99 Abc 9999 99:99:99 GMT", "[]", "*", "%00"),
)
LOOKUPS = (
    *("{}", "{}__exact", "{}__isnull", "{}__in", "{}__gte", "{}__year", "{}__range", "{}__x"),
    *("{}__pk", "{}__id__exact", "{}__", "__{}", "{}__iexact", "{}__date", "{}__contains"),
    "{}__regex",
)


@dataclass
class Sender:
    """Sends one address made-up bodies; remembers what failed."""

    client: Client
    rng: random.Random
    failures: list[str] = field(default_factory=list)
    sent: int = 0
    # Of its own, so that another header to choose from leaves the bodies as they were.
    headers_rng: random.Random = field(default_factory=lambda: random.Random(SEED))

    def post(self, address: str, known: dict[str, Any], others: list[str]) -> int:
        """Send a form that stands near the one the page has."""
        body, kind = self._encoded(self._fields(known, others))
        return self._send(address, body, kind, method="POST")

    def get(self, address: str, names: list[str]) -> int:
        """Ask with a query that no link has."""
        count = self.rng.randint(1, 4)
        pairs = [(self._name(names), self.rng.choice(VALUES)) for _ in range(count)]
        query = urlencode(pairs, errors="replace")
        if self.rng.random() < 0.2:
            query += f"&{self._name(names)}={self.rng.choice(BYTES[:5]).decode()}"
        return self._send(f"{address}?{query}", b"", "", method="GET")

    def _name(self, names: list[str]) -> str:
        name = self.rng.choice([*names, *NAMES])
        return self.rng.choice(LOOKUPS).format(name) if self.rng.random() < 0.5 else name

    def _fields(self, known: dict[str, Any], others: list[str]) -> list[tuple[str, str]]:
        pairs = [(name, str(value)) for name, value in known.items()]
        for _ in range(self.rng.randint(1, 3)):
            change = self.rng.randrange(5)
            if change == 0 and pairs:  # missing
                pairs.pop(self.rng.randrange(len(pairs)))
            elif change == 1 and pairs:  # doubled
                name, _ = self.rng.choice(pairs)
                pairs.append((name, self.rng.choice(VALUES)))
            elif change == 2:  # nested, or meant for another form
                name = self.rng.choice([*others, *NAMES])
                nested = self.rng.choice(["{}", "{}[a]", "{}.b", "{}-0-id", "{}[]", "{}-9999-x"])
                pairs.append((nested.format(name), self.rng.choice(VALUES)))
            elif pairs:  # of another kind
                n = self.rng.randrange(len(pairs))
                pairs[n] = (pairs[n][0], self.rng.choice(VALUES))
        return pairs

    def _odd_header(self) -> dict[str, str]:
        value = self.headers_rng.choice(HEADER_VALUES)
        if self.headers_rng.random() < 0.5:
            return {"Cookie": f"{self.headers_rng.choice(COOKIES)}={value}"}
        return {self.headers_rng.choice(HEADERS): value}

    def _encoded(self, pairs: list[tuple[str, str]]) -> tuple[bytes, str]:
        way = self.rng.randrange(8)
        if way < 4:
            body = urlencode(pairs, errors="replace").encode()
            if way == 0:
                name = self.rng.choice(pairs)[0] if pairs else "name"
                body += f"&{quote_from_bytes(name.encode())}=".encode() + self.rng.choice(BYTES)
            return body, "application/x-www-form-urlencoded"
        if way == 4:
            return urlencode(pairs).encode(), self.rng.choice(TYPES)
        return self._multipart(pairs, cut=way == 7), "multipart/form-data; boundary=b0"

    def _multipart(self, pairs: list[tuple[str, str]], *, cut: bool) -> bytes:
        body = b""
        for name, value in pairs:
            is_file = self.rng.random() < 0.2
            ending = f'; filename="{self.rng.choice(["a.json", "../a", "", "a%00.zip"])}"'
            body += f'--b0\r\nContent-Disposition: form-data; name="{name}"'.encode(
                errors="replace"
            )
            body += ending.encode() if is_file else b""
            if self.rng.random() < 0.1:
                body += b"\r\nContent-Transfer-Encoding: base64"
            data = self.rng.choice(BYTES) if self.rng.random() < 0.1 else value.encode()
            body += b"\r\n\r\n" + data + b"\r\n"
        body += b"--b0--\r\n"
        return body[: self.rng.randrange(len(body))] if cut else body

    def _send(self, address: str, body: bytes, kind: str, *, method: str) -> int:
        self.sent += 1
        headers = {"Accept": self.rng.choice(["text/html", "application/json", "*/*"])}
        cookies = self.client.cookies
        if self.headers_rng.random() < 0.1:
            headers |= self._odd_header()
            # The answer to a forged cookie takes the session away; the next one has it again.
            self.client.cookies = deepcopy(cookies)
        try:
            with transaction.atomic():
                response = self.client.generic(method, address, body, kind, headers=headers)
        except Exception as error:
            sent = f"{body[:300]!r} as {kind!r} with {headers}"
            self.failures.append(f"{method} {address}: {error!r} for {sent}")
            return 500
        finally:
            self.client.cookies = cookies
        if response.status_code >= 500:
            self.failures.append(f"{method} {address}: {response.status_code} for {body[:300]!r}")
        return int(response.status_code)


# -- addresses ---------------------------------------------------------------------------------


def routes(resolver: Any = None, before: str = "/") -> Iterator[str]:
    """Every route of the site, as it is written in the URL configuration."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


def filled(route: str, values: dict[str, list[str]]) -> list[str]:
    """The addresses of a route: with keys that exist, and with one that never was."""
    route = re.sub(r"\^?\(\?P<app_label>[^)]*\)/\$", "toolkit/", route)
    route = re.sub(r"\(\?P<url>\.\*\)\$", "nothing/", route)
    parts = re.findall(r"<(?:\w+:)?(\w+)>", route)
    if not parts:
        return [route]
    model = route.split("/")[3] if route.startswith("/admin/") and route.count("/") > 3 else ""
    rounds = []
    most = max(len(_values_of(name, route, model, values)) for name in parts)
    for n in range(most):
        address = route
        for name in parts:
            found = _values_of(name, route, model, values)
            value = found[n % len(found)]
            address = re.sub(rf"<(?:\w+:)?{name}>", value, address, count=1)
        rounds.append(address)
    return rounds


def _values_of(name: str, route: str, model: str, values: dict[str, list[str]]) -> list[str]:
    for key in (f"{model}.{name}", f"{route}", name):
        if key in values:
            return values[key]
    raise AssertionError(f"Say in `site` which values <{name}> of {route} may have.")


@dataclass
class Site:
    """A small site with two employers and a superuser, and the values its addresses may have."""

    values: dict[str, list[str]]
    employer: Client
    staff: Client
    other: Assessment
    before: list[Any] = field(default_factory=list)

    def kept(self) -> list[Any]:
        """Everything that belongs to the other employer."""
        tables = [
            rel.related_model for rel in Assessment._meta.related_objects if rel.name != "later"
        ]
        rows: list[Any] = list(Assessment.objects.filter(pk=self.other.pk).values())
        for table in tables:
            rows += table._default_manager.filter(assessment=self.other).order_by("pk").values()
        return rows


@pytest.fixture
def site(db: None) -> Site:
    load_and_publish()
    User.objects.create_superuser("root", password="x")
    own, other = (factories.make_assessment(name=name) for name in ("Own", "Other"))
    for assessment in (own, other):
        factories.make_answer(assessment, "wage", 1, note="A note.")
        factories.make_action(assessment, key=f"key-{assessment.pk}", question="wage")
        TurnoverEstimate.objects.create(
            assessment=assessment,
            headcount=40,
            leavers=4,
            pay=40000,
            low_percent=20,
            high_percent=50,
        )
    maria, theirs = person("maria", own), person("maria", other)
    staff = Client()
    staff.force_login(User.objects.get())
    assert maria.link is not None
    assert theirs.link is not None
    values = {
        "public_id": [own.public_id],
        "slug": ["pay", "wage", GUIDE, "set-a-wage", "nothing"],
        "key": [f"key-{own.pk}", f"key-{other.pk}"],
        "pk": [str(maria.link.pk), str(theirs.link.pk), "0"],
        "secret": ["nothing"],
        "fingerprint": ["0" * 64],
        "sha256": ["0" * 64],
        "id": [str(staff.session["_auth_user_id"])],
        "resource": [str(toolkit_models.Resource.objects.earliest("pk").pk), "0"],
        "object_id": ["1", "nothing", "_5F"],
        "content_type_id": ["1", "nothing"],
    }
    for table in toolkit_models.__all__:
        model: type[models.Model] = getattr(toolkit_models, table)
        first = model._default_manager.order_by("pk").first()
        values[f"{table.lower()}.object_id"] = [str(first.pk) if first else "1", "nothing"]
        values[f"{table.lower()}.pk"] = [str(first.pk) if first else "1", "0"]
        values[f"{table.lower()}.key"] = ["1", "0"]
    values["assessment.object_id"] = [str(other.pk), "nothing"]
    values["user.object_id"] = values["id"]
    values["group.object_id"] = ["1"]
    return Site(values, maria, staff, other)


def attack(site: Site, client: Client, chosen: Callable[[str], bool], rounds: int) -> Sender:
    """Send every chosen address bodies and queries; what they change is taken back after each."""
    sender = Sender(client, random.Random(SEED))
    for route in routes():
        if not chosen(route):
            continue
        for address in filled(route, site.values):
            with transaction.atomic():
                known, names = _form_of(client, address)
                for _ in range(rounds):
                    sender.post(address, known, names)
                    sender.get(address, names)
                assert site.kept() == site.before, address
                transaction.set_rollback(True)
    return sender


def _form_of(client: Client, address: str) -> tuple[dict[str, Any], list[str]]:
    """The fields of the form that a page shows, as a browser would send them, and more names."""
    page = client.get(address)
    tables: tuple[Any, ...] = (Action, Answer, AccessLink, *admin.site._registry)
    names = [f.name for table in tables for f in table._meta.fields]
    if page.status_code != 200 or "text/html" not in page["Content-Type"]:
        known = {"edition": "1", "wage-choice": "2", "wage-revision": "1", "wage-meaning": "1"}
        return known, names
    known = sends(page)
    return known, [*known, *names]


def is_desk(route: str) -> bool:
    return route.startswith("/admin/")


def is_anybody_s(route: str) -> bool:
    return True


def is_employer_s(route: str) -> bool:
    return not is_desk(route)


CASES = (("employer", is_employer_s), ("staff", is_desk), ("nobody", is_anybody_s))


def attacked(site: Site, who: str, chosen: Callable[[str], bool], rounds: int) -> Sender:
    client = {"employer": site.employer, "staff": site.staff, "nobody": Client()}[who]
    site.before = site.kept()
    return attack(site, client, chosen, rounds)


@pytest.mark.parametrize(("who", "chosen"), CASES, ids=[who for who, _ in CASES])
def test_nothing_that_is_sent_breaks_anything(site: Site, who, chosen) -> None:
    sender = attacked(site, who, chosen, ROUNDS if who != "nobody" else 1)
    assert sender.failures == []
    assert sender.sent > 100


@pytest.mark.soak
@pytest.mark.db
@pytest.mark.parametrize(("who", "chosen"), CASES, ids=[who for who, _ in CASES])
def test_nothing_breaks_in_a_long_attack(site: Site, who, chosen) -> None:
    sender = attacked(site, who, chosen, SOAK_ROUNDS)
    assert sender.failures == []
    assert sender.sent > 10_000


def test_every_address_is_attacked(site: Site) -> None:
    found = [a for route in routes() for a in filled(route, site.values)]
    assert len(found) > 150
    assert not [a for a in found if "<" in a or "(" in a]


def test_the_attack_finds_what_fails(site: Site, monkeypatch) -> None:
    """A check that cannot fail proves nothing."""
    monkeypatch.setattr(workflow, "save_answer", lambda **_: 1 / 0)
    sender = attacked(site, "employer", lambda route: "answers/<slug:slug>" in route, 30)
    assert sender.failures
    assert "ZeroDivisionError" in sender.failures[0]
