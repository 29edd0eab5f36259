"""Office files without a clock: the same parts give the same bytes, whenever they are packed."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO

from toolkit.content_zip import pack


def repacked(content: bytes, changes: Mapping[str, bytes] | None = None) -> bytes:
    """The same zip with every date in it fixed; ``changes`` are parts to replace, by path."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return pack(parts | dict(changes or {}))
