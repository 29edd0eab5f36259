"""How a field is marked up: what describes it, and what is wrong with it, are tied to it."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django import forms
from django.template import Context, Template
from django.urls import reverse

from assessment.forms.profile import YesNoField
from tests import factories
from tests.pages import Response, html

KINDS: dict[str, Callable[..., forms.Field]] = {
    "text": forms.CharField,
    "select": lambda **kwargs: forms.ChoiceField(choices=[("a", "A")], **kwargs),
    "checkbox": forms.BooleanField,
    "radios": lambda **kwargs: forms.ChoiceField(
        choices=[("a", "A")], widget=forms.RadioSelect, **kwargs
    ),
}
PAGE = Template("{% load crispy_forms_tags %}{{ form|crispy }}")


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and the text within each element with an id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[tuple[str, str]] = []
        self.within: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found.append((tag, given))
        if tag not in {"input", "br", "meta", "link", "img"}:
            self.open.append((tag, given.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, key in self.open:
            self.within[key] = self.within.get(key, "") + data

    @property
    def ids(self) -> list[str]:
        """Every id, each as often as it is given."""
        return [given["id"] for _, given in self.found if "id" in given]

    @property
    def described(self) -> dict[str, str]:
        """What each element is described by, by its name or id."""
        return {
            given.get("name") or given.get("id", tag): given["aria-describedby"]
            for tag, given in self.found
            if given.get("aria-describedby")
        }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hint", ["", "A hint."])
@pytest.mark.parametrize("errors", [[], ["First."], ["First.", "Second."]])
def test_a_field_is_described_by_its_hint_and_all_its_errors(kind, hint, errors) -> None:
    form = type("Form", (forms.Form,), {"thing": KINDS[kind](help_text=hint, required=False)})({})
    for error in errors:
        form.add_error("thing", error)
    tags = Tags(PAGE.render(Context({"form": form})))
    assert len(tags.ids) == len({*tags.ids})
    wanted = [text for text in (hint, *errors) if text]
    described = tags.described
    assert [*described] == (["div_id_thing" if kind == "radios" else "thing"] if wanted else [])
    said = "".join(tags.within[key] for value in described.values() for key in value.split())
    assert said == "".join(wanted)


def test_yes_and_no_side_by_side_are_described_too() -> None:
    form = type("Form", (forms.Form,), {"thing": YesNoField(label="Thing?")})({"thing": "maybe"})
    tags = Tags(PAGE.render(Context({"form": form})))
    (key,) = tags.described.values()
    assert "Select a valid choice." in tags.within[key]


@pytest.mark.django_db
def test_rows_of_the_targets_are_described_by_their_errors(bakery, maria) -> None:
    hold(maria.send("targets", data={"pay-target": "9", "pay-importance": "9"}), PAY_ERRORS)


@pytest.mark.django_db
def test_what_is_asked_of_a_proposal_is_described_by_its_errors(bakery, maria) -> None:
    factories.make_answer(bakery, "wage", 1)
    address = reverse("assessment:what_if", args=[bakery.public_id], query=PROPOSAL)
    hold(maria.get(address), {"count": "Select a valid choice.", "within": "whole number of days"})


PROPOSAL = {"propose": 1, "count": 99, "within": "soon"}
PAY_ERRORS = dict.fromkeys(("pay-target", "pay-importance"), "Select a valid choice.")


def hold(page: Response, errors: dict[str, str]) -> None:
    """Assert that each of these fields is described by its error, and no id is given twice."""
    tags = Tags(html(page))
    assert len(tags.ids) == len({*tags.ids})
    assert {name: text in tags.within[tags.described[name]] for name, text in errors.items()} == (
        dict.fromkeys(errors, True)
    )
