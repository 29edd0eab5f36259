"""Reading, writing and checking the published knowledge."""

import json
from dataclasses import replace

import pytest
from hypothesis import given

from tests.catalogues import SOURCE, catalogues, make_component, make_strategy, two_components
from toolkit.catalogue import (
    SIZES,
    TOP_LEVEL,
    Catalogue,
    ContentError,
    Fault,
    LegalNote,
    Place,
    Problem,
    Question,
    ResourceFacet,
    ResourceUse,
    Serves,
    Strategy,
    canonical,
    fingerprint,
    from_document,
    is_employer_case,
    problems,
    read_component,
    read_strategy,
    to_document,
    write_component,
    write_strategy,
)

SHOP = two_components()
KNOWN = [SOURCE]
NOTE = LegalNote("May have to be bargained first.", "General information.")


def rich() -> Catalogue:
    """The small catalogue with every optional field filled at least once."""
    pay, hours = SHOP.components
    wage = replace(
        pay.questions[0], hint="Base pay only.", legal_notes=(NOTE,), meaning=3, applies_if="tipped"
    )
    pay = replace(pay, questions=(wage, *pay.questions[1:]), label="Wages — “fair”")
    strategy = replace(
        SHOP.strategies[0],
        toolkit_ref=("PA-1.2",),
        legal_notes=(NOTE,),
        resources=(
            ResourceUse(SOURCE, "guide"),
            ResourceUse("bakery", "case", "loose", "A bakery, not a shop."),
        ),
    )
    bakery = ResourceFacet("bakery", "case-study", "Bäckerei", ("44-45", "72"), ("1-9",))
    return Catalogue((pay, hours), (strategy, *SHOP.strategies[1:]), (*SHOP.resources, bakery))


# -- there and back --------------------------------------------------------------------------


@pytest.mark.parametrize("catalogue", [SHOP, rich(), Catalogue((), ())])
def test_written_and_read_again_it_is_the_same(catalogue):
    document = to_document(catalogue)

    assert from_document(document) == catalogue
    assert from_document(json.loads(canonical(document))) == catalogue
    assert canonical(to_document(from_document(document))) == canonical(document)


@given(catalogues())
def test_any_catalogue_comes_back_the_same(catalogue):
    text = canonical(to_document(catalogue))

    assert from_document(json.loads(text)) == catalogue
    assert canonical(to_document(from_document(json.loads(text)))) == text


def test_single_files_come_back_the_same():
    found: list[Fault] = []
    (pay, _), (strategy, *_) = rich().components, rich().strategies

    assert read_component(write_component(pay), "pay.yaml", found) == pay
    assert read_strategy(write_strategy(strategy), "raise-wage.yaml", found) == strategy
    assert found == []


def test_the_canonical_text_is_compact_and_keeps_letters_and_order():
    text = canonical({"b": "Bäckerei — “fair”", "a": [1, True]})

    assert text == '{"b":"Bäckerei — “fair”","a":[1,true]}'
    # echo -n '{}' | sha256sum
    expected = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert fingerprint("{}") == expected


def test_empty_optional_fields_are_not_written():
    wage = write_component(SHOP.components[0])["questions"][0]

    assert list(wage) == [
        "slug", "code", "text", "why", "weight", "weight_reason", "quick", "levels", "next_steps",
        "pulse",
    ]  # fmt: skip


def test_components_are_read_into_the_order_of_their_positions():
    document = to_document(SHOP)
    document["components"].reverse()

    assert [c.slug for c in from_document(document).components] == ["pay", "hours"]


# -- what cannot be read ---------------------------------------------------------------------


def test_every_problem_of_a_document_is_listed_at_once():
    document = to_document(SHOP)
    pay = document["components"][0]
    del pay["title"]
    pay["position"] = "1"
    pay["colour"] = "red"
    pay["questions"][0]["weight"] = True
    pay["questions"][0]["levels"] = ["One.", 2]
    pay["questions"][1] = "ranges"
    pay["questions"][2]["why"]["author"] = "me"
    document["strategies"][0]["serves"][0]["levels"] = [0, "one", True]
    document["strategies"][0]["legal_notes"] = [{"text": "Ask."}]
    document["extra"] = []
    with pytest.raises(ContentError) as caught:
        from_document(document)

    told = [str(problem) for problem in caught.value.problems]
    first = "document, components[1]"
    for expected in [
        f"{first}.title: missing",
        f"{first}.position: expected a whole number, found text",
        f"{first}.colour: unknown key",
        f"{first}.questions[1].weight: expected a whole number, found yes or no (True)",
        f"{first}.questions[1].levels[2]: "
        "expected text, found a whole number (2); put it in quotation marks",
        f"{first}.questions[2]: expected keys with values, found text",
        f"{first}.questions[3].why.author: unknown key",
        "document, strategies[1].serves[1].levels[2]: expected a whole number, found text",
        "document, strategies[1].serves[1].levels[3]: "
        "expected a whole number, found yes or no (True)",
        "document, strategies[1].legal_notes[1].source: missing",
        "document, extra: unknown key",
    ]:
        assert expected in told
    assert len(told) == 11, "what is no mapping is one problem, not one for each of its keys"
    assert str(caught.value) == "; ".join(told)


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_a_document_that_is_no_mapping_is_refused(document):
    with pytest.raises(
        ContentError, match=r"^document: (missing|expected keys with values, found )"
    ):
        from_document(document)


# -- what may not be published ---------------------------------------------------------------


def test_the_small_catalogue_may_be_published():
    assert problems(SHOP, KNOWN) == []
    assert problems(rich(), [SOURCE, "bakery"]) == []


def with_question(**changes) -> Catalogue:
    """The catalogue with changes to ``ranges``."""
    pay, hours = SHOP.components
    wage, ranges, tips = pay.questions
    questions = (wage, replace(ranges, **changes), tips)
    return replace(SHOP, components=(replace(pay, questions=questions), hours))


def with_strategy(**changes) -> Catalogue:
    """The catalogue with changes to ``post-ranges``."""
    wage, ranges, notice = SHOP.strategies
    return replace(SHOP, strategies=(wage, replace(ranges, **changes), notice))


def with_component(**changes) -> Catalogue:
    """The catalogue with changes to ``hours``."""
    pay, hours = SHOP.components
    return replace(SHOP, components=(pay, replace(hours, **changes)))


RANGES = SHOP.questions["ranges"]
GUIDE = ResourceUse(SOURCE, "guide")
SERVES = SHOP.strategies[1].serves
QUESTION_PROBLEMS = [
    ({"levels": RANGES.levels[:4]}, "It needs a statement for each of the five levels."),
    ({"levels": (*RANGES.levels[:4], "")}, "It needs a statement for each of the five levels."),
    ({"levels": (*RANGES.levels[:4], RANGES.levels[0])}, "Two levels carry the same statement."),
    ({"next_steps": RANGES.next_steps[:3]}, "It needs a next step for each of levels 0 to 3."),
    ({"next_steps": ("a", "b", "", "d")}, "It needs a next step for each of levels 0 to 3."),
    ({"weight": 4}, "The weight must be 1, 2 or 3."),
    (
        {"weight_reason": "Because."},
        "The reason for the weight must begin “Basic need” or “Evidence”.",
    ),
    ({"why_source": "nowhere"}, "Unknown source “nowhere” under “Why it matters”."),
    ({"applies_if": "moonlight"}, "Unknown profile flag “moonlight”."),
]
STRATEGY_PROBLEMS = [
    ({"component": "nowhere"}, "Unknown component “nowhere”."),
    ({"effort": "huge"}, "The effort must be low, medium or high."),
    ({"steps": ("One.", "Two.")}, "It needs three to six steps."),
    ({"steps": ("One.",) * 7}, "It needs three to six steps."),
    ({"days": 0}, "Days to a first result must be at least 1."),
    ({"sizes": ()}, "It needs at least one known size."),
    ({"sizes": (*SIZES, "40")}, "It needs at least one known size."),
    ({"resources": (ResourceUse(SOURCE, "evidence"),)}, "It needs at least one guide."),
    ({"serves": (*SERVES, Serves("gone", (0,)))}, "Unknown question “gone”."),
    (
        {"serves": (*SERVES, Serves("wage", (TOP_LEVEL,)))},
        "Levels served for “wage” must be among 0 to 3.",
    ),
    ({"serves": (*SERVES, Serves("wage", ()))}, "Levels served for “wage” must be among 0 to 3."),
    ({"resources": (GUIDE, ResourceUse("gone", "guide"))}, "Unknown resource “gone”."),
    ({"resources": (GUIDE, ResourceUse(SOURCE, "tip"))}, f"Unknown role or fit for “{SOURCE}”."),
    (
        {"resources": (GUIDE, ResourceUse(SOURCE, "guide", "snug", "x"))},
        f"Unknown role or fit for “{SOURCE}”.",
    ),
    (
        {"resources": (GUIDE, ResourceUse(SOURCE, "guide", "loose"))},
        f"The loose fit of “{SOURCE}” must say why it is loose.",
    ),
]


@pytest.mark.parametrize(("changes", "message"), QUESTION_PROBLEMS)
def test_each_problem_of_a_question_is_found(changes, message):
    assert problems(with_question(**changes), KNOWN) == [Problem("question", "ranges", message)]


@pytest.mark.parametrize(("changes", "message"), STRATEGY_PROBLEMS)
def test_each_problem_of_a_strategy_is_found(changes, message):
    found = problems(with_strategy(**changes), KNOWN)

    assert found == [Problem("strategy", "post-ranges", message)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source": "nowhere"}, "Unknown source “nowhere”."),
        ({"questions": ()}, "It has no questions."),
    ],
)
def test_each_problem_of_a_component_is_found(changes, message):
    # Without its questions, what serves them is a problem too; here the component itself counts.
    found = problems(with_component(**changes), KNOWN)

    assert [p for p in found if p.noun == "component"] == [Problem("component", "hours", message)]


def test_every_question_needs_a_strategy_at_each_level_below_the_top():
    catalogue = with_strategy(serves=(Serves("ranges", (1, 2)), Serves("tips", (0, 1, 2, 3))))

    assert problems(catalogue, KNOWN) == [
        Problem("question", "ranges", "No strategy serves it at level 0 (Not yet)."),
        Problem("question", "ranges", "No strategy serves it at level 3 (In place)."),
    ]


def test_a_slug_may_stand_only_once_for_each_noun():
    pay, hours = SHOP.components
    twice = make_component("pay", [RANGES], position=3)
    catalogue = replace(
        SHOP,
        components=(pay, hours, twice),
        strategies=(*SHOP.strategies, make_strategy("post-ranges", ["ranges"])),
    )
    message = "The slug is used more than once."

    assert problems(catalogue, KNOWN) == [
        Problem("component", "pay", message),
        Problem("question", "ranges", message),
        Problem("strategy", "post-ranges", message),
    ]


def test_an_empty_catalogue_may_not_be_published():
    assert problems(Catalogue((), ()), KNOWN) == [
        Problem("component", "", "There is no component to publish.")
    ]


def test_a_problem_names_the_key_it_is_about():
    catalogue = replace(
        with_question(why_source="gone"),
        strategies=with_strategy(
            serves=(*SERVES, Serves("gone", (0,))), resources=(GUIDE, ResourceUse("gone", "case"))
        ).strategies,
    )

    assert [p.key for p in problems(catalogue, KNOWN)] == [
        "why.source",
        "serves[3].question",
        "resources[2].resource",
    ]


# -- where it stands -------------------------------------------------------------------------


def test_a_place_knows_the_line_of_the_nearest_thing_around_it():
    lines = {"": 1, "questions": 3, "questions[1]": 4, "questions[1].why": 9}
    question = Place("pay.yaml", "", lines).at("questions").at("[1]")

    assert question.at("why").fault("Odd.") == Fault("pay.yaml", "questions[1].why", "Odd.", 9)
    assert question.at("why.source").line == 9
    assert question.at("levels[2]").line == 4
    assert Place("pay.yaml", "title", lines).line == 1
    assert Place("document", "components[1]").line is None


def test_a_fault_says_file_line_and_key():
    assert (
        str(Fault("pay.yaml", "why.text", "missing", 41)) == "pay.yaml, line 41, why.text: missing"
    )
    assert str(Fault("document", "", "missing")) == "document: missing"


def test_all_problems_come_at_once():
    catalogue = replace(with_question(weight=0), strategies=with_strategy(days=0).strategies)

    source = f"Unknown source “{SOURCE}”."
    why = f"Unknown source “{SOURCE}” under “Why it matters”."
    resource = f"Unknown resource “{SOURCE}”."
    assert problems(catalogue, []) == [
        Problem("component", "pay", source),
        Problem("question", "wage", why),
        Problem("question", "ranges", "The weight must be 1, 2 or 3."),
        Problem("question", "ranges", why),
        Problem("question", "tips", why),
        Problem("component", "hours", source),
        Problem("question", "notice", why),
        Problem("question", "rest", why),
        Problem("strategy", "raise-wage", resource),
        Problem("strategy", "post-ranges", "Days to a first result must be at least 1."),
        Problem("strategy", "post-ranges", resource),
        Problem("strategy", "post-hours", resource),
    ]


REQUIRED_OF_QUESTIONS = ["slug", "code", "text", "weight_reason", "pulse"]
REQUIRED_OF_STRATEGIES = ["slug", "title", "summary", "serves"]


def test_whatever_passes_the_checks_can_be_read_back():
    """An edition that no longer parses would fail every employer's page."""
    drafts = [with_question(**{key: ""}) for key in REQUIRED_OF_QUESTIONS]
    drafts += [with_spare_strategy(key) for key in REQUIRED_OF_STRATEGIES]
    unreadable = []
    for draft in drafts:
        if not problems(draft, KNOWN):
            try:
                from_document(to_document(draft))
            except ContentError as error:
                unreadable.append(str(error))

    assert unreadable == []


def with_spare_strategy(emptied: str) -> Catalogue:
    """The catalogue with a further strategy that lacks one required field."""
    spare = make_strategy("spare", ["wage"])
    empty = type(getattr(spare, emptied))()
    return replace(SHOP, strategies=(*SHOP.strategies, replace(spare, **{emptied: empty})))


# -- reading an index ------------------------------------------------------------------------


def test_the_indexes_follow_the_order_of_components_and_questions():
    assert list(SHOP.questions) == ["wage", "ranges", "tips", "notice", "rest"]
    assert list(SHOP.by_slug) == ["pay", "hours"]
    assert all(isinstance(q, Question) for q in SHOP.questions.values())


def test_strategies_offered_suit_the_size_first_then_effort_then_slug():
    strategies = [
        make_strategy("b-high", ["wage"], effort="high"),
        make_strategy("b-low", ["wage"], effort="low"),
        make_strategy("a-low", ["wage"], effort="low"),
        make_strategy("big-low", ["wage"], effort="low", sizes=("1000+",)),
        make_strategy("top", ["wage"], effort="low", levels=(3,)),
    ]
    catalogue = replace(SHOP, strategies=tuple(strategies))

    def offered(level: int, size: str) -> list[str]:
        found: list[Strategy] = catalogue.strategies_for("wage", level, size)
        return [s.slug for s in found]

    assert offered(0, "1-9") == ["a-low", "b-low", "b-high", "big-low"]
    assert offered(0, "1000+") == ["a-low", "b-low", "big-low", "b-high"]
    assert offered(0, "") == ["a-low", "b-low", "big-low", "b-high"]
    assert offered(3, "1-9") == ["a-low", "b-low", "top", "b-high", "big-low"]
    assert offered(TOP_LEVEL, "") == []
    assert catalogue.strategies_for("ranges", 0) == []


@pytest.mark.parametrize(("label", "has_own"), [("Pay", False), ("Wages", True)])
def test_a_component_knows_whether_its_label_is_its_own(label, has_own):
    component = make_component("pay", [], title="Pay", label=label)

    assert component.has_own_label is has_own


def test_a_level_that_adds_to_the_one_below_is_written_out_in_full():
    levels = (
        "Nobody is asked.",
        "Some are asked.",
        "As above, and they hear back.",
        "As above, plus a date.",
        "All hear back as above, and by name.",
    )
    question = replace(SHOP.components[0].questions[0], levels=levels)
    assert [question.in_full(level) for level in range(5)] == [
        "Nobody is asked.",
        "Some are asked.",
        "Some are asked. They hear back.",
        "Some are asked. They hear back. Plus a date.",
        "All hear back as above, and by name.",
    ]


# -- cases -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "facet", "is_case"),
    [
        ("case", ResourceFacet("bakery", "case-study", "Bakery"), True),
        ("case", ResourceFacet("bakery", "profile", "Bakery"), True),
        ("case", ResourceFacet("bakery", "article", "Bakery"), False),
        ("case", ResourceFacet("bakery", "case-collection", "Bakery"), False),
        ("case", ResourceFacet("bakery", "case-study"), False),
        ("evidence", ResourceFacet("bakery", "case-study", "Bakery"), False),
        ("case", None, False),
    ],
)
def test_only_a_study_or_profile_of_a_named_employer_is_its_case(role, facet, is_case):
    assert is_employer_case(ResourceUse("bakery", role), facet) is is_case
