"""Tables → documents → files. The reverse of ``importing``, byte for byte."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import yaml
from django.db.models import Prefetch

from . import catalogue as cat
from .content_files import FOLDERS
from .models import Component, Question, Resource, Strategy, StrategyServes
from .resource_document import (
    LIST_FIELDS,
    PLAIN_FIELDS,
    Address,
    Fact,
    Relation,
    ResourceDocument,
    write_resource,
)


def notes(stored: list[dict[str, str]]) -> tuple[cat.LegalNote, ...]:
    """Legal notes as the catalogue holds them."""
    return tuple(cat.LegalNote(n["text"], n["source"]) for n in stored)


def question_value(row: Question, component: str) -> cat.Question:
    """The question of a row; its levels and why_source must be loaded."""
    levels = sorted(row.levels.all(), key=lambda level: level.number)
    return cat.Question(
        slug=row.slug,
        code=row.code,
        text=row.text,
        hint=row.hint,
        why=row.why,
        why_source=row.why_source.slug,
        weight=row.weight,
        weight_reason=row.weight_reason,
        is_quick=row.is_quick,
        applies_if=row.applies_if,
        na_when=row.na_when,
        levels=tuple(level.statement for level in levels),
        next_steps=tuple(level.next_step for level in levels if level.number < cat.TOP_LEVEL),
        pulse=row.pulse,
        legal_notes=notes(row.legal_notes),
        meaning=row.meaning,
        component=component,
    )


def component_values() -> list[cat.Component]:
    """Every component in use with its questions in use."""
    questions = (
        Question.objects.filter(is_retired=False)
        .select_related("why_source")
        .prefetch_related("levels")
        .order_by("position")
    )
    rows = (
        Component.objects.filter(is_retired=False)
        .select_related("source")
        .prefetch_related(Prefetch("questions", questions))
        .order_by("position", "slug")
    )
    return [
        component_value(row, [question_value(q, row.slug) for q in row.questions.all()])
        for row in rows
    ]


def component_value(row: Component, questions: Iterable[cat.Question] = ()) -> cat.Component:
    """The component of a row with these questions; its source must be loaded."""
    return cat.Component(
        slug=row.slug,
        position=row.position,
        code=row.code,
        title=row.title,
        label=row.label,
        summary=row.summary,
        toolkit_says=row.toolkit_says,
        source=row.source.slug,
        questions=tuple(questions),
    )


def strategy_values() -> list[cat.Strategy]:
    """Every strategy in use, by slug."""
    rows = (
        Strategy.objects.filter(is_retired=False)
        .select_related("component")
        .prefetch_related("serves__question", "uses__resource")
        .order_by("slug")
    )
    return [
        strategy_value(row, [s for s in row.serves.all() if not s.question.is_retired])
        for row in rows
    ]


def strategy_value(row: Strategy, serves: Iterable[StrategyServes]) -> cat.Strategy:
    """The strategy of a row that serves these; what it names must be loaded."""
    return cat.Strategy(
        slug=row.slug,
        component=row.component.slug,
        title=row.title,
        summary=row.summary,
        steps=tuple(row.steps),
        effort=row.effort,
        days=row.days,
        sizes=tuple(row.sizes),
        serves=tuple(cat.Serves(s.question.slug, tuple(s.levels)) for s in serves),
        resources=tuple(
            cat.ResourceUse(u.resource.slug, u.role, u.fit, u.fit_note) for u in row.uses.all()
        ),
        toolkit_ref=tuple(row.toolkit_ref),
        legal_notes=notes(row.legal_notes),
    )


def resource_documents(slugs: Collection[str] | None = None) -> list[ResourceDocument]:
    """Every archive item in use, by number; with ``slugs`` only these."""
    rows = Resource.objects.filter(is_retired=False).prefetch_related(
        "facts", "other_urls", "relations__other", "resourcecomponent_set__component"
    )
    if slugs is not None:
        rows = rows.filter(slug__in=slugs)
    return [resource_document(row) for row in rows]


def resource_document(row: Resource) -> ResourceDocument:
    """The document of one archive item."""
    plain: dict[str, Any] = {name: getattr(row, name) for name in PLAIN_FIELDS}
    lists: dict[str, Any] = {name: tuple(getattr(row, name)) for name in LIST_FIELDS}
    return ResourceDocument(
        slug=row.slug,
        facts=tuple(Fact(f.text, f.source, f.basis) for f in row.facts.all()),
        components=tuple(c.component.slug for c in row.resourcecomponent_set.all()),
        other_urls=tuple(Address(a.url, a.note) for a in row.other_urls.all()),
        relations=tuple(Relation(r.relation, r.other.slug) for r in row.relations.all()),
        **plain,
        **lists,
    )


def documents() -> dict[tuple[str, str], cat.Document]:
    """The document of every row in use, by (noun, slug)."""
    found: dict[tuple[str, str], cat.Document] = {}
    for component in component_values():
        found["component", component.slug] = cat.write_component(component)
    for strategy in strategy_values():
        found["strategy", strategy.slug] = cat.write_strategy(strategy)
    for resource in resource_documents():
        found["resource", resource.slug] = write_resource(resource)
    return found


class _Dumper(yaml.SafeDumper):
    """Writes lists indented below their key, which is easier to read and to diff."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def to_yaml(document: cat.Document) -> str:
    """The one text of a content file."""
    return yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96, indent=2
    )


def export_files() -> dict[str, bytes]:
    """Every row in use as a file: its bytes, by path below the content folder."""
    return {
        f"{FOLDERS[noun]}/{slug}.yaml": to_yaml(document).encode()
        for (noun, slug), document in documents().items()
    }


def export_content(folder: Path) -> int:
    """Write every row in use as a file below ``folder``; return how many."""
    files = export_files()
    for noun_folder in FOLDERS.values():
        (folder / noun_folder).mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        (folder / path).write_bytes(data)
    return len(files)
