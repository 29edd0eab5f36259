"""Which addresses are due for a check, what is kept of a check, and taking over a new address.

Nothing here asks the network: `toolkit.link_fetch` does, for the command `check_links` only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from .dates import day_text
from .link_check import UNREACHABLE, Earlier, Reply, Verdict, host_of, judge, weigh
from .models import LinkCheck, Resource, ResourceAddress
from .models.link_check import MOST_KEPT

# Days after which an address that could not be reached is asked again: five such days make two
# weeks, after which it counts as gone (link_check.FAILED_DAYS).
RETRY_DAYS = 3
MOST_CONTROLS = 3


class TakeOverError(Exception):
    """The new address cannot be taken over; the message says why."""


# -- what is due ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address stands: an item's key, and which of its addresses it is."""

    resource: int
    which: str


@dataclass(slots=True)
class Due:
    """An address to be checked, wherever it stands; asked once for all its places."""

    url: str
    title: str
    places: list[Place] = field(default_factory=list)


def due(
    *, today: datetime, older_than: int, slugs: Collection[str] = (), limit: int | None = None
) -> list[Due]:
    """Addresses not checked in the last ``older_than`` days: never checked first, then oldest.

    One that could not be reached is due again after RETRY_DAYS. ``slugs`` names the items meant,
    all of them if empty; retired items too, for editions may still name them.
    """
    found = _addresses(slugs)
    last = _last_checks()
    day = timezone.localdate(today)

    def is_due(one: Due) -> bool:
        for place in one.places:
            checked_at, outcome = last.get((place.resource, one.url), (None, ""))
            wait = min(older_than, RETRY_DAYS) if outcome == UNREACHABLE else older_than
            if checked_at is None or (day - timezone.localdate(checked_at)).days >= wait:
                return True
        return False

    def age(one: Due) -> float:
        times = [last.get((place.resource, one.url), (None, ""))[0] for place in one.places]
        return min(time.timestamp() if time else 0.0 for time in times)

    return sorted(filter(is_due, found), key=age)[:limit]


def _addresses(slugs: Collection[str]) -> list[Due]:
    """Every address of the items, in the order of their numbers."""
    items = Resource.objects.filter(slug__in=slugs) if slugs else Resource.objects.all()
    rows = items.order_by("number").values_list("pk", "title", "original_url", "archived_url")
    others: dict[int, list[str]] = {}
    for key, url in ResourceAddress.objects.filter(resource__in=items).values_list(
        "resource", "url"
    ):
        others.setdefault(key, []).append(url)
    found: dict[str, Due] = {}
    for pk, title, original, archived in rows:
        named = [("original", original), ("archived", archived)]
        for which, url in [*named, *(("other", url) for url in others.get(pk, []))]:
            place = Place(pk, which)
            if url and place not in (one := found.setdefault(url, Due(url, title))).places:
                one.places.append(place)
    return [*found.values()]


def _last_checks() -> dict[tuple[int, str], tuple[datetime, str]]:
    """When each address was checked last, and what was found."""
    checks = LinkCheck.objects.order_by("checked_at", "pk")
    return {
        (resource, url): (checked_at, outcome)
        for resource, url, checked_at, outcome in checks.values_list(
            "resource", "url", "checked_at", "outcome"
        ).iterator()
    }


# -- what is kept -----------------------------------------------------------------------------


class Record:
    """Writes what a run finds, each result in a transaction of its own.

    When this machine has lost its line every address looks dead. So an address that gave no
    answer is held back until another one answers; `settle` ends the run.
    """

    def __init__(self) -> None:
        self.written: list[str] = []
        self.held: list[tuple[Due, Reply, datetime]] = []
        self._answered = ""

    def add(self, one: Due, reply: Reply) -> None:
        """Take a result; write it, and those held, if the line is up."""
        self.held.append((one, reply, timezone.now()))
        if reply.is_answered:
            self._answered = one.url
            self.release()

    def release(self) -> None:
        """Write what is held."""
        while self.held:
            outcomes = write(*self.held[0])
            # The same for every place of an address, save where their histories differ.
            self.written += outcomes[:1]
            del self.held[0]

    def controls(self) -> list[str]:
        """Addresses that answered, the latest first, to learn whether the line is up.

        One from this run, and others that answered in earlier ones, each of another site.
        """
        doubted = {host_of(one.url) for one, _, _ in self.held}
        answered = LinkCheck.objects.filter(status__isnull=False).values("url")
        latest = answered.annotate(latest=Max("checked_at")).order_by("-latest")
        sites: dict[str, str] = {}
        for url in [self._answered, *(row["url"] for row in latest[:200])]:
            if url and host_of(url) not in doubted:
                sites.setdefault(host_of(url), url)
        return [*sites.values()][:MOST_CONTROLS]


def write(one: Due, reply: Reply, checked_at: datetime) -> list[str]:
    """Keep one result for every place of the address; returns the outcomes.

    The item's link health follows its original address alone. An item deleted, or an address
    changed, while the check was under way is passed over.
    """
    found = judge(reply, one.title)
    outcomes = []
    with transaction.atomic():
        for place in one.places:
            if Resource.objects.select_for_update().filter(pk=place.resource).exists():
                outcomes.append(_write(one.url, place, reply.status, found, checked_at))
    return outcomes


def _write(url: str, place: Place, status: int | None, found: Verdict, checked_at: datetime) -> str:
    day = timezone.localdate(checked_at)
    checks = LinkCheck.objects.of_address(place.resource, url)
    earlier = (
        Earlier(timezone.localdate(c.checked_at), c.outcome, c.status) for c in checks[:MOST_KEPT]
    )
    verdict = weigh(found, day, earlier)
    longest = LinkCheck._meta.get_field("new_url").max_length
    LinkCheck.objects.create(
        resource_id=place.resource,
        which=place.which,
        url=url,
        checked_at=checked_at,
        outcome=verdict.outcome,
        status=status,
        new_url=verdict.new_url if len(verdict.new_url) <= (longest or 0) else "",
        note=verdict.note[: LinkCheck._meta.get_field("note").max_length],
    )
    LinkCheck.objects.prune(place.resource, url)
    if place.which == "original":
        # Not save(): nobody edited the item.
        Resource.objects.filter(pk=place.resource, original_url=url).update(
            link_state=verdict.outcome, link_checked_on=day
        )
    return verdict.outcome


def latest_checks(resource: Resource) -> list[LinkCheck]:
    """The latest check of each address the item has now, in the order they are shown."""
    checks: dict[str, LinkCheck] = {}
    for check in LinkCheck.objects.filter(resource=resource).newest_first():
        checks.setdefault(check.url, check)
    others = [address.url for address in resource.other_urls.all()]
    addresses = dict.fromkeys([resource.original_url, resource.archived_url, *others])
    return [checks[url] for url in addresses if url in checks]


# -- a new address ----------------------------------------------------------------------------


def move_of(resource: Resource, checks: Iterable[LinkCheck]) -> LinkCheck | None:
    """Of the latest ``checks``, the one that found the original address moved, if it did."""
    return next((c for c in checks if c.url == resource.original_url and c.new_url), None)


@transaction.atomic
def take_over(*, check: LinkCheck) -> Resource:
    """Make the new address that ``check`` found the original one; keep the old among the others.

    The old address is never lost, and the new one counts as not checked until the next run.
    Raises TakeOverError.
    """
    resource = Resource.objects.select_for_update().get(pk=check.resource_id)
    latest = move_of(resource, latest_checks(resource))
    if latest is None or latest.pk != check.pk:
        raise TakeOverError("The item or its link check has changed since you opened it.")
    try:
        Resource._meta.get_field("original_url").clean(check.new_url, resource)
    except ValidationError as error:
        raise TakeOverError(
            "The new address cannot be stored as it is: " + " ".join(error.messages)
        ) from error
    day = timezone.localdate(check.checked_at)
    note = f"The original address until it moved; it redirected on {day_text(day)}."
    if not resource.other_urls.filter(url=check.url).exists():
        last = resource.other_urls.aggregate(last=Max("position"))["last"] or 0
        ResourceAddress.objects.create(
            resource=resource, position=last + 1, url=check.url, note=note
        )
    resource.original_url = check.new_url
    resource.save()
    return resource
