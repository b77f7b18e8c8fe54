"""Tests for engine.worker.run_audio: what is reported of a data set's clips. Whole runs are in test_run."""

from __future__ import annotations

import asyncio
from pathlib import Path

from flux_desktop.aws.target import Credentials
from flux_desktop.base.resources import resource_path
from flux_desktop.engine.records.audio_events import ClipReference, ClipStarted
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.engine.sending.audio_source import RunAudio
from flux_desktop.engine.sending.file_hashes import FileHashes
from flux_desktop.engine.worker.run_audio import audio_of

WAV = resource_path("sample_audio/conversation.wav")


class Hashes(FileHashes):
    def __init__(self) -> None:
        self.added: list[str] = []

    def add(self, path: str) -> None:
        self.added.append(path)


def start_of(source: WavSource | DataSetSource) -> StartRun:
    return StartRun(
        plan=RunPlan(endpoint="local", source=source),
        connections=[1],
        origin_s=0.0,
        credentials=Credentials(access_key="A", secret_key="s"),
    )


async def test_a_recording_is_hashed_and_read_for_all_connections() -> None:
    hashes = Hashes()
    audio = audio_of(start_of(WavSource(path=str(WAV))), hashes, lambda _: None, lambda _: None)
    assert isinstance(audio, RunAudio)
    assert hashes.added == [str(WAV)]


async def test_a_clip_is_reported_when_it_begins_with_its_reference_the_first_time() -> None:
    events: list[Event] = []
    references: list[Event | None] = []
    source = DataSetSource(path=str(Path(WAV)))
    audio = audio_of(start_of(source), Hashes(), events.append, references.append)
    audio.open()
    try:
        chunks = audio.chunks(1, None)
        assert chunks is not None
        chunks.begin()
        while chunks.take() is None:  # noqa: ASYNC110 - its first block is read on a thread
            await asyncio.sleep(0.001)
    finally:
        audio.close()
    assert [event.clip for event in events if isinstance(event, ClipStarted)] == [str(WAV)]
    assert [event.clip for event in references if isinstance(event, ClipReference)] == [str(WAV)]
