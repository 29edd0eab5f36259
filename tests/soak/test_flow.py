"""Anybody does anything in any order: no error, no lost answer, nobody gets more than their due."""

import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from assessment.documents import board_summary, pdf, printed_plan, word
from assessment.plan_document import to_json
from tests.soak import small_editions
from tests.soak.flow import EmployerFlow

STEPS = 50  # of one example


@pytest.fixture
def unprinted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a document be its own plan: printing takes a second, and other tests look at it."""

    def render(document: Any) -> pdf.RenderedPdf:
        return pdf.RenderedPdf(content=b"%PDF-" + to_json(document).encode(), pages=1)

    for press in (printed_plan, board_summary, word):
        monkeypatch.setattr(press, "render", render)


@pytest.fixture
def flow(
    db: None,
    any_wording: None,
    unprinted: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> type[EmployerFlow]:
    """The machine, nothing run yet."""
    small_editions.load_and_publish()
    # Refusals by the thousand are what is wanted here.
    caplog.set_level(logging.CRITICAL, logger="django.request")
    monkeypatch.setattr(EmployerFlow, "steps", 0)
    monkeypatch.setattr(EmployerFlow, "statuses", EmployerFlow.statuses.__class__())
    return EmployerFlow


def run(flow: type[EmployerFlow], *, steps: int, is_random: bool) -> None:
    """Run at least so many steps; fails with the shortest example that Hypothesis finds."""
    options = settings(
        max_examples=steps // 33 + 1,  # some stop early
        stateful_step_count=STEPS,
        derandomize=not is_random,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if is_random else [Phase.generate],
    )
    run_state_machine_as_test(flow, settings=options)
    assert flow.steps >= steps


@pytest.mark.db
def test_three_hundred_steps(flow: type[EmployerFlow]) -> None:
    run(flow, steps=300, is_random=False)
    print(flow.steps, sorted(flow.statuses.items()))
    assert sum(flow.statuses.values()) > 300


@pytest.mark.db
@pytest.mark.soak
def test_ten_thousand_steps(flow: type[EmployerFlow], database: str, tell) -> None:
    run(flow, steps=10_000, is_random=True)
    tell(database=database, steps=flow.steps, requests=sum(flow.statuses.values()))
    for name, count in sorted(flow.statuses.items()):
        print(f"{count:7d} {name}")
