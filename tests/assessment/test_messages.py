"""What the next page says: nothing typed waits in the cookie, and what shows it is not kept."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

import assessment.views
from tests import factories
from tests.pages import words

pytestmark = pytest.mark.django_db

TYPED = "Zanzibar"
VIEWS = Path(assessment.views.__file__).parent
# What stands in messages beside words of ours; look whether somebody typed it before adding to it.
SAID = {
    "access.edition_label",
    "component.label",
    "fared.summary",
    "place.number",
    "place.of",
    "sentences.adopted(len(adopted.added), len(adopted.known), closed=closed)",
    "str(error)",
    "undone.from_number",
}


def said_by_views() -> Iterator[str]:
    """Whatever is no fixed text in a call of messages."""
    for file in VIEWS.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        texts = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("messages."):
                yield from _parts(node.args[1], texts)


def _parts(text: ast.expr, texts: dict[str, ast.expr]) -> Iterator[str]:
    match text:
        case ast.Constant():
            return
        case ast.Name(id=name) if name in texts:
            yield from _parts(texts[name], {})
        case ast.IfExp(body=one, orelse=other):
            yield from (*_parts(one, texts), *_parts(other, texts))
        case ast.JoinedStr(values=values):
            for value in values:
                yield from _parts(value, texts)
        case ast.FormattedValue(value=value):
            yield from _parts(value, texts)
        case _:
            yield ast.unparse(text)


def test_every_message_is_words_of_ours() -> None:
    """A new message fails here until somebody looked at what stands in it."""
    assert {*said_by_views()} == SAID


@pytest.mark.parametrize(
    ("name", "args", "data", "said"),
    [
        ("add_recommended", ["wage"], {}, "That step is in your plan."),
        ("adopt", [], {"step": ["wage"]}, "1 was already in it"),
        ("order_action", ["first"], {"to": "down"}, "That action is now number 2 of 2."),
        ("put_back_action", ["removed"], {}, "That action was not put back"),
        ("put_back_action", ["old"], {}, "That action was removed more than 30 days ago."),
        ("put_back_action", ["first"], {}, "That action is back in your plan."),
        ("profile", [], {"name": TYPED}, "Your changes are saved."),
    ],
)
def test_what_was_typed_is_in_no_cookie(name, args, data, said, bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 0, note=TYPED)
    now = timezone.now()
    rows: dict[str, dict[str, Any]] = {
        "first": {"question": "wage"},
        "second": {},
        "removed": {"question": "wage", "removed_at": now},
        "old": {"removed_at": now - timedelta(days=40)},
    }
    for key, fields in rows.items():
        factories.make_action(bakery, TYPED, key=key, owner=TYPED, **fields)
    response = maria.send(name, *args, data={"covers": "site", **data})
    assert response.status_code == 302
    (message,) = get_messages(response.wsgi_request)
    assert said in str(message)
    assert TYPED not in str(message)


def test_a_page_that_says_something_is_kept_nowhere(bakery, maria) -> None:
    """Even one that is everybody's but for that."""
    maria.send("put_back_action", factories.make_action(bakery).key)
    said = maria.get("/privacy/")
    assert "That action is back in your plan." in words(said)
    assert (said["Cache-Control"], said["X-Robots-Tag"]) == ("no-store, private", "noindex")
    for page in (maria.get("/privacy/"), Client().get("/privacy/")):
        assert "X-Robots-Tag" not in page
        assert "Cache-Control" not in page


def test_what_is_said_writes_no_session(bakery, maria) -> None:
    """A session is written whole: it would undo what another tab was granted meanwhile."""
    before = maria.session.model.objects.values().get()
    key = factories.make_action(bakery).key
    assert "session" not in str(maria.send("put_back_action", key).cookies)
    assert "session" not in str(maria.see("plan").cookies)
    assert maria.session.model.objects.values().get() == before
