"""An archive item as a content file: read, check, write. Pure, like the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from .catalogue import Document, Fault, Place, Reader, without_empty


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the item says, where it was seen, and how directly we know it."""

    text: str
    source: str
    basis: str


@dataclass(frozen=True, slots=True)
class Address:
    """A further address of the item."""

    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Relation:
    """How the item relates to another."""

    relation: str
    resource: str


@dataclass(frozen=True, slots=True)
class ResourceDocument:
    """Everything a content file says of one archive item. Empty means unknown."""

    slug: str
    number: int
    title: str
    is_title_ours: bool
    kind: str
    organization: str
    creators: str
    collector: str
    published: str
    date_precision: str
    date_note: str
    summary: str
    facts: tuple[Fact, ...]
    components: tuple[str, ...]
    employer: str
    sectors: tuple[str, ...]
    employer_sizes: tuple[str, ...]
    original_url: str
    other_urls: tuple[Address, ...]
    archived_url: str
    verification: str
    verification_note: str
    is_federal: bool
    is_preserved: bool
    caution: str
    rights: str
    description_source: str
    relations: tuple[Relation, ...]


# Columns of the row that carry the very name and value of the document.
PLAIN_FIELDS = (
    "number",
    "title",
    "is_title_ours",
    "kind",
    "organization",
    "creators",
    "collector",
    "published",
    "date_precision",
    "date_note",
    "summary",
    "employer",
    "original_url",
    "archived_url",
    "verification",
    "verification_note",
    "is_federal",
    "is_preserved",
    "caution",
    "rights",
    "description_source",
)
LIST_FIELDS = ("sectors", "employer_sizes")


def _read_fact(reader: Reader) -> Fact:
    fact = Fact(reader.text("text"), reader.text("source"), reader.text("basis"))
    reader.done()
    return fact


def _read_address(reader: Reader) -> Address:
    address = Address(reader.text("url"), reader.text("note", ""))
    reader.done()
    return address


def _read_relation(reader: Reader) -> Relation:
    relation = Relation(reader.text("relation"), reader.text("resource"))
    reader.done()
    return relation


def read_resource(data: object, place: str | Place, problems: list[Fault]) -> ResourceDocument:
    """Read one archive item; append what is wrong to ``problems``."""
    reader = Reader(data, place, problems)
    document = ResourceDocument(
        slug=reader.text("slug"),
        number=reader.whole("number"),
        title=reader.text("title"),
        is_title_ours=reader.flag("is_title_ours"),
        kind=reader.text("kind"),
        organization=reader.text("organization"),
        creators=reader.text("creators", ""),
        collector=reader.text("collector", ""),
        published=reader.text("published", ""),
        date_precision=reader.text("date_precision", "unknown"),
        date_note=reader.text("date_note", ""),
        summary=reader.text("summary"),
        facts=tuple(_read_fact(item) for item in reader.each("facts", optional=True)),
        components=reader.texts("components"),
        employer=reader.text("employer", ""),
        sectors=reader.texts("sectors", optional=True),
        employer_sizes=reader.texts("employer_sizes", optional=True),
        original_url=reader.text("original_url", ""),
        other_urls=tuple(_read_address(i) for i in reader.each("other_urls", optional=True)),
        archived_url=reader.text("archived_url", ""),
        verification=reader.text("verification"),
        verification_note=reader.text("verification_note", ""),
        is_federal=reader.flag("is_federal"),
        is_preserved=reader.flag("is_preserved"),
        caution=reader.text("caution", ""),
        rights=reader.text("rights"),
        description_source=reader.text("description_source"),
        relations=tuple(_read_relation(i) for i in reader.each("relations", optional=True)),
    )
    reader.done()
    return document


def write_resource(item: ResourceDocument) -> Document:
    """The document of an archive item: fixed order, unknown values left out."""
    special = {
        "facts": [{"text": f.text, "source": f.source, "basis": f.basis} for f in item.facts],
        "other_urls": [without_empty([("url", a.url), ("note", a.note)]) for a in item.other_urls],
        "relations": [{"relation": r.relation, "resource": r.resource} for r in item.relations],
        "components": list(item.components),
        "sectors": list(item.sectors),
        "employer_sizes": list(item.employer_sizes),
        "date_precision": item.date_precision if item.published else "",
    }
    return without_empty(
        (name, special.get(name, getattr(item, name))) for name in item.__dataclass_fields__
    )
