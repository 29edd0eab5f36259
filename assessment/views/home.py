"""Public pages that need no assessment."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessment import mailing, operator
from assessment.models import Assessment
from assessment.models.action import KEPT_DAYS
from assessment.reading import answers_of, replies_of
from assessment.retention import NOTICE_DAYS, STOPPED_LINK_DAYS
from assessment.scoring import Score, score
from assessment.sentences import headline
from toolkit import editions
from toolkit.audit import ADDRESS_DAYS
from toolkit.catalogue import LEVEL_NAMES, Catalogue
from toolkit.models import Edition, Resource

FEATURED = (
    "the-hartford-claims-automation",
    "a-few-cool-hardware-stores",
    "internet-for-all-child-care",
)


def live_catalogue() -> Catalogue | None:
    """The catalogue of the live edition, or None before the first publishing."""
    edition = editions.live_edition()
    return editions.catalogue_for(edition) if edition else None


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample employer's result, worked out like everybody's."""

    name: str
    score: Score

    @property
    def headline(self) -> str:
        """Its first line."""
        return headline(self.score)


def sample_result() -> Sample | None:
    """What the home page shows of the sample, or None where there is none."""
    assessment = Assessment.objects.filter(is_sample=True).first()
    edition = assessment and (
        Edition.objects.filter(number=assessment.edition_number).order_by("-revision").first()
    )
    if not assessment or not edition:
        return None
    replies = replies_of(answers_of(assessment))
    return Sample(
        assessment.name, score(editions.catalogue_for(edition), assessment.profile(), replies)
    )


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The promise, the start, a sample plan, the archive."""
    featured = {r.slug: r for r in Resource.objects.filter(slug__in=FEATURED)}
    context = {
        "featured": [featured[slug] for slug in FEATURED if slug in featured],
        "catalogue": live_catalogue(),
        "sample": sample_result(),
    }
    return render(request, "assessment/home.html", context)


@require_safe
def how_scoring_works(request: HttpRequest) -> HttpResponse:
    """Every rule of the score, and what is ours and what is the toolkit's."""
    context = {"section": "scoring", "catalogue": live_catalogue(), "level_names": LEVEL_NAMES}
    return render(request, "assessment/how_scoring_works.html", context)


# What each level stands for, and the idea behind it of the Baldrige guidelines, which look at
# approach, deployment, learning and integration (decisions.md 46). Level names are ours.
LADDER = (
    ("No set way of doing it yet; it depends on who is there.", "No approach to speak of"),
    ("A first way of doing it, for some people or some cases.", "An approach begins"),
    ("A set way of doing it that reaches many, with gaps.", "An approach, partly deployed"),
    ("Everyone it concerns can count on it.", "An approach, fully deployed"),
    ("It is also reviewed, improved and part of how plans are made.", "Learning and integration"),
)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the toolkit is, what is known of it and what is not, and what is ours."""
    context = {
        "section": "about",
        "catalogue": live_catalogue(),
        "ladder": [(name, *words) for name, words in zip(LEVEL_NAMES, LADDER, strict=True)],
    }
    return render(request, "assessment/about.html", context)


@require_safe
def coaches(request: HttpRequest) -> HttpResponse:
    """How to run it with a room of firms."""
    return render(request, "assessment/coaches.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, who can see it, and for how long."""
    context = {
        "retention_days": settings.RETENTION_DAYS,
        "notice_days": NOTICE_DAYS,
        "stopped_link_days": STOPPED_LINK_DAYS,
        "removed_action_days": KEPT_DAYS,
        "address_days": ADDRESS_DAYS,
        "backup_days": settings.BACKUP_DAYS,
        "session_days": settings.SESSION_COOKIE_AGE // 86_400,
        "form_days": settings.CSRF_COOKIE_AGE // 86_400,
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "form_cookie": settings.CSRF_COOKIE_NAME,
        "message_cookie": CookieStorage.cookie_name,
        "sends_mail": mailing.is_configured(),
        **operator.told(),
    }
    return render(request, "assessment/privacy.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was done for access, and what is known to be missing."""
    return render(request, "assessment/accessibility.html", operator.told())
