"""Quitting: at once while nothing runs; during a run only after a question."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMessageBox

from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Engines, with_sample
from tests.waiting import PATIENCE_S


class UserClose(QCloseEvent):
    """A close event as the window system sends it."""

    def spontaneous(self) -> bool:
        return True


def question(window: MainWindow) -> QMessageBox | None:
    dialog = window.findChild(QMessageBox, "quitDialog")
    return dialog if dialog is not None and dialog.isVisible() else None


def press(dialog: QMessageBox, words: str) -> None:
    next(button for button in dialog.buttons() if button.text() == words).click()


@pytest.mark.parametrize("way", ["menu", "close box"])
def test_a_run_in_progress_is_only_ended_after_a_question(stage: Stage, way: str) -> None:
    engines = Engines()

    def ask(window: MainWindow) -> QMessageBox:
        if way == "menu":
            window.quit()
        else:
            event = UserClose()
            window.closeEvent(event)
            assert not event.isAccepted()
        dialog = question(window)
        assert dialog is not None
        return dialog

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(lambda: bool(engines) and engines[0].plan is not None, "the run has begun")
        dialog = ask(window)
        assert "kept" in dialog.informativeText()
        press(dialog, "Keep Running")
        assert window.isVisible()
        assert window.state.run.active
        await until(lambda: window.findChild(QMessageBox, "quitDialog") is None, "the question is closed")
        closed = asyncio.Event()
        window.closed.connect(closed.set)
        press(ask(window), "Stop and Quit")
        await asyncio.wait_for(closed.wait(), PATIENCE_S)
        assert not window.isVisible()

    stage(engines, live)


def test_without_a_run_the_window_closes_at_once(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.quit()
        assert question(window) is None
        assert not window.isVisible()

    stage(Engines(), live)
