"""Put a backup in the place of the site's database and captured copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobquality.backups.database import DatabaseCopyError
from jobquality.backups.file import BackupFileError
from jobquality.backups.making import BackupError
from jobquality.backups.restoring import Restored, RestoreError, restore
from jobquality.management.commands.backup import words
from toolkit.copies import CopyError
from toolkit.run_lock import AlreadyRunningError, only_run


class Command(BaseCommand):
    """Restore; the site must be stopped."""

    help = (
        "Put a backup in the place of the database and the captured copies. Stop the site first. "
        "Everything is checked before anything is touched."
    )
    # Run where there is no table yet, or too old ones.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Which backup."""
        parser.add_argument("file", type=Path, help="a file that the command backup wrote")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="even if there is something already; it is backed up first, beside the file",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore. Raises CommandError with one line when it cannot."""
        try:
            with only_run("backup"):
                done = restore(options["file"], may_replace=options["replace"])
        except AlreadyRunningError:
            raise CommandError("Another backup or restore is under way.") from None
        except (
            BackupError,
            BackupFileError,
            CopyError,
            DatabaseCopyError,
            RestoreError,
        ) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Nothing was restored: {error.strerror or error}.") from error
        self.tell(done)

    def tell(self, done: Restored) -> None:
        """Say what was done and what is left to do."""
        self.stdout.write(f"Restored: {words(done.manifest)}.")
        if done.safety:
            self.stdout.write(f"What was there before is in {done.safety}.")
        if done.damaged:
            self.stdout.write(
                f"{done.damaged} captured copies were damaged before the backup was made and were "
                "left out. Run verify_copies to see which."
            )
        if done.due:
            self.stdout.write(
                f"{len(done.due)} migrations are due: run manage.py migrate before you start the "
                "site."
            )
