"""Write the database and the captured copies into one file, or check such a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from jobquality.backups import file, making
from jobquality.backups.database import DatabaseCopyError
from jobquality.backups.file import BackupFileError, Manifest
from jobquality.backups.making import BackupError, Made
from toolkit.run_lock import AlreadyRunningError, only_run

PIPE = "-"


class Command(BaseCommand):
    """Back up while the site runs."""

    help = (
        "Write the database and the captured copies into one file, while the site runs. It holds "
        "employers' answers: keep it as safe as the site."
    )

    requires_system_checks = ()
    verbosity = 1

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, how many to keep, or what to check."""
        parser.add_argument(
            "--output",
            default=str(settings.BACKUP_DIR),
            metavar="PLACE",
            help="a folder (default: BACKUP_DIR), the name of a new file, or - for standard output",
        )
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help=(
                "once the new one is there, delete all but the newest N backups in the folder, and "
                "what restores replaced more than BACKUP_DAYS ago"
            ),
        )
        parser.add_argument("--check", type=Path, metavar="FILE", help="only check this backup")

    def handle(self, *args: Any, **options: Any) -> None:
        """Back up or check. Raises CommandError with one line when it cannot."""
        self.verbosity = options["verbosity"]
        try:
            if options["check"]:
                manifest = file.check(options["check"])
                self.stdout.write(f"{options['check']} is sound: {words(manifest)}.")
                return
            with only_run("backup"):
                self.back_up(options["output"], options["keep"])
        except AlreadyRunningError:
            raise CommandError("Another backup or restore is under way.") from None
        except (BackupError, BackupFileError, DatabaseCopyError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"No backup was made: {error.strerror or error}.") from error

    def back_up(self, output: str, keep: int | None) -> None:
        """Make one backup, tell of it, and drop older ones."""
        if output == PIPE:
            self.to_pipe(keep)
            return
        place = Path(output)
        is_folder = place.is_dir() or output.endswith("/") or place == settings.BACKUP_DIR
        if keep is not None and (keep < 1 or not is_folder):
            raise CommandError("--keep takes a number from 1 and a folder as --output.")
        folder = place if is_folder else place.parent
        making.drop_unfinished(folder)
        target = folder / making.NAME.format(at=timezone.now()) if is_folder else place
        made = making.make(target)
        self.tell(f"{target}: {words(made.manifest)}.")
        self.warn(made)
        for old in making.drop_older(folder, keep) if keep else []:
            self.tell(f"Deleted {old}.")

    def tell(self, line: str) -> None:
        """Say what was done, unless it was asked to say nothing."""
        if self.verbosity:
            self.stdout.write(line)

    def to_pipe(self, keep: int | None) -> None:
        """Write to standard output, and nothing else there."""
        if keep is not None or sys.stdout.isatty():
            raise CommandError("--output - is for a pipe or a file, and without --keep.")
        made = making.write(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        self.warn(made)

    def warn(self, made: Made) -> None:
        """Say what the site itself has lost."""
        if made.lost or made.damaged:
            self.stderr.write(
                f"The backup is whole, but the site's own captured copies are not: {made.lost} "
                f"missing, {made.damaged} damaged. Run verify_copies to see which."
            )


def words(manifest: Manifest) -> str:
    """What a backup holds, in one line."""
    size = sum(member.size for member in manifest.members)
    copies = len(manifest.copies)
    return (
        f"made {manifest.made_at} by release {manifest.version}, {manifest.vendor}, "
        f"{copies} captured cop{'y' if copies == 1 else 'ies'}, "
        f"{filesizeformat(size)}".replace("\xa0", " ")
    )
