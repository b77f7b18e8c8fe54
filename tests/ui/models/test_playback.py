"""Where a run stands in its recording, and how loud the audio is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio.levels import CLIP_DBFS, FLOOR_DBFS
from flux_desktop.engine.records.events import ConnectionChanged, LevelMeasured, RunEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, Verdict
from flux_desktop.engine.records.plan import MicrophoneSource, WavSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.playback import TURNS_SHOWN, AudioLevel, place_in_recording
from flux_desktop.ui.models.sound import WavShape
from tests.ui import scripted


def conversation(position_s: float | None, *turns: tuple[float, float], tone: str = "final") -> Conversation:
    conversation = Conversation(1)
    if position_s is not None:
        conversation.row_changed(1.0, ConnectionRow(conn=1, position_s=position_s))
    for number, (start_s, end_s) in enumerate(turns):
        conversation.cards.append(Card(index=number, tone=tone, start_s=start_s, end_s=end_s))
    return conversation


def test_before_the_first_row_it_stands_at_the_start() -> None:
    assert place_in_recording(conversation(None), 10.0, looped=False) == (0.0, [])


def test_position_and_turns_of_a_recording_that_is_played_once() -> None:
    place = place_in_recording(conversation(4.0, (0.5, 1.5), (2.0, 3.0)), 10.0, looped=False)
    assert place == (4.0, [(0.5, 1.5), (2.0, 3.0)])


def test_silence_after_the_recording_does_not_move_the_position_on() -> None:
    position_s, turns = place_in_recording(conversation(13.0, (8.0, 12.0), (10.0, 12.0)), 10.0, looped=False)
    assert position_s == 10.0
    assert turns == [(8.0, 10.0)], "cut at the end of the recording, and none that began after it"


def test_a_loop_shows_the_present_pass_only() -> None:
    looped_conversation = conversation(23.0, (8.0, 9.0), (19.0, 20.0), (19.5, 21.0), (22.0, 22.5))
    position_s, turns = place_in_recording(looped_conversation, 10.0, looped=True)
    assert position_s == pytest.approx(3.0)
    assert turns == [(0.0, 1.0), (2.0, 2.5)], "cut at the start of the pass"


def test_notes_are_no_turns() -> None:
    assert place_in_recording(conversation(4.0, (0.5, 1.5), tone="note"), 10.0, looped=False)[1] == []


def test_only_the_newest_turns_are_marked() -> None:
    turns = [(float(n), n + 0.5) for n in range(TURNS_SHOWN + 5)]
    assert place_in_recording(conversation(60.0, *turns), 100.0, looped=False)[1] == turns[5:]


def streaming_state(position_s: float = 0.0, at_s: float = 1.0) -> AppState:
    """A run on a recording whose first second is loud and whose second one is silent."""
    state = AppState()
    state.recording = WavShape(Path("a.wav"), 2.0, 16_000, 1, np.array([0.5, 0.0]))
    state.run.reset(scripted.plan(1, source=WavSource(path="a.wav")))
    stream(state, position_s, at_s)
    return state


def stream(state: AppState, position_s: float, at_s: float) -> None:
    state.run.feed(ConnectionChanged(t=at_s, conn=1, state=ConnectionState.STREAMING))
    row = ConnectionRow(conn=1, state=ConnectionState.STREAMING, position_s=position_s)
    state.run.feed(Snapshot(t=at_s, ledger={"streaming": 1}, rows=[row]))


def test_no_level_without_a_run() -> None:
    assert AudioLevel(AppState()).now() is None


def test_the_level_of_a_recording_is_that_of_the_position_and_falls_slowly() -> None:
    state = streaming_state()
    level = AudioLevel(state)
    loud = level.now()
    assert loud is not None
    assert loud == pytest.approx((-6.02, -6.02), abs=0.01)
    stream(state, 1.5, 1.5)
    later = level.now()
    assert later is not None
    assert FLOOR_DBFS < later[0] < loud[0], "it falls"
    assert later[1] == loud[1], "the peak is held"


def test_the_level_stands_still_while_nothing_streams() -> None:
    state = streaming_state()
    state.run.feed(Snapshot(t=1.0, ledger={"reconnecting": 1}))
    assert AudioLevel(state).now() == (FLOOR_DBFS, FLOOR_DBFS)


def test_after_the_run_there_is_no_level() -> None:
    state = streaming_state()
    state.run.feed(RunEnded(t=2.0, verdict=Verdict.DONE, ledger={"completed": 1}))
    assert AudioLevel(state).now() is None


def test_another_recording_than_that_of_the_run_has_no_level() -> None:
    state = streaming_state()
    state.recording = WavShape(Path("b.wav"), 2.0, 16_000, 1, np.array([0.5]))
    assert AudioLevel(state).now() is None
    state.recording = None
    assert AudioLevel(state).now() is None


def test_a_new_run_begins_with_a_new_meter() -> None:
    state = streaming_state()
    level = AudioLevel(state)
    level.now()
    state.run.reset(scripted.plan(1, source=WavSource(path="a.wav")))
    assert level.now() == (FLOOR_DBFS, FLOOR_DBFS)


def test_a_microphone_has_its_own_level() -> None:
    state = AppState()
    state.run.reset(scripted.plan(1, source=MicrophoneSource()))
    state.microphone_level.take(LevelMeasured(t=1.0, rms_dbfs=-20.0, peak_dbfs=CLIP_DBFS - 5))
    assert AudioLevel(state).now() == (CLIP_DBFS - 5, CLIP_DBFS - 5)
