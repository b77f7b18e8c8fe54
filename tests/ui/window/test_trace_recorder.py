"""Recording for the Tune page: an ordinary run, of which the traces are evaluated when it has ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import ConnectionEnded, RunEnded
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Verdict
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.ui.models.tune_curve import Evaluation
from flux_desktop.ui.window.trace_recorder import DATA, EVALUATION, TraceRecorder
from tests.ui.window.page_bench import PageBench


class Recorder(TraceRecorder):
    """With what it has shown and said."""

    def __init__(self, bench: PageBench) -> None:
        self.evaluations: list[Evaluation] = []
        self.problems: list[Problem] = []
        super().__init__(
            bench.state,
            bench.tune_page,
            bench.controller,
            bench.tasks,
            self.evaluations.append,
            self.problems.append,
        )


async def ready(bench: PageBench) -> Recorder:
    recorder = Recorder(bench)
    recorder.begin()
    await bench.settled(DATA)
    return recorder


async def test_the_bundled_data_set_is_ready_to_be_recorded(bench: PageBench) -> None:
    recorder = await ready(bench)
    panel = bench.tune_page.measure_panel
    assert panel.record_button.isEnabled()
    assert panel.record_button.property("kind") == "go"
    assert "clips" in panel.facts.full_text()
    assert "no cost" in panel.cost.text()
    recorder.begin()
    assert not bench.tasks.running(DATA), "it is read once"


async def test_record_starts_an_ordinary_run_with_a_connection_for_each_clip(bench: PageBench) -> None:
    recorder = await ready(bench)
    panel = bench.tune_page.measure_panel
    panel.repeats.setValue(1)
    panel.record_button.click()
    assert recorder.recording
    assert bench.state.run.active
    plan = bench.state.run.plan
    assert plan is not None
    assert isinstance(plan.source, DataSetSource)
    assert plan.held_max == panel.connections.value()
    assert "of 24 streams" in panel.done.full_text()
    assert panel.record_button.text() == "Cancel"
    assert not bench.state.live.steers_run, "sliders of Live do not change a recording"


async def test_a_build_that_refuses_the_highest_threshold_is_recorded_at_the_older_one(bench: PageBench) -> None:
    recorder = await ready(bench)
    recorder.record()
    refused = Problem(code="request_invalid", what="The parameters were refused.")
    summary = ConnectionSummary(conn=1, ledger=LedgerClass.FAILED, problem=refused)
    bench.feed(ConnectionEnded(t=1.0, summary=summary), RunEnded(t=1.1, verdict=Verdict.DONE, ledger={"failed": 1}))
    recorder.run_finished()
    assert recorder.recording
    plan = bench.state.run.current.plan
    assert plan is not None
    assert plan.options.eot_threshold == 0.9


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


@pytest.mark.parametrize("chosen", ["missing.jsonl"])
async def test_a_data_set_that_cannot_be_used_is_told_and_the_other_stays(bench: PageBench, chosen: str) -> None:
    recorder = await ready(bench)
    before = bench.tune_page.measure_panel.facts.full_text()
    recorder.choose_data(chosen)
    await bench.settled(DATA)
    assert [problem.code for problem in bench.problems] == ["data_unusable"]
    assert bench.tune_page.measure_panel.facts.full_text() == before
