"""Recording for the Tune page: a sweep as a run of the window, and the evaluation of what was recorded."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import ConnectionChanged, RunEnded
from flux_desktop.engine.records.facts import ConnectionState, Verdict
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.experiments.clip_run import ClipProgress
from flux_desktop.experiments.sweep import SweepRecording
from flux_desktop.reports.findings import read_experiment
from flux_desktop.ui.models.tune_curve import Evaluation
from flux_desktop.ui.window.trace_recorder import EVALUATION, SIZE, TraceRecorder
from tests.ui.models import tuning
from tests.ui.window.page_bench import PageBench

MISSING = Problem(code="connect_failed", what="The connection failed.")


class Recorder(TraceRecorder):
    """With what it has shown."""

    def __init__(self, bench: PageBench) -> None:
        self.evaluations: list[Evaluation] = []
        super().__init__(
            bench.state, bench.tune_page, bench.controller, bench.tasks, self.evaluations.append, bench.page.banners
        )


async def ready(bench: PageBench) -> Recorder:
    recorder = Recorder(bench)
    recorder.begin()
    await bench.settled(SIZE)
    return recorder


async def test_the_bundled_data_set_is_ready_to_be_recorded(bench: PageBench) -> None:
    recorder = await ready(bench)
    panel = bench.tune_page.measure_panel
    assert panel.record_button.isEnabled()
    assert panel.record_button.property("kind") == "go"
    assert "87 streams" in panel.facts.full_text()
    assert "no cost" in panel.cost.text()
    recorder.begin()
    bench.state.changed()
    assert not bench.tasks.running(SIZE), "it is read once"
    panel.repeats.setValue(1)
    assert not panel.record_button.isEnabled(), "until its size is known again"
    await bench.settled(SIZE)
    assert "29 streams" in panel.facts.full_text()


async def test_record_starts_a_run_that_nothing_steers(bench: PageBench) -> None:
    recorder = await ready(bench)
    panel = bench.tune_page.measure_panel
    panel.record_button.click()
    assert recorder.recording
    assert bench.state.run.active
    plan = bench.state.run.plan
    assert plan is not None
    assert plan.on_demand
    assert isinstance(plan.source, DataSetSource)
    assert plan.connections == panel.connections.value()
    assert panel.record_button.text() == "Cancel"
    assert not bench.state.live.steers_run, "sliders of Live do not change a recording"
    recorder._progress.take(ClipProgress(done=3, failed=1, total=72, open=8))
    bench.feed(ConnectionChanged(t=0.5, conn=1, state=ConnectionState.STREAMING))
    bench.feed(ConnectionChanged(t=30.5, conn=2, state=ConnectionState.STREAMING))
    recorder.refresh()
    assert panel.progress.done.full_text() == "4 of 72 clips, 1 failed"
    assert panel.progress.left.text().endswith(" left")
    assert panel.progress.bar.value() > 0


async def test_what_was_recorded_is_evaluated(bench: PageBench, tmp_path: Path) -> None:
    recorder = await ready(bench)
    recorder.record()
    engine = recorder._engine
    assert engine is not None
    traces = tuple(tuning.traces(8))
    engine.recording = SweepRecording(
        traces=traces, sessions=(tmp_path,), missing=2, notes=("A note.",), problem=MISSING
    )
    bench.feed(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 8}))
    bench.page.banners.show_problem(Problem(code="summary", what="Run stopped."), "ok")
    recorder.run_finished()
    await bench.settled(EVALUATION)
    assert [evaluation.turns for evaluation in recorder.evaluations] == [16]
    assert bench.banners == ["trace_note", MISSING.code], "and not the summary of a run"
    assert recorder.recorded is not None
    assert recorder.recorded[1] == traces
    experiment = read_experiment(tmp_path)
    assert experiment is not None, "for reports of its sessions"
    assert experiment.finding.endswith(" presets")
    assert "2 missing" in bench.tune_page.measure_panel.progress.done.full_text()


async def test_the_summary_stays_where_nothing_was_recorded_whole(bench: PageBench) -> None:
    recorder = await ready(bench)
    recorder.record()
    engine = recorder._engine
    assert engine is not None
    engine.recording = SweepRecording(traces=(), sessions=(), missing=8, interrupted=True)
    bench.feed(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 8}, interrupted=True))
    bench.page.banners.show_problem(Problem(code="summary", what="Run stopped."), "ok")
    recorder.run_finished()
    assert bench.banners == ["summary"], "the page shows nothing of it"


async def test_a_run_of_live_is_not_evaluated(bench: PageBench) -> None:
    recorder = await ready(bench)
    bench.start()
    bench.feed(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 2}))
    recorder.run_finished()
    assert not bench.tasks.running(EVALUATION)


async def test_a_folder_without_a_session_is_told(bench: PageBench, tmp_path: Path) -> None:
    recorder = await ready(bench)
    recorder.open_session(tmp_path)
    await bench.settled(EVALUATION)
    assert [problem.code for problem in bench.problems] == ["session_unreadable"]
    assert recorder.evaluations == []


async def test_a_data_set_that_cannot_be_used_is_told(bench: PageBench) -> None:
    await ready(bench)
    bench.tune_page.measure_panel.choose_data("missing.jsonl")
    await bench.settled(SIZE)
    assert [problem.code for problem in bench.problems] == ["data_unusable"]
    assert not bench.tune_page.measure_panel.record_button.isEnabled()
