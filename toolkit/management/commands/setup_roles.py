"""Make the groups of the editors' desk, or bring them up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from toolkit.roles import AUDITOR, EDITOR, PUBLISHER, set_up


class Command(BaseCommand):
    """Make the groups Editor, Publisher and Auditor; run it again after each update."""

    help = "Make or renew the staff groups Editor, Publisher and Auditor."

    def handle(self, *args: Any, **options: Any) -> None:
        """Give each role what it lacks; say so, and what a site gave it by hand."""
        for role in (EDITOR, PUBLISHER, AUDITOR):
            count, extra = set_up(role)
            self.stdout.write(f"{role}: permissions added: {count}.")
            if extra:
                self.stdout.write(f"  Given by hand and kept: {', '.join(extra)}")
