"""The hint over the window while a recording is dragged."""

from __future__ import annotations

from types import SimpleNamespace

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDragLeaveEvent

from flux_desktop.ui.widgets.drop_hint import WORDS
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import Stage
from tests.ui.scripted_engines import Waiting


def test_the_window_says_what_a_drop_does_while_a_recording_is_over_it(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        def drag(name: str) -> None:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(name)])
            event = SimpleNamespace(mimeData=lambda: data, acceptProposedAction=lambda: None)
            window.dragEnterEvent(event)  # type: ignore[arg-type]  # Qt's own cannot be made without a warning

        drag("notes.txt")
        assert window.drop_hint.isHidden()
        drag("talk.wav")
        assert not window.drop_hint.isHidden()
        window.resize(1200, 740)
        assert window.drop_hint.text() == WORDS
        assert window.drop_hint.size() == window.scroller.size()
        window.dragLeaveEvent(QDragLeaveEvent())
        assert window.drop_hint.isHidden()

    stage(Waiting, live)
