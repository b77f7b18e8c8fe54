"""The status line keeps its height, so that the pages above it do not move when a run begins."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.panels.status_line import StatusLine
from flux_desktop.ui.services.heartbeat import Heartbeat


def test_the_session_folder_does_not_make_it_higher(qtbot: QtBot) -> None:
    line = StatusLine(AppState(), Heartbeat())
    qtbot.addWidget(line)
    line.refresh("Ready. Press Start.", None)
    line.show()
    before = line.sizeHint().height()
    line.refresh("Ready. Press Start.", Path("2026-11-28_15-00-35"))
    assert line.sizeHint().height() == before
