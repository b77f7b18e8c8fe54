"""Confirming a setting live: offered for a recording of this window, at its cost, with its result."""

from __future__ import annotations

from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments.clip_run import ClipProgress, ClipRunResult
from flux_desktop.experiments.confirm import ConfirmResult, compared
from flux_desktop.ui.models.measurement import Measurement
from flux_desktop.ui.models.tune_curve import evaluated
from flux_desktop.ui.window.confirmer import Confirmer
from flux_desktop.ui.window.trace_recorder import SIZE, TraceRecorder
from flux_desktop.ui.window.tuner import DETAILS, Tuner
from tests.ui import scripted
from tests.ui.models import tuning
from tests.ui.window.page_bench import PageBench

ENDED = RunEnded(t=1.0, verdict=Verdict.INVALID, ledger={"completed": 8}, reasons=["sent late"])


async def test_a_setting_is_run_live_beside_the_current_one(bench: PageBench) -> None:
    page, banners = bench.tune_page, bench.page.banners
    tuner = Tuner(bench.state, page, bench.tasks)
    recorder = TraceRecorder(bench.state, page, bench.controller, bench.tasks, tuner.show, banners)
    confirmer = Confirmer(bench.state, page, bench.controller, recorder, banners)
    recorder.begin()
    await bench.settled(SIZE)
    panel = page.setting_panel
    confirmer.refresh()
    assert panel.confirm_button.isHidden(), "there is no recording"
    traces = tuple(tuning.traces(8))
    tuner.show(evaluated(traces))
    recorder.recorded = (Measurement().plan(scripted.plan(2)), traces)
    tuner.set_setting(Setting(eot=0.83))
    confirmer.refresh()
    assert not panel.confirm_button.isHidden()
    assert "stream-minutes" in panel.confirm_cost.text()
    panel.confirm_button.click()
    assert bench.state.run.active
    engine = confirmer._engine
    assert engine is not None
    assert [setting.eot for setting in engine._settings] == [0.83, 0.7]
    confirmer._progress.take(ClipProgress(done=5, failed=0, total=48, open=8))
    confirmer.refresh()
    assert not panel.progress.isHidden()
    assert panel.progress.left.text() == "connecting"
    assert bench.state.run.current.planned_s
    assert not panel.confirm_button.isEnabled()
    setting = Setting(eot=0.83)
    live = tuning.traces(8, setting=setting)
    result = compared(setting, live, traces)
    assert result is not None
    run = ClipRunResult(ended=ENDED, session_folder=None, done=8, failed=0)
    engine.result = ConfirmResult(confirmed=(result,), run=run)
    bench.feed(ENDED)
    confirmer.run_finished()
    assert panel.progress.isHidden()
    assert panel.confirmed.text() == f"{setting.text}: too few ends to compare with the replay", "no ends of turn"
    assert "The live run is INVALID" in banners.banners()[0].problem.what
    assert panel.confirmed.property("role") == "warn"
    assert setting.text in panel.confirmed.toolTip()
    recorder.recorded = (Measurement().plan(scripted.plan(2)), traces)
    confirmer.refresh()
    assert panel.confirmed.isHidden(), "it was about the recording before"
    await bench.settled(DETAILS)


async def test_a_past_session_cannot_be_confirmed(bench: PageBench) -> None:
    page, banners = bench.tune_page, bench.page.banners
    tuner = Tuner(bench.state, page, bench.tasks)
    recorder = TraceRecorder(bench.state, page, bench.controller, bench.tasks, tuner.show, banners)
    confirmer = Confirmer(bench.state, page, bench.controller, recorder, banners)
    tuner.show(evaluated(tuning.traces(8)))
    confirmer.refresh()
    assert page.setting_panel.confirm_button.isHidden()
    confirmer.confirm()
    assert not bench.state.run.active
    await bench.settled(DETAILS)
