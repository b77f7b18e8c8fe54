"""Which sound: a recording, by dialog or by dropping it on the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.theme import SPACE_S, ThemeSource
from flux_desktop.ui.widgets.basics import Panel, button, label
from flux_desktop.ui.widgets.waveform import Waveform


class SoundPanel(Panel):
    """The recording that is to be streamed.

    Signals:
        file_chosen: path of a file that a person picked.
        sample_wanted: the bundled sample is to be used.
    """

    file_chosen = Signal(str)
    sample_wanted = Signal()

    def __init__(self, theme: ThemeSource) -> None:
        self.sample_button = button(
            "Use the sample", lambda: self.sample_wanted.emit(), kind="link", tip="Stream the bundled conversation"
        )
        self.choose_button = button("Open…", self.choose, kind="link", tip="Choose a 16-bit PCM WAV file (Ctrl+O)")
        self.choose_button.setAccessibleName("Choose a WAV file")
        super().__init__("Sound", "", self.sample_button, self.choose_button)
        self._folder = str(Path.home())
        self._name = label("", "strong")
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.waveform = Waveform(theme)
        self.body.addWidget(self._name)
        self.body.addWidget(self.waveform)
        line = QHBoxLayout()
        line.setSpacing(SPACE_S)
        self._detail = label("", "caption", wrap=True)
        line.addWidget(self._detail, 1)
        self.body.addLayout(line)
        self.show_shape(None)

    def choose(self) -> None:
        """Open the file dialog; it never blocks the window."""
        dialog = QFileDialog(self.window(), "Choose a WAV file", self._folder, "WAV files (*.wav *.WAV)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.file_chosen)
        dialog.open()

    def show_shape(self, shape: WavShape | None) -> None:
        """Show the chosen recording, or say what to do first."""
        self.waveform.set_shape(shape)
        self.waveform.setVisible(shape is not None)
        self._name.setVisible(shape is not None)
        if shape is None:
            self._detail.setText("Open a recording, drop one on this window, or use the sample.")
            return
        self._folder = str(shape.path.parent)
        metrics = self._name.fontMetrics()
        self._name.setText(metrics.elidedText(shape.path.name, Qt.TextElideMode.ElideMiddle, 270))
        self._name.setToolTip(str(shape.path))
        self._detail.setText(shape.describe())

    def set_locked(self, locked: bool) -> None:
        """While a run is under way the sound cannot be changed."""
        self.choose_button.setEnabled(not locked)
        self.sample_button.setEnabled(not locked)
