"""The whole employer flow as a machine of rules, in any order, beside a plain model of it."""

from __future__ import annotations

import copy
import html as markup
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assessment import retention
from assessment.access import make_link
from assessment.models import AccessLink, Action, Answer, Assessment, IssuedDocument
from tests.pages import Response, html, sends, shown_secret, words
from tests.soak import small_editions
from tests.soak.oracle import (
    CLOSED,
    MAY,
    Given,
    Kept,
    Link,
    Planned,
    Stored,
    keeps,
    merged,
    rounded,
    running,
)
from tests.soak.small_editions import COMPONENTS, PASSING, QUESTIONS
from toolkit.forms import NOTE_LENGTH, mark
from toolkit.models import Edition

PEOPLE = ("maria", "sam", "ana", "rita", "theo", "omar")
FLAGS = ("tipped", "part_time")
MOST = 4  # assessments that run at once
REASON = "It costs too much."

# Who may much does much; the first assessment has most of the visitors.
WHO = st.sampled_from(["maria"] * 4 + ["sam"] * 3 + ["ana"] * 2 + ["rita", "theo", "omar"])
PICK = st.sampled_from([0, 0, 0, *range(12)])
COMPONENT = st.sampled_from(COMPONENTS)
QUESTION = st.sampled_from(QUESTIONS)
CHOICE = st.sampled_from(["0", "1", "2", "3", "4", "na", "", "7"])
NOTE = st.sampled_from(
    [
        "",
        "",
        "Posted.",
        " two\r\nlines ",
        "<script>alert(1)</script>",
        "\u200fשלום 語 \U0001f950",
        "'; --",
        "x" * NOTE_LENGTH,
        "x" * (NOTE_LENGTH + 1),
        "a\x00b",
    ]
)
GIVEN = st.builds(Given, CHOICE, st.booleans(), NOTE)
# A wish to do so; mostly what a person would do, now and then what a hostile one would.
RARELY = st.sampled_from([False, False, False, False, True])
MOSTLY = st.sampled_from([True, True, True, True, False])

# Pages to look at, with what a link needs for each.
PAGES = {
    **dict.fromkeys(("hub", "type_back"), "answer"),
    **dict.fromkeys(("profile", "targets", "review", "turnover", "new_action"), "plan"),
    **dict.fromkeys(("results", "arithmetic", "what_if", "plan", "documents"), "read"),
    **dict.fromkeys(("workbook", "actions_csv", "answers_csv", "calendar"), "read"),
    **dict.fromkeys(("links", "edition", "reassess", "earlier", "delete"), "own"),
    **dict.fromkeys(("export_json", "take_earlier_away"), "own"),
    **{"progress": "read", "shared": "share", "leave": ""},
}

# What makes a document, with what a link needs for each.
MAKERS = {"make_document": "plan", "make_board_summary": "plan", "make_word": "read"}


@dataclass
class Tab:
    """A page of questions left open: what it would send, however old that is by now."""

    kept: Kept
    component: str
    fields: dict[str, Any]

    @property
    def questions(self) -> list[str]:
        """The questions on it."""
        return [key.removesuffix("-revision") for key in self.fields if key.endswith("-revision")]

    def fill(self, question: str, given: Given) -> None:
        """Change an answer on the page."""
        self.fields[f"{question}-choice"] = given.choice
        self.fields[f"{question}-note"] = given.note
        self.fields.pop(f"{question}-is_not_sure", None)
        if given.is_not_sure:
            self.fields[f"{question}-is_not_sure"] = "on"

    def given(self, question: str) -> Given:
        """What the page says of a question."""
        return Given(
            self.fields.get(f"{question}-choice", ""),
            f"{question}-is_not_sure" in self.fields,
            tidy(self.fields[f"{question}-note"]),
        )


def tidy(note: str) -> str:
    """A note as it is kept: its line breaks single, white space around it gone."""
    return note.replace("\r\n", "\n").replace("\r", "\n").strip()


def is_valid(given: Given, offers_na: bool) -> bool:
    """Whether an answer can be kept."""
    return (
        given.choice in {"", "0", "1", "2", "3", "4", *(["na"] if offers_na else [])}
        and len(given.note) <= NOTE_LENGTH
        and "\0" not in given.note
    )


class EmployerFlow(RuleBasedStateMachine):
    """Six browsers, up to four assessments, and staff who publish in between."""

    steps = 0  # over all examples
    statuses: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        # All that an example stores is undone at its end: each begins with the same tables.
        self.block = transaction.atomic()
        self.block.__enter__()
        self.kept: list[Kept] = []
        self.grants: dict[str, dict[str, Link]] = {name: {} for name in PEOPLE}
        self.tabs: dict[tuple[str, int], Tab] = {}
        self.sent: list[tuple[str, Kept, str, dict[str, Any]]] = []
        self.touched: tuple[Kept, str] | None = None
        self.turn = 0

    def teardown(self) -> None:
        """Undo everything."""
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize(mode=st.sampled_from(["quick", "full", "full"]), component=COMPONENT)
    def site(self, mode: str, component: str) -> None:
        """Maria has just started, and everybody but Omar has opened a link of hers."""
        type(self).steps -= 1  # the check that follows is of no step
        self.clients = {name: Client() for name in PEOPLE}
        self.watcher = Client()
        self.start("maria", mode, None)
        for name, role in zip(PEOPLE[1:], ("edit", "contributor", "read", "share"), strict=False):
            self.new_link("maria", 0, role, component)
            self.open_link(name, 0, 0)
        self.open_page("maria", 0, 0, component)
        self.open_page("sam", 0, 0, component)

    # -- asking ------------------------------------------------------------------------------------

    def ask(
        self, who: str, kept: Kept, name: str, *args: Any, data: Any = None, query: str = ""
    ) -> Response:
        """Look at a page of an assessment or, with ``data``, send a form to it."""
        address = reverse(f"assessment:{name}", args=[kept.public_id, *args]) + query
        client = self.clients[who]
        response = client.get(address) if data is None else client.post(address, data)
        self.statuses[f"{'GET' if data is None else 'POST'} {name} {response.status_code}"] += 1
        assert response["Cache-Control"] == "no-store, private"
        assert response["X-Robots-Tag"] == "noindex"
        return response

    def is_refused(self, who: str, kept: Kept, permission: str, response: Response) -> bool:
        """Whether this link may not do that; fails unless the site thinks the same."""
        link = self.link_of(who, kept)
        if link is None:
            expected = 404
        elif permission not in MAY[link.role]:
            expected = 403
        else:
            assert response.status_code not in (403,), words(response)
            return False
        assert response.status_code == expected, (response.status_code, expected)
        assert kept.public_id not in self.names_told(response)
        return True

    @staticmethod
    def names_told(response: Response) -> str:
        """What a refusal says of an assessment: nothing but what the address said."""
        return words(response)

    def link_of(self, who: str, kept: Kept) -> Link | None:
        """The link by which a browser reaches an assessment, if it still works."""
        link = self.grants[who].get(kept.public_id)
        return link if link and link.is_working and not kept.is_gone else None

    def may(self, who: str, kept: Kept, permission: str) -> bool:
        link = self.link_of(who, kept)
        return link is not None and permission in MAY[link.role]

    def grant(self, who: str, kept: Kept, link: Link) -> None:
        """What opening a link does to a browser."""
        held = self.link_of(who, kept)
        if held is None or not keeps(held.role, link.role):
            self.grants[who][kept.public_id] = link

    def one(self, pick: int) -> Kept:
        """One of the assessments, gone ones among them."""
        return self.kept[pick % len(self.kept)]

    @staticmethod
    def is_status(response: Response, *expected: int) -> None:
        assert response.status_code in expected, (response.status_code, words(response)[:600])

    def new_one(self, who: str, response: Response, **values: Any) -> Kept:
        """The assessment that was made just now, whose link is shown this once."""
        self.is_status(response, 302)
        public_id = response["Location"].split("/")[2]
        row = Assessment.objects.get(public_id=public_id)
        kept = Kept(pk=row.pk, public_id=public_id, **values)
        page = self.clients[who].get(response["Location"])
        link = Link(row.links.get().pk, shown_secret(page), "owner")
        kept.links.append(link)
        self.kept.append(kept)
        self.grants[who][public_id] = link
        self.touched = (kept, "pay")
        return kept

    def has_room(self) -> bool:
        return len(list(running(self.kept))) < MOST

    # -- beginning, links --------------------------------------------------------------------------

    @precondition(lambda self: self.has_room())
    @rule(
        who=WHO, mode=st.sampled_from(["quick", "full", ""]), tipped=st.sampled_from([None, False])
    )
    def start(self, who: str, mode: str, tipped: bool | None) -> None:
        flag = "" if tipped is None else "false"
        page = self.clients[who].post("/start/", {"mode": mode, "has_tipped": flag})
        if not mode:
            self.is_status(page, 422)
            return
        edition = max(self.editions())
        self.new_one(who, page, edition=edition, mode=mode, flags={"tipped": tipped})

    @staticmethod
    def editions() -> list[int]:
        """The numbers of all editions."""
        return list(Edition.objects.values_list("number", flat=True).distinct())

    @rule(
        who=WHO, pick=PICK, role=st.sampled_from([*MAY, "edit", "contributor"]), component=COMPONENT
    )
    def new_link(self, who: str, pick: int, role: str, component: str) -> None:
        kept = self.one(pick)
        data = {"role": role, "component": component, "shows": "plan", "label": role}
        response = self.ask(who, kept, "new_link", data=data)
        if self.is_refused(who, kept, "own", response):
            return
        if role == "owner":
            self.is_status(response, 422)
            return
        self.is_status(response, 302)
        secret = shown_secret(self.ask(who, kept, "links"))
        row = AccessLink.objects.filter(assessment=kept.pk).latest("pk")
        link = Link(row.pk, secret, role, component if role == "contributor" else "")
        kept.links.append(link)

    @rule(who=WHO, pick=PICK, which=PICK)
    def open_link(self, who: str, pick: int, which: int) -> None:
        kept = self.one(pick)
        link = kept.links[-1 - which % len(kept.links)]
        held = self.link_of(who, kept)
        response = self.clients[who].get(f"/open/{link.secret}/")
        assert response["Referrer-Policy"] == "no-referrer"
        if kept.is_gone or not link.is_working:
            self.is_status(response, 404)
            return
        is_barred = link.role == "share" and held is not None and held.role == "contributor"
        self.is_status(response, 403 if is_barred else 302)
        self.grant(who, kept, link)

    @rule(who=WHO, pick=PICK, which=PICK)
    def revoke_link(self, who: str, pick: int, which: int) -> None:
        kept = self.one(pick)
        link = kept.links[which % len(kept.links)]
        response = self.ask(who, kept, "revoke_link", AccessLink(pk=link.pk).key, data={})
        if self.is_refused(who, kept, "own", response):
            return
        self.is_status(response, 302 if link.is_working else 404)
        if link is not self.link_of(who, kept):
            link.is_working = False

    @rule(who=WHO, pick=PICK, is_meant=RARELY, goes_on=MOSTLY, keeps=MOSTLY)
    def rotate_links(self, who: str, pick: int, is_meant: bool, goes_on: bool, keeps: bool) -> None:
        if not is_meant:
            return
        kept = self.one(pick)
        response = self.ask(who, kept, "new_owner_link", data={})
        if self.is_refused(who, kept, "own", response):
            return
        self.is_status(response, 302)
        secret = shown_secret(self.ask(who, kept, "links"))
        row = AccessLink.objects.filter(assessment=kept.pk).latest("pk")
        link = Link(row.pk, secret, "owner")
        kept.links.append(link)
        if not goes_on:
            return
        later = [one for one in self.kept if one.earlier == kept.pk]
        ticked = [one.public_id for one in later] if keeps else []
        response = self.ask(who, kept, "rotate_links", data={"link": row.key, "keep": ticked})
        self.is_status(response, 302)
        for one in later:
            one.earlier = one.earlier if keeps else None
        for other in kept.links:
            other.is_working = other is link
        self.grant(who, kept, link)

    @rule(pick=PICK, which=PICK, is_meant=RARELY)
    def link_expires(self, pick: int, which: int, is_meant: bool) -> None:
        kept = self.one(pick)
        link = kept.links[which % len(kept.links)]
        if not is_meant or link.role == "owner" or kept.is_gone:
            return
        past = timezone.now() - timedelta(seconds=1)
        AccessLink.objects.filter(pk=link.pk).update(expires_at=past)
        link.is_working = False

    @rule(who=WHO, pick=PICK, is_meant=RARELY, is_all=RARELY)
    def leave(self, who: str, pick: int, is_meant: bool, is_all: bool) -> None:
        if not is_meant:
            return
        kept = self.one(pick)
        if is_all:
            self.is_status(self.clients[who].post("/assessments/leave/"), 302)
            self.grants[who].clear()
            return
        response = self.ask(who, kept, "leave", data={})
        if not self.is_refused(who, kept, "", response):
            self.is_status(response, 302)
            del self.grants[who][kept.public_id]

    # -- answering ---------------------------------------------------------------------------------

    @rule(who=WHO, number=st.integers(0, 1), pick=PICK, component=COMPONENT)
    def open_page(self, who: str, number: int, pick: int, component: str) -> None:
        kept = self.one(pick)
        response = self.ask(who, kept, "component", component)
        if self.is_outside(who, kept, component, response):
            return
        self.is_status(response, 200)
        self.show(who, number, kept, component, response)

    def is_outside(self, who: str, kept: Kept, component: str, response: Response) -> bool:
        """Whether the link does not answer that component; fails unless the site thinks so."""
        if self.is_refused(who, kept, "answer", response):
            return True
        link = self.link_of(who, kept)
        assert link
        if link.component in ("", component):
            return False
        self.is_status(response, 404)
        return True

    def show(self, who: str, number: int, kept: Kept, component: str, page: Response) -> None:
        """Leave a page of questions open in a tab."""
        self.tabs[who, number] = Tab(kept, component, sends(page))

    def opened(self, pick: int) -> tuple[str, int, Tab]:
        """One of the open tabs."""
        (who, number), tab = list(self.tabs.items())[pick % len(self.tabs)]
        return who, number, tab

    @rule(
        who=WHO,
        pick=PICK,
        component=COMPONENT,
        choices=st.lists(st.sampled_from(["0", "1", "2", "3", "4"]), min_size=1, max_size=4),
    )
    def answer(self, who: str, pick: int, component: str, choices: list[str]) -> None:
        """Somebody opens a page and answers, as most do most of the time."""
        self.open_page(who, 1, pick, component)
        tab = self.tabs.get((who, 1))
        if tab is None or tab.kept is not self.one(pick) or tab.component != component:
            return
        at = list(self.tabs).index((who, 1))
        for number, choice in enumerate(choices):
            if (who, 1) in self.tabs and number < len(tab.questions):
                self.autosave(at, number, Given(choice), "", "")

    @precondition(lambda self: self.tabs)
    @rule(
        pick=PICK,
        which=PICK,
        given=GIVEN,
        wrong=st.sampled_from(["", "", "", "", "edition", "meaning", "revision"]),
        then=st.sampled_from(["", "mine", "theirs"]),
    )
    def autosave(self, pick: int, which: int, given: Given, wrong: str, then: str) -> None:
        who, _, tab = self.opened(pick)
        if not tab.questions:
            return
        question = tab.questions[which % len(tab.questions)]
        tab.fill(question, given)
        names = ("revision", "meaning", "choice", "note", "is_not_sure")
        wanted = ("edition", *(f"{question}-{name}" for name in names))
        data = {name: tab.fields[name] for name in wanted if name in tab.fields}
        if wrong:
            key = "edition" if wrong == "edition" else f"{question}-{wrong}"
            data[key] = str(int(data[key]) + 1)
        response = self.save(who, tab.kept, question, data)
        if response.status_code == 200:
            self.note_saved(tab, question, response.json())
        elif response.status_code == 409 and response.json()["problem"] == "conflict":
            self.settle(who, tab, question, data, response.json(), then)
        elif response.status_code == 409:
            # As the page then asks for: look at the new wording.
            self.tabs = {key: other for key, other in self.tabs.items() if other is not tab}

    def note_saved(self, tab: Tab, question: str, reply: dict[str, Any]) -> None:
        tab.fields[f"{question}-revision"] = str(reply["revision"])
        tab.fields[f"{question}-was"] = reply["was"]

    def settle(
        self, who: str, tab: Tab, question: str, data: dict[str, Any], reply: Any, then: str
    ) -> None:
        """What the page's two buttons do about a conflict."""
        if then == "theirs":
            tab.fill(question, Given(reply["choice"], reply["is_not_sure"], reply["note"]))
            self.note_saved(tab, question, reply)
        elif then == "mine":
            again = self.save(
                who, tab.kept, question, {**data, f"{question}-revision": reply["revision"]}
            )
            self.is_status(again, 200)
            self.note_saved(tab, question, again.json())

    @precondition(lambda self: self.sent)
    @rule(pick=PICK)
    def send_again(self, pick: int) -> None:
        """The reply was lost, or the queue of a browser long closed is opened once more."""
        who, kept, question, data = self.sent[-1 - pick % len(self.sent)]
        self.save(who, kept, question, data)

    def save(self, who: str, kept: Kept, question: str, data: dict[str, Any]) -> Response:
        """Save one answer as the page's script does; the reply is what the model expects."""
        response = self.ask(who, kept, "save_answer", question, data=data)
        self.sent = [*self.sent, (who, kept, question, data)][-12:]
        if self.is_refused(who, kept, "answer", response):
            return response
        link = self.link_of(who, kept)
        assert link
        asked = kept.catalogue.questions.get(question)
        if asked is None:
            is_old = data["edition"] != str(kept.edition)
            self.is_status(response, 409 if is_old else 404)
            assert not is_old or response.json()["problem"] == "retired"
            return response
        assert link is not None
        if link.component not in ("", asked.component) or not kept.asks(asked):
            self.is_status(response, 404)
            return response
        self.touched = (kept, asked.component)
        given = Given(
            str(data.get(f"{question}-choice", "")),
            f"{question}-is_not_sure" in data,
            tidy(data[f"{question}-note"]),
        )
        now = (str(kept.edition), str(asked.meaning))
        if (data["edition"], data[f"{question}-meaning"]) != now:
            assert (response.status_code, response.json()["problem"]) == (409, "moved")
        elif not is_valid(given, bool(asked.na_when)):
            assert (response.status_code, response.json()["problem"]) == (422, "invalid")
        elif revision := kept.save(question, given, int(data[f"{question}-revision"])):
            assert (response.status_code, response.json()["revision"]) == (200, revision)
        else:
            reply, stored = response.json(), kept.answers.get(question)
            assert (response.status_code, reply.get("problem")) == (409, "conflict"), reply
            assert stored
            assert (reply["choice"], reply["is_not_sure"], reply["note"], reply["revision"]) == (
                *vars(stored.shown).values(),
                stored.revision,
            )
        return response

    @precondition(lambda self: self.tabs)
    @rule(
        pick=PICK,
        changes=st.dictionaries(QUESTION, GIVEN, max_size=2),
        press=st.sampled_from(["", "", "clear", "confirm"]),
        which=PICK,
    )
    def save_page(self, pick: int, changes: dict[str, Given], press: str, which: int) -> None:
        """The whole page by its button, as without JavaScript."""
        who, number, tab = self.opened(pick)
        kept = tab.kept
        for question, given in changes.items():
            if question in tab.questions:
                tab.fill(question, given)
        data = dict(tab.fields)
        if press and tab.questions:
            data[press] = tab.questions[which % len(tab.questions)]
        response = self.ask(who, kept, "component", tab.component, data=data)
        if self.is_outside(who, kept, tab.component, response):
            return
        fared = {self.fares(tab, q.slug, data) for q in kept.asked(tab.component)}
        expected = 409 if "collided" in fared else 422 if "invalid" in fared else 302
        self.is_status(response, expected)
        self.touched = (kept, tab.component)
        if expected == 302:
            del self.tabs[who, number]
        else:
            self.show(who, number, kept, tab.component, response)

    def fares(self, tab: Tab, question: str, data: dict[str, Any]) -> str:
        """How one question of a page fares; saves it in the model where it is saved."""
        kept = tab.kept
        if f"{question}-revision" not in data:
            return "saved"
        asked, stored, given = kept.catalogue.questions[question], None, tab.given(question)
        stored = kept.answers.get(question)
        if data.get("clear") == question:
            given = replace(given, choice="")
        elif data.get("confirm") == question and stored and stored.is_to_confirm:
            offered = stored.choice != "na" or asked.na_when
            given = replace(given, choice=stored.choice if offered else "")
        is_fit = is_valid(given, bool(asked.na_when))
        if is_fit and mark(*vars(given).values()) == data[f"{question}-was"]:
            return "saved"
        now = (str(kept.edition), str(asked.meaning))
        if (data["edition"], data[f"{question}-meaning"]) != now:
            return "collided"
        if not is_fit:
            return "invalid"
        seen = int(data[f"{question}-revision"])
        return "saved" if kept.save(question, given, seen) else "collided"

    @rule(
        who=WHO,
        pick=PICK,
        component=COMPONENT,
        digits=st.dictionaries(
            QUESTION, st.sampled_from(["0", "1", "3", "4", "8", "9", "5", ""]), max_size=3
        ),
        take=st.sampled_from(["", "stored", "sheet"]),
    )
    def type_back(
        self, who: str, pick: int, component: str, digits: dict[str, str], take: str
    ) -> None:
        kept = self.one(pick)
        page = self.ask(who, kept, "type_back_sheet", component)
        if self.is_outside(who, kept, component, page):
            return
        data = sends(page)
        asked = {q.slug: q for q in kept.asked(component)}
        for question, digit in digits.items():
            if question in asked:
                data[f"{question}-digit"] = digit
                data[f"{question}-take"] = take
        response = self.ask(who, kept, "type_back_sheet", component, data=data)
        typed = {q: d for q, d in digits.items() if q in asked and d}
        fared = {self.typed(kept, q, d, bool(asked[q].na_when), take) for q, d in typed.items()}
        self.is_status(response, 409 if "asked" in fared else 422 if "wrong" in fared else 302)
        self.touched = (kept, component)

    @staticmethod
    def typed(kept: Kept, question: str, digit: str, offers_na: bool, take: str) -> str:
        """How one digit fares; saves it in the model where it is saved."""
        if digit not in {"0", "1", "2", "3", "4", "8", *(["9"] if offers_na else [])}:
            return "wrong"
        stored = kept.answers.get(question)
        choice = {"8": "", "9": "na"}.get(digit, digit)
        given = Given(choice, digit == "8", stored.note if stored else "")
        if stored is None:
            kept.save(question, given, 0)
            return "saved"
        if stored.shown == given:
            return "saved"
        if stored.is_to_confirm:
            differs = bool(choice) and stored.choice != choice
        else:
            differs = bool(stored.choice) or stored.is_not_sure
        if differs and not take:
            return "asked"
        if not differs or take == "sheet":
            kept.save(question, given, stored.revision)
        return "saved"

    # -- what the employer says of itself ----------------------------------------------------------

    @rule(
        who=WHO,
        pick=PICK,
        flag=st.sampled_from(FLAGS),
        value=st.sampled_from([None, True, False, False]),
        confirms=MOSTLY,
    )
    def profile(self, who: str, pick: int, flag: str, value: bool | None, confirms: bool) -> None:
        kept = self.one(pick)
        page = self.ask(who, kept, "profile")
        if self.is_refused(who, kept, "plan", page):
            return
        said = {None: "", True: "true", False: "false"}[value]
        response = self.ask(who, kept, "profile", data=sends(page, None, **{f"has_{flag}": said}))
        changed = replace(kept, flags={**kept.flags, flag: value})
        hidden = [
            q
            for q in kept.asked()
            if not changed.asks(q) and (a := kept.answers.get(q.slug)) and (a.choice or a.note)
        ]
        if hidden:
            self.is_status(response, 200)
            assert all(q.text in words(response) for q in hidden)
            if not confirms:
                return
            named = {"confirm_hidden": " ".join(q.slug for q in hidden)}
            response = self.ask(who, kept, "profile", data=sends(response) | named)
        self.is_status(response, 302)
        kept.flags = changed.flags
        self.touched = (kept, "pay")

    @rule(
        who=WHO,
        pick=PICK,
        component=COMPONENT,
        aim=st.integers(1, 4),
        importance=st.integers(1, 3),
        seen=st.sampled_from(["", "", "3-2", "1-1"]),
    )
    def targets(
        self, who: str, pick: int, component: str, aim: int, importance: int, seen: str
    ) -> None:
        kept = self.one(pick)
        page = self.ask(who, kept, "targets")
        if self.is_refused(who, kept, "plan", page):
            return
        stored = kept.aims.get(component, (3, 2))
        old = tuple(map(int, seen.split("-"))) if seen else stored
        changes = {
            f"{component}-target": aim,
            f"{component}-importance": importance,
            f"{component}-seen": f"{old[0]}-{old[1]}",
        }
        response = self.ask(who, kept, "targets", data=sends(page, None, **changes))
        now = (merged(stored[0], old[0], aim), merged(stored[1], old[1], importance))
        if None in now:
            self.is_status(response, 409)
            return
        self.is_status(response, 302)
        kept.aims[component] = now  # type: ignore[assignment]

    @rule(who=WHO, pick=PICK)
    def continue_full(self, who: str, pick: int) -> None:
        kept = self.one(pick)
        response = self.ask(who, kept, "continue_full", data={})
        if not self.is_refused(who, kept, "plan", response):
            self.is_status(response, 302)
            kept.mode = "full"
            self.touched = (kept, "benefits")

    @rule(who=WHO, pick=PICK)
    def finish(self, who: str, pick: int) -> None:
        kept = self.one(pick)
        response = self.ask(who, kept, "finish", data={})
        if not self.is_refused(who, kept, "plan", response):
            self.is_status(response, 302)
            kept.is_finished = True

    # -- the plan ----------------------------------------------------------------------------------

    def added(self, kept: Kept, questions: set[str]) -> None:
        """Take the actions that were added just now into the model: one for each question."""
        rows = Action.objects.filter(assessment=kept.pk).exclude(key__in=kept.actions)
        assert sorted(row.question for row in rows) == sorted(questions)
        for row in rows:
            kept.actions[row.key] = Planned(row.title, row.question)

    @rule(who=WHO, pick=PICK, question=QUESTION)
    def add_recommended(self, who: str, pick: int, question: str) -> None:
        kept = self.one(pick)
        response = self.ask(who, kept, "add_recommended", question, data={})
        if self.is_refused(who, kept, "plan", response):
            return
        is_open = question in kept.gaps()
        self.is_status(response, 302)
        self.added(kept, {question} - kept.planned() if is_open else set())

    @rule(who=WHO, pick=PICK, steps=st.lists(QUESTION, max_size=3))
    def what_if(self, who: str, pick: int, steps: list[str]) -> None:
        kept = self.one(pick)
        query = "?" + "&".join(f"step={step}" for step in steps)
        if self.is_refused(who, kept, "read", self.ask(who, kept, "what_if", query=query)):
            return
        response = self.ask(who, kept, "adopt", data={"step": steps})
        if self.is_refused(who, kept, "plan", response):
            return
        self.is_status(response, 302)
        self.added(kept, (set(steps) & set(kept.gaps())) - kept.planned())

    @rule(who=WHO, pick=PICK, title=st.sampled_from(["Post the hours", "<b>", "", "ש" * 200]))
    def new_action(self, who: str, pick: int, title: str) -> None:
        kept = self.one(pick)
        data = {"title": title, "status": "not-started"}
        response = self.ask(who, kept, "new_action", data=data)
        if self.is_refused(who, kept, "plan", response):
            return
        self.is_status(response, 302 if title else 422)
        if not title:
            self.added(kept, set())
            return
        (row,) = Action.objects.filter(assessment=kept.pk).exclude(key__in=kept.actions)
        assert (row.title, row.question) == (title, "")
        kept.actions[row.key] = Planned(title)

    def action_of(self, pick: int) -> str | None:
        """The key of one of all actions, of whichever assessment."""
        keys = [key for kept in self.kept for key in kept.actions]
        return keys[-1 - pick % len(keys)] if keys else None

    def is_missing(self, kept: Kept, key: str, response: Response) -> bool:
        """Whether the action is not of this assessment; fails unless the site thinks so."""
        if key in kept.actions:
            return False
        self.is_status(response, 404)
        return True

    @precondition(lambda self: self.action_of(0))
    @rule(
        who=WHO,
        pick=PICK,
        which=PICK,
        status=st.sampled_from(["not-started", "under-way", "done", "dropped", "no-such"]),
        has_reason=MOSTLY,
        behind=st.sampled_from([0, 0, 0, 1]),
    )
    def set_status(
        self, who: str, pick: int, which: int, status: str, has_reason: bool, behind: int
    ) -> None:
        kept, key = self.owner_of(pick, which)
        action = kept.actions.get(key)
        seen = max(0, (action.sequence if action else 0) - behind)
        reason = REASON if has_reason else ""
        data = {"sequence": seen, "status": status, "drop_reason": reason}
        response = self.ask(who, kept, "set_status", key, data=data)
        if self.is_refused(who, kept, "plan", response) or self.is_missing(kept, key, response):
            return
        if status == "no-such" or (status == "dropped" and not reason):
            self.is_status(response, 422)
            return
        assert action
        self.changed(kept, action, response, seen, status=status)

    @precondition(lambda self: self.action_of(0))
    @rule(
        who=WHO,
        pick=PICK,
        which=PICK,
        title=st.sampled_from(["Another title", "Once more"]),
        behind=st.sampled_from([0, 0, 0, 1]),
    )
    def edit_action(self, who: str, pick: int, which: int, title: str, behind: int) -> None:
        kept, key = self.owner_of(pick, which)
        page = self.ask(who, kept, "edit_action", key)
        if self.is_refused(who, kept, "plan", page) or self.is_missing(kept, key, page):
            return
        action = kept.actions[key]
        if action.is_removed:
            self.is_status(page, 404)
            return
        self.is_status(page, 200)
        seen = max(0, action.sequence - behind)
        data = sends(page, None, title=title, sequence=seen)
        response = self.ask(who, kept, "edit_action", key, data=data)
        self.changed(kept, action, response, seen, title=title)

    def changed(
        self, kept: Kept, action: Planned, response: Response, seen: int, **values: str
    ) -> None:
        """What a change of an action, seen at a sequence, does to it and answers."""
        if action.is_removed and seen == action.sequence:
            self.is_status(response, 302)
            if not self.comes_back(kept, action):
                return
            seen = action.sequence
        differs = any(getattr(action, name) != value for name, value in values.items())
        if action.is_removed or (differs and seen != action.sequence):
            self.is_status(response, 409)
            return
        self.is_status(response, 302)
        for name, value in values.items():
            setattr(action, name, value)
        action.sequence += differs

    @staticmethod
    def comes_back(kept: Kept, action: Planned) -> bool:
        """Put a removed action back in the model, unless its question has another."""
        if action.question and action.question in kept.planned():
            return False
        action.is_removed = False
        action.sequence += 1
        return True

    def owner_of(self, pick: int, which: int) -> tuple[Kept, str]:
        """An action and mostly its own assessment, now and then another."""
        key = self.action_of(which)
        assert key
        return next(
            (kept for kept in self.kept if key in kept.actions and pick), self.one(pick)
        ), key

    @precondition(lambda self: self.action_of(0))
    @rule(who=WHO, pick=PICK, which=PICK, way=st.sampled_from(["up", "down", "last"]))
    def order_action(self, who: str, pick: int, which: int, way: str) -> None:
        kept, key = self.owner_of(pick, which)
        data = {"before": ""} if way == "last" else {"to": way}
        response = self.ask(who, kept, "order_action", key, data=data)
        if self.is_refused(who, kept, "plan", response) or self.is_missing(kept, key, response):
            return
        self.is_status(response, 404 if kept.actions[key].is_removed else 302)

    @precondition(lambda self: self.action_of(0))
    @rule(who=WHO, pick=PICK, which=PICK, comes_back=st.booleans())
    def remove_or_put_back(self, who: str, pick: int, which: int, comes_back: bool) -> None:
        kept, key = self.owner_of(pick, which)
        name = "put_back_action" if comes_back else "remove_action"
        response = self.ask(who, kept, name, key, data={})
        if self.is_refused(who, kept, "plan", response) or self.is_missing(kept, key, response):
            return
        self.is_status(response, 302)
        action = kept.actions[key]
        if comes_back and action.is_removed:
            self.comes_back(kept, action)
        elif not comes_back and not action.is_removed:
            action.is_removed = True
            action.sequence += 1

    @rule(who=WHO, pick=PICK, leavers=st.sampled_from([None, 0, 12, -1]))
    def turnover(self, who: str, pick: int, leavers: int | None) -> None:
        kept = self.one(pick)
        if leavers is None:
            response = self.ask(who, kept, "remove_turnover", data={})
        else:
            data = {"headcount": 40, "leavers": leavers, "pay": 40_000, "is_in_documents": "on"}
            data |= {"low_percent": 20, "high_percent": 60}
            response = self.ask(who, kept, "turnover", data=data)
        if self.is_refused(who, kept, "plan", response):
            return
        self.is_status(response, 422 if leavers == -1 else 302)
        if leavers != -1:
            kept.turnover = leavers

    # -- documents, files --------------------------------------------------------------------------

    @rule(who=WHO, pick=PICK, name=st.sampled_from(list(MAKERS)), has_notes=st.booleans())
    def make_document(self, who: str, pick: int, name: str, has_notes: bool) -> None:
        """Printing itself is left out: it takes a second, and changes nothing here."""
        kept = self.one(pick)
        data = {"include_answers": "on", "include_notes": "on"} if has_notes else {}
        response = self.ask(who, kept, name, data=data)
        may_have_notes = self.may(who, kept, "plan")
        takes_notes = has_notes and name != "make_board_summary"
        if self.is_refused(who, kept, "plan" if takes_notes else MAKERS[name], response):
            return
        self.is_status(response, 302)
        rows = IssuedDocument.objects.filter(assessment=kept.pk)
        stored = {row.fingerprint: bytes(row.content) for row in rows}
        assert all(count <= 3 for count in Counter(row.kind for row in rows).values())
        # One that is kept never changes.
        assert {f: stored[f] for f in stored if f in kept.documents}.items() <= (
            kept.documents.items()
        )
        kept.documents = stored
        for row in rows:
            found = self.ask(who, kept, "download", row.fingerprint)
            if row.has_notes and not may_have_notes:
                self.is_status(found, 404)
            else:
                assert (found.status_code, found.content) == (200, bytes(row.content))

    @rule(who=WHO, pick=PICK, name=st.sampled_from(list(PAGES)))
    def look(self, who: str, pick: int, name: str) -> None:
        kept = self.one(pick)
        response = self.ask(who, kept, name)
        if self.is_refused(who, kept, PAGES[name], response):
            return
        link = self.link_of(who, kept)
        assert link
        self.is_status(response, 302 if name == "hub" and link.component else 200)

    @precondition(lambda self: self.has_room())
    @rule(who=WHO, other=WHO, pick=PICK)
    def take_along_and_bring_back(self, who: str, other: str, pick: int) -> None:
        kept = self.one(pick)
        response = self.ask(who, kept, "export_json")
        if self.is_refused(who, kept, "own", response):
            return
        self.is_status(response, 200)
        document = json.loads(response.content)
        told = {a["question"]: (a["revision"], a["note"]) for a in document["answers"]}
        assert told == {q: (a.revision, a.note) for q, a in kept.answers.items()}
        file = SimpleUploadedFile("mine.json", response.content, "application/json")
        page = self.clients[other].post("/bring-back/", {"file": file})
        again = self.new_one(
            other, page, edition=kept.edition, mode=kept.mode, flags=dict(kept.flags)
        )
        for name in ("answers", "aims", "moves", "turnover", "is_finished"):
            setattr(again, name, copy.deepcopy(getattr(kept, name)))
        rows = Action.objects.filter(assessment=again.pk).order_by("pk")
        planned = {
            r.key: Planned(r.title, r.question, r.status, r.sequence, r.removed_at is not None)
            for r in rows
        }
        assert sorted(map(repr, planned.values())) == sorted(map(repr, kept.actions.values()))
        again.actions = planned

    # -- again, before -----------------------------------------------------------------------------

    @precondition(lambda self: self.has_room())
    @rule(who=WHO, pick=PICK, carries=st.booleans(), another=st.booleans())
    def reassess(self, who: str, pick: int, carries: bool, another: bool) -> None:
        kept = self.one(pick)
        page = self.ask(who, kept, "reassess")
        if self.is_refused(who, kept, "own", page):
            return
        data = {"edition": max(self.editions()), "mode": kept.mode}
        data |= {"carry_actions": "on"} if carries else {}
        data |= {"another": "on"} if another else {}
        response = self.ask(who, kept, "reassess", data=data)
        if not any(kept.counts(q) for q in kept.asked()):
            self.is_status(response, 422)
            return
        waiting = [
            one
            for one in running(self.kept)
            if one.earlier == kept.pk
            and not any(a.choice and not a.is_to_confirm for a in one.answers.values())
        ]
        if waiting and not another:
            assert response["Location"] == reverse("assessment:reassess", args=[kept.public_id])
            return
        self.started_again(
            kept,
            self.new_one(
                who, response, edition=max(self.editions()), mode=kept.mode, flags=dict(kept.flags)
            ),
            carries=carries,
        )

    def started_again(self, kept: Kept, later: Kept, *, carries: bool) -> None:
        """What a new assessment takes over: every answer, none of which counts."""
        later.earlier, later.aims = kept.pk, dict(kept.aims)
        later.answers = {
            slug: Stored(a.choice, a.is_not_sure, a.note, 1, bool(a.choice))
            for slug, a in kept.answers.items()
            if slug in later.catalogue.questions
        }
        expected = [a for a in kept.in_plan().values() if a.status not in CLOSED and carries]
        for row in Action.objects.filter(assessment=later.pk):
            later.actions[row.key] = Planned(row.title, row.question, row.status)
        assert sorted((a.title, a.question, a.status) for a in later.actions.values()) == sorted(
            (a.title, a.question, a.status) for a in expected
        )

    @rule(who=WHO, pick=PICK, which=PICK, takes_away=RARELY)
    def earlier(self, who: str, pick: int, which: int, takes_away: bool) -> None:
        kept, other = self.one(pick), self.one(which)
        name = "take_earlier_away" if takes_away else "earlier"
        response = self.ask(who, kept, name, data={"earlier": other.public_id})
        if self.is_refused(who, kept, "own", response):
            return
        if takes_away:
            self.is_status(response, 302)
            kept.earlier = None
            return
        is_fit = (
            self.may(who, other, "own")
            and other.pk != kept.earlier
            and kept.pk not in self.line_of(other)
        )
        self.is_status(response, 302 if is_fit else 422)
        if is_fit:
            kept.earlier = other.pk

    def line_of(self, kept: Kept) -> set[int]:
        """An assessment and all before it."""
        by_pk = {one.pk: one for one in self.kept}
        found: set[int] = set()
        at: int | None = kept.pk
        while at is not None and at not in found:
            found.add(at)
            at = by_pk[at].earlier
        return found

    # -- staff publish, owners move ----------------------------------------------------------------

    @rule(
        what=st.sampled_from(["correct", "same", "reword", "reword", "reweigh", "come or go"]),
        question=QUESTION,
        passing=st.sampled_from(PASSING),
        is_meant=st.booleans(),
    )
    def publish(self, what: str, question: str, passing: str, is_meant: bool) -> None:
        if not is_meant:
            return
        asked = small_editions.live().questions
        if what == "come or go":
            small_editions.come_or_go(passing)
            return
        if question not in asked:
            return
        self.turn += 1
        if what == "correct":
            small_editions.correct(question, self.turn)
        elif what == "reweigh":
            if asked[question].weight < 3:
                small_editions.reweigh(question)
        else:
            small_editions.reword(question, self.turn, means_the_same=what == "same")

    @rule(who=WHO, pick=PICK, is_stale=RARELY, declines=RARELY)
    def move(self, who: str, pick: int, is_stale: bool, declines: bool) -> None:
        kept, newest = self.one(pick), max(self.editions())
        data = {"from_number": kept.edition, "to_number": newest + is_stale}
        response = self.ask(who, kept, "decline" if declines else "move", data=data)
        if self.is_refused(who, kept, "own", response):
            return
        is_new = newest > kept.edition
        self.is_status(response, 409 if is_new and is_stale else 302)
        if is_new and not is_stale and not declines:
            kept.move(newest)
            self.touched = (kept, "benefits")

    @rule(who=WHO, pick=PICK)
    def undo_move(self, who: str, pick: int) -> None:
        kept = self.one(pick)
        response = self.ask(who, kept, "undo_move", data={})
        if self.is_refused(who, kept, "own", response):
            return
        self.is_status(response, 302)
        kept.undo_move()
        self.touched = (kept, "pay")

    # -- the end -----------------------------------------------------------------------------------

    @rule(who=WHO, pick=PICK, is_meant=RARELY, is_ticked=MOSTLY)
    def delete(self, who: str, pick: int, is_meant: bool, is_ticked: bool) -> None:
        if not is_meant:
            return
        kept = self.one(pick)
        response = self.ask(who, kept, "delete", data={"confirm": "on"} if is_ticked else {})
        if self.is_refused(who, kept, "own", response):
            return
        self.is_status(response, 302 if is_ticked else 422)
        if is_ticked:
            self.is_ended(kept)

    def is_ended(self, kept: Kept) -> None:
        kept.is_gone = True
        for other in self.kept:
            if other.earlier == kept.pk:
                other.earlier = None
        self.touched = None

    @rule(pick=PICK, is_meant=RARELY)
    def purge(self, pick: int, is_meant: bool) -> None:
        """The last change of one lies too long back."""
        kept = self.one(pick)
        if not is_meant or kept.is_gone:
            return
        old = timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1)
        Assessment.objects.filter(pk=kept.pk).update(changed_at=old, brought_back_at=None)
        for model, moment, way in retention.CHANGES:
            rows = model._default_manager.filter(**{way: kept.pk})
            rows.exclude(**{moment: None}).update(**{moment: old})
        call_command("purge_assessments", verbosity=0)  # says what it would do
        assert Assessment.objects.filter(pk=kept.pk).exists()
        call_command("purge_assessments", "--delete", verbosity=0)
        self.is_ended(kept)

    # -- after each step ---------------------------------------------------------------------------

    @invariant()
    def the_tables_hold_what_was_confirmed(self) -> None:
        """Every answer, action and assessment is as confirmed; of those gone nothing is left."""
        type(self).steps += 1
        alive = {kept.pk: kept for kept in running(self.kept)}
        everyone = [kept.pk for kept in self.kept]
        rows = Assessment.objects.filter(pk__in=everyone)
        assert {
            r.pk: (r.edition_number, r.mode, r.earlier_id, r.finished_at is not None) for r in rows
        } == {k.pk: (k.edition, k.mode, k.earlier, k.is_finished) for k in alive.values()}
        stored: dict[int, dict[str, Stored]] = {pk: {} for pk in alive}
        for a in Answer.objects.filter(assessment__in=everyone):
            stored[a.assessment_id][a.question] = Stored(
                a.choice, a.is_not_sure, a.note, a.revision, a.is_to_confirm
            )
        assert stored == {pk: kept.answers for pk, kept in alive.items()}
        actions: dict[int, dict[str, Planned]] = {pk: {} for pk in alive}
        for r in Action.objects.filter(assessment__in=everyone):
            actions[r.assessment_id][r.key] = Planned(
                r.title, r.question, r.status, r.sequence, r.removed_at is not None
            )
        assert actions == {pk: kept.actions for pk, kept in alive.items()}

    @invariant()
    def the_pages_show_it(self) -> None:
        """What was touched last is shown as it is stored, and counted as the model counts."""
        if self.touched is None or self.touched[0].is_gone:
            return
        kept, component = self.touched
        pages: list[Callable[[Kept, str], None]] = [
            self.shows_answers,
            self.shows_progress,
            self.shows_scores,
            self.shows_arithmetic,
        ]
        pages[0](kept, component)
        pages[1 + self.steps % 3](kept, component)
        self.touched = None

    def watched(self, kept: Kept, name: str, *args: Any) -> Response:
        """A page as one sees it whose link the flow knows nothing of."""
        address = reverse(f"assessment:{name}", args=[kept.public_id, *args])
        response = self.watcher.get(address)
        if response.status_code == 404:  # all links were renewed
            _, secret = make_link(Assessment.objects.get(pk=kept.pk), role="edit")
            self.watcher.get(f"/open/{secret}/")
            response = self.watcher.get(address)
        self.is_status(response, 200)
        return response

    def shows_answers(self, kept: Kept, component: str) -> None:
        """The page of a component has each question asked, and what is stored of it."""
        tab = Tab(kept, component, sends(self.watched(kept, "component", component)))
        asked = {q.slug: q for q in kept.asked(component)}
        assert set(tab.questions) == set(asked)
        for slug, question in asked.items():
            stored = kept.answers.get(slug)
            expected = stored.shown if stored else Given()
            if expected.choice == "na" and not question.na_when:
                expected = replace(expected, choice="")
            assert tab.given(slug) == replace(expected, note=tidy(expected.note))
            assert int(tab.fields[f"{slug}-revision"]) == (stored.revision if stored else 0)

    def shows_progress(self, kept: Kept, component: str) -> None:
        """The hub counts as the model does."""
        page = html(self.watched(kept, "hub"))
        shown = re.findall(r"<b>(\d+) of (\d+) answered</b>", page)
        counted = [kept.progress(c) for c in COMPONENTS]
        assert [(int(a), int(b)) for a, b in shown] == [t for t in counted if t[1]]
        answered, asked = kept.progress()
        percent = answered * 100 // asked if asked else 0
        assert f'class="fill" width="{percent}"' in page

    def shows_scores(self, kept: Kept, component: str) -> None:
        """The results have a whole number from 0 to 100, or say that there is none yet."""
        page = html(self.watched(kept, "results"))
        if not any(kept.counts(q) not in ("", "na") for q in kept.asked()):
            assert "Nothing is answered yet" in page or "No answers count yet" in page
            return
        score = kept.score()
        shown = re.findall(r"· (\d+) of 100", page)
        assert shown == ([] if score is None else [str(score)])
        assert (score is None) == ("Not enough answers yet for a score" in page)
        assert score is None or 0 <= score <= 100
        if kept.mode == "full":
            cells = re.findall(r'<td class="num score">(\d+|–)<', page)
            parts = [kept.part(c) for c in COMPONENTS if kept.asked(c)]
            assert cells == ["–" if p is None else str(rounded(p)) for p in parts]

    def shows_arithmetic(self, kept: Kept, component: str) -> None:
        """The trace says the same share of the weight as the model."""
        page = markup.unescape(html(self.watched(kept, "arithmetic")))
        shown = re.findall(r"· (\d+)% of the weight answered", page)
        shares = [kept.coverage(c) for c in COMPONENTS]
        assert shown == [str(rounded(100 * s)) for s in shares if s is not None]
