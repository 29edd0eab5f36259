"""The tables that staff edit and the editions that publishing freezes."""

from .edition import Edition
from .question import Component, Level, Question
from .resource import Resource, ResourceAddress, ResourceComponent, ResourceFact, ResourceRelation
from .strategy import Strategy, StrategyResource, StrategyServes
from .upload import Upload

__all__ = [
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
    "Upload",
]
