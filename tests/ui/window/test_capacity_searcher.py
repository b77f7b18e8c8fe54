"""Capacity searches of the window: a run like any other, whose result the page shows."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.evaluation.capacity.effort import longest_minutes_left
from flux_desktop.ui.models import text
from flux_desktop.ui.models.capacity_choices import SAMPLE_CAPACITY, SAMPLE_SEARCH
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.window.capacity_searcher import CapacitySearcher
from flux_desktop.ui.window.price_keeper import PriceKeeper
from tests.evaluation.capacity.test_account_timeline import records
from tests.ui.models.capacities import report, rung
from tests.ui.models.test_capacity import progress
from tests.ui.window.page_bench import PageBench


def searcher_of(bench: PageBench) -> CapacitySearcher:
    prices = PriceKeeper(bench.state, bench.tasks)
    return CapacitySearcher(bench.state, bench.capacity_page, bench.controller, prices, bench.page.banners, bench.tasks)


async def test_a_search_is_a_run_whose_result_is_shown(bench: PageBench) -> None:
    searcher = searcher_of(bench)
    page = bench.capacity_page
    page.inputs.max_streams.setValue(64)
    page.inputs.search_button.click()
    plan = bench.state.run.plan
    assert plan is not None
    assert plan.on_demand
    assert isinstance(plan.source, DataSetSource)
    assert searcher.searching
    assert page.inputs.search_button.text() == "Stop"
    assert not bench.state.live.steers_run, "sliders of Live do not change a search"
    searcher.model.take_progress(progress(30.0, 16, 16))
    searcher._take_rung(rung(16, "PASS"))
    searcher.refresh()
    assert page.rungs_panel.table.rowCount() == 1
    assert page.inputs.progress.done.full_text() == "1 rung · 3.0 stream-minutes"
    left_s = 60 * longest_minutes_left(searcher.model.rungs, page.inputs.choices.search, page.inputs.choices.timing)
    assert page.inputs.progress.left.text() == f"about {text.clock(left_s)} left"
    searcher.model.take_progress(progress(40.0, 32, 32))
    searcher.refresh()
    assert page.inputs.progress.left.text() == f"about {text.clock(left_s - 10)} left", "10 s of the next rung are over"
    assert bench.state.planned_s() == left_s - 10, "the run bar says the same"
    engine = searcher._engine
    assert engine is not None
    engine.report = report()
    bench.feed(RunEnded(t=60.0, verdict=Verdict.DONE, ledger={"completed": 16}))
    searcher.run_finished()
    assert not searcher.searching
    assert page.answer.number.text() == "46"
    page.answer.policy_button.click()
    assert '"TargetValue": 34.0' in QGuiApplication.clipboard().text()
    assert page.inputs.search_button.text() == "Search"
    searcher.search()
    assert searcher.model.rungs == [], "a new search begins from nothing"


async def test_the_account_is_shown_while_the_search_is_under_way(bench: PageBench) -> None:
    searcher = searcher_of(bench)
    searcher.search()
    panel = bench.capacity_page.timeline_panel
    searcher.model.take_progress(progress(30.0, 16, 16))
    searcher.refresh()
    assert panel.title.text() == "Load during the search"
    bench.state.observed.records = records()
    searcher.refresh()
    assert panel.title.text() == "Account during the search"
    assert panel.subtitle.text() == "Instances in service: 1 to 2; desired: 1 to 2."
    assert "2 instances in service" in panel.plot.accessibleName()


async def test_stop_ends_the_search_in_order(bench: PageBench) -> None:
    searcher = searcher_of(bench)
    searcher.search()
    bench.capacity_page.inputs.search_button.click()
    searcher.refresh()
    assert bench.capacity_page.inputs.search_button.text() == "Stopping…"
    assert searcher._engine is not None
    assert searcher._engine._stopped


async def test_the_example_limits_the_built_in_endpoint(bench: PageBench) -> None:
    bench.state.endpoints.account = [EndpointEntry("flux-en-prod", "")]
    bench.state.choices.endpoint = "flux-en-prod"
    searcher_of(bench)
    page = bench.capacity_page
    assert page.inputs.search_button.property("kind") == "go"
    page.curve_panel.sample_button.click()
    assert page.inputs.choices == SAMPLE_SEARCH
    plan = bench.state.run.plan
    assert plan is not None
    assert plan.is_local
    assert plan.local_arguments == ("--capacity", str(SAMPLE_CAPACITY), "--beyond", "slow")


async def test_what_cannot_be_read_starts_nothing(bench: PageBench) -> None:
    searcher = searcher_of(bench)
    bench.capacity_page.inputs.limits.setText("end_of_turn_p95<300")
    assert "cannot be used" in bench.capacity_page.inputs.cost.text()
    searcher.search()
    assert bench.banners == ["limit_invalid"]
    assert not searcher.searching


async def test_a_run_of_live_is_no_search(bench: PageBench) -> None:
    searcher = searcher_of(bench)
    bench.start()
    bench.state.changed()
    assert not bench.capacity_page.inputs.search_button.isEnabled()
    bench.feed(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 2}))
    searcher.run_finished()
    assert searcher.model.report is None


async def test_edited_prices_reach_the_cost_before_the_start(bench: PageBench) -> None:
    bench.state.endpoints.account = [EndpointEntry("flux-en-prod", "")]
    bench.state.choices.endpoint = "flux-en-prod"
    searcher_of(bench)
    panel, inputs = bench.capacity_page.prices_panel, bench.capacity_page.inputs
    assert "$13.86" in inputs.cost.text()
    assert "suggested" in inputs.cost.text()
    panel.licence.setValue(0.01)
    assert "$18.00" in inputs.cost.text()
    assert "suggested" not in inputs.cost.text()


async def test_what_the_endpoint_supports_is_one_click_away(bench: PageBench) -> None:
    searcher_of(bench)
    asked: list[str] = []
    bench.state.actions["support"] = lambda endpoint, parent: asked.append(endpoint)
    bench.capacity_page.inputs.support_button.click()
    assert asked == ["local"]
