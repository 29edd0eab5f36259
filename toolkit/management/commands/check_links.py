"""Check the addresses of the archive. The only place that asks other sites anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from toolkit.link_check import summary
from toolkit.link_fetch import Asked, Fetcher
from toolkit.link_health import Due, Record, due
from toolkit.models import Resource
from toolkit.run_lock import AlreadyRunningError, only_run

# Seconds between lines of progress where they pile up in a log.
LOG_EVERY = 30


def make_fetcher() -> Fetcher:
    """The fetcher of a real run; tests put one in its place that may ask a local server."""
    return Fetcher(settings.LINK_CHECK_CONTACT)


class Command(BaseCommand):
    """Ask the addresses that are due, oldest check first, and keep what is found."""

    help = (
        "Check the addresses of the archive. Run it daily: each address is asked about once a "
        "month. Stop it at any time; the next run goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which addresses, and how many."""
        parser.add_argument("slugs", nargs="*", metavar="slug", help="only these archive items")
        parser.add_argument(
            "--older-than",
            type=int,
            default=30,
            metavar="DAYS",
            help="only addresses not checked in the last DAYS days (30; 0 means all)",
        )
        parser.add_argument("--limit", type=int, metavar="N", help="at the most N addresses")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check what is due, one run at a time."""
        slugs = set(options["slugs"])
        self.refuse_nonsense(slugs, options["older_than"], options["limit"])
        try:
            with only_run("check_links"):
                found = due(
                    today=timezone.now(),
                    older_than=options["older_than"],
                    slugs=slugs,
                    limit=options["limit"],
                )
                self.work_off(found, is_quiet=options["verbosity"] == 0)
        except AlreadyRunningError:
            raise CommandError("Another check_links is running; nothing was done.") from None

    def refuse_nonsense(self, slugs: set[str], older_than: int, limit: int | None) -> None:
        """Raise CommandError for what cannot be meant."""
        if older_than < 0 or (limit is not None and limit < 1):
            raise CommandError("--older-than needs 0 or more, --limit 1 or more.")
        known = Resource.objects.filter(slug__in=slugs).values_list("slug", flat=True)
        if missing := sorted(slugs.difference(known)):
            raise CommandError(f"No archive item is called {', '.join(missing)}.")

    def work_off(self, found: list[Due], *, is_quiet: bool) -> None:
        """Ask, keep, and say what was found in one line."""
        if not found:
            self.stdout.write("No address is due.")
            return
        record, fetcher = Record(), make_fetcher()
        progress = Progress(self, len(found), is_quiet=is_quiet)
        stopped = ""
        try:
            left = sum(not is_kept for is_kept in self.ask(found, fetcher, record, progress))
            held = self.settle(record, fetcher)
        except KeyboardInterrupt:
            left, held = len(found) - len(record.written), 0
            stopped = "Stopped. "
        progress.end()
        if held and not record.written:
            raise CommandError(
                f"None of {held} addresses could be reached, nor any that answered before. That "
                "looks like a fault of this machine's line, so nothing was recorded."
            )
        self.stdout.write(stopped + self.outcome(record, left, held))

    def ask(
        self, found: list[Due], fetcher: Fetcher, record: Record, progress: Progress
    ) -> Iterator[bool]:
        """Take each result as it comes; yields whether there was one."""
        by_url = {one.url: one for one in found}
        with closing(fetcher.run(Asked(one.url, one.title) for one in found)) as results:
            for result in results:
                if result.reply is not None:
                    record.add(by_url[result.asked.url], result.reply)
                progress.step(record.written)
                yield result.reply is not None

    def settle(self, record: Record, fetcher: Fetcher) -> int:
        """Write the last failures if the line is up; returns how many were not written."""
        if record.held:
            with closing(fetcher.run(Asked(url) for url in record.controls())) as results:
                if any(r.reply is not None and r.reply.is_answered for r in results):
                    record.release()
        return len(record.held)

    def outcome(self, record: Record, left: int, held: int) -> str:
        """The run in one line."""
        count = len(record.written)
        parts = [f"{count} address{'es' if count != 1 else ''} checked"]
        parts += [f": {summary(record.written)}" if count else ""]
        parts += [f"; {left} left for the next run" if left else ""]
        parts += [f"; {held} not recorded, the line seemed to be down" if held else ""]
        return "".join(parts) + "."


class Progress:
    """A line on stderr that says how far the run has come."""

    def __init__(self, command: BaseCommand, total: int, *, is_quiet: bool) -> None:
        self.stream, self.total, self.is_quiet = command.stderr, total, is_quiet
        self.is_terminal = command.stderr.isatty()
        self.done, self.said_at = 0, monotonic()

    def step(self, written: list[str]) -> None:
        """One more address is done."""
        self.done += 1
        line = f"{self.done}/{self.total}: {summary(written)}"
        if self.is_quiet:
            return
        if self.is_terminal:
            self.stream.write(f"\r\x1b[K{line}", style_func=str, ending="")
            self.stream.flush()
        elif self.done == self.total or monotonic() - self.said_at >= LOG_EVERY:
            self.stream.write(line, style_func=str)
            self.said_at = monotonic()

    def end(self) -> None:
        """Leave the line."""
        if self.is_terminal and self.done and not self.is_quiet:
            self.stream.write("")
