"""A list of names: a name that does not fit ends in an ellipsis, and the tip holds all of it."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flux_desktop.ui.style.stylesheet import stylesheet
from flux_desktop.ui.style.tokens import DARK
from flux_desktop.ui.widgets.name_list import NameList

LONG = "USB conference microphone with eight capsules on the table of the large meeting room"


def test_a_long_name_is_shortened_and_stands_in_the_tip(qtbot: QtBot) -> None:
    names = NameList("Microphone", "What is streamed")
    qtbot.addWidget(names)
    names.setStyleSheet(stylesheet(DARK))
    names.addItems(["short", LONG])
    names.resize(200, 30)
    names.show()
    assert names.sizeHint().width() < 200
    assert names.shown_text() == "short"
    short = names.grab().toImage()
    names.setCurrentIndex(1)
    assert names.shown_text().endswith("…")
    assert names.shown_text()[:8] == LONG[:8]
    assert names.grab().toImage() != short
    QApplication.sendEvent(names, QHelpEvent(QHelpEvent.Type.ToolTip, QPoint(5, 5), names.mapToGlobal(QPoint(5, 5))))
    assert names.toolTip() == f"{LONG}\nWhat is streamed"
