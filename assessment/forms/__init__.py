"""Forms of the assessment, one noun per file."""

from .action import ActionForm, StatusForm
from .aim import AimForm
from .earlier import EarlierForm
from .file import FileForm
from .link import LinkForm
from .move import MoveForm
from .owner_email import LostLinkForm, OwnerEmailForm
from .profile import ProfileForm
from .proposal import ProposalForm
from .reassess import ReassessForm
from .renew import RenewForm
from .start import StartForm
from .turnover import StepCostForm, TurnoverForm

__all__ = [
    "ActionForm",
    "AimForm",
    "EarlierForm",
    "FileForm",
    "LinkForm",
    "LostLinkForm",
    "MoveForm",
    "OwnerEmailForm",
    "ProfileForm",
    "ProposalForm",
    "ReassessForm",
    "RenewForm",
    "StartForm",
    "StatusForm",
    "StepCostForm",
    "TurnoverForm",
]
