"""Starting a run with what is chosen, or reporting what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio.words import ReferenceWord
from flux_desktop.datasets.clip import Clip
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.commands import SetParameters
from flux_desktop.engine.records.plan import MicrophoneSource, WavSource
from flux_desktop.ui.models.data_set import DataSetShape
from flux_desktop.ui.models.ramp import STAGES, Ramp
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.services.run_controller import RUN_GROUP
from flux_desktop.ui.window.microphone_preview import MicrophonePreview
from flux_desktop.ui.window.recordings import GROUP, Recordings
from flux_desktop.ui.window.run_starter import NO_RECORDING, RunStarter
from tests.ui.conftest import until
from tests.ui.services.test_device_watch import device
from tests.ui.window.page_bench import PageBench


@pytest.fixture
def preview(bench: PageBench, monkeypatch: pytest.MonkeyPatch) -> MicrophonePreview:
    preview = MicrophonePreview(bench.state, bench.page.sound_panel.microphone, bench.page.banners, bench.tasks)
    monkeypatch.setattr(preview.devices, "watch", lambda on: None)
    monkeypatch.setattr(preview.levels, "update", lambda on: None)
    return preview


@pytest.fixture
def starter(bench: PageBench, preview: MicrophonePreview) -> RunStarter:
    return RunStarter(bench.state, bench.controller, preview, bench.page.banners)


def choose_recording(bench: PageBench) -> None:
    words = (ReferenceWord(word="hello", start_s=0.5, end_s=0.9),)
    bench.state.recording = WavShape(Path("a.wav"), 12.5, 16_000, 1, np.array([0.5]), words)


async def test_without_a_recording_it_says_so(bench: PageBench, starter: RunStarter) -> None:
    starter.start()
    assert bench.banners == [NO_RECORDING.code]
    assert (bench.engines, bench.state.run.phase) == ([], RunPhase.IDLE)
    bench.state.changed()
    assert bench.banners == [NO_RECORDING.code]
    choose_recording(bench)
    bench.state.changed()
    assert bench.banners == [], "there is one now"


async def test_a_run_is_started_as_chosen(bench: PageBench, starter: RunStarter) -> None:
    choose_recording(bench)
    bench.state.choices.connections = 3
    bench.page.banners.show_problem(NO_RECORDING)
    starter.start()
    (engine,) = bench.engines
    await until(lambda: engine.plan is not None, "the engine runs")
    assert engine.plan is not None
    assert (engine.plan.connections, engine.plan.source) == (3, WavSource(path="a.wav"))
    assert bench.banners == [], "what was reported before is over"
    assert bench.state.run.planned_s == 12.5
    assert bench.state.run.conversation(1)._turns._truths[-1][1] is not None, "the recording's words are known"
    starter.start()
    assert len(bench.engines) == 1


async def test_changes_are_sent_from_the_start_on(bench: PageBench, starter: RunStarter) -> None:
    choose_recording(bench)
    starter.start()
    bench.state.live.edit(bench.state.options)
    (command,) = bench.state.live.take([1], 0.0)
    assert isinstance(command, SetParameters)
    assert not command.new_stream


async def test_an_endpoint_that_rejected_changes_gets_new_streams(bench: PageBench, starter: RunStarter) -> None:
    choose_recording(bench)
    bench.state.refuses_configure = [bench.state.endpoint]
    starter.start()
    assert bench.state.live.configurable is False


async def test_a_ramp_that_cannot_be_read_is_reported(bench: PageBench, starter: RunStarter) -> None:
    choose_recording(bench)
    bench.state.choices.ramp = Ramp(way=STAGES, stages="many")
    starter.start()
    assert len(bench.banners) == 1
    assert bench.engines == []


async def test_a_microphone_is_released_before_the_run_opens_it(
    bench: PageBench, starter: RunStarter, preview: MicrophonePreview
) -> None:
    choose_recording(bench)
    bench.state.uses_microphone = True
    bench.state.microphones.devices = [device(0, "USB")]
    await preview.levels._busy.acquire()  # as while the level is measured
    starter.start()
    (engine,) = bench.engines
    await until(lambda: bool(bench.tasks.running(RUN_GROUP)), "the run's task has begun")
    assert engine.plan is None
    preview.levels._busy.release()
    await until(lambda: engine.plan is not None, "the engine runs")
    assert engine.plan is not None
    assert isinstance(engine.plan.source, MicrophoneSource)
    assert bench.state.run.conversation(1)._turns._truths == ((0.0, None),)


async def test_starting_at_once_takes_the_sample_only_where_nothing_is_chosen(
    bench: PageBench, starter: RunStarter
) -> None:
    recordings = Recordings(bench.state, bench.tasks)
    starter.start_at_once(recordings, bench.tasks)
    await bench.settled(GROUP)
    assert bench.state.recording is not None
    assert bench.state.recording.path.name == "conversation.wav"
    assert len(bench.engines) == 1


async def test_starting_at_once_with_a_recording_uses_it(bench: PageBench, starter: RunStarter) -> None:
    choose_recording(bench)
    starter.start_at_once(Recordings(bench.state, bench.tasks), bench.tasks)
    assert bench.tasks.running(GROUP) == []
    assert len(bench.engines) == 1
    assert bench.state.recording is not None
    assert bench.state.recording.path == Path("a.wav")


async def test_the_words_of_a_data_set_are_known_to_its_run(bench: PageBench, starter: RunStarter) -> None:
    clip = Clip(path=Path("a.wav"), words=(ReferenceWord(word="hello", start_s=0.5, end_s=0.9),))
    bench.state.data_set = DataSetShape(Path("set.csv"), (clip,), (1.0,))
    starter.start()
    words = bench.state.run.clip_words.of(ClipStarted(t=1.0, conn=1, clip="a.wav", audio_s=0.0))
    assert words is not None
    assert words.last_end_s(1.0) == 0.9
