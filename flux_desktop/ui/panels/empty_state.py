"""What stands in the transcripts' place before the first run: what to do first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.models.app_state import READING
from flux_desktop.ui.models.microphone import LOOKING
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S
from flux_desktop.ui.widgets.basics import button, label


class EmptyState(QWidget):
    """A heading, a hint, and the ways to begin.

    Signals:
        start_clicked: start, with the sample where nothing is chosen.
        recording_wanted: an own recording is to be chosen.
        account_wanted: the endpoints of an AWS account are to be shown.
    """

    start_clicked = Signal()
    recording_wanted = Signal()
    account_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        title = label("No transcript yet", "title")
        self.hint = label("", "muted", wrap=True)
        self.start_button = button("Start", self.start_clicked.emit, kind="go")
        self.recording_button = button(
            "Open a recording…",
            self.recording_wanted.emit,
            tip="Choose an audio file, or drop one onto this window. The built-in endpoint needs no account (Ctrl+O)",
        )
        self.account_button = button(
            "Use an AWS account…",
            self.account_wanted.emit,
            tip="List the SageMaker endpoints of your account (Ctrl+Shift+A)",
        )
        column = QVBoxLayout(self)
        column.setSpacing(SPACE_M)
        column.addStretch(2)
        for words in (title, self.hint):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(words)
        line = QHBoxLayout()
        ways = QVBoxLayout()
        ways.setSpacing(SPACE_S)
        for way in (self.start_button, self.recording_button, self.account_button):
            ways.addWidget(way)
        line.addStretch()
        line.addLayout(ways)
        line.addStretch()
        column.addLayout(line)
        column.addStretch(3)

    def set_ready(self, *, ready: bool, microphone: bool, listed: bool = True, reading: str = "") -> None:
        """Say what to do first; `ready` means that the audio source can be used, `reading` what is being read.

        `listed` means that it is known which microphones there are.
        """
        name = "Start"
        if reading:
            words = READING.format(name=reading)
        elif ready and microphone:
            words = "The microphone is ready. Press Start and speak."
        elif ready:
            words = "The recording is ready. Press Start."
        elif microphone and not listed:
            words = LOOKING
        elif microphone:
            words = "No microphone is connected. Plug one in, or choose a recording on the left."
        else:
            words = (
                "Begin with the sample or a recording of your own: the built-in endpoint needs no account. "
                "Or choose an endpoint of your AWS account."
            )
            name = "Try with sample"
        for way in (self.recording_button, self.account_button):
            way.setVisible(not ready and not reading)
        self.start_button.setEnabled(not reading)
        self.hint.setText(words)
        self.start_button.setText(name)
        self.start_button.setAccessibleName(name)
