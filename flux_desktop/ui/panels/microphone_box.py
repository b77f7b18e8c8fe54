"""The microphone's part of the sound panel: which device, how loud it is, what to do when it is lost."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QVBoxLayout, QWidget

from flux_desktop.base.problem import Problem
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.microphone import LOOKING
from flux_desktop.ui.panels.consent_dialog import ask_for_consent
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.views.level_meter import LevelMeter
from flux_desktop.ui.widgets.basics import label, set_role
from flux_desktop.ui.widgets.name_list import NameList

RECORD, RECORD_SHORT = "Record the microphone", "Record"
GO_ON, GO_ON_SHORT = "Continue with silence if disconnected", "Continue if disconnected"


class MicrophoneBox(QWidget):
    """Shows the list of microphones and the level of the chosen one."""

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        super().__init__()
        self._state = state
        self._microphones = state.microphones
        self._listing: Problem | None = None
        self._trouble: Problem | None = None
        self.device = NameList("Microphone")
        self.device.setMinimumWidth(80)
        self.meter = LevelMeter(theme, state.microphone_level)
        self.lost, self.record = QCheckBox(), QCheckBox()
        self.lost.setToolTip(
            "Continue with silence if the microphone is disconnected. If this is off, the run finishes open turns "
            "and ends."
        )
        self.record.setToolTip(
            "Save the microphone's audio in the session folder, to play it or send it again. Asks first."
        )
        self.words = label("", "caption", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        for widget in (self.device, self.meter):
            layout.addWidget(widget)
        self._choices = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._choices.setSpacing(SPACE_S)
        for choice, name in ((self.lost, GO_ON), (self.record, RECORD)):
            choice.setAccessibleName(name)
            self._choices.addWidget(choice)
        layout.addLayout(self._choices)
        layout.addWidget(self.words)
        self._tight = False
        self.set_tight(False)
        self.device.currentIndexChanged.connect(self._choose)
        self.lost.toggled.connect(self._set_lost)
        self.record.clicked.connect(self._record_clicked)
        self.refresh(None)
        state.listen(self.show_choices)

    def refresh(self, problem: Problem | None) -> None:
        """Show the list again; the choice stays, even while its device is disconnected."""
        entries = self._microphones.entries()
        shown = [(self.device.itemData(n), self.device.itemText(n)) for n in range(self.device.count())]
        with QSignalBlocker(self.device):
            if shown != entries:
                self.device.clear()
                for name, line in entries:
                    self.device.addItem(line, name)
            self.device.setCurrentIndex([name for name, _ in entries].index(self._microphones.chosen))
        self._listing = problem
        self._show_remark()

    def set_trouble(self, trouble: Problem | None) -> None:
        """What keeps the chosen microphone from being heard, or None."""
        if trouble != self._trouble:
            self._trouble = trouble
            self._show_remark()

    def set_tight(self, on: bool) -> None:
        """Show both choices in one line, and words in their place where something is wrong."""
        self._tight = on
        direction = QBoxLayout.Direction.LeftToRight if on else QBoxLayout.Direction.TopToBottom
        self._choices.setDirection(direction)
        self.record.setText(RECORD_SHORT if on else RECORD)
        self.lost.setText(GO_ON_SHORT if on else GO_ON)
        self._show_remark()

    def _show_remark(self) -> None:
        if self._state.run.active:
            words, role = "The meter shows the peak level in dBFS.", "caption"
        elif self._listing is not None:
            words, role = self._listing.sentence(), "warn"
        elif not self._microphones.listed:
            words, role = LOOKING, "caption"
        elif not self._microphones.devices:
            words, role = "No microphone found. Plug one in, or use a recording.", "warn"
        elif not self._microphones.available:
            words, role = "The selected microphone is disconnected. Plug it in, or select another one.", "warn"
        elif self._trouble is not None:
            words, role = self._trouble.sentence(), "warn"
        else:
            words, role = "Speak to test the level. The meter shows the peak level in dBFS.", "caption"
        self.words.setText(words)
        set_role(self.words, role)
        self.words.setVisible(role == "warn" or not self._tight)
        for choice in (self.lost, self.record):
            choice.setVisible(role != "warn" or not self._tight)
        self.meter.setToolTip(words)

    def _choose(self, position: int) -> None:
        if position >= 0:
            self._microphones.chosen = self.device.itemData(position)
            self._state.changed()

    def _set_lost(self, on: bool) -> None:
        self._microphones.go_on_when_lost = on

    def _record_clicked(self, on: bool) -> None:
        self._microphones.record = False
        if on:
            ask_for_consent(self.window(), self._consented)
        self._state.changed()

    def _consented(self) -> None:
        self._microphones.record = True
        self._state.changed()

    def show_choices(self) -> None:
        """Show what is chosen."""
        with QSignalBlocker(self.lost):
            self.lost.setChecked(self._microphones.go_on_when_lost)
        self.record.setChecked(self._microphones.record)
        for choice in (self.lost, self.record):
            choice.setEnabled(not self._state.run.active)
        if self.device.currentData() != self._microphones.chosen:
            self.refresh(self._listing)
        self._show_remark()
