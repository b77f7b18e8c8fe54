"""Which audio a connection sent: of a file, a data set or a microphone, and whether it still is what was sent."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from flux_desktop.audio.listening.tape import Segment
from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.session_audio import SessionAudio
from flux_desktop.engine.recording.session_folder import MICROPHONE_FILE
from flux_desktop.engine.records.audio_events import AudioFile, AudioStarted, ClipAhead, MicrophoneRecorded
from flux_desktop.engine.records.events import Event, RunStarted
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, RunPlan, Source, WavSource
from flux_desktop.engine.records.stages import Stage


def started(source: Source, **plan: object) -> RunStarted:
    run_plan = RunPlan(endpoint="local", source=source, **plan)  # type: ignore[arg-type]
    return RunStarted(t=0.1, wall_time="", plan=run_plan, version="test")


def file_event(path: Path) -> AudioFile:
    return AudioFile(t=1.0, path=str(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "audio" / "talk.wav"
    path.parent.mkdir()
    path.write_bytes(b"RIFF")
    return path


def code(outcome: list[Segment] | Problem) -> str:
    assert isinstance(outcome, Problem)
    return outcome.code


def test_a_file_is_heard_as_it_was_sent(tmp_path: Path, wav: Path) -> None:
    source = WavSource(path=str(wav), loop=True, channel="left")
    events: list[Event] = [started(source, duration_s=90.0), AudioStarted(t=2.5, conn=1), file_event(wav)]
    audio = SessionAudio(tmp_path, events)
    assert audio.started_t(1) == 2.5
    expected = Segment(path=str(wav), at_s=0.0, channel="left", repeats=True, until_s=90.0)
    assert audio.segments(1) == [expected]
    assert code(audio.segments(2)) == "no_session_audio"


def test_of_a_ramp_each_connection_ends_with_its_stage(tmp_path: Path, wav: Path) -> None:
    stages = (Stage(connections=1, duration_s=30.0),)
    events = [started(WavSource(path=str(wav)), stages=stages), AudioStarted(t=1.0, conn=1), file_event(wav)]
    segments = SessionAudio(tmp_path, events).segments(1)
    assert isinstance(segments, list)
    assert segments[0].until_s == 30.0


@pytest.mark.parametrize("change", ["changed", "deleted", "unknown"])
def test_a_file_that_is_not_what_was_sent_is_not_heard(tmp_path: Path, wav: Path, change: str) -> None:
    events: list[Event] = [started(WavSource(path=str(wav))), AudioStarted(t=1.0, conn=1)]
    if change != "unknown":
        events.append(file_event(wav))
    if change == "changed":
        wav.write_bytes(b"other")
    elif change == "deleted":
        wav.unlink()
    expected = "session_audio_unknown" if change == "unknown" else "session_audio_changed"
    assert code(SessionAudio(tmp_path, events).segments(1)) == expected


def test_the_clips_of_a_data_set_are_heard_at_their_places(tmp_path: Path, wav: Path) -> None:
    other = wav.with_name("gone.wav")
    events = [
        started(DataSetSource(path="set")),
        AudioStarted(t=1.0, conn=3),
        ClipAhead(t=0.9, conn=3, clip=str(wav), audio_s=0.0, length_s=2.0, offset_s=1.5, channel="right"),
        ClipAhead(t=1.0, conn=3, clip=str(other), audio_s=4.0, length_s=3.0),
        file_event(wav),
    ]
    expected = Segment(path=str(wav), at_s=0.0, from_s=1.5, for_s=2.0, channel="right")
    assert SessionAudio(tmp_path, events).segments(3) == [expected]


def test_a_microphone_is_heard_if_it_was_recorded(tmp_path: Path) -> None:
    events: list[Event] = [started(MicrophoneSource()), AudioStarted(t=3.0, conn=1)]
    assert code(SessionAudio(tmp_path, events).segments(1)) == "no_session_audio"
    events.append(MicrophoneRecorded(t=2.0, file=MICROPHONE_FILE))
    assert code(SessionAudio(tmp_path, events).segments(1)) == "no_session_audio"
    (tmp_path / MICROPHONE_FILE).write_bytes(b"fLaC")
    expected = Segment(path=str(tmp_path / MICROPHONE_FILE), at_s=0.0, from_s=1.0)
    assert SessionAudio(tmp_path, events).segments(1) == [expected]


def test_a_recorded_file_outside_the_session_is_not_heard(tmp_path: Path, wav: Path) -> None:
    events = [
        started(MicrophoneSource()),
        AudioStarted(t=3.0, conn=1),
        MicrophoneRecorded(t=2.0, file="audio/talk.wav"),
    ]
    assert code(SessionAudio(tmp_path, events).segments(1)) == "no_session_audio"
