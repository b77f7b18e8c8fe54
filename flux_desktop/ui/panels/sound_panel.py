"""Audio source: a recording or a data set, opened or dropped onto the window, or the microphone."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QMenu

from flux_desktop.audio.channels import CHANNELS
from flux_desktop.audio.decoding import SUFFIXES
from flux_desktop.datasets.reader import MANIFEST_SUFFIXES, SAMPLE, TABLE_SUFFIXES
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.panels.data_set_box import DataSetBox
from flux_desktop.ui.panels.listen_box import ListenBox
from flux_desktop.ui.panels.microphone_box import MicrophoneBox
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.views.waveform import Waveform
from flux_desktop.ui.views.work_bar import WorkBar
from flux_desktop.ui.widgets.basics import ElidedLabel, Panel, button, label, plain_tip
from flux_desktop.ui.widgets.file_dialogs import open_dialog

_AUDIO = " ".join(f"*{suffix}" for suffix in SUFFIXES)
_DATA = " ".join(f"*{suffix}" for suffix in (*MANIFEST_SUFFIXES, *TABLE_SUFFIXES))
_FILTER = f"Audio files and data sets ({_AUDIO} {_DATA});;Audio files ({_AUDIO});;Data sets ({_DATA});;All files (*)"


class SoundPanel(Panel):
    """The audio to stream: a recording, a data set or the microphone.

    Signals:
        file_chosen: path of the file or folder that was picked.
        channel_chosen: one of `audio.channels.CHANNELS`, for recordings with several channels.
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
        self.choose_button = button(
            "Open…", lambda: None, kind="link", tip="Open an audio file, a data set or a sample"
        )
        self.choose_button.setAccessibleName("Open an audio file or a data set")
        super().__init__("Audio", "", self.sample_button, self.choose_button)
        # Shortcuts are shown here and belong to the File menu.
        menu = QMenu(self.choose_button)
        menu.addAction("Audio File or Manifest…\tCtrl+O", self.choose)
        menu.addAction("Folder of Recordings…\tCtrl+Shift+F", self.choose_folder)
        menu.addSeparator()
        menu.addAction("Sample Recording\tCtrl+Shift+O", self.sample_wanted.emit)
        menu.addAction("Sample Data Set\tCtrl+Shift+U", lambda: self.file_chosen.emit(SAMPLE))
        self.choose_button.setMenu(menu)
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
        self._name = ElidedLabel("strong", Qt.TextElideMode.ElideMiddle)
        self._facts = label("", "caption")
        self.waveform = Waveform(theme)
        name = QHBoxLayout()
        name.setSpacing(SPACE_S)
        name.addWidget(self._name, 1)
        name.addWidget(self._facts)
        self.body.addLayout(name)
        self.body.addWidget(self.waveform)
        self.reading = WorkBar("reading of the waveform")
        self._missing = label("", "warn", wrap=True)
        for below in (self.reading, self._missing):
            self.body.addWidget(below)
            below.hide()
        self.channel = QComboBox()
        self.channel.setMinimumWidth(80)
        self.channel.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.channel.setAccessibleName("Channel of the recording")
        for channel, text in zip(
            CHANNELS, ("Mix all channels", "Left channel only", "Right channel only"), strict=True
        ):
            self.channel.addItem(text, channel)
        self.channel.activated.connect(lambda _: self.channel_chosen.emit(self.channel.currentData()))
        self.body.addWidget(self.channel)
        self.data_set = DataSetBox(state)
        self.body.insertWidget(self.body.count() - 1, self.data_set)
        self._detail = label(
            "Open a recording or a data set, drop one onto this window, or use the sample.", "caption", wrap=True
        )
        self.body.addWidget(self._detail)
        self.listen = ListenBox(theme, state)
        self.body.addWidget(self.listen)
        self._tight = False
        self._state = state
        self._shown: WavShape | None = None
        self.show_choices()
        state.listen(self.show_choices)

    def choose(self) -> None:
        """Open the file dialog; it never blocks the window."""
        dialog = QFileDialog(self.window(), "Choose an audio file or a data set", self._folder, _FILTER)
        self._ask(dialog, QFileDialog.FileMode.ExistingFile)

    def choose_folder(self) -> None:
        """Open the dialog for a folder of recordings."""
        dialog = QFileDialog(self.window(), "Choose a folder of recordings", self._folder)
        self._ask(dialog, QFileDialog.FileMode.Directory)

    def _ask(self, dialog: QFileDialog, mode: QFileDialog.FileMode) -> None:
        dialog.setFileMode(mode)
        open_dialog(dialog, lambda path: self.file_chosen.emit(str(path)))

    def set_compact(self, on: bool) -> None:
        """Show less: a lower waveform, and of listening only its button while it is off."""
        self.waveform.set_low(on)
        self.listen.set_compact(on)

    def set_tight(self, on: bool) -> None:
        """Show as little of the data set, the microphone and of listening as can be worked with."""
        self._tight = on
        self.listen.set_tight(on)
        self.microphone.set_tight(on)
        self.data_set.set_tight(on)
        self._show_listening()

    def _show_listening(self) -> None:
        # While a microphone is chosen, only a session that is played can be heard.
        self.listen.setVisible(self._state.listening.sounding or not (self._tight and self._state.uses_microphone))

    def use_microphone(self, on: bool) -> None:
        """Choose the microphone or the recording."""
        self._state.uses_microphone = on
        self._state.changed()

    def show_choices(self) -> None:
        """Show the recording that is chosen, or the microphone."""
        on, recording, data_set = self._state.uses_microphone, self._state.recording, self._state.data_set
        self.mic_button.setChecked(on)
        self.wav_button.setChecked(not on)
        self.microphone.setVisible(on)
        for widget in (self.sample_button, self.choose_button):
            widget.setVisible(not on)
        self._detail.setVisible(not on and recording is None and data_set is None)
        self.data_set.setVisible(not on and data_set is not None)
        self.data_set.show_choices()
        for part in (self._name, self._facts, self.waveform):
            part.setVisible(not on and recording is not None)
        self.waveform.update()  # it may have been read meanwhile
        self._missing.setVisible(not on and recording is not None and bool(recording.missing))
        chosen = recording or data_set
        self.channel.setVisible(not on and chosen is not None and chosen.channels > 1)
        if chosen is not None:
            self.channel.setCurrentIndex(CHANNELS.index(chosen.channel))
        if data_set is not None:
            self._folder = str(data_set.path.parent)
        if recording is not None and recording is not self._shown:
            self._shown = recording
            self._show_recording(recording)

    def _show_recording(self, recording: WavShape) -> None:
        self.waveform.set_shape(recording)
        self._folder = str(recording.path.parent)
        self._facts.setText(recording.describe())
        self._name.setText(recording.path.name)
        notes = "\n".join((str(recording.path), recording.describe(), *recording.notes))
        for widget in (self._name, self._facts):
            widget.setToolTip(plain_tip(notes))
        self._missing.setText(recording.missing)

    def set_locked(self, locked: bool) -> None:
        """The audio source cannot be changed while a run is in progress."""
        buttons = (self.choose_button, self.sample_button, self.wav_button, self.mic_button)
        for widget in (*buttons, self.microphone.device, self.channel):
            widget.setEnabled(not locked)
        self.data_set.set_locked(locked)
