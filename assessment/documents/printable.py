"""Which characters of what people typed reach a document: one rule for every format.

Pure: imports nothing.
"""

from __future__ import annotations

# Control characters are invalid in XML and in a PDF's metadata; the invisible marks that turn the
# direction of text would turn the words printed after them. Neither says anything on paper.
UNPRINTABLE = dict.fromkeys(
    [
        *(code for code in range(0x20) if chr(code) not in "\t\n"),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
        0xFEFF,
        0xFFFE,
        0xFFFF,
    ]
)


def printable(text: str) -> str:
    """``text`` without the characters that no document may hold."""
    return text.translate(UNPRINTABLE)


def on_one_line(text: str) -> str:
    """``text`` as above, every run of white space one space: for titles, names and headers."""
    return " ".join(printable(text).split())
