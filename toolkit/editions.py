"""Publishing: the draft in the tables becomes an immutable edition.

Correction or new edition is told apart here and nowhere else (decisions.md 9-16).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from . import catalogue as cat
from . import quality
from .differences import WORDING, Difference, compare
from .exporting import component_values, resource_documents, strategy_values
from .models import Component, Edition, Question, Resource, Strategy
from .models.question import PublishedModel

# What a publishing would touch in apps that build on this one, in words; filled by their
# AppConfig.ready() (decisions.md 27).
touches: list[Callable[[], str]] = []


class PublishError(Exception):
    """Publishing was refused; ``reasons`` says why, in plain words."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def draft_catalogue() -> cat.Catalogue:
    """What publishing now would freeze: rows in use, those held back as last published."""
    components, strategies = component_values(), strategy_values()
    held = _held_back()
    if any(held.values()):
        edition = live_edition()
        live = catalogue_for(edition) if edition else cat.Catalogue((), ())
        components = list(_components_as_published(components, live, held))
        strategies = list(_as_published(strategies, live.strategies_by_slug, held["strategy"]))
    named = {use.resource for s in strategies for use in s.resources}
    facets = tuple(
        cat.ResourceFacet(
            slug=r.slug,
            kind=r.kind,
            employer=r.employer,
            sectors=tuple(r.sectors),
            employer_sizes=tuple(r.employer_sizes),
        )
        for r in Resource.objects.filter(slug__in=named).order_by("slug")
    )
    return cat.Catalogue(tuple(components), tuple(strategies), facets)


def _held_back() -> dict[str, set[str]]:
    models: dict[str, type[PublishedModel]] = {
        "component": Component,
        "question": Question,
        "strategy": Strategy,
    }
    return {
        noun: set(model._default_manager.filter(is_held_back=True).values_list("slug", flat=True))
        for noun, model in models.items()
    }


def _as_published[T: (cat.Component, cat.Question, cat.Strategy)](
    drafts: Iterable[T], published: Mapping[str, T], held: Collection[str]
) -> Iterator[T]:
    """``drafts``, those held back as last published, or left out if they never were."""
    for draft in drafts:
        if draft.slug not in held:
            yield draft
        elif draft.slug in published:
            yield published[draft.slug]


def _components_as_published(
    components: Iterable[cat.Component], live: cat.Catalogue, held: Mapping[str, Collection[str]]
) -> list[cat.Component]:
    # A question held back keeps its text; where it stands is the draft component's matter.
    questions = {
        c.slug: tuple(
            replace(q, component=c.slug)
            for q in _as_published(c.questions, live.questions, held["question"])
        )
        for c in components
    }
    chosen = _as_published(components, live.by_slug, held["component"])
    return sorted(
        (replace(c, questions=questions[c.slug]) for c in chosen), key=lambda c: c.position
    )


def draft_document() -> str:
    """The canonical text of the draft."""
    return cat.text_of(draft_catalogue())


def draft_problems(draft: cat.Catalogue) -> list[cat.Problem]:
    """Every reason against publishing the draft."""
    known = Resource.objects.filter(is_retired=False).values_list("slug", flat=True)
    named = {item.slug: item for item in resource_documents(quality.sources(draft))}
    return [
        *_position_problems(draft),
        *cat.problems(draft, known),
        *quality.problems(draft, named),
    ]


def draft_remarks(draft: cat.Catalogue) -> list[cat.Problem]:
    """Wording of the draft, and of the archive items it names, that an editor may want to weigh."""
    return quality.remarks(draft, resource_documents(quality.sources(draft)))


def _position_problems(draft: cat.Catalogue) -> Iterator[cat.Problem]:
    taken: dict[int, cat.Component] = {}
    for component in draft.components:
        other = taken.setdefault(component.position, component)
        if other is not component:
            yield cat.Problem(
                "component",
                component.slug,
                f"Position {component.position} is also that of “{other.title}”.",
            )


def live_edition() -> Edition | None:
    """The newest edition, or None before the first publishing; its document is read on demand."""
    return Edition.objects.newest_first().defer("document").first()


def live_catalogue() -> cat.Catalogue:
    """What is published now; empty before the first publishing.

    The document is read only by a process that has not parsed it yet.
    """
    edition = live_edition()
    return catalogue_for(edition) if edition else cat.Catalogue((), ())


# Parsed editions by fingerprint; an edition never changes, so an entry never goes stale.
_catalogues: dict[str, cat.Catalogue] = {}
_MOST_CATALOGUES = 16


def catalogue_for(edition: Edition) -> cat.Catalogue:
    """The catalogue of an edition; parsed once per process and fingerprint."""
    return catalogue_by_fingerprint(edition.fingerprint, lambda: edition.document)


def catalogue_by_key(fingerprint: str, key: int) -> cat.Catalogue:
    """The catalogue under ``fingerprint``; the edition with this key is read only if need be."""
    documents = Edition.objects.values_list("document", flat=True)
    return catalogue_by_fingerprint(fingerprint, lambda: documents.get(pk=key))


def catalogue_by_fingerprint(fingerprint: str, document: Callable[[], str]) -> cat.Catalogue:
    """The catalogue under ``fingerprint``; ``document`` is called only when it is not cached."""
    if fingerprint not in _catalogues:
        _catalogues[fingerprint] = cat.from_document(json.loads(document()))
        while len(_catalogues) > _MOST_CATALOGUES:
            _catalogues.pop(next(iter(_catalogues)))
    return _catalogues[fingerprint]


# -- differences -----------------------------------------------------------------------------


def _items(catalogue: cat.Catalogue) -> Iterator[tuple[str, str, str, cat.Document]]:
    for component in catalogue.components:
        document = cat.write_component(component)
        questions = document.pop("questions")
        yield "component", component.slug, component.title, document
        for position, (question, plain) in enumerate(
            zip(component.questions, questions, strict=True), 1
        ):
            own = {**plain, "component": component.slug, "position": position}
            yield "question", question.slug, f"{question.code} {question.text}", own
    for strategy in catalogue.strategies:
        yield "strategy", strategy.slug, strategy.title, cat.write_strategy(strategy)


def _facets(catalogue: cat.Catalogue) -> dict[str, cat.Document]:
    return {document["slug"]: document for document in cat.to_document(catalogue)["resources"]}


def differences(live: cat.Catalogue | None, draft: cat.Catalogue) -> list[Difference]:
    """What publishing ``draft`` would change, item by item and key by key."""
    before = {(n, s): (t, d) for n, s, t, d in _items(live)} if live else {}
    after = {(n, s): (t, d) for n, s, t, d in _items(draft)}
    found = [
        Difference(noun, slug, title, f"The {noun} is added.", is_added=True)
        for (noun, slug), (title, _) in after.items()
        if (noun, slug) not in before
    ]
    found += [
        Difference(noun, slug, title, f"The {noun} is removed.")
        for (noun, slug), (title, _) in before.items()
        if (noun, slug) not in after
    ]
    for key, (title, document) in after.items():
        if key in before:
            found += compare(key, title, before[key][1], document)
    # A facet comes or goes only with a strategy's resources, which are listed above.
    facets = _facets(live) if live else {}
    for slug, document in _facets(draft).items():
        if slug in facets:
            found += compare(("resource", slug), slug, facets[slug], document)
    return found


def is_correction(found: list[Difference], same_meaning: Collection[str]) -> bool:
    """Whether these differences make a correction: wording only, and meaning vouched for."""
    return all(
        d.is_correction and (not d.needs_same_meaning or d.slug in same_meaning) for d in found
    )


def next_number(
    live: Edition | None, found: list[Difference], same_meaning: Collection[str]
) -> tuple[int, int]:
    """The number and revision that publishing these differences to ``live`` would get."""
    if live is None:
        return 1, 0
    if is_correction(found, same_meaning):
        return live.number, live.revision + 1
    return live.number + 1, 0


# -- publishing ------------------------------------------------------------------------------


@transaction.atomic
def publish(
    *,
    fingerprint: str,
    note: str,
    by: AbstractBaseUser | None = None,
    same_meaning: Collection[str] = (),
) -> Edition:
    """Freeze the draft as a new revision or a new edition and return it.

    ``fingerprint``: that of the draft the publisher confirmed; ``same_meaning``: slugs of
    reworded questions that mean what they meant. Raises PublishError, with nothing written, when
    the draft has moved on, has problems, or differs in nothing; also when another publishing won.
    """
    _wait_for_other_publishers()
    draft = draft_catalogue()
    if cat.fingerprint(cat.text_of(draft)) != fingerprint:
        raise PublishError(["The draft has changed since you opened it. Check the changes again."])
    if found := draft_problems(draft):
        raise PublishError([f"{p.noun} {p.slug}: {p.message}" for p in found])
    live = live_edition()
    changes = differences(catalogue_for(live) if live else None, draft)
    if live and not changes:
        raise PublishError(["Nothing has changed since the live edition."])
    number, revision = next_number(live, changes, same_meaning)
    if revision == 0:
        draft = _raise_meanings(draft, _changed_meanings(draft, changes, same_meaning))
    document = cat.text_of(draft)
    try:
        with transaction.atomic():
            return Edition.objects.create(
                number=number,
                revision=revision,
                fingerprint=cat.fingerprint(document),
                document=document,
                published_by=by,  # type: ignore[misc]
                note=note,
            )
    except IntegrityError as error:
        raise PublishError(["Someone else has just published. Check the changes again."]) from (
            error
        )


def _wait_for_other_publishers() -> None:
    """One at a time: on PostgreSQL by locking the oldest edition; SQLite has one writer anyway.

    Two at once could otherwise publish the same draft as 1.1 and as 2.0. The very first
    publishing finds no row to lock and is settled by the constraint.
    """
    list(Edition.objects.select_for_update().order_by("pk").values_list("pk")[:1])


def _changed_meanings(
    draft: cat.Catalogue, changes: list[Difference], same_meaning: Collection[str]
) -> set[str]:
    """Questions that mean something else now: reworded, and nobody vouched for them."""
    reworded = {d.slug for d in changes if d.needs_same_meaning and d.slug not in same_meaning}
    added = [draft.questions[d.slug] for d in changes if d.is_added and d.noun == "question"]
    return reworded | {q.slug for q in added if _came_back_reworded(q)}


def _came_back_reworded(question: cat.Question) -> bool:
    """Whether an edition before the live one knew this question in other words."""
    edition = Edition.objects.naming("question", question.slug).newest_first().first()
    if edition is None:
        return False
    old = catalogue_for(edition).questions[question.slug]
    return any(getattr(old, key) != getattr(question, key) for key in WORDING["question"])


def _raise_meanings(draft: cat.Catalogue, slugs: Collection[str]) -> cat.Catalogue:
    """``draft`` with the meaning of these questions raised, as their rows are."""
    # Raised in the draft that was confirmed, not read again: staff may be saving meanwhile.
    for slug in slugs:
        Question.objects.filter(slug=slug).update(meaning=draft.questions[slug].meaning + 1)
    return replace(
        draft,
        components=tuple(
            replace(
                c,
                questions=tuple(
                    replace(q, meaning=q.meaning + 1) if q.slug in slugs else q for q in c.questions
                ),
            )
            for c in draft.components
        ),
    )
