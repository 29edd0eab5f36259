"""Plans made of the real content without a database: typical ones, empty ones, hostile ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from assessment.plan import plan_document
from assessment.plan_document import (
    ActionLine,
    Cover,
    PlanAction,
    PlanDocument,
    ResourceCard,
)
from assessment.progress import Done, Taken, compare, printed
from assessment.recommendation import Recommendation, recommend
from assessment.scoring import Profile, Reply, score
from tests.factories import real_catalogue, real_content, with_question
from toolkit.cards import cautions
from toolkit.dates import short_date
from toolkit.models.resource import KINDS, VERIFICATIONS
from toolkit.resource_document import ResourceDocument

AS_OF = date(2026, 11, 22)
# A level per question in the order of the catalogue; n is "does not apply", ? is not sure.
TYPICAL = "312123112023232133112013221n3133212321312223132?"
OWNERS = ("Maria Lopez, owner", "Sam Lee, bakery manager", "Ana Ruiz, shop lead")
# What no reader may be able to turn into markup, style, a request or another document's text.
HOSTILE = (
    "<script>alert(1)</script><img src=file:///etc/passwd><img src='http://127.0.0.1:9/x'>"
    "<style>@import url(http://127.0.0.1:9/y);body{background:url(file:///etc/hosts)}</style>"
    "{{ document.title }}{% now 'Y' %}&lt;b&gt;\"'\\\\\nsecond line]]>-->\x00\x01\x0b\x1f\x7f"
    "\u202egnp.exe\u2066\ufffe end"
)
RIGHT_TO_LEFT = "مخبز الميناء"


def card(item: ResourceDocument) -> ResourceCard:
    """What is shown of an archive item, as toolkit.cards makes it of its row."""
    return ResourceCard(
        slug=item.slug,
        title=item.title,
        is_title_ours=item.is_title_ours,
        organization=item.organization,
        date_text=short_date(item.published, item.date_precision),
        kind_label=dict(KINDS)[item.kind],
        verification=dict(VERIFICATIONS)[item.verification],
        caution=cautions({"is_preserved": item.is_preserved, "caution": item.caution}),
        address=item.original_url,
        archived_address=item.archived_url,
        path=f"/archive/{item.slug}/",
    )


@cache
def real_cards() -> dict[str, ResourceCard]:
    """A card for each archive item."""
    return {item.slug: card(item) for item in real_content().resources}


def replies_of(marks: str) -> dict[str, Reply]:
    """Answers by question slug: a digit is a level, n does not apply, ? is not sure, - is none."""
    replies = {}
    for slug, mark in zip(real_catalogue().questions, marks, strict=False):
        if mark != "-":
            replies[slug] = Reply(
                level=int(mark) if mark.isdigit() else None,
                is_not_applicable=mark == "n",
                is_not_sure=mark == "?",
                note=f"Note on {slug}.",
            )
    return replies


def actions_of(found: Iterable[Recommendation]) -> list[PlanAction]:
    """An action for each recommendation, with an owner and a due date in a different horizon."""
    return [
        PlanAction(
            key=f"action-{n}",
            title=item.strategy.title if item.strategy else item.next_step,
            next_step=item.next_step,
            question=item.question.slug,
            level=item.gap.level,
            strategy=item.strategy.slug if item.strategy else "",
            owner=OWNERS[n % len(OWNERS)],
            due_on=AS_OF + timedelta(days=(28, 75, 150, 300)[n % 4]),
            effort=item.effort,
            cost="About $200" if n == 0 else "",
            status="under-way" if n == 0 else "not-started",
            notes=f"Note on action {n}.",
            added_on=AS_OF,
        )
        for n, item in enumerate(found)
    ]


def make_plan(marks: str = TYPICAL, *, planned: int = 5, **changes: Any) -> PlanDocument:
    """The plan of a bakery with shifts that answered ``marks`` and put ``planned`` steps into it.

    ``changes`` replace arguments of plan_document.
    """
    replies = changes.get("replies", replies_of(marks))
    profile = changes.get("profile", Profile(size="10-49", sector="31-33", flags={"shifts": True}))
    catalogue = changes.get("catalogue", real_catalogue())
    found = recommend(catalogue, profile, replies, score(catalogue, profile, replies))
    values: dict[str, Any] = {
        "catalogue": catalogue,
        "edition_label": "1.0",
        "profile": profile,
        "cover": Cover(
            organization="Harbor Street Bakery",
            covers="The whole organization, about 40 people",
            headcount="About 40 people",
            answered_by="Owner or chief executive",
            mode=profile.mode,
        ),
        "replies": replies,
        "actions": actions_of(found.shown[:planned]),
        "resources": lambda slugs: {slug: real_cards()[slug] for slug in slugs},
        "as_of": AS_OF,
        "include_answers": False,
        "include_notes": False,
    }
    return plan_document(**(values | changes))


def quick_plan() -> PlanDocument:
    """The plan of a quick check."""
    return make_plan(profile=Profile(mode="quick", size="10-49"), planned=2)


def provisional_plan() -> PlanDocument:
    """The plan of an employer who has answered three components and a little of a fourth."""
    return make_plan(TYPICAL[:19])


def empty_plan() -> PlanDocument:
    """The plan of an employer who has said nothing at all."""
    return make_plan("", cover=Cover())


def nothing_applies_plan() -> PlanDocument:
    """The plan of an employer to whom not one question of an edition applies."""
    catalogue = real_catalogue()
    for slug in catalogue.questions:
        catalogue = with_question(catalogue, slug, na_when="Choose this if it does not apply.")
    return make_plan("n" * 48, catalogue=catalogue)


def one_out_plan() -> PlanDocument:
    """The plan of an employer to whom nothing in Benefits applies, with basic needs missing."""
    catalogue = real_catalogue()
    for question in catalogue.by_slug["benefits"].questions:
        catalogue = with_question(catalogue, question.slug, na_when="Choose this if so.")
    return make_plan("0" * 6 + "n" * 6 + "0" * 36, catalogue=catalogue)


def since_last_plan() -> PlanDocument:
    """The plan of an employer who answered a year before: many rose, some fell, much was done."""
    catalogue = real_catalogue()
    slug = next(iter(catalogue.questions))
    newer = with_question(catalogue, slug, meaning=2, text="What of this, asked anew?")
    newer = with_question(newer, "pay-ranges-shown", text="Reworded, meaning the same?")
    profile = Profile(size="10-49", sector="31-33", flags={"shifts": True})
    done = tuple(
        Done(title=f"{'T' * 150} {n} {RIGHT_TO_LEFT}"[:200], question=q, on=AS_OF)
        for n, q in enumerate(["", *catalogue.questions][:9])
    )
    before, after = (
        Taken(
            on=on,
            edition=(number, 0),
            catalogue=asked,
            profile=profile,
            replies=replies_of(marks),
            done=done,
        )
        for on, number, asked, marks in (
            (AS_OF - timedelta(days=365), 1, catalogue, TYPICAL[::-1]),
            (AS_OF, 2, newer, TYPICAL),
        )
    )
    return make_plan(since_last=printed(compare(before, after)))


def hostile_plan() -> PlanDocument:
    """The plan of an employer who typed markup, style, addresses and control characters."""
    replies = {slug: replace(r, note=HOSTILE) for slug, r in replies_of(TYPICAL).items()}
    action = PlanAction(
        key="hostile",
        title=("T" * 150 + HOSTILE)[:200],
        next_step=HOSTILE,
        owner=HOSTILE[:100],
        cost=HOSTILE[-100:],
        status="not-started",
        notes=f"{HOSTILE} {RIGHT_TO_LEFT} {'N' * 900}",
    )
    return make_plan(
        replies=replies,
        actions=[action],
        cover=Cover(
            organization=f"{RIGHT_TO_LEFT} {HOSTILE}"[:200].ljust(200, "W"),
            covers=f"One site: {HOSTILE}",
            answered_by=HOSTILE,
        ),
        include_answers=True,
        include_notes=True,
    )


def actions_in_all_states(count: int) -> list[PlanAction]:
    """So many actions: every status, every horizon, each fifth without a date, some with money."""
    statuses = ("not-started", "under-way", "done", "dropped")
    return [
        PlanAction(
            key=f"key-{n}",
            title=f"Action {n}: post the schedule earlier",
            next_step=f"Step {n}: choose who posts it.",
            owner=OWNERS[n % len(OWNERS)] if n % 4 else "",
            due_on=None if n % 5 == 4 else AS_OF + timedelta(days=7 * n),
            effort=("low", "medium", "high")[n % 3],
            cost="Paid time" if n % 2 else "",
            estimate=1000 * n if n % 3 else None,
            budget=900 * n if n % 6 == 1 else None,
            status=statuses[n % 4],
            drop_reason=f"Reason {n}" if n % 4 == 3 else "",
            done_on=AS_OF - timedelta(days=n) if n % 4 == 2 else None,
            notes=f"Note on action {n}.",
            added_on=AS_OF,
            sequence=n,
            changed_on=AS_OF - timedelta(days=n),
        )
        for n in range(count)
    ]


def one_action_plan() -> PlanDocument:
    """The plan of an employer who put one recommended step into it."""
    return make_plan(planned=1)


def sixty_actions_plan() -> PlanDocument:
    """A plan with far more actions than get done, in every state, with answers and notes."""
    return make_plan(actions=actions_in_all_states(60), include_answers=True, include_notes=True)


def long_names_plan() -> PlanDocument:
    """A plan whose names have no place to break and are as long as they may be."""
    action = PlanAction(
        key="long",
        title="T" * 200,
        next_step="S" * 500,
        owner="O" * 100,
        cost="C" * 100,
        due_on=AS_OF,
        status="under-way",
        notes="N" * 2000,
        added_on=AS_OF,
    )
    cover = Cover(organization="W" * 200, covers="V" * 200, answered_by="Somebody else")
    return make_plan(actions=[action], cover=cover, include_notes=True)


def right_to_left_plan() -> PlanDocument:
    """A plan whose names are written from right to left."""
    action = PlanAction(
        key="rtl",
        title=f"{RIGHT_TO_LEFT} 1",
        next_step=f"{RIGHT_TO_LEFT} 2",
        owner=f"{RIGHT_TO_LEFT} 3",
        due_on=AS_OF,
        status="not-started",
        added_on=AS_OF,
    )
    return make_plan(actions=[action], cover=Cover(organization=RIGHT_TO_LEFT))


def long_plan() -> PlanDocument:
    """Sixty actions and the longest of everything that may be typed, in the widest letters."""
    wide = "W" * 200
    actions = [
        PlanAction(
            key=f"long-{n}",
            title=f"{n} {'Wwwww ' * 40}"[:200] if n % 2 else wide,
            next_step="M" * 500,
            owner=wide[:100],
            due_on=AS_OF + timedelta(days=7 * n),
            cost=wide[:100],
            estimate=100_000_000,
            budget=100_000_000,
            status="not-started",
            notes="Mm " * (600 if n == 0 else 60),
            added_on=AS_OF,
        )
        for n in range(60)
    ]
    return make_plan(
        "0" * 47 + "?",
        actions=actions,
        cover=Cover(
            organization=wide,
            covers=f"One group of jobs: {wide}, about 1,000,000 people",
            headcount="About 1,000,000 people",
            answered_by=wide,
        ),
        include_notes=True,
    )


def wide_plan() -> PlanDocument:
    """Letters that are many times wider than ours, from right to left, wherever one may type."""
    wide = "\ufdfd" * 200
    action = PlanAction(key="wide", title=wide, owner=wide[:100], cost=wide[:100])
    return make_plan(
        "0" * 48,
        actions=[replace(action, key=f"wide-{n}") for n in range(4)],
        cover=Cover(organization=wide, covers=wide, answered_by=wide),
    )


# Every document is tested in every one of these.
STATES: dict[str, Callable[[], PlanDocument]] = {
    "typical": make_plan,
    "empty": empty_plan,
    "quick": quick_plan,
    "provisional": provisional_plan,
    "nothing-applies": nothing_applies_plan,
    "one-out": one_out_plan,
    "one-action": one_action_plan,
    "sixty-actions": sixty_actions_plan,
    "hostile": hostile_plan,
    "long-names": long_names_plan,
    "right-to-left": right_to_left_plan,
    "long": long_plan,
    "wide": wide_plan,
}


@cache
def plan_in(state: str) -> PlanDocument:
    """The plan in one of the states above."""
    return STATES[state]()


def actions_in(document: PlanDocument) -> list[ActionLine]:
    """The actions of a document, in its order."""
    return [action for horizon in document.horizons for action in horizon.actions]
