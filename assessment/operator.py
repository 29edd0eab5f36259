"""Who runs this site, as pages and mails say it."""

from __future__ import annotations

from django.conf import settings


def told() -> dict[str, str]:
    """Name and contact, "" where they were not set."""
    return {
        "operator_name": settings.OPERATOR_NAME,
        "operator_contact": settings.OPERATOR_CONTACT,
    }
