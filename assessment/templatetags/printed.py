"""Words for print: what the fonts of the printed plan cannot show, said in letters."""

from django import template

from assessment import sentences
from assessment.documents import printable
from assessment.templatetags.assessment import band_number
from toolkit.catalogue import Question

register = template.Library()

# Our font files hold Latin letters and few signs; a sign from another font would look foreign and
# depend on what the server happens to have installed.
SAID = {"→": "to", "≈": "is about"}

# The site's five colors of a bar, which a print style sheet cannot give to parts of an SVG.
BAR_COLORS = ("#8fa3a0", "#a9cfc8", "#6fb0a8", "#2f8685", "#0b5a5f")


@register.filter
def bar_color(shown: int) -> str:
    """The color of a bar for a score from 0 to 100; the number beside it says the same."""
    return BAR_COLORS[band_number(shown)]


@register.filter
def in_letters(text: str) -> str:
    """A lift or a formula of ours with every sign the fonts lack in words: “48 to 52”."""
    for sign, word in SAID.items():
        text = text.replace(sign, word)
    return text


@register.filter
def in_full(question: Question) -> list[str]:
    """The five statements of a question, each as it reads by itself."""
    return [question.in_full(level) for level in range(len(question.levels))]


@register.filter
def clipped(text: str, length: int) -> str:
    """A text on one line within so many characters, “…” where some are left out."""
    return sentences.clipped(text, length)


@register.filter
def few_lines(text: str) -> str:
    """A note with its lines, of which there is an end: a thousand would fill pages."""
    return printable.in_few_lines(text)


@register.filter
def dollars(amount: int) -> str:
    """Whole dollars as print shows them: “$1,200”."""
    return sentences.dollars(amount)
