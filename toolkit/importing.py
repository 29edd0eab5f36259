"""Files → tables, by slug, in one transaction.

After the first load the tables are the truth: a file changes only a row nobody has touched
since the last load, unless told to overwrite (decisions.md 15).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from . import catalogue as cat
from . import history
from .catalogue import Fault, Place
from .content_files import FOLDERS, Content, Key, files_below, read_files
from .exporting import component_values, documents, resource_documents, strategy_values
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
from .models.change import LOADED
from .models.question import RetirableModel
from .resource_document import LIST_FIELDS, PLAIN_FIELDS, ResourceDocument

CONTENT = Path(__file__).parent / "content"


@dataclass
class Outcome:
    """What a load did, or would do: (noun, slug) under each heading."""

    added: list[Key] = field(default_factory=list)
    updated: list[Key] = field(default_factory=list)
    unchanged: list[Key] = field(default_factory=list)
    kept: list[Key] = field(default_factory=list)
    only_in_tables: list[Key] = field(default_factory=list)


def read_content(folder: Path = CONTENT) -> Content:
    """Read a whole folder, which must stand by itself.

    Raises ContentError naming every problem by file, line and key.
    """
    return read_files(files_below(folder))


def read_into_tables(files: Mapping[str, bytes]) -> Content:
    """Read all or some of the files, to be loaded into the tables as they are now.

    Raises ContentError naming every problem by file, line and key.
    """
    return read_files(files, over=stored_content())


def stored_content() -> Content:
    """What the tables say: every row in use."""
    return Content(tuple(component_values()), tuple(strategy_values()), tuple(resource_documents()))


def compare(content: Content, *, overwrite: bool | Collection[Key] = False) -> Outcome:
    """What loading ``content`` would do to the tables.

    ``overwrite``: whether rows that staff changed are replaced: all, none or those named.
    """
    outcome = Outcome()
    current = documents()
    loaded = _loaded_hashes()
    wanted = with_meanings_of_tables(content).documents()
    for key, document in wanted.items():
        if key not in loaded:
            outcome.added.append(key)
        elif current.get(key) == document:
            outcome.unchanged.append(key)
        elif _is_replaced(key, overwrite) or _hash(current.get(key, {})) == loaded[key]:
            outcome.updated.append(key)
        else:
            outcome.kept.append(key)
    outcome.only_in_tables = sorted(set(current) - set(wanted))
    return outcome


def _is_replaced(key: Key, overwrite: bool | Collection[Key]) -> bool:
    return overwrite if isinstance(overwrite, bool) else key in overwrite


def with_meanings_of_tables(content: Content) -> Content:
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
def load(
    content: Content,
    *,
    overwrite: bool | Collection[Key] = False,
    by: AbstractBaseUser | AnonymousUser | None = None,
) -> Outcome:
    """Bring the tables up to the files and return what was done.

    ``overwrite``: whether rows that staff changed are replaced: all, none or those named; ``by``:
    whom the history names for it, None for a command.

    Raises ContentError, with nothing written, when a value does not fit its column.
    """
    content = with_meanings_of_tables(content)
    outcome = compare(content, overwrite=overwrite)
    chosen = set(outcome.added + outcome.updated)
    touched = _touched(content, chosen)
    for noun, slugs in touched.items():
        history.before_saving(noun, slugs)
    problems: list[Fault] = []
    resources = [r for r in content.resources if ("resource", r.slug) in chosen]
    for resource in resources:
        save_resource(resource, content.place("resource", resource.slug), problems)
    components = [c for c in content.components if ("component", c.slug) in chosen]
    for component in components:
        _make_way(component)
    for component in components:
        place = content.place("component", component.slug)
        _save_component_with_questions(component, place, problems)
    # What points at other rows waits until all of them are known to be there.
    if not problems:
        for resource in resources:
            place = content.place("resource", resource.slug)
            save_resource_links(resource, place, problems)
        for strategy in content.strategies:
            if ("strategy", strategy.slug) in chosen:
                save_strategy(strategy, content.place("strategy", strategy.slug), problems)
    if problems:
        raise cat.ContentError(problems)
    _remember(content, {*chosen, *outcome.unchanged})
    for noun, slugs in touched.items():
        history.record(noun, slugs, how=LOADED, by=by)
    return outcome


def _touched(content: Content, chosen: set[Key]) -> dict[str, set[str]]:
    """Slugs of the rows that loading these may change, by noun."""
    touched = {noun: {slug for n, slug in chosen if n == noun} for noun in FOLDERS}
    components = touched["component"]
    # Those in the tables too: one its file no longer has is retired.
    questions = Question.objects.filter(component__slug__in=components)
    asked = [q.slug for c in content.components if c.slug in components for q in c.questions]
    return {**touched, "question": {*asked, *questions.values_list("slug", flat=True)}}


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


def _loaded_hashes() -> dict[Key, str]:
    return {
        (noun, slug): loaded
        for noun, model in MODELS.items()
        for slug, loaded in model._default_manager.values_list("slug", "loaded_hash")
    }


def _remember(content: Content, chosen: set[Key]) -> None:
    """Note what is as in the files, so that a later edit by staff can be told from it."""
    known = _loaded_hashes()
    for (noun, slug), document in content.documents().items():
        if (noun, slug) in chosen and known[noun, slug] != (loaded := _hash(document)):
            MODELS[noun]._default_manager.filter(slug=slug).update(loaded_hash=loaded)


NO_OTHER_NAMES: Mapping[str, str] = {}


def _save[M: models.Model](
    model: type[M],
    place: Place,
    problems: list[Fault],
    *,
    lookup: dict[str, Any],
    keys: Mapping[str, str] = NO_OTHER_NAMES,
    **values: Any,
) -> M:
    """Write one row, or say where in its file is what does not fit.

    ``keys``: for columns that a file calls otherwise, the path of their key from ``place``.
    """
    row = model._default_manager.filter(**lookup).first() or model(**lookup)
    for name, value in values.items():
        setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as error:
        problems += _faults(row, error, place, keys)
    else:
        row.save()
    return row


def _faults(
    row: models.Model, error: ValidationError, place: Place, keys: Mapping[str, str]
) -> Iterator[Fault]:
    for column, errors in error.error_dict.items():
        key = keys.get(column, "" if column == NON_FIELD_ERRORS else column)
        for found in errors:
            yield place.at(key).fault(_message(row, column, found))


def _message(row: models.Model, column: str, error: ValidationError) -> str:
    """Why a value was refused; of a choice, with what there is to choose from."""
    message = " ".join(error.messages)
    if error.code == "invalid_choice":
        choices = getattr(row._meta.get_field(column), "choices", None) or []
        message += f" Choose one of: {', '.join(str(value) for value, _ in choices)}."
    return message


def _parts[M: models.Model](
    rows: Iterable[M], place: Place, key: str, problems: list[Fault], *, optional: str = ""
) -> list[M]:
    """The rows of a list that belongs to another row, if their values fit their columns.

    ``key``: the list in the file that they stand in; ``optional``: a column that the desk asks
    for and a file may leave out. What the rows point at is known to be there.
    """
    found = list(rows)
    for n, row in enumerate(found, 1):
        settled = [f.name for f in row._meta.fields if f.is_relation]
        if optional and not getattr(row, optional):
            settled.append(optional)
        try:
            row.clean_fields(exclude=settled)
        except ValidationError as error:
            problems += _faults(row, error, place.at(f"{key}[{n}]"), {})
    return [] if problems else found


# The saving of each noun serves loading and ``reverting``. ``flags`` are the columns that no file
# has: a file puts what it names into use.
type Flags = Mapping[str, Any]
IN_USE: Flags = {"is_retired": False}


def save_resource(
    item: ResourceDocument, place: Place, problems: list[Fault], *, flags: Flags = IN_USE
) -> None:
    """Save an archive item with its facts and addresses; what does not fit is a problem."""
    values = {name: getattr(item, name) for name in PLAIN_FIELDS}
    values |= {name: list(getattr(item, name)) for name in LIST_FIELDS}
    row = _save(Resource, place, problems, lookup={"slug": item.slug}, **flags, **values)
    facts = (
        ResourceFact(resource=row, position=n, text=f.text, source=f.source, basis=f.basis)
        for n, f in enumerate(item.facts, 1)
    )
    addresses = (
        ResourceAddress(resource=row, position=n, url=a.url, note=a.note)
        for n, a in enumerate(item.other_urls, 1)
    )
    own_facts = _parts(facts, place, "facts", problems)
    own_addresses = _parts(addresses, place, "other_urls", problems, optional="note")
    if row.pk is None:
        return
    row.facts.all().delete()
    row.other_urls.all().delete()
    ResourceFact.objects.bulk_create(own_facts)
    ResourceAddress.objects.bulk_create(own_addresses)


def save_resource_links(item: ResourceDocument, place: Place, problems: list[Fault]) -> None:
    """Tie an archive item to its components and to other items, all of which must be there."""
    row = Resource.objects.get(slug=item.slug)
    row.resourcecomponent_set.all().delete()
    row.relations.all().delete()
    components = Component.objects.in_bulk(item.components, field_name="slug")
    others = Resource.objects.in_bulk([r.resource for r in item.relations], field_name="slug")
    ResourceComponent.objects.bulk_create(
        ResourceComponent(resource=row, component=components[slug], position=n)
        for n, slug in enumerate(item.components, 1)
    )
    relations = (
        ResourceRelation(resource=row, position=n, relation=r.relation, other=others[r.resource])
        for n, r in enumerate(item.relations, 1)
    )
    ResourceRelation.objects.bulk_create(_parts(relations, place, "relations", problems))
    row.save(update_fields=Resource.DERIVED)


def _resource(slug: str) -> Resource | None:
    return Resource.objects.filter(slug=slug).first()


def _save_component_with_questions(
    component: cat.Component, place: Place, problems: list[Fault]
) -> None:
    row = save_component(component, place, problems)
    if row.pk is None:
        return
    for position, question in enumerate(component.questions, 1):
        save_question(question, row, position, place.at(f"questions[{position}]"), problems)


def save_component(
    component: cat.Component, place: Place, problems: list[Fault], *, flags: Flags = IN_USE
) -> Component:
    """Save a component without its questions; what does not fit is a problem."""
    return _save(
        Component,
        place,
        problems,
        lookup={"slug": component.slug},
        position=component.position,
        code=component.code,
        title=component.title,
        label=component.label,
        summary=component.summary,
        toolkit_says=component.toolkit_says,
        source=_resource(component.source),
        **flags,
    )


def save_question(
    question: cat.Question,
    component: Component,
    position: int,
    place: Place,
    problems: list[Fault],
    *,
    flags: Flags = IN_USE,
) -> None:
    """Save a question with its levels; what does not fit is a problem."""
    row = _save(
        Question,
        place,
        problems,
        lookup={"slug": question.slug},
        keys={"is_quick": "quick", "why": "why.text", "why_source": "why.source"},
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
        **flags,
    )
    if row.pk is None:
        return
    for number, statement in enumerate(question.levels):
        _save(
            Level,
            place,
            problems,
            lookup={"question": row, "number": number},
            keys={"statement": f"levels[{number + 1}]", "next_step": f"next_steps[{number + 1}]"},
            statement=statement,
            next_step=dict(enumerate(question.next_steps)).get(number, ""),
        )


def save_strategy(
    strategy: cat.Strategy, place: Place, problems: list[Fault], *, flags: Flags = IN_USE
) -> None:
    """Save a strategy with what it serves and its resources; what does not fit is a problem."""
    row = _save(
        Strategy,
        place,
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
        **flags,
    )
    if row.pk is None:
        return
    questions = Question.objects.in_bulk([s.question for s in strategy.serves], field_name="slug")
    missing = [
        (n, s.question) for n, s in enumerate(strategy.serves, 1) if s.question not in questions
    ]
    for n, slug in missing:
        # Its component was changed by staff and kept, so its new questions were not taken.
        message = (
            f"“{slug}” is not in the tables: its component was changed by staff and is kept as "
            "it is. Replace that too, or leave this out."
        )
        problems.append(place.at(f"serves[{n}].question").fault(message))
    if missing:
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
    uses = (
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
    StrategyResource.objects.bulk_create(_parts(uses, place, "resources", problems))
