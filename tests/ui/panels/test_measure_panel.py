"""The panel of what to measure: its choices, and Record in each state."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.measurement import Measurement
from flux_desktop.ui.panels.measure_panel import MeasurePanel

LEFT_PX, SCROLL_BAR_PX = 280, 10
"""Width of the page's left column, and of its scroll bar."""


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def panel(qtbot: QtBot, state: AppState) -> MeasurePanel:
    panel = MeasurePanel(state)
    qtbot.addWidget(panel)
    return panel


def test_it_has_room_in_its_column(panel: MeasurePanel) -> None:
    panel.show_size("24 clips · 72 streams", "About 10 stream-minutes, $0.08 plus the instance, at the suggested price")
    panel.show_progress(0.5, "3 of 10 streams", "00:30 left")
    assert panel.minimumSizeHint().width() <= LEFT_PX - SCROLL_BAR_PX


def test_the_choices_are_reported(panel: MeasurePanel) -> None:
    seen: list[Measurement] = []
    panel.changed.connect(lambda: seen.append(panel.measurement))
    panel.repeats.setValue(5)
    panel.connections.setValue(20)
    panel.noise.click()
    usual = Measurement(repeats=5, connections=20)
    assert seen == [Measurement(repeats=5), usual, replace(usual, line_noise=True)]


def test_another_data_set_is_a_change(panel: MeasurePanel) -> None:
    changes: list[str] = []
    panel.changed.connect(lambda: changes.append(panel.measurement.path))
    panel.choose_data("calls/manifest.jsonl")
    panel.choose_data("")
    assert changes == ["calls/manifest.jsonl", ""]


def test_record_is_green_only_the_first_time(panel: MeasurePanel) -> None:
    wanted: list[str] = []
    panel.record_wanted.connect(lambda: wanted.append("record"))
    panel.cancel_wanted.connect(lambda: wanted.append("cancel"))
    panel.show_state(recording=False, stopping=False, can_record=False, recorded=False)
    assert not panel.record_button.isEnabled()
    looks = []
    for recording, recorded in ((False, False), (True, False), (False, True)):
        panel.show_state(recording=recording, stopping=False, can_record=not recording, recorded=recorded)
        looks.append((panel.record_button.text(), panel.record_button.property("kind")))
        assert panel.repeats.isEnabled() is not recording
        assert panel.progress.bar.isHidden() is not recording
        panel.record_button.click()
    assert looks == [("Record", "go"), ("Cancel", "stop"), ("Record again", "stop")]
    assert wanted == ["record", "cancel", "record"]
