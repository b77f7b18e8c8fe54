"""Files and folders that are dropped onto the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent

from flux_desktop.datasets.reader import is_data_set
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.sound import is_audio_name
from flux_desktop.ui.widgets.drop_hint import DropHint


class FileDrop:
    """Takes the first recording, manifest, table or folder of what is dropped, unless a run is in progress."""

    def __init__(self, state: AppState, hint: DropHint, load: Callable[[str], None]) -> None:
        self._state = state
        self._hint = hint
        self._load = load

    def enter(self, event: QDragEnterEvent) -> None:
        """Accept what can be used, and say what dropping it does."""
        if not self._state.run.active and self._usable(event):
            event.acceptProposedAction()
            self._hint.show_over()

    def leave(self) -> None:
        """Nothing is dropped."""
        self._hint.hide()

    def drop(self, event: QDropEvent) -> None:
        """Load it."""
        self.leave()
        if (path := self._usable(event)) is not None:
            self._load(path)
            event.acceptProposedAction()

    def _usable(self, event: QDropEvent) -> str | None:
        paths = (url.toLocalFile() for url in event.mimeData().urls())
        return next((path for path in paths if path and (is_audio_name(path) or is_data_set(Path(path)))), None)
