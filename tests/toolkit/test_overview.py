"""What a component has to offer, worked out from a small catalogue by hand."""

import pytest

from tests.toolkit.small import CASE, GUIDE, content, resource, small_documents, strategy
from toolkit.catalogue import Catalogue, ResourceFacet
from toolkit.overview import Overview, overview

TOOL, LOOSE_CASE = "wage-tool", "far-off-case"
USES = [
    {"resource": GUIDE, "role": "guide"},
    {"resource": TOOL, "role": "guide"},
    {"resource": CASE, "role": "case"},
]


def read(*strategies: dict[str, object], component: str = "pay") -> Overview:
    documents = small_documents()
    documents["resource"] += [resource(TOOL, 3), resource(LOOSE_CASE, 4, kind="case-study")]
    documents["strategy"] = list(strategies)
    read = content(documents)
    facets = (
        ResourceFacet(CASE, "case-study", "Corner Bakery", (), ()),
        ResourceFacet(LOOSE_CASE, "case-study", "Far Mill", (), ()),
        ResourceFacet(TOOL, "tool", "", (), ()),
    )
    return overview(Catalogue(read.components, read.strategies, facets), component)


def test_practices_name_every_strategy_that_serves_them_whoever_files_it() -> None:
    found = read(
        strategy("set-a-wage", "wage"),
        strategy("borrowed", "wage", component="benefits"),
        strategy("plan-raises", "raises"),
    )
    assert [(p.question.slug, [s.slug for s in p.strategies]) for p in found.practices] == [
        ("wage", ["set-a-wage", "borrowed"]),
        ("raises", ["plan-raises"]),
    ]
    assert [s.slug for s in found.strategies] == ["set-a-wage", "plan-raises"]
    assert found.practices[0].in_place == "wage at 3."


def test_sources_are_counted_by_strategy_and_ordered_by_use() -> None:
    loose = {"resource": LOOSE_CASE, "role": "case", "fit": "loose", "fit_note": "A mill."}
    found = read(
        strategy("a", "wage", resources=[*USES[:2], loose]),
        strategy("b", "wage", resources=[*USES, loose]),
        strategy("c", "raises", resources=USES[:1]),
    )
    assert [(s.slug, s.strategies, s.is_loose) for s in found.sources] == [
        (GUIDE, 3, False),
        (TOOL, 2, False),
        (CASE, 1, False),
        (LOOSE_CASE, 2, True),
    ]
    # The toolkit's own page stands above the guides, and a loose case is no place to begin.
    assert [s.slug for s in found.guides] == [TOOL]
    assert [s.slug for s in found.cases] == [CASE, LOOSE_CASE]
    assert found.evidence == []
    assert (found.first_guide, found.first_case) == (found.guides[0], found.cases[0])


def test_a_case_of_no_named_employer_is_evidence() -> None:
    found = read(strategy("a", "wage", resources=[USES[0], {"resource": TOOL, "role": "case"}]))
    assert [s.slug for s in found.evidence] == [TOOL]
    assert found.cases == []


@pytest.mark.parametrize(
    ("others", "first"),
    [
        ([strategy("b", "wage", effort="medium", days=1)], "a"),
        ([strategy("b", "wage", days=10)], "b"),
        (
            [
                strategy(
                    "b", "wage", days=60,
                    serves=[{"question": q, "levels": [0]} for q in ("wage", "raises")],
                )
            ],
            "b",
        ),
    ],
    ids=["effort counts first", "then days", "questions before days"],
)  # fmt: skip
def test_the_first_move_is_easy_and_serves_much(others: list[dict[str, object]], first: str):
    chosen = read(strategy("a", "wage"), *others).first_strategy
    assert chosen is not None
    assert chosen.slug == first


def test_nothing_there_is_nothing_to_begin_with() -> None:
    found = read(strategy("set-a-wage", "wage"), component="benefits")
    assert (found.first_strategy, found.first_guide, found.first_case) == (None, None, None)
    assert [p.strategies for p in found.practices] == [()]


def test_a_component_there_is_none_of_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        read(component="no-such")
