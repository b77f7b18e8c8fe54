"""The microphone of a run as a file: begun with the first frame, and told when that was captured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio.recording import open_recording
from flux_desktop.engine.recording.microphone_recording import MicrophoneRecording
from flux_desktop.engine.recording.session_folder import MICROPHONE_FILE
from flux_desktop.engine.records.audio_events import MicrophoneRecorded
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan

PLAN = RunPlan(endpoint="local", source=MicrophoneSource(record=True))


def test_the_file_begins_with_the_first_frame(tmp_path: Path) -> None:
    begun: list[MicrophoneRecorded] = []
    recording = MicrophoneRecording(tmp_path, PLAN, 100.0, begun.append, lambda problem: pytest.fail(problem.what))
    frames = [np.full(1280, value, "<i2").tobytes() for value in (100, 200, 300)]
    for number, frame in enumerate(frames):
        recording.take(frame, 102.5 + 0.08 * number)
    recording.close()
    assert [(event.file, round(event.t, 6)) for event in begun] == [(MICROPHONE_FILE, 2.42)]
    assert open_recording(tmp_path / MICROPHONE_FILE).pcm() == b"".join(frames)


def test_without_a_frame_there_is_no_file(tmp_path: Path) -> None:
    recording = MicrophoneRecording(tmp_path, PLAN, 0.0, lambda _: None, lambda problem: pytest.fail(problem.what))
    recording.close()
    assert not list(tmp_path.iterdir())
