"""Words for what the toolkit stores as values; a builtin library of every template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from toolkit.catalogue import LEVEL_NAMES, SIZES, Question
from toolkit.dates import MONTH, YEAR, day_text, moment, read_date
from toolkit.models import Resource, ResourceFact
from toolkit.provenance import BASES, PRESERVED_LEAD, PRESERVED_REST, verification_sentence

register = template.Library()

# A day and a time for every page: {{ issued_at|moment }}.
register.filter("moment", moment)

LINK_WORDS = {
    "live": "Working, checked on {}",
    "moved": "Moved to another address, checked on {}",
    "changed": "The address works, but seems to show something else now; checked on {}",
    "refused": "The site blocked our check on {}; try it in a browser",
    "unreachable": "Could not be reached on {}; the site may be down for a while",
    "gone": "Gone, checked on {}",
    "not-public": "Not a public web address, so our check on {} did not follow it",
}


@register.filter
def level_name(level: int) -> str:
    """The name of a level: 3 is “In place”."""
    return LEVEL_NAMES[level]


@register.filter
def level_names(levels: Sequence[int]) -> str:
    """The levels an answer may stand at: “Not yet, Starting or Partial”."""
    return _in_a_row([LEVEL_NAMES[level] for level in levels], "or")


@register.filter
def size_words(sizes: Sequence[str]) -> str:
    """Size bands as words: “1–9 or 10–49 people”, “any size”."""
    if set(sizes) >= set(SIZES):
        return "any size"
    words = [size.replace("-", "–").replace("1000", "1,000") for size in sizes]
    return f"{_in_a_row(words, 'or')} people"


def _in_a_row(words: Sequence[str], last_word: str) -> str:
    *first, last = words or [""]
    return f"{', '.join(first)} {last_word} {last}" if first else last


@register.filter
def year_words(resource: Resource) -> str:
    """The year an item came out, as short as can be: “2022”, “about 2022”, “year not known”."""
    if not resource.year:
        return "year not known"
    return f"about {resource.year}" if resource.date_precision == "circa" else resource.year


@register.filter
def date_words(resource: Resource) -> str:
    """When an item came out, and how exactly that is known: “2022, month not known”."""
    if not resource.published:
        return "Not known"
    shown, places = read_date(resource.published, resource.date_precision)
    if resource.date_precision == "circa":
        return f"About {shown}; the exact date is not known"
    if places == YEAR:
        return f"{shown}, month not known"
    return f"{shown}, day not known" if places == MONTH else shown


@register.filter
def verification_words(resource: Resource) -> str:
    """How sure we are of an item, in plain words."""
    return verification_sentence(resource.verification)


@register.filter
def basis_words(fact: ResourceFact) -> str:
    """How directly a fact is known, in words that lead on to where it was seen."""
    return BASES[fact.basis][1]


@register.simple_tag
def standing_caution() -> SafeString:
    """What every item of the preserved federal collection carries."""
    return format_html("<b>{}</b> {}", PRESERVED_LEAD, PRESERVED_REST)


@register.filter
def link_words(resource: Resource) -> str:
    """What the last check of an item's address found, and when."""
    checked = resource.link_checked_on
    if not resource.original_url:
        return "There is no original address to check"
    if checked is None:
        return "Not checked yet"
    return LINK_WORDS[resource.link_state].format(day_text(checked))


@register.filter
def at(rows: Mapping[str, Resource], slug: str) -> Resource | None:
    """The row of a slug, or nothing where it is gone from the tables."""
    return rows.get(slug)


@register.filter
def is_web_address(address: str) -> bool:
    """Whether an address may be made a link: http and https only, whatever else is stored."""
    return address.lower().startswith(("http://", "https://"))


@register.filter
def role_words(role: str, is_named_employer: bool = False) -> str:
    """The part an item plays; “They did it” only for a case study of a named employer."""
    if role == "guide":
        return "Guide"
    return "They did it" if role == "case" and is_named_employer else "Evidence"


@register.filter
def fit_words(fit_note: str) -> str:
    """What to say of a loose fit; nothing of a good one."""
    return f"A loose fit: {fit_note}" if fit_note else ""


@register.simple_tag
def published(
    template_name: str, question: Question, chosen: str = "", earlier: str | None = ""
) -> SafeString:
    """A part of a page that depends on a published question and the choice alone.

    ``earlier``: the choice of an answer that is to be confirmed, which is pointed out.

    Rendered once per process and kept: a question never changes, and rendering ladders anew was
    half of the time of a component page.
    """
    return _published(template_name, question, chosen, earlier or "")


@lru_cache(maxsize=2048)
def _published(template_name: str, question: Question, chosen: str, earlier: str) -> SafeString:
    return render_to_string(
        template_name, {"question": question, "chosen": chosen, "earlier": earlier}
    )


@register.simple_tag
def data_block(json_block: str) -> SafeString:
    """A block of linked data; ``json_block`` comes from metadata.json_block, which escapes it."""
    return mark_safe(f'<script type="application/ld+json">{json_block}</script>')
