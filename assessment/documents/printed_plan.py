"""The plan as it is printed: what its template reads besides the document."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from assessment.documents import pdf
from assessment.models.action import STATUSES
from assessment.plan_document import ActionLine, PlanDocument, RecommendationLine
from assessment.sentences import ANSWERS_LEFT_OUT, NOTES_LEFT_OUT
from toolkit.catalogue import LEVEL_NAMES

TEMPLATE = "documents/plan.html"
STYLES = "plan.css"
TEMPLATE_VERSION = pdf.template_version(TEMPLATE)
# The running header has one line for the name.
HEADER_LENGTH = 70


def render(document: PlanDocument) -> pdf.RenderedPdf:
    """Print a plan."""
    return pdf.render(TEMPLATE, STYLES, context_of(document))


def html_of(document: PlanDocument) -> str:
    """The plan as the HTML that is printed."""
    return pdf.html_of(TEMPLATE, context_of(document))


def context_of(document: PlanDocument) -> dict[str, Any]:
    """What the template reads: the plan, and what only print needs to know."""
    actions = list(chain.from_iterable(h.actions for h in document.horizons))
    shown = document.start_this_month + document.worth_planning
    start_here = document.next_actions
    planned = {a.practice.slug: a for a in actions if a.practice}
    return {
        "document": document,
        "header": document.cover.organization[:HEADER_LENGTH],
        "action_count": len(actions),
        "start_here": start_here,
        "has_lift": any(a.lift for a in start_here),
        "start_this_month": list(_with_action(document.start_this_month, planned)),
        "worth_planning": list(_with_action(document.worth_planning, planned)),
        "recommended": sorted(shown, key=lambda r: r.rank),
        "statuses": STATUSES,
        "level_names": LEVEL_NAMES,
        "show_answers": ANSWERS_LEFT_OUT not in document.left_out,
        "show_notes": NOTES_LEFT_OUT not in document.left_out,
    }


def _with_action(
    lines: tuple[RecommendationLine, ...], planned: dict[str, ActionLine]
) -> Iterator[tuple[RecommendationLine, ActionLine | None]]:
    """Each recommendation with the action that took it up, if one did."""
    return ((line, planned.get(line.practice.slug)) for line in lines)
