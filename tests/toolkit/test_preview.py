"""The preview: a draft question as employers will see it, for staff only."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains, assertRedirects

from tests.toolkit.small import GUIDE, load_and_publish
from toolkit.models import Change, Component, Level, Question, Resource

pytestmark = pytest.mark.django_db
ADDRESS = "/preview/leave/"
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def editor(client: Client) -> Client:
    """A browser of someone who may see questions."""
    user = User.objects.create_user("editor", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_question"))
    client.force_login(user)
    return client


def test_the_draft_is_shown_as_employers_will_see_it(editor: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="leave").update(text="How much leave?", hint="Paid leave only.")
    Level.objects.filter(question__slug="leave", number=3).update(statement="Two weeks for all.")
    page = editor.get(ADDRESS).content.decode()
    assertInHTML("<h1>How much leave?</h1>", page)
    assertInHTML(
        '<legend><span class="qn">Question 1</span><h2>How much leave?</h2></legend>', page
    )
    assertInHTML('<p class="hint">Paid leave only.</p>', page)
    for number, statement in enumerate(
        ["leave at 0.", "leave at 1.", "leave at 2.", "Two weeks for all.", "leave at 4."]
    ):
        assertInHTML(f'<input type="radio" name="leave-choice" value="{number}">', page)
        assertInHTML(f"<span>{statement}</span>", page)
    assertInHTML('<input type="radio" name="leave-choice" value="na">', page)
    assertInHTML("<span><b>Does not apply.</b> Choose this if nobody is employed.</span>", page)
    row = Question.objects.get(slug="leave")
    assertInHTML(f'<a href="/admin/toolkit/question/{row.pk}/change/">Back to editing</a>', page)
    assert " checked" not in page
    assert "data-save" not in page
    assert "What about leave?" not in page  # Published, no longer the draft.


def test_what_follows_from_an_answer_is_shown_too(editor: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="leave").update(applies_if="shifts", is_quick=True)
    assertContains(
        editor.get(ADDRESS),
        """<dl class="facts"><dt>Not yet</dt><dd>Raise leave from 0.</dd>
        <dt>Starting</dt><dd>Raise leave from 1.</dd><dt>Partial</dt><dd>Raise leave from 2.</dd>
        <dt>In place</dt><dd>Raise leave from 3.</dd>
        <dt>Asked</dt><dd>Only where people work shifts; also in the quick check</dd>
        <dt>Weight</dt><dd>2. Evidence: one study.</dd></dl>""",
        html=True,
    )


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (
            "is_retired",
            "The question is retired: the next time the toolkit is published, it is left out.",
        ),
        (
            "is_held_back",
            "The question is held back: publishing still uses its last published text",
        ),
    ],
)
def test_a_question_that_will_not_go_out_says_so(editor: Client, flag: str, words: str) -> None:
    load_and_publish()
    assertNotContains(editor.get(ADDRESS), words)
    Question.objects.filter(slug="leave").update(**{flag: True})
    assertContains(editor.get(ADDRESS), words)


def test_a_draft_is_never_stored(editor: Client) -> None:
    load_and_publish()
    assert "no-store" in editor.get(ADDRESS)["Cache-Control"]


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    load_and_publish()
    response = client.get(ADDRESS)
    assertRedirects(response, f"/admin/login/?next={ADDRESS}", fetch_redirect_response=False)


def test_who_may_not_see_questions_is_refused(client: Client) -> None:
    load_and_publish()
    client.force_login(User.objects.create_user("helper", is_staff=True))
    assert client.get(ADDRESS).status_code == 403


def test_an_unknown_question_is_not_found(editor: Client) -> None:
    assert editor.get("/preview/nothing/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_preview_is_only_read(editor: Client, method: str) -> None:
    load_and_publish()
    assert getattr(editor, method)(ADDRESS).status_code == 405


def test_what_editors_type_is_text(editor: Client) -> None:
    load_and_publish()
    Question.objects.filter(slug="leave").update(text=HOSTILE, hint=HOSTILE, na_when=HOSTILE)
    Level.objects.filter(question__slug="leave", number=0).update(statement=HOSTILE)
    page = editor.get(ADDRESS).content.decode()
    assert "<script" not in page
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page


# -- What is typed and not saved -------------------------------------------------------------


@pytest.fixture
def writer(client: Client) -> Client:
    """A browser of someone who may edit questions and their levels."""
    user = User.objects.create_user("writer", is_staff=True)
    found = Permission.objects.filter(codename__regex="^(view|add|change)_(question|level)$")
    user.user_permissions.add(*found)
    client.force_login(user)
    return client


def typed(**changes: Any) -> dict[str, Any]:
    """What the form of “leave” would send, some of it changed; “levels-0-…” by its number."""
    row = Question.objects.get(slug="leave")
    values: dict[str, Any] = {
        "component": row.component_id,
        "code": row.code,
        "position": row.position,
        "text": row.text,
        "hint": row.hint,
        "why": row.why,
        "why_source": row.why_source_id,
        "weight": row.weight,
        "weight_reason": row.weight_reason,
        "na_when": row.na_when,
        "pulse": row.pulse,
        "levels-TOTAL_FORMS": 5,
        "levels-INITIAL_FORMS": 5,
    }
    for n, level in enumerate(row.levels.all()):
        values |= {
            f"levels-{n}-id": level.pk,
            f"levels-{n}-question": row.pk,
            f"levels-{n}-statement": level.statement,
            f"levels-{n}-next_step": level.next_step,
        }
    return {**values, **changes}


def unsaved(slug: str = "leave") -> str:
    return reverse("admin:toolkit_question_preview", args=[Question.objects.get(slug=slug).pk])


def stored() -> list[Any]:
    """Everything a preview must leave as it is."""
    return [
        *Question.objects.order_by("pk").values(),
        *Level.objects.order_by("pk").values(),
        Change.objects.count(),
    ]


def test_what_is_typed_is_shown_and_nothing_is_saved(writer: Client) -> None:
    load_and_publish()
    before = stored()
    one, two = "levels-1-statement", "levels-2-statement"
    swapped = {one: "leave at 2.", two: "leave at 1.", "levels-0-next_step": "Begin at once."}
    data = typed(text="How much leave?", hint="Paid only.", is_quick="on", **swapped)
    response = writer.post(unsaved(), data)
    page = response.content.decode()
    assert stored() == before
    assertInHTML("<h1>How much leave?</h1>", page)
    assertInHTML('<p class="hint">Paid only.</p>', page)
    places = [page.index(f"<span>leave at {n}.</span>") for n in (0, 2, 1, 3, 4)]
    assert places == sorted(places)
    assertInHTML("<dt>Not yet</dt>", page)
    assertInHTML("<dd>Begin at once.</dd>", page)
    assertInHTML("<dd>Of everyone; also in the quick check</dd>", page)
    assertContains(response, "Close this tab to keep editing.")
    assertNotContains(response, "It cannot be saved like this yet")
    assert "no-store" in response["Cache-Control"]


def test_what_cannot_be_saved_is_shown_with_every_reason(writer: Client) -> None:
    load_and_publish()
    before = stored()
    long = "x" * 201
    data = typed(
        text="", weight="", **{"levels-1-statement": "", "levels-2-statement": long, "code": "BN-1"}
    )
    response = writer.post(unsaved(), data)
    page = response.content.decode()
    assert stored() == before
    for problem in (
        "Question: This field is required.",
        "Weight: This field is required.",
        "Level 1 Starting: Statement: This field is required.",
        "Level 2 Partial: Statement: Ensure this value has at most 200 characters (it has 201).",
    ):
        assertInHTML(f"<li>{problem}</li>", page)
    assert f"<span>{long}</span>" in page
    assertInHTML("<span>leave at 3.</span>", page)


def test_what_is_typed_is_text(writer: Client) -> None:
    load_and_publish()
    hostile = dict.fromkeys(
        ["text", "hint", "why", "na_when", "code", "weight_reason", "levels-0-statement"], HOSTILE
    )
    page = writer.post(unsaved(), typed(**hostile)).content.decode()
    assert "<script>alert" not in page
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"levels-TOTAL_FORMS": "5", "levels-INITIAL_FORMS": "0"},
        {"levels-TOTAL_FORMS": "99999", "levels-INITIAL_FORMS": "99999", "levels-0-id": "x"},
        {"levels-TOTAL_FORMS": "-1", "levels-INITIAL_FORMS": "many", "component": "0"},
        {"text": "y" * 100_000, "position": "-3", "weight": "9", "legal_notes": "no source"},
    ],
)
def test_no_request_breaks_it(writer: Client, data: dict[str, str]) -> None:
    load_and_publish()
    before = stored()
    for address in (unsaved(), "/admin/toolkit/question/preview/"):
        response = writer.post(address, data)
        assertContains(response, "It cannot be saved like this yet:")
        assert len(response.content) < 50_000
    assert stored() == before


def test_a_new_question_can_be_seen_before_it_is_saved(writer: Client) -> None:
    load_and_publish()
    pay, guide = Component.objects.get(slug="pay"), Resource.objects.get(slug=GUIDE)
    data = {
        "text": "Who gets the tips?",
        "component": pay.pk,
        "why": "Tips matter.",
        "why_source": guide.pk,
        "levels-TOTAL_FORMS": 5,
        "levels-INITIAL_FORMS": 0,
        **{f"levels-{n}-statement": "" for n in range(5)},
        **{f"levels-{n}-next_step": "" for n in range(4)},
        "levels-0-statement": "The till.",
    }
    response = writer.post("/admin/toolkit/question/preview/", data)
    page = response.content.decode()
    assertInHTML("<h1>Who gets the tips?</h1>", page)
    assertInHTML("<span>The till.</span>", page)
    assertInHTML("<span>Nothing written yet</span>", page, count=4)
    assertInHTML("<li>Level 3 In place: Next step: This field is required.</li>", page)
    assertInHTML("<dd>Not chosen yet</dd>", page)
    assert f'href="/archive/{GUIDE}/"' in page
    assert Question.objects.count() == 3


def test_each_form_leads_to_its_preview(writer: Client, editor: Client) -> None:
    load_and_publish()
    change = reverse("admin:toolkit_question_change", args=[Question.objects.get(slug="leave").pk])
    forms = {change: unsaved(), "/admin/toolkit/question/add/": "/admin/toolkit/question/preview/"}
    for address, preview in forms.items():
        button = (
            '<input type="submit" value="See it as an employer would" '
            f'formaction="{preview}" formtarget="preview">'
        )
        writer.force_login(User.objects.get(username="writer"))
        assertContains(writer.get(address), button, count=2, html=True)
    writer.force_login(User.objects.get(username="editor"))  # who may only look
    assertNotContains(writer.get(change), "See it as an employer would</")
    assertNotContains(writer.get(change), "formaction")


def test_coming_back_without_a_form_shows_what_was_saved(writer: Client) -> None:
    """As after signing in again in the middle of it."""
    load_and_publish()
    assertRedirects(writer.get(unsaved()), ADDRESS)
    assertRedirects(writer.get("/admin/toolkit/question/preview/"), "/admin/toolkit/question/")


def test_who_may_only_look_is_shown_what_was_saved(editor: Client) -> None:
    load_and_publish()
    assertRedirects(editor.post(unsaved(), {"text": "Mine"}), ADDRESS)


def test_levels_nobody_let_them_type_are_shown_as_saved(client: Client) -> None:
    load_and_publish()
    user = User.objects.create_user("half", is_staff=True)
    found = Permission.objects.filter(
        codename__in=["view_question", "change_question", "view_level"]
    )
    user.user_permissions.add(*found)
    client.force_login(user)
    data = {k: v for k, v in typed(hint="Mine.").items() if "-statement" not in k}
    response = client.post(unsaved(), {k: v for k, v in data.items() if "-next_step" not in k})
    assertContains(response, "<span>leave at 3.</span>", html=True)
    assertNotContains(response, "It cannot be saved like this yet")


def test_the_unsaved_preview_is_for_staff_who_see_questions(client: Client) -> None:
    load_and_publish()
    address = unsaved()
    assert client.post(address).status_code == 302
    client.force_login(User.objects.create_user("helper", is_staff=True))
    assert client.post(address).status_code == 403
    assert client.post("/admin/toolkit/question/preview/").status_code == 403


def test_the_unsaved_preview_takes_forms_only(writer: Client) -> None:
    load_and_publish()
    assert writer.put(unsaved()).status_code == 405
    assert writer.delete(unsaved()).status_code == 405
    assert writer.post("/admin/toolkit/question/999999/preview/").status_code == 404
