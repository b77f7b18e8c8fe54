"""Loudness of what connections send: from the recording or from the clips of a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flux_desktop.engine.records.events import ClipStarted
from flux_desktop.engine.records.facts import ConnectionRow
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.presenter.loudness import Loudness
from flux_desktop.ui.models.sound import WavShape
from tests.ui import scripted

SHAPE = WavShape(Path("conversation.wav"), 4.0, 16_000, 1, np.array([0.0, 0.2, 0.4, 0.8]))


def test_bars_are_of_the_recording_and_go_on_when_it_is_repeated() -> None:
    state = AppState()
    state.recording = SHAPE
    state.run.reset(scripted.plan(1))
    conversation = state.run.conversation(1)
    loudness = Loudness(state)
    assert loudness.bars(conversation, 4, 5, 1.0) == pytest.approx((0.0, 0.0, 0.25, 0.5, 1.0))
    assert loudness.bars(conversation, 6, 2, 1.0) == pytest.approx((0.0, 0.25))


def test_clips_are_asked_for_once_and_start_where_they_begin() -> None:
    state = AppState()
    state.run.reset(scripted.plan(1, source=DataSetSource(path="set.csv")))
    conversation, loudness = state.run.conversation(1), Loudness(state)
    assert loudness.bars(conversation, 4, 2, 1.0) == ()
    assert loudness.wanted == []
    conversation.clip_started(ClipStarted(t=1.0, conn=1, clip="a.wav", audio_s=10.0, offset_s=1.0))
    for _ in range(2):
        assert loudness.bars(conversation, 12, 2, 1.0) == ()
    assert loudness.wanted == ["a.wav"]
    loudness.put("a.wav", SHAPE)
    assert loudness.wanted == []
    assert loudness.bars(conversation, 12, 2, 1.0) == pytest.approx((0.25, 0.5))
    conversation.row_changed(12.0, ConnectionRow(conn=1, position_s=12.0))
    assert loudness.playing(conversation) == (SHAPE, 3.0)
    assert loudness.level_at("a.wav", 3.0, 4.0) == 1.0
    loudness.put("b.wav", None)
    assert loudness.level_at("b.wav", 0.0, 1.0) is None
    assert loudness.wanted == [], "a file that cannot be read is not asked for again"
