"""The content itself: the archive is whole, says what is not known, and backs every question.

Lists here are what the archive can give today. Whoever adds a guide or a case study takes its
question off the list; whoever adds an archive item gives it the next number.
"""

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

import pytest

from toolkit.cards import cautions
from toolkit.catalogue import (
    CASE_KINDS,
    FITS,
    ROLES,
    Catalogue,
    ResourceFacet,
    ResourceUse,
    is_employer_case,
)
from toolkit.content_files import Content
from toolkit.importing import read_content
from toolkit.models import Resource
from toolkit.provenance import PRESERVED
from toolkit.resource_document import ResourceDocument
from toolkit.templatetags.toolkit import date_words

SEEDS = 10
WAYBACK = re.compile(r"https://web\.archive\.org/web/[0-9]{14}(id_|if_)?/https?://\S+")
ACTION_CODE = re.compile(r"(RH|BE|DE|ER|JW|OC|PA|SC)-[1-4]\.[1-6]")
# Headings of the toolkit under which no action could be read: its pages were seen only in part.
HEADINGS_ALONE = {"BE-4", "SC-4"}

# The ten seeds, then the further resources of the research, in the order of their numbers.
ARCHIVE_IN_ORDER = """
    us-workers-organizing-efforts ownership-at-work job-quality-toolkit work-based-learning-event
    internet-for-all-child-care the-hartford-claims-automation building-worker-cooperatives
    placing-trust-in-workers a-few-cool-hardware-stores quality-jobs-are-a-choice

    toolkit-recruitment-hiring toolkit-benefits toolkit-diversity-equity-inclusion-accessibility
    toolkit-empowerment-representation toolkit-job-security-working-conditions
    toolkit-organizational-culture toolkit-pay toolkit-skills-career-advancement
    job-quality-baldrige-style drivers-of-job-quality good-jobs-principles good-jobs-check-list
    good-jobs-federal-investments-toolkit roadmap-investing-good-jobs
    labor-and-community-agreements-guide chips-child-care-presentation
    skills-first-hiring-starter-kit mental-health-at-work surgeon-general-workplace-framework
    promising-practices-total-worker-health deia-in-apprenticeship
    benefits-and-costs-of-apprenticeships siemens-machinist-apprenticeship equal-pay-self-audit
    inclusion-at-work fala-technologies neurodiversity-toolkit fixing-work
    workplace-benefits-brief shared-power-advantage a-seat-at-the-table
    fostering-worker-voice-newsletter workplace-democracy-event tpm-worker-voice-webinar
    worker-focus-groups-guide for-better-or-worse-event democratizing-work-event
    beyond-9-to-5-event cost-of-turnover-tool tools-library-scheduling good-jobs-good-business
    gap-stable-scheduling stable-scheduling-study batter-bakery good-jobs-grants
    sunrise-treatment-center youthbuild-philly south-mountain-company aon-apprenticeship
    archways-career-choice-metropolitan-college work-and-learn-for-adults
    unpacking-work-based-learning upskill-playbook what-good-looks-like greyston-bakery
    rhino-foods-employee-exchange rhino-foods-income-advance ted-castle-dignity-at-work
    lincoln-electric-no-layoffs paypal-financial-wellness worker-financial-wellness-initiative
    mud-bay-transformation mud-bay-good-jobs-journey market-basket-protest zingermans-experience
    good-jobs-is-good-business nine-essential-elements good-jobs-scorecard
    living-wage-calculator job-quality-shared-definition four-forms-of-employee-ownership
    employee-ownership-economic-well-being project-equity-thrive inside-an-esop
    five-pillars-direct-care culture-of-retention-coaching when-the-employer-is-the-trainer
    benefit-that-pays-for-itself ups-child-care-pilot child-care-employer-roadmap
    caregiver-support-practices voice-and-representation-principle trihealth-and-triversity
    employer-community-practices advancing-frontline-employees advancing-workforce-equity
    quality-jobs-framework understanding-good-jobs menu-of-job-quality-options
    skills-based-hiring-now organizing-efforts-overview-article voice-gap-survey-summary
    making-work-based-learning-work inclusive-child-care-solutions
"""
ARCHIVE = ARCHIVE_IN_ORDER.split()

# Their printed title was not seen, or was cut off.
TITLES_OURS = {
    "work-based-learning-event",
    "internet-for-all-child-care",
    "the-hartford-claims-automation",
    "a-few-cool-hardware-stores",
    "labor-and-community-agreements-guide",
    "chips-child-care-presentation",
    "workplace-benefits-brief",
    "tpm-worker-voice-webinar",
    "worker-focus-groups-guide",
    "sunrise-treatment-center",
    "youthbuild-philly",
    "aon-apprenticeship",
    "archways-career-choice-metropolitan-college",
    "work-and-learn-for-adults",
    "market-basket-protest",
    "zingermans-experience",
    "nine-essential-elements",
    "living-wage-calculator",
    "job-quality-shared-definition",
    "four-forms-of-employee-ownership",
}
PRESERVED_COLLECTION = {
    "job-quality-toolkit",
    "internet-for-all-child-care",
    "roadmap-investing-good-jobs",
    "labor-and-community-agreements-guide",
    "chips-child-care-presentation",
    "skills-first-hiring-starter-kit",
}
# Catalog lists, reprints, readers' copies, test servers: never an item's own address.
HOSTS_OF_COPIES = {
    "audible.com",
    "clear-stage.abtsites.com",
    "econpapers.repec.org",
    "fdocuments.in",
    "gcgj.mit.edu/resources",
    "homenewshere.com",
    "hr.cch.com",
    "income-lifter.live",
    "info.5y1.org",
    "issuu.com",
    "ja.scribd.com",
    "jobqualitycenter.org",
    "nationofchange.org",
    "oge.mit.edu",
    "online.flipbuilder.com",
    "podcast.app",
    "vdocument.in",
    "vdocuments.site",
    "www.eltasjobs.com",
    "www.epicos.com",
}
# What a reader must be told before relying on an item, in words its caution must hold.
TRAPS = [
    ("a-few-cool-hardware-stores", "Sources disagree on whether the staff owned all or part"),
    ("inside-an-esop", "Sources disagree on whether the stores were wholly or partly owned"),
    ("mud-bay-transformation", "In 2024 workers told the local paper Real Change"),
    ("mud-bay-good-jobs-journey", "In 2024 workers told the local paper Real Change"),
    ("lincoln-electric-no-layoffs", "an agreement not to unionize"),
    ("paypal-financial-wellness", "in part from a vendor's page"),
    ("employee-ownership-economic-well-being", "does not prove that ownership caused"),
    ("benefit-that-pays-for-itself", "Five employers that took part by choice"),
    ("ups-child-care-pilot", "Go by the two levels themselves"),
    ("siemens-machinist-apprenticeship", "depends on assumptions"),
    ("skills-based-hiring-now", "does little by itself"),
    ("toolkit-diversity-equity-inclusion-accessibility", "Read as history"),
    ("deia-in-apprenticeship", "Read as history"),
    ("inclusion-at-work", "Read as history"),
    ("job-quality-toolkit", "seven or eight case studies"),
    ("equal-pay-self-audit", "the law has changed since"),
]

# Why the archive has fewer than two guides for a question.
ONE_GUIDE = {
    "layoff-alternatives": "Only the toolkit's page guides; the rest are cases.",
    "fair-discipline-steps": "Only the toolkit's page names just-cause rules.",
}
# Why no guide fits a question well.
ONLY_LOOSE_GUIDES = {
    "languages-understood": "No guide of the archive deals with languages at work.",
}
# Why no case study of a named employer fits a question well: "no case study yet" is shown.
NO_CASE = {
    "interview-scoring": "The health system that interviews so stands in a collection.",
    "ads-state-hours-and-leave": "No case tells what its job ads said.",
    "part-time-benefits": "No case tells which benefits reach part-time staff.",
    "paid-time-off": "No case describes a leave rule.",
    "fair-decisions-check": "No case shows an employer checking its own decisions.",
    "fair-treatment-lead": "No case shows one person made responsible.",
    "mentoring-open-to-all": "The coaching of managers is told of no named employer.",
    "openings-posted-to-all": "The firm that posts openings inside first stands in a collection.",
    "safe-way-to-raise-concerns": "The one case is a public protest.",
    "right-to-organize": "The one case is a public protest.",
    "say-in-how-work-is-done": "The one case does not say that staff helped to choose.",
    "fair-discipline-steps": "No case is about discipline.",
    "temporary-work-limits": "No case is about temporary jobs.",
    "hazards-fixed-with-workers": "The firm that did so stands in a collection.",
    "leader-respect-standards": "The one case describes no standards for leaders.",
    "harassment-prevented": "No case is about harassment.",
    "yearly-climate-check": "No case describes a survey of staff.",
    "pay-ranges-shown": "The research found none.",
    "like-jobs-pay-check": "No case shows an employer comparing its own pay.",
    "written-pay-rules": "No case describes written rules.",
    "career-steps-written": "The one case shows a single way up.",
    "progress-talks": "No case is about progress talks.",
}


@cache
def content() -> Content:
    return read_content()


@cache
def catalogue() -> Catalogue:
    """The files as an edition would hold them."""
    return Catalogue(
        content().components,
        content().strategies,
        tuple(
            ResourceFacet(r.slug, r.kind, r.employer, r.sectors, r.employer_sizes)
            for r in content().resources
        ),
    )


@cache
def items() -> dict[str, ResourceDocument]:
    return {r.slug: r for r in content().resources}


def uses_for(question: str) -> Iterator[ResourceUse]:
    """What backs a question, over all strategies that serve it."""
    for strategy in content().strategies:
        if any(serves.question == question for serves in strategy.serves):
            yield from strategy.resources


def uses_under(component: str) -> Iterator[ResourceUse]:
    for strategy in content().strategies:
        if strategy.component == component:
            yield from strategy.resources


def is_case(use: ResourceUse) -> bool:
    return is_employer_case(use, catalogue().facets[use.resource])


def addresses() -> Iterator[tuple[str, str]]:
    """Every address of every item, by slug."""
    for item in items().values():
        for url in (item.original_url, item.archived_url, *(a.url for a in item.other_urls)):
            if url:
                yield item.slug, url


def shown_date(item: ResourceDocument) -> str:
    """Its date as its page says it."""
    return date_words(Resource(published=item.published, date_precision=item.date_precision))


# -- the archive is whole --------------------------------------------------------------------


def test_every_seed_and_every_further_resource_keeps_its_number():
    assert len(ARCHIVE) == SEEDS + 94
    numbers = {n: item.slug for item in items().values() if (n := item.number) <= len(ARCHIVE)}
    assert numbers == dict(enumerate(ARCHIVE, 1))


def test_numbers_run_on_without_a_hole():
    assert sorted(item.number for item in items().values()) == [*range(1, len(items()) + 1)]


@pytest.mark.parametrize("slug", ARCHIVE[:SEEDS])
def test_every_seed_supports_a_strategy(slug):
    assert any(use.resource == slug for s in content().strategies for use in s.resources)


# -- what is not known is said ---------------------------------------------------------------


def test_titles_that_were_not_seen_are_said_to_be_ours():
    assert {slug for slug in ARCHIVE if items()[slug].is_title_ours} == TITLES_OURS
    assert not [item.slug for item in items().values() if item.title.startswith("[")]


def test_an_unknown_date_is_said_to_be_unknown():
    undated = [item for item in items().values() if not item.published]
    assert undated
    for item in undated:
        assert item.date_precision == "unknown", item.slug
        assert shown_date(item) == "Not known"


def test_an_approximate_date_is_said_to_be_approximate_and_why():
    approximate = [item for item in items().values() if item.date_precision == "circa"]
    assert approximate
    for item in approximate:
        assert shown_date(item).startswith("About "), item.slug
        assert item.date_note, item.slug


def test_what_was_not_fully_seen_says_so():
    for item in items().values():
        if item.verification != "verified" or not item.original_url:
            assert item.verification_note, item.slug


def test_what_other_sources_say_is_never_put_in_the_mouth_of_the_item():
    hardware, child_care = items()["a-few-cool-hardware-stores"], ARCHIVE[4]
    assert [f.basis for f in hardware.facts] == ["direct", *["companion"] * 6, "inference"]
    assert [f.basis for f in items()[child_care].facts] == ["direct"] * 3 + ["companion"] * 5


# -- cautions --------------------------------------------------------------------------------


def test_the_preserved_collection_carries_its_standing_caution():
    preserved = {item.slug for item in items().values() if item.is_preserved}
    assert preserved == PRESERVED_COLLECTION
    for slug in preserved:
        item = items()[slug]
        assert item.is_federal
        assert PRESERVED in cautions({"is_preserved": True, "caution": item.caution})


def test_every_federal_item_carries_a_caution():
    assert not [
        i.slug for i in items().values() if i.is_federal and not (i.is_preserved or i.caution)
    ]


@pytest.mark.parametrize(("slug", "words"), TRAPS)
def test_a_known_trap_is_told(slug, words):
    assert words in items()[slug].caution


@pytest.mark.parametrize("slug", ["mud-bay-transformation", "mud-bay-good-jobs-journey"])
def test_mud_bay_is_shown_with_what_its_workers_said_later(slug):
    assert any("realchangenews.org" in a.url for a in items()[slug].other_urls)


# -- addresses -------------------------------------------------------------------------------


def test_every_address_is_a_web_address():
    for slug, url in addresses():
        parts = urlsplit(url)
        assert parts.scheme in ("http", "https"), (slug, url)
        assert "." in parts.netloc, (slug, url)


def test_an_archived_address_is_a_capture_of_its_own():
    for item in items().values():
        if item.archived_url:
            assert item.archived_url != item.original_url, item.slug
    for slug, url in addresses():
        if "web.archive.org" in url:
            assert WAYBACK.fullmatch(url), (slug, url)


@pytest.mark.parametrize("address", sorted(HOSTS_OF_COPIES))
def test_a_copy_is_never_given_as_the_original(address):
    copies = [i.slug for i in items().values() if f"//{address}/" in f"{i.original_url}/"]
    assert copies == []


def test_every_further_address_says_what_it_is():
    assert not [i.slug for i in items().values() for a in i.other_urls if not a.note]


def test_what_has_no_address_at_all_is_not_in_the_archive():
    assert {slug for slug, _ in addresses()} == set(items())


# -- the parts resources play ----------------------------------------------------------------


def test_a_strategy_lists_guides_then_cases_then_evidence():
    for strategy in content().strategies:
        places = [ROLES.index(use.role) for use in strategy.resources]
        assert places == sorted(places), strategy.slug


def test_a_strategy_names_a_resource_once():
    for strategy in content().strategies:
        named = [use.resource for use in strategy.resources]
        assert len(named) == len(set(named)), strategy.slug


def test_a_loose_fit_says_why_and_a_good_one_needs_no_excuse():
    for strategy in content().strategies:
        for use in strategy.resources:
            assert (use.fit == "loose") == bool(use.fit_note), (strategy.slug, use.resource)


def test_what_is_used_as_a_case_is_the_case_of_a_named_employer():
    for strategy in content().strategies:
        for use in strategy.resources:
            assert use.role != "case" or is_case(use), (strategy.slug, use.resource)


def test_a_case_tells_the_line_of_work_or_the_size_of_its_employer():
    for item in items().values():
        if item.employer and item.kind in CASE_KINDS:
            assert item.sectors or item.employer_sizes, item.slug


def test_the_toolkit_s_actions_are_named_by_their_codes():
    for strategy in content().strategies:
        for code in strategy.toolkit_ref:
            assert ACTION_CODE.fullmatch(code) or code in HEADINGS_ALONE, (strategy.slug, code)


# -- every question and component is backed --------------------------------------------------


def questions_without(*, role: str, at_least: int = 1, fit: tuple[str, ...] = FITS) -> set[str]:
    """The questions with fewer than ``at_least`` resources that play this part."""
    return {
        question
        for question in catalogue().questions
        if len({u.resource for u in uses_for(question) if u.role == role and u.fit in fit})
        < at_least
    }


def test_every_question_has_a_guide():
    assert questions_without(role="guide") == set()


def test_a_question_has_two_guides_or_a_reason_why_not():
    assert questions_without(role="guide", at_least=2) == set(ONE_GUIDE)


def test_a_question_has_a_guide_that_fits_well_or_a_reason_why_not():
    assert questions_without(role="guide", fit=("good",)) == set(ONLY_LOOSE_GUIDES)


def test_a_question_has_a_case_study_that_fits_well_or_a_reason_why_not():
    assert questions_without(role="case", fit=("good",)) == set(NO_CASE)


def test_a_component_has_five_guides_and_three_case_studies():
    for component in catalogue().by_slug:
        guides = {use.resource for use in uses_under(component) if use.role == "guide"}
        cases = {use.resource for use in uses_under(component) if use.role == "case"}
        assert len(guides) >= 5, component
        assert len(cases) >= 3, component
