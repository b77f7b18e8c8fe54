"""The panel that chooses the sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.panels.sound_panel import SoundPanel
from flux_desktop.ui.style.theme import ThemeSource


@pytest.mark.parametrize(("channels", "offered"), [(1, False), (2, True)])
def test_the_channel_is_offered_for_stereo_files_alone(
    qtbot: QtBot, theme: ThemeSource, channels: int, offered: bool
) -> None:
    state = AppState()
    panel = SoundPanel(theme, state)
    qtbot.addWidget(panel)
    assert panel.channel.isHidden()
    state.recording = WavShape(Path("call.wav"), 1.0, 16_000, channels, np.zeros(4), channel="right")
    state.changed()
    assert panel.channel.isHidden() is not offered
    assert panel.channel.currentData() == "right"
    chosen: list[str] = []
    panel.channel_chosen.connect(chosen.append)
    panel.channel.setCurrentIndex(1)
    panel.channel.activated.emit(1)
    assert chosen == ["left"]
    assert state.source is not None
    assert state.source.channel == "right"  # until it was read again
