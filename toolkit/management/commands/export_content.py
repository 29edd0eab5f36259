"""Write the tables as content files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from toolkit.exporting import export_content


class Command(BaseCommand):
    """Write every component, strategy and archive item as a YAML file."""

    help = "Write the toolkit as content files; importing them again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to write."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write and say how many."""
        self.stdout.write(f"{export_content(options['folder'])} files written.")
