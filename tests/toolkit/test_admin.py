"""The editors' desk: what each may do there, what saving does, and publishing step by step."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessment.models import Answer, Assessment
from assessment.models.answer import Given
from tests.toolkit.small import (
    CASE,
    GUIDE,
    content,
    fingerprint,
    load_and_publish,
    load_small,
    small_documents,
    strategy,
)
from toolkit.audit import LOOKED
from toolkit.catalogue import LEVEL_NAMES
from toolkit.importing import load
from toolkit.models import (
    Component,
    Edition,
    Level,
    Question,
    Resource,
    ResourceFact,
    Strategy,
    StrategyServes,
)

pytestmark = pytest.mark.django_db

PUBLISH = "/admin/toolkit/edition/publish/"


def sign_in(name: str, *permissions: str) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            *Permission.objects.filter(content_type__app_label=app, codename__regex=codename)
        )
    client = Client()
    client.force_login(user)
    return client


EDITS = r"toolkit.^(add|change|delete|view)_"


@pytest.fixture
def editor() -> Client:
    """May edit the whole toolkit, and nothing else."""
    return sign_in("editor", EDITS)


@pytest.fixture
def publisher() -> Client:
    """May edit and publish."""
    return sign_in("publisher", EDITS, "toolkit.^publish_edition$")


@pytest.fixture
def auditor() -> Client:
    """May see employers' answers, and nothing else."""
    return sign_in("auditor", "assessment.^view_answers$")


def page(row: Any, action: str = "change") -> str:
    """Address of a row's page in the admin."""
    return reverse(f"admin:toolkit_{row._meta.model_name}_{action}", args=[row.pk])


class Form(HTMLParser):
    """The values a browser would send for the main form of a page, and what CSP forbids in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.inline: list[str] = []
        self.headings: list[str] = []
        self.links: dict[str, str] = {}
        self._select = self._textarea = self._tag = self._href = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        self._tag = tag
        if tag == "style" or (tag == "script" and not found.get("src")) or "style" in found:
            self.inline.append(tag)
        self.inline += [key for key in found if key.startswith("on")]
        name, value = found.get("name", ""), found.get("value", "")
        if tag == "a":
            self._href = found.get("href", "")
            self.inline += [v for v in [self._href] if v.startswith("javascript:")]
        if tag == "input" and name and found.get("type") not in {"submit", "checkbox", "radio"}:
            self.values[name] = value
        if tag == "input" and found.get("type") == "checkbox" and "checked" in found:
            self.values.setdefault(name, []).append(value or "on")
        if tag == "textarea":
            self._textarea = name
            self.values[name] = ""
        if tag == "select":
            self._select = name
            self.values.setdefault(name, "")
        if tag == "option" and "selected" in found:
            self.values[self._select] = value

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea] += data
        if self._tag == "h1" and data.strip():
            self.headings.append(data.strip())
        if self._href and data.strip():
            self.links.setdefault(data.strip(), self._href)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # HTML drops the newline that Django writes after the opening tag.
            self.values[self._textarea] = self.values[self._textarea].removeprefix("\n")
            self._textarea = ""
        self._tag = ""
        if tag == "a":
            self._href = ""


def form(client: Client, address: str) -> Form:
    response = client.get(address)
    assert response.status_code == 200
    return Form(response.content.decode())


def text(response: Any) -> str:
    """The words of a page, tags taken out."""
    html = re.sub(r"<[^>]*>", " ", response.content.decode())
    return " ".join(html.replace("&#x27;", "'").replace("&amp;", "&").split())


def save(client: Client, address: str, **changes: Any) -> Any:
    """Open a page, change some values and save; keys use “__” as they are, “-” as “__dash__”."""
    values = {k: v for k, v in form(client, address).values.items() if "__prefix__" not in k}
    for key, value in changes.items():
        values[key.replace("__dash__", "-")] = value
    return client.post(address, {**values, "_save": "Save"}, follow=True)


# -- The desk --------------------------------------------------------------------------------


def test_the_desk_says_whose_it_is(editor: Client) -> None:
    words = text(editor.get("/admin/"))
    assert "Job Quality Self-Assessment: toolkit desk" in words
    assert "What you edit here is a draft." in words
    assert "Check and publish" not in words


def test_the_desk_lists_what_editors_write_first(editor: Client) -> None:
    models = editor.get("/admin/").context["app_list"][0]["models"]
    assert [model["name"] for model in models] == [
        "Questions",
        "Strategies",
        "Resources",
        "Components",
        "Captured copies",
        "Link checks",
        "Recent changes",
        "Editions",
        "Audit log entries",
        "Failed sign-ins",
    ]


def test_publishers_find_the_way_to_publishing(publisher: Client) -> None:
    load_small()
    for address in ("/admin/", "/admin/toolkit/edition/"):
        assert form(publisher, address).links["Check and publish"] == PUBLISH


def test_no_page_of_the_desk_breaks_the_content_security_policy(
    publisher: Client, auditor: Client
) -> None:
    edition = load_and_publish()
    Question.objects.filter(slug="wage").update(text="And the wage?")
    rows = [model.objects.all()[0] for model in (Component, Question, Strategy, Resource, Edition)]
    assert rows[-1] == edition
    addresses = ["/admin/", PUBLISH, *(page(row) for row in rows)]
    addresses += [f"/admin/toolkit/{r._meta.model_name}/" for r in rows]
    addresses += [f"/admin/toolkit/{r._meta.model_name}/add/" for r in rows[:4]]
    addresses += [page(row, "history") for row in rows]
    Question.objects.filter(slug="wage").update(weight_reason="None.")
    for client, address in [
        *((publisher, address) for address in addresses),
        (publisher, PUBLISH),
        (auditor, "/admin/assessment/assessment/"),
    ]:
        response = client.get(address)
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        found = Form(response.content.decode())
        assert (response.status_code, address, found.inline) == (200, address, [])
        # Django's own pages show the name of the site as a heading on the dashboard only.
        assert len(found.headings) == 1, address


@pytest.mark.parametrize("noun", ["component", "question", "strategy", "resource", "edition"])
def test_a_list_takes_the_same_queries_however_long(editor: Client, noun: str) -> None:
    load_and_publish()
    address = f"/admin/toolkit/{noun}/"
    editor.get(address)  # warms what Django caches
    with CaptureQueriesContext(
        connection,
    ) as few:
        editor.get(address)
    documents = small_documents()
    documents["strategy"] += [strategy(f"more-{n}", "wage") for n in range(3)]
    for n in range(3):
        copy = {**documents["component"][1], "slug": f"c{n}", "code": f"C{n}", "position": 3 + n}
        asked = [{**q, "slug": f"q{n}", "code": f"C{n}-1"} for q in copy["questions"]]  # type: ignore[attr-defined]
        documents["component"].append({**copy, "questions": asked})
        documents["strategy"].append(strategy(f"s{n}", f"q{n}"))
        documents["resource"].append({**documents["resource"][0], "slug": f"r{n}", "number": 9 + n})
    load(content(documents))
    with CaptureQueriesContext(connection) as many:
        response = editor.get(address)
    shown = {"component": 5, "question": 6, "strategy": 9, "resource": 5, "edition": 1}
    assert len(response.context["cl"].result_list) == shown[noun]
    # Two of them open and close the transaction that a forged filter would break.
    assert len(many) == len(few) <= 14


@pytest.mark.parametrize(
    ("noun", "query", "found"),
    [
        ("question", "PAY-2", "What about raises?"),
        ("question", "leave at 3", "What about leave?"),
        ("strategy", "PAY-2", "Plan raises"),
        ("resource", "cafe", ""),
        ("resource", "Café", "Good jobs guide"),
        ("component", "benefits", "Benefits"),
    ],
)
def test_lists_can_be_searched(editor: Client, noun: str, query: str, found: str) -> None:
    load_small()
    response = editor.get(f"/admin/toolkit/{noun}/", {"q": query})
    assert len(response.context["cl"].result_list) == bool(found)
    assert found in text(response)


def test_lists_can_be_narrowed(editor: Client) -> None:
    load_small()
    Question.objects.filter(slug="raises").update(is_retired=True)
    pay = Component.objects.get(slug="pay")
    response = editor.get(
        f"/admin/toolkit/question/?component__id__exact={pay.pk}&is_retired__exact=0"
    )
    assert [q.slug for q in response.context["cl"].result_list] == ["wage"]
    assert (
        form(editor, "/admin/toolkit/component/")
        .links["1 question"]
        .endswith(f"?component__id__exact={pay.pk}&is_retired__exact=0")
    )


# -- Questions and their levels --------------------------------------------------------------


def test_a_question_shows_its_five_levels_in_order_with_their_next_steps(editor: Client) -> None:
    load_small()
    wage = Question.objects.get(slug="wage")
    found = form(editor, page(wage))
    values = found.values
    assert [values[f"levels-{n}-statement"] for n in range(5)] == [
        f"wage at {n}." for n in range(5)
    ]
    assert [values[f"levels-{n}-next_step"] for n in range(4)] == [
        f"Raise wage from {n}." for n in range(4)
    ]
    assert "levels-4-next_step" not in values
    assert "None: this is the top level." in text(editor.get(page(wage)))
    words = text(editor.get(page(wage))).partition("The five levels")[2]
    places = [words.index(f"{n} {name}") for n, name in enumerate(LEVEL_NAMES)]
    assert places == sorted(places)
    assert "levels-0-DELETE" not in editor.get(page(wage)).content.decode()
    assert "levels-5-statement" not in values
    assert found.links["Preview as last saved"] == reverse("toolkit:preview", args=["wage"])


def test_saving_a_question_says_when_employers_see_it(editor: Client) -> None:
    load_and_publish()
    wage = Question.objects.get(slug="wage")
    response = save(
        editor, page(wage), text="And the wage?", levels__dash__2__dash__statement="So."
    )
    assert "Employers see it after the next publication." in text(response)
    wage.refresh_from_db()
    assert wage.text == "And the wage?"
    assert [level.statement for level in wage.levels.all()] == [
        "wage at 0.",
        "wage at 1.",
        "So.",
        "wage at 3.",
        "wage at 4.",
    ]
    assert wage.meaning == 1
    entry = LogEntry.objects.get(action_flag=2)
    assert (entry.user.get_username(), entry.object_id) == ("editor", str(wage.pk))


def test_saving_a_question_says_what_keeps_it_from_being_published(editor: Client) -> None:
    load_and_publish()
    wage = Question.objects.get(slug="wage")
    words = text(save(editor, page(wage), hint="We leverage tips."))
    assert "Cannot be published yet. The hint: “leverage” is jargon; say it in everyday" in words
    assert "Cannot be published yet." not in text(save(editor, page(wage), hint="Tips count."))


def test_what_is_held_back_or_retired_is_not_objected_to(editor: Client) -> None:
    load_and_publish()
    wage = Question.objects.get(slug="wage")
    response = save(editor, page(wage), hint="We leverage tips.", is_held_back="on")
    assert "Cannot be published yet." not in text(response)


def test_of_many_objections_the_first_few_are_told(editor: Client) -> None:
    load_and_publish()
    strategy = Strategy.objects.get(slug="set-a-wage")
    steps = "\n".join(f"Get synergy {n}." for n in range(6))
    words = text(save(editor, page(strategy), steps=steps, summary="A synergy."))
    assert words.count("Cannot be published yet.") == 5
    assert "And 2 more. What needs attention lists them all." in words


def test_saving_a_resource_says_what_is_wrong_with_its_wording(editor: Client) -> None:
    load_and_publish()
    guide = Resource.objects.get(slug=GUIDE)
    words = text(save(editor, page(guide), summary="A survey of 253 firms."))
    assert "The summary: “253” is in none of its facts." in words
    guide.refresh_from_db()
    assert guide.summary == "A survey of 253 firms."


def test_a_line_break_in_a_sentence_becomes_a_space(editor: Client) -> None:
    load_small()
    wage = Question.objects.get(slug="wage")
    save(
        editor, page(wage), text="And\r\nthe  wage?", levels__dash__0__dash__statement="None\nyet."
    )
    wage.refresh_from_db()
    assert (wage.text, wage.levels.get(number=0).statement) == ("And the wage?", "None yet.")


def test_who_may_only_look_sees_the_levels_as_text() -> None:
    load_small()
    viewer = sign_in("viewer", "toolkit.^view_")
    response = viewer.get(page(Question.objects.get(slug="wage")))
    assert "3 In place wage at 3. Raise wage from 3. 4 Leading wage at 4." in text(response)
    assert "levels-0-statement" not in Form(response.content.decode()).values


def test_a_level_below_the_top_needs_its_next_step(editor: Client) -> None:
    load_small()
    wage = Question.objects.get(slug="wage")
    response = save(editor, page(wage), levels__dash__1__dash__next_step="")
    assert "Please correct the error below." in text(response)
    assert Level.objects.get(question=wage, number=1).next_step == "Raise wage from 1."


def test_the_top_level_takes_no_next_step(editor: Client) -> None:
    load_small()
    wage = Question.objects.get(slug="wage")
    save(editor, page(wage), text="Changed?", levels__dash__4__dash__next_step="Higher still.")
    wage.refresh_from_db()
    assert (wage.text, wage.levels.get(number=4).next_step) == ("Changed?", "")


def test_a_key_too_long_for_any_row_is_no_row_s(editor: Client) -> None:
    load_small()
    response = editor.post(f"/admin/toolkit/question/{'9' * 5000}/change/", {})
    assert response.status_code == 302
    assert response.headers["Location"] == "/admin/"


def test_levels_are_neither_added_nor_deleted(editor: Client) -> None:
    load_small()
    wage = Question.objects.get(slug="wage")
    changes = {
        "levels__dash__TOTAL_FORMS": 6,
        "levels__dash__0__dash__DELETE": "on",
        "levels__dash__5__dash__statement": "A sixth.",
        "levels__dash__5__dash__next_step": "Never.",
    }
    save(editor, page(wage), **changes)
    assert [level.number for level in wage.levels.all()] == [0, 1, 2, 3, 4]


def test_a_new_question_gets_all_five_levels(editor: Client) -> None:
    load_small()
    new = {
        "component": Component.objects.get(slug="pay").pk,
        "code": "PAY-3",
        "position": 3,
        "slug": "tips",
        "text": "Who gets the tips?",
        "why": "Tips matter.",
        "why_source": Resource.objects.get(slug=GUIDE).pk,
        "weight": 1,
        "weight_reason": "Evidence: some.",
        "pulse": "I get my tips.",
        **{f"levels__dash__{n}__dash__statement": f"Tips {n}." for n in range(5)},
        **{f"levels__dash__{n}__dash__next_step": f"Go on {n}." for n in range(4)},
    }
    response = save(editor, "/admin/toolkit/question/add/", **new)
    assert "was added successfully" in text(response)
    levels = Question.objects.get(slug="tips").levels.values_list(
        "number", "statement", "next_step"
    )
    assert list(levels) == [
        *((n, f"Tips {n}.", f"Go on {n}.") for n in range(4)),
        (4, "Tips 4.", ""),
    ]


def test_a_new_question_with_four_levels_is_refused(editor: Client) -> None:
    load_small()
    new = {
        "code": "PAY-3",
        **{f"levels__dash__{n}__dash__statement": f"Tips {n}." for n in range(4)},
    }
    response = save(editor, "/admin/toolkit/question/add/", **new)
    assert "Please correct the errors below." in text(response)
    assert Question.objects.count() == 3


def test_a_taken_position_is_explained(editor: Client) -> None:
    load_small()
    response = save(editor, page(Question.objects.get(slug="raises")), position=1)
    assert "To swap two, give one of them a free position first." in text(response)


# -- Slugs, retiring, deleting ---------------------------------------------------------------

NAMED = [
    (Component, "pay"),
    (Question, "wage"),
    (Strategy, "set-a-wage"),
    (Resource, GUIDE),
]


@pytest.mark.parametrize(("model", "slug"), NAMED)
def test_what_an_edition_names_keeps_its_slug_and_cannot_be_deleted(
    editor: Client, model: Any, slug: str
) -> None:
    load_and_publish()
    row = model.objects.get(slug=slug)
    assert "slug" not in form(editor, page(row)).values
    save(editor, page(row), slug="another", is_retired="on")
    row.refresh_from_db()
    assert (row.slug, row.is_retired) == (slug, True)
    assert editor.post(page(row, "delete"), {"post": "yes"}).status_code == 403
    assert model.objects.filter(slug=slug).exists()


@pytest.mark.parametrize(("model", "slug"), NAMED)
def test_what_was_never_published_may_change_its_slug(
    editor: Client, model: Any, slug: str
) -> None:
    load_small()
    row = model.objects.get(slug=slug)
    save(editor, page(row), slug="another")
    row.refresh_from_db()
    assert row.slug == "another"


def test_items_follow_a_component_to_its_new_slug(editor: Client) -> None:
    load_small()
    save(editor, page(Component.objects.get(slug="pay")), slug="wages")
    assert Resource.objects.get(slug=GUIDE).component_slugs == " wages "


def test_what_was_never_published_may_be_deleted(editor: Client) -> None:
    load_small()
    row = Strategy.objects.get(slug="set-a-wage")
    editor.post(page(row, "delete"), {"post": "yes"})
    assert not Strategy.objects.filter(slug="set-a-wage").exists()


@pytest.mark.parametrize("model", [Component, Question, Strategy, Resource])
def test_nothing_is_deleted_by_the_list(editor: Client, model: Any) -> None:
    load_small()
    keys = list(model.objects.values_list("pk", flat=True))
    editor.post(
        f"/admin/toolkit/{model._meta.model_name}/",
        {"action": "delete_selected", "_selected_action": keys, "post": "yes"},
    )
    assert model.objects.count() == len(keys)


# -- Strategies and resources ----------------------------------------------------------------


def test_a_strategy_is_saved_with_what_it_serves(editor: Client) -> None:
    load_small()
    row = Strategy.objects.get(slug="set-a-wage")
    raises = Question.objects.get(slug="raises")
    changes = {
        "steps": "First.\nSecond.\n\nThird.",
        "serves__dash__TOTAL_FORMS": 2,
        "serves__dash__1__dash__strategy": row.pk,
        "serves__dash__1__dash__position": 0,
        "serves__dash__1__dash__question": raises.pk,
        "serves__dash__1__dash__levels": [0, 2],
    }
    response = save(editor, page(row), **changes)
    assert "was changed successfully" in text(response)
    row.refresh_from_db()
    assert row.steps == ["First.", "Second.", "Third."]
    assert row.sizes == ["1-9", "10-49"]
    rows = StrategyServes.objects.filter(strategy=row).values_list(
        "question__slug", "position", "levels"
    )
    assert list(rows) == [("wage", 1, [0, 1, 2, 3]), ("raises", 2, [0, 2])]


def test_a_loose_fit_must_say_why(editor: Client) -> None:
    load_small()
    response = save(
        editor, page(Strategy.objects.get(slug="set-a-wage")), uses__dash__1__dash__fit="loose"
    )
    assert "A loose fit must say why it is loose." in text(response)


@pytest.mark.parametrize(
    ("noun", "term", "found"), [("question", "PAY-1", "wage"), ("resource", "bakery", CASE)]
)
def test_rows_are_found_while_typing(editor: Client, noun: str, term: str, found: str) -> None:
    load_small()
    through = {"question": "strategyserves", "resource": "strategyresource"}[noun]
    reply = editor.get(
        "/admin/autocomplete/",
        {"term": term, "app_label": "toolkit", "model_name": through, "field_name": noun},
    )
    model: Any = {"question": Question, "resource": Resource}[noun]
    assert [r["id"] for r in reply.json()["results"]] == [str(model.objects.get(slug=found).pk)]


def test_saving_a_resource_keeps_what_the_archive_searches(editor: Client) -> None:
    load_small()
    guide = Resource.objects.get(slug=GUIDE)
    changes = {
        "title": "Handbook",
        "facts__dash__0__dash__text": "Overtime is paid.",
        "facts__dash__TOTAL_FORMS": 2,
        "facts__dash__1__dash__position": 0,
        "facts__dash__1__dash__text": "Crème brûlée.",
        "facts__dash__1__dash__source": "p. 3",
        "facts__dash__1__dash__basis": "direct",
    }
    response = save(editor, page(guide), **changes)
    assert "The archive shows it right away." in text(response)
    guide.refresh_from_db()
    assert " handbook " in guide.search_text
    assert guide.search_text.endswith(" overtime is paid creme brulee ")
    save(editor, page(guide), facts__dash__1__dash__DELETE="on")
    guide.refresh_from_db()
    assert guide.search_text.endswith(" overtime is paid ")
    assert [(f.position, f.text) for f in ResourceFact.objects.all()] == [(1, "Overtime is paid.")]


def test_a_resource_tells_where_it_is_used(editor: Client) -> None:
    load_small()
    words = text(editor.get(page(Resource.objects.get(slug=CASE))))
    assert "strategy: Set a wage" in words
    assert "question:" not in words.partition("Where it is used")[2]


def test_a_date_needs_its_precision(editor: Client) -> None:
    load_small()
    response = save(editor, page(Resource.objects.get(slug=CASE)), published="2022")
    assert "A date needs its precision, and a precision its date." in text(response)


# -- Publishing ------------------------------------------------------------------------------


def test_publishing_needs_its_own_permission(editor: Client) -> None:
    load_small()
    assert editor.get(PUBLISH).status_code == 403
    assert editor.post(PUBLISH, {"publish": "1"}).status_code == 403
    assert Client().get(PUBLISH).status_code == 302
    assert not Edition.objects.exists()


def confirm(client: Client, **changes: Any) -> Any:
    """Open the page and publish what it shows."""
    values = form(client, PUBLISH).values
    return client.post(PUBLISH, {**values, "note": "Why.", "publish": "1", **changes}, follow=True)


def test_the_first_edition(publisher: Client) -> None:
    load_small()
    words = text(publisher.get(PUBLISH))
    assert "Nothing is published yet." in words
    assert "This will be the first edition, 1.0" in words
    assert "Published as Edition 1.0. New assessments start on it" in text(confirm(publisher))
    edition = Edition.objects.get()
    assert (edition.label, edition.note) == ("1.0", "Why.")
    assert edition.published_by == User.objects.get(username="publisher")
    assert LogEntry.objects.get(action_flag=1).get_change_message() == "Published: Why."


def test_an_edition_says_who_made_it_and_what_changed(publisher: Client) -> None:
    first = load_and_publish()
    Question.objects.filter(slug="wage").update(text="And the wage?")
    confirm(publisher)
    second = Edition.objects.get(number=2)
    shown = publisher.get(page(second))
    assert "Published by: publisher Note:" in text(shown)
    assert "publisher" not in Form(shown.content.decode()).links  # accounts are closed to them
    assert "The question changed." in text(shown)
    assert re.search(r"Its meaning changed\. +(PAY|Close|Fingerprint)", text(shown))
    assert "Published by: No one at the desk" in text(publisher.get(page(first)))


def test_nothing_to_publish(publisher: Client) -> None:
    load_and_publish()
    response = publisher.get(PUBLISH)
    assert "Nothing to publish The draft is the same as Edition 1.0." in text(response)
    assert b'name="publish"' not in response.content


def test_problems_are_all_listed_with_a_link_to_each_row(publisher: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="leave").update(weight_reason="Because.")
    Strategy.objects.filter(slug="set-a-wage").update(steps=["One."])
    response = publisher.get(PUBLISH)
    found = Form(response.content.decode())
    words = text(response)
    assert "Not ready to publish" in words
    assert "The reason for the weight must begin “Basic need” or “Evidence”." in words
    assert "It needs three to six steps." in words
    assert found.links["BN-1 What about leave?"] == page(Question.objects.get(slug="leave"))
    assert found.links["Set a wage"] == page(Strategy.objects.get(slug="set-a-wage"))
    assert b'name="publish"' not in response.content
    refused = publisher.post(
        PUBLISH, {"fingerprint": fingerprint(), "label": "1.1", "note": "x", "publish": "1"}
    )
    assert "Not published:" in text(refused)
    assert Edition.objects.count() == 1


def test_a_problem_of_wording_stops_publishing_and_names_its_row(publisher: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="wage").update(why="Of 409 firms, all behaviour improved.")
    response = publisher.get(PUBLISH)
    words = text(response)
    assert "“behaviour” is a British spelling" in words
    assert "Why it matters: “409” is in no fact of its source “good-jobs-guide”." in words
    wage = Question.objects.get(slug="wage")
    assert Form(response.content.decode()).links[str(wage)] == page(wage)
    assert b'name="publish"' not in response.content


def test_wording_to_look_at_is_folded_away_and_stops_nothing(publisher: Client) -> None:
    load_and_publish()
    Level.objects.filter(question__slug="wage", number=2).update(statement="We often pay more.")
    Resource.objects.filter(slug=GUIDE).update(caution="It is holistic.")
    response = publisher.get(PUBLISH)
    words = text(response)
    _, _, remarks = words.partition("Wording to look at")
    assert "None of this stops you from publishing." in remarks
    assert "Level 2: “often” cannot be checked" in remarks
    assert "The caution: “holistic” is jargon" in remarks
    found = Form(response.content.decode())
    guide = Resource.objects.get(slug=GUIDE)
    assert found.links[str(guide)] == page(guide)
    assert b"<details>" in response.content
    assert "Published as Edition 2.0." in text(confirm(publisher))


def test_a_correction_is_shown_before_and_after_and_confirmed(publisher: Client) -> None:
    load_and_publish()
    Assessment.objects.create(edition_number=1)
    Question.objects.filter(slug="wage").update(hint="Before tips.")
    response = publisher.get(PUBLISH)
    words = text(response)
    assert "Live now: Edition 1.0" in words
    assert "This will be a correction, 1.1" in words
    assert "In short: 1 question reworded." in words
    assert "Under way now: 1 running assessment on edition 1." in words
    assert "The hint changed. – Before tips. a correction" in words
    assert "Means the same" not in words
    wage = Question.objects.get(slug="wage")
    assert Form(response.content.decode()).links[str(wage)] == page(wage)
    assert "Published as Edition 1.1." in text(confirm(publisher))
    assert [e.label for e in Edition.objects.all()] == ["1.1", "1.0"]


def test_ticks_decide_between_correction_and_new_edition(publisher: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="wage").update(text="And the wage?")
    words = text(publisher.get(PUBLISH))
    assert "This will be a new edition, 2.0" in words
    assert "If you can check all of them, this is a correction." in words
    assert "The question changed. What about wage? And the wage?" in words
    # Published straight away with a tick, it would not be what the page said: asked again.
    response = confirm(publisher, same_meaning="wage")
    assert "Not published yet: with these choices it becomes 1.1, not 2.0." in text(response)
    assert Edition.objects.count() == 1
    again = Form(response.content.decode()).values
    assert (again["label"], again["note"], again["same_meaning"]) == ("1.1", "Why.", ["wage"])
    response = publisher.post(PUBLISH, {**again, "publish": "1"}, follow=True)
    assert "Published as Edition 1.1." in text(response)
    assert Question.objects.get(slug="wage").meaning == 1


def test_the_ticks_can_be_worked_out_without_publishing(publisher: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="wage").update(text="And the wage?")
    values = form(publisher, PUBLISH).values
    response = publisher.post(
        PUBLISH, {**values, "note": "Typed.", "same_meaning": "wage", "work_out": "1"}
    )
    words = text(response)
    assert "This will be a correction, 1.1" in words
    assert "This field is required." not in words
    assert Form(response.content.decode()).values["note"].strip() == "Typed."
    assert Edition.objects.count() == 1


def test_an_unticked_question_rises_in_meaning(publisher: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="wage").update(text="And the tips?")
    assert "Published as Edition 2.0." in text(confirm(publisher))
    assert Question.objects.get(slug="wage").meaning == 2
    assert "Nothing to publish" in text(publisher.get(PUBLISH))


def test_ticks_do_not_make_a_correction_of_other_changes(publisher: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="wage").update(text="And the wage?", weight=3)
    words = text(publisher.get(PUBLISH))
    assert "It is a new edition whatever you check" in words
    assert "Published as Edition 2.0." in text(confirm(publisher, same_meaning="wage"))
    assert Question.objects.get(slug="wage").meaning == 1


def test_a_facet_is_shown_with_a_link_to_its_resource(publisher: Client) -> None:
    load_and_publish()
    Resource.objects.filter(slug=CASE).update(employer="")
    found = form(publisher, PUBLISH)
    assert found.links["Corner bakery case"] == page(Resource.objects.get(slug=CASE))


def test_a_draft_that_moved_on_is_shown_again(publisher: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="wage").update(hint="Seen.")
    values = form(publisher, PUBLISH).values
    Question.objects.filter(slug="raises").update(weight=3)
    response = publisher.post(PUBLISH, {**values, "note": "Why.", "publish": "1"})
    words = text(response)
    assert "Not published: The draft has changed since you opened it." in words
    assert "This will be a new edition, 2.0" in words
    assert Form(response.content.decode()).values["fingerprint"] == fingerprint()
    assert Edition.objects.count() == 1


def test_the_note_is_needed(publisher: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="wage").update(hint="Seen.")
    assert "This field is required." in text(confirm(publisher, note=""))
    assert "at most 500 characters" in text(confirm(publisher, note="x" * 501))
    assert Edition.objects.count() == 1


@pytest.mark.usefixtures("any_wording")
def test_what_is_shown_is_text(publisher: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="wage").update(hint="<script>alert(1)</script>")
    response = publisher.get(PUBLISH)
    assert b"<script>alert" not in response.content
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in response.content


def test_editions_are_for_reading(publisher: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="wage").update(hint="Before tips.")
    confirm(publisher)
    edition = Edition.objects.newest_first()[0]
    words = text(publisher.get(page(edition)))
    assert "PAY-1 What about wage?: The hint changed. Before tips." in words
    assert publisher.post(page(edition), {"note": "Other."}).status_code == 403
    assert publisher.post(page(edition, "delete"), {"post": "yes"}).status_code == 403
    assert publisher.get("/admin/toolkit/edition/add/").status_code == 403


# -- Employers' assessments ------------------------------------------------------------------

ASSESSMENTS = "/admin/assessment/assessment/"


@pytest.fixture
def assessment() -> Assessment:
    row = Assessment.objects.create(edition_number=1, name="Corner Bakery")
    Answer.objects.save_given(
        assessment_id=row.pk,
        edition=1,
        question="wage",
        given=Given(level=2, note="Since May."),
        seen=0,
        by="The owner",
    )
    return row


@pytest.mark.parametrize(
    "permissions", [(EDITS,), (EDITS, r"assessment.^(add|change|delete|view)_assessment$")]
)
def test_editors_never_see_employers_answers(
    assessment: Assessment, permissions: tuple[str, ...]
) -> None:
    client = sign_in("nosy", *permissions)
    address = f"{ASSESSMENTS}{assessment.pk}/change/"
    assert [client.get(a).status_code for a in (ASSESSMENTS, address)] == [403, 403]
    assert "Corner Bakery" not in text(client.get("/admin/"))
    assert ASSESSMENTS not in client.get("/admin/").content.decode()
    assert not LogEntry.objects.filter(action_flag=LOOKED).exists()


def test_each_look_at_answers_is_logged_without_the_employer_s_name(
    auditor: Client, assessment: Assessment
) -> None:
    assert "Corner Bakery" in text(auditor.get(ASSESSMENTS))
    words = text(auditor.get(f"{ASSESSMENTS}{assessment.pk}/change/"))
    assert "Since May." in words
    auditor.get(f"{ASSESSMENTS}{assessment.pk}/change/")
    looks = (
        LogEntry.objects.filter(action_flag=LOOKED)
        .order_by("pk")
        .values_list("user__username", "object_id", "object_repr", "change_message")
    )
    one = ("auditor", str(assessment.pk), assessment.public_id, "Opened it.")
    assert list(looks) == [
        ("auditor", None, "List of assessments", "Looked at the list."),
        one,
        one,
    ]
    assert "Opened it." in text(auditor.get(f"{ASSESSMENTS}{assessment.pk}/history/"))


def test_who_sees_answers_cannot_change_them(auditor: Client, assessment: Assessment) -> None:
    address = f"{ASSESSMENTS}{assessment.pk}"
    assert auditor.post(f"{address}/change/", {"name": "Mine"}).status_code == 403
    assert auditor.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert auditor.get(f"{ASSESSMENTS}add/").status_code == 403
    assessment.refresh_from_db()
    assert assessment.name == "Corner Bakery"
    assert Answer.objects.get().level == 2


def test_nobody_adds_changes_or_deletes_what_is_on_record(rf: Any, admin_user: User) -> None:
    """Not even a superuser."""
    request = rf.get("/admin/")
    request.user = admin_user
    closed = {
        model._meta.model_name
        for model, page in admin.site._registry.items()
        if not (
            page.has_add_permission(request)
            or page.has_change_permission(request)
            or page.has_delete_permission(request)
        )
    }
    on_record = {"auditentry", "failedsignin", "edition", "change", "linkcheck"}
    assert closed == on_record | {"assessment"}
