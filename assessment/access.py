"""The only place that decides who may see or change what (decisions.md 21-25)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ObjectNotUpdated, PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from assessment.limiting import count
from assessment.models import AccessLink, Assessment
from assessment.models.access_link import hash_secret, new_secret
from toolkit import editions
from toolkit.catalogue import Catalogue
from toolkit.models import Edition

GRANTS = "grants"
# Links made just now, by the public id they open, until their page has shown them.
SHOWN = "links_to_show"
MOST_SHOWN = 20
# A link nobody looked at for so long is not shown any more.
SHOWN_WITHIN = timedelta(hours=24)
MOST_LINKS = 50
# A mailed link waits so long to be opened; of more than so many the oldest stop.
MAILED_WITHIN = timedelta(hours=24)
MOST_WAITING = 3
# So many assessments one browser holds at once: a coach's year, and a session of some 5 kB.
MOST_GRANTS = 200
# What each role may do. A contributor answers one component and sees nothing else; a visitor sees
# the page for sharing and nothing else.
MAY = {
    "owner": {"answer", "read", "plan", "own", "share"},
    "edit": {"answer", "read", "plan", "share"},
    "contributor": {"answer"},
    "read": {"read", "share"},
    "share": {"share"},
}
ROLE_WORDS = {
    "owner": "The owner",
    "edit": "Someone with an edit link",
    "contributor": "A contributor",
    "read": "A reader",
    "share": "A visitor",
}


@dataclass(frozen=True)
class Access:
    """What this browser may do with one assessment, and the edition the assessment reads."""

    assessment: Assessment
    role: str
    component: str
    link_id: int
    fingerprint: str
    revision: int
    shows: str = ""

    @property
    def public_id(self) -> str:
        """The assessment's public id."""
        return self.assessment.public_id

    @property
    def may_answer(self) -> bool:
        """Whether it may answer questions."""
        return "answer" in MAY[self.role]

    @property
    def may_read(self) -> bool:
        """Whether it may see results and plan."""
        return "read" in MAY[self.role]

    @property
    def may_plan(self) -> bool:
        """Whether it may change the plan and issue documents."""
        return "plan" in MAY[self.role]

    @property
    def is_owner(self) -> bool:
        """Whether it may manage links, delete and export everything."""
        return "own" in MAY[self.role]

    @property
    def by(self) -> str:
        """Who saves, in words, without a name."""
        return ROLE_WORDS[self.role]

    @property
    def edition_label(self) -> str:
        """The edition it reads, as documents name it."""
        return f"{self.assessment.edition_number}.{self.revision}"

    @property
    def catalogue(self) -> Catalogue:
        """The published knowledge the assessment answers."""
        return editions.catalogue_by_fingerprint(self.fingerprint, self._document)

    def _document(self) -> str:
        return Edition.objects.values_list("document", flat=True).get(
            number=self.assessment.edition_number, revision=self.revision
        )

    def may_see(self, component: str) -> bool:
        """Whether it reaches this component's questions."""
        return not self.component or self.component == component


class NoAccess(Http404):
    """This browser has no link to the assessment, or there is no such assessment."""


def access_for(request: HttpRequest, public_id: str) -> Access:
    """This browser's access to an assessment. Raises NoAccess where it has none.

    One query: the link, its assessment and the newest revision of its edition.
    """
    link_id = request.session.get(GRANTS, {}).get(public_id)
    if link_id is None:
        raise NoAccess("No access")
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    found = list(Assessment.objects.raw(_ACCESS, [link_id, public_id, now]))
    if not found:
        raise NoAccess("No access")
    assessment: Any = found[0]
    return Access(
        assessment=assessment,
        role=assessment.link_role,
        component=assessment.link_component,
        link_id=assessment.link_id,
        fingerprint=assessment.edition_fingerprint,
        revision=assessment.edition_revision,
        shows=assessment.link_shows,
    )


# Written out because every employer's request asks it, and putting it together anew each time took
# longer than running it. The rule of which links work is that of AccessLinkQuerySet.working().
_ACCESS = """
    SELECT a.*, l.id AS link_id, l.role AS link_role, l.component AS link_component,
           l.shows AS link_shows,
           e.fingerprint AS edition_fingerprint, e.revision AS edition_revision
    FROM assessment_accesslink l
    JOIN assessment_assessment a ON a.id = l.assessment_id
    JOIN toolkit_edition e ON e.number = a.edition_number
    WHERE l.id = %s AND a.public_id = %s AND l.revoked_at IS NULL
      AND (l.expires_at IS NULL OR l.expires_at > %s)
    ORDER BY e.revision DESC
    LIMIT 1
"""


def employer(permission: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., Any]]:
    """Guard an employer's view: it gets an Access in place of the public id.

    Strangers get 404, and so does everybody once it is deleted, even in the midst of a request; a
    link without ``permission`` gets 403 ("" asks only for a working link). Pages are never stored
    or indexed.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, public_id: str, **kwargs: Any) -> HttpResponse:
            access = access_for(request, public_id)
            request.access = access  # type: ignore[attr-defined]
            if permission and permission not in MAY[access.role]:
                raise PermissionDenied("This link does not allow that.")
            with _while_it_lasts(access.assessment):
                return private(view(request, access, **kwargs))

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


@contextmanager
def _while_it_lasts(assessment: Assessment) -> Iterator[None]:
    """Turn what fails because the assessment was deleted since it was read into NoAccess."""
    try:
        yield
    except (ObjectDoesNotExist, ObjectNotUpdated, IntegrityError):
        if Assessment.objects.filter(pk=assessment.pk).exists():
            raise
        raise NoAccess("Deleted meanwhile") from None


def private(response: HttpResponse) -> HttpResponse:
    """Mark a response as an employer's own: never stored, never indexed."""
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex"
    return response


def make_link(
    assessment: Assessment,
    *,
    role: str,
    component: str = "",
    shows: str = "",
    label: str = "",
    lasts: timedelta | None = None,
) -> tuple[AccessLink, str]:
    """A new link and its secret, which is stored nowhere.

    ``lasts``: how long it works; None until it is stopped.
    """
    secret = new_secret()
    link = AccessLink.objects.create(
        assessment=assessment,
        role=role,
        component=component,
        shows=shows,
        label=label,
        expires_at=timezone.now() + lasts if lasts else None,
        secret_hash=hash_secret(secret),
    )
    AccessLink.objects.all().forget_stopped(assessment.pk)
    return link, secret


def open_secret(request: HttpRequest, secret: str) -> AccessLink | None:
    """Exchange a secret for this browser's access; None when the link does not work (any more).

    Raises TooManyRequests, with nothing granted; secrets that open nothing are allowed fewer times.
    """
    link = (
        AccessLink.objects.kept()
        .filter(secret_hash=hash_secret(secret))
        .select_related("assessment")
        .first()
    )
    count(request, "unknown_link" if link is None else "open_link")
    if link is not None:
        today = timezone.localdate()
        if link.last_used_on != today:
            AccessLink.objects.filter(pk=link.pk).update(last_used_on=today)
        grant(request, link)
    return link


def grant(request: HttpRequest, link: AccessLink, *, renews_key: bool = True) -> None:
    """Give this browser the access of ``link``, unless it has a better one already.

    ``renews_key``: False only where this session's key was renewed for an owner's access before,
    and what is granted now comes of that: a second press of the same button then finds its session.
    """
    grants = dict(request.session.get(GRANTS, {}))
    held_id = grants.get(link.assessment.public_id)
    held = AccessLink.objects.working().filter(pk=held_id).first() if held_id else None
    if held is None or not _is_better(held.role, link.role):
        grants.pop(link.assessment.public_id, None)
        grants[link.assessment.public_id] = link.pk
        # A key somebody else may have planted in this browser must not open what is granted now.
        if renews_key:
            request.session.cycle_key()
        # The one opened first goes first; its private link opens it again.
        for public_id in list(grants)[:-MOST_GRANTS]:
            del grants[public_id]
        request.session[GRANTS] = grants


def _is_better(held: str, offered: str) -> bool:
    """Whether a role held gives up something for the one offered and gains nothing.

    Of two that differ, the one opened last applies; but whoever works on an assessment does not
    lose that by looking at its page for sharing.
    """
    return MAY[offered] < MAY[held] or (offered == "share" and held != "share")


def leave(request: HttpRequest, public_id: str | None = None) -> None:
    """Take this browser's access to one assessment away, or to all of them."""
    if not request.session.get(GRANTS):  # nothing to write: it would make a stranger a session
        return
    grants = dict(request.session.get(GRANTS, {}))
    if public_id is None:
        grants.clear()
    grants.pop(public_id or "", None)
    request.session[GRANTS] = grants
    shown = {key: held for key, held in _shown(request).items() if key in grants}
    _hold_shown(request, shown)


def granted(request: HttpRequest) -> list[AccessLink]:
    """The working links of this browser with their assessments, newest first."""
    return list(
        AccessLink.objects.working()
        .filter(
            pk__in=request.session.get(GRANTS, {}).values(),
            assessment__public_id__in=request.session.get(GRANTS, {}).keys(),
        )
        .select_related("assessment")
        .order_by("-assessment__started_at")
    )


# -- a secret, shown once --------------------------------------------------------------------


def show_once(request: HttpRequest, link: AccessLink) -> None:
    """Let the page of links show a link made just now, this once.

    The session, which is stored, holds only its hash: the secret to keep is made when it is shown.
    """
    shown = _shown(request)
    public_id = link.assessment.public_id
    shown.pop(public_id, None)
    shown[public_id] = {"hash": link.secret_hash, "at": int(timezone.now().timestamp())}
    _hold_shown(request, dict(list(shown.items())[-MOST_SHOWN:]))


def to_show(request: HttpRequest) -> set[str]:
    """The public ids of the assessments of which a link waits to be shown."""
    return {*_shown(request)}


def take_shown(request: HttpRequest, public_id: str) -> tuple[AccessLink, str] | None:
    """The link that waits for that assessment's page, with a new secret; it then waits no more."""
    shown = _shown(request)
    taken = shown.pop(public_id, None)
    if taken or len(shown) != len(request.session.get(SHOWN, {})):
        _hold_shown(request, shown)
    return _with_secret(taken["hash"], public_id) if taken else None


def _with_secret(secret_hash: str, public_id: str) -> tuple[AccessLink, str] | None:
    """A working link of this hash with a new secret in place of the one that nobody has seen.

    Of two who ask one gets it: no secret that was shown is ever replaced, even where a slower
    request puts an older session back.
    """
    fresh = new_secret()
    links = AccessLink.objects.kept().filter(assessment__public_id=public_id)
    if not links.filter(secret_hash=secret_hash).update(secret_hash=hash_secret(fresh)):
        return None
    return links.get(secret_hash=hash_secret(fresh)), fresh


def _shown(request: HttpRequest) -> dict[str, dict[str, Any]]:
    since = (timezone.now() - SHOWN_WITHIN).timestamp()
    held: dict[str, dict[str, Any]] = request.session.get(SHOWN, {})
    return {public_id: one for public_id, one in held.items() if one["at"] > since}


def _hold_shown(request: HttpRequest, shown: dict[str, dict[str, Any]]) -> None:
    if shown:
        request.session[SHOWN] = shown
    elif SHOWN in request.session:
        del request.session[SHOWN]


# -- mailed links ----------------------------------------------------------------------------


@transaction.atomic
def make_mailed_link(assessment: Assessment) -> tuple[AccessLink, str]:
    """A link for a mail to the owner, and its secret: it opens once, within a day.

    Of those that wait to be opened the last few keep working, so that somebody who asks again and
    again in the owner's place neither piles links up nor makes the owner's own mail useless.
    """
    Assessment.objects.hold(assessment.pk)
    waiting = AccessLink.objects.waiting().filter(assessment=assessment).order_by("-pk")
    stop(waiting[MOST_WAITING - 1 :])
    link, secret = make_link(assessment, role="owner", label="Sent by email", lasts=MAILED_WITHIN)
    link.mailed_at = timezone.now()
    link.save(update_fields=["mailed_at"])
    return link, secret


def mailed_link(secret: str) -> AccessLink | None:
    """The mailed link of this secret, if it waits to be opened."""
    links = AccessLink.objects.waiting().filter(secret_hash=hash_secret(secret))
    return links.select_related("assessment").first()


@transaction.atomic
def open_mailed(secret: str) -> AccessLink | None:
    """Use a mailed link up; return the owner's link it becomes, with a secret nobody knows yet.

    The secret that travelled by mail opens nothing any more. Of two presses one gets the link, the
    other None. Where there are too many links, the oldest that came by mail stops.
    """
    link = mailed_link(secret)
    if link is None:
        return None
    Assessment.objects.hold(link.assessment_id)
    unknown, today = hash_secret(new_secret()), timezone.localdate()
    taken = AccessLink.objects.waiting().filter(pk=link.pk, secret_hash=hash_secret(secret))
    if not taken.update(secret_hash=unknown, expires_at=None, last_used_on=today):
        return None
    kept = AccessLink.objects.kept().filter(assessment=link.assessment)
    if kept.count() > MOST_LINKS:
        stop(kept.filter(mailed_at__isnull=False).exclude(pk=link.pk).order_by("pk")[:1])
    link.refresh_from_db(fields=["secret_hash", "expires_at", "last_used_on"])
    return link


def stop(links: Iterable[AccessLink]) -> None:
    """Stop these links from working."""
    keys = [link.pk for link in links]
    AccessLink.objects.filter(pk__in=keys).update(revoked_at=timezone.now())


def here(request: HttpRequest) -> dict[str, Any]:
    """Context: the access of this page, and whether this browser may hold assessments at all."""
    return {
        "access": getattr(request, "access", None),
        "has_session": settings.SESSION_COOKIE_NAME in request.COOKIES,
    }
