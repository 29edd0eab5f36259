"""Files → tables, by slug, in one transaction.

After the first load the tables are the truth: a file changes only a row nobody has touched
since the last load, unless told to overwrite (decisions.md 15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from . import catalogue as cat
from .exporting import FOLDERS, documents
from .models import (
    Component,
    Level,
    Question,
    Resource,
    ResourceAddress,
    ResourceComponent,
    ResourceFact,
    ResourceRelation,
    Strategy,
    StrategyResource,
    StrategyServes,
)
from .models.question import RetirableModel
from .resource_document import (
    LIST_FIELDS,
    PLAIN_FIELDS,
    ResourceDocument,
    read_resource,
    write_resource,
)

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Content:
    """Everything a folder of content files says."""

    components: tuple[cat.Component, ...]
    strategies: tuple[cat.Strategy, ...]
    resources: tuple[ResourceDocument, ...]

    def documents(self) -> dict[tuple[str, str], cat.Document]:
        """The document of each, by (noun, slug)."""
        return {
            **{("component", c.slug): cat.write_component(c) for c in self.components},
            **{("strategy", s.slug): cat.write_strategy(s) for s in self.strategies},
            **{("resource", r.slug): write_resource(r) for r in self.resources},
        }


@dataclass
class Outcome:
    """What a load did, or would do: (noun, slug) under each heading."""

    added: list[tuple[str, str]] = field(default_factory=list)
    updated: list[tuple[str, str]] = field(default_factory=list)
    unchanged: list[tuple[str, str]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    only_in_tables: list[tuple[str, str]] = field(default_factory=list)


def read_content(folder: Path = CONTENT) -> Content:
    """Read every file below ``folder``. Raises ContentError naming every problem by file."""
    problems: list[str] = []
    read: dict[str, list[Any]] = {noun: [] for noun in FOLDERS}
    readers: dict[str, Callable[[object, str, list[str]], Any]] = {
        "component": cat.read_component,
        "strategy": cat.read_strategy,
        "resource": read_resource,
    }
    for noun, subfolder in FOLDERS.items():
        for path in sorted((folder / subfolder).glob("*.yaml")):
            where = f"{subfolder}/{path.name}"
            try:
                data = yaml.safe_load(path.read_text(encoding="utf-8"))
            except (yaml.YAMLError, UnicodeDecodeError) as error:
                problems.append(f"{where}: not readable as YAML: {error}")
                continue
            item = readers[noun](data, where, problems)
            if item.slug != path.stem:
                problems.append(f"{where}: slug: “{item.slug}” is not the name of the file")
            read[noun].append(item)
    content = Content(
        components=tuple(sorted(read["component"], key=lambda c: c.position)),
        strategies=tuple(read["strategy"]),
        resources=tuple(sorted(read["resource"], key=lambda r: r.number)),
    )
    if not problems:
        problems += reference_problems(content)
    if problems:
        raise cat.ContentError(problems)
    return content


def reference_problems(content: Content) -> list[str]:
    """What would stop these files from being loaded and published together."""
    slugs = {r.slug for r in content.resources}
    catalogue = cat.Catalogue(content.components, content.strategies)
    found = [f"{p.noun} {p.slug}: {p.message}" for p in cat.problems(catalogue, slugs)]
    numbers: dict[int, str] = {}
    for item in content.resources:
        if item.number in numbers:
            found.append(f"resource {item.slug}: number {item.number} is {numbers[item.number]}'s")
        numbers[item.number] = item.slug
        for component in item.components:
            if component not in catalogue.by_slug:
                found.append(f"resource {item.slug}: unknown component “{component}”")
        for relation in item.relations:
            if relation.resource not in slugs:
                found.append(f"resource {item.slug}: unknown resource “{relation.resource}”")
    return found


def compare(content: Content, *, overwrite: bool = False) -> Outcome:
    """What loading ``content`` would do to the tables."""
    outcome = Outcome()
    current = documents()
    loaded = _loaded_hashes()
    wanted = _with_meanings_of_tables(content).documents()
    for key, document in wanted.items():
        if key not in loaded:
            outcome.added.append(key)
        elif current.get(key) == document:
            outcome.unchanged.append(key)
        elif overwrite or _hash(current.get(key, {})) == loaded[key]:
            outcome.updated.append(key)
        else:
            outcome.kept.append(key)
    outcome.only_in_tables = sorted(set(current) - set(wanted))
    return outcome


def _with_meanings_of_tables(content: Content) -> Content:
    """``content``, no question's meaning below that of its row.

    Publishing raises meanings in the tables, and a file must never lower one again: answers to
    another wording would pass for answers to this one.
    """
    stored = dict(Question.objects.filter(meaning__gt=1).values_list("slug", "meaning"))
    return replace(
        content,
        components=tuple(
            replace(
                c,
                questions=tuple(
                    replace(q, meaning=max(q.meaning, stored.get(q.slug, 1))) for q in c.questions
                ),
            )
            for c in content.components
        ),
    )


@transaction.atomic
def load(content: Content, *, overwrite: bool = False) -> Outcome:
    """Bring the tables up to the files and return what was done.

    Raises ContentError, with nothing written, when a value does not fit its column.
    """
    content = _with_meanings_of_tables(content)
    outcome = compare(content, overwrite=overwrite)
    chosen = set(outcome.added + outcome.updated)
    problems: list[str] = []
    resources = [r for r in content.resources if ("resource", r.slug) in chosen]
    for resource in resources:
        _save_resource(resource, problems)
    components = [c for c in content.components if ("component", c.slug) in chosen]
    for component in components:
        _make_way(component)
    for component in components:
        _save_component(component, problems)
    # What points at other rows waits until all of them are known to be there.
    if not problems:
        for resource in resources:
            _save_resource_links(resource)
        for strategy in content.strategies:
            if ("strategy", strategy.slug) in chosen:
                _save_strategy(strategy, problems)
    if problems:
        raise cat.ContentError(problems)
    _remember(content, {*chosen, *outcome.unchanged})
    return outcome


def _make_way(component: cat.Component) -> None:
    """Retire the questions the file no longer has, and move the others aside.

    Their positions and codes are unique and may be given anew in any order.
    """
    rows = Question.objects.filter(component__slug=component.slug, is_retired=False)
    wanted = [q.slug for q in component.questions]
    rows.exclude(slug__in=wanted).update(is_retired=True)
    rows.filter(slug__in=wanted).update(
        position=F("position") + 1000, code=Concat(Value("~"), Cast("pk", CharField()))
    )


def _hash(document: cat.Document) -> str:
    """What tells an edit by staff: all but the meanings, which publishing raises."""
    if questions := document.get("questions"):
        plain = [{k: v for k, v in q.items() if k != "meaning"} for q in questions]
        document = {**document, "questions": plain}
    return cat.fingerprint(cat.canonical(document))


MODELS: Mapping[str, type[RetirableModel]] = {
    "component": Component,
    "strategy": Strategy,
    "resource": Resource,
}


def _loaded_hashes() -> dict[tuple[str, str], str]:
    return {
        (noun, slug): loaded
        for noun, model in MODELS.items()
        for slug, loaded in model._default_manager.values_list("slug", "loaded_hash")
    }


def _remember(content: Content, chosen: set[tuple[str, str]]) -> None:
    """Note what is as in the files, so that a later edit by staff can be told from it."""
    known = _loaded_hashes()
    for (noun, slug), document in content.documents().items():
        if (noun, slug) in chosen and known[noun, slug] != (loaded := _hash(document)):
            MODELS[noun]._default_manager.filter(slug=slug).update(loaded_hash=loaded)


def _save[M: models.Model](
    model: type[M], where: str, problems: list[str], *, lookup: dict[str, Any], **values: Any
) -> M:
    row = model._default_manager.filter(**lookup).first() or model(**lookup)
    for name, value in values.items():
        setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as error:
        for key, messages in error.message_dict.items():
            problems.append(f"{where}: {key}: {' '.join(messages)}")
    else:
        row.save()
    return row


def _save_resource(item: ResourceDocument, problems: list[str]) -> None:
    values = {name: getattr(item, name) for name in PLAIN_FIELDS}
    values |= {name: list(getattr(item, name)) for name in LIST_FIELDS}
    row = _save(
        Resource,
        f"archive/{item.slug}.yaml",
        problems,
        lookup={"slug": item.slug},
        is_retired=False,
        **values,
    )
    if row.pk is None:
        return
    row.facts.all().delete()
    row.other_urls.all().delete()
    ResourceFact.objects.bulk_create(
        ResourceFact(resource=row, position=n, text=f.text, source=f.source, basis=f.basis)
        for n, f in enumerate(item.facts, 1)
    )
    ResourceAddress.objects.bulk_create(
        ResourceAddress(resource=row, position=n, url=a.url, note=a.note)
        for n, a in enumerate(item.other_urls, 1)
    )


def _save_resource_links(item: ResourceDocument) -> None:
    row = Resource.objects.get(slug=item.slug)
    row.resourcecomponent_set.all().delete()
    row.relations.all().delete()
    components = Component.objects.in_bulk(item.components, field_name="slug")
    others = Resource.objects.in_bulk([r.resource for r in item.relations], field_name="slug")
    ResourceComponent.objects.bulk_create(
        ResourceComponent(resource=row, component=components[slug], position=n)
        for n, slug in enumerate(item.components, 1)
    )
    ResourceRelation.objects.bulk_create(
        ResourceRelation(resource=row, position=n, relation=r.relation, other=others[r.resource])
        for n, r in enumerate(item.relations, 1)
    )
    row.save(update_fields=Resource.DERIVED)


def _resource(slug: str) -> Resource | None:
    return Resource.objects.filter(slug=slug).first()


def _save_component(component: cat.Component, problems: list[str]) -> None:
    where = f"components/{component.slug}.yaml"
    row = _save(
        Component,
        where,
        problems,
        lookup={"slug": component.slug},
        position=component.position,
        code=component.code,
        title=component.title,
        label=component.label,
        summary=component.summary,
        toolkit_says=component.toolkit_says,
        source=_resource(component.source),
        is_retired=False,
    )
    if row.pk is None:
        return
    for position, question in enumerate(component.questions, 1):
        _save_question(question, row, position, problems)


def _save_question(
    question: cat.Question, component: Component, position: int, problems: list[str]
) -> None:
    where = f"components/{component.slug}.yaml: {question.code}"
    row = _save(
        Question,
        where,
        problems,
        lookup={"slug": question.slug},
        component=component,
        position=position,
        code=question.code,
        text=question.text,
        hint=question.hint,
        why=question.why,
        why_source=_resource(question.why_source),
        weight=question.weight,
        weight_reason=question.weight_reason,
        is_quick=question.is_quick,
        applies_if=question.applies_if,
        na_when=question.na_when,
        pulse=question.pulse,
        legal_notes=[{"text": n.text, "source": n.source} for n in question.legal_notes],
        meaning=question.meaning,
        is_retired=False,
    )
    if row.pk is None:
        return
    for number, statement in enumerate(question.levels):
        next_step = question.next_steps[number] if number < cat.TOP_LEVEL else ""
        _save(
            Level,
            f"{where}: level {number}",
            problems,
            lookup={"question": row, "number": number},
            statement=statement,
            next_step=next_step,
        )


def _save_strategy(strategy: cat.Strategy, problems: list[str]) -> None:
    row = _save(
        Strategy,
        f"strategies/{strategy.slug}.yaml",
        problems,
        lookup={"slug": strategy.slug},
        component=Component.objects.filter(slug=strategy.component).first(),
        title=strategy.title,
        summary=strategy.summary,
        steps=list(strategy.steps),
        effort=strategy.effort,
        days=strategy.days,
        sizes=list(strategy.sizes),
        toolkit_ref=list(strategy.toolkit_ref),
        legal_notes=[{"text": n.text, "source": n.source} for n in strategy.legal_notes],
        is_retired=False,
    )
    if row.pk is None:
        return
    questions = Question.objects.in_bulk([s.question for s in strategy.serves], field_name="slug")
    if missing := [s.question for s in strategy.serves if s.question not in questions]:
        # Its component was changed by staff and kept, so its new questions were not taken.
        problems += [
            f"strategies/{strategy.slug}.yaml: serves: “{slug}” is not in the tables"
            for slug in missing
        ]
        return
    row.serves.all().delete()
    row.uses.all().delete()
    resources = Resource.objects.in_bulk(
        [u.resource for u in strategy.resources], field_name="slug"
    )
    StrategyServes.objects.bulk_create(
        StrategyServes(
            strategy=row, question=questions[s.question], position=n, levels=list(s.levels)
        )
        for n, s in enumerate(strategy.serves, 1)
    )
    StrategyResource.objects.bulk_create(
        StrategyResource(
            strategy=row,
            resource=resources[u.resource],
            position=n,
            role=u.role,
            fit=u.fit,
            fit_note=u.fit_note,
        )
        for n, u in enumerate(strategy.resources, 1)
    )
