"""Running again what is shown: the file, the recorded microphone, and what cannot be repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import soundfile

from flux_desktop.engine.recording.session_folder import MICROPHONE_FILE, create_session
from flux_desktop.engine.records.events import RunStarted, encode_event
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan, Source, WavSource
from flux_desktop.ui.models.choices import DEFAULT_OPTIONS, Choices
from flux_desktop.ui.models.developer import LocalBehaviour
from flux_desktop.ui.models.ramp import STAGES, Ramp
from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.run_again import DIFFERS, NO_RUN, NOT_LISTED, NOT_RECORDED, OF_EXPERIMENT, RunAgain
from tests.ui import scripted
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Waiting, replaying
from tests.ui.services.test_account import FakeAccount


def session(parent: Path, source: Source, **changes: Any) -> Path:
    """A recorded run with this source and a threshold of its own."""
    options = msgspec.structs.replace(DEFAULT_OPTIONS, eot_threshold=0.55)
    return recorded(parent, RunPlan(endpoint="local", source=source, connections=2, options=options, **changes))


def recorded(parent: Path, plan: RunPlan) -> Path:
    """A session of a run by this plan."""
    events = scripted.scripted_run(2)
    started = next(event for event in events if isinstance(event, RunStarted))
    folder = create_session(parent, msgspec.structs.replace(started, plan=plan))
    lines = [encode_event(event) for event in events if not isinstance(event, RunStarted)]
    (folder / "worker-1.jsonl").write_bytes(b"".join(lines))
    return folder


def clip(path: Path) -> Path:
    soundfile.write(path, np.full(16_000, 500, np.int16), 16_000)
    return path


async def show(window: MainWindow, folder: Path) -> None:
    window.transcripts.open_session(folder)
    await until(lambda: window.state.run.ended is not None, "the session is shown")


def again(window: MainWindow) -> None:
    RunAgain(
        window.state,
        window.controller,
        window.recordings,
        window.starter,
        window.live_page,
        window.tasks,
    ).run()


def test_a_recorded_microphone_is_sent_again_as_a_clip(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        folder = session(tmp_path, MicrophoneSource(record=True))
        clip(folder / MICROPHONE_FILE)
        await show(window, folder)
        window.state.choices.options = DEFAULT_OPTIONS
        again(window)
        await until(lambda: window.state.run.active, "it runs")
        plan = window.state.run.current.plan
        assert plan is not None
        assert plan.source == WavSource(path=str(folder / MICROPHONE_FILE))
        assert (plan.options.eot_threshold, plan.connections) == (0.55, 2)

    stage(Waiting, live)


def test_what_cannot_be_repeated_is_said(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        banners = window.live_page.banners
        again(window)
        assert banners.banners()[-1].problem == NO_RUN
        banners.clear()
        await show(window, session(tmp_path, MicrophoneSource()))
        again(window)
        assert NOT_RECORDED in [banner.problem for banner in banners.banners()]
        assert not window.state.run.active

    stage(replaying([]), live)


def test_a_run_of_the_window_is_repeated_with_all_that_was_chosen(stage: Stage, tmp_path: Path) -> None:
    ramp = Ramp(way=STAGES, stages="1x20s,2x40s", streams_per_channel=5, opening_max=4, limits="retries==0")

    async def live(window: MainWindow) -> None:
        state = window.state
        await window.recordings.read(clip(tmp_path / "a.wav"))
        state.choices = Choices(ramp=ramp, options=msgspec.structs.replace(DEFAULT_OPTIONS, eot_threshold=0.55))
        state.local = LocalBehaviour("delay-ms", 40.0)
        assert state.source is not None
        plan = state.plan(state.source)
        state.choices, state.local = Choices(), LocalBehaviour()
        await show(window, recorded(tmp_path, plan))
        again(window)
        await until(lambda: window.state.run.active, "it runs")
        assert window.state.run.current.plan == plan
        assert window.live_page.run_bar.ramp_button.toolTip() != ""
        assert "1x20s,2x40s · 5 streams per channel · 1 limit" in window.live_page.run_bar.ramp_button.accessibleName()
        assert window.live_page.banners.banners() == []

    stage(Waiting, live)


def test_what_this_window_cannot_choose_is_said(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        source = WavSource(path=str(clip(tmp_path / "a.wav")))
        await show(window, session(tmp_path, source, keepalive_interval_s=5.0))
        again(window)
        await until(lambda: window.state.run.active, "it runs")
        problem = window.live_page.banners.banners()[-1].problem
        assert problem.code == DIFFERS
        assert problem.why == "This window cannot set: keep-alives."

    stage(Waiting, live)


def test_nothing_is_sent_to_another_endpoint_than_the_runs(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        source = WavSource(path=str(clip(tmp_path / "a.wav")))
        plan = RunPlan(endpoint="flux-en-eu-west-1", region="eu-west-1", profile="voice-dev", source=source)
        await show(window, recorded(tmp_path, plan))
        again(window)
        banners = window.live_page.banners
        await until(lambda: any(each.problem.code == NOT_LISTED for each in banners.banners()), "it is said")
        assert not window.state.run.active
        await until(lambda: window.state.endpoint == plan.endpoint, "the endpoints there are listed")
        again(window)
        await until(lambda: window.state.run.active, "it runs")
        started = window.state.run.current.plan
        assert started is not None
        assert (started.endpoint, started.region, started.profile) == (plan.endpoint, "eu-west-1", "voice-dev")

    stage(Waiting, live, FakeAccount())


def test_a_run_of_an_experiment_is_not_repeated_alone(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        source = WavSource(path=str(clip(tmp_path / "a.wav")))
        await show(window, session(tmp_path, source, purpose="sweep"))
        again(window)
        assert OF_EXPERIMENT in [banner.problem for banner in window.live_page.banners.banners()]
        assert not window.state.run.active

    stage(replaying([]), live)
