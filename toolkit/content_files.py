"""Content files: read and checked as a whole, every problem named by file, line and key.

Knows no tables: what is there already comes in as another ``Content``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from . import catalogue as cat
from . import quality
from .catalogue import Fault, Place
from .marked_yaml import read_yaml
from .resource_document import ResourceDocument, read_resource, write_resource

FOLDERS = {"component": "components", "strategy": "strategies", "resource": "archive"}
NOUNS = {folder: noun for noun, folder in FOLDERS.items()}
FILE_NAME = re.compile(r"[-a-z0-9_]+\.yaml")
# A file that stands in no folder is known by a key that only its noun has.
OWN_KEYS = {"questions": "component", "steps": "strategy", "number": "resource"}

READERS: dict[str, Callable[[object, Place, list[Fault]], Any]] = {
    "component": cat.read_component,
    "strategy": cat.read_strategy,
    "resource": read_resource,
}

# Whoever has more has sent something else; reading stops there.
MOST_PROBLEMS = 1_000

# Noun and slug of a row.
type Key = tuple[str, str]


@dataclass(frozen=True)
class Content:
    """Everything some content files say, or the tables. ``places``: where each row was read."""

    components: tuple[cat.Component, ...] = ()
    strategies: tuple[cat.Strategy, ...] = ()
    resources: tuple[ResourceDocument, ...] = ()
    places: Mapping[Key, Place] = field(default_factory=dict, compare=False, repr=False)

    def documents(self) -> dict[Key, cat.Document]:
        """The document of each, by (noun, slug)."""
        return {
            **{("component", c.slug): cat.write_component(c) for c in self.components},
            **{("strategy", s.slug): cat.write_strategy(s) for s in self.strategies},
            **{("resource", r.slug): write_resource(r) for r in self.resources},
        }

    def place(self, noun: str, slug: str) -> Place:
        """Where a row stands; one that is not in these files is named instead."""
        if stands := self.places.get((noun, slug)):
            return stands
        return Place(f"{noun} {slug} (not in these files)" if slug else "these files")

    def laid_over(self, below: Content) -> Content:
        """These rows, and those of ``below`` that are not among them."""
        components = {c.slug: c for c in (*below.components, *self.components)}
        strategies = {s.slug: s for s in (*below.strategies, *self.strategies)}
        resources = {r.slug: r for r in (*below.resources, *self.resources)}
        return replace(
            self,
            components=tuple(sorted(components.values(), key=lambda c: c.position)),
            strategies=tuple(strategies.values()),
            resources=tuple(sorted(resources.values(), key=lambda r: r.number)),
        )


def files_below(folder: Path) -> dict[str, bytes]:
    """The content files below ``folder``, by path."""
    return {
        f"{subfolder}/{path.name}": path.read_bytes()
        for subfolder in FOLDERS.values()
        for path in sorted((folder / subfolder).glob("*.yaml"))
    }


def read_files(files: Mapping[str, bytes], *, over: Content | None = None) -> Content:
    """Read files, all of the content or some of it, and check what they say.

    ``files``: their bytes by path ("components/pay.yaml"); ``over``: the rows that are there
    already, to which what the files name may belong. Raises ContentError naming every problem.
    """
    problems: list[Fault] = []
    read: dict[str, list[Any]] = {noun: [] for noun in FOLDERS}
    places: dict[Key, Place] = {}
    for path, data in files.items():
        if len(problems) > MOST_PROBLEMS:
            break
        if (found := _read_file(path, data, problems)) is None:
            continue
        noun, item, place = found
        if not item.slug:
            continue  # which is among the problems
        if first := places.get((noun, item.slug)):
            problems.append(place.at("slug").fault(f"“{item.slug}” is also in {first.file}"))
            continue
        read[noun].append(item)
        places[noun, item.slug] = place
        if noun == "component":
            for n, question in enumerate(item.questions, 1):
                places.setdefault(("question", question.slug), place.at(f"questions[{n}]"))
    content = Content(
        components=tuple(sorted(read["component"], key=lambda c: c.position)),
        strategies=tuple(read["strategy"]),
        resources=tuple(sorted(read["resource"], key=lambda r: r.number)),
        places=places,
    )
    if not problems:
        problems += _faults(content, over or Content())
    if problems:
        raise cat.ContentError(problems)
    return content


def _read_file(path: str, data: bytes, problems: list[Fault]) -> tuple[str, Any, Place] | None:
    """Noun, value and place of one file; None, with the reason among the problems, if it has none.

    What is wrong inside the file is among the problems too, and its value stands in for it.
    """
    folder, _, name = path.rpartition("/")
    if folder and folder not in NOUNS:
        known = ", ".join(NOUNS)
        problems.append(Fault(path, "", f"unknown folder “{folder}”; the folders are {known}"))
    if not FILE_NAME.fullmatch(name):
        message = "a file is named for its slug: small letters, digits and hyphens, then .yaml"
        problems.append(Fault(path, "", message))
        return None
    marked = read_yaml(data, path, problems)
    if marked is None or (folder and folder not in NOUNS):
        return None
    place = Place(path, "", marked.lines)
    keys = marked.value if isinstance(marked.value, Mapping) else {}
    noun = NOUNS.get(folder) or next((n for key, n in OWN_KEYS.items() if key in keys), "")
    if not noun:
        needed = "questions (a component), steps (a strategy) or number (an archive item)"
        problems.append(place.fault(f"cannot tell what it is: it has none of the keys {needed}"))
        return None
    item = READERS[noun](marked.value, place, problems)
    if item.slug and item.slug != name.removesuffix(".yaml"):
        problems.append(place.at("slug").fault(f"“{item.slug}” is not the name of the file"))
    return noun, item, place


# -- checking what rows say of each other ------------------------------------------------------


def _faults(content: Content, over: Content) -> Iterator[Fault]:
    """What is wrong with ``content`` laid over the rows that are there already.

    What the rows there have wrong with them as they stand is no reason to refuse the files.
    """
    known = set(reference_problems(over)) if over.components else set()
    for problem in reference_problems(content.laid_over(over)):
        if problem not in known:
            yield content.place(problem.noun, problem.slug).at(problem.key).fault(problem.message)


def reference_problems(content: Content) -> list[cat.Problem]:
    """What would stop this content from being loaded and published together."""
    resources = {r.slug: r for r in content.resources}
    catalogue = cat.Catalogue(content.components, content.strategies)
    return [
        *cat.problems(catalogue, resources),
        *quality.problems(catalogue, resources),
        *_repeated_uses(content.strategies),
        *_resource_problems(content.resources, resources, catalogue.by_slug),
    ]


def _repeated_uses(strategies: Iterable[cat.Strategy]) -> Iterator[cat.Problem]:
    for strategy in strategies:
        used = [use.resource for use in strategy.resources]
        for n, slug in _repeated(used):
            message = f"It names the resource “{slug}” more than once."
            yield cat.Problem("strategy", strategy.slug, message, f"resources[{n}]")


def _resource_problems(
    resources: Iterable[ResourceDocument], slugs: Container[str], components: Mapping[str, Any]
) -> Iterator[cat.Problem]:
    numbers: dict[int, str] = {}
    for item in resources:
        if (other := numbers.setdefault(item.number, item.slug)) != item.slug:
            message = f"The number {item.number} is that of “{other}”."
            yield cat.Problem("resource", item.slug, message, "number")
        for n, component in enumerate(item.components, 1):
            if component not in components:
                message = f"Unknown component “{component}”."
                yield cat.Problem("resource", item.slug, message, f"components[{n}]")
        for n, component in _repeated(item.components):
            message = f"It names the component “{component}” more than once."
            yield cat.Problem("resource", item.slug, message, f"components[{n}]")
        for n, relation in enumerate(item.relations, 1):
            if relation.resource not in slugs:
                message = f"Unknown resource “{relation.resource}”."
                yield cat.Problem("resource", item.slug, message, f"relations[{n}].resource")


def _repeated(slugs: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The further places, from 1, of what stands more than once."""
    seen: set[str] = set()
    for n, slug in enumerate(slugs, 1):
        if slug in seen:
            yield n, slug
        seen.add(slug)
