"""Small texts that would fill pages without end: what is printed of them has an end."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import cycle

import docx
from docx.oxml.ns import qn

from assessment.documents import printed_plan, word
from assessment.documents.printable import MOST_LINES
from assessment.plan_document import Cover, PlanAction
from tests.plans import AS_OF, TYPICAL, make_plan, replies_of

# Each begins a line in print, though only the first is one to HTML.
BREAKS = "\n\r\u2028\u2029\u0085\x0b\x0c"


def printed(breaks: str) -> tuple[int, int]:
    """Of a plan whose every text is a letter to a line: the PDF's pages, the Word file's breaks."""

    def text(length: int) -> str:
        signs = cycle(breaks)
        return "".join(f"x{next(signs)}" for _ in range(length // 2))

    slug, reply = next(iter(replies_of(TYPICAL).items()))
    action = PlanAction(
        key="bomb",
        title=text(200),
        next_step=text(500),
        owner=text(100),
        cost=text(100),
        status="dropped",
        drop_reason=text(200),
        notes=text(2000),
        added_on=AS_OF,
    )
    document = make_plan(
        replies={slug: replace(reply, note=text(2000))},
        cover=Cover(organization=text(120), covers=text(120)),
        actions=[action],
        include_answers=True,
        include_notes=True,
    )
    body = docx.Document(BytesIO(word.render_plan(document))).element.body
    return printed_plan.render(document).pages, sum(1 for _ in body.iter(qn("w:br")))


def test_lines_without_end_fill_no_pages() -> None:
    plain_pages, plain_breaks = printed(" ")
    pages, breaks = printed(BREAKS)
    assert pages <= plain_pages + 2
    assert breaks <= plain_breaks + 2 * MOST_LINES
