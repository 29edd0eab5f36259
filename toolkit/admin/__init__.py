"""The editors' desk: one module per noun."""

from django.contrib import admin

from .audit import AuditEntryAdmin, FailedSignInAdmin
from .component import ComponentAdmin
from .copy import ResourceCopyAdmin
from .edition import EditionAdmin
from .history import ChangeAdmin
from .link_check import LinkCheckAdmin
from .question import QuestionAdmin
from .resource import ResourceAdmin
from .staff import RoleAdmin, StaffAdmin
from .strategy import StrategyAdmin

admin.site.site_header = "Job Quality Self-Assessment: toolkit desk"
admin.site.site_title = "Toolkit desk"
admin.site.index_title = "What would you like to do?"
admin.site.index_template = "admin/toolkit/index.html"

__all__ = [
    "AuditEntryAdmin",
    "ChangeAdmin",
    "ComponentAdmin",
    "EditionAdmin",
    "FailedSignInAdmin",
    "LinkCheckAdmin",
    "QuestionAdmin",
    "ResourceAdmin",
    "ResourceCopyAdmin",
    "RoleAdmin",
    "StaffAdmin",
    "StrategyAdmin",
]
