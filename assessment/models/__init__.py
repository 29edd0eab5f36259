"""An employer's work, one noun per file."""

from .access_link import AccessLink
from .action import Action
from .answer import Answer
from .assessment import Assessment
from .document import IssuedDocument
from .move import Move

__all__ = ["AccessLink", "Action", "Answer", "Assessment", "IssuedDocument", "Move"]
