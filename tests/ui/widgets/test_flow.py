"""The layout that wraps: lines, gaps, and the height that a width needs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.ui.widgets.flow import FlowLayout

GAP_PX = 6


@pytest.fixture
def box(qtbot: QtBot) -> QWidget:
    box = QWidget()
    qtbot.addWidget(box)
    FlowLayout(box, GAP_PX)
    return box


def filled(box: QWidget, *sizes: tuple[int, int]) -> FlowLayout:
    layout = box.layout()
    assert isinstance(layout, FlowLayout)
    for width, height in sizes:
        child = QWidget()
        child.setFixedSize(width, height)
        layout.addWidget(child)
    return layout


def places(layout: FlowLayout) -> list[tuple[int, int, int]]:
    """x, y and width of each widget."""
    boxes = [layout.itemAt(number).geometry() for number in range(layout.count())]
    return [(each.x(), each.y(), each.width()) for each in boxes]


def test_widgets_fill_a_line_to_its_last_pixel_and_wrap(box: QWidget) -> None:
    layout = filled(box, (50, 20), (44, 30), (50, 10))
    layout.setGeometry(QRect(10, 100, 100, 200))
    assert places(layout) == [(10, 100, 50), (66, 100, 44), (10, 136, 50)], "the next line is below the highest widget"


def test_the_height_follows_from_the_width_without_moving_anything(box: QWidget) -> None:
    layout = filled(box, (50, 20), (44, 30), (50, 10))
    layout.setGeometry(QRect(10, 100, 100, 200))
    before = places(layout)
    assert layout.hasHeightForWidth()
    assert layout.heightForWidth(100) == 30 + GAP_PX + 10
    assert layout.heightForWidth(1000) == 30
    assert layout.heightForWidth(60) == 20 + 30 + 10 + 2 * GAP_PX
    assert places(layout) == before


def test_an_empty_layout_has_no_height(box: QWidget) -> None:
    assert filled(box).heightForWidth(100) == 0


def test_a_widget_wider_than_the_line_is_narrowed(box: QWidget) -> None:
    child = QWidget()
    child.setMinimumSize(QSize(20, 10))
    layout = filled(box)
    layout.addWidget(child)
    child.sizeHint = lambda: QSize(300, 10)  # type: ignore[method-assign]
    layout.setGeometry(QRect(0, 0, 100, 50))
    assert places(layout) == [(0, 0, 100)]


def test_it_needs_no_more_than_its_largest_widget(box: QWidget) -> None:
    layout = filled(box, (50, 20), (44, 30))
    assert layout.sizeHint() == layout.minimumSize() == QSize(50, 30)


def test_items_are_found_and_taken_by_number(box: QWidget) -> None:
    layout = filled(box, (50, 20), (44, 30))
    assert layout.itemAt(2) is None
    assert layout.itemAt(-1) is None
    assert layout.takeAt(2) is None
    layout_item = layout.takeAt(0)
    assert layout_item is not None
    assert layout_item.geometry().width() in (0, 50) or layout_item.sizeHint().width() == 50
    assert layout.count() == 1
    layout.addItem(layout_item)
