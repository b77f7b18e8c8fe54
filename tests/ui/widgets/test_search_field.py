"""A search field that Esc clears."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QVBoxLayout
from pytestqt.qtbot import QtBot

from flux_desktop.ui.widgets.search_field import SearchField


def test_esc_clears_the_field_before_it_closes_the_dialog(qtbot: QtBot) -> None:
    dialog = QDialog()
    field = SearchField("Search", "Search words", "Words to look for")
    QVBoxLayout(dialog).addWidget(field)
    qtbot.addWidget(dialog)
    dialog.show()
    field.setFocus()
    QTest.keyClicks(field, "cold")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), dialog.isVisible()) == ("", True)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
