"""Ends what is kept no longer: assessments and what was of them, sessions, records of sign-ins."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from assessment import mailing, retention
from toolkit import audit, lock_out


class Command(BaseCommand):
    """Say what is due, and do it if told to."""

    help = (
        "Delete assessments RETENTION_DAYS after their last change, 30 days after a notice to a "
        "known address, and what else is over. Without --delete it only says what it would do."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--delete, without which nothing happens."""
        parser.add_argument(
            "--delete",
            action="store_true",
            help="Mail the notices that are due, and delete what is over.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say it or do it. Exits with 1 where a notice could not be mailed; the rest is done."""
        self.is_quiet = options["verbosity"] < 1
        self.report(retention.due())
        if not options["delete"]:
            self.say("Nothing was changed. Run it with --delete to do this.")
            return
        deleted = sum(retention.purge())
        tidied = retention.tidy()
        call_command("clearsessions")
        lock_out.forget_failures(days=audit.ADDRESS_DAYS)
        audit.forget_addresses()
        self.say(f"Deleted: {deleted} assessments, {tidied} removed actions and stopped links.")
        self.notify()

    def report(self, due: retention.Due) -> None:
        """How much is due, by month, without naming anybody."""
        self.say(f"Kept for {settings.RETENTION_DAYS} days after the last change.")
        self.say(f"Assessments to delete: {due.count}")
        if due.oldest:
            self.say(f"  the oldest was last changed on {due.oldest}")
        for month, count in due.by_month.items():
            self.say(f"  last changed in {month}: {count}")
        if mailing.is_configured():
            self.say(f"Assessments whose owners are to be told by mail: {due.notices}")
        else:
            self.say("No notices: this site sends no mail (EMAIL_URL).")

    def notify(self) -> None:
        """Mail the notices. Raises CommandError when the mail server fails."""
        told = 0
        try:
            for count in retention.notify():
                told += count
        except mailing.NotSent as error:
            raise CommandError(
                f"The mail server failed ({error}) after notices of {told} assessments. The others "
                "are kept until their owners were told; the next run goes on."
            ) from None
        self.say(f"Told of by mail: {told} assessments.")

    def say(self, line: str) -> None:
        """Print, unless asked to be quiet."""
        if not self.is_quiet:
            self.stdout.write(line)
