"""Puts together the one document behind page, PDF, Word file, spreadsheet and calendar.

Pure: imports only the standard library and pure modules of toolkit and assessment. The rules:
decisions.md 17, 18, 20, 41.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from assessment import sentences
from assessment.picture import picture
from assessment.plan_document import (
    ACTIONS_NAMED,
    CLOSED,
    HORIZON_TITLES,
    ActionLine,
    AnswerLine,
    BreakEvenLine,
    Cited,
    ComponentLine,
    Cover,
    Figures,
    FindOutLine,
    Horizon,
    LaterLine,
    PlanAction,
    PlanDocument,
    PracticeLine,
    RecommendationLine,
    ResourceCard,
    Support,
    TurnoverPart,
    Words,
)
from assessment.recommendation import (
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
    asked,
    round_half_up,
    score,
)
from assessment.since_last import SinceLast
from assessment.turnover import SOURCE, Turnover
from toolkit.catalogue import (
    LEVEL_NAMES,
    TOP_LEVEL,
    Catalogue,
    Question,
    ResourceUse,
    Strategy,
)
from toolkit.dates import day_text

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
    resources: Callable[[frozenset[str]], Mapping[str, ResourceCard]],
    as_of: date,
    include_answers: bool,
    include_notes: bool,
    turnover: Turnover | None = None,
    since_last: SinceLast | None = None,
) -> PlanDocument:
    """Put the whole document together.

    ``edition_label``: "1.2". ``replies`` by question slug. ``resources``: gives a card for each of
    the slugs that are cited. ``as_of``: the last change of answers or actions. ``include_answers``
    adds the line of every question (trace and appendix are the same lines), ``include_notes`` adds
    notes: those of actions, and with the answers those of answers. ``turnover``: only where the
    employer wants it printed. ``since_last``: what moved since the assessment before this one
    (assessment.progress).

    Raises ValueError where cover and profile name different modes, KeyError for a resource cited
    without a card: neither may pass quietly into print.
    """
    if cover.mode != profile.mode:
        raise ValueError(f"The cover says {cover.mode}, the profile {profile.mode}.")
    result = score(catalogue, profile, replies)
    found = recommend(catalogue, profile, replies, result)
    material = _Material(
        catalogue=catalogue,
        profile=profile,
        replies=replies,
        score=result,
        sources=_Sources(resources(_cited_slugs(catalogue, found, actions))),
        include_answers=include_answers,
        include_notes=include_notes,
    )
    # Recommendations come before actions in print, so they are the first to number the sources.
    start = tuple(_recommendation_line(material, r) for r in found.start_this_month)
    planning = tuple(_recommendation_line(material, r) for r in found.worth_planning)
    horizons = _horizons(material, actions)
    in_full = len(asked(catalogue, replace(profile, mode=FULL)))
    return PlanDocument(
        title=_title(cover),
        cover=cover,
        as_of=as_of.isoformat(),
        as_of_text=day_text(as_of),
        edition=edition_label,
        limits=sentences.LIMITS,
        summary=sentences.summary(result),
        words=_words(result, found, actions, in_full),
        figures=_figures(result, in_full),
        basic_needs_missing=_practices(material, result.basic_needs_missing),
        components=tuple(_component_line(material, c) for c in result.components),
        out=tuple(c.label for c in result.out),
        not_enough=tuple(c.label for c in result.not_enough),
        not_applicable=_practices(material, result.not_applicable),
        strengths=tuple(_practice(material, row) for row in result.strengths),
        order_note=sentences.ORDER_NOTE,
        start_this_month=start,
        worth_planning=planning,
        not_now=_later_lines(material, found),
        picture=picture(found.shown, is_quick=result.is_quick),
        find_out=tuple(_find_out_line(material, f) for f in found.find_out),
        horizons=horizons,
        money=sentences.money([a for h in horizons for a in h.actions]),
        turnover=turnover_part(turnover, [a for h in horizons for a in h.actions])
        if turnover
        else None,
        sources=material.sources.listed(),
        left_out=_left_out(include_answers=include_answers, include_notes=include_notes),
        since_last=since_last,
    )


def _cited_slugs(
    catalogue: Catalogue, found: Recommendations, actions: Sequence[PlanAction]
) -> frozenset[str]:
    """The resources that the steps shown and the actions rest on."""
    questions = [step.question for step in found.shown]
    questions += [q for a in actions if (q := catalogue.questions.get(a.question))]
    strategies = [step.strategy for step in found.shown if step.strategy]
    strategies += [s for a in actions if (s := catalogue.strategies_by_slug.get(a.strategy))]
    uses = (use.resource for strategy in strategies for use in strategy.resources)
    return frozenset([*(q.why_source for q in questions), *uses])


def _title(cover: Cover) -> str:
    name = cover.organization.strip()
    return f"Job quality action plan: {name}" if name else "Job quality action plan"


def _left_out(*, include_answers: bool, include_notes: bool) -> tuple[str, ...]:
    left_out = []
    if not include_answers:
        left_out.append(sentences.ANSWERS_LEFT_OUT)
    if not include_notes:
        left_out.append(sentences.NOTES_LEFT_OUT)
    return tuple(left_out)


# -- figures and summary ---------------------------------------------------------------------


def _words(
    result: Score, found: Recommendations, actions: Sequence[PlanAction], in_full: int
) -> Words:
    has_step = bool(found.shown or found.not_now)
    tally = Counter(action.status for action in actions)
    is_open = len(actions) - sum(tally[status] for status in CLOSED)
    return Words(
        answered=sentences.answered(result),
        headline_rest=sentences.headline_rest(result),
        quick=sentences.quick(len(result.rows), in_full) if result.is_quick else "",
        figure=sentences.figure(result),
        to_confirm=sentences.waiting(len(result.to_confirm)),
        basic_needs=sentences.basic_needs(len(result.basic_needs_missing)),
        not_enough=sentences.not_enough(result),
        out=sentences.out(result),
        not_applicable=sentences.not_applicable(len(result.not_applicable)),
        find_out=sentences.find_out(len(found.find_out)),
        no_step="" if has_step else sentences.no_step(result),
        actions=sentences.actions(len(actions), tally["done"], tally["dropped"]),
        more_actions=sentences.more_actions(max(is_open - ACTIONS_NAMED, 0)),
    )


def _figures(result: Score, in_full: int) -> Figures:
    return Figures(
        headline=sentences.headline(result),
        in_place=result.in_place,
        answered=result.answered_applicable,
        applicable=result.applicable,
        asked=len(result.rows),
        in_full=in_full,
        shown=result.shown,
        band=result.band,
        label=sentences.basis(len(result.rows), result.is_quick),
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
        state_text=sentences.STATE_TEXTS[result.state],
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
    return "" if result.state == "out" else sentences.in_place(result.in_place, result.answered)


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
        standing=sentences.ANSWER_TEXTS[row.state] if level is None else LEVEL_NAMES[level],
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
            missing=() if item.strategy else (sentences.NO_STRATEGY,),
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
        practice=_practice_of(material, item.question), reason=sentences.FIND_OUT_TEXTS[item.reason]
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
    no_case = () if backing.has_case or not (question or strategy) else (sentences.NO_CASE,)
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
    """The actions by horizon; within one, in the order given, which is the employer's own.

    No due date outweighs it: who put an action first meant it to come first.
    """
    horizons = []
    for days, title in HORIZON_TITLES.items():
        lines = tuple(_action_line(material, a) for a in actions if a.horizon == days)
        if lines:
            money = sentences.money(lines)
            horizons.append(Horizon(days=days, title=title, money=money, actions=lines))
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
        due_text=day_text(action.due_on) if action.due_on else "",
        effort=action.effort,
        cost=action.cost,
        estimate=action.estimate,
        budget=action.budget,
        status=action.status,
        drop_reason=action.drop_reason,
        done_text=day_text(action.done_on) if action.done_on else "",
        notes=action.notes if material.include_notes else "",
        lift=lift,
        lift_change=change,
        support=_action_support(material, action),
        done_on=action.done_on.isoformat() if action.done_on else "",
        sequence=action.sequence,
        changed_on=action.changed_on.isoformat() if action.changed_on else "",
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
        missing += (sentences.RETIRED_QUESTION,)
    if action.strategy and strategy is None:
        missing += (sentences.RETIRED_STRATEGY,)
    elif question and strategy is None:
        missing += (sentences.NO_STRATEGY,)
    return _support(
        material,
        question=question,
        strategy=strategy,
        backing=backing_of(catalogue, material.profile, strategy),
        missing=missing,
    )


# -- what turnover costs ---------------------------------------------------------------------


def turnover_part(told: Turnover, actions: Iterable[ActionLine]) -> TurnoverPart:
    """What turnover may cost, and for each open action with a cost when it pays for itself."""
    leavers = f"{told.leavers:,} ({sentences.percent(told.rate)})"
    share = f"{told.low_percent}% to {told.high_percent}%"
    return TurnoverPart(
        told=(
            ("People employed", f"{told.headcount:,}"),
            ("Left by their own choice in a year", leavers),
            ("Average yearly pay", sentences.dollars(told.pay)),
            ("Cost to replace one person, as a percent of a year’s pay", share),
        ),
        sentences=(sentences.turnover_cost(told), sentences.turnover_of_one(told)),
        break_even=tuple(
            BreakEvenLine(
                title=action.title,
                cost=sentences.dollars(action.estimate),
                sentence=sentences.break_even(told, action.estimate),
            )
            for action in actions
            if action.estimate and action.status != "dropped"
        ),
        limits=sentences.turnover_limits(told),
        source=SOURCE,
    )
