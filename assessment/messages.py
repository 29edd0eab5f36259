"""What is said once, on the next page; until then it waits in a cookie.

In the cookie of Django's messages, not in the session: a session is written whole, and one written
for a sentence could undo what another tab was granted at that moment (decisions.md 24). The cookie
is signed and not secret, so no message holds a word that somebody typed.
"""

from __future__ import annotations

from django.contrib.messages import middleware
from django.http import HttpRequest, HttpResponse

from .access import private


class MessageMiddleware(middleware.MessageMiddleware):
    """Django's; a page that says something to one visitor is not kept for another."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Store what is still to be said; mark what has just said something."""
        response = super().process_response(request, response)
        said = getattr(request, "_messages", None)
        return private(response) if said is not None and said.used and len(said) else response
