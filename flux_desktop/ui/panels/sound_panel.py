"""Audio source: a recording, opened or dropped onto the window, or the microphone."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout

from flux_desktop.audio.channels import CHANNELS
from flux_desktop.audio.decoding import SUFFIXES
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.panels.microphone_box import MicrophoneBox
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.views.waveform import Waveform
from flux_desktop.ui.widgets.basics import Panel, button, label, plain_tip

NAME_AND_FACTS_PX = 272
_FILTER = f"Audio files ({' '.join(f'*{suffix}' for suffix in SUFFIXES)});;All files (*)"


class SoundPanel(Panel):
    """The audio to stream: a recording or the microphone.

    Signals:
        file_chosen: path of the file that was picked.
        channel_chosen: one of `audio.channels.CHANNELS`, for a recording with several channels.
        sample_wanted: the bundled sample is to be loaded.
    """

    file_chosen = Signal(str)
    channel_chosen = Signal(str)
    sample_wanted = Signal()

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        self.sample_button = button(
            "Use sample",
            lambda: self.sample_wanted.emit(),
            kind="link",
            tip="Load the bundled sample (Ctrl+Shift+O)",
        )
        self.choose_button = button("Open…", self.choose, kind="link", tip="Open an audio file (Ctrl+O)")
        self.choose_button.setAccessibleName("Open an audio file")
        super().__init__("Audio", "", self.sample_button, self.choose_button)
        self._folder = str(Path.home())
        self.wav_button = button("Audio file", lambda: self.use_microphone(False), kind="segment")
        self.mic_button = button("Microphone", lambda: self.use_microphone(True), kind="segment")
        modes = QHBoxLayout()
        modes.setSpacing(SPACE_S)
        for widget in (self.wav_button, self.mic_button):
            widget.setCheckable(True)
            modes.addWidget(widget, 1)
        self.wav_button.setChecked(True)
        self.body.addLayout(modes)
        self.microphone = MicrophoneBox(theme, state)
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
        self.channel = QComboBox()
        self.channel.setAccessibleName("Channel of the recording")
        for channel, text in zip(
            CHANNELS, ("Mix all channels", "Left channel only", "Right channel only"), strict=True
        ):
            self.channel.addItem(text, channel)
        self.channel.activated.connect(lambda _: self.channel_chosen.emit(self.channel.currentData()))
        self.body.addWidget(self.channel)
        self._detail = label("Open a recording, drop one onto this window, or use the sample.", "caption", wrap=True)
        self.body.addWidget(self._detail)
        self._state = state
        self._shown: WavShape | None = None
        self.show_choices()
        state.listen(self.show_choices)

    def choose(self) -> None:
        """Open the file dialog; it never blocks the window."""
        dialog = QFileDialog(self.window(), "Choose an audio file", self._folder, _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.file_chosen)
        dialog.open()

    def use_microphone(self, on: bool) -> None:
        """Choose the microphone or the recording."""
        self._state.uses_microphone = on
        self._state.changed()

    def show_choices(self) -> None:
        """Show the recording that is chosen, or the microphone."""
        on, recording = self._state.uses_microphone, self._state.recording
        self.mic_button.setChecked(on)
        self.wav_button.setChecked(not on)
        self.microphone.setVisible(on)
        for widget in (self.sample_button, self.choose_button):
            widget.setVisible(not on)
        self._detail.setVisible(not on and recording is None)
        for shown in (self._name, self._facts, self.waveform):
            shown.setVisible(not on and recording is not None)
        self.channel.setVisible(not on and recording is not None and recording.channels > 1)
        if recording is not None and recording is not self._shown:
            self._shown = recording
            self._show_recording(recording)

    def _show_recording(self, recording: WavShape) -> None:
        self.waveform.set_shape(recording)
        self._folder = str(recording.path.parent)
        self.channel.setCurrentIndex(CHANNELS.index(recording.channel))
        self._facts.setText(recording.describe())
        room_px = NAME_AND_FACTS_PX - self._facts.sizeHint().width()
        metrics = self._name.fontMetrics()
        self._name.setText(metrics.elidedText(recording.path.name, Qt.TextElideMode.ElideMiddle, room_px))
        self._name.setToolTip(plain_tip(f"{recording.path}\n{recording.describe()}"))

    def set_locked(self, locked: bool) -> None:
        """The audio source cannot be changed while a run is in progress."""
        for widget in (self.choose_button, self.wav_button, self.mic_button, self.microphone.device, self.channel):
            widget.setEnabled(not locked)
        self.sample_button.setEnabled(not locked)
