"""Which sound: a recording, by dialog or by dropping it on the window, or the microphone."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from flux_desktop.ui.models.microphone import Microphones
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.panels.microphone_box import MicrophoneBox
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.views.waveform import Waveform
from flux_desktop.ui.widgets.basics import Panel, button, label, plain_tip

NAME_AND_FACTS_PX = 272


class SoundPanel(Panel):
    """The recording that is to be streamed.

    Signals:
        file_chosen: path of a file that a person picked.
        sample_wanted: the bundled sample is to be used.
        mode_changed: the other of recording and microphone was chosen; read `uses_microphone`.
    """

    mode_changed = Signal()

    file_chosen = Signal(str)
    sample_wanted = Signal()

    def __init__(self, theme: ThemeSource, microphones: Microphones) -> None:
        self.sample_button = button(
            "Use the sample", lambda: self.sample_wanted.emit(), kind="link", tip="Stream the bundled conversation"
        )
        self.choose_button = button("Open…", self.choose, kind="link", tip="Choose a 16-bit PCM WAV file (Ctrl+O)")
        self.choose_button.setAccessibleName("Choose a WAV file")
        super().__init__("Sound", "", self.sample_button, self.choose_button)
        self._folder = str(Path.home())
        self.wav_button = button("WAV file", lambda: self.use_microphone(False), kind="segment")
        self.mic_button = button("Microphone", lambda: self.use_microphone(True), kind="segment")
        modes = QHBoxLayout()
        modes.setSpacing(SPACE_S)
        for made in (self.wav_button, self.mic_button):
            made.setCheckable(True)
            modes.addWidget(made, 1)
        self.wav_button.setChecked(True)
        self.body.addLayout(modes)
        self.microphone = MicrophoneBox(theme, microphones)
        self.microphone.hide()
        self.body.addWidget(self.microphone)
        self._name = label("", "strong")
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._facts = label("", "caption")
        self.waveform = Waveform(theme)
        name = QHBoxLayout()
        name.setSpacing(SPACE_S)
        name.addWidget(self._name)
        name.addStretch()
        name.addWidget(self._facts)
        self.body.addLayout(name)
        self.body.addWidget(self.waveform)
        self._detail = label("Open a recording, drop one on this window, or use the sample.", "caption", wrap=True)
        self.body.addWidget(self._detail)
        self._has_shape = False
        self.show_shape(None)

    def choose(self) -> None:
        """Open the file dialog; it never blocks the window."""
        dialog = QFileDialog(self.window(), "Choose a WAV file", self._folder, "WAV files (*.wav *.WAV)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.file_chosen)
        dialog.open()

    @property
    def uses_microphone(self) -> bool:
        """Whether the microphone is the sound."""
        return self.mic_button.isChecked()

    def use_microphone(self, on: bool) -> None:
        """Choose the microphone or the recording."""
        changed = on is self.microphone.isHidden()
        self.mic_button.setChecked(on)
        self.wav_button.setChecked(not on)
        self.microphone.setVisible(on)
        for widget in (self.sample_button, self.choose_button):
            widget.setVisible(not on)
        self._detail.setVisible(not on and not self._has_shape)
        for shown in (self._name, self._facts, self.waveform):
            shown.setVisible(not on and self._has_shape)
        if changed:
            self.mode_changed.emit()

    def show_shape(self, shape: WavShape | None) -> None:
        """Show the chosen recording, or say what to do first."""
        self.waveform.set_shape(shape)
        self._has_shape = shape is not None
        self.use_microphone(False)
        if shape is None:
            return
        self._folder = str(shape.path.parent)
        self._facts.setText(shape.describe())
        room_px = NAME_AND_FACTS_PX - self._facts.sizeHint().width()
        metrics = self._name.fontMetrics()
        self._name.setText(metrics.elidedText(shape.path.name, Qt.TextElideMode.ElideMiddle, room_px))
        self._name.setToolTip(plain_tip(f"{shape.path}\n{shape.describe()}"))

    def set_locked(self, locked: bool) -> None:
        """While a run is under way the sound cannot be changed."""
        for widget in (self.choose_button, self.wav_button, self.mic_button, self.microphone.device):
            widget.setEnabled(not locked)
        self.sample_button.setEnabled(not locked)
