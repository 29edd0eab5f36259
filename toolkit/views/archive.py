"""The archive's list, and the feed of what is new in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import conditional_page, require_safe

from toolkit.archive import Archive, Search
from toolkit.editions import live_catalogue
from toolkit.feed import NewItems


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """Search the archive. Everything asked stands in the address, which can be shared."""
    found = Archive(Search.read(request.GET.dict()), live_catalogue())
    page = found.page(request.GET.get("page", ""))
    context = {
        "section": "archive",
        "archive": found,
        "search": found.search,
        "page": page,
        "previous": page.has_previous() and found.search.query(page=page.previous_page_number()),
        "next": page.has_next() and found.search.query(page=page.next_page_number()),
    }
    return render(request, "toolkit/archive.html", context)


# What is new, asked for again only if it has changed.
feed = require_safe(conditional_page(NewItems()))
