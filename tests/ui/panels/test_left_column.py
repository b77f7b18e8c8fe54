"""The left column: panels from top to bottom, of a fixed width, compact and then scrolled where the window is low."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QSlider, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.ui.panels.left_column import LEFT_PX, LeftColumn


def panel(height: int) -> QWidget:
    widget = QWidget()
    widget.setFixedHeight(height)
    return widget


def test_panels_stand_below_each_other_in_their_order(qtbot: QtBot) -> None:
    first, second = panel(100), panel(50)
    area = LeftColumn(first, second)
    qtbot.addWidget(area)
    area.resize(LEFT_PX, 400)
    area.show()
    assert first.y() == 0
    assert second.y() >= 100
    assert first.width() == second.width() == area.viewport().width()
    assert area.verticalScrollBar().maximum() == 0


def test_it_scrolls_up_and_down_only_and_keeps_its_width(qtbot: QtBot) -> None:
    area = LeftColumn(panel(600))
    qtbot.addWidget(area)
    area.resize(900, 200)
    area.show()
    assert area.width() == LEFT_PX
    assert area.verticalScrollBar().maximum() > 0
    assert area.horizontalScrollBar().maximum() == 0


def wheel(widget: QWidget) -> bool:
    """Turn it over a widget; returns whether the widget took it, so that nothing scrolls."""
    place = QPointF(widget.rect().center())
    step, keys = QPoint(0, -120), Qt.KeyboardModifier.NoModifier
    turned = QWheelEvent(
        place,
        widget.mapToGlobal(place),
        QPoint(),
        step,
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, turned)
    return turned.isAccepted()


@pytest.mark.parametrize("kind", [QSpinBox, QSlider])
def test_the_wheel_scrolls_and_changes_no_field_in_passing(qtbot: QtBot, kind: type[QSpinBox] | type[QSlider]) -> None:
    field = kind()
    field.setValue(20)
    area = LeftColumn(field, panel(600))
    qtbot.addWidget(area)
    area.resize(LEFT_PX, 200)
    area.show()
    assert not wheel(field)
    assert field.value() == 20
    assert field.focusPolicy() is Qt.FocusPolicy.StrongFocus, "the wheel gives it no focus"
    area.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    assert wheel(field)
    assert field.value() != 20


class Folding(QWidget):
    """A panel of 200 pixels, of 80 if it is compact, or of 50 if it is tight, in a layout of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.least = panel(50)
        self.part = panel(30)
        self.rest = panel(120)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.least)
        column.addWidget(self.part)
        column.addWidget(self.rest)

    def set_compact(self, on: bool) -> None:
        self.rest.setVisible(not on)

    def set_tight(self, on: bool) -> None:
        self.part.setVisible(not on)


def test_panels_show_less_one_after_the_other_where_there_is_no_room(qtbot: QtBot) -> None:
    one, two = Folding(), Folding()
    area = LeftColumn(one, two, compactable=(one, two))
    qtbot.addWidget(area)

    def shown(height: int) -> tuple[bool, ...]:
        area.resize(LEFT_PX, height)
        return tuple(not part.isHidden() for panel in (one, two) for part in (panel.rest, panel.part))

    area.resize(LEFT_PX, 450)
    area.show()
    assert shown(450) == (True, True, True, True)
    assert shown(300) == (False, True, True, True)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() == 0)
    assert shown(200) == (False, True, False, True)
    assert shown(120) == (False, False, False, False)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() == 0)
    assert shown(450) == (True, True, True, True)
    assert shown(120) == (False, False, False, False)
    assert shown(300) == (False, True, True, True)
    one.least.setFixedHeight(150)
    area.fit()
    assert two.rest.isHidden()
