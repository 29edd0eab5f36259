"""An employer's work, one noun per file."""

from .access_link import AccessLink
from .action import Action
from .action_change import ActionChange
from .answer import Answer
from .assessment import Assessment
from .document import IssuedDocument
from .move import Move
from .owner_email import OwnerEmail
from .turnover_estimate import TurnoverEstimate

__all__ = [
    "AccessLink",
    "Action",
    "ActionChange",
    "Answer",
    "Assessment",
    "IssuedDocument",
    "Move",
    "OwnerEmail",
    "TurnoverEstimate",
]
