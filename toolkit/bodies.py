"""How much may be sent to an address, refused by its announced length before a byte is read.

Django bounds what it keeps of a form in memory, but writes every file of a form to the temporary
disk, however large, and does so for any address and before it knows who sends: the form's token
stands in the same body. A body that announces no length is not read at all (WSGI).

How slowly a body comes is not bounded here: while it is read, a thread waits. In production nginx
collects it first (deploy/nginx.conf); gunicorn alone would wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

# The form around a file: its other fields, its token, the names of its parts.
AROUND = 1024 * 1024
# A browser shows the answer only once it has sent everything. So much is read for that, and kept
# nowhere; who sends more is cut off.
MOST_READ = 64 * 1024 * 1024
CHUNK = 64 * 1024


def takes_file[View: Callable[..., Any]](
    most: int | None, too_large: Callable[[HttpRequest], HttpResponse] | None = None
) -> Callable[[View], View]:
    """Let a view be sent a file of ``most`` bytes and a form around it.

    None: any size, for a view whose upload handler counts what comes in. ``too_large``: makes the
    answer to a longer one, in place of the page for what cannot be read.
    """

    def mark(view: View) -> View:
        view.largest_body = None if most is None else most + AROUND  # type: ignore[attr-defined]
        view.too_large = too_large  # type: ignore[attr-defined]
        return view

    return mark


class BodyLimitMiddleware:
    """Refuse what is too long, with the page for it. Stands before whatever reads the body."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        """Nothing to do: the limit is the view's."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        """Answer what is too long. Raises RequestDataTooBig, which Django answers with 400."""
        most = getattr(view, "largest_body", settings.LARGEST_BODY)
        length = _length(request)
        if most is None or 0 <= length <= most:
            return None
        if 0 <= length <= MOST_READ:
            while request.read(CHUNK):
                pass
        if too_large := getattr(view, "too_large", None):
            page: HttpResponse = too_large(request)
            return page
        raise RequestDataTooBig("The body is longer than this address takes.")


def _length(request: HttpRequest) -> int:
    """The announced length, 0 for what Django takes for none; below that it reads without end."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
