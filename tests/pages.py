"""A page as a reader and a browser see it: its words, its title, the fields it would send."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.utils.html import strip_tags

# What the test client returns has a type of its own, for the type checker only.
type Response = Any


class _Form(HTMLParser):
    """Collects what a browser would send of one form, or of all forms of a page."""

    def __init__(self, action: str | None) -> None:
        super().__init__()
        self.action = action
        self.sent: dict[str, str] = {}
        self._is_in = action is None
        self._textarea: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form" and self.action is not None:
            self._is_in = given.get("action", "") == self.action
        if not self._is_in:
            return
        name = given.get("name", "")
        if tag == "textarea":
            self._textarea = name
            self.sent[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select is not None:
            if "selected" in given or self._select not in self.sent:
                self.sent[self._select] = given.get("value", "")
        elif tag == "input" and name and given.get("type") not in {"submit", "button"}:
            is_choice = given.get("type") in {"radio", "checkbox"}
            if not is_choice or "checked" in given:
                self.sent[name] = given.get("value", "on" if is_choice else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea is not None:
            # A line break right after the tag is no part of the text.
            self.sent[self._textarea] = self.sent[self._textarea].removeprefix("\n")
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self.sent[self._textarea] += data


def html(response: Response) -> str:
    """The source of a page."""
    return str(response.content.decode())


def words(response: Response) -> str:
    """What a page says, without markup, every run of white space one space."""
    source = re.sub(r"<(script|style|title)\b.*?</\1>", " ", html(response), flags=re.DOTALL)
    return plain(source)


def plain(source: str) -> str:
    """Markup as the words it holds."""
    return " ".join(unescape(strip_tags(re.sub(r"<", " <", source))).split())


def title(response: Response) -> str:
    """The title of a page."""
    (found,) = re.findall(r"<title>(.*?)</title>", html(response), flags=re.DOTALL)
    return plain(found)


def heading(response: Response) -> str:
    """The one main heading of a page."""
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", html(response), flags=re.DOTALL)
    return plain(found)


def part(response: Response, *, tag: str, name: str) -> str:
    """The words of the element ``tag`` with this id; it holds no other of its kind."""
    pattern = rf'<{tag}\b[^>]* id="{re.escape(name)}".*?</{tag}>'
    (found,) = re.findall(pattern, html(response), flags=re.DOTALL)
    return plain(found)


def question(response: Response, slug: str) -> str:
    """The words of one question's card on a component's page."""
    _, _, after = html(response).partition(f'data-question="{slug}"')
    assert after, f"{slug} is not on the page"
    card = re.split(r'data-question="|</form>', after)[0]
    return plain(card.partition(">")[2].rpartition("<")[0])


def shown_secret(response: Response) -> str:
    """The secret of the private link that a page shows to be copied."""
    (found,) = re.findall(r'id="secret-link" value="[^"]*/open/([^"/]+)/"', html(response))
    return str(found)


def made_document(response: Response) -> str | None:
    """Where the page of a document that a worker makes leads once it is made; None before."""
    found = re.search(r'data-download href="([^"]+)"', html(response))
    return found and found[1]


def sends(response: Response, action: str | None = None, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the page's forms, or of the one with this ``action``.

    ``changes`` are what the reader changed; a field changed to None is not sent.
    """
    form = _Form(action)
    form.feed(html(response))
    form.sent.pop("csrfmiddlewaretoken", None)
    sent = form.sent | changes
    return {key: value for key, value in sent.items() if value is not None}
