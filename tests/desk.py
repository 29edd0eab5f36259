"""The desk for tests: a row in each of its tables, and each of its addresses with their keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

from axes.models import AccessFailureLog
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db.models import Model
from django.urls import URLResolver, get_resolver
from django_tasks_db.models import DBTaskResult

from tests import factories
from tests.staff import account
from tests.toolkit import captures
from tests.toolkit.small import load_and_publish
from toolkit import audit
from toolkit.content_zip import pack
from toolkit.exporting import export_files
from toolkit.models import Change, LinkCheck, Question, Resource, Upload

UPLOADED = "a" * 64
MOVED = "https://example.org/"


def routes(patterns: Any = None, route: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Every address of the site: its route, and its name or the route where it has none."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here, pattern.namespace or space)
        else:
            yield here, f"{space}:{pattern.name}" if pattern.name else here


def row_in_each_table(user: User) -> dict[type[Model], Model]:
    """A row of each of the desk's tables, and an upload of ``user`` that waits; by model."""
    load_and_publish()
    call_command("setup_roles", stdout=StringIO())
    resource = Resource.objects.latest("pk")
    captures.kept(resource)
    Resource.objects.filter(pk=resource.pk).update(original_url=MOVED)
    LinkCheck.objects.create(
        resource=resource,
        which="original",
        url=MOVED,
        outcome="moved",
        new_url="https://www.example.org/",
    )
    audit.record(account("somebody"), audit.EXPORTED, "All content.", name="content.zip")
    AccessFailureLog.objects.create(username="somebody", ip_address="192.0.2.1")
    data = pack(export_files())
    Upload.objects.keep(user, name="content.zip", sha256=UPLOADED, data=data)
    DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}}, task_path="a.task", backend_name="default"
    )
    factories.make_assessment()
    return {model: model._default_manager.latest("pk") for model in admin.site._registry}


def addresses(rows: dict[type[Model], Model]) -> dict[str, list[str]]:
    """The addresses of each route of the desk, by route; those of a row with its key."""
    found: dict[str, list[str]] = {}
    for route, _ in routes():
        if route.startswith(("admin/", "preview/")):
            found[route] = ["/" + filled for filled in _filled(route, rows)]
    return found


def _filled(route: str, rows: dict[type[Model], Model]) -> Iterator[str]:
    if "(?P<app_label>" in route:
        labels = sorted({model._meta.app_label for model in rows})
        yield from (f"admin/{label}/" for label in labels)
    elif "(?P<url>" in route:
        yield "admin/nothing"
    elif "<path:content_type_id>" in route:
        for model, row in rows.items():
            yield f"admin/r/{ContentType.objects.get_for_model(model).pk}/{row.pk}/"
    else:
        keys = _keys(route, rows)
        yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(keys[found[1]]), route)


def _keys(route: str, rows: dict[type[Model], Model]) -> dict[str, Any]:
    """What to put in the place of each key of a route."""
    row = next(
        (row for m, row in rows.items() if f"/{m._meta.app_label}/{m._meta.model_name}/" in route),
        None,
    )
    pk = row and row.pk
    question = rows[Question]
    assert isinstance(question, Question)
    keys = {"object_id": pk, "pk": pk, "id": pk, "sha256": UPLOADED}
    keys |= {"resource": rows[Resource].pk, "slug": question.slug}
    if row is not None and "<int:key>" in route:
        versions = Change.objects.of(str(row._meta.model_name), getattr(row, "slug", ""))
        keys["key"] = versions.latest("pk").pk
    return keys
