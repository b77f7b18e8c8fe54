"""A number with decimals, typed with either decimal sign."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.widgets.decimal_field import DecimalField


@pytest.mark.parametrize("typed", ["0.85", "0,85", ".85", ",85"])
def test_a_comma_is_the_decimal_point(qtbot: QtBot, typed: str) -> None:
    field = DecimalField()
    qtbot.addWidget(field)
    field.setLocale(QLocale.c())
    field.setRange(0.5, 1.0)
    field.setSuffix(" s")
    field.setValue(0.7)
    field.selectAll()
    QTest.keyClicks(field, typed)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (field.value(), field.text()) == (0.85, "0.85 s")
