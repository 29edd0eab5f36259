"""The preview: a draft question as employers will see it, for staff only."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains, assertRedirects

from tests.toolkit.small import load_and_publish
from toolkit.models import Level, Question

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
        ("is_retired", "The question is retired: the next publishing leaves it out."),
        ("is_held_back", "The question is held back: publishing uses its last published text"),
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
