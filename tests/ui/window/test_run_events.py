"""Events of a run on their way to the models, and what a person is shown at once."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import ConnectionEnded, Notice, RunEnded, RunStarted
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Verdict
from flux_desktop.flux.bundles import LATEST
from flux_desktop.ui.models.live_parameters import REFUSED_CODE
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.window.microphone_preview import MicrophonePreview
from flux_desktop.ui.window.run_accuracy import RunAccuracyView
from flux_desktop.ui.window.run_events import RunEvents
from tests.ui import scripted
from tests.ui.services.test_device_watch import level
from tests.ui.window.page_bench import PageBench

ODD = Problem(code="odd", what="ODD.")
REFUSED = Notice(t=1.0, problem=Problem(code=REFUSED_CODE, what="REFUSED."))


class Run:
    """The events of one run, and how often its end was reported."""

    def __init__(self, bench: PageBench, theme: ThemeSource) -> None:
        preview = MicrophonePreview(bench.state, bench.page.sound_panel.microphone, bench.page.banners, bench.tasks)
        accuracy = RunAccuracyView(bench.page, bench.state, theme, bench.page.banners, bench.tasks)
        self.events = RunEvents(bench.state, bench.page, bench.controller, preview, accuracy)
        self.finished: list[None] = []
        self.events.run_finished.connect(lambda: self.finished.append(None))


@pytest.fixture
def run(bench: PageBench, theme: ThemeSource) -> Run:
    return Run(bench, theme)


def ended(**changes: object) -> RunEnded:
    fields: dict[str, object] = {"t": 9.0, "verdict": Verdict.DONE, "ledger": {"completed": 2}, **changes}
    return RunEnded(**fields)  # type: ignore[arg-type]


async def test_every_event_reaches_the_model(bench: PageBench, run: Run) -> None:
    bench.start()
    before = bench.state.run.revision
    for event in scripted.scripted_run(2):
        run.events.take(event)
    assert bench.state.run.revision > before
    assert bench.state.run.conversation(2).transcript() == list(scripted.SENTENCES)


async def test_the_start_tells_the_build_and_the_notes(bench: PageBench, run: Run) -> None:
    bench.start()
    plan = scripted.plan(2, bundle=LATEST.name)
    run.events.take(RunStarted(t=0.0, wall_time="", plan=plan, version="", notes=["ONE.", "TWO."]))
    assert bench.state.live.bundle == LATEST
    assert bench.page.endpoint_panel.speech.toolTip().startswith("ONE. TWO.")


async def test_a_notice_is_shown_as_a_warning(bench: PageBench, run: Run) -> None:
    bench.start()
    run.events.take(Notice(t=1.0, problem=ODD))
    assert bench.banners == ["odd"]
    assert bench.state.refuses_configure == []


async def test_the_end_says_itself_which_recordings_were_not_fetched(bench: PageBench, run: Run) -> None:
    bench.start()
    run.events.take(Notice(t=1.0, problem=Problem(code="recording_not_fetched", what="IT STAYS.")))
    assert bench.banners == ["recording_not_fetched"]
    run.events.take(ended(unrecorded="IT STAYS."))
    assert bench.banners == ["summary"]


async def test_a_rejected_change_is_shown_once_and_remembered(bench: PageBench, run: Run) -> None:
    bench.start(endpoint="mine")
    run.events.take(REFUSED)
    run.events.take(REFUSED)
    assert bench.banners == [REFUSED_CODE]
    assert bench.page.banners.banners()[0].count == 1
    assert bench.state.refuses_configure == ["mine"]


async def test_the_built_in_endpoint_is_not_remembered(bench: PageBench, run: Run) -> None:
    bench.start()
    run.events.take(REFUSED)
    assert bench.state.refuses_configure == []


async def test_a_level_goes_to_the_meter(bench: PageBench, run: Run) -> None:
    bench.start()
    run.events.take(level(1.0, peak=-8.0))
    assert bench.state.microphone_level.level[1] == -8.0


async def test_the_end_shows_a_summary_and_unlocks_the_window(bench: PageBench, run: Run) -> None:
    bench.start()
    changes: list[RunPhase] = []
    bench.state.listen(lambda: changes.append(bench.state.run.phase))
    for conn in (1, 2):
        summary = ConnectionSummary(conn=conn, ledger=LedgerClass.COMPLETED)
        run.events.take(ConnectionEnded(t=8.0, summary=summary))
    run.events.take(ended())
    assert bench.banners == ["summary"]
    assert changes == [RunPhase.ENDED]
    assert len(run.finished) == 1
    bench.state.live.edit(bench.state.options)
    assert bench.state.live.take([1], 0.0) == [], "edits are for the next run"


async def test_the_summary_goes_when_another_run_begins(bench: PageBench, run: Run) -> None:
    bench.start()
    run.events.take(ended())
    assert bench.banners == ["summary"]
    run.events.take(RunStarted(t=0.0, wall_time="", plan=scripted.plan(2), version="", notes=[]))
    assert bench.banners == []


async def test_the_runs_own_problem_replaces_the_summary(bench: PageBench, run: Run) -> None:
    bench.start()
    run.events.take(ended(problem=ODD, verdict=Verdict.FAIL))
    assert bench.banners == ["odd"]
    assert len(run.finished) == 1
