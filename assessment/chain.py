"""The assessments that came before one, oldest first, as progress needs them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from assessment import progress
from assessment.access import Access
from assessment.models import Action, Answer, Assessment, Move
from assessment.progress import Done, Taken
from assessment.since_last import SinceLast
from toolkit import editions
from toolkit.catalogue import Catalogue
from toolkit.models import Edition

LONGEST = 20

# One statement on both databases, however long the chain is. A chain cannot be a circle (see
# reassessing.place_earlier); should one ever arise, it ends at the limit and is cut below.
_CHAIN = """
    WITH RECURSIVE chain(id, earlier_id, place) AS (
        SELECT id, earlier_id, 0 FROM assessment_assessment WHERE id = %s
        UNION ALL
        SELECT a.id, a.earlier_id, chain.place + 1
        FROM assessment_assessment a JOIN chain ON a.id = chain.earlier_id
        WHERE chain.place < %s
    )
    SELECT a.*, e.id AS edition_id, e.fingerprint AS edition_fingerprint,
           e.revision AS edition_revision
    FROM chain
    JOIN assessment_assessment a ON a.id = chain.id
    JOIN toolkit_edition e ON e.number = a.edition_number
    WHERE e.revision = (SELECT MAX(n.revision) FROM toolkit_edition n WHERE n.number = e.number)
    ORDER BY chain.place
"""


def chain_of(access: Access, *, most: int = LONGEST) -> list[Taken]:
    """This assessment and up to ``most`` - 1 before it, oldest first.

    Three queries, however many there are: the assessments with their editions, their answers,
    their actions that are done. One whose earlier assessment was deleted is the oldest.
    """
    rows: dict[int, Any] = {}
    for row in Assessment.objects.raw(_CHAIN, [access.assessment.pk, most - 1]):
        if row.pk in rows:
            break
        rows[row.pk] = row
    answers: dict[int, list[Answer]] = {pk: [] for pk in rows}
    for answer in Answer.objects.filter(assessment__in=rows):
        answers[answer.assessment_id].append(answer)
    done: dict[int, list[Done]] = {pk: [] for pk in rows}
    finished = Action.objects.in_plan().filter(
        assessment__in=rows, status="done", done_on__isnull=False
    )
    for action in finished:
        assert action.done_on is not None
        item = Done(title=action.title, question=action.question, on=action.done_on)
        done[action.assessment_id].append(item)
    return [_taken(row, answers[pk], done[pk]) for pk, row in reversed(rows.items())]


def since_last_of(access: Access) -> SinceLast | None:
    """What documents say of the assessment before this one; None, unasked, without one."""
    if access.assessment.earlier_id is None:
        return None
    chain = chain_of(access, most=2)
    return progress.printed(progress.compare(*chain)) if len(chain) > 1 else None


def _taken(row: Any, answers: list[Answer], done: list[Done]) -> Taken:
    return Taken(
        on=_answered_at(row, answers).date(),
        edition=(row.edition_number, row.edition_revision),
        catalogue=editions.catalogue_by_key(row.edition_fingerprint, row.edition_id),
        profile=row.profile(),
        replies={answer.question: answer.reply() for answer in answers},
        done=tuple(done),
    )


def _answered_at(assessment: Assessment, answers: list[Answer]) -> datetime:
    """When the last answer that counts was given; before any, when it was started."""
    moments = [a.saved_at for a in answers if a.choice and not a.is_to_confirm]
    return max(moments, default=assessment.started_at)


def edition_before(assessment: Assessment) -> Catalogue:
    """The edition that the earlier assessment answered when this one was started. One query.

    The earlier one may have moved on since, but what was taken over was said of the old wording.
    Empty where the earlier one is gone.
    """
    moves = Move.objects.filter(
        assessment=OuterRef("pk"), undone_at=None, moved_at__gte=assessment.started_at
    )
    newest = Edition.objects.filter(number=OuterRef("number")).newest_first()
    row: Any = (
        Assessment.objects.filter(later=assessment)
        .annotate(
            number=Coalesce(
                Subquery(moves.order_by("pk").values("from_number")[:1]), F("edition_number")
            ),
            edition_fingerprint=Subquery(newest.values("fingerprint")[:1]),
            edition_id=Subquery(newest.values("pk")[:1]),
        )
        .first()
    )
    if row is None:
        return Catalogue((), ())
    return editions.catalogue_by_key(row.edition_fingerprint, row.edition_id)


def labels_of(chain: list[Taken]) -> Mapping[int, str]:
    """Each of the chain by its number, 1 for the oldest, with the words to choose it by."""
    published = map(progress.published, chain)
    return {n: f"{one.on_text}, {one.label.lower()}" for n, one in enumerate(published, 1)}
