"""A bar for work that takes long, with the time that is left and a button that ends it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from flux_desktop.ui.models.work_progress import WorkProgress
from flux_desktop.ui.widgets.basics import ElidedLabel, button, label

_STEPS = 1000


class WorkBar(QWidget):
    """Hidden while there is no work.

    Signals:
        cancel_wanted: the button.
    """

    cancel_wanted = Signal()

    def __init__(self, name: str) -> None:
        """`name` says what is in progress, such as “Reading of the waveform”."""
        super().__init__()
        self._name = name
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName(f"Progress: {name}")
        self.done, self.left = ElidedLabel("caption"), label("", "caption")
        self.cancel_button = button("Cancel", self.cancel_wanted.emit, kind="link", tip=f"End it: {name}")
        self.cancel_button.setAccessibleName(f"Cancel: {name}")
        words = QHBoxLayout()
        words.addWidget(self.done, 1)
        words.addWidget(self.left)
        words.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.bar)
        column.addLayout(words)
        self.hide()

    def show_progress(self, progress: WorkProgress | None, *, stopping: bool = False) -> None:
        """Show how far it is; None hides the bar. While it is `stopping`, the button ends it at once."""
        self.setVisible(progress is not None)
        if progress is None:
            return
        self.bar.setValue(round(_STEPS * progress.share))
        self.done.setText(progress.done)
        self.left.setText(progress.left)
        self.cancel_button.setText("Stop now" if stopping else "Cancel")
        self.cancel_button.setAccessibleName(f"{self.cancel_button.text()}: {self._name}")
