"""What the plan document is made of: plain text, whole numbers and tuples, ready to print.

Pure: imports only the standard library, toolkit.catalogue and pure modules beside it.
``PlanDocument`` is what page, PDF, Word file, spreadsheet and calendar print, so that they cannot
disagree; assessment.plan puts it together. It holds no clock: its date is given. The rules:
decisions.md 20, 41.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from assessment.picture import Picture
from assessment.scoring import FULL
from assessment.since_last import SinceLast
from toolkit import catalogue as toolkit
from toolkit.catalogue import LegalNote

HORIZONS = (30, 90, 180, 365)
HORIZON_TITLES = {
    30: "Within 30 days",
    90: "Within 90 days",
    180: "Within 180 days",
    365: "Within a year or later",
    None: "No date yet",
}
# An action that nobody works on any more has one of these statuses.
CLOSED = ("done", "dropped")
ACTIONS_NAMED = 3


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
    the question stood at when the action was added. ``cost`` is in words; ``estimate`` (what it is
    expected to cost) and ``budget`` (what was set aside) are whole dollars. ``sequence`` rises with
    every change, the last of which was on ``changed_on``.
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
    estimate: int | None = None
    budget: int | None = None
    status: str = ""
    drop_reason: str = ""
    done_on: date | None = None
    notes: str = ""
    added_on: date | None = None
    sequence: int = 0
    changed_on: date | None = None

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
class Words:
    """Finished sentences about the answers and the plan, of assessment.sentences; "" where none.

    ``headline_rest`` goes on from a large “19 of 46” where the page has one; ``quick`` says what a
    quick check is; ``not_enough`` and ``out`` name the components without a
    score; ``no_step`` says why no step is recommended; ``more_actions`` counts the open actions
    beyond :attr:`PlanDocument.next_actions`.
    """

    answered: str
    headline_rest: str
    quick: str
    figure: str
    to_confirm: str
    basic_needs: str
    not_enough: str
    out: str
    not_applicable: str
    find_out: str
    no_step: str
    actions: str
    more_actions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The headline and the overall figure. ``shown`` runs from 0 to 100, None without one.

    ``to_confirm``: how many answers wait to be confirmed and are not counted. ``in_full``: how many
    questions a full assessment asks.
    """

    headline: str
    in_place: int
    answered: int
    applicable: int
    asked: int
    in_full: int
    shown: int | None
    band: str
    label: str
    is_quick: bool
    is_provisional: bool
    to_confirm: int
    arithmetic: str

    @property
    def others(self) -> int:
        """How many more questions a full assessment asks."""
        return self.in_full - self.asked


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
    ``sequence`` rises with every change of the action, the last of which was on ``changed_on``.
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
    estimate: int | None
    budget: int | None
    status: str
    drop_reason: str
    done_text: str
    notes: str
    lift: str
    lift_change: str
    support: Support
    done_on: str
    sequence: int
    changed_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The actions due within so many days of being added; ``days`` is None without a date.

    ``money``: what they are expected to cost together, "" where nothing was said.
    """

    days: int | None
    title: str
    money: str
    actions: tuple[ActionLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindOutLine:
    """A question to find out about, and what stands in its way."""

    practice: PracticeLine
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEvenLine:
    """An action with an expected cost, and when it pays for itself by lower turnover."""

    title: str
    cost: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnoverPart:
    """What turnover may cost: what was told, what follows, and what to keep in mind."""

    told: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    break_even: tuple[BreakEvenLine, ...]
    limits: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument:
    """Everything any rendering of the plan prints, in order.

    ``horizons`` holds only those with actions. ``sources`` are the resources cited, each once, in
    order of first citation. ``left_out`` says what the employer chose not to include. ``money``
    sums up all actions. ``turnover`` is None unless the employer wants it in documents.
    ``picture`` shows the steps of the two lists, None where there are none.
    ``since_last`` compares with the assessment before this one, None without one.
    """

    title: str
    cover: Cover
    as_of: str
    as_of_text: str
    edition: str
    limits: tuple[str, ...]
    summary: tuple[str, ...]
    words: Words
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
    picture: Picture | None
    find_out: tuple[FindOutLine, ...]
    horizons: tuple[Horizon, ...]
    money: str
    turnover: TurnoverPart | None
    sources: tuple[ResourceCard, ...]
    left_out: tuple[str, ...]
    since_last: SinceLast | None = None

    @property
    def open_actions(self) -> list[ActionLine]:
        """The actions neither done nor dropped: horizon by horizon, in the plan's order."""
        return [a for h in self.horizons for a in h.actions if a.status not in CLOSED]

    @property
    def next_actions(self) -> list[ActionLine]:
        """The first open actions, as many as a summary names."""
        return self.open_actions[:ACTIONS_NAMED]


# -- the same bytes --------------------------------------------------------------------------


def to_json(document: PlanDocument) -> str:
    """The document as canonical JSON: keys in the order of the fields, no spaces, same bytes."""
    return toolkit.canonical(asdict(document))


def fingerprint(document: PlanDocument, template_version: str) -> str:
    """SHA-256 of what a rendering is made from: the document and the version of its template."""
    # NUL cannot stand in JSON, so no document and version can run into each other.
    return toolkit.fingerprint(f"{to_json(document)}\0{template_version}")
