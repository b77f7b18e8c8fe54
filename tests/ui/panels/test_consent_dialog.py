"""The question before a microphone is recorded: off by default, asked each time, and marked in red while it records."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QMessageBox, QPushButton

from flux_desktop.engine.records.plan import MicrophoneSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.presenter.keys import View
from flux_desktop.ui.panels.consent_dialog import NAME, ask_for_consent
from flux_desktop.ui.panels.microphone_box import MicrophoneBox
from flux_desktop.ui.panels.presenter import Presenter
from flux_desktop.ui.panels.run_bar import RunBar
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui import scripted


def press(box: MicrophoneBox, words: str) -> None:
    dialog = box.findChild(QMessageBox, NAME)
    assert dialog is not None
    assert dialog.defaultButton().text() == "Do Not Record"
    next(each for each in dialog.findChildren(QPushButton) if each.text() == words).click()


def test_nothing_is_recorded_without_an_agreement(theme: ThemeSource) -> None:
    state = AppState()
    box = MicrophoneBox(theme, state)
    assert not state.microphones.source().record
    box.record.click()
    assert not state.microphones.record
    assert not box.record.isChecked()
    press(box, "Do Not Record")
    assert not state.microphones.source().record
    box.deleteLater()


def test_an_agreement_turns_it_on_and_a_click_turns_it_off(theme: ThemeSource) -> None:
    state = AppState()
    box = MicrophoneBox(theme, state)
    box.record.click()
    ask_for_consent(box, lambda: None)
    assert len(box.findChildren(QMessageBox, NAME)) == 1
    press(box, "Record")
    assert state.microphones.source().record
    assert box.record.isChecked()
    box.record.click()
    assert not state.microphones.record
    box.deleteLater()


def test_a_red_mark_shows_while_it_records(theme: ThemeSource) -> None:
    state = AppState()
    bar, presenter = RunBar(theme, state), Presenter(theme, state)
    presenter.resize(1920, 1080)
    plan = msgspec.structs.replace(scripted.plan(), source=MicrophoneSource(record=True))
    state.run.begin(plan)
    bar.refresh()
    assert not bar.headline.recording_pill.isHidden()
    assert bar.headline.recording_pill.property("pill") == "danger"
    presenter.show_view(View.SUBTITLES)
    assert (presenter.recording.content, presenter.recording.width() > 0) == (True, True)
    state.run.reset(None)
    bar.refresh()
    assert bar.headline.recording_pill.isHidden()
    presenter.show_view(View.MAIN)
    assert (presenter.recording.content, presenter.recording.width()) == (False, 0)
    for widget in (bar, presenter):
        widget.deleteLater()
