"""Small words for employers' pages; a builtin library of every template."""

from django import template

from assessment.models.action import STATUSES
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
