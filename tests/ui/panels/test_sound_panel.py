"""The audio source: a recording with its shape, or the microphone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from flux_desktop.datasets.clip import Clip
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.data_set import DataSetShape
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.panels.sound_panel import SoundPanel
from flux_desktop.ui.style.theme import ThemeSource


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def panel(qtbot: QtBot, theme: ThemeSource, state: AppState) -> SoundPanel:
    panel = SoundPanel(theme, state)
    qtbot.addWidget(panel)
    return panel


def shape(name: str = "talk.wav") -> WavShape:
    return WavShape(Path("/recordings") / name, 12.5, 16_000, 1, np.array([0.5]))


def shown(panel: SoundPanel) -> list[str]:
    return [each.text() for each in panel.findChildren(QLabel) if not each.isHidden() and each.text()]


def test_without_a_recording_it_says_what_to_do(panel: SoundPanel) -> None:
    assert panel.waveform.isHidden()
    assert not panel._detail.isHidden()


def test_a_recording_is_shown_with_its_name_and_length(panel: SoundPanel, state: AppState) -> None:
    state.recording = shape()
    state.changed()
    assert not panel.waveform.isHidden()
    assert panel._detail.isHidden()
    assert "talk.wav" in shown(panel)
    assert any("12.5 s" in text for text in shown(panel))
    state.recording = shape("other.wav")
    state.changed()
    assert "other.wav" in shown(panel)


def test_a_long_name_is_shortened_and_whole_in_the_tip(panel: SoundPanel, state: AppState) -> None:
    name = "a" * 80 + ".wav"
    panel.resize(310, 400)
    panel.show()
    state.recording = shape(name)
    state.changed()
    panel.resize(320, 400)
    narrow = panel._name.text()
    assert narrow.endswith(".wav")
    panel.resize(480, 400)
    assert len(narrow) < len(panel._name.text()) < len(name), "a wide window shows more of it"
    assert name in panel._name.toolTip()


def test_the_position_survives_other_changes_of_the_state(panel: SoundPanel, state: AppState) -> None:
    state.recording = shape()
    state.changed()
    panel.waveform.set_position(3.0, [(1.0, 2.0)])
    before = panel.waveform.grab().toImage()
    state.changed()
    assert panel.waveform.grab().toImage() == before


def test_the_microphone_replaces_the_recording_and_back(panel: SoundPanel, state: AppState) -> None:
    state.recording = shape()
    panel.mic_button.click()
    assert state.uses_microphone
    assert (panel.mic_button.isChecked(), panel.wav_button.isChecked()) == (True, False)
    assert not panel.microphone.isHidden()
    for widget in (panel.waveform, panel.sample_button, panel.choose_button, panel._name):
        assert widget.isHidden()
    panel.wav_button.click()
    assert not state.uses_microphone
    assert panel.microphone.isHidden()
    assert not panel.waveform.isHidden()


def test_the_sample_is_asked_for(panel: SoundPanel) -> None:
    asked: list[None] = []
    panel.sample_wanted.connect(lambda: asked.append(None))
    panel.sample_button.click()
    assert len(asked) == 1


def test_a_file_is_asked_for_where_the_last_one_was(panel: SoundPanel, state: AppState, tmp_path: Path) -> None:
    chosen: list[str] = []
    panel.file_chosen.connect(chosen.append)
    state.recording = WavShape(tmp_path / "a.wav", 1.0, 16_000, 1, np.array([0.5]))
    state.changed()
    panel.choose()
    (dialog,) = panel.findChildren(QFileDialog)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    assert dialog.fileMode() is QFileDialog.FileMode.ExistingFile
    dialog.fileSelected.emit("/some/where.wav")
    dialog.reject()
    assert chosen == ["/some/where.wav"]


def test_during_a_run_it_cannot_be_changed(panel: SoundPanel) -> None:
    controls = (panel.choose_button, panel.wav_button, panel.mic_button, panel.sample_button, panel.microphone.device)
    panel.set_locked(True)
    assert not any(control.isEnabled() for control in controls)
    panel.set_locked(False)
    assert all(control.isEnabled() for control in controls)


@pytest.mark.parametrize(("channels", "offered"), [(1, False), (2, True)])
def test_the_channel_is_offered_for_stereo_files_alone(
    panel: SoundPanel, state: AppState, channels: int, offered: bool
) -> None:
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


def test_a_data_set_replaces_the_waveform(panel: SoundPanel, state: AppState) -> None:
    state.data_set = DataSetShape(Path("/data/calls"), (Clip(path=Path("a.wav")),), (60.0,), 1, channels=2)
    state.changed()
    assert not panel.data_set.isHidden()
    assert panel.waveform.isHidden()
    assert panel._detail.isHidden()
    assert not panel.channel.isHidden()
    state.uses_microphone = True
    state.changed()
    assert panel.data_set.isHidden()


def test_the_menu_offers_every_kind_of_audio(panel: SoundPanel, qtbot: QtBot) -> None:
    chosen: list[str] = []
    panel.file_chosen.connect(chosen.append)
    menu = panel.choose_button.menu()
    actions = {action.text().partition("\t")[0]: action for action in menu.actions() if action.text()}
    actions["Sample Data Set"].trigger()
    assert chosen == ["sample"]
    with qtbot.waitSignal(panel.sample_wanted):
        actions["Sample Recording"].trigger()
    actions["Folder of Recordings…"].trigger()
    dialog = panel.window().findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() is QFileDialog.FileMode.Directory
    dialog.reject()


def test_where_room_is_scarce_only_what_is_in_use_is_shown(qtbot: QtBot, theme: ThemeSource) -> None:
    state = AppState()
    panel = SoundPanel(theme, state)
    qtbot.addWidget(panel)
    high = panel.waveform.sizeHint().height()
    panel.set_compact(True)
    assert panel.waveform.sizeHint().height() < high
    assert not panel.listen.isHidden(), "a run that has ended can be listened to"
    assert panel.listen.output.isHidden()
    panel.listen.button.click()
    assert not panel.listen.output.isHidden()
    state.uses_microphone = True
    state.changed()
    assert not panel.listen.isHidden()
    panel.set_tight(True)
    assert panel.listen.isHidden(), "of a microphone nothing can be heard"
