"""Comparing the current setting with this one live: when it is offered, what is run, and what is shown."""

from __future__ import annotations

from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments.clip_run import ClipProgress
from flux_desktop.ui.models.measurement import Measurement
from flux_desktop.ui.models.tune_ab import turn_pairs
from flux_desktop.ui.models.tune_curve import evaluated
from flux_desktop.ui.services.ab_engine import AbOutcome
from flux_desktop.ui.window.comparer import NO_RECORDING, SAME, Comparer
from flux_desktop.ui.window.trace_recorder import SIZE, TraceRecorder
from flux_desktop.ui.window.tuner import DETAILS, Tuner
from tests.ui import scripted
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
    recorder.begin()
    await bench.settled(SIZE)
    comparer.refresh()
    assert view.cost.full_text() == NO_RECORDING
    assert not view.button.isEnabled()
    traces = tuple(tuning.traces(8))
    tuner.show(evaluated(traces))
    recorder.recorded = (Measurement().plan(scripted.plan(2)), traces)
    tuner.set_setting(tuner.model.current)
    assert view.cost.full_text() == SAME
    tuner.set_setting(Setting(eot=0.83))
    assert "stream-minutes" in view.cost.full_text()
    page.curve_panel.tabs.setCurrentIndex(1)
    assert not view.isHidden()
    view.button.click()
    engine = comparer._engine
    assert engine is not None
    assert bench.state.run.active
    assert (engine._plan.a.eot_threshold, engine._plan.b.eot_threshold) == (0.7, 0.83)
    assert engine._plan.clips == 29
    comparer._take_progress(ClipProgress(done=9, failed=0, total=96, open=8))
    comparer.refresh()
    assert view.cost.full_text() == "9 of 96 clips"
    engine.outcome = AbOutcome(comparison=COMPARISON, pairs=tuple(turn_pairs(A, B)))
    bench.feed(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 96}))
    comparer.run_finished()
    assert view.verdict.text() == COMPARISON.sentence
    assert view.list.rows.rowCount() == 3
    await bench.settled(DETAILS)
