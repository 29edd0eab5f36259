"""The content files: what an employer may read, walked and weighed whole.

The rules are those an editor's change must keep (``toolkit.quality``); each is tested by itself
in tests/toolkit. That the files load and come out again byte for byte: test_loading.py.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from assessment.recommendation import recommend
from assessment.scoring import Profile, Reply, asked, score
from toolkit import catalogue as cat
from toolkit import quality, wording
from toolkit.content_files import FOLDERS, Content
from toolkit.importing import CONTENT, read_content
from toolkit.resource_document import ResourceDocument

ROOT = CONTENT.parent.parent
COMPONENTS, QUESTIONS_EACH, QUICK = 8, 6, 16
BASIC_NEEDS = {"PAY-1", "BN-3", "BN-6", "JS-1", "JS-5", "JS-6", "OC-4", "ER-1", "DEIA-4"}
# The archive's words are for those who want to look closer, but never far above the rest.
HIGHEST_GRADE_OF_ARCHIVE = 8.0


@cache
def content() -> Content:
    """All content files, read once."""
    return read_content()


@cache
def catalogue() -> cat.Catalogue:
    facets = tuple(
        cat.ResourceFacet(r.slug, r.kind, r.employer, r.sectors, r.employer_sizes)
        for r in content().resources
    )
    return cat.Catalogue(content().components, content().strategies, facets)


@cache
def archive() -> dict[str, ResourceDocument]:
    return {item.slug: item for item in content().resources}


def listed(found: Iterable[cat.Problem]) -> list[str]:
    """One readable line for each, naming the row."""
    return [f"{p.noun} {p.slug}: {p.message}" for p in found]


# -- Quality ----------------------------------------------------------------------------------


def test_components_questions_and_strategies_have_no_problem() -> None:
    found = [
        *cat.problems(catalogue(), archive()),
        *quality.problems(catalogue(), archive()),
    ]
    assert listed(found) == []


def test_archive_items_have_no_problem() -> None:
    assert listed(p for item in archive().values() for p in quality.resource_problems(item)) == []


def test_nothing_is_left_to_remark_on_but_single_hard_sentences() -> None:
    found = listed(quality.remarks(catalogue(), archive().values()))
    assert [line for line in found if "Reading grade" not in line] == []


def test_few_sentences_read_hard() -> None:
    """At most 1 in 50 of what employers read; the failure lists each with its grade."""
    passages = [
        *(p for c in content().components for p in quality.component_passages(c)),
        *(p for q in catalogue().questions.values() for p in quality.question_passages(q)),
        *(p for s in content().strategies for p in quality.strategy_passages(s)),
    ]
    sentences = [sentence for p in passages for sentence in wording.sentences(p.text)]
    hard = {f"{wording.grade(s):.1f} {s}" for s in sentences if quality.is_hard(s)}
    assert len(sentences) > 1000
    assert len(hard) <= len(sentences) / 50, "\n".join(sorted(hard, reverse=True))


def test_the_archive_reads_like_the_rest() -> None:
    texts = [p.text for r in archive().values() for p in quality.resource_passages(r) if p.text]
    assert wording.grade(*texts) <= HIGHEST_GRADE_OF_ARCHIVE


def test_no_two_questions_share_a_text() -> None:
    texts = Counter(
        text.casefold()
        for question in catalogue().questions.values()
        for text in (question.text, question.why, *question.levels, *question.next_steps)
        if text != "As above."
    )
    assert [text for text, count in texts.items() if count > 1] == []


def test_no_two_strategies_share_a_text() -> None:
    texts = Counter(
        text.casefold() for s in content().strategies for text in (s.title, s.summary, *s.steps)
    )
    assert [text for text, count in texts.items() if count > 1] == []


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda p: p.stem)
def test_pages_are_written_in_plain_american_english_too(path: Path) -> None:
    source = re.sub(r"(?s){#.*?#}|{%.*?%}|{{.*?}}", " ", path.read_text(encoding="utf-8"))
    lines = [" ".join(line.split()) for line in re.sub(r"<[^>]*>", " ", source).splitlines()]
    checks = (wording.spelling, wording.jargon, wording.blame)
    assert [
        f"{message} {line}" for line in lines for check in checks for message in check(line)
    ] == []


# -- What there is ----------------------------------------------------------------------------


def test_there_are_the_eight_components_with_six_questions_each() -> None:
    components = content().components
    assert [c.position for c in components] == list(range(1, COMPONENTS + 1))
    assert [q.code for c in components for q in c.questions] == [
        f"{c.code}-{n}" for c in components for n in range(1, QUESTIONS_EACH + 1)
    ]


def test_the_quick_check_asks_two_questions_of_each_component() -> None:
    quick = [q for q in catalogue().questions.values() if q.is_quick]
    assert set(Counter(q.component for q in quick).values()) == {QUICK // COMPONENTS}
    assert len(quick) == QUICK


def test_the_basic_needs_and_no_others_weigh_as_basic_needs() -> None:
    basic = {
        q.code for q in catalogue().questions.values() if q.weight_reason.startswith("Basic need")
    }
    assert basic == BASIC_NEEDS
    assert {q.weight for q in catalogue().questions.values() if q.code in basic} == {3}


def test_every_flag_that_hides_a_question_has_its_does_not_apply() -> None:
    # Someone who said nothing of the flag must be able to say so at the question.
    hidden = [q for q in catalogue().questions.values() if q.applies_if]
    assert {q.applies_if for q in hidden} <= set(cat.FLAGS)
    assert [q.slug for q in hidden if not q.na_when] == []


def test_every_file_is_one_that_is_read() -> None:
    known = {CONTENT / folder for folder in FOLDERS.values()}
    files = [path for path in CONTENT.rglob("*") if path.is_file()]
    assert [p.name for p in files if p.parent not in known or p.suffix != ".yaml"] == []
    assert len(files) == sum(
        len(rows) for rows in (content().components, content().strategies, content().resources)
    )


def test_every_strategy_leads_back_to_its_own_component() -> None:
    questions = catalogue().questions
    assert [
        s.slug
        for s in content().strategies
        if s.component not in {questions[v.question].component for v in s.serves}
    ] == []


def test_every_resource_names_components_and_relations_that_exist() -> None:
    assert [r.slug for r in archive().values() if not r.components] == []
    assert [
        (r.slug, name)
        for r in archive().values()
        for name in [*r.components, *(relation.resource for relation in r.relations)]
        if name not in catalogue().by_slug and name not in archive()
    ] == []


# -- Every route ------------------------------------------------------------------------------

PROFILES = [
    *(Profile(mode=mode, size=size) for mode in ("full", "quick") for size in ("", *cat.SIZES)),
    *(Profile(flags={flag: said}) for flag in cat.FLAGS for said in (True, False)),
    Profile(flags=dict.fromkeys(cat.FLAGS, False)),
]


def named(profile: Profile) -> str:
    flags = [f"{flag}={'yes' if said else 'no'}" for flag, said in profile.flags.items()]
    return "-".join([profile.mode, profile.size or "any", *flags])


@pytest.mark.parametrize("level", range(cat.TOP_LEVEL))
@pytest.mark.parametrize("profile", PROFILES, ids=named)
def test_every_route_ends_in_a_next_step_and_a_strategy_with_a_guide(
    profile: Profile, level: int
) -> None:
    """Whoever stands at this level of every question and wants the top is told what to do."""
    aim = Profile(
        mode=profile.mode,
        size=profile.size,
        flags=profile.flags,
        targets=dict.fromkeys(catalogue().by_slug, cat.TOP_LEVEL),
    )
    questions = asked(catalogue(), aim)
    replies = {q.slug: Reply(level=level) for q in questions}
    found = recommend(catalogue(), aim, replies, score(catalogue(), aim, replies))
    offered = {r.question.slug: r for r in (*found.shown, *found.not_now)}

    assert set(offered) == {q.slug for q in questions}
    assert [r.next_step for r in offered.values()] == [
        catalogue().questions[slug].next_steps[level] for slug in offered
    ]
    assert [
        slug
        for slug, r in offered.items()
        if not (r.next_step and r.strategy and len(r.strategy.steps) >= 3 and r.backing.guides)
    ] == []
    assert [
        (slug, use.resource)
        for slug, r in offered.items()
        for use in (*r.backing.guides, *r.backing.evidence, *r.backing.cases)
        if use.resource not in archive()
    ] == []
    assert [
        slug for slug, r in offered.items() if r.strategy and not r.strategy.suits(aim.size)
    ] == []


def test_at_the_top_there_is_nothing_left_to_do() -> None:
    aim = Profile(targets=dict.fromkeys(catalogue().by_slug, cat.TOP_LEVEL))
    replies = {slug: Reply(level=cat.TOP_LEVEL) for slug in catalogue().questions}
    result = score(catalogue(), aim, replies)
    found = recommend(catalogue(), aim, replies, result)
    assert (found.shown, found.not_now, found.find_out) == ((), (), ())
    assert result.in_place == len(catalogue().questions)
