"""The page for sharing: exactly what the owner chose, and nothing behind it."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from assessment import sentences
from assessment.access import GRANTS, MAY, grant, make_link
from assessment.models import AccessLink, Assessment
from tests import factories
from tests.factories import JOB_SECURITY
from tests.pages import heading, html, sends, shown_secret, title, words
from tests.people import Person, person

pytestmark = pytest.mark.django_db

# What stands on the page only with the plan, and what never does.
OF_THE_PLAN = (
    *("Text of tips?", "tips stands at 4.", "Post the hours", "Sam Lee", "March 31, 2027"),
    *("Under way", "No longer needed", "Dropped"),
)
NEVER = (
    *("secret note", "answer note", "About $400", "4,321", "Too dear", "First, ask"),
    *("wage stands at 0.", "Text of wage?", "Lift wage", "Basic needs", "Start this month"),
    *("nobody is tipped", "50-249", "Information", "union"),
)


@pytest.fixture
def told(bakery: Assessment) -> Assessment:
    """The bakery with a basic need missing, a strength, and a plan."""
    factories.make_answer(bakery, "wage", 0, note="answer note")
    factories.make_answer(bakery, "ranges", 3)
    factories.make_answer(bakery, "tips", 4, note="answer note")
    factories.make_action(
        bakery,
        next_step="First, ask",
        owner="Sam Lee",
        due_on=date(2027, 3, 31),
        status="under-way",
        cost="About $400",
        estimate=4321,
        notes="secret note",
    )
    factories.make_action(bakery, "No longer needed", status="dropped", drop_reason="Too dear")
    Assessment.objects.filter(pk=bakery.pk).update(sector="51", union_contract="yes")
    return bakery


def visitor(assessment: Assessment, shows: str) -> Person:
    somebody = Person(assessment)
    somebody.link, somebody.secret = make_link(assessment, role="share", shows=shows)
    response = somebody.open()
    assert response["Location"] == somebody.address("shared")
    return somebody


# -- what it shows -----------------------------------------------------------------------------


def test_scores_only_shows_scores_only(told) -> None:
    page = visitor(told, "scores").see("shared")
    assert (page.status_code, heading(page)) == (200, "Maria’s Bakery")
    assert title(page) == "Shared results – Maria’s Bakery"
    shown = words(page)
    assert "2 of 3 practices in place or better" in shown
    # 3 * 0 + 2 * 3 + 1 * 4 of 24.
    assert "Pay 42 , target 75 2 of 3 in place" in shown
    assert "Job security – Not enough answers yet No answers yet" in shown
    assert "The whole organization." in shown
    assert "Edition 1.0 of the questions." in shown
    assert [text for text in (*OF_THE_PLAN, *NEVER) if text in html(page)] == []


def test_with_the_plan_it_shows_that_too_and_no_more(told) -> None:
    page = visitor(told, "plan").see("shared")
    shown = words(page)
    assert [text for text in OF_THE_PLAN if text not in shown] == []
    assert "Post the hours Sam Lee · by March 31, 2027 · Under way" in shown
    assert "No longer needed No one assigned yet · no date yet · Dropped" in shown
    assert [text for text in NEVER if text in html(page)] == []


@pytest.mark.parametrize("shows", ["scores", "plan"])
def test_it_says_what_it_is_and_is_not(told, shows) -> None:
    page = visitor(told, shows).see("shared")
    shown = words(page)
    for sentence in (*sentences.LIMITS, *sentences.SHARED):
        assert sentence in shown
    assert "As of " in shown
    assert page["X-Robots-Tag"] == "noindex"
    assert page["Cache-Control"] == "no-store, private"
    assert '<meta name="robots" content="noindex">' in html(page)


def test_it_leads_to_nothing_that_refuses(told) -> None:
    theo = visitor(told, "plan")
    page = html(theo.see("shared"))
    here = reverse("assessment:hub", args=[told.public_id])
    leads_to = {part.partition('"')[0] for part in page.split('href="') if part.startswith(here)}
    assert leads_to == {theo.address("leave")}
    assert "Preview" not in page
    assert "<form" not in page
    assert f'href="{theo.address("shared")}"' in html(theo.get("/assessments/"))


def test_an_empty_assessment_has_words_for_it(bakery) -> None:
    shown = words(visitor(bakery, "plan").see("shared"))
    assert "Nothing to show yet No answers count so far." in shown
    assert "No actions are planned yet." in shown
    assert "can build on" not in shown


def test_a_quick_check_shows_no_score_per_component(bakery) -> None:
    Assessment.objects.filter(pk=bakery.pk).update(mode="quick")
    factories.make_answer(bakery, "wage", 4)
    shown = words(visitor(bakery, "scores").see("shared"))
    assert "Shared results of the quick check" in shown
    assert "Never compare it with a full assessment." in shown
    assert "target" not in shown.partition("What this is")[0].replace("its own target", "")


def test_hostile_text_is_text(bakery) -> None:
    hostile = "<script>alert(1)</script>"
    Assessment.objects.filter(pk=bakery.pk).update(name=hostile, covers_name=hostile)
    factories.make_action(bakery, hostile, owner=hostile)
    page = visitor(bakery, "plan").see("shared")
    assert hostile not in html(page)
    assert heading(page) == hostile


def test_it_asks_as_much_for_three_actions_as_for_one(bakery, at_most) -> None:
    theo = visitor(bakery, "plan")
    for _ in range(3):
        factories.make_action(bakery)
        with at_most(6):  # session, link, answers, actions, sources, the edition's document once
            theo.see("shared")


# -- who sees it -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["maria", "sam", "rita"])
def test_who_may_read_sees_a_preview_of_either(told, name) -> None:
    who = person(name, told)
    page = who.see("shared")
    assert "Preview. " in words(page)
    assert "“Scores only”" in words(page)
    assert "Sam Lee" not in words(page)
    page = who.get(f"{who.address('shared')}?shows=plan")
    assert "“Scores and plan”" in words(page)
    assert "Sam Lee" in words(page)
    assert ("Only the owner can make these links." in words(page)) == (name != "maria")


@pytest.mark.parametrize("shows", ["plan", "scores", "x", "%00"])
def test_a_preview_shows_what_the_visitor_sees(told, shows) -> None:
    maria = person("maria", told)
    seen = words(maria.get(f"{maria.address('shared')}?shows={shows}"))
    theirs = words(visitor(told, "plan" if shows == "plan" else "scores").see("shared"))

    def main(shown: str) -> str:
        return shown[shown.index("Shared results") : shown.index("Edition 1.0")]

    assert main(seen) == main(theirs)


def test_a_visitor_cannot_ask_for_more(told) -> None:
    theo = visitor(told, "scores")
    page = theo.get(f"{theo.address('shared')}?shows=plan")
    assert "Sam Lee" not in words(page)


def test_a_stopped_link_shows_nothing(told, maria) -> None:
    theo = visitor(told, "plan")
    assert theo.link is not None
    maria.send("revoke_link", theo.link.key)
    assert theo.see("shared").status_code == 404
    assert theo.open().status_code == 404


# -- several links in one browser --------------------------------------------------------------


def test_of_two_shared_links_the_newer_opened_applies(told) -> None:
    theo = visitor(told, "plan")
    for shows, sees in (("scores", False), ("plan", True)):
        _, theo.secret = make_link(told, role="share", shows=shows)
        assert theo.open()["Location"] == theo.address("shared")
        assert ("Sam Lee" in words(theo.see("shared"))) == sees


@pytest.mark.parametrize("name", ["maria", "sam", "rita"])
def test_a_better_link_is_kept_and_sees_what_the_shared_one_shows(told, name) -> None:
    who = person(name, told)
    held = dict(who.session[GRANTS])
    _, who.secret = make_link(told, role="share", shows="plan")
    assert who.open()["Location"] == f"{who.address('shared')}?shows=plan"
    assert who.session[GRANTS] == held
    assert who.see("results").status_code == 200


def test_a_contributor_keeps_answering_and_is_told_where_to_open_it(told) -> None:
    ana = person("ana", told)
    _, ana.secret = make_link(told, role="share", shows="plan")
    page = ana.open()
    assert (page.status_code, heading(page)) == (403, "Open this link in another browser")
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["Cache-Control"] == "no-store, private"
    assert ana.see("component", JOB_SECURITY).status_code == 200
    assert ana.see("shared").status_code == 403


@pytest.mark.parametrize("role", ["owner", "edit", "contributor", "read"])
def test_every_other_link_replaces_a_shared_one(told, role) -> None:
    theo = visitor(told, "scores")
    link, theo.secret = make_link(
        told, role=role, component=JOB_SECURITY if role == "contributor" else ""
    )
    theo.open()
    assert theo.session[GRANTS] == {told.public_id: link.pk}


@pytest.mark.parametrize(
    ("held", "offered", "is_taken"),
    [
        *((a, b, True) for a, b in (("read", "contributor"), ("contributor", "read"))),
        *((a, b, True) for a, b in (("read", "edit"), ("edit", "owner"), ("share", "share"))),
        *((role, role, True) for role in sorted(MAY)),
        *((a, b, False) for a, b in (("owner", "edit"), ("edit", "read"), ("owner", "read"))),
        *((a, b, False) for a, b in (("edit", "contributor"), ("owner", "contributor"))),
        *((role, "share", False) for role in sorted(MAY) if role != "share"),
    ],
)
def test_which_of_two_links_a_browser_holds(bakery, rf, held, offered, is_taken) -> None:
    def link_of(role: str) -> AccessLink:
        component = JOB_SECURITY if role == "contributor" else ""
        shows = "plan" if role == "share" else ""
        return make_link(bakery, role=role, component=component, shows=shows)[0]

    class Session(dict[str, Any]):
        def cycle_key(self) -> None:
            pass

    request = rf.get("/")
    request.session = Session()
    first, second = link_of(held), link_of(offered)
    grant(request, first)
    grant(request, second)
    assert request.session[GRANTS] == {bakery.public_id: (second if is_taken else first).pk}


# -- making such a link ------------------------------------------------------------------------


def test_the_owner_reads_what_each_shows_and_sees_it_first(bakery, maria) -> None:
    page = maria.see("links")
    shown = words(page)
    assert "What the shared page shows" in shown
    assert "No answers to questions." in shown
    for shows in ("scores", "plan"):
        assert f'href="{maria.address("shared")}?shows={shows}"' in html(page)


@pytest.mark.parametrize(
    ("shows", "label"), [("scores", "Scores only"), ("plan", "Scores and plan")]
)
def test_a_link_says_what_it_shows(bakery, maria, shows, label) -> None:
    maria.send("new_link", data={"role": "share", "shows": shows, "label": "The bank"})
    page = maria.see("links")
    assert f"Sees the shared page: {label}, for The bank" in words(page)
    assert f'href="{maria.address("shared")}?shows={shows}"' in html(page)
    assert f"Sees the shared page: {label} The bank" in words(maria.see("links"))
    somebody = Person(bakery)
    somebody.secret = shown_secret(page)
    assert somebody.open()["Location"] == somebody.address("shared")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Please choose what the shared page shows."),
        (
            {"shows": "everything"},
            "Select a valid choice. everything is not one of the available choices.",
        ),
    ],
)
def test_without_that_choice_no_link_is_made(bakery, maria, data, message) -> None:
    page = maria.send("new_link", data={"role": "share", "label": "Kept", **data})
    assert page.status_code == 422
    assert message in words(page)
    assert sends(page)["label"] == "Kept"
    assert AccessLink.objects.count() == 1


@pytest.mark.parametrize("role", ["edit", "read"])
def test_other_links_show_nothing_chosen_by_mistake(bakery, maria, role) -> None:
    maria.send("new_link", data={"role": role, "shows": "plan"})
    assert AccessLink.objects.get(role=role).shows == ""
