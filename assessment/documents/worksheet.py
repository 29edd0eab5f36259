"""Blank worksheets: the questions on paper, to be answered by hand and typed back later.

A sheet says nothing of an employer: only its edition, its questions and the size of its letters
decide what is printed, so all who need the same sheet are given the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assessment.documents import pdf
from assessment.scoring import Profile, asked
from assessment.sheet_code import SheetCode
from toolkit import editions
from toolkit.catalogue import Component, Question
from toolkit.models import Edition

TEMPLATE = "documents/worksheet.html"
STYLES = "worksheet.css"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The questions of one component; ``number`` is the component's place in its edition."""

    component: Component
    number: int
    code: SheetCode
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Worksheet:
    """What is printed: one sheet or more of one edition ("2.1"), never anything of an employer."""

    edition: str
    published_on: date
    sheets: tuple[Sheet, ...]
    is_quick: bool
    is_large: bool

    @property
    def name(self) -> str:
        """What to save it as, without the ending."""
        parts = ["worksheet" if len(self.sheets) == 1 else "worksheets"]
        parts += [self.sheets[0].component.slug] if len(self.sheets) == 1 else []
        parts += ["quick-check"] if self.is_quick else []
        parts += ["edition", self.edition]
        parts += ["large-print"] if self.is_large else []
        return "-".join(["job-quality", *parts])


def worksheet(
    edition: Edition, profile: Profile, *, component: str = "", is_large: bool = False
) -> Worksheet | None:
    """The questions of ``edition`` that ``profile`` is asked, of one component (a slug) or all.

    None where nothing is asked. ``is_large``: in letters of 18 points.
    """
    sheets = sheets_of(edition, profile)
    chosen = tuple(s for s in sheets if component in ("", s.component.slug))
    if not chosen:
        return None
    return Worksheet(
        edition=edition.label,
        published_on=edition.published_at.date(),
        sheets=chosen,
        is_quick=profile.is_quick,
        is_large=is_large,
    )


def sheets_of(edition: Edition, profile: Profile) -> tuple[Sheet, ...]:
    """A sheet for each component of which ``profile`` is asked something."""
    catalogue = editions.catalogue_for(edition)
    questions = asked(catalogue, profile)
    sheets = (
        Sheet(
            component,
            number,
            SheetCode(edition.number, number),
            tuple(q for q in questions if q.component == component.slug),
        )
        for number, component in enumerate(catalogue.components, 1)
    )
    return tuple(sheet for sheet in sheets if sheet.questions)


def printed(worksheet: Worksheet) -> pdf.RenderedPdf:
    """The worksheet as PDF, printed now; kept_sheets.py keeps it."""
    return pdf.render(TEMPLATE, STYLES, {"worksheet": worksheet})
