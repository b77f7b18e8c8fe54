"""Levels of the audio of a run: read in the background, once for each clip, with the reason where they cannot be."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from flux_desktop.base.resources import SAMPLE_DATA_SET, SAMPLE_RECORDING, resource_path
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import LevelMeasured
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, WavSource
from flux_desktop.ui.models.audio_track import ClipTrack, MicrophoneTrack
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.services.track_keeper import GROUP, TrackKeeper
from tests.ui import scripted


class Bench:
    def __init__(self, source: object, connections: int = 2) -> None:
        self.run = RunModel()
        self.run.reset(scripted.plan(connections, source=source))
        self.problems: list[object] = []
        self.tasks = UiTasks(self.problems.append)
        self.keeper = TrackKeeper(self.run, self.tasks)

    async def track(self, conn: int) -> ClipTrack:
        """A connection's track when everything that is wanted has been read."""
        clip_track = self.keeper.track(conn)
        assert isinstance(clip_track, ClipTrack)
        while self.tasks.running(GROUP):  # noqa: ASYNC110 - tasks have no common event
            await asyncio.sleep(0.005)
        return clip_track


async def test_a_recording_is_read_once_for_all_connections() -> None:
    bench = Bench(WavSource(path=str(resource_path(SAMPLE_RECORDING))))
    first = await bench.track(1)
    assert first.peaks(0, 1_400).max() > 0.05
    assert bench.keeper.track(1) is first
    second = bench.keeper.track(2)
    assert not bench.tasks.running(GROUP)
    assert second is not None
    assert second.peaks(0, 1_400).max() == first.peaks(0, 1_400).max()


async def test_the_clips_of_a_data_set_lie_where_they_were_sent() -> None:
    path = resource_path(SAMPLE_DATA_SET)
    clips = read_data_set(path).clips
    bench = Bench(DataSetSource(path=str(path)))
    for number, audio_s in ((1, 0.0), (0, 60.0)):
        clip = clips[number]
        bench.run.feed(
            ClipStarted(
                t=1.0 + audio_s, conn=2, clip=str(clip.path), audio_s=audio_s, number=number, offset_s=clip.offset_s
            )
        )
    clip_track = await bench.track(2)
    assert clip_track.problem == ""
    assert (clip_track.peaks(0, 200).max() > 0.05, clip_track.peaks(3_000, 200).max() > 0.05) == (True, True)
    if clips[1].holds:
        assert (clip_track.known_holds(0.0, 50.0) or [None])[0] == (clips[1].holds[0].start_s, clips[1].holds[0].end_s)
    assert len(await bench.track(1)) == 0


async def test_a_file_that_is_gone_and_a_data_set_that_changed_give_their_reasons(tmp_path: Path) -> None:
    file_bench = Bench(WavSource(path=str(tmp_path / "gone.wav")))
    assert "does not exist" in (await file_bench.track(1)).problem
    data_set_bench = Bench(DataSetSource(path=str(resource_path(SAMPLE_DATA_SET))))
    data_set_bench.run.feed(ClipStarted(t=1.0, conn=1, clip="/elsewhere/b.wav", audio_s=0.0, number=0))
    assert "no longer has the clip b.wav" in (await data_set_bench.track(1)).problem
    assert file_bench.problems == data_set_bench.problems == []


async def test_another_run_begins_anew() -> None:
    bench = Bench(WavSource(path=str(resource_path(SAMPLE_RECORDING))))
    first = await bench.track(1)
    bench.run.reset(scripted.plan(2, source=WavSource(path=str(resource_path(SAMPLE_RECORDING)), loop=True)))
    again = await bench.track(1)
    assert again is not first
    assert again.peaks(5_000, 1_400).max() > 0.05, "looped"


async def test_a_microphone_is_heard_by_its_levels() -> None:
    bench = Bench(MicrophoneSource())
    assert bench.keeper.track(1) is None
    bench.run.conversation(1).timeline.placed(6.0, 1.0)
    for frame in range(1, 40):
        bench.run.feed(LevelMeasured(t=5.0 + frame * 0.08, rms_dbfs=-20.0, peak_dbfs=-6.0))
    track = bench.keeper.track(1)
    assert isinstance(track, MicrophoneTrack)
    assert track.peaks(10, 1)[0] == pytest.approx(0.5, abs=0.01)
    assert bench.keeper.track(1) is track


async def test_without_a_run_there_is_nothing() -> None:
    bench = Bench(WavSource(path="a.wav"))
    assert bench.keeper.track(99) is None
    bench.run.reset(None)
    assert bench.keeper.track(1) is None


async def test_an_experiment_has_no_audio_yet() -> None:
    bench = Bench(WavSource(path=""))
    await bench.track(1)
    assert bench.problems == []
