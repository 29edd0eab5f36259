"""An employer's work, one noun per file."""

from .access_link import AccessLink
from .action import Action
from .action_change import ActionChange
from .answer import Answer
from .assessment import Assessment
from .document import IssuedDocument
from .document_order import DocumentOrder
from .move import Move
from .owner_email import OwnerEmail
from .printed_sheet import PrintedSheet
from .request_count import RequestCount
from .turnover_estimate import TurnoverEstimate

__all__ = [
    "AccessLink",
    "Action",
    "ActionChange",
    "Answer",
    "Assessment",
    "DocumentOrder",
    "IssuedDocument",
    "Move",
    "OwnerEmail",
    "PrintedSheet",
    "RequestCount",
    "TurnoverEstimate",
]
