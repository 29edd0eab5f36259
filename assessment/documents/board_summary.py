"""The board summary: one page that asks for a decision (decisions.md 42).

It prints the plan’s own document. Whatever was typed, it keeps to its one page: long texts end in
“…” and stand in full in the plan.
"""

from __future__ import annotations

from typing import Any

from assessment.documents import pdf
from assessment.plan_document import PlanDocument
from assessment.sentences import NO_STRENGTH, NOTHING_TO_COMPARE

TEMPLATE = "documents/board.html"
STYLES = "board.css"
TEMPLATE_VERSION = pdf.template_version(TEMPLATE)
# The most characters of what an employer may type: the organization's name, a line such as an
# action, a short entry such as an owner; and how many basic needs and sentences about the last time
# are named.
ROOMY = {"name": 90, "line": 130, "short": 60, "needs": 4, "since": 4, "is_tight": False}
# Tried in turn until the page is one: first smaller letters, so that an ordinary plan stands in
# full, then shorter texts. A few scripts have letters many times wider than ours.
CLIPS = (
    ROOMY,
    {**ROOMY, "is_tight": True},
    {"name": 60, "line": 80, "short": 40, "needs": 3, "since": 3, "is_tight": True},
    {"name": 45, "line": 50, "short": 24, "needs": 3, "since": 2, "is_tight": True},
    {"name": 20, "line": 24, "short": 12, "needs": 2, "since": 1, "is_tight": True},
    {"name": 4, "line": 6, "short": 4, "needs": 1, "since": 1, "is_tight": True},
)


def render(document: PlanDocument) -> pdf.RenderedPdf:
    """Print the board summary of a plan on one page."""
    for clip in CLIPS:
        printed = pdf.render(TEMPLATE, STYLES, context_of(document, clip))
        if printed.pages == 1:
            break
    return printed


def html_of(document: PlanDocument) -> str:
    """The board summary as the HTML that is printed."""
    return pdf.html_of(TEMPLATE, context_of(document))


def context_of(document: PlanDocument, clip: dict[str, int] = ROOMY) -> dict[str, Any]:
    """What the template reads: the plan, and how much of each text has room."""
    missing = document.basic_needs_missing
    return {
        "document": document,
        "clip": clip,
        "needs": missing[: clip["needs"]],
        "more_needs": len(missing[clip["needs"] :]),
        "no_strength": NO_STRENGTH,
        "nothing_to_compare": NOTHING_TO_COMPARE,
    }
