"""One captured copy, handed out as a file."""

from __future__ import annotations

from http import HTTPStatus

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import add_never_cache_headers, get_conditional_response
from django.views.decorators.http import require_safe

from toolkit.copies import CopyUnavailable, open_copy
from toolkit.formats import PDF
from toolkit.models import ResourceCopy

from .resource import require_shown

# A copy is somebody else's work and may hold scripts: a browser saves it and runs nothing of it.
# Its address names its content, so it can be kept for good, and only as it is.
COPY_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable, no-transform",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Accept-Ranges": "none",
}


@require_safe
def copy(request: HttpRequest, slug: str, sha256: str) -> HttpResponseBase:
    """Hand out a captured copy as a file to be saved, byte for byte as it came in."""
    rows = ResourceCopy.objects.select_related("resource")
    found = get_object_or_404(rows, resource__slug=slug, sha256=sha256)
    require_shown(found.resource)
    etag = f'"{found.sha256}"'
    response = get_conditional_response(request, etag=etag) or _attached(request, found)
    if response.status_code in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        for name, value in {**COPY_HEADERS, "ETag": etag}.items():
            response[name] = value
    return response


def _attached(request: HttpRequest, found: ResourceCopy) -> HttpResponseBase:
    """The copy's file, or a page that says why it cannot be had."""
    try:
        file = open_copy(found)
    except CopyUnavailable as problem:
        context = {"section": "archive", "copy": found, "problem": problem}
        page = render(request, "toolkit/copy_unavailable.html", context, status=problem.status)
        add_never_cache_headers(page)
        return page
    response = FileResponse(
        file,
        as_attachment=True,
        filename=found.download_name,
        # Of all formats only this one is opened by nothing that could run it as a page of ours.
        content_type=PDF.mime if found.format is PDF else "application/octet-stream",
    )
    if request.method == "HEAD":
        response.streaming_content = ()
    return response
