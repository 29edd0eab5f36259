"""Load the content files into the tables; after the first load the tables are the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from toolkit import editions
from toolkit.catalogue import ContentError, fingerprint
from toolkit.content_files import Content, files_below
from toolkit.importing import (
    CONTENT,
    Outcome,
    compare,
    load,
    read_content,
    read_into_tables,
)
from toolkit.models import Component


class Command(BaseCommand):
    """Load components, strategies and archive items from YAML files."""

    help = "Load content files. Rows changed by staff since the last load are kept and listed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to read and how far to go."""
        parser.add_argument("folder", nargs="?", type=Path, default=CONTENT)
        parser.add_argument(
            "--check", action="store_true", help="only check the files and show the difference"
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="also replace rows changed by staff"
        )
        parser.add_argument(
            "--publish-if-empty",
            action="store_true",
            help="load and publish, but only into an empty toolkit",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the files, then check, or load and say what was done."""
        try:
            content = self.read(options["folder"])
            if options["check"]:
                return self.check_only(content)
            if options["publish_if_empty"]:
                return self.first_load(content)
            self.report(load(content, overwrite=options["overwrite"]))
        except ContentError as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            count = len(error.problems)
            raise CommandError(f"{count} problem(s), nothing was loaded:\n{lines}") from error

    def read(self, folder: Path) -> Content:
        """Read the folder, which may hold only some of the files where there are rows already."""
        if not self.has_tables():
            return read_content(folder)
        return read_into_tables(files_below(folder))

    def has_tables(self) -> bool:
        """Whether there is a database to load into; the files can be checked without."""
        return Component._meta.db_table in connection.introspection.table_names()

    def check_only(self, content: Content) -> None:
        """Say that the files are sound and what loading them would do."""
        questions = sum(len(c.questions) for c in content.components)
        self.stdout.write(
            f"Content is sound: {len(content.components)} components, {questions} questions, "
            f"{len(content.strategies)} strategies, {len(content.resources)} resources."
        )
        if self.has_tables():
            self.report(compare(content), would="would be ")

    def first_load(self, content: Content) -> None:
        """Load and publish, unless there is content already."""
        if Component.objects.exists():
            self.stdout.write("The toolkit has content already; left as it is.")
            return
        self.report(load(content))
        edition = editions.publish(
            fingerprint=fingerprint(editions.draft_document()), note="First publishing."
        )
        self.stdout.write(f"Published {edition}.")

    def report(self, outcome: Outcome, would: str = "") -> None:
        """One line per heading; kept rows are named."""
        for heading in ("added", "updated", "unchanged"):
            rows = getattr(outcome, heading)
            self.stdout.write(f"{len(rows)} {would}{heading}")
        for noun, slug in outcome.kept:
            self.stdout.write(f"kept, changed by staff: {noun} {slug} (--overwrite replaces it)")
        for noun, slug in outcome.only_in_tables:
            self.stdout.write(f"only in the tables: {noun} {slug}")
