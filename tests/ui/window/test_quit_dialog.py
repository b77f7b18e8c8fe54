"""The question before a run is stopped by quitting: asked once, and answered with no unless a person says yes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from flux_desktop.ui.window.quit_dialog import ask_to_quit


class Question:
    """The dialog over a widget of its own, and how often quitting was chosen."""

    def __init__(self) -> None:
        self.parent = QWidget()
        self.quits: list[None] = []
        self.ask()

    def ask(self) -> None:
        ask_to_quit(self.parent, lambda: self.quits.append(None))

    @property
    def dialogs(self) -> list[QMessageBox]:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return self.parent.findChildren(QMessageBox)


@pytest.fixture
def question(qapp: QApplication) -> Iterator[Question]:
    question = Question()
    yield question
    question.parent.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_it_is_open_and_does_not_block(question: Question) -> None:
    (dialog,) = question.dialogs
    assert dialog.isVisible()
    assert question.quits == []


def test_it_is_asked_once_at_a_time(question: Question) -> None:
    question.ask()
    (dialog,) = question.dialogs
    dialog.reject()
    assert question.dialogs == []
    question.ask()
    assert len(question.dialogs) == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_enter_and_escape_keep_the_run(question: Question, key: Qt.Key) -> None:
    (dialog,) = question.dialogs
    QTest.keyClick(dialog.defaultButton(), key)
    assert (question.dialogs, question.quits) == ([], [])


def test_only_its_own_button_quits(question: Question) -> None:
    (dialog,) = question.dialogs
    (stop,) = [each for each in dialog.buttons() if dialog.buttonRole(each) is QMessageBox.ButtonRole.DestructiveRole]
    stop.click()
    assert (question.dialogs, len(question.quits)) == ([], 1)
