"""The tables that staff edit and the editions that publishing freezes."""

from .audit import AuditEntry, FailedSignIn
from .change import Change
from .copy import CopyCheck, ResourceCopy
from .edition import Edition
from .link_check import LinkCheck
from .question import Component, Level, Question
from .resource import Resource, ResourceAddress, ResourceComponent, ResourceFact, ResourceRelation
from .strategy import Strategy, StrategyResource, StrategyServes
from .upload import Upload

__all__ = [
    "AuditEntry",
    "Change",
    "Component",
    "CopyCheck",
    "Edition",
    "FailedSignIn",
    "Level",
    "LinkCheck",
    "Question",
    "Resource",
    "ResourceAddress",
    "ResourceComponent",
    "ResourceCopy",
    "ResourceFact",
    "ResourceRelation",
    "Strategy",
    "StrategyResource",
    "StrategyServes",
    "Upload",
]
