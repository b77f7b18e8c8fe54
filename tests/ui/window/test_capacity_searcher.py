"""The search of the Capacity page: its example, its progress, its end, and the prices that are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.evaluation.capacity.search import Rung
from flux_desktop.experiments.capacity import Progress
from flux_desktop.reports.prices import load_prices
from flux_desktop.ui.models.capacity import SAMPLE_CAPACITY
from flux_desktop.ui.window import capacity_searcher
from flux_desktop.ui.window.capacity_searcher import EXAMPLE, CapacitySearcher
from tests.ui.models.searched import REPORT, RUNGS
from tests.ui.window.page_bench import PageBench

ENDED = RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 12})


@pytest.fixture
def prices_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(capacity_searcher, "prices_path", lambda: tmp_path / "prices.json")
    return tmp_path / "prices.json"


def searcher_on(bench: PageBench) -> CapacitySearcher:
    searcher = CapacitySearcher(bench.state, bench.capacity_page, bench.controller, bench.page.banners)
    searcher.begin()
    return searcher


async def test_the_example_limits_the_built_in_endpoint_and_shows_rungs_and_answer(
    bench: PageBench, prices_file: Path
) -> None:
    searcher, page = searcher_on(bench), bench.capacity_page
    page.answer.example_button.click()
    assert bench.state.local.capacity == SAMPLE_CAPACITY
    assert bench.state.run.active
    assert page.inputs.choices == EXAMPLE
    assert page.inputs.search_button.text() == "Stop"
    plan = bench.state.run.plan
    assert plan is not None
    assert plan.on_demand
    assert "--capacity" in plan.local_arguments
    searcher._take_rung(RUNGS[0])
    searcher._take_progress(
        Progress(rung=Rung(streams=16), phase="settling", left_s=5.0, open_streams=16, stream_minutes=1.0)
    )
    searcher.refresh()
    assert page.rungs.table.rowCount() == 1
    assert page.inputs.done.full_text() == "16 streams: settling, 16 open"
    assert searcher._engine is not None
    searcher._engine.report = REPORT
    bench.feed(ENDED)
    searcher.run_finished()
    assert not searcher.searching
    assert page.rungs.table.rowCount() == len(REPORT.rungs)
    assert page.answer.verdict.text() == "BRACKETED"
    assert page.inputs.search_button.text() == "Search again"


async def test_a_limit_that_cannot_be_read_starts_nothing(bench: PageBench, prices_file: Path) -> None:
    searcher = searcher_on(bench)
    bench.capacity_page.inputs.limits.setText("wire_p95_ms>400")
    searcher.search()
    assert not bench.state.run.active
    assert bench.banners == ["limit_invalid"]


async def test_prices_are_kept_for_the_next_start_and_for_the_command_line(bench: PageBench, prices_file: Path) -> None:
    searcher_on(bench)
    money = bench.capacity_page.money
    money.fields["instance_per_hour"].setValue(7.2)
    money.fields["instance_per_hour"].editingFinished.emit()
    kept = load_prices(prices_file)
    assert kept is not None
    assert (kept.instance_per_hour, kept.suggested) == (7.2, False)
    assert bench.banners == []
