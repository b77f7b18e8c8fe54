"""The isolation check of the Tune page: offered while no run is active, with its phase and its verdict."""

from __future__ import annotations

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.experiments.isolation import IsolationRun, isolation_clips, longest_minutes
from flux_desktop.flux import defaults
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.window.isolation_checker import STREAM_MINUTES, IsolationChecker
from tests.ui.models.test_tune_isolation import FAILED
from tests.ui.window.page_bench import PageBench

ENDED = RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 6})


async def test_a_check_shows_its_phase_and_its_verdict(bench: PageBench) -> None:
    checker = IsolationChecker(bench.state, bench.tune_page, bench.controller, bench.page.banners)
    view = bench.tune_page.curve_panel.isolation
    bench.tune_page.curve_panel.tabs.setCurrentIndex(2)
    assert not view.isHidden()
    assert "local" in view.state.full_text()
    assert view.state.full_text().endswith("5 stream-minutes · no cost")
    view.button.click()
    engine = checker._engine
    assert engine is not None
    assert bench.state.run.active
    assert not view.button.isEnabled()
    checker._take_phase("fresh", 30.0, 120.0)
    checker.refresh()
    assert not view.progress.isHidden()
    assert (view.progress.done.full_text(), view.progress.left.text()) == ("Fresh…", "01:30 left")
    view.progress.cancel_button.click()
    assert bench.state.run.phase is RunPhase.STOPPING
    checker.refresh()
    assert view.progress.cancel_button.text() == "Stop now"
    engine.isolation_run = IsolationRun(result=FAILED, problem=None, sessions=(), notes=("One run is INVALID.",))
    bench.feed(ENDED)
    checker.run_finished()
    assert [banner.problem.what for banner in bench.page.banners.banners()] == ["One run is INVALID."]
    assert view.verdict.text() == "FAIL"
    assert view.figures.text().startswith("On local:"), "also when another endpoint has been chosen since"
    assert view.button.isEnabled()
    assert view.progress.isHidden()
    view.button.click()
    assert view.verdict.isHidden(), "what the last check found is not of this one"


async def test_a_check_that_cannot_be_carried_out_says_why(bench: PageBench) -> None:
    checker = IsolationChecker(bench.state, bench.tune_page, bench.controller, bench.page.banners)
    checker.check()
    assert checker._engine is not None
    lost = Problem(code="connect_failed", what="The connection failed.")
    checker._engine.isolation_run = IsolationRun(result=None, problem=lost, sessions=())
    bench.feed(ENDED)
    checker.run_finished()
    assert bench.banners == ["connect_failed"]
    assert bench.tune_page.curve_panel.isolation.verdict.isHidden()


def test_the_cost_before_the_start_is_that_of_the_bundled_clips() -> None:
    stream_minutes, _ = longest_minutes(isolation_clips(), defaults.EOT_TIMEOUT_MS)
    assert 0.8 * STREAM_MINUTES <= stream_minutes <= STREAM_MINUTES
