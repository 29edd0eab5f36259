"""Roles of the editors' desk: what each may do, told from the models and not from a list.

None holds any permission outside this app: employers' answers are nobody's here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import models, transaction

from .models.question import RetirableModel
from .models.record import Record

EDITOR, PUBLISHER, AUDITOR = "Editor", "Publisher", "Auditor"


def every_model() -> list[type[models.Model]]:
    """Every model of the toolkit; not the audit log, which shows tables of others."""
    found = apps.get_app_config("toolkit").get_models()
    return [model for model in found if not model._meta.proxy]


def is_content(model: type[models.Model]) -> bool:
    """Whether editors write it; what is not content is a record, which nobody changes."""
    return not issubclass(model, Record)


def permissions(role: str) -> set[str]:
    """Codenames of the toolkit's permissions a role holds.

    An auditor sees everything, and alone the audit log. An editor also adds and changes content,
    and removes what belongs to a row (a fact, a question served); the row itself is retired, not
    deleted, and a captured copy, which may be the last there is, stays. A publisher may publish as
    well.
    """
    found = {f"view_{model._meta.model_name}" for model in every_model()}
    if role in {EDITOR, PUBLISHER}:
        found |= {*_editing()}
    if role == PUBLISHER:
        found.add("publish_edition")
    if role == AUDITOR:
        found |= {"view_auditentry", "view_failedsignin"}
    return found


def _editing() -> Iterator[str]:
    for model in filter(is_content, every_model()):
        name = model._meta.model_name
        yield from (f"add_{name}", f"change_{name}")
        if _belongs_to_a_row(model):
            yield f"delete_{name}"


def _belongs_to_a_row(model: type[models.Model]) -> bool:
    """Whether its rows are part of a row of content, and would go with it."""
    return any(
        field.remote_field.on_delete is models.CASCADE
        and issubclass(field.remote_field.model, RetirableModel)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
    )


@transaction.atomic
def set_up(role: str) -> tuple[int, list[str]]:
    """Make the group of a role, or give it what it lacks; return how many, and what else it has.

    What a site gave or made by hand is kept: another role is another group, and a site that gave
    this one more had a reason. It is named, so that nobody forgets it.
    """
    group, _ = Group.objects.get_or_create(name=role)
    wanted = Permission.objects.filter(
        content_type__app_label="toolkit", codename__in=permissions(role)
    )
    missing = wanted.exclude(group=group)
    count = len(missing)
    group.permissions.add(*missing)
    extra = group.permissions.exclude(pk__in=wanted.values("pk")).select_related("content_type")
    return count, list(_names(extra))


def _names(found: Iterable[Permission]) -> Iterator[str]:
    return (f"{p.content_type.app_label}.{p.codename}" for p in found)
