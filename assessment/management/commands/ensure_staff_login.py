"""A staff login for local use; never outside DEBUG."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

NAME = "editor"


class Command(BaseCommand):
    """Make the login once; say its name at every run."""

    help = "Create a local staff login with a random password (DEBUG only)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create it if missing; print name and how to set a new password."""
        if not settings.DEBUG:
            raise CommandError("A staff login is made only for local use, with DEBUG=1.")
        users = get_user_model()._default_manager
        if not users.filter(username=NAME).exists():
            password = secrets.token_urlsafe(12)
            users.create_superuser(NAME, password=password)
            self.stdout.write(f"Staff login: {NAME} / {password} (shown this once)")
        self.stdout.write(
            f"Staff login at /admin/: {NAME}. New password: "
            f".venv/bin/python manage.py changepassword {NAME}"
        )
