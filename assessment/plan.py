"""The one document behind page, PDF, Word file, CSV and calendar, so that they cannot disagree.

Pure: imports only the standard library, toolkit.catalogue, assessment.scoring and
assessment.recommendation. It holds plain text, whole numbers and tuples, ready to print, and no
clock: its date is given. The rules: product.md "Documents", decisions.md 17, 18, 20.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction

from assessment.recommendation import (
    ORDER_NOTE,
    Backing,
    FindOut,
    Recommendation,
    Recommendations,
    backing_of,
    lifts,
    recommend,
    role_label,
)
from assessment.scoring import (
    FULL,
    ComponentScore,
    Profile,
    Reply,
    Row,
    Score,
    raised_by_one,
    round_half_up,
    score,
)
from toolkit import catalogue as toolkit
from toolkit.catalogue import (
    LEVEL_NAMES,
    TOP_LEVEL,
    Catalogue,
    LegalNote,
    Question,
    ResourceUse,
    Strategy,
)

HORIZONS = (30, 90, 180, 365)
HORIZON_TITLES = {
    30: "Within 30 days",
    90: "Within 90 days",
    180: "Within 180 days",
    365: "Within a year or later",
    None: "No date yet",
}
STATE_TEXTS = {
    "scored": "",
    "quick": "Quick check: no score per component",
    "not-enough": "Not enough answers yet",
    "out": "Nothing in it applies",
}
ANSWER_TEXTS = {
    "answered": "",
    "not-applicable": "Does not apply",
    "unanswered": "Not answered yet",
    "to-confirm": "To be confirmed before it counts",
}
FIND_OUT_TEXTS = {
    "unanswered": "Not answered yet",
    "not-sure": "Marked “not sure”",
    "to-confirm": "To be confirmed before it counts",
}
NOT_A_GRADE = (
    "This is not a grade: 75 means every practice is in place.",
    "Compare only with your own earlier results.",
    "Reported by management; workers were not surveyed.",
)
LIMITS = (
    "Reported by management; workers were not surveyed.",
    "This is not a legal compliance check.",
    "It is not issued or endorsed by the U.S. Department of Commerce or NIST.",
    "It is not meant for job ads, bids or grant applications.",
)
NO_STRATEGY = "No strategy is offered for this yet."
RETIRED_STRATEGY = "The strategy chosen for this is no longer in this edition."
RETIRED_QUESTION = "The question this was chosen for is no longer in this edition."
NO_CASE = "No case study yet."
ANSWERS_LEFT_OUT = "The answer to each question is left out."
NOTES_LEFT_OUT = "Notes are left out."
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


# -- what goes in, besides catalogue and answers ---------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What the cover says of the employer, as text; "" where nothing was said."""

    organization: str = ""
    covers: str = ""
    headcount: str = ""
    answered_by: str = ""
    mode: str = FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAction:
    """An action as stored: what was copied when it was added, and what the employer set.

    ``question`` and ``strategy`` are slugs, "" for an action of one's own; ``level`` is the level
    the question stood at when the action was added.
    """

    key: str
    title: str
    next_step: str = ""
    question: str = ""
    level: int | None = None
    strategy: str = ""
    owner: str = ""
    due_on: date | None = None
    effort: str = ""
    cost: str = ""
    status: str = ""
    notes: str = ""
    added_on: date | None = None

    @property
    def horizon(self) -> int | None:
        """30, 90, 180 or 365 by the days from adding to due; None while a date is missing."""
        if self.due_on is None or self.added_on is None:
            return None
        days = (self.due_on - self.added_on).days
        return next((h for h in HORIZONS if days <= h), HORIZONS[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCard:
    """What is shown of an archive item, as text; live, not frozen (decisions.md 11)."""

    slug: str
    title: str
    is_title_ours: bool = False
    organization: str = ""
    date_text: str = ""
    kind_label: str = ""
    verification: str = ""
    caution: str = ""
    address: str = ""
    archived_address: str = ""
    facts: tuple[str, ...] = ()
    path: str = ""

    @property
    def shown_title(self) -> str:
        """The title, in brackets where it is ours."""
        return f"[{self.title}]" if self.is_title_ours else self.title


# -- what comes out --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A resource where it is cited. ``number`` is its number in the document's sources."""

    number: int
    label: str
    fit_note: str
    card: ResourceCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What stands behind an action or recommendation.

    ``missing`` says in words what there is none of; it is printed, never hidden.
    """

    why: str = ""
    why_source: Cited | None = None
    strategy: str = ""
    steps: tuple[str, ...] = ()
    guides: tuple[Cited, ...] = ()
    evidence: tuple[Cited, ...] = ()
    cases: tuple[Cited, ...] = ()
    missing: tuple[str, ...] = ()
    legal_notes: tuple[LegalNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeLine:
    """A question with where it stands, in words; ``level`` is None where none counts."""

    slug: str
    code: str
    component: str
    text: str
    level: int | None
    standing: str
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """One line of the trace, which is also the appendix of answers."""

    practice: PracticeLine
    weight: int
    points: int
    possible: int
    is_not_sure: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentLine:
    """A component's result. ``shown`` and ``target`` run from 0 to 100.

    ``coverage`` is in percent. ``arithmetic`` is the formula with its numbers, "" while there are
    not enough answers. ``rows`` is empty where answers are left out.
    """

    slug: str
    label: str
    toolkit_title: str
    state: str
    state_text: str
    shown: int | None
    target: int
    target_name: str
    in_place: int
    answered: int
    applicable: int
    in_place_text: str
    coverage: int | None
    points: int
    possible: int
    arithmetic: str
    rows: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The headline and the overall figure. ``shown`` runs from 0 to 100, None without one.

    ``to_confirm``: how many answers wait to be confirmed and are not counted.
    """

    headline: str
    in_place: int
    answered: int
    applicable: int
    asked: int
    shown: int | None
    band: str
    label: str
    is_quick: bool
    is_provisional: bool
    to_confirm: int
    arithmetic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationLine:
    """A recommendation shown. ``lift`` is "48 → 52", "" while there is no score ("not yet").

    ``overall_lift`` belongs to the arithmetic only. ``priority`` is the formula with its numbers.
    ``others`` are the titles of the further strategies offered.
    """

    rank: int
    practice: PracticeLine
    target_name: str
    next_step: str
    effort: str
    is_effort_assumed: bool
    days: int | None
    lift: str
    lift_change: str
    overall_lift: str
    overall_lift_change: str
    reason: str
    priority: str
    support: Support
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterLine:
    """A recommendation that is not for now: what it is and why it stands where it does."""

    rank: int
    practice: PracticeLine
    next_step: str
    effort: str
    reason: str
    priority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLine:
    """An action of the plan. Dates both as ISO text and in words; "" where there is none.

    ``practice`` is None for an action of one's own and for a question not asked at present
    (retired, or hidden by the profile).
    ``lift`` is "" unless the practice still stands at the level the action was added at.
    """

    key: str
    title: str
    next_step: str
    practice: PracticeLine | None
    owner: str
    due_on: str
    due_text: str
    effort: str
    cost: str
    status: str
    notes: str
    lift: str
    lift_change: str
    support: Support


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The actions due within so many days of being added; ``days`` is None without a date."""

    days: int | None
    title: str
    actions: tuple[ActionLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindOutLine:
    """A question to find out about, and what stands in its way."""

    practice: PracticeLine
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument:
    """Everything any rendering of the plan prints, in order.

    ``horizons`` holds only those with actions. ``sources`` are the resources cited, each once, in
    order of first citation. ``left_out`` says what the employer chose not to include.
    """

    title: str
    cover: Cover
    as_of: str
    as_of_text: str
    edition: str
    limits: tuple[str, ...]
    summary: tuple[str, ...]
    figures: Figures
    basic_needs_missing: tuple[PracticeLine, ...]
    components: tuple[ComponentLine, ...]
    out: tuple[str, ...]
    not_enough: tuple[str, ...]
    not_applicable: tuple[PracticeLine, ...]
    strengths: tuple[PracticeLine, ...]
    order_note: str
    start_this_month: tuple[RecommendationLine, ...]
    worth_planning: tuple[RecommendationLine, ...]
    not_now: tuple[LaterLine, ...]
    find_out: tuple[FindOutLine, ...]
    horizons: tuple[Horizon, ...]
    sources: tuple[ResourceCard, ...]
    left_out: tuple[str, ...]


# -- making it -------------------------------------------------------------------------------


class _Sources:
    """The cards cited so far, in order of first citation."""

    def __init__(self, cards: Mapping[str, ResourceCard]) -> None:
        self._cards = cards
        self._numbers: dict[str, int] = {}

    def cite(self, slug: str, label: str, fit_note: str = "") -> Cited:
        number = self._numbers.setdefault(slug, len(self._numbers) + 1)
        return Cited(number=number, label=label, fit_note=fit_note, card=self._cards[slug])

    def listed(self) -> tuple[ResourceCard, ...]:
        return tuple(self._cards[slug] for slug in self._numbers)


@dataclass(frozen=True, slots=True)
class _Material:
    """What every part of the document is made from."""

    catalogue: Catalogue
    profile: Profile
    replies: Mapping[str, Reply]
    score: Score
    sources: _Sources
    include_answers: bool
    include_notes: bool


def plan_document(
    *,
    catalogue: Catalogue,
    edition_label: str,
    profile: Profile,
    cover: Cover,
    replies: Mapping[str, Reply],
    actions: Sequence[PlanAction],
    resources: Mapping[str, ResourceCard],
    as_of: date,
    include_answers: bool,
    include_notes: bool,
) -> PlanDocument:
    """Put the whole document together.

    ``edition_label``: "1.2". ``replies`` by question slug. ``resources``: a card for each slug of
    :func:`citable`. ``as_of``: the last change of answers or actions. ``include_answers`` adds the
    line of every question (trace and appendix are the same lines), ``include_notes`` adds notes:
    those of actions, and with the answers those of answers.

    Raises ValueError where cover and profile name different modes, KeyError for a resource cited
    without a card: neither may pass quietly into print.
    """
    if cover.mode != profile.mode:
        raise ValueError(f"The cover says {cover.mode}, the profile {profile.mode}.")
    result = score(catalogue, profile, replies)
    material = _Material(
        catalogue=catalogue,
        profile=profile,
        replies=replies,
        score=result,
        sources=_Sources(resources),
        include_answers=include_answers,
        include_notes=include_notes,
    )
    found = recommend(catalogue, profile, replies, result)
    # Recommendations come before actions in print, so they are the first to number the sources.
    start = tuple(_recommendation_line(material, r) for r in found.start_this_month)
    planning = tuple(_recommendation_line(material, r) for r in found.worth_planning)
    horizons = _horizons(material, actions)
    return PlanDocument(
        title=_title(cover),
        cover=cover,
        as_of=as_of.isoformat(),
        as_of_text=date_text(as_of),
        edition=edition_label,
        limits=LIMITS,
        summary=_summary(result),
        figures=_figures(result),
        basic_needs_missing=_practices(material, result.basic_needs_missing),
        components=tuple(_component_line(material, c) for c in result.components),
        out=tuple(c.label for c in result.out),
        not_enough=tuple(c.label for c in result.not_enough),
        not_applicable=_practices(material, result.not_applicable),
        strengths=tuple(_practice(material, row) for row in result.strengths),
        order_note=ORDER_NOTE,
        start_this_month=start,
        worth_planning=planning,
        not_now=_later_lines(material, found),
        find_out=tuple(_find_out_line(material, f) for f in found.find_out),
        horizons=horizons,
        sources=material.sources.listed(),
        left_out=_left_out(include_answers=include_answers, include_notes=include_notes),
    )


def citable(catalogue: Catalogue) -> frozenset[str]:
    """The slugs of all resources a plan of this catalogue may cite."""
    whys = (q.why_source for q in catalogue.questions.values())
    uses = (use.resource for s in catalogue.strategies for use in s.resources)
    return frozenset([*whys, *uses])


def what_if(
    catalogue: Catalogue,
    profile: Profile,
    replies: Mapping[str, Reply],
    raised: Collection[str],
) -> Score:
    """The score if each named question stood one level higher, worked out as one set."""
    return score(catalogue, profile, raised_by_one(replies, raised))


def to_json(document: PlanDocument) -> str:
    """The document as canonical JSON: keys in the order of the fields, no spaces, same bytes."""
    return toolkit.canonical(asdict(document))


def fingerprint(document: PlanDocument, template_version: str) -> str:
    """SHA-256 of what a rendering is made from: the document and the version of its template."""
    # NUL cannot stand in JSON, so no document and version can run into each other.
    return toolkit.fingerprint(f"{to_json(document)}\0{template_version}")


def date_text(day: date) -> str:
    """A date in words, "November 22, 2026", whatever the locale."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def _title(cover: Cover) -> str:
    name = cover.organization.strip()
    return f"Job quality action plan: {name}" if name else "Job quality action plan"


def _left_out(*, include_answers: bool, include_notes: bool) -> tuple[str, ...]:
    left_out = []
    if not include_answers:
        left_out.append(ANSWERS_LEFT_OUT)
    if not include_notes:
        left_out.append(NOTES_LEFT_OUT)
    return tuple(left_out)


# -- figures and summary ---------------------------------------------------------------------


def _summary(result: Score) -> tuple[str, ...]:
    sentences = [_headline_sentence(result), _waiting(result), _contrast(result), *NOT_A_GRADE]
    return tuple(s for s in sentences if s)


def _headline_sentence(result: Score) -> str:
    if result.shown is None:
        return f"{result.headline}."
    provisional = ", provisional" if result.is_provisional else ""
    quick = f"{result.label}: " if result.is_quick else ""
    return f"{quick}{result.headline} (score {result.shown} of 100, {result.band}{provisional})."


def _waiting(result: Score) -> str:
    """How many answers are left out until they are confirmed."""
    count = len(result.to_confirm)
    if not count:
        return ""
    one = count == 1
    return (
        f"{count} {'answer waits' if one else 'answers wait'} to be confirmed and "
        f"{'is' if one else 'are'} not counted."
    )


def _contrast(result: Score) -> str:
    """Which component is furthest along and which has the most room, where one alone is."""
    scored = [(c.exact, c.component.label) for c in result.components if c.exact is not None]
    values = [value for value, _ in scored]
    if len(set(values)) < 2:
        return ""
    top = [label for value, label in scored if value == max(values)]
    low = [label for value, label in scored if value == min(values)]
    parts = [f"{top[0]} is furthest along"] if len(top) == 1 else []
    parts += [f"{low[0]} has the most room"] if len(low) == 1 else []
    return f"{'; '.join(parts)}." if parts else ""


def _figures(result: Score) -> Figures:
    return Figures(
        headline=result.headline,
        in_place=result.in_place,
        answered=result.answered_applicable,
        applicable=result.applicable,
        asked=len(result.rows),
        shown=result.shown,
        band=result.band,
        label=result.label,
        is_quick=result.is_quick,
        is_provisional=result.is_provisional,
        to_confirm=len(result.to_confirm),
        arithmetic=_overall_arithmetic(result),
    )


def _overall_arithmetic(result: Score) -> str:
    parts = [c.part for c in result.components if c.part is not None]
    if result.exact is None:
        return ""
    total = " + ".join(str(round_half_up(p, 2)) for p in parts)
    # The parts are printed with two decimals, so equality is claimed only where all are exact.
    sign = "=" if all(_is_exact(p) for p in [*parts, result.exact]) else "≈"
    mean = round_half_up(result.exact, 2)
    return f"({total}) ÷ {len(parts)} {sign} {mean}, shown as {result.shown}"


def _is_exact(value: Fraction) -> bool:
    return (value * 100).denominator == 1


def _equals(value: Fraction) -> str:
    return f"{'=' if _is_exact(value) else '≈'} {round_half_up(value, 2)}"


# -- components and practices ----------------------------------------------------------------


def _component_line(material: _Material, result: ComponentScore) -> ComponentLine:
    component = result.component
    target = material.profile.target_of(component.slug)
    rows = result.rows if material.include_answers else ()
    return ComponentLine(
        slug=component.slug,
        label=component.label,
        toolkit_title=component.title,
        state=result.state,
        state_text=STATE_TEXTS[result.state],
        shown=result.shown,
        target=target * 100 // TOP_LEVEL,
        target_name=LEVEL_NAMES[target],
        in_place=result.in_place,
        answered=result.answered,
        applicable=result.applicable,
        in_place_text=_in_place_text(result),
        coverage=_percent(result.coverage),
        points=result.points,
        possible=result.possible,
        arithmetic=_component_arithmetic(result),
        rows=tuple(_answer_line(material, row) for row in rows),
    )


def _in_place_text(result: ComponentScore) -> str:
    if not result.answered:
        return "" if result.state == "out" else "No answers yet"
    return f"{result.in_place} of {result.answered} in place"


def _percent(value: Fraction | None) -> int | None:
    return None if value is None else int(round_half_up(value * 100))


def _component_arithmetic(result: ComponentScore) -> str:
    if result.part is None:
        return ""
    shown = "" if result.shown is None else f", shown as {result.shown}"
    return f"100 × {result.points} ÷ {result.possible} {_equals(result.part)}{shown}"


def _answer_line(material: _Material, row: Row) -> AnswerLine:
    reply = material.replies.get(row.question.slug)
    return AnswerLine(
        practice=_practice(material, row),
        weight=row.question.weight,
        points=row.points,
        possible=row.possible,
        is_not_sure=row.is_not_sure,
        note=reply.note if reply and material.include_notes else "",
    )


def _practice(material: _Material, row: Row) -> PracticeLine:
    question, level = row.question, row.level
    return PracticeLine(
        slug=question.slug,
        code=question.code,
        component=material.catalogue.by_slug[question.component].label,
        text=question.text,
        level=level,
        standing=ANSWER_TEXTS[row.state] if level is None else LEVEL_NAMES[level],
        statement="" if level is None else question.in_full(level),
    )


def _practices(material: _Material, questions: Iterable[Question]) -> tuple[PracticeLine, ...]:
    return tuple(_practice_of(material, q) for q in questions)


def _practice_of(material: _Material, question: Question) -> PracticeLine:
    return _practice(material, material.score.rows_by_slug[question.slug])


# -- recommendations -------------------------------------------------------------------------


def _recommendation_line(material: _Material, item: Recommendation) -> RecommendationLine:
    return RecommendationLine(
        rank=item.rank,
        practice=_practice_of(material, item.question),
        target_name=LEVEL_NAMES[item.gap.target],
        next_step=item.next_step,
        effort=item.effort,
        is_effort_assumed=item.is_effort_assumed,
        days=item.days,
        lift=item.lift.text if item.lift else "",
        lift_change=item.lift.change_text if item.lift else "",
        overall_lift=item.overall_lift.text if item.overall_lift else "",
        overall_lift_change=item.overall_lift.change_text if item.overall_lift else "",
        reason=item.reason_text,
        priority=_priority(item),
        support=_support(
            material,
            question=item.question,
            strategy=item.strategy,
            backing=item.backing,
            missing=() if item.strategy else (NO_STRATEGY,),
        ),
        others=tuple(s.title for s in item.others),
    )


def _priority(item: Recommendation) -> str:
    r = item.reason
    return f"{r.weight} × {r.gap} × {r.importance} ÷ {r.divisor} {_equals(r.priority)}"


def _later_lines(material: _Material, found: Recommendations) -> tuple[LaterLine, ...]:
    return tuple(
        LaterLine(
            rank=item.rank,
            practice=_practice_of(material, item.question),
            next_step=item.next_step,
            effort=item.effort,
            reason=item.reason_text,
            priority=_priority(item),
        )
        for item in found.not_now
    )


def _find_out_line(material: _Material, item: FindOut) -> FindOutLine:
    return FindOutLine(
        practice=_practice_of(material, item.question), reason=FIND_OUT_TEXTS[item.reason]
    )


def _support(
    material: _Material,
    *,
    question: Question | None,
    strategy: Strategy | None,
    backing: Backing,
    missing: tuple[str, ...],
) -> Support:
    cite = material.sources.cite
    notes = (question.legal_notes if question else ()) + (strategy.legal_notes if strategy else ())
    no_case = () if backing.has_case or not (question or strategy) else (NO_CASE,)
    return Support(
        why=question.why if question else "",
        why_source=cite(question.why_source, "Evidence") if question else None,
        strategy=strategy.title if strategy else "",
        steps=strategy.steps if strategy else (),
        guides=_cited(material, backing.guides),
        evidence=_cited(material, backing.evidence),
        cases=_cited(material, backing.cases),
        missing=missing + no_case,
        legal_notes=tuple(dict.fromkeys(notes)),
    )


def _cited(material: _Material, uses: Iterable[ResourceUse]) -> tuple[Cited, ...]:
    facets = material.catalogue.facets
    return tuple(
        material.sources.cite(use.resource, role_label(use, facets.get(use.resource)), use.fit_note)
        for use in uses
    )


# -- actions ---------------------------------------------------------------------------------


def _horizons(material: _Material, actions: Sequence[PlanAction]) -> tuple[Horizon, ...]:
    """The actions by horizon, earlier due dates first, otherwise in the order given."""
    ordered = sorted(actions, key=lambda a: a.due_on or date.max)
    horizons = []
    for days, title in HORIZON_TITLES.items():
        lines = tuple(_action_line(material, a) for a in ordered if a.horizon == days)
        if lines:
            horizons.append(Horizon(days=days, title=title, actions=lines))
    return tuple(horizons)


def _action_line(material: _Material, action: PlanAction) -> ActionLine:
    row = material.score.rows_by_slug.get(action.question)
    lift, change = _action_lift(material, action, row)
    return ActionLine(
        key=action.key,
        title=action.title,
        next_step=action.next_step,
        practice=_practice(material, row) if row else None,
        owner=action.owner,
        due_on=action.due_on.isoformat() if action.due_on else "",
        due_text=date_text(action.due_on) if action.due_on else "",
        effort=action.effort,
        cost=action.cost,
        status=action.status,
        notes=action.notes if material.include_notes else "",
        lift=lift,
        lift_change=change,
        support=_action_support(material, action),
    )


def _action_lift(material: _Material, action: PlanAction, row: Row | None) -> tuple[str, str]:
    if row is None or row.level is None or row.level != action.level or row.level == TOP_LEVEL:
        return "", ""
    lift, _ = lifts(
        profile=material.profile,
        replies=material.replies,
        score=material.score,
        question=row.question,
    )
    return (lift.text, lift.change_text) if lift else ("", "")


def _action_support(material: _Material, action: PlanAction) -> Support:
    catalogue = material.catalogue
    question = catalogue.questions.get(action.question)
    strategy = catalogue.strategies_by_slug.get(action.strategy)
    missing: tuple[str, ...] = ()
    if action.question and question is None:
        missing += (RETIRED_QUESTION,)
    if action.strategy and strategy is None:
        missing += (RETIRED_STRATEGY,)
    elif question and strategy is None:
        missing += (NO_STRATEGY,)
    return _support(
        material,
        question=question,
        strategy=strategy,
        backing=backing_of(catalogue, material.profile, strategy),
        missing=missing,
    )
