"""What loading an upload would do, shown before anything is written; then exactly that, done."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from . import audit, editions
from . import catalogue as cat
from .catalogue import Fault
from .content_files import Content, Key
from .content_zip import unpack
from .differences import Difference
from .differences import compare as changes
from .history import MODELS
from .importing import (
    Outcome,
    compare,
    load,
    read_into_tables,
    stored_content,
    with_meanings_of_tables,
)
from .models import Upload
from .resource_document import ResourceDocument, write_resource


class MovedOnError(Exception):
    """The upload or the tables are not those of the dry run that was confirmed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the dry run: what it is called, and what would change of it."""

    noun: str
    slug: str
    title: str
    differences: tuple[Difference, ...] = ()
    is_retired: bool = False
    is_replaced: bool = False

    @property
    def value(self) -> str:
        """How a form names it."""
        return f"{self.noun} {self.slug}"


@dataclass(frozen=True, slots=True)
class DryRun:
    """What loading would do, with rows changed by staff replaced as ticked.

    ``problems`` are those of loading with these ticks; with all rows replaced there is none.
    ``fingerprint`` is of the upload and the tables together.
    """

    added: tuple[Row, ...]
    changed: tuple[Row, ...]
    kept: tuple[Row, ...]
    unchanged: int
    only_in_tables: tuple[Row, ...]
    problems: tuple[Fault, ...]
    fingerprint: str


def dry_run(name: str, data: bytes, replaced: bool | Collection[Key] = False) -> DryRun:
    """What loading this upload would do; nothing is written.

    ``replaced``: which rows changed by staff are to be replaced all the same: all, none or those
    named. Raises ContentError with every problem when it cannot be loaded whatever is ticked.
    """
    content = with_meanings_of_tables(read_into_tables(unpack(name, data)))
    outcome = compare(content)
    ticked = {key for key in outcome.kept if replaced is True or (replaced and key in replaced)}
    stored = stored_content()
    _attempt(content, outcome.kept)
    problems: tuple[Fault, ...] = ()
    if len(ticked) < len(outcome.kept):
        try:
            _attempt(content, ticked)
        except cat.ContentError as error:
            problems = tuple(error.problems)
    rows = _Rows(content, stored, ticked)
    return DryRun(
        added=rows.named(outcome.added),
        changed=rows.named(outcome.updated),
        kept=rows.named(outcome.kept),
        unchanged=len(outcome.unchanged),
        only_in_tables=_Rows(stored, stored).named(outcome.only_in_tables),
        problems=problems,
        fingerprint=_fingerprint(content, stored),
    )


def load_confirmed(
    name: str,
    data: bytes,
    *,
    fingerprint: str,
    replaced: bool | Collection[Key] = False,
    by: AbstractBaseUser | AnonymousUser | None = None,
) -> Outcome:
    """Load this upload in one transaction, if that does exactly what the dry run showed.

    ``fingerprint``: that of the dry run; ``by``: whom the history names. Raises MovedOnError,
    with nothing written, when the tables have changed since; ContentError as ``load``.
    """
    try:
        with transaction.atomic():
            _wait_for_editors()
            content = with_meanings_of_tables(read_into_tables(unpack(name, data)))
            if _fingerprint(content, stored_content()) != fingerprint:
                raise MovedOnError
            return load(content, overwrite=replaced, by=by)
    except IntegrityError as error:
        # Somebody has just added a row of the same name, which there was nothing to lock of.
        raise MovedOnError from error


@transaction.atomic
def load_upload(
    *,
    upload: Upload,
    fingerprint: str,
    replaced: bool | Collection[Key],
    by: AbstractBaseUser | AnonymousUser,
) -> Outcome | None:
    """Load what waits, as ``load_confirmed`` does, throw it away and note it in the audit log.

    None where it waits no more: of two presses the second waits here and finds it gone.
    """
    if not Upload.objects.select_for_update().filter(pk=upload.pk).exists():
        return None
    data = bytes(upload.data)
    outcome = load_confirmed(upload.name, data, fingerprint=fingerprint, replaced=replaced, by=by)
    upload.delete()
    done = (
        f"Added: {len(outcome.added)}; changed: {len(outcome.updated)}; kept: {len(outcome.kept)}."
    )
    audit.record(by, audit.IMPORTED, done, about=Upload, name=upload.name)
    return outcome


def _attempt(content: Content, replaced: Collection[Key]) -> None:
    """Load and take it all back. Raises ContentError when it cannot be loaded."""
    with transaction.atomic():
        load(content, overwrite=replaced)
        transaction.set_rollback(True)


def _wait_for_editors() -> None:
    """Let nobody save a row until this is done: on SQLite there is one writer anyway."""
    for model in MODELS.values():
        list(model._default_manager.select_for_update().order_by("pk").values_list("pk"))


def _fingerprint(content: Content, stored: Content) -> str:
    """What tells whether loading would still do what was shown."""
    shown = {
        "files": [[*key, document] for key, document in content.documents().items()],
        "tables": [[*key, document] for key, document in stored.documents().items()],
        "states": {
            model.__name__: list(
                model._default_manager.order_by("pk").values_list(
                    "slug", "loaded_hash", "is_retired"
                )
            )
            for model in MODELS.values()
        },
    }
    return cat.fingerprint(cat.canonical(shown))


class _Rows:
    """The rows of ``content`` in words, each with what it would change of the one stored."""

    def __init__(self, content: Content, stored: Content, ticked: Collection[Key] = ()) -> None:
        self.ticked = ticked
        self.new, self.old = _by_key(content), _by_key(stored)

    def named(self, keys: Collection[Key]) -> tuple[Row, ...]:
        """The rows of these names, in the order given."""
        return tuple(
            Row(
                noun=key[0],
                slug=key[1],
                title=self.new[key].title,
                differences=tuple(self._differences(key)),
                is_retired=key not in self.old,
                is_replaced=key in self.ticked,
            )
            for key in keys
        )

    def _differences(self, key: Key) -> Iterator[Difference]:
        before, after = self.old.get(key), self.new[key]
        if before is None or before is after:
            return
        if isinstance(before, ResourceDocument) and isinstance(after, ResourceDocument):
            old, new = write_resource(before), write_resource(after)
            yield from changes(key, after.title, old, new)
        else:
            yield from editions.differences(_catalogue(before), _catalogue(after))


type _Value = cat.Component | cat.Strategy | ResourceDocument


def _by_key(content: Content) -> dict[Key, _Value]:
    return {
        **{("component", c.slug): c for c in content.components},
        **{("strategy", s.slug): s for s in content.strategies},
        **{("resource", r.slug): r for r in content.resources},
    }


def _catalogue(value: _Value) -> cat.Catalogue:
    """A catalogue of nothing else, for its differences."""
    return cat.Catalogue(
        components=(value,) if isinstance(value, cat.Component) else (),
        strategies=(value,) if isinstance(value, cat.Strategy) else (),
    )
