"""The tables that staff edit and the editions that publishing freezes."""

from .change import Change
from .edition import Edition
from .question import Component, Level, Question
from .resource import Resource, ResourceAddress, ResourceComponent, ResourceFact, ResourceRelation
from .strategy import Strategy, StrategyResource, StrategyServes

__all__ = [
    "Change",
    "Component",
    "Edition",
    "Level",
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
