"""Issued documents: made once, kept, and always handed out as the same bytes (decisions.md 20)."""

from __future__ import annotations

import json
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from assessment import plan_document as plan
from assessment.access import Access
from assessment.documents import board_summary, printed_plan, word
from assessment.models import Assessment, IssuedDocument
from assessment.models.document import KEPT
from assessment.reading import plan_for
from assessment.sentences import ANSWERS_LEFT_OUT, NOTES_LEFT_OUT
from toolkit.models import Edition

# What makes each kind of document.
PRESSES = {"plan": printed_plan, "board": board_summary, "word": word}


def issue(
    access: Access, *, kind: str = "plan", include_answers: bool, include_notes: bool
) -> IssuedDocument:
    """The PDF plan of an assessment as it stands, or its board summary or Word file by ``kind``.

    One made from the same plan by the same template is returned as it is; otherwise the document is
    printed and stored, and all but the last three of its kind are dropped.
    """
    document = draft(access, include_answers=include_answers, include_notes=include_notes)
    fingerprint = fingerprint_of(document, kind)
    found = known(access, fingerprint)
    if found is not None:
        return found
    # Printing takes about a second: it happens before the transaction, which locks SQLite.
    printed = PRESSES[kind].render(document)
    return _store(
        IssuedDocument(
            assessment=access.assessment,
            kind=kind,
            fingerprint=fingerprint,
            plan=plan.to_json(document),
            content=printed.content,
            pages=printed.pages,
            has_notes=include_notes,
        )
    )


def draft(access: Access, *, include_answers: bool, include_notes: bool) -> plan.PlanDocument:
    """The plan as it stands, with these choices, as a document would print it."""
    return plan_for(access, include_answers=include_answers, include_notes=include_notes)


def fingerprint_of(document: plan.PlanDocument, kind: str) -> str:
    """What tells a document of this kind made of this plan from every other."""
    return plan.fingerprint(document, PRESSES[kind].TEMPLATE_VERSION)


def known(access: Access, fingerprint: str) -> IssuedDocument | None:
    """The document with this fingerprint, if it is kept."""
    return access.assessment.documents.filter(fingerprint=fingerprint).first()


def is_current(access: Access, issued: IssuedDocument) -> bool:
    """Whether making ``issued`` anew, with the same choices, would give the same document."""
    left_out = json.loads(issued.plan)["left_out"]
    document = plan_for(
        access,
        include_answers=ANSWERS_LEFT_OUT not in left_out,
        include_notes=NOTES_LEFT_OUT not in left_out,
    )
    return issued.fingerprint == fingerprint_of(document, issued.kind)


def has_changed(access: Access, issued: list[IssuedDocument]) -> bool:
    """Whether the newest document of a kind in ``issued``, newest first, is no longer current."""
    newest: dict[str, IssuedDocument] = {}
    for document in issued:
        newest.setdefault(document.kind, document)
    return not all(is_current(access, document) for document in newest.values())


def open_to(access: Access) -> QuerySet[IssuedDocument]:
    """The documents kept that ``access`` may have: notes are for those who work on the plan."""
    documents = access.assessment.documents.all()
    return documents if access.may_plan else documents.filter(has_notes=False)


def issued(access: Access) -> list[IssuedDocument]:
    """The documents kept that it may have, newest first, without their contents. One query."""
    return list(open_to(access).defer("content", "plan"))


def head_of(issued: IssuedDocument) -> tuple[str, str]:
    """The organization's name and the ISO date as the document prints them."""
    document: dict[str, Any] = json.loads(issued.plan)
    return document["cover"]["organization"], document["as_of"]


def issue_sample() -> IssuedDocument | None:
    """The plan of the sample employer, printed on first use; None where there is no sample."""
    assessment = Assessment.objects.filter(is_sample=True).first()
    if assessment is None:
        return None
    return issue(reader_of(assessment), include_answers=False, include_notes=False)


def reader_of(assessment: Assessment) -> Access:
    """The site's own access to an assessment, to print it; nobody's browser has it. One query."""
    edition = Edition.objects.filter(number=assessment.edition_number).latest("revision")
    return Access(
        assessment=assessment,
        role="read",
        component="",
        link_id=0,
        fingerprint=edition.fingerprint,
        revision=edition.revision,
    )


def _store(document: IssuedDocument) -> IssuedDocument:
    """Store ``document`` unless another request was quicker; return the one that is kept."""
    documents = IssuedDocument.objects.filter(assessment=document.assessment)
    try:
        with transaction.atomic():
            document.save()
            alike = documents.filter(kind=document.kind)
            kept = list(alike.values_list("pk", flat=True)[:KEPT])
            alike.exclude(pk__in=kept).delete()
    except IntegrityError:
        return documents.get(fingerprint=document.fingerprint)
    return document
