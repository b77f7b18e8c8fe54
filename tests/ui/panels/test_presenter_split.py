"""A and B in the presenter: of the run that is shown, of a recorded comparison, or what is missing."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.audio_track import LEVELS_PER_S, ClipLevels, ClipTrack
from flux_desktop.ui.models.presenter.live_pair import NEEDS_TWO
from flux_desktop.ui.models.presenter.loudness import ClipShapes
from flux_desktop.ui.models.presenter.playhead import PairPlayer
from flux_desktop.ui.panels.presenter_split import SplitPanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.presenter.part import BODY_PX
from tests.ui import scripted
from tests.ui.models.presenter.comparisons import pair


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def panel(qtbot: QtBot, theme: ThemeSource, state: AppState) -> SplitPanel:
    panel = SplitPanel(theme, state, ClipShapes())
    qtbot.addWidget(panel)
    panel.resize(1800, 900)
    return panel


def test_with_one_connection_it_says_what_is_missing(panel: SplitPanel, state: AppState) -> None:
    state.run.reset(scripted.plan(1))
    panel.refresh(None, [])
    assert panel.hint.content == (NEEDS_TWO, False)
    assert QFontMetricsF(panel.hint.type_of(BODY_PX)).horizontalAdvance(NEEDS_TWO) < panel.width(), "in one line"
    assert not panel.ribbon.isVisibleTo(panel)


def test_two_connections_of_the_run_share_the_recordings_waveform(panel: SplitPanel, state: AppState) -> None:
    track = ClipTrack()
    track.append(0.0)
    track.fill(0, ClipLevels(1.0, *2 * (np.full(LEVELS_PER_S, 0.64, np.float32),)))
    panel.tracks = lambda conn: track if conn == 1 else None
    state.run.reset(scripted.plan(2))
    panel.refresh(None, [])
    assert panel.ribbon.level_of(0.0, 1.0) == pytest.approx(0.8)
    assert [part.content.title for part in panel.arms if part.content] == ["A  #1", "B  #2"]
    assert panel.source_words(None) == ""


def test_a_recorded_comparison_says_where_it_stands(panel: SplitPanel) -> None:
    player = PairPlayer([pair()])
    player.toggle(0.0)
    panel.refresh(player, [])
    assert panel.title.content == ("a", " · 0.0 of 7.5 s · paused")
    assert panel.source_words(player) == "local · not Flux · recorded comparison, clip 1 of 1"
    assert "cut the caller off" not in panel.accessibleDescription(), "not yet"
