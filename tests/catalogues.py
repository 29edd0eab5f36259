"""Small catalogues made by hand, and Hypothesis strategies for catalogues, profiles, answers."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from assessment.scoring import Profile, Reply
from toolkit.catalogue import (
    EFFORTS,
    FLAGS,
    SIZES,
    TOP_LEVEL,
    Catalogue,
    Component,
    Question,
    ResourceFacet,
    ResourceUse,
    Serves,
    Strategy,
)

SOURCE = "the-toolkit"
ALL_LEVELS = tuple(range(TOP_LEVEL))


# -- by hand ---------------------------------------------------------------------------------


def make_question(slug: str, **changes: Any) -> Question:
    """A question of weight 2 with plain texts; ``changes`` replace fields."""
    fields: dict[str, Any] = {
        "slug": slug,
        "code": slug.upper(),
        "text": f"Text of {slug}?",
        "why": f"Why {slug} matters.",
        "why_source": SOURCE,
        "weight": 2,
        "weight_reason": "Evidence: a study.",
        "levels": tuple(f"{slug} stands at {n}." for n in range(TOP_LEVEL + 1)),
        "next_steps": tuple(f"Lift {slug} from {n}." for n in ALL_LEVELS),
        "pulse": f"I see {slug}.",
        "component": "",
    }
    return Question(**(fields | changes))


def make_component(slug: str, questions: Iterable[Question], **changes: Any) -> Component:
    """A component holding the questions, each told that it belongs here."""
    fields: dict[str, Any] = {
        "slug": slug,
        "position": 1,
        "code": slug[:2].upper(),
        "title": slug.title(),
        "label": slug.title(),
        "summary": f"What {slug} is about.",
        "toolkit_says": f"What the toolkit says of {slug}.",
        "source": SOURCE,
    }
    own = tuple(_moved(q, slug) for q in questions)
    return Component(questions=own, **(fields | changes))


def _moved(question: Question, component: str) -> Question:
    values = {name: getattr(question, name) for name in Question.__dataclass_fields__}
    return Question(**(values | {"component": component}))


def make_strategy(
    slug: str, serves: Iterable[str] = (), *, levels: tuple[int, ...] = ALL_LEVELS, **changes: Any
) -> Strategy:
    """A medium-effort strategy with one guide that serves the named questions at ``levels``."""
    fields: dict[str, Any] = {
        "slug": slug,
        "component": "pay",
        "title": f"Do {slug}",
        "summary": f"What {slug} is.",
        "steps": ("First.", "Second.", "Third."),
        "effort": "medium",
        "days": 60,
        "sizes": SIZES,
        "serves": tuple(Serves(question, levels) for question in serves),
        "resources": (ResourceUse(SOURCE, "guide"),),
    }
    return Strategy(**(fields | changes))


def make_catalogue(
    *components: Component,
    strategies: Iterable[Strategy] = (),
    resources: Iterable[ResourceFacet] = (),
) -> Catalogue:
    """A catalogue; the toolkit itself is always among its resources."""
    return Catalogue(
        components=components,
        strategies=tuple(strategies),
        resources=(ResourceFacet(SOURCE, "toolkit"), *resources),
    )


def two_components() -> Catalogue:
    """Pay (weights 3, 2, 1) and Hours (weights 3, 1), fit to be published.

    ``wage`` is a basic need and, like ``notice``, of the quick check; ``notice`` needs shifts;
    ``tips`` and ``rest`` may not apply.
    """
    pay = make_component(
        "pay",
        [
            make_question("wage", weight=3, weight_reason="Basic need: rent.", is_quick=True),
            make_question("ranges", weight=2),
            make_question("tips", weight=1, na_when="Choose this if nobody is tipped."),
        ],
    )
    hours = make_component(
        "hours",
        [
            make_question("notice", weight=3, applies_if="shifts", is_quick=True),
            make_question("rest", weight=1, na_when="Choose this if nobody works long days."),
        ],
        position=2,
    )
    return make_catalogue(
        pay,
        hours,
        strategies=[
            make_strategy("raise-wage", ["wage"], effort="high", days=180),
            make_strategy("post-ranges", ["ranges", "tips"], effort="low", days=30),
            make_strategy("post-hours", ["notice", "rest"], component="hours"),
        ],
    )


def levels(**by_slug: int) -> dict[str, Reply]:
    """Answers that are nothing but levels."""
    return {slug: Reply(level=level) for slug, level in by_slug.items()}


# -- by Hypothesis ---------------------------------------------------------------------------


class Case(NamedTuple):
    """One employer's whole situation."""

    catalogue: Catalogue
    profile: Profile
    replies: dict[str, Reply]


EFFORT = st.sampled_from(EFFORTS)
WEIGHT = st.integers(1, 3)
LEVEL = st.integers(0, TOP_LEVEL)
NA_WHEN = "Choose this if it does not apply."


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Up to four components of up to five questions; some questions have no strategy."""
    components = []
    strategies = []
    for position in range(1, draw(st.integers(1, 4)) + 1):
        slugs = [f"c{position}q{n}" for n in range(draw(st.integers(1, 5)))]
        questions = [draw(questions_called(slug)) for slug in slugs]
        components.append(make_component(f"c{position}", questions, position=position))
        for slug in slugs:
            if draw(st.booleans()):
                strategies.append(make_strategy(f"do-{slug}", [slug], effort=draw(EFFORT)))
    return make_catalogue(*components, strategies=strategies)


@st.composite
def questions_called(draw: st.DrawFn, slug: str) -> Question:
    """A question with this slug; what rules read of it varies."""
    return make_question(
        slug,
        weight=draw(WEIGHT),
        weight_reason=draw(st.sampled_from(["Basic need: x.", "Evidence: x."])),
        is_quick=draw(st.booleans()),
        applies_if=draw(st.sampled_from(["", "", *FLAGS])),
        na_when=draw(st.sampled_from(["", NA_WHEN])),
    )


@st.composite
def profiles(draw: st.DrawFn, catalogue: Catalogue, modes: tuple[str, ...]) -> Profile:
    """An employer of any size with any flags, targets and importance."""
    slugs = st.sampled_from([c.slug for c in catalogue.components])
    return Profile(
        mode=draw(st.sampled_from(modes)),
        size=draw(st.sampled_from(["", *SIZES])),
        flags=draw(st.dictionaries(st.sampled_from(list(FLAGS)), st.sampled_from([True, False]))),
        importance=draw(st.dictionaries(slugs, st.integers(1, 3))),
        targets=draw(st.dictionaries(slugs, st.integers(1, TOP_LEVEL))),
    )


@st.composite
def stored_replies(draw: st.DrawFn) -> Reply:
    """Any answer the database would store."""
    level = draw(st.none() | LEVEL)
    return Reply(
        level=level,
        is_not_applicable=level is None and draw(st.booleans()),
        is_not_sure=draw(st.sampled_from([False, False, False, True])),
        is_to_confirm=draw(st.sampled_from([False, False, False, True])),
        note=draw(st.sampled_from(["", "Posted by the door."])),
    )


@st.composite
def cases(draw: st.DrawFn, *, modes: tuple[str, ...] = ("full", "quick")) -> Case:
    """A catalogue with a profile and answers, some of them to a question long retired."""
    catalogue = draw(catalogues())
    slugs = st.sampled_from([*catalogue.questions, "retired-question"])
    replies = draw(st.dictionaries(slugs, stored_replies()))
    return Case(catalogue, draw(profiles(catalogue, modes)), replies)
