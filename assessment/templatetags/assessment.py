"""Small words for employers' pages; a builtin library of every template."""

from django import template

from assessment import sentences
from assessment.models.action import STATUSES
from assessment.models.assessment import IMPORTANCES
from assessment.sentences import STATE_TEXTS
from toolkit.catalogue import TOP_LEVEL

register = template.Library()


@register.filter
def band_number(shown: int) -> int:
    """The fifth a score from 0 to 100 lies in, 0 to 4: colors a bar and nothing else."""
    return min(shown // 20, TOP_LEVEL)


@register.filter
def status_name(status: str) -> str:
    """The status of an action in words."""
    return dict(STATUSES).get(status, status)


@register.filter
def importance_name(importance: int) -> str:
    """Later, Normal or First."""
    return dict(IMPORTANCES)[importance]


@register.filter
def state_words(state: str) -> str:
    """What stands in place of a component's score."""
    return STATE_TEXTS[state]


# Sentences about a number, for pages without a document: {{ waiting|length|to_confirm }}.
for sentence in (
    sentences.basis,
    sentences.hidden_alike,
    sentences.no_longer_alike,
    sentences.once_confirmed,
    sentences.retired,
    sentences.to_confirm,
    sentences.would_wait,
    sentences.go_on,
):
    register.filter(sentence.__name__, sentence)


@register.filter
def counted(count: int, one: str) -> str:
    """A number with its noun, many of it with an s: “3 actions”."""
    return sentences.counted(count, one)


@register.filter
def noun(count: int, one: str) -> str:
    """The noun alone, for a number that stands apart from it."""
    return sentences.noun(count, one)
