"""A bar for work that takes long, with the time that is left and a button that ends it."""

from __future__ import annotations

from PySide6.QtCore import Signal

from flux_desktop.ui.models.work_progress import WorkProgress
from flux_desktop.ui.widgets.basics import button
from flux_desktop.ui.widgets.progress_lines import ProgressLines


class WorkBar(ProgressLines):
    """Hidden while there is no work.

    Signals:
        cancel_wanted: the button.
    """

    cancel_wanted = Signal()

    def __init__(self, name: str) -> None:
        """`name` says what is in progress, such as “Reading of the waveform”."""
        super().__init__(f"Progress: {name}")
        self._name = name
        self.cancel_button = button("Cancel", self.cancel_wanted.emit, kind="link", tip=f"End it: {name}")
        self.cancel_button.setAccessibleName(f"Cancel: {name}")
        self.words.addWidget(self.cancel_button)
        self.hide()

    def show_progress(self, progress: WorkProgress | None, *, stopping: bool = False) -> None:
        """Show how far it is; None hides the bar. While it is `stopping`, the button ends it at once."""
        self.setVisible(progress is not None)
        if progress is None:
            return
        self.show_share(*progress)
        self.cancel_button.setText("Stop now" if stopping else "Cancel")
        self.cancel_button.setAccessibleName(f"{self.cancel_button.text()}: {self._name}")
