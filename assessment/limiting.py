"""How often a thing may be asked for, so that nobody can wear the site out for the others.

The numbers come from a coach's workshop: forty employers in one room, who share one internet
address and do everything at the same minute. Nobody in that room may ever meet a limit. All of it
is scaled, or switched off, by the setting RATE_LIMITS.

Counts that all processes share are rows (models/request_count.py): one statement a request. Saving
answers is counted in the process's memory instead. It comes fifty times per assessment, where a
statement more would be a fourth beside its three (decisions.md 32), and it needs no exact number:
what is stored is bounded anyway, so the limit only stops a program that sends without end, and
that it does as well at so many per process.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from assessment.models import RequestCount
from toolkit.client_address import client_address, site_of

MINUTE, HOUR = 60, 3600
# A /48 of IPv6 is served so many times as often as one network. One customer of a provider may hold
# it, with 65,536 networks in it, and could use up alone what is served to all.
SITE_TIMES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many requests of a kind are served within ``seconds``, counted from the first of them.

    From one network (twice as many from a /48 of IPv6), for one assessment, about one thing that
    the view names, and in all; None where that is not counted.
    """

    seconds: int
    network: int | None = None
    assessment: int | None = None
    about: int | None = None
    overall: int | None = None
    is_shared: bool = True


LIMITS = {
    # Three workshops of forty in an hour, or one whose people all start three times. In all: a row
    # takes 1 kB, so a day of nothing else fills less than 100 MB.
    "start": Limit(seconds=HOUR, network=120, overall=3000),
    # Forty people who open their own link on two devices and others' links beside it, all of it
    # twice. A session of 0.6 kB is kept of each browser for 90 days: a network that opens links
    # without end, each time as another browser, adds 9 MB a day.
    "open_link": Limit(seconds=HOUR, network=600, overall=20_000),
    # A secret of 192 bits cannot be guessed; this keeps those who try from costing much. Forty
    # people with a cut-off link on a slide, three tries each. Only unknown secrets are refused
    # then: who guesses must not lock the others in the room out.
    "unknown_link": Limit(seconds=10 * MINUTE, network=120, overall=3000),
    # Forty people who lost their link, and once more. About: the address it is to be mailed to.
    "lost_link": Limit(seconds=HOUR, network=80, about=5, overall=1000),
    # A PDF takes one core about a second, a Word file a third of that. Forty people who make five
    # each; an assessment has a plan in two forms with four choices of what stands in it, and a
    # summary. In all: one core, all of the time.
    "document": Limit(seconds=10 * MINUTE, network=200, assessment=20, overall=600),
    # Made anew at each press, in a twentieth of a second.
    "file": Limit(seconds=10 * MINUTE, network=400, assessment=40, overall=3000),
    # Nine sheets and once more in large print; most were printed before and cost nothing.
    "worksheet": Limit(seconds=10 * MINUTE, network=800, assessment=60, overall=3000),
    # Forty people who come back, each with a file that does not fit at first. Up to 8 MB each.
    "bring_back": Limit(seconds=HOUR, network=120, overall=1000),
    # Eight sheets, typed by five people at once, each put right twice.
    "type_back": Limit(seconds=10 * MINUTE, network=2000, assessment=120, overall=20_000),
    # Per process. Twenty people on one assessment who each save twice a second do not meet it, nor
    # do forty employers at once who each do that.
    "answer": Limit(seconds=MINUTE, network=5000, assessment=2400, is_shared=False),
}


class TooManyRequests(Exception):
    """A limit is reached; ``wait`` is in how many seconds asking makes sense again."""

    def __init__(self, wait: int) -> None:
        super().__init__("too many requests")
        self.wait = wait

    @property
    def words(self) -> str:
        """How long to wait, for people."""
        minutes = math.ceil(self.wait / MINUTE)
        return "a minute" if minutes <= 1 else f"{minutes} minutes"


def told(response: HttpResponse, refused: TooManyRequests) -> HttpResponse:
    """Mark a page as the answer to a request too many (RFC 6585), saying when to come back.

    Django logs the address of what it refuses. Not this: the address may be a private link that
    works, and who sends without end should not fill the log.
    """
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    response["Retry-After"] = str(refused.wait)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def limited(name: str, *methods: str) -> Callable[..., Any]:
    """Count a view's requests, or only those of ``methods``, under a limit of LIMITS.

    Below ``@employer``, so that it knows the assessment. A request too many never reaches the view;
    whoever sent it gets the page of views/errors.py, with status 429.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def counting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not methods or request.method in methods:
                count(request, name)
            return view(request, *args, **kwargs)

        counting.limit = name  # type: ignore[attr-defined]
        return counting

    return decorate


def count(request: HttpRequest, name: str, *, about: str = "") -> None:
    """Count a request under a limit. Raises TooManyRequests when it is one too many.

    ``about``: what else it is counted by, such as the address a mail would go to.
    """
    if not settings.RATE_LIMITS:
        return
    limit = LIMITS[name]
    most = _keys(request, name, limit, about)
    now = _now()
    windows = dict.fromkeys(most, now + limit.seconds)
    counted = (_in_rows if limit.is_shared else _in_memory.count_one)(windows, now=now)
    waits = [
        ends - now
        for key, (served, ends) in counted.items()
        if served > most[key] * settings.RATE_LIMITS
    ]
    if waits:
        raise TooManyRequests(max(waits))


def _now() -> int:
    """The time in Unix seconds."""
    return int(time.time())


def _keys(request: HttpRequest, name: str, limit: Limit, about: str) -> dict[str, int]:
    """The keys a request is counted under and how many each allows; the busiest last."""
    access = getattr(request, "access", None)
    network = client_address(request)
    counted = {
        "assessment": (limit.assessment, access and access.assessment.pk),
        "about": (limit.about, about),
        "network": (limit.network, network or "unknown"),
        "site": (limit.network and limit.network * SITE_TIMES, site_of(network)),
        "overall": (limit.overall, "all"),
    }
    return {
        _key(name, what, str(value)): most
        for what, (most, value) in counted.items()
        if most is not None and value
    }


def _key(*words: str) -> str:
    """A keyed hash: without the site's secret key nobody can tell which address it stands for."""
    return salted_hmac("assessment.limiting", "|".join(words), algorithm="sha256").hexdigest()


def _in_rows(windows: Mapping[str, int], *, now: int) -> dict[str, tuple[int, int]]:
    counts = RequestCount.objects.all()
    counted = counts.count_one(windows, now=now)
    *_, overall = windows
    # Whenever the count of all begins anew, once in a window, what is over is thrown away.
    if counted[overall][0] == 1:
        counts.over(now=now).delete()
    return counted


class _Memory:
    """Counts of this process alone."""

    # At some 200 bytes each.
    MOST = 20_000

    def __init__(self) -> None:
        self.counts: dict[str, tuple[int, int]] = {}
        self.lock = Lock()

    def count_one(self, windows: Mapping[str, int], *, now: int) -> dict[str, tuple[int, int]]:
        """As RequestCountQuerySet.count_one."""
        with self.lock:
            if len(self.counts) > self.MOST:
                self._make_room(now)
            for key, ends in windows.items():
                served, until = self.counts.get(key, (0, now))
                self.counts[key] = (served + 1, until) if until > now else (1, ends)
            return {key: self.counts[key] for key in windows}

    def _make_room(self, now: int) -> None:
        self.counts = {key: found for key, found in self.counts.items() if found[1] > now}
        if len(self.counts) > self.MOST:  # more networks than that at once: begin anew
            self.counts.clear()


_in_memory = _Memory()
