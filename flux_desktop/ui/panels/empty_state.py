"""What stands in the transcripts' place before the first run: what to do first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.style.tokens import SPACE_M
from flux_desktop.ui.widgets.basics import button, label


class EmptyState(QWidget):
    """A heading, a hint and a button.

    Signals:
        start_clicked: the button.
    """

    start_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        title = label("No transcript yet", "title")
        self.hint = label("", "muted", wrap=True)
        self.start_button = button("Start", self.start_clicked.emit, kind="go")
        column = QVBoxLayout(self)
        column.setSpacing(SPACE_M)
        column.addStretch(2)
        for words in (title, self.hint):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(words)
        line = QHBoxLayout()
        line.addStretch()
        line.addWidget(self.start_button)
        line.addStretch()
        column.addLayout(line)
        column.addStretch(3)

    def set_ready(self, *, ready: bool, microphone: bool) -> None:
        """Say what to do first; `ready` means that the audio source can be used."""
        name = "Start"
        if ready and microphone:
            words = "The microphone is ready. Press Start and speak."
        elif ready:
            words = "The recording is ready. Press Start."
        elif microphone:
            words = "No microphone is connected. Plug one in, or choose a recording on the left."
        else:
            words = (
                "Choose an endpoint and a recording on the left, then press Start.\n"
                "Or try the built-in endpoint with the sample; no account is needed."
            )
            name = "Try with sample"
        self.hint.setText(words)
        self.start_button.setText(name)
        self.start_button.setAccessibleName(name)
