"""Running again what is shown: the file, the recorded microphone, and what cannot be repeated."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import soundfile

from flux_desktop.engine.recording.session_folder import MICROPHONE_FILE, create_session
from flux_desktop.engine.records.events import RunStarted, encode_event
from flux_desktop.engine.records.plan import MicrophoneSource, Source, WavSource
from flux_desktop.ui.models.choices import DEFAULT_OPTIONS
from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.run_again import NO_RUN, NOT_RECORDED, RunAgain
from tests.ui import scripted
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Waiting, replaying


def session(parent: Path, source: Source) -> Path:
    """A recorded run with this source and a threshold of its own."""
    events = scripted.scripted_run(2)
    started = next(event for event in events if isinstance(event, RunStarted))
    options = msgspec.structs.replace(DEFAULT_OPTIONS, eot_threshold=0.55)
    plan = msgspec.structs.replace(started.plan, source=source, options=options)
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
        window.live_page.banners,
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
