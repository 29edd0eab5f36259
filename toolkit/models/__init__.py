"""The tables that staff edit and the editions that publishing freezes."""

from .edition import Edition
from .link_check import LinkCheck
from .question import Component, Level, Question
from .resource import Resource, ResourceAddress, ResourceComponent, ResourceFact, ResourceRelation
from .strategy import Strategy, StrategyResource, StrategyServes

__all__ = [
    "Component",
    "Edition",
    "Level",
    "LinkCheck",
    "Question",
    "Resource",
    "ResourceAddress",
    "ResourceComponent",
    "ResourceFact",
    "ResourceRelation",
    "Strategy",
    "StrategyResource",
    "StrategyServes",
]
