"""Documents that a worker makes: asked for once, made of the plan as it stands then.

Making one takes up to seconds in which its process does little else, so whoever saves an answer
meanwhile would wait. Without a worker (``TASKS=immediate``) documents are made in the request.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from assessment import plan_document, tasks
from assessment.access import Access
from assessment.documents import issuing
from assessment.models import Assessment, DocumentOrder, IssuedDocument
from assessment.models.document_order import MOST_KEPT, MOST_WAITING, MOST_WAITING_IN_ALL
from assessment.workflow import TooMany

# In letters of the plan as JSON: ten actions and every note full make 250,000. The fullest plan has
# three times as many, and its PDF takes a worker some twenty seconds.
LONG_PLAN = 300_000
TOO_MANY = (
    f"{MOST_WAITING} documents for this assessment are already being made. Wait until one of them "
    "is listed under “Your documents”, then try again."
)
TOO_MANY_IN_ALL = (
    "A lot of documents are being made right now, so yours was not started. Your answers and your "
    "plan are safe. Please try again in a few minutes; the Excel file is available right away."
)

# What a task's status says of its order, whatever else waits.
STATES = {"FAILED": "failed", "TOO_LONG": "slow", "HANGING": "long"}


def order(
    access: Access, *, kind: str, include_answers: bool, include_notes: bool
) -> IssuedDocument | DocumentOrder:
    """The document of the plan as it stands, if it is kept or can be made at once, or its order.

    Pressing again while it is being made finds the same order; one that failed, or whose document
    is no longer kept, is placed anew. Raises TooMany, with nothing changed, where too many wait.
    """
    if not tasks.has_worker():
        return issuing.issue(
            access, kind=kind, include_answers=include_answers, include_notes=include_notes
        )
    document = issuing.draft(access, include_answers=include_answers, include_notes=include_notes)
    fingerprint = issuing.fingerprint_of(document, kind)
    known = issuing.known(access, fingerprint)
    if known is not None:
        return known
    is_long = kind == "plan" and len(plan_document.to_json(document)) > LONG_PLAN
    new = DocumentOrder(
        assessment=access.assessment,
        kind=kind,
        include_answers=include_answers,
        include_notes=include_notes,
        fingerprint=fingerprint,
        ordered_at=timezone.now(),
    )
    return _placed(new, priority=tasks.LONG_WORK if is_long else 0)


@transaction.atomic
def _placed(new: DocumentOrder, *, priority: int) -> DocumentOrder:
    """Store and queue ``new``, or return the one that is under way already."""
    Assessment.objects.hold(new.assessment_id)
    orders = list(DocumentOrder.objects.filter(assessment=new.assessment_id))
    busy = tasks.under_way(order.task for order in orders)
    under_way = [order for order in orders if order.task in busy]
    for order in under_way:
        if order.fingerprint == new.fingerprint:
            return order
    if len(under_way) >= MOST_WAITING:
        raise TooMany(TOO_MANY)
    if tasks.waiting(priority=priority) >= MOST_WAITING_IN_ALL:
        raise TooMany(TOO_MANY_IN_ALL)
    for number, order in enumerate(orders, 1):
        is_old = number > MOST_KEPT and order not in under_way
        if is_old or order.fingerprint == new.fingerprint:
            order.delete()
    new.save()
    new.task = UUID(tasks.print_document.using(priority=priority).enqueue(new.pk).id)
    new.save(update_fields=["task"])
    return new


def make(pk: int) -> None:
    """Make the document of an order of the plan as it stands now; of a deleted one nothing."""
    found = DocumentOrder.objects.select_related("assessment").filter(pk=pk).first()
    if found is None:
        return
    try:
        document = issuing.issue(
            issuing.reader_of(found.assessment),
            kind=found.kind,
            include_answers=found.include_answers,
            include_notes=found.include_notes,
        )
    except Exception:
        # Deleted by its owner in the meantime: nobody waits, and nothing is to be told.
        if DocumentOrder.objects.filter(pk=pk).exists():
            raise
        return
    DocumentOrder.objects.filter(pk=pk).update(document=document)


def state_of(order: DocumentOrder) -> str:
    """How far an order has come: ready, waiting, long, slow, failed or gone. Up to four queries.

    Long: no worker seems to be there, or it hangs. Slow: making it took too long and was broken
    off. Gone: it was made, and is no longer among those kept.
    """
    if order.document_id is not None:
        return "ready"
    status = tasks.status_of(order.task)
    if status in STATES:
        return STATES[status]
    if status not in {"READY", "RUNNING"}:
        return "gone"
    has_waited = timezone.now() - order.ordered_at > tasks.STILL
    return "long" if has_waited and tasks.is_still() else "waiting"
