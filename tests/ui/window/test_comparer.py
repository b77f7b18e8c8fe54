"""Comparing two arms live: when it is offered, what is run, and what is shown."""

from __future__ import annotations

from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.evaluation.comparing.paired import Primary
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments.clip_run import ClipProgress
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.models.tune_ab import turn_pairs
from flux_desktop.ui.models.tune_curve import evaluated
from flux_desktop.ui.panels.against_view import CURRENT
from flux_desktop.ui.panels.curve_panel import AGAINST
from flux_desktop.ui.services.ab_engine import AbOutcome
from flux_desktop.ui.window.comparer import READING, SAME, Comparer
from flux_desktop.ui.window.trace_recorder import SIZE, TraceRecorder
from flux_desktop.ui.window.tuner import DETAILS, Tuner
from tests.ui.models import tuning
from tests.ui.panels.test_against_view import COMPARISON, A, B
from tests.ui.window.page_bench import PageBench


async def test_two_settings_are_compared_live(bench: PageBench) -> None:
    page, banners = bench.tune_page, bench.page.banners
    tuner = Tuner(bench.state, page, bench.tasks)
    recorder = TraceRecorder(bench.state, page, bench.controller, bench.tasks, tuner.show, banners)
    comparer = Comparer(bench.state, page, bench.controller, recorder, banners)
    tuner.listen(comparer.refresh)
    view = page.curve_panel.against
    comparer.refresh()
    assert view.cost.full_text() == READING
    assert not view.button.isEnabled()
    recorder.begin()
    await bench.settled(SIZE)
    traces = tuple(tuning.traces(8))
    tuner.show(evaluated(traces))
    tuner.set_setting(tuner.model.current)
    assert view.cost.full_text() == SAME
    assert not view.button.isEnabled()
    tuner.set_setting(Setting(eot=0.83))
    assert "stream-minutes" in view.cost.full_text()
    page.curve_panel.tabs.setCurrentIndex(AGAINST)
    assert not view.isHidden()
    assert page.preset_cards.isHidden()
    view.figure.setCurrentIndex(1)
    view.button.click()
    engine = comparer._engine
    assert engine is not None
    assert bench.state.run.active
    assert (engine._plan.a.eot_threshold, engine._plan.b.eot_threshold) == (0.7, 0.83)
    assert (engine._plan.entries, engine._plan.base_b) == (tuple(range(29)), None)
    assert (engine._plan.primary, engine._plan.margin) == (Primary.CUT_OFFS, 0.02)
    assert not view.b.isEnabled()
    comparer._progress.take(ClipProgress(done=9, failed=0, total=96, open=8))
    comparer.refresh()
    assert not view.progress.isHidden()
    assert view.progress.left.text() == "connecting"
    assert bench.state.run.current.planned_s
    engine.outcome = AbOutcome(comparison=COMPARISON, pairs=tuple(turn_pairs(A, B)), notes=("One run is INVALID.",))
    bench.feed(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 96}))
    comparer.run_finished()
    assert view.progress.isHidden()
    assert view.verdict.text() == COMPARISON.sentence
    assert bench.banners == ["comparison_invalid"]
    assert view.figures.text().startswith("A: 0.70 · eager off · 5 s on local · B: 0.83 · eager off · 5 s on local")
    assert view.list.rows.rowCount() == 3
    await bench.settled(DETAILS)


async def test_two_endpoints_are_compared_live(bench: PageBench) -> None:
    page, banners, state = bench.tune_page, bench.page.banners, bench.state
    tuner = Tuner(state, page, bench.tasks)
    recorder = TraceRecorder(state, page, bench.controller, bench.tasks, tuner.show, banners)
    comparer = Comparer(state, page, bench.controller, recorder, banners)
    state.endpoints.account = [EndpointEntry("flux-new", "")]
    view = page.curve_panel.against
    recorder.begin()
    await bench.settled(SIZE)
    comparer.refresh()
    view.b.source.setCurrentText(CURRENT)
    view.b.source.activated.emit(0)
    assert view.cost.full_text() == SAME
    view.b.endpoint.setCurrentText("flux-new")
    view.b.endpoint.activated.emit(1)
    assert "$" in view.cost.full_text(), "the paid half counts"
    view.button.click()
    engine = comparer._engine
    assert engine is not None
    assert engine._plan.base_b is not None
    assert (engine._plan.base.endpoint, engine._plan.base_b.endpoint) == ("local", "flux-new")
    assert engine._plan.a == engine._plan.b == engine._plan.base_b.options
    comparer.run_finished()
    assert view.list.rows.rowCount() == 0
