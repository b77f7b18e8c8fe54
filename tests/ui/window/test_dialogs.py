"""The log as it grows, keyterms by keyboard, a file that is dropped, and the menus' further ways."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from flux_desktop.base.resources import resource_path
from flux_desktop.ui.widgets import log_dialog
from flux_desktop.ui.widgets.log_dialog import LogDialog
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import Stage, press_together, until
from tests.ui.scripted_engines import Waiting, with_sample


def test_the_log_grows_while_it_is_open_and_is_filtered(stage: Stage, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(log_dialog, "REFRESH_MS", 10)
    log = logging.getLogger("flux_desktop.test")

    async def live(window: MainWindow) -> None:
        log.addHandler(window.log)
        log.setLevel(logging.INFO)  # whatever level another test has left behind
        try:
            window.help.show_log()
            dialog = window.findChild(LogDialog)
            assert dialog is not None
            assert dialog.text.toPlainText() == "The log is empty."
            log.warning("the worker has left")
            log.warning("the disk is full")
            await until(lambda: "disk is full" in dialog.text.toPlainText(), "new lines come by themselves")
            dialog.filter.setText("WORKER")
            assert dialog.text.toPlainText().endswith("the worker has left")
            dialog.filter.setText("nobody said this")
            assert dialog.text.toPlainText() == "No line contains this text."
            dialog.reject()
        finally:
            log.removeHandler(window.log)
            log.setLevel(logging.NOTSET)

    stage(Waiting, live)


def test_a_keyterm_is_removed_by_the_keyboard(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        editor = window.live_page.flux_panel.keyterms
        editor.field.setText("Norland, Dashwood")
        editor.field.returnPressed.emit()
        assert editor.terms == ("Norland", "Dashwood")
        chip = next(button for button in editor.findChildren(QPushButton) if "Norland" in button.accessibleName())
        QTest.keyClick(chip, Qt.Key.Key_Delete)
        assert editor.terms == ("Dashwood",)

    stage(Waiting, live)


def test_a_recording_is_dropped_on_the_window(stage: Stage) -> None:
    class Drag:
        """What Qt hands over; its own events can only be made by constructors that it has deprecated."""

        def __init__(self, path: Path) -> None:
            self._mime = QMimeData()
            self._mime.setUrls([QUrl.fromLocalFile(str(path))])
            self.accepted = False

        def mimeData(self) -> QMimeData:
            return self._mime

        def acceptProposedAction(self) -> None:
            self.accepted = True

    def dropped(window: MainWindow, path: Path) -> bool:
        drag = Drag(path)
        window.dragEnterEvent(drag)  # type: ignore[arg-type]
        if drag.accepted:
            window.dropEvent(drag)  # type: ignore[arg-type]
        return drag.accepted

    async def live(window: MainWindow) -> None:
        assert not dropped(window, Path("notes.txt"))
        assert dropped(window, resource_path("sample_audio/conversation.wav"))
        await until(lambda: window.state.recording is not None, "the recording is read")
        assert window.state.choices.recent[0].endswith("conversation.wav")

    stage(Waiting, live)


def test_sound_and_plots_by_keyboard(stage: Stage) -> None:
    control = Qt.KeyboardModifier.ControlModifier

    async def live(window: MainWindow) -> None:
        window.preview.levels.update = lambda wanted: None  # type: ignore[method-assign]
        window.preview.devices.watch = lambda on: None  # type: ignore[method-assign]
        await with_sample(window)
        await until(lambda: bool(window.live_page.plots.plots), "the plots are there")
        press_together(window, Qt.Key.Key_M, control)
        assert window.state.uses_microphone
        press_together(window, Qt.Key.Key_M, control | Qt.KeyboardModifier.ShiftModifier)
        assert not window.state.uses_microphone
        press_together(window, Qt.Key.Key_P, control)
        assert all(plot.paused for plot in window.live_page.plots.plots)
        press_together(window, Qt.Key.Key_P, control)
        assert not any(plot.paused for plot in window.live_page.plots.plots)

    stage(Waiting, live)
