"""The feed of what is new in the archive (Atom 1.0)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from .cards import cautions
from .citations import one_line
from .metadata import SITE
from .models import Resource

NEWEST = 50


class NewItems(Feed[Resource, None]):
    """The items added last; retired ones are not among them."""

    feed_type = Atom1Feed
    title = "New in the job quality archive"
    subtitle = "Guides, case studies and research on good jobs, as they are added to the archive."
    link = reverse_lazy("toolkit:archive")
    author_name = SITE

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the feed.

        Its newest date is no sign of change, as an item may leave it: an ETag tells (views.py).
        """
        response = super().__call__(request, *args, **kwargs)
        del response["Last-Modified"]
        return response

    def items(self) -> Any:
        """The newest first, those added at once in the order of the archive."""
        rows = Resource.objects.filter(is_retired=False).defer("search_text")
        return rows.order_by("-added_at", "-number")[:NEWEST]

    def item_title(self, item: Resource) -> str:
        """The title as the archive shows it; Atom takes it as text."""
        return one_line(item.shown_title)

    def item_description(self, item: Resource) -> str:
        """The summary and what a reader must know; Atom takes it as HTML."""
        values = {"is_preserved": item.is_preserved, "caution": item.caution}
        parts = [item.summary, cautions(values)]
        return "".join(f"<p>{escape(one_line(part))}</p>" for part in parts if part)

    def item_author_name(self, item: Resource) -> str:
        """Who made it, or that this is not known."""
        return one_line(item.organization)

    def item_pubdate(self, item: Resource) -> datetime:
        """When it was added."""
        return item.added_at

    def item_updateddate(self, item: Resource) -> datetime:
        """When it was last changed."""
        return max(item.added_at, item.changed_at)
