"""The audit log, as the desk shows it: tables of Django and of django-axes, for reading."""

from __future__ import annotations

from axes.models import AccessFailureLog
from django.contrib.admin.models import LogEntry


class AuditEntry(LogEntry):
    """What somebody who was signed in did; written by ``toolkit.audit`` and by Django's admin."""

    class Meta:
        proxy = True
        verbose_name = "audit log entry"
        verbose_name_plural = "audit log entries"
        default_permissions = ("view",)


class FailedSignIn(AccessFailureLog):  # type: ignore[misc]  # axes ships no types
    """A sign-in that failed, by the name that was tried, whether there is one or not."""

    class Meta:
        proxy = True
        verbose_name = "failed sign-in"
        verbose_name_plural = "failed sign-ins"
        default_permissions = ("view",)
