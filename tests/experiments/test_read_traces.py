"""Traces of session folders: each clip's messages on its own time line, with its reference turns."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Event,
    Received,
    RunEnded,
    RunStarted,
    Sent,
    encode_event,
)
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Verdict
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, RunPlan, Source, WavSource
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments.read_traces import read_traces
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.turns import Turn
from tests.evaluation.hand_made import span, turn

OPTIONS = FluxOptions(eot_threshold=1.0, eot_timeout_ms=10_000)


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """Two clips of a second each, with a turn and a hold."""
    rows = []
    for name in ("a", "b"):
        soundfile.write(tmp_path / f"{name}.wav", np.zeros(16_000), 16_000)
        rows.append(
            {
                "audio_filepath": f"{name}.wav",
                "conversation": "talk",
                "turns": [{"text": "yes", "start_s": 0.1, "end_s": 0.9}],
                "holds": [{"start_s": 0.3, "end_s": 0.6}],
            }
        )
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(b"\n".join(msgspec.json.encode(row) for row in rows))
    return path


def info(
    end_s: float,
    confidence: float,
    *,
    request: str = "r",
    event: str = "Update",
    at_s: float = 0.0,
    transcript: str = "yes",
) -> Received:
    """A TurnInfo whose stream began `at_s` seconds into the connection's audio."""
    text = msgspec.json.encode(
        {
            "type": "TurnInfo",
            "event": event,
            "request_id": request,
            "turn_index": 0,
            "audio_window_end": end_s,
            "transcript": transcript,
            "words": [{"word": word, "end": 0.2} for word in transcript.split()],
            "end_of_turn_confidence": confidence,
        }
    ).decode()
    turn_so_far = Turn(index=0, transcript="yes", end_s=end_s + at_s)
    return Received(t=end_s, conn=1, type="TurnInfo", text=text, turn=turn_so_far, user_latency_ms=150.0)


def session(folder: Path, source: Source, *events: Event, variants: tuple[FluxOptions, ...] = ()) -> Path:
    folder.mkdir()
    plan = RunPlan(endpoint="local", source=source, options=OPTIONS, variants=variants)
    lines = [RunStarted(t=0.0, wall_time="2026-11-26T00:00:00+00:00", plan=plan, version="0"), *events]
    (folder / "run.jsonl").write_bytes(b"".join(encode_event(line) for line in lines))
    return folder


def ended() -> ConnectionEnded:
    return ConnectionEnded(t=99.0, summary=ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED))


def streamed(data_set: Path, *events: Event) -> Path:
    """A session of one connection, which begins with the first clip."""
    begun = ClipStarted(t=0.0, conn=1, clip=str(data_set.parent / "a.wav"), audio_s=0.0)
    return session(data_set.parent / "run", DataSetSource(path=str(data_set)), begun, *events, ended())


def test_an_invalid_run_is_noted_with_its_reasons(tmp_path: Path, data_set: Path) -> None:
    source = DataSetSource(path=str(data_set))
    begun = ClipStarted(t=0.0, conn=1, clip=str(data_set.parent / "a.wav"), audio_s=0.0)
    late = RunEnded(t=9.0, verdict=Verdict.INVALID, ledger={"completed": 1}, reasons=["sent late"])
    good = RunEnded(t=9.0, verdict=Verdict.DONE, ledger={"completed": 1})
    folders = [
        session(tmp_path / name, source, begun, info(0.5, 0.1), info(4.0, 0.6), ended(), last)
        for name, last in (("one", late), ("two", good))
    ]
    assert read_traces(folders).notes == ("one is INVALID, so its delivery times are not reliable: sent late.",)


def test_clips_of_one_stream_are_separated_by_their_audio(data_set: Path) -> None:
    folder = streamed(
        data_set,
        info(0.5, 0.1),
        info(4.0, 0.6),
        ClipStarted(t=3.0, conn=1, clip=str(data_set.parent / "b.wav"), audio_s=4.0),
        info(4.5, 0.2),
        info(8.0, 0.2),
    )
    read = read_traces([folder])
    first, second = read.traces
    assert [(each.audio_s, each.confidence) for each in first.messages] == [(0.5, 0.1), (4.0, 0.6)]
    assert [(each.audio_s, each.confidence) for each in second.messages] == [(0.5, 0.2), (4.0, 0.2)]
    assert (first.clip, first.conversation, first.turns, first.holds) == (
        "a.wav",
        "talk",
        (turn(0.1, 0.9, "yes"),),
        (span(0.3, 0.6),),
    )
    assert first.setting == read.setting == Setting(eot=1.0, timeout_ms=10_000)
    assert first.messages[0].latency_ms == 150.0
    assert first.messages[0].last_word_end_s == pytest.approx(0.2)


def test_streams_of_their_own_are_placed_by_the_connections_time_line(data_set: Path) -> None:
    folder = streamed(
        data_set,
        info(0.5, 0.1, request="one"),
        info(1.0, 0.1, request="one", event="EndOfTurn"),
        info(1.0, 0.3, request="one", event="EndOfTurn"),
        ClipStarted(t=3.0, conn=1, clip=str(data_set.parent / "b.wav"), audio_s=3.0),
        info(1.0, 0.2, request="two", at_s=3.0, event="EndOfTurn"),
    )
    traces = read_traces([folder]).traces
    assert [trace.messages[-1].audio_s for trace in traces] == [1.0, pytest.approx(1.0)]
    assert [len(trace.messages) for trace in traces] == [2, 1], "a repeated end of turn is none"


def test_an_end_of_turn_without_its_text_has_the_last_one(data_set: Path) -> None:
    folder = streamed(
        data_set,
        info(0.5, 0.1),
        info(1.5, 0.9, event="EndOfTurn", transcript=""),
    )
    (trace,) = read_traces([folder]).traces
    assert [(each.transcript, each.last_word_end_s) for each in trace.messages] == [("yes", 0.2)] * 2


def test_nothing_after_close_stream_counts(data_set: Path) -> None:
    folder = streamed(
        data_set,
        info(4.5, 0.1),
        Sent(t=0.6, conn=1, text='{"type":"CloseStream"}'),
        info(4.7, 0.99, event="EndOfTurn"),
    )
    assert len(read_traces([folder]).traces[0].messages) == 1


def test_a_clip_that_was_cut_off_is_left_out_and_repeats_are_numbered(tmp_path: Path, data_set: Path) -> None:
    clip = str(data_set.parent / "a.wav")
    whole = (ClipStarted(t=0.0, conn=1, clip=clip, audio_s=0.0), info(4.5, 0.1), ended())
    one = session(tmp_path / "one", DataSetSource(path=str(data_set)), *whole)
    two = session(tmp_path / "two", DataSetSource(path=str(data_set)), *whole[:2])
    three = session(tmp_path / "three", DataSetSource(path=str(data_set)), *whole)
    drained = session(tmp_path / "four", DataSetSource(path=str(data_set)), whole[0], info(2.0, 0.1), ended())
    assert [trace.repeat for trace in read_traces([one, two, three, drained]).traces] == [0, 1]


def test_a_setting_that_was_changed_on_the_way_counts_as_the_lower_one(data_set: Path) -> None:
    success = '{"type":"ConfigureSuccess","thresholds":{"eot_threshold":0.8,"eager_eot_threshold":0.5}}'
    folder = streamed(
        data_set,
        Received(t=0.1, conn=1, type="ConfigureSuccess", text=success),
        info(4.5, 0.1),
    )
    assert read_traces([folder]).traces[0].setting == Setting(eot=0.8, eager=0.5, timeout_ms=10_000)


def test_a_recording_with_a_words_file_gives_one_trace(tmp_path: Path, data_set: Path) -> None:
    words = [{"file": "a.wav", "words": [{"word": "yes", "start_s": 0.1, "end_s": 0.9}]}]
    (tmp_path / "a.words.json").write_bytes(msgspec.json.encode(words))
    folder = session(
        tmp_path / "run",
        WavSource(path=str(tmp_path / "a.wav"), loop=True),
        info(0.95, 0.1, event="EndOfTurn"),
        info(1.5, 0.2),
        ended(),
    )
    (trace,) = read_traces([folder]).traces
    assert trace.turns == (turn(0.1, 0.9, "yes"),)
    assert [message.audio_s for message in trace.messages] == [0.95], "the second pass of a loop is left out"


def test_sessions_without_known_turns_say_so(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    folder = session(tmp_path / "run", WavSource(path=str(tmp_path / "a.wav")), info(0.5, 0.1), ended())
    assert read_traces([folder]).notes == ("run: 1 of 1 clips have no reference turns and are left out.",)
    spoken = session(tmp_path / "spoken", MicrophoneSource())
    with pytest.raises(ProblemError, match="microphone"):
        read_traces([spoken])
    with pytest.raises(ProblemError, match="none: No such file"):
        read_traces([tmp_path / "none"])


def test_parts_of_one_recording_are_told_apart_by_their_place_in_the_data_set(tmp_path: Path, data_set: Path) -> None:
    rows = [
        {"audio_filepath": "a.wav", "offset": offset, "turns": [{"text": "yes", "start_s": 0.1, "end_s": end_s}]}
        for offset, end_s in ((0.0, 0.3), (0.5, 0.4))
    ]
    data_set.write_bytes(b"\n".join(msgspec.json.encode(row) for row in rows))
    folder = session(
        tmp_path / "run",
        DataSetSource(path=str(data_set), entries=(1, 0)),
        ClipStarted(t=0.0, conn=1, clip=str(data_set.parent / "a.wav"), audio_s=0.0),
        info(4.5, 0.1),
        ended(),
        variants=(FluxOptions(eot_threshold=0.6, eager_eot_threshold=0.5),),
    )
    (trace,) = read_traces([folder]).traces
    assert (trace.clip, trace.turns) == ("a.wav at 0.5 s", (turn(0.1, 0.4, "yes"),))
    assert trace.setting == Setting(eot=0.6, eager=0.5, timeout_ms=5000), "that of the connection"
