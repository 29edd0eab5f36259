"""The desk's pages of history: who changed what, bringing back, and two editors at once."""

import threading
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.toolkit.small import CASE, GUIDE, content, load_and_publish, load_small, small_documents
from tests.toolkit.test_admin import EDITS, Form, form, page, save, sign_in, text
from toolkit import history
from toolkit.dates import moment
from toolkit.importing import load
from toolkit.models import (
    Change,
    Component,
    Level,
    Question,
    Resource,
    ResourceFact,
    Strategy,
    StrategyServes,
)
from toolkit.reverting import bring_back

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script>'
CHANGES = "/admin/toolkit/change/"


@pytest.fixture
def ana() -> Client:
    """An editor."""
    return sign_in("ana", EDITS)


@pytest.fixture
def bob() -> Client:
    """Another editor."""
    return sign_in("bob", EDITS)


@pytest.fixture
def auditor() -> Client:
    """May look at everything of the toolkit, and nothing else."""
    return sign_in("auditor", r"toolkit.^view_")


@pytest.fixture
def wage() -> Question:
    load_and_publish()
    return Question.objects.get(slug="wage")


def newest(noun: str, slug: str) -> Change:
    return Change.objects.of(noun, slug)[0]


def first(noun: str, slug: str) -> Change:
    return Change.objects.of(noun, slug).reverse()[0]


def back(row: Any, change: Change) -> str:
    """Address of the page that brings a version back."""
    return reverse(f"admin:toolkit_{row._meta.model_name}_bring_back", args=[row.pk, change.pk])


def values(client: Client, row: Any) -> dict[str, Any]:
    """What a browser would send for a row's form, opened now."""
    found = form(client, page(row)).values
    return {k: v for k, v in found.items() if "__prefix__" not in k}


def send(client: Client, row: Any, data: dict[str, Any], **changes: Any) -> Any:
    return client.post(page(row), {**data, "_save": "Save", **changes}, follow=True)


# -- Keeping ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "slug", "changes"),
    [
        (Component, "pay", {"summary": "Other."}),
        (Question, "wage", {"levels__dash__1__dash__statement": "Other."}),
        (Strategy, "set-a-wage", {"serves__dash__0__dash__levels": [1]}),
        (Resource, GUIDE, {"facts__dash__0__dash__text": "Other."}),
    ],
)
def test_a_saved_form_makes_one_version_with_all_that_belongs_to_it(
    ana: Client, model: Any, slug: str, changes: dict[str, Any]
) -> None:
    load_and_publish()
    row = model.objects.get(slug=slug)
    assert "was changed successfully" in text(save(ana, page(row), **changes))
    kept = Change.objects.of(model._meta.model_name, slug)
    assert [(c.how, c.made_by_name) for c in kept] == [("edited", "ana"), ("loaded", "")]
    assert Change.objects.filter(how="edited").count() == 1
    assert LogEntry.objects.get(action_flag=2).object_id == str(row.pk)


def test_saving_without_a_change_keeps_nothing(ana: Client, wage: Question) -> None:
    save(ana, page(wage))
    assert newest("question", "wage").how == "loaded"


def test_a_new_row_begins_its_history(ana: Client) -> None:
    load_and_publish()
    save(
        ana,
        "/admin/toolkit/component/add/",
        title="Safety",
        label="Safety",
        slug="safety",
        code="SF",
        position=3,
        summary="All about safety.",
        toolkit_says="It speaks.",
        source=Resource.objects.get(slug=GUIDE).pk,
    )
    assert [c.made_by_name for c in Change.objects.of("component", "safety")] == ["ana"]
    row = Component.objects.get(slug="safety")
    assert "Added by ana . This is the first version kept." in text(ana.get(page(row, "history")))
    assert "Component Safety It was added. ana Edited" in text(ana.get(CHANGES))


def test_history_follows_a_row_to_its_new_slug(ana: Client) -> None:
    load_small()
    row = Strategy.objects.get(slug="set-a-wage")
    save(ana, page(row), slug="fair-wage")
    assert not Change.objects.of("strategy", "set-a-wage").exists()
    _, (version, _) = history.versions("strategy", "fair-wage")
    (difference,) = version.differences
    assert (difference.before, difference.after) == ("set-a-wage", "fair-wage")


def test_a_deleted_row_stays_in_the_list_of_changes(ana: Client, auditor: Client) -> None:
    load_small()
    row = Strategy.objects.get(slug="set-a-wage")
    ana.post(page(row, "delete"), {"post": "yes"})
    change = newest("strategy", "set-a-wage")
    assert (change.how, change.made_by_name) == ("deleted", "ana")
    words = text(auditor.get(page(change)))
    assert "It was deleted." in words
    assert "The row was deleted." in words
    assert "1. Begin. 2. Go on. 3. Finish." in words
    assert "Strategy Set a wage It was deleted. ana Deleted" in text(auditor.get(CHANGES))


# -- The page of a row -----------------------------------------------------------------------


def test_history_says_who_changed_what_and_when(ana: Client, wage: Question) -> None:
    save(ana, page(wage), hint="Before tips.", levels__dash__2__dash__statement="So.")
    words = text(ana.get(page(wage, "history")))
    change = newest("question", "wage")
    when = moment(change.made_at)
    newer, _, older = words.partition("Edited by ana .")
    assert f"{when} · as it is now" in newer
    assert older.startswith(
        " What Before After The level statements 2 Partial: wage at 2. 2 Partial: So. "
        "The hint – Before tips."
    )
    assert "Loaded from files by a command . This is the first version kept." in older
    found = form(ana, page(wage, "history"))
    assert found.links["Bring this version back"] == back(wage, first("question", "wage"))
    assert found.headings == [f"History: {wage}"]
    assert found.inline == []


def test_a_row_without_history_says_so(ana: Client, wage: Question) -> None:
    Change.objects.all().delete()
    assert "Nothing is recorded yet." in text(ana.get(page(wage, "history")))
    save(ana, page(wage), hint="Before tips.")
    words = text(ana.get(page(wage, "history")))
    assert "As it was when history began." in words


def test_a_change_made_past_the_desk_is_shown(ana: Client, wage: Question) -> None:
    Question.objects.filter(pk=wage.pk).update(hint="Past it.")
    words = text(ana.get(page(wage, "history")))
    assert "As it is now: changed outside the desk What Before Now The hint – Past it." in words
    assert "· as it is now" not in words


def test_history_has_pages(ana: Client, wage: Question) -> None:
    for n in range(22):
        Question.objects.filter(pk=wage.pk).update(hint=f"Hint {n}.")
        history.record("question", ["wage"], how="edited")
    address = page(wage, "history")
    assert form(ana, address).links["Older"] == "?p=2"
    words = text(ana.get(f"{address}?p=2"))
    assert "Newer · Page 2 of 2" in words
    assert "The hint – Hint 0." in words
    assert "Page 2 of 2" in text(ana.get(f"{address}?p=999"))
    assert "Page 1 of 2" in text(ana.get(f"{address}?p=nonsense"))


def test_history_takes_the_same_queries_however_long(ana: Client, wage: Question) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ana.get(page(wage, "history")).status_code == 200
        return len(queries)

    count()
    few = count()
    for n in range(3):
        Question.objects.filter(pk=wage.pk).update(hint=f"Hint {n}.")
        history.record("question", ["wage"], how="edited")
    assert count() == few


def test_what_history_shows_is_text(ana: Client, wage: Question) -> None:
    save(ana, page(wage), hint=HOSTILE, text=HOSTILE)
    save(ana, page(wage), weight=3)
    for address in (
        page(wage, "history"),
        back(wage, first("question", "wage")),
        CHANGES,
        page(newest("question", "wage")),
    ):
        html = ana.get(address).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)" in html
        assert Form(html).inline == []
        assert len(Form(html).headings) == 1


def test_who_may_not_see_questions_sees_no_history(wage: Question) -> None:
    stranger = sign_in("stranger", "toolkit.^view_strategy$")
    assert stranger.get(page(wage, "history")).status_code == 403
    assert stranger.get(CHANGES).status_code == 403
    assert Client().get(page(wage, "history")).status_code == 302


def test_who_may_only_look_is_offered_no_way_back(
    ana: Client, auditor: Client, wage: Question
) -> None:
    save(ana, page(wage), hint="Before tips.")
    response = auditor.get(page(wage, "history"))
    assert "Before tips." in text(response)
    assert "Bring this version back" not in text(response)
    address = back(wage, first("question", "wage"))
    assert [auditor.get(address).status_code, auditor.post(address).status_code] == [403, 403]


# -- Bringing back ---------------------------------------------------------------------------


def test_a_version_is_brought_back_after_looking(ana: Client, bob: Client, wage: Question) -> None:
    save(ana, page(wage), hint="Before tips.", levels__dash__2__dash__statement="So.")
    address = back(wage, first("question", "wage"))
    words = text(bob.get(address))
    assert "The current version is kept in the history, so this can be undone as well." in words
    assert "What Now In that version The hint Before tips. – The level statements" in words
    assert wage.levels.get(number=2).statement == "So."  # looking changes nothing
    response = bob.post(address, form(bob, address).values, follow=True)
    assert response.redirect_chain == [(page(wage, "history"), 302)]
    words = text(response)
    assert "Brought back the version of" in words
    assert "Employers see it after the next publication." in words
    assert "Brought back by bob ." in words
    wage.refresh_from_db()
    assert (wage.hint, wage.levels.get(number=2).statement) == ("", "wage at 2.")
    entry = LogEntry.objects.latest("pk")
    assert entry.user.get_username() == "bob"
    assert entry.get_change_message().startswith("Brought back the version of")


def test_pressing_twice_brings_back_once(ana: Client, wage: Question) -> None:
    save(ana, page(wage), hint="Before tips.")
    address = back(wage, first("question", "wage"))
    sent = form(ana, address).values
    ana.post(address, sent)
    count = Change.objects.count()
    assert "The question is as it was then." in text(ana.post(address, sent, follow=True))
    assert Change.objects.count() == count
    words = text(ana.get(address))
    assert "There is nothing to bring back." in words
    assert b'type="submit" value="Bring' not in ana.get(address).content


def test_what_changed_while_looking_is_shown_first(
    ana: Client, bob: Client, wage: Question
) -> None:
    save(ana, page(wage), hint="Before tips.")
    address = back(wage, first("question", "wage"))
    sent = form(ana, address).values
    save(bob, page(wage), weight=3)
    words = text(ana.post(address, sent))
    assert "Not brought back: The question has changed since you opened it. Look again." in words
    assert "The weight 3 2" in words
    wage.refresh_from_db()
    assert (wage.hint, wage.weight) == ("Before tips.", 3)


def test_what_stands_in_the_way_is_told_before_anything_is_pressed(
    ana: Client, wage: Question
) -> None:
    save(ana, page(wage), position=7, code="PAY-7")
    Question.objects.filter(slug="raises").update(position=1)
    address = back(wage, first("question", "wage"))
    response = ana.get(address)
    assert "It cannot be brought back yet Its position was 1, which “PAY-2" in text(response)
    assert b'type="submit" value="Bring' not in response.content
    refused = ana.post(address, form(ana, address).values)
    assert "Not brought back: Its position was 1" in text(refused)
    wage.refresh_from_db()
    assert wage.position == 7


def test_only_this_row_s_versions_are_found_here(ana: Client, wage: Question) -> None:
    others = newest("question", "raises")
    assert ana.get(back(wage, others)).status_code == 404
    assert ana.post(back(wage, others)).status_code == 404
    here = f"/admin/toolkit/question/{wage.pk}/history/"
    assert ana.get(f"{here}{10**30}/").status_code == 404
    assert ana.get(f"/admin/toolkit/question/999999/history/{others.pk}/").status_code == 404
    assert ana.get("/admin/toolkit/question/999999/history/").status_code == 404
    assert ana.put(back(wage, newest("question", "wage"))).status_code == 405


# -- Two editors at once ---------------------------------------------------------------------


@pytest.mark.db
def test_nobody_saves_over_a_newer_version_unknowingly(
    ana: Client, bob: Client, wage: Question
) -> None:
    opened = values(bob, wage)
    save(ana, page(wage), hint="Ana's.")
    response = send(bob, wage, opened, hint="Bob's.")
    words = text(response)
    when = newest("question", "wage").made_at
    assert f"ana saved it on {moment(when)}." in words
    found = Form(response.content.decode())
    assert found.links["the history (opens in a new tab)"] == page(wage, "history")
    assert found.values["hint"] == "Bob's."
    wage.refresh_from_db()
    assert wage.hint == "Ana's."
    again = {k: v for k, v in found.values.items() if "__prefix__" not in k}
    assert "Not saved:" in text(send(bob, wage, again))  # without the tick
    tick = history.mark("question", "wage")
    assert f'value="{tick}"' in response.content.decode()
    assert "was changed successfully" in text(send(bob, wage, again, save_over=tick))
    wage.refresh_from_db()
    assert wage.hint == "Bob's."
    kept = Change.objects.of("question", "wage").values_list("made_by_name", flat=True)
    assert list(kept) == ["bob", "ana", ""]
    assert "Seen" not in LogEntry.objects.latest("pk").get_change_message()


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(ana: Client, bob: Client) -> None:
    load_and_publish()
    wage = Question.objects.get(slug="wage")
    opened = {name: values(client, wage) for name, client in (("ana", ana), ("bob", bob))}
    start = threading.Barrier(2)
    told: list[str] = []

    def press(client: Client, name: str) -> None:
        start.wait()
        try:
            told.append(text(send(client, wage, opened[name], hint=f"By {name}.")))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=pair) for pair in ((ana, "ana"), (bob, "bob"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted("Not saved: after you opened" in words for words in told) == [False, True]
    assert Change.objects.of("question", "wage").count() == 2
    wage.refresh_from_db()
    assert wage.hint == f"By {newest('question', 'wage').made_by_name}."


def test_a_tick_counts_for_the_version_it_was_told_of(
    ana: Client, bob: Client, wage: Question
) -> None:
    opened = values(bob, wage)
    save(ana, page(wage), hint="Ana's.")
    tick = history.mark("question", "wage")
    save(ana, page(wage), hint="Ana's again.")
    assert "Not saved:" in text(send(bob, wage, opened, hint="Bob's.", save_over=tick))
    wage.refresh_from_db()
    assert wage.hint == "Ana's again."


def test_a_change_of_a_level_counts_as_a_newer_version(
    ana: Client, bob: Client, wage: Question
) -> None:
    opened = values(bob, wage)
    Level.objects.filter(question=wage, number=0).update(statement="Past the desk.")
    words = text(send(bob, wage, opened, hint="Bob's."))
    assert "Not saved: after you opened this page, it changed." in words


def test_what_is_no_content_is_no_newer_version(ana: Client) -> None:
    load_small()
    guide = Resource.objects.get(slug=GUIDE)
    opened = values(ana, guide)
    guide.save()  # as a link check would
    assert "was changed successfully" in text(send(ana, guide, opened, title="Mine"))


def test_a_request_without_the_mark_is_refused(ana: Client, wage: Question) -> None:
    opened = values(ana, wage)
    del opened["seen"]
    assert "Not saved:" in text(send(ana, wage, opened, hint="Mine."))


def test_lines_that_were_deleted_meanwhile_can_be_saved_again(ana: Client, bob: Client) -> None:
    """Bringing a version back makes the lines anew, so all of them are others by then."""
    load_small()
    row = Strategy.objects.get(slug="set-a-wage")
    version = first("strategy", "set-a-wage")
    save(ana, page(row), title="Ana's")
    opened = values(bob, row)
    bring_back(version, by=None)
    changes = {"serves-0-levels": [2], "uses-1-fit": "loose", "uses-1-fit_note": "Abroad."}
    response = send(bob, row, opened, title="Bob's", **changes)
    found = Form(response.content.decode()).values
    assert (found["serves-0-id"], found["serves-INITIAL_FORMS"]) == ("", "0")
    again = {k: v for k, v in found.items() if "__prefix__" not in k}
    assert again["uses-1-fit_note"] == "Abroad."
    StrategyServes.objects.filter(strategy=row).delete()
    row.uses.all().delete()
    tick = history.mark("strategy", row.slug)
    assert "was changed successfully" in text(send(bob, row, again, save_over=tick))
    row.refresh_from_db()
    assert row.title == "Bob's"
    assert [(s.question.slug, s.levels) for s in row.serves.all()] == [("wage", [2])]
    assert [(u.resource.slug, u.fit_note) for u in row.uses.all()] == [
        (GUIDE, ""),
        (CASE, "Abroad."),
    ]


def test_kept_lost_and_new_lines_are_told_apart(ana: Client) -> None:
    documents: Any = small_documents()
    facts = [{"text": f"Fact {n}.", "source": "p. 1", "basis": "direct"} for n in range(3)]
    documents["resource"][0]["facts"] = facts
    load(content(documents))
    guide = Resource.objects.get(slug=GUIDE)
    opened = values(ana, guide)
    new = {"position": 0, "text": "Fact 3.", "source": "p. 2", "basis": "direct", "id": ""}
    opened |= {f"facts-3-{k}": v for k, v in new.items()} | {"facts-TOTAL_FORMS": 4}
    opened |= {"facts-0-text": "Fact 0, mine.", "facts-2-text": "Fact 2, mine."}
    ResourceFact.objects.filter(text="Fact 0.").delete()
    tick = history.mark("resource", GUIDE)
    keys = list(guide.facts.values_list("pk", flat=True))
    assert "was changed successfully" in text(send(ana, guide, opened, save_over=tick))
    assert sorted(f.text for f in guide.facts.all()) == [
        "Fact 0, mine.",
        "Fact 1.",
        "Fact 2, mine.",
        "Fact 3.",
    ]
    assert set(keys) < set(guide.facts.values_list("pk", flat=True))


# -- All changes -----------------------------------------------------------------------------


def test_auditors_see_all_changes_and_change_none(
    ana: Client, auditor: Client, wage: Question
) -> None:
    save(ana, page(wage), hint="Before tips.", weight=3)
    response = auditor.get(CHANGES)
    assert "Question PAY-1 What about wage? The weight changed. The hint changed. ana Edited" in (
        text(response)
    )
    assert "This is the first version kept. a command Loaded from files" in text(response)
    change = newest("question", "wage")
    words = text(auditor.get(page(change)))
    assert "The weight 2 3 The hint – Before tips." in words
    assert "0 Not yet: wage at 0." in words
    assert form(auditor, page(change)).links[f"History of “{wage}”"] == page(wage, "history")
    superuser = sign_in("super", "toolkit.")
    for client in (auditor, superuser):
        assert client.get(f"{CHANGES}add/").status_code == 403
        assert client.post(page(change), {"slug": "x"}).status_code == 403
        assert client.post(page(change, "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("q=before+tips", ["wage"]),
        ("q=ana", ["wage"]),
        ("made_by_name=ana", ["wage"]),
        ("how__exact=edited", ["wage"]),
        ("noun__exact=component", ["benefits", "pay"]),
        ("q=nothing+like+it", []),
    ],
)
def test_changes_are_found_by_words_who_and_kind(
    ana: Client, auditor: Client, wage: Question, query: str, slugs: list[str]
) -> None:
    save(ana, page(wage), hint="Before tips.")
    response = auditor.get(f"{CHANGES}?{query}")
    assert sorted(c.slug for c in response.context["cl"].result_list) == slugs


def test_the_list_of_changes_takes_the_same_queries_however_long(
    ana: Client, wage: Question
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ana.get(CHANGES).status_code == 200
        return len(queries)

    count()
    few = count()
    for n in range(3):
        Question.objects.update(hint=f"Hint {n}.")
        history.record("question", ["wage", "raises", "leave"], how="edited")
    assert count() == few


# -- Finding ---------------------------------------------------------------------------------


@pytest.mark.db
@pytest.mark.parametrize(
    ("noun", "query", "found"),
    [
        ("question", "raise wage from 2", ["wage"]),
        ("question", "wage at 1 raise 3", ["wage"]),  # in different levels
        ("question", "offer-leave it helps", []),
        ("question", "“it helps” leave", []),
        ("question", "plan raises", ["raises"]),  # its strategy
        ("question", "nothing wage", []),
        ("strategy", "go on wage", ["set-a-wage"]),
        ("strategy", "corner bakery leave", ["offer-leave"]),
        ("resource", '"café fact" institute', [GUIDE]),
    ],
)
def test_every_word_is_found_wherever_it_stands(
    ana: Client, noun: str, query: str, found: list[str]
) -> None:
    load_small()
    response = ana.get(f"/admin/toolkit/{noun}/", {"q": query})
    assert sorted(r.slug for r in response.context["cl"].result_list) == found


def test_a_very_long_search_is_answered(ana: Client) -> None:
    load_small()
    response = ana.get("/admin/toolkit/question/", {"q": "wage " * 1000})
    assert [q.slug for q in response.context["cl"].result_list] == ["wage"]


def test_changes_are_narrowed_in_plain_words(auditor: Client, ana: Client, wage: Question) -> None:
    save(ana, page(wage), hint="Count only base pay.")
    response = auditor.get(CHANGES)
    words = text(response)
    assert "By kind of row" in words
    assert "By noun" not in words
    # What a command loaded has no name.
    assert "By who All No one at the desk ana" in words
    rows = auditor.get(f"{CHANGES}?made_by_name=").context["cl"].result_list
    assert {change.made_by_name for change in rows} == {""}
