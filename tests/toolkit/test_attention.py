"""What needs attention: each rule with the rows it names and those it leaves alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.toolkit.captures import described
from tests.toolkit.small import (
    CASE,
    GUIDE,
    content,
    load_small,
    publish,
    resource,
    small_documents,
    strategy,
)
from tests.toolkit.test_admin import Form, sign_in, text
from toolkit import editions
from toolkit.attention import MOST_SHOWN, RULES, Item, Matter, Rows, matters
from toolkit.importing import load
from toolkit.models import (
    Component,
    Question,
    Resource,
    ResourceCopy,
    ResourceRelation,
    Strategy,
    StrategyResource,
    StrategyServes,
)

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/toolkit/attention/"
TODAY = date(2026, 11, 23)


def under(heading: str) -> list[tuple[str, str]]:
    """Names and notes of the rows under the one heading that begins so."""
    (matter,) = [m for m in matters(TODAY) if m.heading.startswith(heading)]
    return [(item.name, item.note) for item in matter.items]


def names(heading: str) -> list[str]:
    return [name for name, _ in under(heading)]


@pytest.fixture(autouse=True)
def small() -> None:
    """Three questions, each with one guide and one good case; nothing checked or archived."""
    load_small()


def change(model: Any, slug: str, **values: object) -> None:
    assert model.objects.filter(slug=slug).update(**values) == 1


# -- Publishing ------------------------------------------------------------------------------


def test_publish_problems_are_those_of_the_publish_page() -> None:
    assert under("Problems that stop publishing") == []
    change(Question, "wage", weight_reason="Because.")
    change(Strategy, "set-a-wage", days=1, steps=["Only one."])
    assert under("Problems that stop publishing") == [
        (
            "PAY-1 What about wage?",
            "The reason for the weight must begin “Basic need” or “Evidence”.",
        ),
        ("Set a wage", "It needs three to six steps."),
    ]


def test_an_empty_toolkit_is_a_problem_without_a_row() -> None:
    Component.objects.update(is_retired=True)
    (problem,) = [m for m in matters(TODAY)[0].items if m.pk is None]
    assert problem == Item("component", None, "The toolkit", "There is no component to publish.")


# -- What backs a question -------------------------------------------------------------------


def test_a_question_needs_a_case_of_a_named_employer() -> None:
    assert under("Questions with no case study") == []
    StrategyResource.objects.filter(strategy__slug="set-a-wage", role="case").delete()
    assert under("Questions with no case study") == [
        ("PAY-1 What about wage?", "no case study yet")
    ]


@pytest.mark.parametrize("changes", [{"employer": ""}, {"kind": "report"}])
def test_a_case_without_a_named_employer_is_none(changes: dict[str, str]) -> None:
    """As the strategy page judges “They did it”."""
    change(Resource, CASE, **changes)
    note = "no case study yet: “Corner bakery case” is not the case of a named employer"
    assert under("Questions with no case study")[0] == ("PAY-1 What about wage?", note)
    assert len(under("Questions with no case study")) == 3
    assert under("Questions whose only case") == []


def test_a_profile_of_a_named_employer_is_a_case() -> None:
    change(Resource, CASE, kind="profile")
    assert under("Questions with no case study") == []


def test_a_retired_case_or_strategy_backs_nothing() -> None:
    change(Strategy, "plan-raises", is_retired=True)
    assert names("Questions with no case study") == ["PAY-2 What about raises?"]
    change(Resource, CASE, is_retired=True)
    assert len(names("Questions with no case study")) == 3


def test_a_loose_case_is_named_with_the_reason() -> None:
    StrategyResource.objects.filter(strategy__slug="set-a-wage", role="case").update(
        fit="loose", fit_note="A bakery in France."
    )
    assert under("Questions with no case study") == []
    assert under("Questions whose only case") == [
        ("PAY-1 What about wage?", "“Corner bakery case”: A bakery in France.")
    ]
    other = Strategy.objects.get(slug="plan-raises")
    wage = Question.objects.get(slug="wage")
    StrategyServes.objects.create(strategy=other, question=wage, levels=[3])
    assert under("Questions whose only case") == [], "another strategy has it as a good fit"


def test_guides_count_once_however_many_strategies_use_them() -> None:
    assert under("Questions with fewer than two guides") == [
        ("PAY-1 What about wage?", "1 guide"),
        ("PAY-2 What about raises?", "1 guide"),
        ("BN-1 What about leave?", "1 guide"),
    ]
    documents = small_documents()
    documents["resource"].append(resource("more", 3))
    extra = strategy(
        "extra", "wage", resources=[{"resource": r, "role": "guide"} for r in (GUIDE, "more")]
    )
    documents["strategy"].append(extra)
    load(content(documents))
    assert "PAY-1 What about wage?" not in names("Questions with fewer than two guides")
    assert len(names("Questions with fewer than two guides")) == 2


def test_components_are_measured_by_what_backs_their_questions() -> None:
    assert under("Components with few sources") == [
        ("Pay", "1 guide, 1 case study"),
        ("Benefits", "1 guide, 1 case study"),
    ]
    documents = small_documents()
    guides = [f"guide-{n}" for n in range(4)]
    cases = [f"case-{n}" for n in range(2)]
    documents["resource"] += [resource(slug, 10 + n) for n, slug in enumerate(guides)]
    documents["resource"] += [
        resource(slug, 20 + n, kind="case-study", employer=slug) for n, slug in enumerate(cases)
    ]
    uses = [{"resource": slug, "role": "guide"} for slug in guides]
    uses += [{"resource": slug, "role": "case"} for slug in cases]
    documents["strategy"].append(strategy("extra", "wage", resources=uses))
    load(content(documents))
    assert names("Components with few sources") == ["Benefits"]


def test_a_strategy_that_leads_nowhere() -> None:
    assert under("Strategies that lead nowhere") == []
    StrategyServes.objects.filter(strategy__slug="set-a-wage").delete()
    Resource.objects.update(is_retired=True)
    assert under("Strategies that lead nowhere") == [
        ("Offer leave", "no resource in use backs it"),
        ("Plan raises", "no resource in use backs it"),
        ("Set a wage", "serves no question in use"),
    ]


# -- Sources ---------------------------------------------------------------------------------


def test_weak_sources_in_use_stand_apart_from_those_nobody_uses() -> None:
    documents = small_documents()
    documents["resource"].append(resource("spare", 3, verification="unverified"))
    documents["resource"].append(resource("fine", 4))
    load(content(documents))
    change(Resource, CASE, verification="partly-verified", is_title_ours=True)
    change(Resource, GUIDE, verification="unverified")
    assert under("Weak sources in use") == [
        (
            "Good jobs guide",
            "Not verified; used by strategy “Set a wage”, strategy “Plan raises” and 6 more",
        ),
        (
            "[Corner bakery case]",
            "Partly verified; title is ours; used by strategy “Set a wage”, strategy “Plan raises” "
            "and 1 more",
        ),
    ]
    assert under("Weak sources not in use") == [("Spare", "Not verified")]
    assert under("Resources not in use") == [("Spare", "Guide"), ("Fine", "Guide")]


@pytest.mark.parametrize("rests", ["strategy", "question", "component"])
def test_what_something_in_use_rests_on_is_used(rests: str) -> None:
    documents = small_documents()
    documents["resource"].append(resource("spare", 3))
    load(content(documents))
    assert names("Resources not in use") == ["Spare"]
    spare = Resource.objects.get(slug="spare")
    if rests == "strategy":
        plan = Strategy.objects.get(slug="plan-raises")
        StrategyResource.objects.create(strategy=plan, resource=spare, role="evidence")
    elif rests == "question":
        change(Question, "wage", why_source=spare)
    else:
        change(Component, "pay", source=spare)
    assert names("Resources not in use") == []
    Strategy.objects.filter(slug="plan-raises").update(is_retired=True)
    Question.objects.filter(slug="wage").update(is_retired=True)
    Component.objects.filter(slug="pay").update(is_retired=True)
    assert names("Resources not in use") == ["Spare"]


# -- Addresses -------------------------------------------------------------------------------


def test_addresses_by_what_checking_found() -> None:
    day = TODAY - timedelta(days=10)
    change(Resource, GUIDE, link_state="gone", link_checked_on=day, original_url="https://a.org/")
    change(Resource, CASE, link_state="moved", link_checked_on=day, archived_url="https://b.org/")
    assert under("Addresses that are gone") == [
        ("Good jobs guide", "no archived address; checked November 13, 2026")
    ]
    assert under("Addresses that moved") == [
        ("Corner bakery case", "Moved; checked November 13, 2026")
    ]
    assert under("No archived address and") == [("Good jobs guide", "https://a.org/")]
    assert under("Addresses never checked") == []


@pytest.mark.parametrize("state", ["unreachable", "not-public"])
def test_an_address_that_gave_no_answer(state: str) -> None:
    change(Resource, GUIDE, link_state=state, link_checked_on=date(2026, 11, 3))
    assert names("Addresses not reached") == ["Good jobs guide"]


def test_wording_to_look_at_is_that_of_the_publish_page() -> None:
    remarks = editions.draft_remarks(editions.draft_catalogue())
    assert [note for _, note in under("Wording to look at")] == [r.message for r in remarks]
    assert remarks != []


@pytest.mark.parametrize(("days", "is_stale"), [(180, False), (181, True)])
def test_a_check_is_stale_after_180_days(days: int, is_stale: bool) -> None:
    day = TODAY - timedelta(days=days)
    change(Resource, GUIDE, link_state="live", link_checked_on=day)
    assert (names("Addresses not checked for 180 days") == ["Good jobs guide"]) is is_stale


def test_only_what_has_an_address_can_be_checked() -> None:
    assert under("Addresses never checked") == []
    change(Resource, GUIDE, original_url="https://a.org/")
    assert under("Addresses never checked") == [("Good jobs guide", "https://a.org/")]
    assert under("No archived address and") == [
        ("Corner bakery case", "no original address either"),
        ("Good jobs guide", "https://a.org/"),
    ]


def test_a_copy_that_is_not_sound_is_named_and_saves_nothing(viewer: Client) -> None:
    made = described(Resource.objects.get(slug=GUIDE))
    made.save()
    assert under("Captured copies") == []
    assert names("No archived address and no copy") == ["Corner bakery case"]
    ResourceCopy.objects.update(state="missing")
    note = f"the file {made.file_name} is missing"
    assert under("Captured copies") == [("Good jobs guide", note)]
    assert len(names("No archived address and no copy")) == 2
    (item,) = next(m for m in matters() if m.heading.startswith("Captured copies")).items
    assert viewer.get(reverse(item.page, args=[item.pk])).status_code == 200


# -- Retired and held back -------------------------------------------------------------------


def test_what_names_a_retired_row_and_what_is_named() -> None:
    assert under("Rows that refer to something retired") == under("Retired rows") == []
    change(Question, "wage", is_retired=True)
    assert under("Rows that refer to something retired") == [
        (
            "Set a wage",
            "refers to the retired question “PAY-1 What about wage?” as a question it serves",
        )
    ]
    assert under("Retired rows") == [
        ("PAY-1 What about wage?", "used by the strategy “Set a wage”")
    ]
    change(Strategy, "set-a-wage", is_retired=True)
    assert under("Rows that refer to something retired") == under("Retired rows") == []


def test_every_way_of_naming_a_retired_row_is_found() -> None:
    ResourceRelation.objects.all().delete()
    Component.objects.filter(slug="pay").update(is_retired=True)
    found = names("Rows that refer to something retired")
    assert found == [
        "PAY-1 What about wage?",
        "PAY-2 What about raises?",
        "Plan raises",
        "Set a wage",
        "Good jobs guide",
        "Corner bakery case",
    ]
    (named,) = under("Retired rows")
    assert named[1].startswith("used by the question “PAY-1 What about wage?”, question “PAY-2")
    assert named[1].endswith(" and 4 more")


def test_rows_held_back_say_since_when() -> None:
    assert under("Rows held back") == []
    change(Question, "wage", is_held_back=True, changed_at="2026-03-05T12:00:00Z")
    change(Strategy, "set-a-wage", is_held_back=True, is_retired=True)
    assert under("Rows held back") == [("PAY-1 What about wage?", "last changed March 5, 2026")]


# -- The page --------------------------------------------------------------------------------


@pytest.fixture
def viewer() -> Client:
    return sign_in("viewer", "toolkit.^view_")


def test_each_line_leads_to_its_row(viewer: Client) -> None:
    change(Question, "wage", weight_reason="Because.")
    page = viewer.get(ADDRESS)
    links = Form(page.content.decode()).links
    wage = Question.objects.get(slug="wage")
    assert links["PAY-1 What about wage?"] == reverse(
        "admin:toolkit_question_change", args=[wage.pk]
    )
    assert viewer.get(links["PAY-1 What about wage?"]).status_code == 200
    assert "Problems that stop publishing (1)" in text(page)
    count = sum(bool(matter.items) for matter in matters())
    assert f"{count} of {len(RULES)} headings have something to look at" in text(page)


def test_every_heading_says_why_and_what_if_there_is_nothing(viewer: Client) -> None:
    page = text(viewer.get(ADDRESS))
    assert len({m.heading for m in matters()}) == len(RULES)
    for matter in matters():
        assert matter.why.endswith(".")
        assert matter.empty.endswith(".")
        assert f"{matter.heading} ({len(matter.items)})" in page
        assert (matter.why if matter.items else f"Nothing here. {matter.empty}") in page


def test_hostile_text_is_only_text(viewer: Client) -> None:
    change(Resource, GUIDE, title="<script>alert(1)</script>", original_url="javascript:alert(1)")
    source = viewer.get(ADDRESS).content.decode()
    assert "<script>alert" not in source
    assert 'href="javascript' not in source


def test_a_long_list_is_folded_and_cut_with_word_of_the_rest(viewer: Client) -> None:
    Resource.objects.bulk_create(
        Resource(
            slug=f"r{n}", number=100 + n, title=f"R {n}", kind="guide", organization="O",
            summary="S", verification="verified", description_source="S",
        )
        for n in range(MOST_SHOWN + 3)
    )  # fmt: skip
    page = viewer.get(ADDRESS)
    assert "Show the first 200 of 205" in text(page)
    assert "And 5 more." in text(page)
    (matter,) = [m for m in matters() if m.heading == "No archived address and no copy"]
    assert (len(matter.items), len(matter.shown), matter.more) == (205, 200, 5)


def test_the_page_takes_as_many_queries_however_much_is_wrong(viewer: Client) -> None:
    publish()
    change(Question, "raises", weight_reason="Because.")
    change(Question, "wage", is_held_back=True)
    viewer.get(ADDRESS)  # warms what Django and the parsed editions cache
    with CaptureQueriesContext(connection) as few:
        viewer.get(ADDRESS)
    documents = small_documents()
    documents["resource"] += [
        resource(f"r{n}", 10 + n, verification="unverified") for n in range(3)
    ]
    documents["strategy"] += [strategy(f"s{n}", "wage") for n in range(3)]
    load(content(documents))
    Question.objects.update(weight_reason="Because.")
    Resource.objects.filter(slug="r1").update(is_retired=True)
    with CaptureQueriesContext(connection) as many:
        viewer.get(ADDRESS)
    assert len(under("Problems that stop publishing")) == 2, "one is held back"
    # Who is signed in, the transaction, each of nine tables once, and twice the draft's sources and
    # its wording.
    assert len(many) == len(few) <= 44


def test_who_may_see_it() -> None:
    assert Client().get(ADDRESS).status_code == 302
    assert sign_in("auditor", "assessment.^view_answers$").get(ADDRESS).status_code == 403
    assert sign_in("some", "toolkit.^view_question$").get(ADDRESS).status_code == 403


def test_it_is_only_looked_at(viewer: Client) -> None:
    assert viewer.post(ADDRESS).status_code == 405


def test_the_way_there_is_shown(viewer: Client) -> None:
    publisher = sign_in("publisher", "toolkit.^view_", "toolkit.^publish_edition$")
    assert Form(viewer.get("/admin/").content.decode()).links["What needs attention"] == ADDRESS
    page = publisher.get("/admin/toolkit/edition/publish/")
    assert Form(page.content.decode()).links["what needs attention"] == ADDRESS
    auditor = sign_in("auditor", "assessment.^view_answers$")
    assert "What needs attention" not in text(auditor.get("/admin/"))


def test_rows_are_read_as_of_today_unless_told() -> None:
    assert isinstance(matters()[0], Matter)
    assert Rows(TODAY).today == TODAY
