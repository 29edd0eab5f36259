"""A bar of the printed plan as a picture for Word, which takes no SVG: rectangles and no more."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

# Dots of the picture for each unit of the drawing: sharp on paper, and still small.
SHARPNESS = 3
WIDEST, HIGHEST = 600, 200
POINTS_PER_UNIT = 0.75
WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class BarPicture:
    """A picture, its width in points and what it shows in words."""

    file: BytesIO
    width: float
    words: str


def bar_picture(svg: Any) -> BarPicture | None:
    """The picture of an SVG element, None where it is more than rectangles or has no title."""
    title, *shapes = [child for child in svg if isinstance(child.tag, str)] or [None]
    if title is None or title.tag != "title" or any(s.tag != "rect" for s in shapes):
        return None
    width, height = _number(svg, "width"), _number(svg, "height")
    if not (0 < width <= WIDEST and 0 < height <= HIGHEST):
        return None
    across = round(width * SHARPNESS)
    rows = [[WHITE] * across for _ in range(round(height * SHARPNESS))]
    for shape in shapes:
        _paint(rows, shape)
    return BarPicture(_png(rows), width * POINTS_PER_UNIT, " ".join(title.text.split()))


def _paint(rows: list[list[tuple[int, int, int]]], shape: Any) -> None:
    stretch = re.fullmatch(r"scale\(([0-9.]+) 1\)", shape.get("transform", ""))
    across = SHARPNESS * (float(stretch[1]) if stretch else 1)
    left, wide = _number(shape, "x") * across, _number(shape, "width") * across
    top, high = _number(shape, "y") * SHARPNESS, _number(shape, "height") * SHARPNESS
    fill = shape.get("fill", "")
    if not re.fullmatch(r"#[0-9a-f]{6}", fill):
        return
    ink = (int(fill[1:3], 16), int(fill[3:5], 16), int(fill[5:7], 16))
    for row in rows[round(top) : round(top + high)]:
        end = min(round(left + wide), len(row))
        row[round(left) : end] = [ink] * (end - round(left))


def _number(node: Any, name: str) -> float:
    found = re.fullmatch(r"[0-9]*\.?[0-9]+", node.get(name, ""))
    return float(found[0]) if found else 0


def _png(rows: list[list[tuple[int, int, int]]]) -> BytesIO:
    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    size = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 2, 0, 0, 0)
    dots = b"".join(b"\0" + b"".join(map(bytes, row)) for row in rows)
    return BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(dots, 9))
        + chunk(b"IEND", b"")
    )
