"""What moved between assessments of one employer: like for like, apart from as published.

Pure: imports only the standard library and pure modules of toolkit and assessment. Like for like
is the same slug with the same meaning, asked and answered with a level in each; both sides are
scored by the real scorer over just those questions, with the weights of the newest edition among
them, so that another weight is never taken for another answer. The rules: decisions.md 10, 17, 19,
34.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal

from assessment import sentences
from assessment.moving import overall_words
from assessment.recommendation import LiftPair
from assessment.scoring import Profile, Reply, Score, progress, score, whole
from assessment.since_last import ChangeLine, PublishedLine, ScorePair, SinceLast, WordingLine
from toolkit.catalogue import LEVEL_NAMES, Catalogue, Question
from toolkit.dates import day_text

SHOWN = 5  # of those that rose, and of those that fell
FEWEST_POINTS = 3  # two are shown by the comparison itself

type LeftOut = Literal["waiting", "unanswered", "not-applicable", "not-asked"]


# -- what goes in ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An action that was done: its title, the slug of its question or "", and the day."""

    title: str
    question: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One assessment as it stands.

    ``on``: the day of its last answer that counts. ``edition``: number and revision of the edition
    that ``catalogue`` was published as. ``replies`` by question slug.
    """

    on: date
    edition: tuple[int, int]
    catalogue: Catalogue
    profile: Profile
    replies: Mapping[str, Reply]
    done: tuple[Done, ...] = ()

    @cached_property
    def score(self) -> Score:
        """Its own score, as its own results show it."""
        return score(self.catalogue, self.profile, self.replies)

    @property
    def edition_label(self) -> str:
        """The edition as documents name it: "1.2"."""
        return "{}.{}".format(*self.edition)

    def level_of(self, slug: str) -> int | None:
        """The level that counts, None where there is none or the question is not asked."""
        row = self.score.rows_by_slug.get(slug)
        return row.level if row else None


# -- two side by side ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A question answered at another level than before, with the actions done for it meanwhile."""

    before: Question
    after: Question
    was: int
    now: int
    weight: int
    done: tuple[Done, ...] = ()

    @property
    def steps(self) -> int:
        """How many levels it rose; below 0 where it fell."""
        return self.now - self.was


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two assessments side by side, the earlier one first.

    ``measure``: the catalogue whose weights score both sides. ``common``: slugs compared, in its
    order. ``then`` and ``now``: the scores over just those; None where a quick check would stand
    beside a full one, or nothing is common. ``improved``, ``slipped``: by levels, then weight, ties
    in the order of the questions. ``left_out``: of the questions of the same meaning in both
    editions, how many are not compared, by reason. ``done``: actions done in between whose question
    did not change. The other lists hold questions asked of this employer: ``changed`` mean
    something else now, ``reworded`` read differently and mean the same.
    """

    before: Taken
    after: Taken
    measure: Catalogue
    common: tuple[str, ...]
    then: Score | None
    now: Score | None
    improved: tuple[Change, ...]
    slipped: tuple[Change, ...]
    same: int
    done: tuple[Done, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    added: tuple[Question, ...] = ()
    retired: tuple[Question, ...] = ()
    changed: tuple[tuple[Question, Question], ...] = ()
    reworded: tuple[tuple[Question, Question], ...] = ()

    @property
    def is_mixed(self) -> bool:
        """Whether one is a quick check and the other is not."""
        return self.before.profile.is_quick != self.after.profile.is_quick


def compare(before: Taken, after: Taken) -> Comparison:
    """Put two assessments side by side."""
    newest = max(before, after, key=lambda taken: taken.edition)
    common = comparable([before, after], newest.catalogue)
    is_mixed = before.profile.is_quick != after.profile.is_quick
    scores = [None, None] if is_mixed or not common else _scores([before, after], newest, common)
    done = _done_between(before, after)
    changes = [c for slug in common if (c := _change(before, after, newest, slug, done))]
    beside = {d for change in changes for d in change.done}
    both = [
        (q, after.catalogue.questions[s])
        for s, q in before.catalogue.questions.items()
        if s in after.catalogue.questions and (before.profile.asks(q) or _asks(after, s))
    ]
    return Comparison(
        before=before,
        after=after,
        measure=newest.catalogue,
        common=common,
        then=scores[0],
        now=scores[1],
        improved=_ranked(c for c in changes if c.steps > 0),
        slipped=_ranked(c for c in changes if c.steps < 0),
        same=len(common) - len(changes),
        done=tuple(d for d in done if d not in beside),
        left_out=Counter(
            _reason(before, after, q.slug)
            for q, now in both
            if q.meaning == now.meaning and q.slug not in common
        ),
        added=_only(after, before),
        retired=_only(before, after),
        changed=tuple((q, now) for q, now in both if q.meaning != now.meaning),
        reworded=tuple(
            (q, now)
            for q, now in both
            if q.meaning == now.meaning and (q.text, q.levels) != (now.text, now.levels)
        ),
    )


def comparable(chain: Sequence[Taken], catalogue: Catalogue) -> tuple[str, ...]:
    """Slugs that are like for like in all of ``chain``, in the order of ``catalogue``.

    The same meaning in each edition, asked in each, and answered in each with a level that counts:
    an answer to be confirmed does not, nor does "does not apply", which has no level.
    """
    return tuple(
        slug
        for slug in catalogue.questions
        if all(taken.level_of(slug) is not None for taken in chain)
        and len({taken.catalogue.questions[slug].meaning for taken in chain}) == 1
    )


def _scores(chain: Sequence[Taken], newest: Taken, common: Sequence[str]) -> list[Score]:
    """The score of each over the common questions only, by the weights of ``newest``."""
    wanted = set(common)
    components = (
        replace(c, questions=tuple(q for q in c.questions if q.slug in wanted))
        for c in newest.catalogue.components
    )
    narrowed = replace(newest.catalogue, components=tuple(c for c in components if c.questions))
    # No flags: every common question was asked, whatever the profile says.
    profile = Profile(mode=newest.profile.mode)
    return [
        score(narrowed, profile, {slug: Reply(level=taken.level_of(slug)) for slug in common})
        for taken in chain
    ]


def _change(
    before: Taken, after: Taken, newest: Taken, slug: str, done: Iterable[Done]
) -> Change | None:
    was, now = before.level_of(slug), after.level_of(slug)
    if was is None or now is None or was == now:
        return None
    return Change(
        before=before.catalogue.questions[slug],
        after=after.catalogue.questions[slug],
        was=was,
        now=now,
        weight=newest.catalogue.questions[slug].weight,
        done=tuple(d for d in done if d.question == slug),
    )


def _ranked(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda c: (-abs(c.steps), -c.weight)))


def _done_between(before: Taken, after: Taken) -> tuple[Done, ...]:
    """The actions of either plan done between the two, by day; one carried over counts once."""
    found = {*before.done, *after.done}
    return tuple(
        sorted(
            (d for d in found if before.on <= d.on <= after.on),
            key=lambda d: (d.on, d.title, d.question),
        )
    )


def _asks(taken: Taken, slug: str) -> bool:
    question = taken.catalogue.questions.get(slug)
    return question is not None and taken.profile.asks(question)


def _only(here: Taken, there: Taken) -> tuple[Question, ...]:
    """What is asked here and unknown to the other edition."""
    return tuple(
        q
        for q in here.catalogue.questions.values()
        if here.profile.asks(q) and q.slug not in there.catalogue.questions
    )


def _reason(before: Taken, after: Taken, slug: str) -> LeftOut:
    rows = [taken.score.rows_by_slug.get(slug) for taken in (after, before)]
    states = {row.state for row in rows if row}
    if not all(rows):
        return "not-asked"
    if "to-confirm" in states:
        return "waiting"
    return "unanswered" if "unanswered" in states else "not-applicable"


# -- a line over all -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One assessment on the line: its day and its figure over what is common to all."""

    on: date
    exact: Fraction
    x: int
    y: int

    @property
    def on_text(self) -> str:
        """The day in words."""
        return day_text(self.on)

    @property
    def shown(self) -> int | None:
        """The figure as shown."""
        return whole(self.exact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The overall figure over several assessments, like for like.

    ``points`` is empty where no line can be drawn. ``left_out``: how many were left out, being
    quick checks beside full ones, or the other way around. ``common``: questions common to all.
    """

    points: tuple[Point, ...]
    common: int
    left_out: int
    is_quick: bool

    @property
    def path(self) -> str:
        """The points as an SVG polyline takes them."""
        return " ".join(f"{p.x},{p.y}" for p in self.points)


# Where the line is drawn, in units of the SVG: 0 stands at the foot, 100 at the top.
LINE_LEFT, LINE_RIGHT, LINE_TOP, LINE_FOOT = 80, 580, 20, 180


def line(chain: Sequence[Taken]) -> Line | None:
    """The line over all of ``chain``, oldest first; None for fewer than three.

    Only assessments of the mode of the last one are on it.
    """
    if len(chain) < FEWEST_POINTS:
        return None
    is_quick = chain[-1].profile.is_quick
    alike = [taken for taken in chain if taken.profile.is_quick == is_quick]
    newest = max(alike, key=lambda taken: taken.edition)
    common = comparable(alike, newest.catalogue) if len(alike) > 1 else ()
    figures = [s.exact for s in _scores(alike, newest, common)] if common else []
    step = (LINE_RIGHT - LINE_LEFT) // max(1, len(figures) - 1)
    points = tuple(
        Point(on=taken.on, exact=exact, x=LINE_LEFT + n * step, y=_height(exact))
        for n, (taken, exact) in enumerate(zip(alike, figures, strict=False))
        if exact is not None
    )
    return Line(
        points=points, common=len(common), left_out=len(chain) - len(alike), is_quick=is_quick
    )


def _height(exact: Fraction) -> int:
    return LINE_FOOT - int(exact * (LINE_FOOT - LINE_TOP) / 100)


# -- in words --------------------------------------------------------------------------------


def printed(found: Comparison, *, is_latest: bool = True) -> SinceLast:
    """The comparison as page and documents print it.

    ``is_latest``: whether the later of the two is the one being worked on now.
    """
    before, after = found.before, found.after
    overall = _pair("Overall", len(found.common), found.then, found.now)
    done = {d for change in (*found.improved, *found.slipped) for d in change.done}
    waiting = len(after.score.to_confirm)
    return SinceLast(
        summary=sentences.since_last(
            on=day_text(before.on),
            until="" if is_latest else day_text(after.on),
            common=len(found.common),
            overall=(overall.before, overall.after) if overall else None,
            higher=len(found.improved),
            lower=len(found.slipped),
            waiting=waiting,
            done=len(done) + len(found.done),
            is_mixed=found.is_mixed,
            was_quick=before.profile.is_quick,
        ),
        before=published(before),
        after=published(after),
        edition=max(before.edition_label, after.edition_label, key=_version),
        confirmed=_confirmed(after, waiting),
        apart=sentences.QUICK_APART if found.is_mixed else "",
        common=len(found.common),
        overall=overall,
        components=() if after.profile.is_quick else _component_pairs(found),
        improved=tuple(_change_line(found.measure, c) for c in found.improved),
        slipped=tuple(_change_line(found.measure, c) for c in found.slipped),
        same=found.same,
        done=tuple(_done_text(d) for d in found.done),
        beside=sentences.BESIDE if done or found.done else "",
        left_out=tuple(
            sentences.not_compared(reason, found.left_out[reason])
            for reason in sentences.NOT_COMPARED
            if found.left_out.get(reason)
        ),
        added=tuple(q.text for q in found.added),
        retired=tuple(q.text for q in found.retired),
        changed=_wordings(found.changed),
        reworded=_wordings(found.reworded),
    )


def published(taken: Taken) -> PublishedLine:
    """An assessment's own figures, edition and mode named."""
    result = taken.score
    return PublishedLine(
        on=taken.on.isoformat(),
        on_text=day_text(taken.on),
        edition=taken.edition_label,
        label=sentences.basis(len(result.rows), result.is_quick),
        is_quick=result.is_quick,
        headline=sentences.headline(result),
        shown=result.shown,
        standing=overall_words(result),
    )


def _version(label: str) -> tuple[int, ...]:
    return tuple(map(int, label.split(".")))


def _confirmed(taken: Taken, waiting: int) -> str:
    """How far confirming is, "" where nothing waits."""
    tally = progress(taken.catalogue, taken.profile, taken.replies).overall
    return f"{tally.answered} of {tally.asked} confirmed so far." if waiting else ""


def _pair(label: str, questions: int, then: Score | None, now: Score | None) -> ScorePair | None:
    if then is None or now is None:
        return None
    return _score_pair(label, questions, then.exact, now.exact)


def _score_pair(
    label: str, questions: int, before: Fraction | None, after: Fraction | None
) -> ScorePair:
    return ScorePair(
        label=label,
        questions=questions,
        before=whole(before),
        after=whole(after),
        change="" if before is None or after is None else _change_words(before, after),
    )


def _change_words(before: Fraction, after: Fraction) -> str:
    text = LiftPair(before, after).change_text
    if before == after:
        return "no change"
    return text if float(text) else "about the same"


def _component_pairs(found: Comparison) -> tuple[ScorePair, ...]:
    if found.then is None or found.now is None:
        return ()
    then, now = found.then.by_slug, found.now.by_slug
    return tuple(
        _score_pair(c.label, len(now[c.slug].rows), then[c.slug].exact, now[c.slug].exact)
        if c.slug in now
        else _score_pair(c.label, 0, None, None)
        for c in found.measure.components
    )


def _change_line(measure: Catalogue, change: Change) -> ChangeLine:
    return ChangeLine(
        slug=change.after.slug,
        component=measure.by_slug[measure.questions[change.after.slug].component].label,
        text=change.after.text,
        steps=change.steps,
        before=LEVEL_NAMES[change.was],
        before_statement=change.before.in_full(change.was),
        after=LEVEL_NAMES[change.now],
        after_statement=change.after.in_full(change.now),
        done=tuple(_done_text(d) for d in change.done),
    )


def _done_text(done: Done) -> str:
    return f"{done.title} (done {day_text(done.on)})"


def _wordings(pairs: Iterable[tuple[Question, Question]]) -> tuple[WordingLine, ...]:
    return tuple(WordingLine(before=q.text, after=now.text) for q, now in pairs)
