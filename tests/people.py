"""The cast: who they are, which link they opened, and the browser each of them holds."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from assessment.access import make_link
from assessment.models import AccessLink, Assessment
from tests.factories import JOB_SECURITY
from tests.pages import Response

# Maria owns the bakery, Sam manages it, Ana leads the shop, Rita sits on the board, Theo lends
# them money.
CAST = {
    "maria": ("owner", ""),
    "sam": ("edit", ""),
    "ana": ("contributor", JOB_SECURITY),
    "rita": ("read", ""),
    "theo": ("share", ""),
}
ROLES = {role: name for name, (role, _) in CAST.items()}


class Person(Client):
    """Somebody with a browser of their own, and perhaps a link to one assessment."""

    def __init__(self, assessment: Assessment, **options: Any) -> None:
        super().__init__(**options)
        self.assessment = assessment
        self.link: AccessLink | None = None
        self.secret = ""

    def given(self, role: str, component: str = "") -> Person:
        """The same, having opened a new link of this role."""
        self.link, self.secret = make_link(
            self.assessment,
            role=role,
            component=component,
            shows="scores" if role == "share" else "",
        )
        assert self.open().status_code == 302
        return self

    def open(self) -> Response:
        """Open the private link."""
        return self.get(reverse("assessment:open_link", args=[self.secret]))

    def address(self, name: str, *args: Any) -> str:
        """The address of a page of the assessment."""
        return reverse(f"assessment:{name}", args=[self.assessment.public_id, *args])

    def see(self, name: str, *args: Any) -> Response:
        """Look at a page of the assessment."""
        return self.get(self.address(name, *args))

    def send(self, name: str, *args: Any, data: dict[str, Any] | None = None) -> Response:
        """Send a form of the assessment."""
        return self.post(self.address(name, *args), data or {})


def person(name: str, assessment: Assessment, **options: Any) -> Person:
    """One of the cast, who has opened their link. Omar has none."""
    somebody = Person(assessment, **options)
    return somebody.given(*CAST[name]) if name in CAST else somebody
