"""Everything an employer gave us, as one JSON document it can keep and bring back.

What stands in it is described by takeout-1.schema.json beside this module. Left out on purpose:
private links and their secrets, keys that stand in addresses, row ids, issued documents.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.db import models

from assessment.access import Access
from assessment.models import Answer, Assessment, Move, TurnoverEstimate
from toolkit.catalogue import FLAGS

type Document = dict[str, Any]

FORMAT = "job-quality-self-assessment"
VERSION = 1
SCHEMA_NAME = "takeout-1.schema.json"
SCHEMA = Path(__file__).with_name(SCHEMA_NAME).read_bytes()

ASSESSMENT = (
    *("mode", "name", "covers", "covers_name", "headcount", "respondent", "sector", "size"),
    *(f"has_{flag}" for flag in FLAGS),
    *("is_nonprofit", "is_public_body", "is_federal_contractor", "union_contract", "organizing"),
    *("importance", "targets", "declined_edition", "started_at", "finished_at", "changed_at"),
)
ANSWER = (
    *("question", "level", "is_not_applicable", "is_not_sure", "is_to_confirm", "note"),
    *("revision", "saved_at", "saved_by"),
)
ACTION = (
    *("position", "title", "next_step", "question", "level", "strategy", "owner", "due_on"),
    *("effort", "cost", "estimate", "budget", "status", "drop_reason", "done_on", "notes"),
    *("added_on", "changed_at", "sequence", "removed_at"),
)
CHANGE = ("field", "before", "after", "by", "changed_at")
TURNOVER = (
    *("headcount", "leavers", "pay", "low_percent", "high_percent"),
    *("is_in_documents", "changed_at"),
)
MOVE = ("from_number", "to_number", "marked", "revisions", "by", "moved_at", "undone_at")


def takeout(access: Access) -> Document:
    """Everything the employer gave us, ready to be written as JSON. Five queries.

    The same rows always give the same document: no clock and no key of a row stands in it.
    """
    assessment = access.assessment
    # Databases differ in how they order text.
    answers = sorted(Answer.objects.filter(assessment=assessment), key=lambda a: a.question)
    actions = assessment.actions.prefetch_related("changes")
    turnover = TurnoverEstimate.objects.filter(assessment=assessment).first()
    return {
        "$schema": SCHEMA_NAME,
        "format": FORMAT,
        "version": VERSION,
        "edition": {
            "number": assessment.edition_number,
            "revision": access.revision,
            "fingerprint": access.fingerprint,
        },
        "assessment": _assessment(assessment),
        "answers": [_values(answer, ANSWER) for answer in answers],
        "actions": [
            _values(action, ACTION)
            | {"changes": [_values(c, CHANGE) for c in sorted(action.changes.all(), key=_by_pk)]}
            for action in actions
        ],
        "turnover_estimate": _values(turnover, TURNOVER) if turnover else None,
        "moves": [
            _values(move, MOVE)
            for move in Move.objects.filter(assessment=assessment).order_by("pk")
        ],
    }


def to_json(document: Document) -> str:
    """The document as text that people can read too, a value to a line."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _assessment(assessment: Assessment) -> Document:
    values = _values(assessment, ASSESSMENT)
    # A database may keep the keys of a JSON field in an order of its own.
    values["importance"] = dict(sorted(assessment.importance.items()))
    values["targets"] = dict(sorted(assessment.targets.items()))
    return values | {"has_earlier": assessment.earlier_id is not None}


def _values(row: models.Model, names: tuple[str, ...]) -> Document:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _by_pk(row: models.Model) -> Any:
    return row.pk
