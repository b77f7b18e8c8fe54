"""A budget that ends a run in order."""

from __future__ import annotations

from flux_desktop.engine.records.events import RunEnded, RunStarted, Snapshot
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.ui.models.ramp import Ramp
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.window.budget_keeper import BudgetKeeper
from tests.ui import scripted
from tests.ui.window.page_bench import PageBench

STARTED = RunStarted(t=0.0, wall_time="", plan=scripted.plan(), version="test")


def followed(bench: PageBench, budget: str, *, exempt: bool = False) -> BudgetKeeper:
    bench.state.choices.ramp = Ramp(budget=budget)
    keeper = BudgetKeeper(bench.state, bench.controller, bench.page.banners, lambda: exempt)
    bench.start()
    for event in (STARTED, Snapshot(t=1.0, ledger={"streaming": 2}), Snapshot(t=29.0, ledger={"streaming": 2})):
        keeper.take(event)
    return keeper


async def test_a_run_ends_in_order_when_its_budget_is_used_up(bench: PageBench) -> None:
    keeper = followed(bench, "1")
    assert bench.state.run.phase is RunPhase.RUNNING
    keeper.take(Snapshot(t=31.1, ledger={"streaming": 2}))
    assert bench.state.run.phase is RunPhase.STOPPING
    keeper.take(Snapshot(t=33.0, ledger={"streaming": 2}))
    assert bench.banners == ["budget_used_up"], "it is said once"
    keeper.take(RunEnded(t=34.0, verdict=Verdict.DONE, ledger={}))
    assert keeper._budget is None, "the next run has a budget of its own"


async def test_without_a_budget_a_run_goes_on(bench: PageBench) -> None:
    followed(bench, "").take(Snapshot(t=9_000.0, ledger={"streaming": 2}))
    assert bench.state.run.phase is RunPhase.RUNNING


async def test_a_budget_that_cannot_be_read_ends_the_run(bench: PageBench) -> None:
    followed(bench, "much")
    assert bench.state.run.phase is RunPhase.STOPPING
    assert bench.banners == ["option_unknown"]


async def test_a_capacity_search_keeps_its_own_budget(bench: PageBench) -> None:
    followed(bench, "1", exempt=True).take(Snapshot(t=900.0, ledger={"streaming": 2}))
    assert bench.state.run.phase is RunPhase.RUNNING
