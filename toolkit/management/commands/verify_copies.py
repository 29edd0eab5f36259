"""Read every captured copy again and say which are no longer what came in."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from toolkit import copies
from toolkit.models import ResourceCopy
from toolkit.models.copy import DAMAGED, MISSING, SOUND

UNREAD = "not read"


class Command(BaseCommand):
    """Verify the stored files; each result is saved at once, so it can be stopped at any time."""

    help = (
        "Read every captured copy and compare it with its SHA-256. Exits with 1 if a file is "
        "missing, damaged, cannot be read, or is named by no copy."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which copies."""
        parser.add_argument(
            "--older-than",
            type=int,
            metavar="DAYS",
            help="only files not verified for this many days, and those known not to be sound",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, list what is wrong, and end with one line. Raises CommandError if anything is."""
        days = options["older_than"]
        if days is not None and not 0 <= days <= timedelta.max.days // 1000:
            raise CommandError("--older-than takes a number of days.")
        files = copies.due(None if days is None else timedelta(days=days))
        is_telling = options["verbosity"] > 1 or self.stderr.isatty()
        tally: Counter[str] = Counter()
        for number, (sha256, size) in enumerate(files, start=1):
            tally[self.verify(sha256, size)] += 1
            if is_telling and number * 100 // len(files) != (number - 1) * 100 // len(files):
                self.stderr.write(f"{number} of {len(files)} files read")
        unnamed = [*copies.unnamed()]
        for name in unnamed:
            self.stdout.write(f"named by no copy: {name}")
        self.stdout.write(
            f"{len(files)} files: {tally[SOUND]} sound, {tally[MISSING]} missing, "
            f"{tally[DAMAGED]} damaged, {tally[UNREAD]} {UNREAD}; {len(unnamed)} named by no copy."
        )
        if unnamed or tally.total() > tally[SOUND]:
            raise CommandError("Not all is well: see the lines above.")

    def verify(self, sha256: str, size: int) -> str:
        """Verify one file and save the result; what cannot be read is told and left as it was."""
        try:
            state = copies.check(sha256, size)
        except Exception as error:
            # Each storage has errors of its own; the other files are to be read all the same.
            state = UNREAD
            self.tell(f"{UNREAD} ({error})", sha256)
        else:
            copies.record(sha256, state, timezone.now())
            if state != SOUND:
                self.tell(state, sha256)
        return state

    def tell(self, what: str, sha256: str) -> None:
        """One line for each copy of a file that is not as it should be."""
        for copy in ResourceCopy.objects.filter(sha256=sha256).select_related("resource"):
            name = copies.stored_name(sha256)
            self.stdout.write(f"{what}: {name}, {copy} of {copy.resource.slug} ({copy.file_name})")
