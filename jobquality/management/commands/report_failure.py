"""Report that a unit of the server failed, as an error of the site itself is reported."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """For systemd's OnFailure=: a line in the log, and with it a mail to ADMINS and ERROR_HOOK."""

    help = "Report that a unit failed: in the log, by mail to ADMINS, and to ERROR_HOOK."
    # What makes a unit fail must not keep anybody from being told.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The unit's name."""
        parser.add_argument("unit", metavar="UNIT", help="as systemd names it: jobquality-backup")

    def handle(self, *args: Any, unit: str, **options: Any) -> None:
        """Log it as an error."""
        logger.error("%s failed. See: journalctl -u %s", unit, unit)
