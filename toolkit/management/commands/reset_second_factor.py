"""Take a second factor away from the command line, for when nobody else can sign in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from toolkit.second_factor import reset


class Command(BaseCommand):
    """For the last superuser whose phone and recovery codes are lost."""

    help = "Reset the second factor of a staff account; the next sign-in sets up a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        """The account's name."""
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        """Reset it and say so. Raises CommandError where there is no such account."""
        user = get_user_model()._default_manager.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no staff account named {username!r}.")
        if reset(user, by=user, said="Reset on the server's command line."):
            self.stdout.write(f"Reset. {username} sets up a new one at the next sign-in.")
        else:
            self.stdout.write(f"{username} has no second factor. Nothing was changed.")
