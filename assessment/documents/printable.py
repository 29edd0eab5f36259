"""Which characters of what people typed reach a document: one rule for every format.

Pure: imports nothing.
"""

from __future__ import annotations

# Of one note. A page has some 55; in 2,000 letters there is room for a thousand.
MOST_LINES = 30
# Control characters are invalid in XML and in a PDF's metadata; the invisible marks that turn the
# direction of text would turn the words printed after them. Neither says anything on paper.
UNPRINTABLE: dict[int, str | None] = dict.fromkeys(
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
# These begin a new line wherever they are, so that a title of 200 could fill pages.
UNPRINTABLE |= dict.fromkeys((0x2028, 0x2029), " ")


def printable(text: str) -> str:
    """``text`` without the characters that no document may hold."""
    return text.translate(UNPRINTABLE)


def in_few_lines(text: str) -> str:
    """``text`` with its lines, but never more than MOST_LINES, and no two empty ones in a row.

    The last line holds all that would come after it. No word is left out.
    """
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    first, rest = kept[: MOST_LINES - 1], kept[MOST_LINES - 1 :]
    return "\n".join([*first, " ".join(filter(None, rest))]).rstrip("\n")


def on_one_line(text: str) -> str:
    """``text`` as above, every run of white space one space: for titles, names and headers."""
    return " ".join(printable(text).split())
