"""Where captured copies lie on disk, unless the settings name another storage."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage

# A disk, or what one user may take of it, has no room left.
FULL = {errno.ENOSPC, errno.EDQUOT}
# Files still being written; one left here was cut off, and no name leads to it.
UNFINISHED = "unfinished"


class WholeFileStorage(FileSystemStorage):
    """Files on disk that appear under their name whole and lasting, or not at all.

    Django's own writes under the final name as it goes: a process killed in between would leave
    half a file there.
    """

    def _save(self, name: str, content: File[Any]) -> str:
        """Write under a passing name, then move. Two who write one name bring the same bytes."""
        passing = f"{UNFINISHED}/{secrets.token_hex(16)}"
        try:
            super()._save(passing, content)  # type: ignore[misc]  # not in the stubs
            flush(self.path(passing))
            folder = os.path.dirname(self.path(name))
            os.makedirs(folder, exist_ok=True)
            os.rename(self.path(passing), self.path(name))
            flush(folder)
        finally:
            self.delete(passing)
        return name


def flush(path: str | Path) -> None:
    """Have a file or a folder written to the disk itself: a power cut then takes nothing."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
