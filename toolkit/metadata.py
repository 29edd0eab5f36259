"""What machines read of an archive item: schema.org's JSON-LD and Dublin Core. Pure.

Both describe the item itself; ``mainEntityOfPage`` and DC.identifier name its page here. What is
not known is absent, and an approximate date is no date to schema.org, which has no word for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .citations import ARCHIVE, Item, authors, date_text, iso_date, one_line

SITE = "Job Quality Self-Assessment"
NOT_ASSESSED = "Not assessed."
# What a kind is to schema.org; what has no word of its own is a creative work.
TYPES = {
    "report": "Report",
    "brief": "Report",
    "article": "Article",
    "profile": "Article",
    "case-collection": "Collection",
    "collection": "Collection",
}
# Characters that could end the block or start a comment, as Django's json_script writes them.
ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An item with what is said of it here.

    ``components``: their names; ``is_part_of``, ``related``: title and address here of others.
    """

    item: Item
    kind_label: str
    summary: str
    rights: str
    components: Sequence[str] = ()
    is_part_of: Sequence[tuple[str, str]] = ()
    related: Sequence[tuple[str, str]] = ()

    @property
    def known_rights(self) -> str:
        """The rights, once somebody has assessed them."""
        return "" if self.rights == NOT_ASSESSED else self.rights


def schema_org(described: Described) -> dict[str, Any]:
    """The item as schema.org describes works; only what is known."""
    item = described.item
    publisher = _organization(item.publisher)
    people = [{"@type": "Person", "name": name} for name in authors(item.creators)]
    values = {
        "@context": "https://schema.org",
        "@type": TYPES.get(item.kind, "CreativeWork"),
        "name": one_line(item.shown_title),
        "description": described.summary,
        "genre": described.kind_label,
        "author": [person for person in people if person["name"] != "others"],
        "publisher": publisher,
        "datePublished": "" if item.is_circa else iso_date(item),
        "url": _web(item.original_url),
        "archivedAt": _web(item.archived_url),
        "mainEntityOfPage": item.page,
        "identifier": {
            "@type": "PropertyValue",
            "propertyID": f"{ARCHIVE} item",
            "value": str(item.number),
        },
        "about": [{"@type": "Thing", "name": name} for name in described.components],
        "isPartOf": [_work(*other) for other in described.is_part_of],
        "copyrightNotice": described.known_rights,
        "sdPublisher": _organization(SITE),
    }
    return {name: value for name, value in values.items() if value}


def _organization(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": one_line(name)} if name else {}


def _work(name: str, address: str) -> dict[str, str]:
    return {"@type": "CreativeWork", "name": one_line(name), "url": address}


def _web(address: str) -> str:
    """An address of the web; anything else is none that a machine should follow."""
    return address if address.lower().startswith(("http://", "https://")) else ""


def json_block(values: dict[str, Any]) -> str:
    """JSON that may stand in a page's script element, whatever its texts hold."""
    return json.dumps(values, ensure_ascii=False).translate(ESCAPES)


def dublin_core(described: Described) -> list[tuple[str, str]]:
    """The item in Dublin Core: pairs of a name and a value; only what is known."""
    item = described.item
    creators = [name for name in authors(item.creators) if name != "others"]
    pairs = [
        ("DC.title", item.shown_title),
        *(("DC.creator", name) for name in creators or [item.publisher]),
        ("DC.publisher", item.publisher),
        ("DC.date", date_text(item) if item.is_circa else iso_date(item)),
        ("DC.type", described.kind_label),
        ("DC.description", described.summary),
        *(("DC.subject", name) for name in described.components),
        ("DC.identifier", item.page),
        ("DC.source", _web(item.original_url)),
        ("DC.relation", _web(item.archived_url)),
        *(("DC.relation", address) for _, address in described.related),
        ("DC.rights", described.known_rights),
    ]
    return [(name, one_line(value)) for name, value in pairs if value]
